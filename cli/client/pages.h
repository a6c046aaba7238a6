// Lists page by page, until the last one.

#ifndef SKONTRO_CLI_CLIENT_PAGES_H_
#define SKONTRO_CLI_CLIENT_PAGES_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::client {

// The most rows that a server gives at once.
inline constexpr int kPageRowsMax = 1'000;

// Calls `read` with `request` and the token of each page in turn, and `take`
// with each answer, until there is no next page or `take` returns false.
// Returns a failure of `read`, or `endless` where the server sends the same
// token twice and would never end.
template <typename Request, typename Response>
absl::Status ReadPages(
    Request request,
    const std::function<absl::StatusOr<Response>(const Request&)>& read,
    const std::function<bool(Response)>& take, const absl::Status& endless) {
  if (request.page_size() == 0) request.set_page_size(kPageRowsMax);
  while (true) {
    absl::StatusOr<Response> response = read(request);
    if (!response.ok()) return std::move(response).status();
    const std::string next = response->next_page_token();
    if (!take(*std::move(response)) || next.empty()) return absl::OkStatus();
    if (next == request.page_token()) return endless;
    request.set_page_token(next);
  }
}

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_PAGES_H_

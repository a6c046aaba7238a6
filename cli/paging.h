// Lists page by page, until the last one.

#ifndef SKONTRO_CLI_PAGING_H_
#define SKONTRO_CLI_PAGING_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/failure.h"
#include "cli/session.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"

namespace skontro::cli {

// Calls `read` with `request` and the token of each page in turn, and `take`
// with each answer, until there is no next page or `take` returns false. A
// failure of `read`, or kBroken where the server sends the same token twice and
// would never end.
template <typename Request, typename Response>
absl::Status ReadPages(
    Request request,
    const std::function<absl::StatusOr<Response>(const Request&)>& read,
    const std::function<bool(Response)>& take) {
  request.set_page_size(kPageSizeMax);
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(Response response, read(request));
    const std::string next = response.next_page_token();
    if (!take(std::move(response)) || next.empty()) return absl::OkStatus();
    if (next == request.page_token()) {
      return Failure(ExitCode::kBroken,
                     "the server sends the same page again and again");
    }
    request.set_page_token(next);
  }
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_PAGING_H_

// Lists page by page, until the last one, for a terminal.

#ifndef SKONTRO_CLI_PAGING_H_
#define SKONTRO_CLI_PAGING_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "cli/client/pages.h"
#include "cli/failure.h"

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
  return client::ReadPages<Request, Response>(
      std::move(request), read, take,
      Failure(ExitCode::kBroken,
              "the server sends the same page again and again"));
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_PAGING_H_

// Short forms for passing errors on.

#ifndef SKONTRO_LEDGER_BASE_STATUS_H_
#define SKONTRO_LEDGER_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Leaves the function with the error of `expression`, if it is one.
#define SKONTRO_RETURN_IF_ERROR(expression)          \
  do {                                               \
    absl::Status skontro_status = (expression);      \
    if (!skontro_status.ok()) return skontro_status; \
  } while (false)

#define SKONTRO_CONCAT_INNER(a, b) a##b
#define SKONTRO_CONCAT(a, b) SKONTRO_CONCAT_INNER(a, b)

// Assigns the value of the StatusOr `expression` to `target`, or leaves the
// function with its error.
#define SKONTRO_ASSIGN_OR_RETURN(target, expression)                        \
  SKONTRO_ASSIGN_OR_RETURN_INNER(SKONTRO_CONCAT(skontro_result_, __LINE__), \
                                 target, expression)
#define SKONTRO_ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                                      \
  if (!result.ok()) return std::move(result).status();             \
  target = *std::move(result)

#endif  // SKONTRO_LEDGER_BASE_STATUS_H_

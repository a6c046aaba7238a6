// A RefusalCheck looks at each refusal of a round: was there a moment, after
// the request was first sent, at which the reason given held with the values
// given?
//
// Thread safety: none; one thread owns a RefusalCheck.

#ifndef SKONTRO_TESTS_INTEGRATION_REFUSAL_CHECK_H_
#define SKONTRO_TESTS_INTEGRATION_REFUSAL_CHECK_H_

#include <cstdint>
#include <string>

#include "tests/integration/books.h"
#include "tests/integration/call_log.h"
#include "tests/integration/load_plan.h"

namespace skontro::integration {

class RefusalCheck {
 public:
  // `books` were told everything up to `head` and are not closed.
  RefusalCheck(const LoadPlan& plan, const CallLog& log, const Books& books,
               int64_t head, Findings* findings)
      : plan_(plan),
        log_(log),
        books_(books),
        head_(head),
        findings_(*findings) {}

  // REQUIRES: every call of the round has its answer.
  void Run();

 private:
  // Return whether the refusal may have been right.
  bool IsRight(const PlannedCall& call, size_t item,
               const RefusedBecause& because, int64_t after) const;
  bool IsOverLimit(const RefusedBecause& because, int64_t units,
                   int64_t after) const;
  bool IsInState(const RefusedBecause& because, int64_t after) const;
  bool IsDuplicate(const PlannedTrade& planned,
                   const RefusedBecause& because) const;
  int64_t UnitsOf(const PlannedCall& call, size_t item) const;

  const LoadPlan& plan_;
  const CallLog& log_;
  const Books& books_;
  const int64_t head_;
  Findings& findings_;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_REFUSAL_CHECK_H_

// SKONTRO_CHECK(condition) stops the process when `condition` is false.
//
// Use it for what only a bug of ours can break: an entry that no longer
// balances, a sequence that runs backwards. What a member, a file, the disk or
// the network can cause is an absl::Status.
//
// It stays on in every build. A ledger that stopped is rebuilt from its
// journal; nobody can believe one that went on after a broken invariant.

#ifndef SKONTRO_LEDGER_BASE_CHECK_H_
#define SKONTRO_LEDGER_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace skontro::internal {

[[noreturn]] inline void CheckFailed(const char* file, int line,
                                     const char* condition) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

[[noreturn]] inline void CheckFailedAt(const char* file, int line,
                                       const char* condition,
                                       long long sequence) {
  std::fprintf(stderr, "%s:%d: broken invariant at sequence %lld: %s\n", file,
               line, sequence, condition);
  std::abort();
}

}  // namespace skontro::internal

#define SKONTRO_CHECK(condition) \
  ((condition)                   \
       ? static_cast<void>(0)    \
       : ::skontro::internal::CheckFailed(__FILE__, __LINE__, #condition))

// The same, naming the journal sequence at which the invariant broke.
#define SKONTRO_CHECK_AT(condition, sequence)                               \
  ((condition)                                                              \
       ? static_cast<void>(0)                                               \
       : ::skontro::internal::CheckFailedAt(__FILE__, __LINE__, #condition, \
                                            static_cast<long long>(sequence)))

#endif  // SKONTRO_LEDGER_BASE_CHECK_H_

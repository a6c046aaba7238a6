// A PolicyBook knows the policies of the network as of the record that is being
// read, and checks that each change of them could be made.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_POLICY_BOOK_H_
#define SKONTRO_CLI_VERIFIER_POLICY_BOOK_H_

#include <cstdint>

#include "cli/verifier/messages.h"
#include "cli/verifier/report.h"

namespace skontro::verifier {

// Values of `PolicyValue.policy`.
inline constexpr uint32_t kDealCap = 1;
inline constexpr uint32_t kLeastUnitShare = 2;  // In parts of 10,000.
inline constexpr uint32_t kVatSettlement = 3;   // 1: never in units.
inline constexpr uint32_t kArchived = 4;        // 1: nothing happens any more.

class PolicyBook {
 public:
  // `findings` must outlive the book.
  explicit PolicyBook(Findings* findings) : findings_(*findings) {}

  // Checks what record `sequence` says, and takes it over.
  void Set(uint64_t sequence, const PoliciesSet& set);

  // The value in force.
  int64_t Get(uint32_t policy) const;

  // What was set last; version 0 if nothing was.
  const PoliciesSet& set() const { return set_; }

 private:
  Findings& findings_;
  PoliciesSet set_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_POLICY_BOOK_H_

// A MemberBook keeps where each membership stands, and checks that it changed
// as it may and that who traded was allowed to.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_MEMBER_BOOK_H_
#define SKONTRO_CLI_VERIFIER_MEMBER_BOOK_H_

#include <cstdint>
#include <map>

#include "cli/verifier/account_book.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/report.h"

namespace skontro::verifier {

// Values of `skontro.v1.Member.Status`.
inline constexpr uint32_t kActive = 2;
inline constexpr uint32_t kEarnOnly = 3;
inline constexpr uint32_t kSpendOnly = 4;
inline constexpr uint32_t kFrozen = 5;
inline constexpr uint32_t kClosing = 6;
inline constexpr uint32_t kClosed = 7;

class MemberBook {
 public:
  struct Standing {
    uint32_t status = kActive;
    int32_t wind_down_day = 0;
  };

  // Both must outlive the book.
  MemberBook(AccountBook* accounts, Findings* findings)
      : accounts_(*accounts), findings_(*findings) {}

  // Takes over a change of the member whose account is `account`, booked on
  // `day`, and checks it. `open_trades` is how many trades of it are open.
  void Set(uint64_t sequence, int32_t day, const MemberStatusSet& event,
           uint64_t account, uint64_t open_trades);

  // Checks that the two may sell and buy on `day`.
  void CheckParties(uint64_t sequence, int32_t day, uint64_t seller,
                    uint64_t buyer);

  // Checks that the two may keep what they promised: neither is frozen or left.
  void CheckSettlers(uint64_t sequence, uint64_t seller, uint64_t buyer);

  Standing Of(uint64_t member) const;

  // Of members that are not as they were admitted, or were not once.
  const std::map<uint64_t, Standing>& standings() const { return standings_; }

 private:
  AccountBook& accounts_;
  Findings& findings_;
  std::map<uint64_t, Standing> standings_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_MEMBER_BOOK_H_

// An AccountBook keeps the balance and the limits of every account, as the
// records say they move, and checks each posting against them.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_ACCOUNT_BOOK_H_
#define SKONTRO_CLI_VERIFIER_ACCOUNT_BOOK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/report.h"

namespace skontro::verifier {

// Largest amount of one leg, and of a limit, in minor units.
inline constexpr int64_t kAmountMax = 1'000'000'000'000'000;

struct Limits {
  int64_t credit_line = 0;
  int64_t balance_limit = 0;
};

class AccountBook {
 public:
  // `findings` must outlive the book.
  explicit AccountBook(Findings* findings) : findings_(*findings) {}

  // The limits of accounts that are opened from now on.
  void SetDefaults(const Limits& limits) { defaults_ = limits; }

  // Opens `account`, of `member`. It must be the next number.
  void Open(uint64_t sequence, uint64_t account, uint64_t member);

  // Moves the balances. Checks that each entry has two postings or more, none
  // of them zero, of known accounts, that they add up to zero, that each
  // balance is what its posting says, and that all balances add up to zero.
  void Post(uint64_t sequence, const std::vector<Entry>& entries);

  // Sets the limits. The old ones must be those in force.
  void SetLimits(uint64_t sequence, const CreditLineSet& event);

  // From now on no trade may take the balance away from zero or past it: its
  // member winds down or left.
  void BindToZero(uint64_t account);

  // Takes `units` more from what `buyer` can spend and from the room that
  // `seller` has, or gives them back where `units` is below zero; and checks
  // that the record says what is held then.
  void Hold(uint64_t sequence, uint64_t buyer, uint64_t seller, int64_t units,
            const std::optional<HoldsAfter>& holds);

  // Checks that the account that paid is not below its credit line now, and
  // that the one that received is not above its balance limit; what is held
  // counts for both.
  void CheckLimits(uint64_t sequence, uint64_t payer, uint64_t receiver);

  // The member that `account` belongs to; 0 if there is no such account.
  uint64_t MemberOf(uint64_t account) const;

  // An account as it stands.
  struct Account {
    int64_t balance = 0;
    Limits limits;
    uint64_t member = 0;
    bool bound_to_zero = false;
    int64_t holds_out = 0;
    int64_t holds_in = 0;
  };

  // nullptr if there is no such account.
  const Account* Find(uint64_t account) const;

  uint64_t count() const { return accounts_.size(); }

  // The sum of all balances, added up anew.
  __int128 Sum() const;

 private:
  // Moves one balance, and the sum of all.
  void PostOne(uint64_t sequence, const Posting& posting);

  Findings& findings_;
  Limits defaults_;
  absl::flat_hash_map<uint64_t, Account> accounts_;
  uint64_t last_account_ = 0;
  __int128 sum_ = 0;  // Of all balances, moved along with them.
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ACCOUNT_BOOK_H_

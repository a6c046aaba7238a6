#include "cli/verifier/account_book.h"

#include <string>

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"

namespace skontro::verifier {
namespace {

// What is held, where something is.
std::string Held(int64_t units) {
  return units == 0 ? "" : absl::StrFormat(" with %d held", units);
}

}  // namespace

void AccountBook::Open(uint64_t sequence, uint64_t account, uint64_t member) {
  if (account != last_account_ + 1) {
    findings_.Add(sequence,
                  absl::StrFormat("account %d is opened; %d would be next",
                                  account, last_account_ + 1));
  }
  if (account > last_account_) last_account_ = account;
  accounts_.try_emplace(
      account, Account{.balance = 0, .limits = defaults_, .member = member});
}

void AccountBook::Post(uint64_t sequence, const std::vector<Entry>& entries) {
  const __int128 sum_before = sum_;
  const uint64_t told_before = findings_.count();
  for (const Entry& entry : entries) {
    if (entry.postings.size() < 2) {
      findings_.Add(sequence, absl::StrFormat("an entry has %d postings, fewer "
                                              "than two",
                                              entry.postings.size()));
    }
    __int128 posted = 0;
    for (const Posting& posting : entry.postings) {
      posted += posting.minor_units;
      PostOne(sequence, posting);
    }
    if (posted != 0) {
      findings_.Add(sequence,
                    absl::StrFormat("the postings of an entry add up to %s, "
                                    "not to zero",
                                    Decimal(posted)));
    }
  }
  // Entries that balance keep the sum at zero, so this stays silent unless the
  // checks above overlooked something.
  if (sum_ != sum_before && findings_.count() == told_before) {
    findings_.Add(sequence,
                  absl::StrFormat("the balances of all accounts add up to %s",
                                  Decimal(sum_)));
  }
}

void AccountBook::PostOne(uint64_t sequence, const Posting& posting) {
  const auto add = [&](const std::string& what) {
    findings_.Add(sequence,
                  absl::StrFormat("account %d: %s", posting.account, what));
  };
  if (posting.minor_units == 0) {
    add("a posting of zero moves nothing");
    return;
  }
  const auto account = accounts_.find(posting.account);
  if (account == accounts_.end()) {
    add("a posting to an account that was never opened");
    return;
  }
  int64_t& balance = account->second.balance;
  int64_t after = 0;
  if (__builtin_add_overflow(balance, posting.minor_units, &after)) {
    add("the balance does not fit in 64 bits");
    return;
  }
  if (after != posting.balance_after) {
    add(
        absl::StrFormat("the balance is %d after a posting of %d; the record "
                        "says %d",
                        after, posting.minor_units, posting.balance_after));
  }
  balance = after;
  sum_ += posting.minor_units;
}

void AccountBook::SetLimits(uint64_t sequence, const CreditLineSet& event) {
  const auto add = [&](const std::string& what) {
    findings_.Add(sequence,
                  absl::StrFormat("account %d: %s", event.account, what));
  };
  const auto account = accounts_.find(event.account);
  if (account == accounts_.end()) {
    add("limits of an account that was never opened");
    return;
  }
  Limits& limits = account->second.limits;
  if (event.old_credit_line != limits.credit_line) {
    add(
        absl::StrFormat("the credit line in force is %d; the record says that "
                        "it was %d",
                        limits.credit_line, event.old_credit_line));
  }
  if (event.old_balance_limit != limits.balance_limit) {
    add(
        absl::StrFormat("the balance limit in force is %d; the record says "
                        "that it was %d",
                        limits.balance_limit, event.old_balance_limit));
  }
  if (event.new_credit_line < 0 || event.new_credit_line > kAmountMax) {
    add(absl::StrFormat("a credit line of %d is not 0 to %d",
                        event.new_credit_line, kAmountMax));
  }
  if (event.new_balance_limit <= 0 || event.new_balance_limit > kAmountMax) {
    add(absl::StrFormat("a balance limit of %d is not 1 to %d",
                        event.new_balance_limit, kAmountMax));
  }
  limits = {event.new_credit_line, event.new_balance_limit};
}

void AccountBook::BindToZero(uint64_t account) {
  const auto found = accounts_.find(account);
  if (found != accounts_.end()) found->second.bound_to_zero = true;
}

void AccountBook::CheckLimits(uint64_t sequence, uint64_t payer,
                              uint64_t receiver) {
  const auto paying = accounts_.find(payer);
  const auto receiving = accounts_.find(receiver);
  if (paying == accounts_.end() || receiving == accounts_.end()) return;
  const int64_t paid = paying->second.balance;
  const int64_t held = paying->second.holds_out;
  const int64_t lower =
      paying->second.bound_to_zero ? 0 : paying->second.limits.credit_line;
  if (__int128{paid} - held + lower < 0) {
    findings_.Add(sequence,
                  absl::StrFormat("account %d pays and stands at %d%s, below "
                                  "its credit line of %d",
                                  payer, paid, Held(held), lower));
  }
  const int64_t received = receiving->second.balance;
  const int64_t coming = receiving->second.holds_in;
  const int64_t upper = receiving->second.bound_to_zero
                            ? 0
                            : receiving->second.limits.balance_limit;
  if (__int128{received} + coming > upper) {
    findings_.Add(sequence,
                  absl::StrFormat("account %d receives and stands at %d%s, "
                                  "above its balance limit of %d",
                                  receiver, received, Held(coming), upper));
  }
}

void AccountBook::Hold(uint64_t sequence, uint64_t buyer, uint64_t seller,
                       int64_t units, const std::optional<HoldsAfter>& holds) {
  const auto buying = accounts_.find(buyer);
  const auto selling = accounts_.find(seller);
  if (buying == accounts_.end() || selling == accounts_.end()) return;
  buying->second.holds_out += units;
  selling->second.holds_in += units;
  const HoldsAfter found = {buyer, buying->second.holds_out, seller,
                            selling->second.holds_in};
  if (holds.has_value() && *holds == found) return;
  findings_.Add(sequence, absl::StrFormat(
                              "the record does not say that %d are held of "
                              "account %d and %d for account %d",
                              found.holds_out, buyer, found.holds_in, seller));
}

uint64_t AccountBook::MemberOf(uint64_t account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? 0 : found->second.member;
}

const AccountBook::Account* AccountBook::Find(uint64_t account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? nullptr : &found->second;
}

__int128 AccountBook::Sum() const {
  __int128 sum = 0;
  for (const auto& [number, account] : accounts_) sum += account.balance;
  return sum;
}

}  // namespace skontro::verifier

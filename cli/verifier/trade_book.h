// A TradeBook follows every trade through its life and every invoice through
// its trades, and checks that each step was allowed, that the entry of a step
// is the one that it must be, and that the amounts belong together.
//
// It keeps 32 bytes for each trade and about 45 for each invoice that is in a
// trade which is proposed or settled, for as long as the verification runs: 10
// million trades with invoices take some 0.8 GB.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_TRADE_BOOK_H_
#define SKONTRO_CLI_VERIFIER_TRADE_BOOK_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "cli/verifier/account_book.h"
#include "cli/verifier/fingerprint.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/policy_book.h"
#include "cli/verifier/report.h"

namespace skontro::verifier {

// What a unit is worth, as the genesis says.
struct Rate {
  int64_t numerator = 1;
  int64_t denominator = 1;
};

// units * numerator / denominator, rounded half away from zero, exactly.
// REQUIRES: the denominator is above zero.
__int128 NationalValue(int64_t units, const Rate& rate);

class TradeBook {
 public:
  // All must outlive the book.
  TradeBook(AccountBook* accounts, const PolicyBook* policies,
            Findings* findings);

  void SetRate(const Rate& rate) { rate_ = rate; }

  // Makes the account of `member` known, where its units arrive and leave.
  void AddMember(uint64_t member, uint64_t account);

  // Check what record `sequence` says, and take it over. The balances are
  // those after the entries.
  // `time_us` is that of the record, where holds begin and end.
  void Create(uint64_t sequence, int64_t time_us,
              const std::vector<Entry>& entries, const TradeCreated& event);
  void Accept(uint64_t sequence, const std::vector<Entry>& entries,
              const TradeAccepted& event);
  void Decline(uint64_t sequence, const std::vector<Entry>& entries,
               const TradeDeclined& event);
  void Reverse(uint64_t sequence, const std::vector<Entry>& entries,
               const TradeReversed& event);

  void Withdraw(uint64_t sequence, const std::vector<Entry>& entries,
                const TradeWithdrawn& event);
  void Authorise(uint64_t sequence, int64_t time_us,
                 const std::vector<Entry>& entries,
                 const TradeAuthorised& event);
  void SettlePart(uint64_t sequence, int64_t time_us,
                  const std::vector<Entry>& entries, const HoldSettled& event);
  void Release(uint64_t sequence, int64_t time_us,
               const std::vector<Entry>& entries, const HoldReleased& event);
  void Expire(uint64_t sequence, int64_t time_us,
              const std::vector<Entry>& entries, const HoldExpired& event);

  uint64_t count() const { return trades_.size(); }
  // Whether anything was ever held.
  bool had_holds() const { return had_holds_; }

 private:
  enum State : uint8_t {
    kProposed,
    kSettled,
    kDeclined,
    kReversed,
    kAuthorised,
    kWithdrawn,
    kExpired,
  };

  // What is, or was, held of a trade that was authorised.
  struct Held {
    int64_t expire_time_us = 0;
    int64_t settled = 0;
    int64_t cash = 0;  // Of the whole trade.
  };

  // 32 bytes, since there are many. Accounts have no gaps, so 32 bits hold
  // their numbers; a sequence fits in 56.
  struct Trade {
    uint64_t number;
    int64_t units;
    uint32_t seller_account;
    uint32_t buyer_account;
    uint64_t settle_sequence : 56;
    uint64_t state : 4;
    uint64_t has_invoice : 1;
  };
  static_assert(sizeof(Trade) == 32);

  void Add(uint64_t sequence, const std::string& message) {
    findings_.Add(sequence, message);
  }

  // The trade, or nullptr after a finding: it is unknown, or not in `state`.
  Trade* InState(uint64_t sequence, uint64_t number, State state);

  void CheckAmounts(uint64_t sequence, const TradeCreated& event);
  void CheckDealCap(uint64_t sequence, const Trade& trade);
  void CheckUnitShare(uint64_t sequence, const TradeCreated& event);
  void CheckInvoice(uint64_t sequence, const TradeCreated& event);
  void FreeInvoice(uint64_t sequence, const Trade& trade,
                   const std::optional<InvoiceKey>& key);

  // Check the one entry of a step that moves the trade's units, and then the
  // limits of both; or that there is none.
  void CheckMove(uint64_t sequence, const std::vector<Entry>& entries,
                 uint32_t kind, const Trade& trade);
  // The same without the limits. False after a finding.
  bool CheckEntry(uint64_t sequence, const std::vector<Entry>& entries,
                  uint32_t kind, const Trade& trade, int64_t units);

  // Begins the hold of a trade.
  void Hold(uint64_t sequence, int64_t time_us, Trade* trade,
            int64_t expire_time_us, int64_t cash,
            const std::optional<HoldsAfter>& holds);
  // Gives back what is held of a trade that ends in `state`: that of the
  // record, which must be `unsettled` where no part was settled.
  void EndHold(uint64_t sequence, Trade* trade, uint32_t state, State unsettled,
               const std::optional<InvoiceKey>& freed_invoice,
               const std::optional<HoldsAfter>& holds);
  // The hold of a trade that is authorised, or nullptr after a finding.
  Held* HeldOf(uint64_t sequence, uint64_t number, Trade** trade);
  void CheckNoMove(uint64_t sequence, const std::vector<Entry>& entries);

  // The account of `member`, or nullopt after a finding.
  std::optional<uint32_t> AccountOf(uint64_t sequence, const char* party,
                                    uint64_t member);

  AccountBook& accounts_;
  const PolicyBook& policies_;
  Findings& findings_;
  const SipKey key_;
  Rate rate_;
  std::deque<Trade> trades_;  // Ascending by number.
  absl::flat_hash_map<uint64_t, uint32_t> member_accounts_;
  absl::flat_hash_map<uint64_t, Held> holds_;  // By number of the trade.
  // Cash legs of trades that are proposed.
  absl::flat_hash_map<uint64_t, int64_t> open_cash_;
  bool had_holds_ = false;
  // Invoices of trades that are proposed or settled, to the number of the
  // trade.
  absl::flat_hash_map<Fingerprint, uint64_t> invoices_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_TRADE_BOOK_H_

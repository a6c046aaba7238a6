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
  // Both must outlive the book.
  TradeBook(AccountBook* accounts, Findings* findings);

  void SetRate(const Rate& rate) { rate_ = rate; }

  // Makes the account of `member` known, where its units arrive and leave.
  void AddMember(uint64_t member, uint64_t account);

  // Check what record `sequence` says, and take it over. The balances are
  // those after the entries.
  void Create(uint64_t sequence, const std::vector<Entry>& entries,
              const TradeCreated& event);
  void Accept(uint64_t sequence, const std::vector<Entry>& entries,
              const TradeAccepted& event);
  void Decline(uint64_t sequence, const std::vector<Entry>& entries,
               const TradeDeclined& event);
  void Reverse(uint64_t sequence, const std::vector<Entry>& entries,
               const TradeReversed& event);

  uint64_t count() const { return trades_.size(); }

 private:
  enum State : uint8_t { kProposed, kSettled, kDeclined, kReversed };

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
  void CheckInvoice(uint64_t sequence, const TradeCreated& event);
  void FreeInvoice(uint64_t sequence, const Trade& trade,
                   const std::optional<InvoiceKey>& key);

  // Check the one entry of a step that moves the trade's units, and then the
  // limits of both; or that there is none.
  void CheckMove(uint64_t sequence, const std::vector<Entry>& entries,
                 uint32_t kind, const Trade& trade);
  void CheckNoMove(uint64_t sequence, const std::vector<Entry>& entries);

  // The account of `member`, or nullopt after a finding.
  std::optional<uint32_t> AccountOf(uint64_t sequence, const char* party,
                                    uint64_t member);

  AccountBook& accounts_;
  Findings& findings_;
  const SipKey key_;
  Rate rate_;
  std::deque<Trade> trades_;  // Ascending by number.
  absl::flat_hash_map<uint64_t, uint32_t> member_accounts_;
  // Invoices of trades that are proposed or settled, to the number of the
  // trade.
  absl::flat_hash_map<Fingerprint, uint64_t> invoices_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_TRADE_BOOK_H_

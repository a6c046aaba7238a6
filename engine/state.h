// State is the writer's memory: what it takes to decide the next command. It is
// a projection of the journal; Apply() of every record, in order, gives it
// back, and is the only way to change it.
//
// Members, accounts and open trades stay in memory. Request ids, invoices and
// finished trades do not: of those it keeps only what is newer than what
// callers have looked up in the store (Facts), and forgets the rest.
//
// Every kDigestInterval records the journal holds a digest of the state, over
// what was touched since the last one: engine/state_digest.h.
//
// Thread safety: none; the writer thread owns it.

#ifndef SKONTRO_ENGINE_STATE_H_
#define SKONTRO_ENGINE_STATE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/command.h"
#include "engine/event.h"
#include "engine/state_digest.h"
#include "ledger/record.h"

namespace skontro::engine {

struct Member {
  std::string id;
  MemberStatus status = MemberStatus::kActive;
  CivilDate wind_down_date;  // Of kClosing.
  AccountId main_account{};
};

struct Account {
  Amount balance;
  Amount credit_line;
  Amount balance_limit;
  MemberNumber owner{};
  // What the holds of authorised trades take, and what they will bring.
  Amount holds_out;
  Amount holds_in;
};

// What has to be known of a trade to take its next step.
struct Trade {
  std::string id;
  MemberNumber seller{};
  MemberNumber buyer{};
  Amount units;
  TradeState state = TradeState::kProposed;
  Sequence settle_sequence{};
  Sequence changed{};  // The newest record that is about it.
  std::optional<InvoiceKey> invoice;
  int64_t national_value = 0;  // Of all its units; the parts of a hold share
  int64_t cash = 0;            // these two.
  // Of one that was authorised: when its hold ends, and what was settled.
  int64_t hold_expire_time_us = 0;
  Amount settled;

  // What is held of it now, and what moved or will move at once.
  Amount Held() const {
    return state == TradeState::kAuthorised ? *Subtract(units, settled)
                                            : Amount();
  }
  Amount Moved() const { return hold_expire_time_us == 0 ? units : settled; }
};

// A key that clients prove themselves with.
struct ApiKey {
  ApiKeyCreated created;
  int64_t expire_time_us = 0;  // Of now; 0 for never.
  bool revoked = false;

  bool ExpiredAt(int64_t time_us) const {
    return expire_time_us != 0 && time_us >= expire_time_us;
  }
};

// Somebody who is told of events.
struct Webhook {
  WebhookCreated created;
  WebhookState state = WebhookState::kActive;  // Never kDeleted.
};

// All that a State holds for longer than a batch, to take it over from a
// checkpoint.
struct StateContents {
  NetworkCreated terms;
  Sequence sequence{};
  int64_t time_us = 0;
  CivilDate booking_date;
  std::vector<Member> members;                             // By number - 1.
  std::vector<Account> accounts;                           // By number - 1.
  std::vector<std::pair<TradeNumber, Trade>> open_trades;  // Ascending.
  std::vector<std::string> tax_ids;
  std::map<std::string, ApiKey, std::less<>> api_keys;   // By id.
  std::map<std::string, Webhook, std::less<>> webhooks;  // By id.
  PoliciesSet policies;
  Touched touched;
};

class State {
 public:
  // REQUIRES: `genesis` is the record that created the network.
  State(const ledger::Record& genesis, NetworkCreated terms,
        uint64_t digest_interval = kDigestInterval);

  // REQUIRES: `contents` is the state after some record of a journal, and that
  // record is the last of its group.
  explicit State(StateContents contents,
                 uint64_t digest_interval = kDigestInterval);

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // What can never change about the network.
  const NetworkCreated& terms() const { return terms_; }

  // The policies in force, and how many times they were set.
  const Policies& policies() const { return policies_.policies; }
  uint64_t policies_version() const { return policies_.version; }

  // The newest record that was applied.
  Sequence sequence() const { return sequence_; }
  int64_t time_us() const { return time_us_; }
  CivilDate booking_date() const { return booking_date_; }

  // Changes the memory as `record`, the next of the journal, says. Stops the
  // process where the record contradicts what is here: it knows no rules, but a
  // record that does not fit is a bug or damage.
  // REQUIRES: `event` is what record.event holds; a StateDigested is what
  // CheckDigest() accepts.
  void Apply(const ledger::Record& record, const Event& event) {
    Apply(record, event, Recall::kRecent);
  }

  // What Apply() keeps for FindRequest(), FindInvoice() and finished trades.
  // kNothing leaves memory as it would be after ForgetUpTo() of this record,
  // for who reads a journal whose records are all in the store.
  enum class Recall { kRecent, kNothing };
  void Apply(const ledger::Record& record, const Event& event, Recall recall);

  // Whether the next record must be a state digest, or the acceptance of a loss
  // that puts it off by one: it is the first at or after a multiple of the
  // interval, and no group is open.
  bool DigestIsDue() const;

  // What that record says.
  StateDigested DigestNow() const;

  // Returns DATA_LOSS if a record with `event` may not be the next: it is a
  // state digest where none is due or one that says something else, or none
  // where one is due.
  absl::Status CheckDigest(const Event& event) const;

  // What was touched since the newest state digest.
  const Touched& touched() const { return touched_; }

  // What a trade about to be applied will overwrite.
  struct BeforeTrade;
  BeforeTrade Remember(const TradeCreated& created) const;

  // Undoes the newest Apply(), which must have been of `created`, for an atomic
  // group that fails half way. `before` was remembered just before it.
  void UndoTrade(const ledger::Record& record, const TradeCreated& created,
                 const BeforeTrade& before);

  // Members. A number that is not there stops the process.
  std::optional<MemberNumber> FindMember(std::string_view id) const;
  const Member& member(MemberNumber number) const;
  MemberNumber next_member() const { return MemberNumber{members_.size() + 1}; }
  AccountId next_account() const { return AccountId{accounts_.size() + 1}; }
  size_t member_count() const { return members_.size(); }
  // Whether a tax id in the form of TaxIdKey() is taken, and all that are, in
  // order.
  bool HasTaxId(const std::string& key) const;
  std::vector<std::string> TaxIds() const;

  // Keys, by id; nullptr for none.
  const ApiKey* FindApiKey(std::string_view id) const;
  const std::map<std::string, ApiKey, std::less<>>& api_keys() const {
    return api_keys_;
  }

  // Webhooks, by id; nullptr for none.
  const Webhook* FindWebhook(std::string_view id) const;
  const std::map<std::string, Webhook, std::less<>>& webhooks() const {
    return webhooks_;
  }

  // The account. A number that is not there stops the process.
  const Account& account(AccountId account) const;
  size_t account_count() const { return accounts_.size(); }

  // How far a trade may take the balance of an account below and above zero:
  // its credit line and balance limit, but of a member that winds down or left,
  // nothing at all.
  struct Limits {
    Amount credit_line;
    Amount balance_limit;
  };
  Limits LimitsOf(AccountId account) const;

  // What the account can spend, and how much more it can hold: what holds take
  // and will bring is counted. Below zero where a limit was cut.
  __int128 SpendableOf(AccountId account) const;
  __int128 RoomOf(AccountId account) const;

  // The trade of that id, from memory or from `fact`; nullopt if neither has
  // it.
  struct FoundTrade {
    TradeNumber number{};
    Trade trade;
  };
  std::optional<FoundTrade> FindTrade(
      std::string_view id, const std::optional<TradeFact>& fact) const;

  // Whether a trade of that id is in memory.
  bool HasTrade(std::string_view id) const;

  // Trades that are proposed or authorised: how many, the one of that number or
  // nullptr, and the numbers of all, ascending.
  size_t open_trade_count() const { return open_trade_count_; }
  const Trade* FindOpenTrade(TradeNumber number) const;
  std::vector<TradeNumber> OpenTrades() const;

  // How many of them the member is a party of. Linear in all that are open.
  size_t CountOpenTradesOf(MemberNumber member) const;

  // The hold that ends first, and of those the one of the oldest trade.
  struct Deadline {
    int64_t time_us = 0;
    TradeNumber trade{};
  };
  std::optional<Deadline> NextDeadline() const;

  // What is held of both parties when the holds between them change by `more`,
  // which may be below zero.
  HoldsAfter HoldsWith(MemberNumber seller, MemberNumber buyer,
                       Amount more) const;

  // What memory says of an invoice: nothing, free again, or held by a trade.
  struct InvoiceState {
    bool held = false;
    std::string trade_id;
  };
  struct DatedInvoice {
    InvoiceState state;
    Sequence sequence{};
  };
  const InvoiceState* FindInvoice(const InvoiceKey& key) const;

  // What memory says of the request that `actor` gave this id.
  const RequestRow* FindRequest(std::string_view actor,
                                std::string_view request_id) const;

  // Forgets requests, invoices and finished trades up to `floor`.
  // REQUIRES: no command will be decided with Facts from before `floor`.
  void ForgetUpTo(Sequence floor);

  // How many things ForgetUpTo() could forget.
  size_t recent_count() const {
    return recent_requests_.size() + recent_invoices_.size() +
           recent_trades_.size();
  }

  // Stops the process unless the balances of all accounts add up to zero, every
  // limit is in its bounds, and what is held of each account is what its
  // trades hold. Linear in the number of accounts and of open trades.
  void CheckInvariants() const;

  // Stops the process if an account that `record`, the newest, took from has
  // less than nothing to spend, or one that it gave to has less than no room.
  // The same of an event that holds units, for the two accounts. What was held
  // and moves is as it was promised, whatever the limits are now.
  // For what was just decided: on replay the limits in force are the journal's
  // own affair, and the verifier's.
  void CheckLimits(const ledger::Record& record) const;
  void CheckLimits(const HoldsAfter& holds) const;

 private:
  // Actor and request id.
  using RequestName = std::pair<absl::string_view, absl::string_view>;

  // What can be forgotten, with the sequence that made it so.
  struct RecentRequest {
    std::string actor;
    std::string request_id;
    RequestRow row;

    RequestName name() const { return {actor, request_id}; }
  };
  struct RecentInvoice {
    InvoiceKey key;
    Sequence sequence{};
  };
  struct RecentTrade {
    TradeNumber number{};
    Sequence sequence{};
  };

  bool MayBeNext(const Event& event) const;
  void ApplyEvent(const Event& event);
  void ApplyEntries(const ledger::Record& record);
  void ApplyRequest(const ledger::Record& record, const Event& event);
  void CountGroup(const ledger::Record& record);
  void ApplyMember(const MemberCreated& created);
  void TakeTaxId(const std::string& key);
  void ApplyMemberStatus(const MemberStatusSet& set);
  void ApplyCreditLine(const CreditLineSet& set);
  void ApplyTradeCreated(const TradeCreated& created);
  void ApplyTradeStep(const Event& event);
  void ApplyAuthorised(const TradeAuthorised& authorised);
  void ApplyHoldSettled(const HoldSettled& settled);
  void ApplyHoldEnded(TradeNumber number, TradeState unsettled,
                      TradeState state,
                      const std::optional<InvoiceKey>& freed_invoice,
                      const HoldsAfter& holds);
  void ApplyReversed(const TradeReversed& reversed);
  void TouchHold(TradeNumber number, Trade* trade);
  // Takes the hold of an authorised trade, or gives back `less` of it.
  void TakeHold(TradeNumber number, const Trade& trade);
  void GiveBack(const Trade& trade, Amount less);
  void CheckHolds(const HoldsAfter& holds) const;
  void ApplyStateDigested(const StateDigested& digested);
  void ApplyApiKey(const ApiKeyCreated& created);
  void ApplyRevoked(const ApiKeyRevoked& revoked);
  void ApplyPolicies(const PoliciesSet& set);
  void ApplyWebhook(const WebhookCreated& created);
  void ApplyWebhookState(const WebhookStateSet& set);
  void AddTrade(TradeNumber number, Trade trade);
  void FinishTrade(TradeNumber number, TradeState state);
  void ForgetTrade(TradeNumber number);
  void SetInvoice(const InvoiceKey& key, InvoiceState state);
  void FreeInvoice(const std::optional<InvoiceKey>& key);
  Trade& OpenTrade(TradeNumber number, TradeState needed);
  std::optional<TradeNumber> NumberOf(std::string_view trade_id) const;

  const NetworkCreated terms_;
  const uint64_t digest_interval_;
  Recall recall_ = Recall::kRecent;  // Of the record that is being applied.
  Sequence sequence_{1};
  int64_t time_us_ = 0;
  CivilDate booking_date_;

  std::vector<Member> members_;    // By number - 1.
  std::vector<Account> accounts_;  // By number - 1.
  __int128 balances_sum_ = 0;      // Of all of them: zero between records.
  absl::flat_hash_map<std::string, MemberNumber> member_by_id_;
  absl::flat_hash_set<std::string> tax_ids_;
  std::map<std::string, ApiKey, std::less<>> api_keys_;
  std::map<std::string, Webhook, std::less<>> webhooks_;
  PoliciesSet policies_;

  uint32_t group_left_ = 0;  // Records of the open group that are to come.
  size_t open_trade_count_ = 0;
  std::set<std::pair<int64_t, TradeNumber>> deadlines_;  // Of holds.
  Touched touched_;

  absl::flat_hash_map<TradeNumber, Trade> trades_;
  // Of trades whose id is not that of the server, `t` and the number.
  absl::flat_hash_map<std::string, TradeNumber> trade_by_id_;
  absl::flat_hash_map<InvoiceKey, DatedInvoice> invoices_;
  // Into recent_requests_: what is in a deque stays where it is.
  absl::flat_hash_map<RequestName, const RequestRow*> requests_;

  // Oldest first.
  std::deque<RecentRequest> recent_requests_;
  std::deque<RecentInvoice> recent_invoices_;
  std::deque<RecentTrade> recent_trades_;
};

struct State::BeforeTrade {
  int64_t time_us = 0;
  CivilDate booking_date;
  std::optional<DatedInvoice> invoice;
  uint32_t group_left = 0;
  bool seller_touched = false;  // Their accounts.
  bool buyer_touched = false;
};

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_STATE_H_

#include "cli/verifier/books.h"

#include <variant>

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/keys.h"

namespace skontro::verifier {
namespace {

constexpr uint32_t kUnitDecimalsMax = 4;
constexpr size_t kRequestKeyLength = 16;
constexpr size_t kHeadKeyLength = 32;

// The kind that a record with this event must have.
RecordKind KindOf(const Event& event) {
  if (std::holds_alternative<NetworkCreated>(event)) {
    return RecordKind::kGenesis;
  }
  if (std::holds_alternative<RequestRefused>(event)) {
    return RecordKind::kRefusal;
  }
  if (std::holds_alternative<RecoveryAccepted>(event)) {
    return RecordKind::kRecovery;
  }
  return std::holds_alternative<StateDigested>(event) ? RecordKind::kStateDigest
                                                      : RecordKind::kEvent;
}

}  // namespace

Books::Books(Findings* findings, uint64_t digest_interval)
    : findings_(*findings),
      accounts_(findings),
      policies_(findings),
      members_(&accounts_, findings),
      trades_(&accounts_, &policies_, findings),
      state_(&accounts_, &policies_, &members_, digest_interval, findings) {}

void Books::Apply(const Frame& frame, const Record& record,
                  const Event& event) {
  const At at = {frame.sequence, record, frame};
  CheckKind(at, frame.kind, event);
  CheckDay(at);
  state_.CheckPlace(at.sequence, event, group_left_ > 0);
  CheckRequest(at, frame, event);
  CheckArchived(at, event);
  accounts_.Post(at.sequence, record.entries);
  std::visit([&](const auto& what) { On(at, what); }, event);
  state_.Apply(at.sequence, record.entries, event);
}

void Books::CheckKind(const At& at, RecordKind kind, const Event& event) {
  if (kind != KindOf(event)) {
    Add(at,
        absl::StrFormat("a record of kind %d cannot hold event %d",
                        static_cast<int>(kind), kEventNumbers[event.index()]));
  }
  const bool genesis = std::holds_alternative<NetworkCreated>(event);
  if (genesis && at.sequence != 1) Add(at, "the network is created again");
  if (!genesis && at.sequence == 1) {
    Add(at, "the first record does not create the network");
  }
}

// What is left to happen in an archived network: keys and webhooks are given
// out and taken back, holds come to their end, and the rest is the ledger's.
void Books::CheckArchived(const At& at, const Event& event) {
  if (policies_.Get(kArchived) == 0) return;
  const bool may_happen = std::holds_alternative<RequestRefused>(event) ||
                          std::holds_alternative<HeadKeySet>(event) ||
                          std::holds_alternative<RecoveryAccepted>(event) ||
                          std::holds_alternative<StateDigested>(event) ||
                          std::holds_alternative<ApiKeyCreated>(event) ||
                          std::holds_alternative<ApiKeyRevoked>(event) ||
                          std::holds_alternative<WebhookStateSet>(event) ||
                          std::holds_alternative<HoldExpired>(event) ||
                          std::holds_alternative<PoliciesSet>(event);
  if (!may_happen) Add(at, "the network is archived, and something happens");
}

void Books::CheckDay(const At& at) {
  const int32_t day = at.record.booking_day;
  if (last_day_.has_value() && day < *last_day_) {
    Add(at, absl::StrFormat("the booking day goes back from %d to %d",
                            *last_day_, day));
  }
  last_day_ = day;
}

void Books::CheckRequest(const At& at, const Frame& frame, const Event& event) {
  const Record& record = at.record;
  if (record.actor.find('\0') != std::string::npos) {
    Add(at,
        absl::StrFormat("the actor %s has a zero byte", Quoted(record.actor)));
  }
  for (size_t i = 1; i < record.request_fields.size(); ++i) {
    if (record.request_fields[i].number <=
        record.request_fields[i - 1].number) {
      Add(at, "the hashes of the request's fields are not ascending by number");
      break;
    }
  }
  if (group_left_ > 0) {
    CheckFollower(at, frame, event);
    return;
  }
  group_count_ = record.group_count;
  if (group_count_ <= 1) return;
  if (record.request_id.empty()) {
    Add(at, absl::StrFormat("a group of %d records has no request id",
                            record.group_count));
    return;
  }
  if (frame.kind == RecordKind::kRefusal) {
    Add(at, absl::StrFormat("a refusal is said to be %d records",
                            record.group_count));
    return;
  }
  if (record.group_count - 1 > frame.left_in_batch) {
    Add(at, absl::StrFormat("a group of %d records is split: %d are left in "
                            "its batch",
                            record.group_count, frame.left_in_batch + 1));
    return;
  }
  group_left_ = group_count_ - 1;
  group_actor_ = record.actor;
}

void Books::CheckFollower(const At& at, const Frame& frame,
                          const Event& event) {
  --group_left_;
  const Record& record = at.record;
  if (!record.request_id.empty()) {
    Add(at, absl::StrFormat("a record within a group has the request id %s",
                            Quoted(record.request_id)));
  }
  if (record.group_count != group_count_) {
    Add(at, absl::StrFormat("a record within a group of %d says that the group "
                            "has %d",
                            group_count_, record.group_count));
  }
  if (record.actor != group_actor_) {
    Add(at, absl::StrFormat("a group has two actors, %s and %s",
                            Quoted(group_actor_), Quoted(record.actor)));
  }
  if (frame.kind != RecordKind::kEvent ||
      std::holds_alternative<RequestRefused>(event)) {
    Add(at, "a record within a group is a refusal");
  }
}

void Books::CheckNoEntries(const At& at, const char* what) {
  if (at.record.entries.empty()) return;
  Add(at, absl::StrFormat("%s moves no units, and the record has %d entries",
                          what, at.record.entries.size()));
}

void Books::On(const At& at, const NetworkCreated& event) {
  CheckNoEntries(at, "creating a network");
  if (network_.has_value()) return;  // It was told.
  const auto check = [&](bool holds, const char* what) {
    if (!holds) Add(at, absl::StrFormat("the genesis has %s", what));
  };
  check(IsId(event.id), "an id that is none");
  check(IsCapitals(event.unit_code, 3), "a unit code that is none");
  check(event.unit_decimals <= kUnitDecimalsMax, "too many decimals");
  check(IsCapitals(event.peg_currency, 3), "a currency code that is none");
  check(event.peg_decimals <= kUnitDecimalsMax,
        "too many decimals of its currency");
  check(event.rate_numerator > 0 && event.rate_denominator > 0,
        "a rate that is not above zero");
  check(!event.time_zone.empty(), "no time zone");
  check(
      event.default_credit_line >= 0 && event.default_credit_line <= kAmountMax,
      "a credit line out of bounds");
  check(event.default_balance_limit > 0 &&
            event.default_balance_limit <= kAmountMax,
        "a balance limit out of bounds");
  check(event.request_key.size() == kRequestKeyLength,
        "a request key that is not of 16 bytes");
  check(event.head_key.empty() || event.head_key.size() == kHeadKeyLength,
        "a head key that is not of 32 bytes");
  network_ = event;
  accounts_.SetDefaults(
      {event.default_credit_line, event.default_balance_limit});
  if (event.rate_numerator > 0 && event.rate_denominator > 0) {
    trades_.SetRate({event.rate_numerator, event.rate_denominator});
  }
}

void Books::On(const At& at, const MemberCreated& event) {
  CheckNoEntries(at, "admitting a member");
  if (event.number != last_member_ + 1) {
    Add(at, absl::StrFormat("member %d is admitted; %d would be next",
                            event.number, last_member_ + 1));
  }
  if (event.number > last_member_) last_member_ = event.number;
  ++member_count_;
  if (!IsId(event.id)) {
    Add(at, absl::StrFormat("the member has the id %s, which is none",
                            Quoted(event.id)));
  }
  if (!IsCapitals(event.country, 2)) {
    Add(at,
        absl::StrFormat("the member's country is %s", Quoted(event.country)));
  }
  accounts_.Open(at.sequence, event.main_account, event.number);
  trades_.AddMember(event.number, event.main_account);
}

void Books::On(const At& at, const CreditLineSet& event) {
  CheckNoEntries(at, "setting limits");
  accounts_.SetLimits(at.sequence, event);
}

void Books::On(const At& at, const TradeCreated& event) {
  members_.CheckParties(at.sequence, at.record.booking_day, event.seller,
                        event.buyer);
  trades_.Create(at.sequence, at.frame.time_us, at.record.entries, event);
}

void Books::On(const At& at, const TradeAccepted& event) {
  // What was not proposed is told of by the trades.
  const auto proposed = state_.open_trades().find(event.trade);
  if (proposed != state_.open_trades().end()) {
    members_.CheckParties(at.sequence, at.record.booking_day,
                          proposed->second.seller, proposed->second.buyer);
  }
  trades_.Accept(at.sequence, at.record.entries, event);
}

void Books::On(const At& at, const TradeDeclined& event) {
  trades_.Decline(at.sequence, at.record.entries, event);
}

void Books::On(const At& at, const TradeWithdrawn& event) {
  trades_.Withdraw(at.sequence, at.record.entries, event);
}

void Books::On(const At& at, const TradeAuthorised& event) {
  // What was not proposed is told of by the trades.
  const auto proposed = state_.open_trades().find(event.trade);
  if (proposed != state_.open_trades().end()) {
    members_.CheckParties(at.sequence, at.record.booking_day,
                          proposed->second.seller, proposed->second.buyer);
  }
  trades_.Authorise(at.sequence, at.frame.time_us, at.record.entries, event);
}

void Books::On(const At& at, const HoldSettled& event) {
  const auto held = state_.open_trades().find(event.trade);
  if (held != state_.open_trades().end()) {
    members_.CheckSettlers(at.sequence, held->second.seller,
                           held->second.buyer);
  }
  trades_.SettlePart(at.sequence, at.frame.time_us, at.record.entries, event);
}

void Books::On(const At& at, const HoldReleased& event) {
  trades_.Release(at.sequence, at.frame.time_us, at.record.entries, event);
}

void Books::On(const At& at, const HoldExpired& event) {
  if (!at.record.request_id.empty()) {
    Add(at, "the end of a hold has a request id; nobody requests it");
  }
  trades_.Expire(at.sequence, at.frame.time_us, at.record.entries, event);
}

void Books::On(const At& at, const TradeReversed& event) {
  trades_.Reverse(at.sequence, at.record.entries, event);
}

void Books::On(const At& at, const RequestRefused& event) {
  CheckNoEntries(at, "a refusal");
  if (event.reason == 0) Add(at, "the refusal has no reason");
  if (at.record.request_id.empty()) {
    Add(at, "the refusal has no request id: it answers nobody");
  }
}

void Books::On(const At& at, const HeadKeySet& event) {
  CheckNoEntries(at, "setting the head key");
  if (event.public_key.size() != kHeadKeyLength) {
    Add(at, absl::StrFormat("the head key has %d bytes, not 32",
                            event.public_key.size()));
  }
}

void Books::On(const At& at, const RecoveryAccepted& event) {
  CheckNoEntries(at, "accepting a loss");
  if (!at.record.request_id.empty()) {
    Add(at, "the acceptance of a loss has a request id; nobody requests it");
  }
  Recovery recovery = {.sequence = at.sequence,
                       .time_us = at.frame.time_us,
                       .stored_sequence = event.stored_sequence};
  if (event.anchored.has_value()) {
    recovery.anchored_sequence = event.anchored->sequence;
  }
  const RecordHead found = event.found.value_or(RecordHead());
  if (found.sequence + 1 != at.sequence ||
      found.digest != at.frame.previous.view()) {
    Add(at, absl::StrFormat("the acceptance of a loss says that record %d was "
                            "found; it is not the record before",
                            found.sequence));
  }
  if (event.stored_sequence < found.sequence) {
    Add(at, absl::StrFormat("the acceptance of a loss says that the store held "
                            "record %d and ended at %d",
                            found.sequence, event.stored_sequence));
  }
  recovery.another_history = event.anchored.has_value() &&
                             event.anchored->sequence == found.sequence &&
                             event.anchored->digest != found.digest;
  recoveries_.push_back(recovery);
}

void Books::On(const At& at, const StateDigested&) {
  CheckNoEntries(at, "a state digest");
  const Record& record = at.record;
  if (!record.actor.empty() || !record.request_id.empty() ||
      !record.request_fields.empty() || !record.commitments.empty()) {
    Add(at, "a state digest says that somebody asked for it");
  }
}

// What else has to hold of a key is the state's affair.
void Books::On(const At& at, const ApiKeyCreated&) {
  CheckNoEntries(at, "giving out a key");
}

void Books::On(const At& at, const ApiKeyRevoked&) {
  CheckNoEntries(at, "revoking a key");
}

void Books::On(const At& at, const PoliciesSet& event) {
  CheckNoEntries(at, "setting policies");
  policies_.Set(at.sequence, event);
}

void Books::On(const At& at, const WebhookCreated& event) {
  CheckNoEntries(at, "making a webhook");
  if (event.owner != at.record.actor) {
    Add(at, absl::StrFormat("the webhook %s is of %s, who did not ask for it",
                            Quoted(event.id), Quoted(event.owner)));
  }
}

void Books::On(const At& at, const WebhookStateSet&) {
  CheckNoEntries(at, "changing a webhook");
}

void Books::On(const At& at, const MemberStatusSet& event) {
  CheckNoEntries(at, "changing a membership");
  const auto member = state_.members().find(event.member);
  if (member == state_.members().end()) {
    Add(at, absl::StrFormat("member %d was never admitted", event.member));
    return;
  }
  // It walks through all that are open.
  const uint64_t open_trades =
      event.new_status == kClosed ? state_.CountOpenTradesOf(event.member) : 0;
  members_.Set(at.sequence, at.record.booking_day, event,
               member->second.account, open_trades);
}

}  // namespace skontro::verifier

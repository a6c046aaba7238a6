#include "engine/event_codec.h"

#include <utility>

#include "engine/api_key_codec.h"
#include "engine/message_codec.h"
#include "engine/policies_codec.h"
#include "engine/trade_codec.h"
#include "engine/webhook_codec.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/recovery_codec.h"
#include "ledger/signed_head.h"
#include "skontro/storage/v1/event.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

using engine::Decode;
using engine::Encode;
using engine::HasUnknown;

Amount Units(int64_t minor_units) {
  return Amount::FromMinorUnits(minor_units);
}

bool HasUnknown(const pb::RecoveryAccepted& accepted) {
  return Unknown(accepted) ||
         (accepted.has_anchored() && Unknown(accepted.anchored())) ||
         (accepted.has_found() && Unknown(accepted.found()));
}

bool HasUnknown(const pb::ApiKeyCreated& created) {
  return Unknown(created) || AnyUnknown(created.members());
}

// Whether any message in `event` holds a field that this version does not know.
// Every trade passes here on replay, so this is no walk by reflection; a test
// puts a field into each message there is.
bool HasUnknownFields(const pb::Event& event) {
  if (Unknown(event)) return true;
  switch (event.event_case()) {
    case pb::Event::kNetworkCreated:
      return Unknown(event.network_created());
    case pb::Event::kMemberCreated:
      return Unknown(event.member_created()) ||
             AnyUnknown(event.member_created().company_ids());
    case pb::Event::kCreditLineSet:
      return Unknown(event.credit_line_set());
    case pb::Event::kTradeCreated:
      return HasUnknown(event.trade_created());
    case pb::Event::kTradeAccepted:
      return Unknown(event.trade_accepted());
    case pb::Event::kTradeDeclined:
      return Unknown(event.trade_declined()) ||
             (event.trade_declined().has_freed_invoice() &&
              Unknown(event.trade_declined().freed_invoice()));
    case pb::Event::kTradeReversed:
      return Unknown(event.trade_reversed()) ||
             (event.trade_reversed().has_freed_invoice() &&
              Unknown(event.trade_reversed().freed_invoice()));
    case pb::Event::kTradeAuthorised:
      return HasUnknown(event.trade_authorised());
    case pb::Event::kHoldSettled:
      return HasUnknown(event.hold_settled());
    case pb::Event::kHoldReleased:
      return HasUnknown(event.hold_released());
    case pb::Event::kHoldExpired:
      return HasUnknown(event.hold_expired());
    case pb::Event::kTradeWithdrawn:
      return HasUnknown(event.trade_withdrawn());
    case pb::Event::kRequestRefused:
      return Unknown(event.request_refused()) ||
             AnyUnknown(event.request_refused().metadata());
    case pb::Event::kHeadKeySet:
      return Unknown(event.head_key_set());
    case pb::Event::kRecoveryAccepted:
      return HasUnknown(event.recovery_accepted());
    case pb::Event::kStateDigested:
      return Unknown(event.state_digested());
    case pb::Event::kApiKeyCreated:
      return HasUnknown(event.api_key_created());
    case pb::Event::kApiKeyRevoked:
      return Unknown(event.api_key_revoked());
    case pb::Event::kPoliciesSet:
      return Unknown(event.policies_set()) ||
             AnyUnknown(event.policies_set().values());
    case pb::Event::kMemberStatusSet:
      return Unknown(event.member_status_set());
    case pb::Event::kWebhookCreated:
      return Unknown(event.webhook_created()) ||
             AnyUnknown(event.webhook_created().types());
    case pb::Event::kWebhookStateSet:
      return Unknown(event.webhook_state_set());
    case pb::Event::EVENT_NOT_SET:
      break;
  }
  return false;
}

void Encode(const NetworkCreated& from, pb::NetworkCreated* to) {
  to->set_id(from.id);
  to->set_display_name(from.display_name);
  to->set_unit_code(from.unit_code);
  to->set_unit_decimals(static_cast<uint32_t>(from.unit_decimals));
  to->set_peg_currency(from.peg_currency);
  to->set_peg_decimals(static_cast<uint32_t>(from.peg_decimals));
  to->set_rate_numerator(from.parity.numerator);
  to->set_rate_denominator(from.parity.denominator);
  to->set_time_zone(from.time_zone);
  to->set_default_credit_line(from.default_credit_line.minor_units());
  to->set_default_balance_limit(from.default_balance_limit.minor_units());
  to->set_request_key(from.request_key);
  to->set_head_key(from.head_key);
}

NetworkCreated Decode(const pb::NetworkCreated& from) {
  NetworkCreated to;
  to.id = from.id();
  to.display_name = from.display_name();
  to.unit_code = from.unit_code();
  to.unit_decimals = static_cast<int>(from.unit_decimals());
  to.peg_currency = from.peg_currency();
  to.peg_decimals = static_cast<int>(from.peg_decimals());
  to.parity = {from.rate_numerator(), from.rate_denominator(), 1};
  to.time_zone = from.time_zone();
  to.default_credit_line = Units(from.default_credit_line());
  to.default_balance_limit = Units(from.default_balance_limit());
  to.request_key = from.request_key();
  to.head_key = from.head_key();
  return to;
}

void Encode(const StateDigested& from, pb::StateDigested* to) {
  to->set_members(from.members);
  to->set_accounts(from.accounts);
  to->set_open_trades(from.open_trades);
  to->set_balances_sum(from.balances_sum);
  to->set_digest(from.digest.data(), from.digest.size());
}

absl::StatusOr<StateDigested> Decode(const pb::StateDigested& from) {
  StateDigested to{from.members(), from.accounts(), from.open_trades(),
                   from.balances_sum(), ledger::Digest{}};
  if (from.digest().size() != to.digest.size()) {
    return absl::DataLossError("a state digest that is no digest");
  }
  to.digest = ledger::DigestFromBytes(from.digest());
  return to;
}

bool IsHeadKey(const std::string& key) {
  return key.size() == ledger::kHeadKeyLength;
}

// Writes an event into the message.
struct Visitor {
  pb::Event* to;
  void operator()(const NetworkCreated& e) const {
    Encode(e, to->mutable_network_created());
  }
  void operator()(const MemberCreated& e) const {
    Encode(e, to->mutable_member_created());
  }
  void operator()(const MemberStatusSet& e) const {
    Encode(e, to->mutable_member_status_set());
  }
  void operator()(const CreditLineSet& e) const {
    Encode(e, to->mutable_credit_line_set());
  }
  void operator()(const TradeCreated& e) const {
    Encode(e, to->mutable_trade_created());
  }
  void operator()(const TradeAccepted& e) const {
    Encode(e, to->mutable_trade_accepted());
  }
  void operator()(const TradeDeclined& e) const {
    Encode(e, to->mutable_trade_declined());
  }
  void operator()(const TradeReversed& e) const {
    Encode(e, to->mutable_trade_reversed());
  }
  void operator()(const TradeAuthorised& e) const {
    Encode(e, to->mutable_trade_authorised());
  }
  void operator()(const HoldSettled& e) const {
    Encode(e, to->mutable_hold_settled());
  }
  void operator()(const HoldReleased& e) const {
    Encode(e, to->mutable_hold_released());
  }
  void operator()(const HoldExpired& e) const {
    Encode(e, to->mutable_hold_expired());
  }
  void operator()(const TradeWithdrawn& e) const {
    Encode(e, to->mutable_trade_withdrawn());
  }
  void operator()(const RequestRefused& e) const {
    Encode(e.refusal, to->mutable_request_refused());
  }
  void operator()(const HeadKeySet& e) const {
    to->mutable_head_key_set()->set_public_key(e.public_key);
  }
  void operator()(const RecoveryAccepted& e) const {
    SKONTRO_CHECK(to->ParseFromString(ledger::EncodeRecoveryEvent(e)));
  }
  void operator()(const StateDigested& e) const {
    Encode(e, to->mutable_state_digested());
  }
  void operator()(const ApiKeyCreated& e) const {
    WriteApiKey(e, to->mutable_api_key_created());
  }
  void operator()(const ApiKeyRevoked& e) const {
    to->mutable_api_key_revoked()->set_id(e.id);
  }
  void operator()(const PoliciesSet& e) const {
    WritePolicies(e, to->mutable_policies_set());
  }
  void operator()(const WebhookCreated& e) const {
    WriteWebhook(e, to->mutable_webhook_created());
  }
  void operator()(const WebhookStateSet& e) const {
    to->mutable_webhook_state_set()->set_id(e.id);
    to->mutable_webhook_state_set()->set_state(static_cast<uint32_t>(e.state));
  }
};

template <typename E>
absl::StatusOr<Event> OrError(absl::StatusOr<E> event) {
  if (!event.ok()) return event.status();
  return Event(*std::move(event));
}

absl::StatusOr<Event> DecodeTradeEvent(const pb::Event& message) {
  switch (message.event_case()) {
    case pb::Event::kTradeCreated: {
      TradeCreated created = Decode(message.trade_created());
      SKONTRO_RETURN_IF_ERROR(Check(created));
      return created;
    }
    case pb::Event::kTradeAccepted:
      return Decode(message.trade_accepted());
    case pb::Event::kTradeDeclined:
      return Decode(message.trade_declined());
    case pb::Event::kTradeReversed:
      return Decode(message.trade_reversed());
    case pb::Event::kTradeAuthorised:
      return Decode(message.trade_authorised());
    case pb::Event::kHoldSettled:
      return OrError(Decode(message.hold_settled()));
    case pb::Event::kHoldReleased:
      return OrError(Decode(message.hold_released()));
    case pb::Event::kHoldExpired:
      return OrError(Decode(message.hold_expired()));
    case pb::Event::kTradeWithdrawn:
      return Decode(message.trade_withdrawn());
    default:
      break;
  }
  return absl::DataLossError("an event unknown to this version");
}

absl::StatusOr<Event> DecodeMessage(const pb::Event& message,
                                    std::string_view bytes) {
  switch (message.event_case()) {
    case pb::Event::kNetworkCreated: {
      NetworkCreated created = Decode(message.network_created());
      if (!created.head_key.empty() && !IsHeadKey(created.head_key)) {
        return absl::DataLossError("a head key that is none");
      }
      return created;
    }
    case pb::Event::kMemberCreated:
      return Decode(message.member_created());
    case pb::Event::kCreditLineSet:
      return Decode(message.credit_line_set());
    case pb::Event::kRequestRefused: {
      SKONTRO_ASSIGN_OR_RETURN(Refusal refusal,
                               Decode(message.request_refused()));
      return RequestRefused{std::move(refusal)};
    }
    case pb::Event::kHeadKeySet:
      if (!IsHeadKey(message.head_key_set().public_key())) {
        return absl::DataLossError("a head key that is none");
      }
      return HeadKeySet{message.head_key_set().public_key()};
    case pb::Event::kRecoveryAccepted: {
      SKONTRO_ASSIGN_OR_RETURN(RecoveryAccepted accepted,
                               ledger::DecodeRecoveryEvent(bytes));
      return accepted;
    }
    case pb::Event::kStateDigested: {
      SKONTRO_ASSIGN_OR_RETURN(const StateDigested digested,
                               Decode(message.state_digested()));
      return digested;
    }
    case pb::Event::kApiKeyCreated: {
      SKONTRO_ASSIGN_OR_RETURN(ApiKeyCreated created,
                               ReadApiKey(message.api_key_created()));
      return created;
    }
    case pb::Event::kApiKeyRevoked:
      return ApiKeyRevoked{message.api_key_revoked().id()};
    case pb::Event::kPoliciesSet: {
      SKONTRO_ASSIGN_OR_RETURN(const PoliciesSet set,
                               ReadPolicies(message.policies_set()));
      return set;
    }
    case pb::Event::kMemberStatusSet: {
      SKONTRO_ASSIGN_OR_RETURN(const MemberStatusSet set,
                               Decode(message.member_status_set()));
      return set;
    }
    case pb::Event::kWebhookCreated:
      return OrError(ReadWebhook(message.webhook_created()));
    case pb::Event::kWebhookStateSet:
      return OrError(ReadWebhookState(message.webhook_state_set()));
    default:
      return DecodeTradeEvent(message);
  }
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  const auto* created = std::get_if<TradeCreated>(&event);
  if (created != nullptr && created->hold_expire_time_us == 0) {
    return WriteTradeCreated(*created);
  }
  // One message per thread: its strings and arrays are reused.
  thread_local pb::Event message;
  message.Clear();
  std::visit(Visitor{&message}, event);
  return message.SerializeAsString();
}

absl::StatusOr<Event> DecodeEvent(std::string_view bytes) {
  absl::StatusOr<Event> trade(absl::in_place, std::in_place_type<TradeCreated>);
  if (ReadTradeCreated(bytes, &std::get<TradeCreated>(*trade))) {
    SKONTRO_RETURN_IF_ERROR(Check(std::get<TradeCreated>(*trade)));
    return trade;
  }
  thread_local pb::Event message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  if (HasUnknownFields(message)) {
    return absl::DataLossError("an event with a field unknown to this version");
  }
  return DecodeMessage(message, bytes);
}

}  // namespace skontro::engine

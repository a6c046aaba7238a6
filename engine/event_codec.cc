#include "engine/event_codec.h"

#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <utility>

#include "engine/api_key_codec.h"
#include "engine/trade_codec.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/recovery_codec.h"
#include "ledger/signed_head.h"
#include "skontro/storage/v1/event.pb.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

CivilDate Day(int32_t days) { return CivilDate::FromDays(days); }
Amount Units(int64_t minor_units) {
  return Amount::FromMinorUnits(minor_units);
}

template <typename Message>
bool Unknown(const Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

template <typename Message>
bool AnyUnknown(const google::protobuf::RepeatedPtrField<Message>& messages) {
  return std::any_of(messages.begin(), messages.end(), Unknown<Message>);
}

bool HasUnknown(const pb::TradeCreated& created) {
  return Unknown(created) ||
         (created.has_invoice() && (Unknown(created.invoice()) ||
                                    AnyUnknown(created.invoice().tax_lines())));
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

void Encode(const MemberCreated& from, pb::MemberCreated* to) {
  to->set_number(static_cast<uint64_t>(from.number));
  to->set_id(from.id);
  to->set_country(from.country);
  to->set_vat_id(from.vat_id);
  for (const CompanyId& id : from.company_ids) {
    pb::CompanyId* out = to->add_company_ids();
    out->set_scheme(id.scheme);
    out->set_value(id.value);
  }
  to->set_main_account(static_cast<uint64_t>(from.main_account));
}

MemberCreated Decode(const pb::MemberCreated& from) {
  MemberCreated to;
  to.number = MemberNumber{from.number()};
  to.id = from.id();
  to.country = from.country();
  to.vat_id = from.vat_id();
  for (const pb::CompanyId& id : from.company_ids()) {
    to.company_ids.push_back({id.scheme(), id.value()});
  }
  to.main_account = AccountId{from.main_account()};
  return to;
}

void Encode(const CreditLineSet& from, pb::CreditLineSet* to) {
  to->set_account(static_cast<uint64_t>(from.account));
  to->set_old_credit_line(from.old_credit_line.minor_units());
  to->set_new_credit_line(from.new_credit_line.minor_units());
  to->set_old_balance_limit(from.old_balance_limit.minor_units());
  to->set_new_balance_limit(from.new_balance_limit.minor_units());
}

CreditLineSet Decode(const pb::CreditLineSet& from) {
  return {AccountId{from.account()}, Units(from.old_credit_line()),
          Units(from.new_credit_line()), Units(from.old_balance_limit()),
          Units(from.new_balance_limit())};
}

void Encode(const Invoice& from, pb::Invoice* to) {
  to->set_number(from.number);
  to->set_issue_day(from.issue_date.days());
  if (from.supply_date.has_value()) {
    to->set_supply_day(from.supply_date.days());
  }
  if (from.due_date.has_value()) to->set_due_day(from.due_date.days());
  to->set_purchase_order(from.purchase_order);
  to->set_gross(from.gross);
  to->set_prepaid(from.prepaid);
  for (const TaxLine& line : from.tax_lines) {
    pb::TaxLine* out = to->add_tax_lines();
    out->set_category(line.category);
    out->set_rate_ppm(line.rate_ppm);
    out->set_base(line.base);
    out->set_tax(line.tax);
  }
}

Invoice Decode(const pb::Invoice& from) {
  Invoice to;
  to.number = from.number();
  to.issue_date = Day(from.issue_day());
  if (from.has_supply_day()) to.supply_date = Day(from.supply_day());
  if (from.has_due_day()) to.due_date = Day(from.due_day());
  to.purchase_order = from.purchase_order();
  to.gross = from.gross();
  to.prepaid = from.prepaid();
  for (const pb::TaxLine& line : from.tax_lines()) {
    to.tax_lines.push_back(
        {line.category(), line.rate_ppm(), line.base(), line.tax()});
  }
  return to;
}

void Encode(const TradeCreated& from, pb::TradeCreated* to) {
  to->set_id(from.id);
  to->set_seller(static_cast<uint64_t>(from.seller));
  to->set_buyer(static_cast<uint64_t>(from.buyer));
  to->set_initiator(static_cast<uint32_t>(from.initiator));
  to->set_units(from.units.minor_units());
  to->set_national_value(from.national_value);
  to->set_rate_numerator(from.rate.numerator);
  to->set_rate_denominator(from.rate.denominator);
  to->set_rate_version(from.rate.version);
  to->set_cash(from.cash);
  if (from.invoice.has_value()) Encode(*from.invoice, to->mutable_invoice());
}

TradeCreated Decode(const pb::TradeCreated& from) {
  TradeCreated to;
  to.id = from.id();
  to.seller = MemberNumber{from.seller()};
  to.buyer = MemberNumber{from.buyer()};
  to.initiator = static_cast<Initiator>(from.initiator());
  to.units = Units(from.units());
  to.national_value = from.national_value();
  to.rate = {from.rate_numerator(), from.rate_denominator(),
             from.rate_version()};
  to.cash = from.cash();
  if (from.has_invoice()) to.invoice = Decode(from.invoice());
  return to;
}

void Encode(const InvoiceKey& from, pb::InvoiceKey* to) {
  to->set_seller(static_cast<uint64_t>(from.seller));
  to->set_year(from.year);
  to->set_number(from.number);
}

InvoiceKey Decode(const pb::InvoiceKey& from) {
  return {MemberNumber{from.seller()}, from.year(), from.number()};
}

void Encode(const TradeAccepted& from, pb::TradeAccepted* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
}

TradeAccepted Decode(const pb::TradeAccepted& from) {
  return {TradeNumber{from.trade()}};
}

void Encode(const TradeDeclined& from, pb::TradeDeclined* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  if (from.freed_invoice.has_value()) {
    Encode(*from.freed_invoice, to->mutable_freed_invoice());
  }
}

TradeDeclined Decode(const pb::TradeDeclined& from) {
  TradeDeclined to{TradeNumber{from.trade()}, std::nullopt};
  if (from.has_freed_invoice()) {
    to.freed_invoice = Decode(from.freed_invoice());
  }
  return to;
}

void Encode(const TradeReversed& from, pb::TradeReversed* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  to->set_settle_sequence(static_cast<uint64_t>(from.settle_sequence));
  if (from.freed_invoice.has_value()) {
    Encode(*from.freed_invoice, to->mutable_freed_invoice());
  }
}

TradeReversed Decode(const pb::TradeReversed& from) {
  TradeReversed to{TradeNumber{from.trade()}, Sequence{from.settle_sequence()},
                   std::nullopt};
  if (from.has_freed_invoice()) {
    to.freed_invoice = Decode(from.freed_invoice());
  }
  return to;
}

void Encode(const Refusal& from, pb::RequestRefused* to) {
  to->set_reason(static_cast<uint32_t>(from.reason));
  for (const auto& [key, value] : from.metadata) {
    pb::Metadata* out = to->add_metadata();
    out->set_key(key);
    out->set_value(value);
  }
}

absl::StatusOr<Refusal> Decode(const pb::RequestRefused& from) {
  const std::optional<Reason> reason =
      ReasonFromNumber(static_cast<int>(from.reason()));
  if (!reason.has_value()) {
    return absl::DataLossError("a refusal for an unknown reason");
  }
  Refusal to{*reason, {}};
  for (const pb::Metadata& item : from.metadata()) {
    to.metadata.emplace_back(item.key(), item.value());
  }
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

// Whether an invoice has a day by whose year it can be found.
bool HasIssueYear(const TradeCreated& created) {
  return !created.invoice.has_value() ||
         (created.invoice->issue_date.has_value() &&
          ledger::IsUsableDate(created.invoice->issue_date.ymd()));
}

absl::Status Check(const TradeCreated& created) {
  if (created.initiator != Initiator::kSeller &&
      created.initiator != Initiator::kBuyer) {
    return absl::DataLossError("a trade with an unknown initiator");
  }
  if (!HasIssueYear(created)) {
    return absl::DataLossError("an invoice issued on no day");
  }
  return absl::OkStatus();
}

bool IsKnown(TradeState state) {
  return state == TradeState::kProposed || state == TradeState::kSettled ||
         state == TradeState::kDeclined || state == TradeState::kReversed;
}

bool IsHeadKey(const std::string& key) {
  return key.size() == ledger::kHeadKeyLength;
}

template <typename Message>
absl::Status Parse(std::string_view bytes, Message* message) {
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("bytes that are no event or row");
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  if (const auto* created = std::get_if<TradeCreated>(&event)) {
    return WriteTradeCreated(*created);
  }
  // One message per thread: its strings and arrays are reused.
  thread_local pb::Event message;
  message.Clear();
  struct Visitor {
    pb::Event* to;
    void operator()(const NetworkCreated& e) const {
      Encode(e, to->mutable_network_created());
    }
    void operator()(const MemberCreated& e) const {
      Encode(e, to->mutable_member_created());
    }
    void operator()(const CreditLineSet& e) const {
      Encode(e, to->mutable_credit_line_set());
    }
    void operator()(const TradeCreated&) const {}  // Is written.
    void operator()(const TradeAccepted& e) const {
      Encode(e, to->mutable_trade_accepted());
    }
    void operator()(const TradeDeclined& e) const {
      Encode(e, to->mutable_trade_declined());
    }
    void operator()(const TradeReversed& e) const {
      Encode(e, to->mutable_trade_reversed());
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
  };
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
    case pb::Event::EVENT_NOT_SET:
      break;
  }
  return absl::DataLossError("an event unknown to this version");
}

std::string EncodeRequestRow(const RequestRow& row) {
  thread_local pb::RequestRow message;
  message.Clear();
  message.set_sequence(static_cast<uint64_t>(row.sequence));
  message.set_group_count(row.group_count);
  for (const ledger::FieldHash& field : row.fields) {
    pb::FieldHash* to = message.add_fields();
    to->set_number(field.number);
    to->set_hash(field.hash);
  }
  if (row.refused.has_value()) Encode(*row.refused, message.mutable_refused());
  return message.SerializeAsString();
}

absl::StatusOr<RequestRow> DecodeRequestRow(std::string_view bytes) {
  pb::RequestRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  RequestRow row;
  row.sequence = Sequence{message.sequence()};
  row.group_count = std::max<uint32_t>(message.group_count(), 1);
  for (const pb::FieldHash& field : message.fields()) {
    row.fields.push_back({field.number(), field.hash()});
  }
  if (message.has_refused()) {
    SKONTRO_ASSIGN_OR_RETURN(row.refused, Decode(message.refused()));
  }
  return row;
}

std::string EncodeMemberRow(const MemberRow& row) {
  pb::MemberRow message;
  Encode(row.created, message.mutable_created());
  message.set_sequence(static_cast<uint64_t>(row.sequence));
  message.set_time_us(row.time_us);
  return message.SerializeAsString();
}

absl::StatusOr<MemberRow> DecodeMemberRow(std::string_view bytes) {
  pb::MemberRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  return MemberRow{Decode(message.created()), Sequence{message.sequence()},
                   message.time_us()};
}

std::string EncodeTradeRow(const TradeRow& row) {
  thread_local pb::TradeRow message;
  message.Clear();
  Encode(row.created, message.mutable_created());
  message.set_time_us(row.time_us);
  message.set_booking_day(row.booking_date.days());
  return message.SerializeAsString();
}

absl::StatusOr<TradeRow> DecodeTradeRow(std::string_view bytes) {
  pb::TradeRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  return TradeRow{Decode(message.created()), message.time_us(),
                  Day(message.booking_day())};
}

std::string EncodeTradeStepRow(const TradeStepRow& row) {
  pb::TradeStepRow message;
  message.set_state(static_cast<uint32_t>(row.state));
  message.set_time_us(row.time_us);
  message.set_booking_day(row.booking_date.days());
  return message.SerializeAsString();
}

absl::StatusOr<TradeStepRow> DecodeTradeStepRow(std::string_view bytes) {
  pb::TradeStepRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  const auto state = static_cast<TradeState>(message.state());
  if (!IsKnown(state)) {
    return absl::DataLossError("a trade in a state unknown to this version");
  }
  return TradeStepRow{state, message.time_us(), Day(message.booking_day())};
}

std::string EncodeLimitRow(const LimitRow& row) {
  pb::LimitRow message;
  Encode(row.set, message.mutable_set());
  message.set_time_us(row.time_us);
  message.set_author(row.author);
  message.set_subject(static_cast<uint64_t>(row.subject));
  return message.SerializeAsString();
}

absl::StatusOr<LimitRow> DecodeLimitRow(std::string_view bytes) {
  pb::LimitRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  return LimitRow{Decode(message.set()), message.time_us(), message.author(),
                  MemberNumber{message.subject()}};
}

}  // namespace skontro::engine

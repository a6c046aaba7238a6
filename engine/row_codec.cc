#include <algorithm>
#include <utility>

#include "engine/event_codec.h"
#include "engine/message_codec.h"
#include "ledger/base/status.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

CivilDate Day(int32_t days) { return CivilDate::FromDays(days); }

}  // namespace

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
  message.set_units(row.part.units.minor_units());
  message.set_national_value(row.part.national_value);
  message.set_cash(row.part.cash);
  message.set_expire_time_us(row.expire_time_us);
  return message.SerializeAsString();
}

absl::StatusOr<TradeStepRow> DecodeTradeStepRow(std::string_view bytes) {
  pb::TradeStepRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  const auto state = static_cast<TradeState>(message.state());
  if (!IsKnown(state)) {
    return absl::DataLossError("a trade in a state unknown to this version");
  }
  return TradeStepRow{state,
                      message.time_us(),
                      Day(message.booking_day()),
                      {Amount::FromMinorUnits(message.units()),
                       message.national_value(), message.cash()},
                      message.expire_time_us()};
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

std::string EncodeMemberStatusRow(const MemberStatusRow& row) {
  pb::MemberStatusRow message;
  Encode(row.set, message.mutable_set());
  message.set_time_us(row.time_us);
  message.set_author(row.author);
  return message.SerializeAsString();
}

absl::StatusOr<MemberStatusRow> DecodeMemberStatusRow(std::string_view bytes) {
  pb::MemberStatusRow message;
  SKONTRO_RETURN_IF_ERROR(Parse(bytes, &message));
  SKONTRO_ASSIGN_OR_RETURN(const MemberStatusSet set, Decode(message.set()));
  return MemberStatusRow{set, message.time_us(), message.author()};
}

}  // namespace skontro::engine

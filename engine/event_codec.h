// Events to and from the bytes of `skontro.storage.v1.Event`, and the values of
// the index families that hold events.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_EVENT_CODEC_H_
#define SKONTRO_ENGINE_EVENT_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/event.h"
#include "engine/row.h"

namespace skontro::engine {

std::string EncodeEvent(const Event& event);

// Returns DATA_LOSS for bytes that are no event, and for an event or a field
// that this version does not know.
absl::StatusOr<Event> DecodeEvent(std::string_view bytes);

// Rows of docs/journal_format.md. The decoders return DATA_LOSS for what is no
// such row.
std::string EncodeRequestRow(const RequestRow& row);
absl::StatusOr<RequestRow> DecodeRequestRow(std::string_view bytes);
std::string EncodeMemberRow(const MemberRow& row);
absl::StatusOr<MemberRow> DecodeMemberRow(std::string_view bytes);
std::string EncodeTradeRow(const TradeRow& row);
absl::StatusOr<TradeRow> DecodeTradeRow(std::string_view bytes);
std::string EncodeTradeStepRow(const TradeStepRow& row);
absl::StatusOr<TradeStepRow> DecodeTradeStepRow(std::string_view bytes);
std::string EncodeLimitRow(const LimitRow& row);
absl::StatusOr<LimitRow> DecodeLimitRow(std::string_view bytes);

std::string EncodeMemberStatusRow(const MemberStatusRow& row);
absl::StatusOr<MemberStatusRow> DecodeMemberStatusRow(std::string_view bytes);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_EVENT_CODEC_H_

// The messages that events, rows and checkpoints share, to and from the
// generated classes of `skontro.storage.v1`. Only codecs include it.
//
// Reading returns DATA_LOSS for what this version does not know. HasUnknown()
// says whether a message, or one in it, has a field that this version does not
// know.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_MESSAGE_CODEC_H_
#define SKONTRO_ENGINE_MESSAGE_CODEC_H_

#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/event.h"
#include "skontro/storage/v1/event.pb.h"

namespace skontro::engine {

template <typename Message>
bool Unknown(const Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

template <typename Message>
bool AnyUnknown(const google::protobuf::RepeatedPtrField<Message>& messages) {
  return std::any_of(messages.begin(), messages.end(), Unknown<Message>);
}

// Returns DATA_LOSS for bytes that are no such message.
template <typename Message>
absl::Status Parse(std::string_view bytes, Message* message) {
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("bytes that are no event or row");
  }
  return absl::OkStatus();
}

// Members and their limits: member_codec.cc.
void Encode(const MemberCreated& from, storage::v1::MemberCreated* to);
MemberCreated Decode(const storage::v1::MemberCreated& from);
void Encode(const MemberStatusSet& from, storage::v1::MemberStatusSet* to);
absl::StatusOr<MemberStatusSet> Decode(
    const storage::v1::MemberStatusSet& from);
void Encode(const CreditLineSet& from, storage::v1::CreditLineSet* to);
CreditLineSet Decode(const storage::v1::CreditLineSet& from);

// A refusal: row_codec.cc.
void Encode(const Refusal& from, storage::v1::RequestRefused* to);
absl::StatusOr<Refusal> Decode(const storage::v1::RequestRefused& from);

// Trades and what becomes of them: trade_event_codec.cc.
bool HasUnknown(const storage::v1::TradeCreated& created);
void Encode(const TradeCreated& from, storage::v1::TradeCreated* to);
TradeCreated Decode(const storage::v1::TradeCreated& from);
void Encode(const TradeAccepted& from, storage::v1::TradeAccepted* to);
TradeAccepted Decode(const storage::v1::TradeAccepted& from);
void Encode(const TradeDeclined& from, storage::v1::TradeDeclined* to);
TradeDeclined Decode(const storage::v1::TradeDeclined& from);
void Encode(const TradeReversed& from, storage::v1::TradeReversed* to);
TradeReversed Decode(const storage::v1::TradeReversed& from);
bool HasUnknown(const storage::v1::TradeAuthorised& authorised);
void Encode(const TradeAuthorised& from, storage::v1::TradeAuthorised* to);
TradeAuthorised Decode(const storage::v1::TradeAuthorised& from);
bool HasUnknown(const storage::v1::HoldSettled& settled);
void Encode(const HoldSettled& from, storage::v1::HoldSettled* to);
absl::StatusOr<HoldSettled> Decode(const storage::v1::HoldSettled& from);
bool HasUnknown(const storage::v1::HoldReleased& released);
void Encode(const HoldReleased& from, storage::v1::HoldReleased* to);
absl::StatusOr<HoldReleased> Decode(const storage::v1::HoldReleased& from);
bool HasUnknown(const storage::v1::HoldExpired& expired);
void Encode(const HoldExpired& from, storage::v1::HoldExpired* to);
absl::StatusOr<HoldExpired> Decode(const storage::v1::HoldExpired& from);
bool HasUnknown(const storage::v1::TradeWithdrawn& withdrawn);
void Encode(const TradeWithdrawn& from, storage::v1::TradeWithdrawn* to);
TradeWithdrawn Decode(const storage::v1::TradeWithdrawn& from);

// DATA_LOSS for a trade that no program made.
absl::Status Check(const TradeCreated& created);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_MESSAGE_CODEC_H_

#include "cli/verifier/decode.h"

#include <utility>
#include <variant>

namespace skontro::verifier {
namespace {

// Decodes the alternative of Event whose field number is `number`.
template <size_t kIndex = 0>
absl::StatusOr<Event> DecodeAlternative(uint32_t number,
                                        std::string_view bytes) {
  if constexpr (kIndex == std::variant_size_v<Event>) {
    return absl::DataLossError(absl::StrFormat(
        "event %d is not known: a later version wrote it", number));
  } else {
    if (number != kEventNumbers[kIndex]) {
      return DecodeAlternative<kIndex + 1>(number, bytes);
    }
    absl::StatusOr<Event> event(absl::in_place, std::in_place_index<kIndex>);
    const absl::Status status = DecodeInto(bytes, &std::get<kIndex>(*event));
    if (!status.ok()) return status;
    return event;
  }
}

}  // namespace

absl::StatusOr<Event> DecodeEvent(std::string_view bytes) {
  WireReader reader(bytes);
  if (reader.done()) return absl::DataLossError("no event is set");
  WireField field;
  const absl::Status status = reader.Next(&field);
  if (!status.ok()) return status;
  if (!reader.done()) return absl::DataLossError("more than one event is set");
  if (field.type != WireType::kBytes) {
    return absl::DataLossError("the event has another wire type");
  }
  return DecodeAlternative(field.number, field.bytes);
}

}  // namespace skontro::verifier

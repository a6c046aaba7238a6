#include "ledger/anchor_slots.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/crc32c.h"

namespace skontro::ledger {
namespace {

constexpr std::string_view kMagic = "SKHA";
constexpr uint16_t kVersion = 1;
constexpr size_t kChecksumAt = kAnchorSlotLength - sizeof(uint32_t);

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// The head in a slot, or nullopt if these bytes were not written as a whole.
absl::StatusOr<std::optional<AnchoredHead>> DecodeSlot(std::string_view slot) {
  if (slot.size() < kAnchorSlotLength || !slot.starts_with(kMagic) ||
      ReadBigEndian<uint32_t>(slot.substr(kChecksumAt)) !=
          Crc32c(slot.substr(0, kChecksumAt))) {
    return std::nullopt;
  }
  const auto version = ReadBigEndian<uint16_t>(slot.substr(4));
  if (version > kVersion) {
    return absl::UnimplementedError(
        absl::StrCat("the head anchor has version ", version,
                     " and this program knows version ", kVersion,
                     "; start a newer skontrod"));
  }
  AnchoredHead head;
  std::copy_n(slot.begin() + 8, head.uid.size(), head.uid.begin());
  head.epoch = ReadBigEndian<uint64_t>(slot.substr(24));
  head.sequence = Sequence{ReadBigEndian<uint64_t>(slot.substr(32))};
  head.digest = DigestFromBytes(slot.substr(40, 32));
  head.time_us = ReadBigEndian<int64_t>(slot.substr(72));
  if (version == 0 || head.sequence == Sequence{0}) return std::nullopt;
  return head;
}

auto Age(const AnchoredHead& head) {
  return std::tuple(head.epoch, head.sequence);
}

}  // namespace

std::string EncodeAnchorSlot(const AnchoredHead& head) {
  std::string slot(kMagic);
  slot.reserve(kAnchorSlotLength);
  AppendBigEndian(&slot, kVersion);
  AppendBigEndian(&slot, uint16_t{0});
  slot.append(reinterpret_cast<const char*>(head.uid.data()), head.uid.size());
  AppendBigEndian(&slot, head.epoch);
  AppendBigEndian(&slot, static_cast<uint64_t>(head.sequence));
  slot.append(BytesOf(head.digest));
  AppendBigEndian(&slot, head.time_us);
  SKONTRO_CHECK(slot.size() <= kChecksumAt);
  slot.resize(kChecksumAt, '\0');
  AppendBigEndian(&slot, Crc32c(slot));
  return slot;
}

std::string EncodeNewAnchor(const AnchoredHead& head) {
  std::string bytes = EncodeAnchorSlot(head);
  // Written as zeros rather than left as a hole: what is overwritten later
  // needs no room on a disk that has become full.
  bytes.resize(kAnchorFileLength, '\0');
  return bytes;
}

absl::StatusOr<AnchorContents> DecodeAnchor(std::string_view bytes) {
  std::optional<AnchorContents> found;
  size_t damaged = 0;
  for (size_t i = 0; i < kAnchorSlots; ++i) {
    const std::string_view slot =
        bytes.substr(std::min(bytes.size(), i * kAnchorSlotStride))
            .substr(0, kAnchorSlotLength);
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<AnchoredHead> head,
                             DecodeSlot(slot));
    if (!head.has_value()) {
      if (slot.size() < kAnchorSlotLength || !IsZero(slot)) ++damaged;
      continue;
    }
    if (found.has_value() &&
        (head->uid != found->newest.uid ||
         (Age(*head) == Age(found->newest) && *head != found->newest))) {
      return absl::DataLossError(
          absl::StrCat("two slots of the head anchor contradict each other at "
                       "sequence ",
                       static_cast<uint64_t>(head->sequence)));
    }
    if (!found.has_value() || Age(*head) > Age(found->newest)) {
      found = AnchorContents{*head, i, 0};
    }
  }
  if (!found.has_value()) {
    return absl::DataLossError("no slot of the head anchor can be read");
  }
  found->damaged_slots = damaged;
  return *found;
}

}  // namespace skontro::ledger

// The bytes of a head anchor: four slots, each with a head that was durable
// when it was written. docs/journal_format.md describes them.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_ANCHOR_SLOTS_H_
#define SKONTRO_LEDGER_ANCHOR_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ledger/digest.h"
#include "ledger/record.h"
#include "ledger/record_codec.h"

namespace skontro::ledger {

// Four, so that a write that is torn costs one of the older heads, never the
// newest; a block of the disk for each, so that it costs no more than one.
inline constexpr size_t kAnchorSlots = 4;
inline constexpr size_t kAnchorSlotStride = 4'096;
inline constexpr size_t kAnchorSlotLength = 128;
inline constexpr size_t kAnchorFileLength = kAnchorSlots * kAnchorSlotStride;

// A head of a journal that was durable: everything up to it is in the store,
// or the store lost something.
struct AnchoredHead {
  NetworkUid uid{};
  uint64_t epoch = 0;
  Sequence sequence{};
  Digest digest{};
  int64_t time_us = 0;  // Of the record.

  friend bool operator==(const AnchoredHead&, const AnchoredHead&) = default;
};

// The bytes of one slot, kAnchorSlotLength of them.
std::string EncodeAnchorSlot(const AnchoredHead& head);

// The bytes of a new anchor: `head` in the first slot, nothing in the others.
std::string EncodeNewAnchor(const AnchoredHead& head);

struct AnchorContents {
  AnchoredHead newest;
  size_t newest_slot = 0;
  // Slots that hold something that is no head: torn, or rotten.
  size_t damaged_slots = 0;
};

// Returns what the bytes of an anchor hold; slots that cannot be read are
// passed over. Returns DATA_LOSS where no slot can be read, or where two
// contradict each other; UNIMPLEMENTED for a slot of a later version.
absl::StatusOr<AnchorContents> DecodeAnchor(std::string_view bytes);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_ANCHOR_SLOTS_H_

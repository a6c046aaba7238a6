#include "ledger/anchor_slots.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/big_endian.h"
#include "ledger/crc32c.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

AnchoredHead HeadAt(uint64_t sequence) {
  return {kNetwork, /*epoch=*/0, Sequence{sequence},
          HashOf(std::to_string(sequence)),
          static_cast<int64_t>(1'767'225'600'000'000 + sequence)};
}

// An anchor with these heads in its slots; 0 leaves a slot as it was made.
std::string Anchor(const std::vector<uint64_t>& sequences) {
  std::string bytes(kAnchorFileLength, '\0');
  for (size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i] == 0) continue;
    bytes.replace(i * kAnchorSlotStride, kAnchorSlotLength,
                  EncodeAnchorSlot(HeadAt(sequences[i])));
  }
  return bytes;
}

TEST(AnchorSlotsTest, ASlotIsWrittenAsItIsDescribed) {
  const AnchoredHead head = HeadAt(7);
  const std::string slot = EncodeAnchorSlot(head);
  ASSERT_EQ(slot.size(), kAnchorSlotLength);
  EXPECT_EQ(slot.substr(0, 4), "SKHA");
  EXPECT_EQ(slot.substr(4, 4), std::string("\0\1\0\0", 4));
  EXPECT_EQ(slot.substr(8, 16), std::string(kNetwork.begin(), kNetwork.end()));
  EXPECT_EQ(ReadBigEndian<uint64_t>(slot.substr(24)), 0u);
  EXPECT_EQ(ReadBigEndian<uint64_t>(slot.substr(32)), 7u);
  EXPECT_EQ(slot.substr(40, 32), BytesOf(head.digest));
  EXPECT_EQ(ReadBigEndian<int64_t>(slot.substr(72)), head.time_us);
  EXPECT_EQ(slot.substr(80, 44), std::string(44, '\0'));
  EXPECT_EQ(ReadBigEndian<uint32_t>(slot.substr(124)),
            Crc32c(slot.substr(0, 124)));
}

TEST(AnchorSlotsTest, ANewAnchorHasOneHead) {
  const std::string bytes = EncodeNewAnchor(HeadAt(1));
  ASSERT_EQ(bytes.size(), 4u * 4'096);
  const auto contents = DecodeAnchor(bytes);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->newest, HeadAt(1));
  EXPECT_EQ(contents->newest_slot, 0u);
  EXPECT_EQ(contents->damaged_slots, 0u);
}

TEST(AnchorSlotsTest, TheNewestHeadCountsWhereverItIs) {
  for (const std::vector<uint64_t>& sequences :
       {std::vector<uint64_t>{9, 6, 7, 8},
        {5, 9, 3, 4},
        {7, 8, 9, 6},
        {6, 7, 8, 9},
        {0, 0, 0, 9},
        {8, 9, 0, 0}}) {
    const auto contents = DecodeAnchor(Anchor(sequences));
    ASSERT_TRUE(contents.ok()) << contents.status();
    EXPECT_EQ(contents->newest, HeadAt(9));
    EXPECT_EQ(sequences[contents->newest_slot], 9u);
    EXPECT_EQ(contents->damaged_slots, 0u);
  }
}

TEST(AnchorSlotsTest, ASlotThatIsTornAnywhereIsPassedOver) {
  const std::string before = Anchor({5, 6, 7, 8});
  const std::string after = Anchor({9, 6, 7, 8});
  for (size_t length = 0; length <= kAnchorSlotLength; ++length) {
    // The first bytes of the new slot reached the disk.
    std::string torn = after.substr(0, length) + before.substr(length);
    const auto contents = DecodeAnchor(torn);
    ASSERT_TRUE(contents.ok()) << length;
    const bool whole = torn == after;
    EXPECT_EQ(contents->newest, whole ? HeadAt(9) : HeadAt(8)) << length;
    EXPECT_EQ(contents->damaged_slots, whole || torn == before ? 0u : 1u)
        << length;
  }
}

TEST(AnchorSlotsTest, AFlippedBitInTheNewestLeavesTheOneBefore) {
  const std::string bytes = Anchor({5, 6, 7, 8});
  for (size_t bit = 0; bit < kAnchorSlotLength * 8; ++bit) {
    std::string flipped = bytes;
    flipped[3 * kAnchorSlotStride + bit / 8] ^=
        static_cast<char>(1 << (bit % 8));
    const auto contents = DecodeAnchor(flipped);
    ASSERT_TRUE(contents.ok()) << bit << ": " << contents.status();
    EXPECT_EQ(contents->newest, HeadAt(7)) << bit;
    EXPECT_EQ(contents->damaged_slots, 1u) << bit;
  }
}

TEST(AnchorSlotsTest, WhatIsCutOffIsDamagedAndTheRestIsRead) {
  const std::string bytes = Anchor({5, 6, 7, 8});
  const auto cut = DecodeAnchor(std::string_view(bytes).substr(0, 10'000));
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ(cut->newest, HeadAt(7));
  EXPECT_EQ(cut->damaged_slots, 1u);
}

TEST(AnchorSlotsTest, AnAnchorWithoutAHeadIsAnError) {
  for (const std::string& bytes :
       {std::string(), std::string(kAnchorFileLength, '\0'),
        std::string(kAnchorFileLength, '\xff'), std::string("SKHA"),
        Anchor({5, 6, 7, 8}).substr(1)}) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeAnchor(bytes).status()));
  }
}

TEST(AnchorSlotsTest, SlotsThatContradictEachOtherAreAnError) {
  AnchoredHead other = HeadAt(8);
  other.digest = HashOf("another record");
  std::string bytes = Anchor({5, 6, 7, 8});
  bytes.replace(0, kAnchorSlotLength, EncodeAnchorSlot(other));
  EXPECT_TRUE(absl::IsDataLoss(DecodeAnchor(bytes).status()));
  other = HeadAt(3);
  other.uid[0] ^= 1;
  bytes.replace(0, kAnchorSlotLength, EncodeAnchorSlot(other));
  EXPECT_TRUE(absl::IsDataLoss(DecodeAnchor(bytes).status()));
  // The same head twice says the same.
  EXPECT_EQ(DecodeAnchor(Anchor({8, 6, 7, 8}))->newest, HeadAt(8));
}

TEST(AnchorSlotsTest, ASlotOfALaterVersionIsNotGuessedAt) {
  std::string slot = EncodeAnchorSlot(HeadAt(9));
  slot[5] = 2;
  slot.resize(124);
  AppendBigEndian(&slot, Crc32c(slot));
  std::string bytes = Anchor({5, 6, 7, 8});
  bytes.replace(0, kAnchorSlotLength, slot);
  EXPECT_TRUE(absl::IsUnimplemented(DecodeAnchor(bytes).status()));
}

}  // namespace
}  // namespace skontro::ledger

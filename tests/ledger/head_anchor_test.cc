#include "ledger/head_anchor.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "ledger/head_check.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/ledger/fake_anchor_file.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/gated_store.h"

namespace skontro::ledger {
namespace {

constexpr HeadAnchor::Options kSync = {AnchorMode::kSync,
                                       absl::InfiniteDuration()};
// One write at once, and no other before the end.
constexpr HeadAnchor::Options kOnce = {AnchorMode::kInterval,
                                       absl::InfiniteDuration()};
constexpr HeadAnchor::Options kOften = {AnchorMode::kInterval,
                                        absl::Microseconds(100)};

AnchoredHead HeadAt(uint64_t sequence) {
  return {kNetwork, /*epoch=*/0, Sequence{sequence},
          HashOf(std::to_string(sequence)),
          static_cast<int64_t>(1'767'225'600'000'000 + sequence)};
}

std::shared_ptr<FakeDisk> NewDisk() {
  return std::make_shared<FakeDisk>(EncodeNewAnchor(HeadAt(1)));
}

std::unique_ptr<HeadAnchor> OpenOn(const std::shared_ptr<FakeDisk>& disk,
                                   const HeadAnchor::Options& options) {
  return HeadAnchor::Open(std::make_unique<FakeAnchorFile>(disk), options)
      .value();
}

// What an anchor would read after a crash of the machine.
AnchoredHead Durable(const FakeDisk& disk) {
  return DecodeAnchor(disk.synced())->newest;
}

TEST(HeadAnchorTest, SyncWritesEachHeadBeforeItReturns) {
  const auto disk = NewDisk();
  const auto anchor = OpenOn(disk, kSync);
  for (uint64_t sequence = 2; sequence < 20; ++sequence) {
    anchor->Reached(HeadAt(sequence));
    EXPECT_EQ(Durable(*disk), HeadAt(sequence));
  }
}

TEST(HeadAnchorTest, TheOldestSlotIsWrittenOverAlsoAfterAReopening) {
  const auto disk = NewDisk();
  std::vector<std::string> slots(kAnchorSlots);
  slots[0] = EncodeAnchorSlot(HeadAt(1));
  for (uint64_t sequence = 2; sequence < 12; ++sequence) {
    OpenOn(disk, kSync)->Reached(HeadAt(sequence));
    slots[(sequence - 1) % kAnchorSlots] = EncodeAnchorSlot(HeadAt(sequence));
    for (size_t i = 0; i < kAnchorSlots && i < sequence; ++i) {
      EXPECT_EQ(disk->synced().substr(i * kAnchorSlotStride, kAnchorSlotLength),
                slots[i])
          << "slot " << i << " at sequence " << sequence;
    }
  }
}

TEST(HeadAnchorTest, AHeadThatIsKnownIsNotWrittenAgain) {
  for (const HeadAnchor::Options& options : {kSync, kOnce}) {
    const auto disk = NewDisk();
    auto anchor = OpenOn(disk, options);
    anchor->Reached(HeadAt(1));
    anchor.reset();
    EXPECT_EQ(disk->syncs(), 0);
  }
}

TEST(HeadAnchorTest, IntervalWritesTheFirstHeadAtOnceAndTheNewestAtTheEnd) {
  const auto disk = NewDisk();
  auto anchor = OpenOn(disk, kOnce);
  anchor->Reached(HeadAt(2));
  disk->AwaitSyncs(1);
  EXPECT_EQ(Durable(*disk), HeadAt(2));
  for (uint64_t sequence = 3; sequence < 100; ++sequence) {
    anchor->Reached(HeadAt(sequence));
  }
  EXPECT_EQ(Durable(*disk), HeadAt(2));
  anchor.reset();
  EXPECT_EQ(Durable(*disk), HeadAt(99));
  EXPECT_EQ(disk->syncs(), 2);
}

TEST(HeadAnchorTest, IntervalCatchesUpWithoutAnotherHead) {
  const auto disk = NewDisk();
  const auto anchor = OpenOn(disk, kOften);
  anchor->Reached(HeadAt(2));
  disk->AwaitSyncs(1);
  anchor->Reached(HeadAt(3));
  disk->AwaitSyncs(2);
  EXPECT_EQ(Durable(*disk), HeadAt(3));
}

TEST(HeadAnchorTest, ATornWriteLeavesTheHeadBefore) {
  const auto disk = NewDisk();
  OpenOn(disk, kSync)->Reached(HeadAt(2));
  const std::string before = disk->synced();
  OpenOn(disk, kSync)->Reached(HeadAt(3));
  const std::string after = disk->synced();
  const size_t slot = 2 * kAnchorSlotStride;
  const auto torn = std::make_shared<FakeDisk>(after.substr(0, slot + 60) +
                                               before.substr(slot + 60));
  const auto anchor = OpenOn(torn, kSync);
  EXPECT_EQ(anchor->opened().newest, HeadAt(2));
  EXPECT_EQ(anchor->opened().damaged_slots, 1u);
  anchor->Reached(HeadAt(3));
  EXPECT_EQ(torn->synced(), after);
}

TEST(HeadAnchorTest, AFileWithoutAHeadIsNotOpened) {
  const auto disk =
      std::make_shared<FakeDisk>(std::string(kAnchorFileLength, '\0'));
  const auto anchor =
      HeadAnchor::Open(std::make_unique<FakeAnchorFile>(disk), kSync);
  EXPECT_TRUE(absl::IsDataLoss(anchor.status()));
  EXPECT_NE(anchor.status().message().find("res.anchor"), std::string::npos);
}

class HeadAnchorDeathTest : public testing::Test {
 protected:
  HeadAnchorDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(HeadAnchorDeathTest, AWriteOrASyncThatFailsStopsTheProcess) {
  const absl::Status full = absl::ResourceExhaustedError("no space (ENOSPC)");
  const absl::Status broken = absl::UnavailableError("cannot sync (EIO)");
  for (const HeadAnchor::Options& options : {kSync, kOnce}) {
    EXPECT_DEATH(
        {
          const auto disk = NewDisk();
          disk->FailWrites(full);
          auto anchor = OpenOn(disk, options);
          anchor->Reached(HeadAt(2));
          anchor.reset();
        },
        "the head anchor res.anchor could not be written at sequence 2: .*"
        "ENOSPC");
    // The next sync would succeed. It must not be tried.
    EXPECT_DEATH(
        {
          const auto disk = NewDisk();
          disk->FailSyncs(broken);
          auto anchor = OpenOn(disk, options);
          anchor->Reached(HeadAt(2));
          anchor.reset();
        },
        "the head anchor res.anchor could not be written at sequence 2: .*"
        "EIO");
  }
}

TEST_F(HeadAnchorDeathTest, AHeadThatGoesBackStopsTheProcess) {
  const auto disk = NewDisk();
  const auto anchor = OpenOn(disk, kSync);
  anchor->Reached(HeadAt(5));
  EXPECT_DEATH(anchor->Reached(HeadAt(4)), "broken invariant at sequence 4");
  AnchoredHead other = HeadAt(6);
  other.uid[0] ^= 1;
  EXPECT_DEATH(anchor->Reached(other), "broken invariant at sequence 6");
}

// A journal with its anchor, on a disk that a test can stop.
class AnchoredJournalTest : public testing::Test {
 protected:
  AnchoredJournalTest() {
    EXPECT_TRUE(
        StoreJournal::Create(&store_, kNetwork, scribe_.Genesis(), {}).ok());
    disk_ = std::make_shared<FakeDisk>(EncodeNewAnchor(Head()));
  }

  AnchoredHead Head() {
    return ToAnchored(ReadHead(*store_.GetSnapshot()).value());
  }

  // Writes `count` batches of one record.
  void Write(int count, const HeadAnchor::Options& options) {
    const auto anchor = OpenOn(disk_, options);
    const auto journal = StoreJournal::Open(&gate_, anchor.get()).value();
    for (int i = 0; i < count; ++i) {
      AppendAndWait(journal.get(),
                    Pending({scribe_.Transfer(kBaker, kPrinter, 100)}));
    }
  }

  absl::Status Check(const Store& store) {
    return CheckHead(*store.GetSnapshot(), Durable(*disk_));
  }

  Scribe scribe_;
  MemoryStore store_;
  GatedStore gate_{&store_};
  std::shared_ptr<FakeDisk> disk_;
};

TEST_F(AnchoredJournalTest, WhoIsAnsweredIsAnchoredBefore) {
  const auto anchor = OpenOn(disk_, kSync);
  const auto journal = StoreJournal::Open(&store_, anchor.get()).value();
  for (int i = 0; i < 10; ++i) {
    AnchoredHead at_reply;
    absl::Notification done;
    journal->Append(Pending({scribe_.Transfer(kBaker, kPrinter, 100)}),
                    [&](AppendOutcome) {
                      at_reply = Durable(*disk_);
                      done.Notify();
                    });
    done.WaitForNotification();
    EXPECT_EQ(at_reply, Head());
  }
}

TEST_F(AnchoredJournalTest, TheAnchorIsNeverAheadOfTheJournal) {
  const auto anchor = OpenOn(disk_, kSync);
  const auto journal = StoreJournal::Open(&gate_, anchor.get()).value();
  gate_.Close();
  absl::Notification first;
  absl::Notification second;
  journal->Append(Pending({scribe_.Transfer(kBaker, kPrinter, 100)}),
                  [&](AppendOutcome) { first.Notify(); });
  journal->Append(Pending({scribe_.Transfer(kBaker, kPrinter, 100)}),
                  [&](AppendOutcome) { second.Notify(); });
  gate_.LetOnePass();
  first.WaitForNotification();
  EXPECT_EQ(Durable(*disk_).sequence, Sequence{2});
  gate_.Open();
  second.WaitForNotification();
  EXPECT_EQ(Durable(*disk_).sequence, Sequence{3});
}

TEST_F(AnchoredJournalTest, ACleanEndAnchorsTheNewestHead) {
  for (const HeadAnchor::Options& options : {kSync, kOnce, kOften}) {
    Write(7, options);
    EXPECT_EQ(Durable(*disk_), Head());
    EXPECT_TRUE(Check(store_).ok());
  }
}

TEST_F(AnchoredJournalTest, AStoreThatIsAheadIsTakenAsItIs) {
  const AnchoredHead before = Head();
  Write(5, kSync);
  EXPECT_TRUE(CheckHead(*store_.GetSnapshot(), before).ok());
  // An old copy of the anchor catches up when the journal opens.
  disk_ = std::make_shared<FakeDisk>(EncodeNewAnchor(before));
  Write(0, kSync);
  EXPECT_EQ(Durable(*disk_), Head());
}

TEST_F(AnchoredJournalTest, AStoreThatIsBehindIsRefusedWithBothSequences) {
  Write(3, kSync);
  const auto old = store_.AfterCrash();
  EXPECT_TRUE(Check(*old).ok());
  Write(1, kSync);
  const absl::Status behind = Check(*old);
  EXPECT_TRUE(absl::IsOutOfRange(behind)) << behind;
  for (const char* words : {"ends at sequence 4", "sequence 5 was durable",
                            "1 records are missing", "skontro recover"}) {
    EXPECT_NE(behind.message().find(words), std::string::npos) << behind;
  }
}

TEST_F(AnchoredJournalTest, AStoreThatLostEverythingIsRefused) {
  Write(3, kSync);
  const MemoryStore empty;
  const absl::Status behind = Check(empty);
  EXPECT_TRUE(absl::IsOutOfRange(behind)) << behind;
  EXPECT_NE(behind.message().find("ends at sequence 0"), std::string::npos);
}

TEST_F(AnchoredJournalTest, AnotherHistoryOfTheSameLengthIsRefused) {
  Write(3, kSync);
  const auto fork = store_.AfterCrash();
  Write(2, kSync);
  // The other history is as long, or goes on further.
  const auto journal = StoreJournal::Open(fork.get()).value();
  AppendAndWait(journal.get(),
                Pending({scribe_.Transfer(kBaker, kPrinter, 1)}));
  for (int i = 0; i < 3; ++i) {
    AppendAndWait(journal.get(),
                  Pending({scribe_.Transfer(kBaker, kPrinter, 1)}));
    const absl::Status other = Check(*fork);
    EXPECT_TRUE(absl::IsOutOfRange(other)) << other;
    EXPECT_NE(other.message().find("another history"), std::string::npos);
  }
}

TEST_F(AnchoredJournalTest, TheAnchorOfAnotherNetworkIsRefused) {
  AnchoredHead other = Head();
  other.uid[3] ^= 1;
  const absl::Status refused = CheckHead(*store_.GetSnapshot(), other);
  EXPECT_TRUE(absl::IsOutOfRange(refused)) << refused;
  EXPECT_NE(refused.message().find("another network"), std::string::npos);
}

}  // namespace
}  // namespace skontro::ledger

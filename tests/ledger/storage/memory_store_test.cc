#include "ledger/storage/memory_store.h"

#include <gtest/gtest.h>

namespace skontro::ledger {
namespace {

WriteBatch OneRow(const char* value) {
  WriteBatch batch;
  batch.Put(Family::kJournal, "a", value);
  return batch;
}

TEST(MemoryStoreTest, TheStoreGoesOnAfterACrashWasPlayed) {
  MemoryStore store;
  ASSERT_TRUE(store.Write(OneRow("1"), Durability::kSynced).ok());
  const std::unique_ptr<MemoryStore> crashed = store.AfterCrash();
  ASSERT_TRUE(store.Write(OneRow("2"), Durability::kSynced).ok());
  ASSERT_TRUE(crashed->Write(OneRow("3"), Durability::kUnlogged).ok());
  EXPECT_EQ(store.GetSnapshot()->Get(Family::kJournal, "a").value(), "2");
  EXPECT_EQ(crashed->GetSnapshot()->Get(Family::kJournal, "a").value(), "3");
  EXPECT_EQ(
      crashed->AfterCrash()->GetSnapshot()->Get(Family::kJournal, "a").value(),
      "1");
}

TEST(MemoryStoreTest, AStoreThatFailsWritesNothingUntilItIsMended) {
  MemoryStore store;
  ASSERT_TRUE(store.Write(OneRow("1"), Durability::kSynced).ok());
  store.FailWrites(absl::UnavailableError("the disk is gone"));
  for (Durability durability : {Durability::kSynced, Durability::kUnlogged}) {
    EXPECT_EQ(store.Write(OneRow("2"), durability),
              absl::UnavailableError("the disk is gone"));
  }
  EXPECT_EQ(store.Flush(), absl::UnavailableError("the disk is gone"));
  EXPECT_EQ(store.GetSnapshot()->Get(Family::kJournal, "a").value(), "1");
  store.FailWrites(absl::OkStatus());
  EXPECT_TRUE(store.Write(OneRow("2"), Durability::kSynced).ok());
  EXPECT_EQ(store.GetSnapshot()->Get(Family::kJournal, "a").value(), "2");
}

TEST(MemoryStoreTest, ASnapshotMayOutliveItsStore) {
  auto store = std::make_unique<MemoryStore>();
  ASSERT_TRUE(store->Write(OneRow("1"), Durability::kSynced).ok());
  const std::shared_ptr<const Snapshot> snapshot = store->GetSnapshot();
  store.reset();
  EXPECT_EQ(snapshot->Get(Family::kJournal, "a").value(), "1");
}

TEST(MemoryStoreDeathTest, AWalkThatStandsNowhereCannotMove) {
  MemoryStore store;
  const auto it = store.GetSnapshot()->NewIterator(Family::kJournal);
  EXPECT_DEATH(it->Next(), "broken invariant");
  EXPECT_DEATH(it->Prev(), "broken invariant");
}

}  // namespace
}  // namespace skontro::ledger

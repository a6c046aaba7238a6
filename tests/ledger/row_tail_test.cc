#include "ledger/row_tail.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "ledger/storage/memory_store.h"
#include "ledger/storage/row_buffer.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/gated_store.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

constexpr Family kFamily = Family::kAccountEntry;

// A tail that does nothing by itself, over a store in memory, and a map of what
// both must show.
class RowTailTest : public testing::Test {
 protected:
  static std::shared_ptr<const SortedRows> RowsOfSize(const std::string& key,
                                                      size_t bytes) {
    RowBuffer buffer;
    buffer.Put(kFamily, key, std::string(bytes, 'v'));
    return buffer.Sort();
  }

  // Rows that put and delete, and what they do to the map.
  std::shared_ptr<const SortedRows> AnyRows(uint64_t count_max) {
    RowBuffer buffer;
    for (uint64_t count = 1 + Below(&random_, count_max); count > 0; --count) {
      const std::string key = std::to_string(Below(&random_, 300));
      if (Below(&random_, 4) == 0) {
        buffer.Delete(kFamily, key);
        rows_.erase(key);
      } else {
        rows_[key] = std::to_string(++values_);
        buffer.Put(kFamily, key, rows_[key]);
      }
    }
    return buffer.Sort();
  }

  FamilyRows InStore() { return RowsOf(*store_.GetSnapshot(), kFamily); }
  static FamilyRows Shown(const RowTail& tail) {
    return RowsOf(*tail.GetSnapshot(), kFamily);
  }

  Random random_{1};
  FamilyRows rows_;
  int values_ = 0;
  MemoryStore store_;
  std::atomic<int> moved_ = 0;
  const std::function<void()> on_moved_ = [this] { ++moved_; };
};

TEST_F(RowTailTest, RowsAreThereBeforeTheyAreInTheStore) {
  RowTail tail(&store_, {.own_thread = false}, on_moved_);
  ASSERT_TRUE(tail.Append(AnyRows(50)).ok());
  EXPECT_EQ(Shown(tail), rows_);
  EXPECT_TRUE(InStore().empty());
  EXPECT_FALSE(tail.WorkOnce()) << "too few to move";
  ASSERT_TRUE(tail.Flush().ok());
  EXPECT_EQ(Shown(tail), rows_);
  EXPECT_EQ(InStore(), rows_);
  EXPECT_EQ(tail.byte_size(), 0U);
  EXPECT_EQ(moved_, 1);
  ASSERT_TRUE(tail.Flush().ok());
  EXPECT_EQ(moved_, 1) << "there was nothing to move";
}

TEST_F(RowTailTest, WhatIsNotInTheStoreIsLostInACrash) {
  {
    RowTail tail(&store_, {}, on_moved_);
    ASSERT_TRUE(tail.Append(AnyRows(50)).ok());
  }
  EXPECT_TRUE(InStore().empty());
  EXPECT_EQ(moved_, 0);
}

TEST_F(RowTailTest, EnoughRowsMoveTogether) {
  RowTail tail(&store_, {.move_bytes = 10'000, .own_thread = false}, on_moved_);
  for (int i = 0; i < 20; ++i) {
    const bool enough = tail.byte_size() >= 10'000;
    EXPECT_EQ(tail.WorkOnce() && moved_ > 0, enough) << i;
    if (enough) break;
    ASSERT_TRUE(tail.Append(RowsOfSize(std::to_string(i), 3'000)).ok());
  }
  EXPECT_EQ(moved_, 1);
  EXPECT_EQ(InStore().size(), 4U);
  EXPECT_EQ(tail.byte_size(), 0U);
}

// Ten thousand answers of one trade each must not leave ten thousand places to
// look at.
TEST_F(RowTailTest, ManySmallSegmentsBecomeFew) {
  RowTail tail(&store_, {.own_thread = false}, on_moved_);
  size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(tail.Append(AnyRows(5)).ok());
    while (tail.WorkOnce()) {
    }
    most = std::max(most, tail.segment_count());
  }
  EXPECT_LE(most, 40U);
  EXPECT_EQ(moved_, 0);
  EXPECT_EQ(Shown(tail), rows_);
}

TEST_F(RowTailTest, SegmentsOfAllSizesShowTheSameRows) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    random_.seed(seed);
    RowTail tail(
        &store_,
        {.move_bytes = 40'000, .bytes_max = 80'000, .own_thread = false},
        on_moved_);
    size_t most = 0;
    const int moved_before = moved_;
    std::vector<std::pair<std::shared_ptr<const Snapshot>, FamilyRows>> views;
    for (int i = 0; i < 300; ++i) {
      // The rows of a store are those of the run before.
      ASSERT_TRUE(tail.Append(AnyRows(Below(&random_, 5) == 0 ? 200 : 4)).ok());
      if (Below(&random_, 3) == 0) tail.WorkOnce();
      if (Below(&random_, 100) == 0) {
        ASSERT_TRUE(tail.Flush().ok());
      }
      most = std::max(most, tail.segment_count());
      if (Below(&random_, 20) == 0) {
        ASSERT_EQ(Shown(tail), rows_) << i;
        views.emplace_back(tail.GetSnapshot(), rows_);
      }
    }
    EXPECT_LE(most, 60U);
    EXPECT_GE(moved_, moved_before + 3);
    ASSERT_TRUE(tail.Flush().ok());
    EXPECT_EQ(InStore(), rows_);
    // A view shows what it showed, whatever came after it.
    for (const auto& [view, want] : views) {
      EXPECT_EQ(RowsOf(*view, kFamily), want);
    }
  }
}

TEST_F(RowTailTest, WhoComesWithTooManyRowsWaitsForTheStore) {
  GatedStore gated(&store_);
  gated.CloseForRows();
  constexpr size_t kMost = 100'000;
  RowTail tail(&gated, {.move_bytes = 20'000, .bytes_max = kMost}, on_moved_);
  std::atomic<int> appended{0};
  constexpr int kAll = 60;
  std::thread committer([&] {
    for (int i = 0; i < kAll; ++i) {
      EXPECT_TRUE(tail.Append(RowsOfSize(std::to_string(i), 10'000)).ok());
      ++appended;
    }
  });
  gated.WaitForRows();
  while (tail.byte_size() < kMost) std::this_thread::yield();
  // It came one segment past the bound, and waits.
  EXPECT_LT(tail.byte_size(), kMost + 11'000);
  EXPECT_LT(appended, kAll);
  EXPECT_GT(Shown(tail).size(), 5U) << "reads go on";
  EXPECT_TRUE(InStore().empty());
  gated.OpenForRows();
  committer.join();
  EXPECT_EQ(appended, kAll);
  ASSERT_TRUE(tail.Flush().ok());
  EXPECT_EQ(InStore().size(), static_cast<size_t>(kAll));
}

TEST_F(RowTailTest, AStoreThatFailsEndsTheMovesAndKeepsTheRows) {
  RowTail tail(&store_, {.move_bytes = 100, .bytes_max = 200}, on_moved_);
  const absl::Status failure = absl::UnavailableError("the disk is gone");
  store_.FailWrites(failure);
  absl::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) status = tail.Append(AnyRows(9));
  EXPECT_EQ(status, failure);
  const FamilyRows shown = Shown(tail);
  store_.FailWrites(absl::OkStatus());
  EXPECT_EQ(tail.Append(AnyRows(9)), failure) << "nobody tries again";
  EXPECT_EQ(tail.Flush(), failure);
  EXPECT_EQ(Shown(tail), shown);
  EXPECT_TRUE(InStore().empty());
}

TEST_F(RowTailTest, AFlushThatFailsSaysSo) {
  RowTail tail(&store_, {}, on_moved_);
  ASSERT_TRUE(tail.Append(AnyRows(9)).ok());
  store_.FailWrites(absl::UnavailableError("the disk is gone"));
  EXPECT_EQ(tail.Flush(), absl::UnavailableError("the disk is gone"));
  EXPECT_EQ(moved_, 0);
}

// One thread adds rows, the tail's own moves and merges them, others look.
TEST_F(RowTailTest, WhatWasAppendedIsInEveryLaterSnapshot) {
  std::atomic<int> moves{0};
  RowTail tail(&store_, {.move_bytes = 3'000, .bytes_max = 9'000},
               [&] { ++moves; });
  std::atomic<int> appended{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&, reader] {
      Random random(static_cast<uint64_t>(reader));
      while (!done) {
        const int last = appended;
        const auto view = tail.GetSnapshot();
        // "n" counts all, "m" is deleted by every second one.
        const auto n = view->Get(kFamily, "n").value();
        ASSERT_TRUE(n.has_value() || last == 0);
        if (!n.has_value()) continue;
        ASSERT_GE(std::stoi(*n), last);
        ASSERT_EQ(view->Get(kFamily, "m").value().has_value(),
                  std::stoi(*n) % 2 == 0);
        const std::string any = std::to_string(
            1 + Below(&random, static_cast<uint64_t>(std::stoi(*n))));
        ASSERT_EQ(view->Get(kFamily, any).value(), any);
        const auto it = view->NewIterator(kFamily);
        it->Seek("n");
        ASSERT_TRUE(it->Valid());
        ASSERT_EQ(it->value(), *n);
      }
    });
  }
  for (int i = 1; i <= 2'000; ++i) {
    RowBuffer rows;
    const std::string number = std::to_string(i);
    rows.Put(kFamily, number, number);
    rows.Put(kFamily, "n", number);
    if (i % 2 == 0) {
      rows.Put(kFamily, "m", "even");
    } else {
      rows.Delete(kFamily, "m");
    }
    ASSERT_TRUE(tail.Append(rows.Sort()).ok());
    appended = i;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(moves, 3);
  ASSERT_TRUE(tail.Flush().ok());
  EXPECT_EQ(InStore().size(), 2'002U);
}

}  // namespace
}  // namespace skontro::ledger

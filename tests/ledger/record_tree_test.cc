// The tree over a journal: its rows, what they are made of again, and proofs
// from a store whatever the batches were.

#include "ledger/record_tree.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/limits.h"
#include "ledger/big_endian.h"
#include "ledger/projection.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

constexpr uint64_t kBlock = uint64_t{1} << kStoredLevelMin;

// The tree over digests, in memory and without rows.
Digest OracleRoot(const std::vector<Digest>& digests, uint64_t begin,
                  uint64_t end) {
  if (begin == end) return EmptyTreeHash();
  if (end - begin == 1) return LeafHash(BytesOf(digests[begin]));
  uint64_t split = 1;
  while (2 * split < end - begin) split *= 2;
  return NodeHash(OracleRoot(digests, begin, begin + split),
                  OracleRoot(digests, begin + split, end));
}

// The rows of the family `tree` for a journal with these digests.
FamilyRows OracleRows(const std::vector<Digest>& digests) {
  FamilyRows rows;
  for (int level = kStoredLevelMin; level < 63; ++level) {
    const uint64_t leaves = uint64_t{1} << level;
    for (uint64_t i = 0; (i + 1) * leaves <= digests.size(); ++i) {
      std::string key(1, static_cast<char>(level));
      AppendBigEndian(&key, i);
      rows[key] = BytesOf(OracleRoot(digests, i * leaves, (i + 1) * leaves));
    }
  }
  return rows;
}

// A journal with its projections.
class Books {
 public:
  explicit Books(StorePlace* place) : place_(place) {
    EXPECT_TRUE(
        StoreJournal::Create(place->store(), kNetwork, scribe_.Genesis(), {})
            .ok());
    Open();
    digests_.push_back(projection_->view().digest);
  }

  void Append(size_t count, bool project = true) {
    std::vector<Record> records;
    while (records.size() < count) records.push_back(scribe_.Event("e"));
    const auto batch =
        AppendAndWait(journal_.get(), Pending(std::move(records)));
    digests_.insert(digests_.end(), batch->digests.begin(),
                    batch->digests.end());
    if (project) projection_->Advance(*batch);
  }

  void Open() {
    journal_ = StoreJournal::Open(place_->store()).value();
    projection_ = Projection::Open(place_->store(), &events_).value();
  }
  void Flush() { ASSERT_TRUE(projection_->Flush().ok()); }
  void Close() {
    projection_.reset();
    journal_.reset();
  }

  FamilyRows Rows() const {
    return RowsOf(*projection_->view().snapshot, Family::kTree);
  }
  ReadView view() const { return projection_->view(); }
  const std::vector<Digest>& digests() const { return digests_; }
  uint64_t size() const { return digests_.size(); }

 private:
  StorePlace* const place_;
  Scribe scribe_;
  EventRows events_;
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<Projection> projection_;
  std::vector<Digest> digests_;
};

class RecordTreeTest : public testing::TestWithParam<StoreKind> {
 protected:
  const std::unique_ptr<StorePlace> place_ = GetParam().make();
  Books books_{place_.get()};
};

TEST_P(RecordTreeTest, RowsAreTheCompleteSubtreesOfTheStoredLevels) {
  EXPECT_TRUE(books_.Rows().empty());
  for (const size_t count : {kBlock - 2, size_t{1}, size_t{1}, 3 * kBlock}) {
    books_.Append(count);
    EXPECT_EQ(books_.Rows(), OracleRows(books_.digests())) << books_.size();
  }
  // 4 blocks, 2 pairs of them, and one of two pairs.
  EXPECT_EQ(books_.Rows().size(), 7U);
}

TEST_P(RecordTreeTest, ARecordCostsLessThanATenthOfARow) {
  for (int i = 0; i < 20; ++i) books_.Append(100);
  EXPECT_LT(books_.Rows().size() * 10, books_.size());
  EXPECT_GT(books_.Rows().size(), 0U);
}

TEST_P(RecordTreeTest, AfterARestartTheTreeGoesOn) {
  for (size_t count = 1; count < 2 * kBlock; count += 3) {
    books_.Append(count);
    books_.Close();
    count % 2 == 0 ? place_->Crash() : place_->Reopen();
    books_.Open();
    ASSERT_EQ(books_.Rows(), OracleRows(books_.digests())) << books_.size();
  }
}

TEST_P(RecordTreeTest, WhatWasNotProjectedIsRolledForward) {
  books_.Append(kBlock - 5);
  books_.Append(kBlock, /*project=*/false);
  books_.Append(3 * kBlock, /*project=*/false);
  EXPECT_TRUE(books_.Rows().empty());
  books_.Close();
  place_->Crash();
  books_.Open();
  EXPECT_EQ(books_.Rows(), OracleRows(books_.digests()));
}

TEST_P(RecordTreeTest, AStoreOfAProgramThatHadNoTreeGetsOne) {
  for (int i = 0; i < 3; ++i) books_.Append(3 * kBlock + 7);
  const FamilyRows rows = books_.Rows();
  ASSERT_GT(rows.size(), 8U);
  books_.Flush();
  books_.Close();
  WriteBatch gone;
  for (const auto& [key, value] : rows) gone.Delete(Family::kTree, key);
  ASSERT_TRUE(place_->store()->Write(gone, Durability::kSynced).ok());
  books_.Open();
  EXPECT_EQ(books_.Rows(), rows);
}

TEST_P(RecordTreeTest, APeakThatIsLostIsMadeAgain) {
  for (int i = 0; i < 3; ++i) books_.Append(3 * kBlock + 7);
  const FamilyRows rows = books_.Rows();
  for (const Subtree& peak : PeaksOf(books_.size())) {
    if (peak.level < kStoredLevelMin) break;
    books_.Flush();
    books_.Close();
    WriteBatch gone;
    gone.Delete(Family::kTree, TreeKey(peak.level, peak.index));
    ASSERT_TRUE(place_->store()->Write(gone, Durability::kSynced).ok());
    books_.Open();
    EXPECT_EQ(books_.Rows(), rows) << peak.level;
  }
}

TEST_P(RecordTreeTest, ProofsOfEverySizeHold) {
  for (size_t count = 1; books_.size() < 5 * kBlock; count += 5) {
    books_.Append(count);
  }
  const ReadView view = books_.view();
  ASSERT_EQ(Number(view.sequence), books_.size());
  for (uint64_t size = 1; size <= books_.size(); size += 3) {
    RecordTreeReader tree(view.snapshot.get(), size);
    const Digest root = RootOf(&tree, size).value();
    ASSERT_EQ(root, OracleRoot(books_.digests(), 0, size));
    for (uint64_t index = size % 2; index < size; index += 7) {
      const Digest digest = tree.RecordDigest(Sequence{index + 1}).value();
      ASSERT_EQ(digest, books_.digests()[index]);
      const auto proof = ProveInclusion(&tree, index, size).value();
      ASSERT_TRUE(
          VerifyInclusion(LeafHash(BytesOf(digest)), index, size, proof, root))
          << index << " of " << size;
      const auto growth = ProveConsistency(&tree, index + 1, size).value();
      ASSERT_TRUE(VerifyConsistency(index + 1, size, growth,
                                    OracleRoot(books_.digests(), 0, index + 1),
                                    root))
          << index + 1 << " to " << size;
    }
  }
}

TEST_P(RecordTreeTest, AnOlderViewProvesWhatItProvedThen) {
  books_.Append(kBlock + 3);
  const ReadView older = books_.view();
  const uint64_t size = books_.size();
  books_.Append(3 * kBlock);
  RecordTreeReader tree(older.snapshot.get(), size);
  EXPECT_EQ(RootOf(&tree, size).value(), OracleRoot(books_.digests(), 0, size));
}

TEST_P(RecordTreeTest, ALargeBatchIsOneOfMany) {
  books_.Append(kBatchRecordsMax);
  books_.Append(2);
  const ReadView view = books_.view();
  RecordTreeReader tree(view.snapshot.get(), books_.size());
  const Digest root = RootOf(&tree, books_.size()).value();
  for (const uint64_t index : {0U, 1U, 4'096U, 8'192U, 8'194U}) {
    const auto proof = ProveInclusion(&tree, index, books_.size()).value();
    EXPECT_TRUE(VerifyInclusion(LeafHash(BytesOf(books_.digests()[index])),
                                index, books_.size(), proof, root))
        << index;
  }
}

TEST_P(RecordTreeTest, ARowThatIsMissingOrDamagedIsSaidToBe) {
  books_.Append(2 * kBlock);
  books_.Flush();
  const std::string key = TreeKey(kStoredLevelMin, 0);
  WriteBatch gone;
  gone.Delete(Family::kTree, key);
  ASSERT_TRUE(place_->store()->Write(gone, Durability::kSynced).ok());
  {
    const auto snapshot = place_->store()->GetSnapshot();
    RecordTreeReader tree(snapshot.get(), books_.size());
    EXPECT_EQ(tree.HashOf(kStoredLevelMin, 0).status().code(),
              absl::StatusCode::kDataLoss);
    EXPECT_TRUE(tree.HashOf(kStoredLevelMin, 1).ok());
  }
  WriteBatch short_row;
  short_row.Put(Family::kTree, key, "short");
  ASSERT_TRUE(place_->store()->Write(short_row, Durability::kSynced).ok());
  const auto snapshot = place_->store()->GetSnapshot();
  RecordTreeReader tree(snapshot.get(), books_.size());
  EXPECT_EQ(tree.HashOf(kStoredLevelMin, 0).status(),
            absl::DataLossError("the row of subtree 5/0 is no digest"));
}

TEST_P(RecordTreeTest, ARecordThatIsMissingOrDamagedIsSaidToBe) {
  books_.Append(1);
  books_.Append(1);
  books_.Append(1);
  std::string key;
  AppendBigEndian(&key, uint64_t{3});
  const auto digests = [&](uint64_t first, uint64_t count) {
    return ReadDigests(*place_->store()->GetSnapshot(), Sequence{first}, count)
        .status();
  };
  EXPECT_TRUE(digests(1, 4).ok());
  EXPECT_EQ(digests(1, 5),
            absl::DataLossError("the journal has no sequence 5"));
  std::string batch =
      RowsOf(*place_->store()->GetSnapshot(), Family::kJournal).at(key);
  batch[kBatchHeaderLength + 25] ^= 1;  // Of the payload.
  WriteBatch damaged;
  damaged.Put(Family::kJournal, key, batch);
  ASSERT_TRUE(place_->store()->Write(damaged, Durability::kSynced).ok());
  EXPECT_TRUE(digests(1, 2).ok());
  EXPECT_EQ(digests(1, 3).code(), absl::StatusCode::kDataLoss);
  WriteBatch gone;
  gone.Delete(Family::kJournal, key);
  ASSERT_TRUE(place_->store()->Write(gone, Durability::kSynced).ok());
  EXPECT_EQ(digests(1, 4),
            absl::DataLossError("the journal has no sequence 3"));
  EXPECT_EQ(digests(3, 1),
            absl::DataLossError("the journal has no sequence 3"));
  EXPECT_TRUE(digests(4, 1).ok());
}

INSTANTIATE_TEST_SUITE_P(Stores, RecordTreeTest,
                         testing::ValuesIn(StoreKinds()),
                         [](const auto& of) { return KindName(of); });

}  // namespace
}  // namespace skontro::ledger

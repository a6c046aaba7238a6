// What a reader of a journal notices about batches that are whole by
// themselves: missing, in another's place, of another journal, or behind the
// newest.

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/big_endian.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/ledger/raw_batch.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

std::string KeyOf(uint64_t sequence) {
  std::string key;
  AppendBigEndian(&key, sequence);
  return key;
}

// A journal of the sequences 1, 2-4, 5-7, 8-10 and 11-13.
class JournalReaderTest : public testing::Test {
 protected:
  JournalReaderTest() { Write(&store_, kNetwork, "ours"); }

  void Write(MemoryStore* store, const NetworkUid& uid, const char* event) {
    Scribe scribe;
    ASSERT_TRUE(StoreJournal::Create(store, uid, scribe.Genesis(), {}).ok());
    const auto journal = StoreJournal::Open(store).value();
    for (int i = 0; i < 4; ++i) {
      AppendAndWait(journal.get(),
                    Pending({scribe.Event(event), scribe.Event("b"),
                             scribe.Transfer(kBaker, kPrinter, 100)}));
    }
  }

  std::string Row(const MemoryStore& store, uint64_t first) {
    return store.GetSnapshot()->Get(Family::kJournal, KeyOf(first))->value();
  }
  void Put(uint64_t first, const std::string& row) { Put(KeyOf(first), row); }
  void Put(const std::string& key, const std::string& row) {
    WriteBatch rows;
    rows.Put(Family::kJournal, key, row);
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
  }
  void Delete(uint64_t first) {
    WriteBatch rows;
    rows.Delete(Family::kJournal, KeyOf(first));
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
  }

  // Reads from `from` to the end: the first sequences of the batches, or the
  // error that ended it.
  absl::StatusOr<std::vector<uint64_t>> Read(uint64_t from,
                                             Trust trust = Trust::kNothing) {
    const auto snapshot = store_.GetSnapshot();
    JournalReader reader(snapshot.get(), Sequence{from}, trust);
    std::vector<uint64_t> firsts;
    while (true) {
      auto next = reader.Next();
      if (!next.ok()) return next.status();
      if (!next->has_value()) return firsts;
      firsts.push_back(Number((*next)->batch.first_sequence));
    }
  }

  MemoryStore store_;
};

TEST_F(JournalReaderTest, ReadingBeginsWithTheBatchThatHoldsTheSequence) {
  const std::vector<uint64_t> kFirsts = {1, 2, 5, 8, 11};
  for (uint64_t from = 0; from <= 13; ++from) {
    std::vector<uint64_t> want;
    for (uint64_t first : kFirsts) {
      if (first == 1 ? from <= 1 : first + 2 >= from) want.push_back(first);
    }
    EXPECT_EQ(Read(from).value(), want) << from;
  }
}

TEST_F(JournalReaderTest, NothingIsReadBehindTheNewestRecord) {
  for (uint64_t from : {uint64_t{14}, uint64_t{1'000}, UINT64_MAX}) {
    EXPECT_EQ(Read(from).value(), std::vector<uint64_t>()) << from;
  }
}

TEST_F(JournalReaderTest, TheEndStaysTheEnd) {
  const auto snapshot = store_.GetSnapshot();
  JournalReader reader(snapshot.get(), Sequence{11}, Trust::kCrc);
  EXPECT_TRUE(reader.Next()->has_value());
  EXPECT_FALSE(reader.Next()->has_value());
  EXPECT_FALSE(reader.Next()->has_value());
}

TEST_F(JournalReaderTest, EveryRecordIsFoundByItsSequence) {
  const auto snapshot = store_.GetSnapshot();
  int64_t time_us = 0;
  for (uint64_t sequence = 1; sequence <= 13; ++sequence) {
    const auto found = ReadRecord(*snapshot, Sequence{sequence});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_GT(found->record.time_us, time_us);
    time_us = found->record.time_us;
  }
  for (uint64_t sequence : {uint64_t{0}, uint64_t{14}, UINT64_MAX}) {
    EXPECT_EQ(ReadRecord(*snapshot, Sequence{sequence}).status().code(),
              absl::StatusCode::kNotFound)
        << sequence;
  }
}

TEST_F(JournalReaderTest, BatchesThatDoNotFollowEachOtherAreRefused) {
  struct Case {
    const char* what;
    std::function<void()> change;
    const char* says;
  };
  MemoryStore foreign;
  NetworkUid another = kNetwork;
  another[0] = 99;
  Write(&foreign, another, "ours");
  MemoryStore history;
  Write(&history, kNetwork, "a history that was not");
  const Case kCases[] = {
      {"two batches changed places",
       [&] {
         const std::string fifth = Row(store_, 5);
         Put(5, Row(store_, 8));
         Put(8, fifth);
       },
       "sequence 8 is stored in another's place"},
      {"the newest in place of one before", [&] { Put(8, Row(store_, 11)); },
       "sequence 11 is stored in another's place"},
      {"a batch is missing", [&] { Delete(5); }, "between sequence 4 and 8"},
      {"the first batch is missing", [&] { Delete(1); },
       "begins with sequence 2"},
      {"all but the newest are missing",
       [&] {
         for (uint64_t first : {1U, 2U, 5U, 8U}) Delete(first);
       },
       "begins with sequence 11"},
      {"a batch of another network", [&] { Put(5, Row(foreign, 5)); },
       "between sequence 4 and 5"},
      {"the first batch of another network", [&] { Put(1, Row(foreign, 1)); },
       "between sequence 1 and 2"},
      {"a batch of another history", [&] { Put(5, Row(history, 5)); },
       "between sequence 4 and 5"},
      {"a batch between two others", [&] { Put(6, Row(store_, 5)); },
       "sequence 5 is stored in another's place"},
      {"a row that is no batch", [&] { Put(6, "what is this"); }, "no batch"},
      {"a key that is too long", [&] { Put(KeyOf(5) + "x", Row(store_, 5)); },
       "stored in another's place"},
      {"a time that goes back between batches",
       [&] {
         Record record = Scribe().Event("early");
         record.time_us = 1;
         const Digest before =
             ReadRecord(*store_.GetSnapshot(), Sequence{13})->digest;
         Put(14,
             RawBatchOf(14, std::string(BytesOf(before)), {record}).Bytes());
       },
       "between sequence 13 and 14"},
      {"a booking day that goes back between batches",
       [&] {
         Scribe scribe;
         scribe.SkipDays(-1);
         Record record = scribe.Event("early");
         record.time_us += 1'000'000'000;
         const Digest before =
             ReadRecord(*store_.GetSnapshot(), Sequence{13})->digest;
         Put(14,
             RawBatchOf(14, std::string(BytesOf(before)), {record}).Bytes());
       },
       "between sequence 13 and 14"},
      {"a beginning that follows something",
       [&] {
         Put(1,
             RawBatchOf(1, std::string(32, 'x'), {Scribe().Genesis()}).Bytes());
       },
       "does not begin as it must, at sequence 1"},
  };
  const FamilyRows whole = RowsOf(*store_.GetSnapshot(), Family::kJournal);
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    c.change();
    for (Trust trust : {Trust::kCrc, Trust::kNothing}) {
      const absl::Status status = Read(1, trust).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
      EXPECT_NE(std::string(status.message()).find(c.says), std::string::npos)
          << status;
    }
    // Back to how it was.
    WriteBatch rows;
    for (const auto& [key, row] :
         RowsOf(*store_.GetSnapshot(), Family::kJournal)) {
      rows.Delete(Family::kJournal, key);
    }
    for (const auto& [key, row] : whole) rows.Put(Family::kJournal, key, row);
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
    ASSERT_TRUE(Read(1).ok());
  }
}

TEST_F(JournalReaderTest, ARecordInAGapIsDamageAndNotUnknown) {
  Delete(5);
  for (uint64_t sequence : {5U, 6U, 7U}) {
    EXPECT_EQ(
        ReadRecord(*store_.GetSnapshot(), Sequence{sequence}).status().code(),
        absl::StatusCode::kDataLoss)
        << sequence;
  }
  EXPECT_TRUE(ReadRecord(*store_.GetSnapshot(), Sequence{4}).ok());
  EXPECT_TRUE(ReadRecord(*store_.GetSnapshot(), Sequence{8}).ok());
}

TEST_F(JournalReaderTest, ANewestBatchThatIsDamagedIsNotOpened) {
  const std::string newest = Row(store_, 11);
  struct Case {
    const char* what;
    std::function<void()> change;
    absl::StatusCode code;
  };
  std::string flipped = newest;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  std::string later = newest;
  later[5] = 2;
  const Case kCases[] = {
      {"a byte of its last digest", [&] { Put(11, flipped); },
       absl::StatusCode::kDataLoss},
      {"in another's place", [&] { Put(12, newest); },
       absl::StatusCode::kDataLoss},
      {"of a later version", [&] { Put(11, later); },
       absl::StatusCode::kUnimplemented},
      {"no batch", [&] { Put(13, "x"); }, absl::StatusCode::kDataLoss},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    c.change();
    EXPECT_EQ(ReadHead(*store_.GetSnapshot()).status().code(), c.code);
    EXPECT_EQ(StoreJournal::Open(&store_).status().code(), c.code);
    Put(11, newest);
    Delete(12);
    Delete(13);
    ASSERT_TRUE(StoreJournal::Open(&store_).ok());
  }
}

TEST_F(JournalReaderTest, AStoreOfAnotherFormatIsNotOpened) {
  struct Case {
    const char* what;
    std::optional<std::string> format;
    absl::StatusCode code;
  };
  const Case kCases[] = {
      {"a later one", "2", absl::StatusCode::kUnimplemented},
      {"a name", "new", absl::StatusCode::kUnimplemented},
      {"nothing in the row", "", absl::StatusCode::kUnimplemented},
      {"no row", std::nullopt, absl::StatusCode::kDataLoss},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    WriteBatch rows;
    if (c.format.has_value()) {
      rows.Put(Family::kMeta, "format", *c.format);
    } else {
      rows.Delete(Family::kMeta, "format");
    }
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
    EXPECT_EQ(ReadHead(*store_.GetSnapshot()).status().code(), c.code);
    EXPECT_EQ(StoreJournal::Open(&store_).status().code(), c.code);
    EXPECT_EQ(
        StoreJournal::Create(&store_, kNetwork, Scribe().Genesis(), {}).code(),
        c.code);
  }
}

TEST_F(JournalReaderTest, ARecordThatAPersonChangedIsFoundByItsDigest) {
  // The checksums are made to fit, the digests are left.
  RawBatch batch = RawBatchOf(5, "", {});
  const auto decoded = DecodeBatch(Row(store_, 5), Trust::kNothing).value();
  std::vector<Record> records = decoded.batch.records;
  records[1].event = "B";
  batch = RawBatchOf(5, std::string(BytesOf(decoded.previous)), records);
  for (size_t i = 0; i < records.size(); ++i) {
    batch.frames[i].digest = std::string(BytesOf(decoded.batch.digests[i]));
  }
  Put(5, batch.Bytes());
  EXPECT_TRUE(Read(1, Trust::kCrc).ok());
  EXPECT_EQ(Read(1, Trust::kNothing).status().message(),
            "the journal is damaged at sequence 6: digest of the record");
}

TEST_F(JournalReaderTest, ARewrittenBatchNoLongerFitsTheNext) {
  // Even the digests are made to fit; the batch behind it tells.
  const auto decoded = DecodeBatch(Row(store_, 5), Trust::kNothing).value();
  std::vector<Record> records = decoded.batch.records;
  records[1].event = "B";
  Put(5,
      RawBatchOf(5, std::string(BytesOf(decoded.previous)), records).Bytes());
  for (Trust trust : {Trust::kCrc, Trust::kNothing}) {
    EXPECT_EQ(Read(1, trust).status().message(),
              "the journal is broken between sequence 7 and 8");
  }
}

}  // namespace
}  // namespace skontro::ledger

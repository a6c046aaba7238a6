#include "ledger/journal_copy.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/storage/memory_store.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

// A journal of many small batches, some of them with groups and with personal
// texts.
class JournalCopyTest : public testing::Test {
 protected:
  JournalCopyTest() {
    EXPECT_TRUE(
        StoreJournal::Create(&original_, kNetwork, scribe_.Genesis(), {}).ok());
    const auto journal = StoreJournal::Open(&original_).value();
    Random random(7);
    for (int i = 0; i < 30; ++i) {
      std::vector<Record> records = scribe_.AnyBatch(&random, 12, 9);
      const Sequence newest{Number(journal->last_sequence()) + records.size()};
      PersonalRow row{static_cast<uint64_t>(i % 4 + 1), newest, 1,
                      std::string(kSaltLength, 's'),
                      "Rue " + std::to_string(i)};
      AppendAndWait(journal.get(), Pending(std::move(records), {row}));
    }
    last_ = journal->last_sequence();
  }

  // Copies up to `last` into `copy`.
  absl::StatusOr<JournalHead> Copy(Sequence last, Store* store) {
    JournalCopy copy(store, last);
    for (const auto& [key, value] : Rows(original_, Family::kJournal)) {
      const absl::Status added = copy.AddBatch(value);
      if (!added.ok()) return added;
    }
    for (const auto& [key, value] : Rows(original_, Family::kPersonal)) {
      const absl::Status added = copy.AddPersonal(key, value);
      if (!added.ok()) return added;
    }
    return copy.Finish();
  }

  static FamilyRows Rows(const Store& store, Family family) {
    return RowsOf(*store.GetSnapshot(), family);
  }

  // The first sequence that is in the middle of a group, with the ends of it.
  struct Group {
    Sequence before, inside, end;
  };
  Group FirstGroup() {
    const auto snapshot = original_.GetSnapshot();
    for (uint64_t i = 1; i <= Number(last_); ++i) {
      const Record record = ReadRecord(*snapshot, Sequence{i}).value().record;
      if (!record.request_id.empty() && record.group_count > 1) {
        return {Sequence{i - 1}, Sequence{i},
                Sequence{i + record.group_count - 1}};
      }
    }
    ADD_FAILURE() << "the scene has no group";
    return {};
  }

  Scribe scribe_;
  MemoryStore original_;
  Sequence last_{};
};

TEST_F(JournalCopyTest, AWholeCopyHasTheSameBytes) {
  MemoryStore copy;
  const JournalHead head = Copy(Sequence{0}, &copy).value();
  EXPECT_EQ(head.sequence, last_);
  EXPECT_EQ(head.digest, ReadHead(*original_.GetSnapshot()).value().digest);
  EXPECT_EQ(Rows(copy, Family::kJournal), Rows(original_, Family::kJournal));
  EXPECT_EQ(Rows(copy, Family::kPersonal), Rows(original_, Family::kPersonal));
  EXPECT_EQ(Rows(copy, Family::kPersonal).size(), 30);
  EXPECT_TRUE(StoreJournal::Open(&copy).ok());
}

TEST_F(JournalCopyTest, ACopyUpToAnySequenceHasTheDigestsOfTheWhole) {
  const auto snapshot = original_.GetSnapshot();
  size_t inside_a_group = 0;
  for (uint64_t i = 1; i <= Number(last_); ++i) {
    MemoryStore copy;
    const absl::StatusOr<JournalHead> head = Copy(Sequence{i}, &copy);
    if (absl::IsInvalidArgument(head.status())) {
      ++inside_a_group;
      EXPECT_TRUE(absl::IsNotFound(ReadHead(*copy.GetSnapshot()).status()));
      continue;
    }
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->sequence, Sequence{i});
    EXPECT_EQ(head->digest, ReadRecord(*snapshot, Sequence{i}).value().digest);
    const auto copied = copy.GetSnapshot();
    JournalReader reader(copied.get(), Sequence{1}, Trust::kNothing);
    uint64_t read = 0;
    for (auto next = reader.Next(); next.value().has_value();
         next = reader.Next()) {
      read = Number((*next)->batch.last_sequence());
    }
    EXPECT_EQ(read, i);
    for (const auto& [key, value] : Rows(copy, Family::kPersonal)) {
      EXPECT_LE(key.substr(8, 8), JournalKey(Sequence{i}));
    }
  }
  EXPECT_GT(inside_a_group, 0);
  EXPECT_LT(inside_a_group, Number(last_) / 2);
}

TEST_F(JournalCopyTest, AGroupIsNotCutAndItsEndsAreNamed) {
  const Group group = FirstGroup();
  MemoryStore copy;
  const absl::Status refused = Copy(group.inside, &copy).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused));
  const std::string ends = "name sequence " +
                           std::to_string(Number(group.before)) + " or " +
                           std::to_string(Number(group.end));
  EXPECT_NE(refused.message().find(ends), absl::string_view::npos) << refused;
}

TEST_F(JournalCopyTest, ASequenceThatTheJournalHasNotIsRefused) {
  MemoryStore copy;
  const absl::Status refused =
      Copy(Sequence{Number(last_) + 1}, &copy).status();
  EXPECT_TRUE(absl::IsOutOfRange(refused)) << refused;
  EXPECT_TRUE(absl::IsNotFound(ReadHead(*copy.GetSnapshot()).status()));
}

TEST_F(JournalCopyTest, NothingIsNoJournal) {
  MemoryStore store;
  JournalCopy copy(&store, Sequence{0});
  EXPECT_TRUE(absl::IsNotFound(copy.Finish().status()));
}

TEST_F(JournalCopyTest, AMissingRepeatedOrForeignBatchIsNotCopied) {
  const FamilyRows rows = Rows(original_, Family::kJournal);
  std::vector<std::string> batches;
  for (const auto& [key, value] : rows) batches.push_back(value);

  MemoryStore store;
  JournalCopy headless(&store, Sequence{0});
  EXPECT_TRUE(absl::IsDataLoss(headless.AddBatch(batches[1])));

  JournalCopy gap(&store, Sequence{0});
  ASSERT_TRUE(gap.AddBatch(batches[0]).ok());
  EXPECT_TRUE(absl::IsDataLoss(gap.AddBatch(batches[2])));

  JournalCopy twice(&store, Sequence{0});
  ASSERT_TRUE(twice.AddBatch(batches[0]).ok());
  EXPECT_TRUE(absl::IsDataLoss(twice.AddBatch(batches[0])));
}

TEST_F(JournalCopyTest, EveryChangedByteOfABatchIsNoticed) {
  const FamilyRows rows = Rows(original_, Family::kJournal);
  const std::string& first = rows.begin()->second;
  const std::string& second = std::next(rows.begin())->second;
  for (size_t i = 0; i < second.size(); ++i) {
    std::string changed = second;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    MemoryStore store;
    JournalCopy copy(&store, Sequence{0});
    ASSERT_TRUE(copy.AddBatch(first).ok());
    EXPECT_FALSE(copy.AddBatch(changed).ok()) << "byte " << i;
  }
}

}  // namespace
}  // namespace skontro::ledger

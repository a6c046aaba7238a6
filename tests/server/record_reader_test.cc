#include "server/record_reader.h"

#include <gtest/gtest.h>

#include "ledger/base/reason.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "server/error.h"

namespace skontro::server {
namespace {

using ledger::Sequence;

// Three batches: 1, 2 to 4, and 5.
void FillJournal(ledger::Store* store) {
  const ledger::NetworkUid uid{7};
  ledger::Record genesis;
  genesis.kind = ledger::RecordKind::kGenesis;
  genesis.time_us = 1;
  genesis.booking_date = ledger::CivilDate::FromDays(1);
  ASSERT_TRUE(ledger::StoreJournal::Create(store, uid, genesis, {}).ok());
  auto journal = ledger::StoreJournal::Open(store);
  ASSERT_TRUE(journal.ok());
  int64_t time_us = 1;
  for (const int count : {3, 1}) {
    ledger::PendingBatch batch;
    for (int i = 0; i < count; ++i) {
      ledger::Record record;
      record.time_us = ++time_us;
      record.booking_date = genesis.booking_date;
      batch.payloads.push_back(EncodePayload(record));
      batch.records.push_back(record);
    }
    (*journal)->Append(std::move(batch), [](ledger::AppendOutcome) {});
  }
}

TEST(RecordReaderTest, FindsEveryRecordInAnyOrder) {
  ledger::MemoryStore store;
  FillJournal(&store);
  RecordReader reader(store.GetSnapshot());
  for (const uint64_t sequence : {1U, 2U, 3U, 4U, 5U, 3U, 1U, 5U, 4U, 2U}) {
    const auto record = reader.RecordAt(Sequence{sequence});
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ((*record)->time_us, static_cast<int64_t>(sequence));
    const auto found = ReadRecord(reader.snapshot(), Sequence{sequence});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*reader.DigestAt(Sequence{sequence}), found->digest);
  }
}

TEST(RecordReaderTest, ARecordThatIsNotThereBreaksTheChain) {
  ledger::MemoryStore store;
  FillJournal(&store);
  RecordReader reader(store.GetSnapshot());
  const auto record = reader.DigestAt(Sequence{6});
  ASSERT_FALSE(record.ok());
  const auto refusal = RefusalOf(record.status());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason, Reason::kJournalChainBroken);
  EXPECT_EQ(MetadataOf(*refusal, "sequence"), "6");
  // The client gets the reason, the log the words.
  EXPECT_TRUE(IsOfServer(record.status()));
  EXPECT_TRUE(reader.DigestAt(Sequence{5}).ok());
}

}  // namespace
}  // namespace skontro::server

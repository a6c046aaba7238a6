#include "ledger/record_codec.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ledger/base/limits.h"
#include "tests/ledger/raw_batch.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

EncodedBatch Encode(Sequence first, const Digest& previous,
                    const std::vector<Record>& records) {
  const PendingBatch pending = Pending(records);
  return EncodeBatch(kNetwork, /*epoch=*/0, first, previous, pending.records,
                     pending.payloads);
}

EncodedBatch EncodeFirst(const std::vector<Record>& records) {
  return Encode(Sequence{1}, GenesisPredecessor(kNetwork), records);
}

TEST(RecordCodecTest, TheFirstRecordFollowsTheHashOfTheUid) {
  EXPECT_EQ(GenesisPredecessor(kNetwork),
            HashOf("\x01\x02\x03\x04\x05\x06\x07\x08"
                   "\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"));
}

TEST(RecordCodecTest, BytesAreWhereThePageSaysTheyAre) {
  Scribe scribe;
  const EncodedBatch encoded = EncodeFirst({scribe.Genesis()});
  const std::string& bytes = encoded.bytes;
  using std::string_literals::operator""s;
  EXPECT_EQ(bytes.substr(0, 8), "SKJB\0\x01\0\0"s);
  EXPECT_EQ(bytes.substr(8, 16), std::string(kNetwork.begin(), kNetwork.end()));
  EXPECT_EQ(bytes.substr(24, 8), std::string(8, '\0'));
  EXPECT_EQ(bytes.substr(32, 16), std::string(15, '\0') + '\x01');
  EXPECT_EQ(bytes.substr(48, 8), std::string(7, '\0') + '\x01');
  EXPECT_EQ(bytes.substr(56, 4), "\0\0\0\x01"s);
  EXPECT_EQ(bytes.substr(64, 32), BytesOf(GenesisPredecessor(kNetwork)));
  EXPECT_EQ(bytes.substr(100, 4), "\0\x01\0\0"s);
  EXPECT_EQ(bytes.substr(bytes.size() - 32), BytesOf(encoded.digests[0]));
}

TEST(RecordCodecTest, TheDigestOfTheNewestRecordIsOverAllBeforeIt) {
  Scribe scribe;
  const std::vector<Record> records = {scribe.Genesis(), scribe.Event("a")};
  std::vector<Record> changed = records;
  changed[0].event = "another beginning";
  EXPECT_NE(EncodeFirst(records).digests[1], EncodeFirst(changed).digests[1]);
}

TEST(RecordCodecTest, NoDigestDependsOnWhatComesAfter) {
  Scribe scribe;
  const Record genesis = scribe.Genesis();
  EXPECT_EQ(EncodeFirst({genesis}).digests[0],
            EncodeFirst({genesis, scribe.Event("a")}).digests[0]);
}

TEST(RecordCodecTest, TheLargestEntryFitsInARecord) {
  Scribe scribe;
  Record record = scribe.Genesis();
  Entry entry;
  entry.value_date = record.booking_date;
  for (size_t i = 0; i < kPostingsMax; ++i) {
    entry.postings.push_back(
        {AccountId{UINT64_MAX},
         Amount::FromMinorUnits(i % 2 == 0 ? kAmountMax : -kAmountMax),
         Amount::FromMinorUnits(INT64_MIN)});
  }
  record.entries.push_back(entry);
  EXPECT_LT(EncodePayload(record).size(), kRecordBytesMax);
  EXPECT_EQ(DecodeBatch(EncodeFirst({record}).bytes, Trust::kNothing)
                .value()
                .batch.records[0],
            record);
}

TEST(RecordCodecTest, AFullBatchOfEmptyRecordsIsReadBack) {
  Scribe scribe;
  std::vector<Record> records = {scribe.Genesis()};
  while (records.size() < kBatchRecordsMax) records.push_back(scribe.Event(""));
  const auto decoded = DecodeBatch(EncodeFirst(records).bytes, Trust::kNothing);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->batch.records, records);
  EXPECT_EQ(decoded->batch.last_sequence(), Sequence{kBatchRecordsMax});
}

TEST(RecordCodecTest, AGroupThatFillsItsBatchIsReadBack) {
  Scribe scribe;
  std::vector<Record> records = {scribe.Genesis(), scribe.Event("a"),
                                 scribe.Event("b"), scribe.Event("c")};
  records[1].group_count = 3;
  records[2].request_id.clear();
  records[3].request_id.clear();
  const auto decoded = DecodeBatch(EncodeFirst(records).bytes, Trust::kCrc);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->batch.records, records);
}

// To run seed 7 alone: record_codec_test --gtest_filter='*/7'
class RecordCodecPropertyTest : public testing::TestWithParam<uint64_t> {};

TEST_P(RecordCodecPropertyTest, WhatIsWrittenIsReadBackAndAsThePageSays) {
  Random random(GetParam());
  Scribe scribe;
  const Record genesis = scribe.Genesis();
  Sequence first{1};
  Digest previous = GenesisPredecessor(kNetwork);
  for (int i = 0; i < 20; ++i) {
    std::vector<Record> records = scribe.AnyBatch(&random, 30, 12);
    if (first == Sequence{1}) records = {genesis};
    const EncodedBatch encoded = Encode(first, previous, records);
    ASSERT_EQ(encoded.bytes,
              RawBatchOf(Number(first), std::string(BytesOf(previous)), records)
                  .Bytes());
    for (Trust trust : {Trust::kCrc, Trust::kNothing}) {
      const auto decoded = DecodeBatch(encoded.bytes, trust);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      ASSERT_EQ(decoded->uid, kNetwork);
      ASSERT_EQ(decoded->epoch, 0U);
      ASSERT_EQ(decoded->previous, previous);
      ASSERT_EQ(decoded->batch.first_sequence, first);
      ASSERT_EQ(decoded->batch.records, records);
      ASSERT_EQ(decoded->batch.digests, encoded.digests);
    }
    first = Sequence{Number(first) + records.size()};
    previous = encoded.digests.back();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecordCodecPropertyTest,
                         testing::Range<uint64_t>(0, 10));

// What the writer must never be asked to write.
class RecordCodecDeathTest : public testing::Test {
 protected:
  Scribe scribe_;
  std::vector<Record> records_ = {scribe_.Genesis(),
                                  scribe_.Transfer(kBaker, kPrinter, 100),
                                  scribe_.Event("a")};

  void ExpectStop(const char* what, std::vector<Record> records) {
    EXPECT_DEATH(EncodeFirst(records), "broken invariant") << what;
  }
};

TEST_F(RecordCodecDeathTest, RecordsThatNobodyCouldReadStopTheProcess) {
  struct Case {
    const char* what;
    std::function<void(std::vector<Record>*)> change;
  };
  const Case kCases[] = {
      {"no record", [](auto* r) { r->clear(); }},
      {"more than a batch holds",
       [](auto* r) { r->resize(kBatchRecordsMax + 1, r->back()); }},
      {"a payload that is too long",
       [](auto* r) { (*r)[2].event.assign(kRecordBytesMax, 'x'); }},
      {"no genesis at the beginning", [](auto* r) { r->erase(r->begin()); }},
      {"a second genesis",
       [](auto* r) { (*r)[2].kind = RecordKind::kGenesis; }},
      {"a refusal that moves amounts",
       [](auto* r) { (*r)[1].kind = RecordKind::kRefusal; }},
      {"an entry that does not balance",
       [](auto* r) { (*r)[1].entries[0].postings.pop_back(); }},
      {"time that stands still",
       [](auto* r) { (*r)[2].time_us = (*r)[1].time_us; }},
      {"a booking day that goes back",
       [](auto* r) {
         (*r)[2].booking_date =
             CivilDate::FromDays((*r)[1].booking_date.days() - 1);
       }},
      {"no booking day", [](auto* r) { (*r)[2].booking_date = CivilDate(); }},
      {"a group that the batch cuts off",
       [](auto* r) { (*r)[2].group_count = 2; }},
  };
  for (const Case& c : kCases) {
    std::vector<Record> records = records_;
    c.change(&records);
    ExpectStop(c.what, std::move(records));
  }
}

TEST_F(RecordCodecDeathTest, TextThatNobodyCouldReadStopsTheProcess) {
  for (const char* text : {"caf\xe9", "\xff", "\xed\xa0\x80", "\xc0\x80"}) {
    Record record = records_[0];
    record.actor = text;
    EXPECT_DEATH(EncodePayload(record), "broken invariant") << text;
    record = records_[0];
    record.request_id = text;
    EXPECT_DEATH(EncodePayload(record), "broken invariant") << text;
  }
}

TEST_F(RecordCodecDeathTest, PayloadsOfOtherRecordsStopTheProcess) {
  PendingBatch pending = Pending(records_);
  pending.payloads.pop_back();
  EXPECT_DEATH(EncodeBatch(kNetwork, 0, Sequence{1}, Digest{}, pending.records,
                           pending.payloads),
               "broken invariant");
}

}  // namespace
}  // namespace skontro::ledger

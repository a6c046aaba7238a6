// What a reader of the journal refuses: rot, lies and what later versions
// write.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/limits.h"
#include "ledger/record_codec.h"
#include "tests/ledger/raw_batch.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kUnimplemented = absl::StatusCode::kUnimplemented;

// A batch of three records in the middle of a journal: a transfer with a
// commitment, a refusal, and an event.
class RecordDamageTest : public testing::Test {
 protected:
  RecordDamageTest() {
    records_ = {scribe_.Transfer(kBaker, kPrinter, 12'345),
                scribe_.Refusal("no"), scribe_.Event("yes")};
    records_[0].commitments.push_back({7, 1, HashOf("commitment")});
    batch_ = RawBatchOf(5, std::string(32, 'p'), records_);
  }

  // The scene itself is whole, or no refusal would show anything.
  void SetUp() override {
    for (Trust trust : {Trust::kCrc, Trust::kNothing}) {
      const auto decoded = DecodeBatch(batch_.Bytes(), trust);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      ASSERT_EQ(decoded->batch.records, records_);
    }
  }

  static absl::StatusCode CodeOf(const std::string& bytes, Trust trust) {
    return DecodeBatch(bytes, trust).status().code();
  }

  // Whether the byte at `at` is part of a digest of a record: those are not
  // under the CRC, which is why both are there.
  bool IsInADigest(size_t at) const {
    size_t begin = kBatchHeaderLength;
    for (const RawFrame& frame : batch_.frames) {
      const size_t digest = begin + 20 + frame.payload.size();
      if (at >= digest && at < digest + 32) return true;
      begin = digest + 32;
    }
    return false;
  }

  // The payload of the first record, changed, with every checksum right.
  std::string WithPayload(
      const std::function<void(storage::v1::Record*)>& change) const {
    storage::v1::Record message = MessageOf(records_[0]);
    change(&message);
    RawBatch batch = batch_;
    batch.frames[0].payload = message.SerializeAsString();
    return batch.Bytes();
  }

  Scribe scribe_;
  std::vector<Record> records_;
  RawBatch batch_;
};

TEST_F(RecordDamageTest, EveryFlippedByteIsRefused) {
  const std::string whole = batch_.Bytes();
  for (size_t at = 0; at < whole.size(); ++at) {
    for (int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
      const auto code = CodeOf(bytes, Trust::kNothing);
      // A version that looks like a later one is taken for one.
      ASSERT_EQ(code, at == 4 || at == 5 ? code : kDataLoss) << at;
      ASSERT_NE(code, absl::StatusCode::kOk) << at;
      if (!IsInADigest(at)) {
        ASSERT_NE(CodeOf(bytes, Trust::kCrc), absl::StatusCode::kOk) << at;
      }
    }
  }
}

TEST_F(RecordDamageTest, ABatchCutOffAtAnyLengthIsRefused) {
  const std::string whole = batch_.Bytes();
  for (size_t length = 0; length < whole.size(); ++length) {
    for (Trust trust : {Trust::kCrc, Trust::kNothing}) {
      ASSERT_EQ(CodeOf(whole.substr(0, length), trust), kDataLoss) << length;
    }
  }
}

TEST_F(RecordDamageTest, AnyTwoPiecesThatChangedPlacesAreRefused) {
  RawBatch swapped = batch_;
  const std::string third = batch_.Bytes();
  std::swap(swapped.frames[1], swapped.frames[2]);
  EXPECT_EQ(CodeOf(swapped.Bytes(), Trust::kNothing), kDataLoss);
}

TEST_F(RecordDamageTest, WhatTheFormatDoesNotAllowIsRefused) {
  struct Case {
    const char* what;
    std::function<void(RawBatch*)> change;
    absl::StatusCode code;
    const char* says;
  };
  const Case kCases[] = {
      {"another magic", [](auto* b) { b->magic = "SKJA"; }, kDataLoss,
       "no batch"},
      {"the version after this", [](auto* b) { b->version = 2; },
       kUnimplemented, "start a newer skontrod"},
      {"the last version there can be", [](auto* b) { b->version = 65'535; },
       kUnimplemented, "start a newer skontrod"},
      {"a version before the first", [](auto* b) { b->version = 0; }, kDataLoss,
       "sequence 5"},
      {"something in the reserved bytes", [](auto* b) { b->zero = 1; },
       kDataLoss, "sequence 5"},
      {"the id of another batch",
       [](auto* b) { b->batch_id = std::string(16, 'i'); }, kDataLoss,
       "sequence 5"},
      {"sequence zero", [](auto* b) { b->first_sequence = 0; }, kDataLoss,
       "no record can have"},
      {"sequences past the last number",
       [](auto* b) { b->first_sequence = UINT64_MAX - 2; }, kDataLoss,
       "no record can have"},
      {"no frame", [](auto* b) { b->frames.clear(); }, kDataLoss,
       "batch header"},
      {"a count one too high", [](auto* b) { b->count = 4; }, kDataLoss,
       "sequence 8: frame cut off"},
      {"a count one too low", [](auto* b) { b->count = 2; }, kDataLoss,
       "behind the last frame"},
      {"more frames than a batch holds",
       [](auto* b) { b->count = kBatchRecordsMax + 1; }, kDataLoss,
       "batch header"},
      {"a length one too long", [](auto* b) { b->frames_length = 1'000; },
       kDataLoss, "batch header"},
      {"bytes behind the batch", [](auto* b) { b->behind = "x"; }, kDataLoss,
       "batch header"},
      {"a wrong checksum of the header", [](auto* b) { b->crc = 1; }, kDataLoss,
       "checksum of the batch header"},
      {"a wrong checksum of a frame", [](auto* b) { b->frames[1].crc = 1; },
       kDataLoss, "sequence 6: checksum of the frame"},
      {"a kind of zero", [](auto* b) { b->frames[1].kind = 0; }, kDataLoss,
       "sequence 6: a kind"},
      {"a kind that is taken for later", [](auto* b) { b->frames[1].kind = 5; },
       kDataLoss, "sequence 6: a kind"},
      {"the last kind there can be",
       [](auto* b) { b->frames[2].kind = 65'535; }, kDataLoss,
       "sequence 7: a kind"},
      {"something in the reserved bytes of a frame",
       [](auto* b) { b->frames[1].zero = 256; }, kDataLoss, "sequence 6"},
      {"a payload longer than the batch",
       [](auto* b) { b->frames[2].length = 50'000; }, kDataLoss,
       "sequence 7: length of the frame"},
      {"a payload longer than any",
       [](auto* b) { b->frames[2].length = UINT32_MAX; }, kDataLoss,
       "sequence 7: length of the frame"},
      {"a payload one byte past the largest",
       [](auto* b) { b->frames[2].payload.assign(kRecordBytesMax + 1, 'x'); },
       kDataLoss, "sequence 7: length of the frame"},
      {"a payload that is no message",
       [](auto* b) { b->frames[0].payload = "\xff\xff\xff"; }, kDataLoss,
       "sequence 5: the payload is no record"},
      {"a genesis that is not the first",
       [](auto* b) { b->frames[2].kind = 1; }, kDataLoss,
       "sequence 7: the genesis"},
      {"a first record that is no genesis",
       [](auto* b) { b->first_sequence = 1; }, kDataLoss,
       "sequence 1: the genesis"},
      {"a refusal that moves amounts", [](auto* b) { b->frames[0].kind = 3; },
       kDataLoss, "sequence 5: a refusal"},
      {"time that stands still",
       [](auto* b) { b->frames[2].time_us = b->frames[1].time_us; }, kDataLoss,
       "sequence 7: the time"},
      {"time that goes back", [](auto* b) { b->frames[2].time_us = -1; },
       kDataLoss, "sequence 7: the time"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    RawBatch batch = batch_;
    c.change(&batch);
    for (Trust trust : {Trust::kCrc, Trust::kNothing}) {
      const absl::Status status = DecodeBatch(batch.Bytes(), trust).status();
      EXPECT_EQ(status.code(), c.code) << status;
      EXPECT_NE(std::string(status.message()).find(c.says), std::string::npos)
          << status;
    }
  }
}

TEST_F(RecordDamageTest, ADigestThatDoesNotHoldIsTheWorkOfAPerson) {
  RawBatch batch = batch_;
  batch.frames[1].digest = std::string(32, 'd');
  EXPECT_EQ(CodeOf(batch.Bytes(), Trust::kCrc), absl::StatusCode::kOk);
  const absl::Status status =
      DecodeBatch(batch.Bytes(), Trust::kNothing).status();
  EXPECT_EQ(status.message(),
            "the journal is damaged at sequence 6: digest of the record");
}

// Records are verified two at a time, and the one that is left.
TEST_F(RecordDamageTest, TheFirstWrongDigestIsNamedWhereverItIs) {
  std::vector<Record> records;
  for (size_t count = 1; count <= 5; ++count) {
    records.push_back(scribe_.Event("event"));
    const RawBatch whole = RawBatchOf(5, std::string(32, 'p'), records);
    ASSERT_EQ(CodeOf(whole.Bytes(), Trust::kNothing), absl::StatusCode::kOk);
    for (size_t wrong = 0; wrong < count; ++wrong) {
      RawBatch batch = whole;
      batch.frames[wrong].digest = std::string(32, 'd');
      EXPECT_EQ(DecodeBatch(batch.Bytes(), Trust::kNothing).status().message(),
                absl::StrCat("the journal is damaged at sequence ", 5 + wrong,
                             ": digest of the record"));
    }
  }
}

TEST_F(RecordDamageTest, APayloadThatThisVersionDoesNotKnowIsRefused) {
  using storage::v1::Record;
  const auto add_unknown = [](auto* message) {
    message->GetReflection()->MutableUnknownFields(message)->AddVarint(99, 1);
  };
  struct Case {
    const char* what;
    std::function<void(Record*)> change;
  };
  const Case kCases[] = {
      {"a field of the record", [&](Record* r) { add_unknown(r); }},
      {"a field of a field hash",
       [&](Record* r) { add_unknown(r->mutable_request_fields(0)); }},
      {"a field of an entry",
       [&](Record* r) { add_unknown(r->mutable_entries(0)); }},
      {"a field of a posting",
       [&](Record* r) {
         add_unknown(r->mutable_entries(0)->mutable_postings(1));
       }},
      {"a field of a commitment",
       [&](Record* r) { add_unknown(r->mutable_commitments(0)); }},
      {"an actor that is not UTF-8",
       [](Record* r) {
         // A field behind another of the same number replaces it.
         r->GetReflection()->MutableUnknownFields(r)->AddLengthDelimited(
             1, "caf\xe9");
       }},
      {"a known field of another type",
       [&](Record* r) {
         r->GetReflection()->MutableUnknownFields(r)->AddVarint(1, 1);
       }},
      {"an entry without kind",
       [](Record* r) { r->mutable_entries(0)->clear_kind(); }},
      {"an entry of a later kind",
       [](Record* r) { r->mutable_entries(0)->set_kind(3); }},
      {"an entry without value day",
       [](Record* r) { r->mutable_entries(0)->set_value_day(INT32_MIN); }},
      {"an entry of one posting",
       [](Record* r) {
         r->mutable_entries(0)->mutable_postings()->RemoveLast();
       }},
      {"an entry that does not balance",
       [](Record* r) {
         r->mutable_entries(0)->mutable_postings(0)->set_minor_units(1);
       }},
      {"a posting of zero",
       [](Record* r) { r->mutable_entries(0)->add_postings(); }},
      {"a commitment that is too short",
       [](Record* r) { r->mutable_commitments(0)->set_digest("short"); }},
      {"a record without booking day",
       [](Record* r) { r->set_booking_day(INT32_MIN); }},
      {"a booking day after that of the next record",
       [](Record* r) { r->set_booking_day(r->booking_day() + 1); }},
      {"a group that another batch ends",
       [](Record* r) { r->set_group_count(4); }},
      {"a group with a second request in it",
       [](Record* r) { r->set_group_count(2); }},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    const absl::Status status =
        DecodeBatch(WithPayload(c.change), Trust::kNothing).status();
    EXPECT_EQ(status.code(), kDataLoss) << status;
    EXPECT_NE(std::string(status.message()).find("at sequence "),
              std::string::npos)
        << status;
  }
}

TEST_F(RecordDamageTest, TheLargestPayloadIsRead) {
  const size_t without = MessageOf(records_[0]).ByteSizeLong();
  const std::string bytes = WithPayload([&](storage::v1::Record* r) {
    // Two bytes more for the length of a longer text.
    r->set_event(
        std::string(kRecordBytesMax - without + r->event().size() - 2, 'x'));
    ASSERT_EQ(r->ByteSizeLong(), kRecordBytesMax);
  });
  EXPECT_TRUE(DecodeBatch(bytes, Trust::kNothing).ok());
}

TEST_F(RecordDamageTest, ABatchOfALaterVersionIsNotTakenForDamage) {
  // Whatever else that version changes, magic and version stay.
  const std::string later =
      std::string("SKJB\x00\x02", 6) + std::string(200, 'x');
  EXPECT_EQ(CodeOf(later, Trust::kNothing), kUnimplemented);
}

TEST_F(RecordDamageTest, NoBytesAtAllAreReadAsABatch) {
  Random random(6);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = batch_.Bytes();
    for (uint64_t n = 1 + Below(&random, 8); n > 0; --n) {
      const size_t at = Below(&random, bytes.size());
      switch (Below(&random, 3)) {
        case 0:
          bytes[at] = static_cast<char>(static_cast<uint8_t>(bytes[at]) + 1 +
                                        Below(&random, 255));
          break;
        case 1:
          bytes.erase(at, 1 + Below(&random, 8));
          break;
        default:
          bytes.insert(at, 1 + Below(&random, 8),
                       static_cast<char>(Below(&random, 256)));
      }
      if (bytes.empty()) bytes.push_back('x');
    }
    if (bytes == batch_.Bytes()) continue;
    ASSERT_NE(CodeOf(bytes, Trust::kNothing), absl::StatusCode::kOk) << i;
  }
}

}  // namespace
}  // namespace skontro::ledger

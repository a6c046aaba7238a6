// The codec by hand against the generated class: the same bytes, and the same
// verdict on bytes that are no payload.

#include "ledger/payload_codec.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "ledger/record.h"
#include "skontro/storage/v1/record.pb.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

namespace pb = storage::v1;

// Numbers of every length on the wire.
uint64_t AnyNumber(Random* random) {
  const uint64_t number = (*random)() >> Below(random, 64);
  return Below(random, 8) == 0 ? 0 - number : number;
}
int64_t AnySigned(Random* random) {
  return static_cast<int64_t>(AnyNumber(random));
}
CivilDate AnyDay(Random* random) {
  return CivilDate::FromDays(static_cast<int32_t>(AnyNumber(random)));
}
std::string AnyText(Random* random) {
  const char* const kLetters[] = {"a", "\xc3\xa9", "\xf0\x9f\x92\xb6", " "};
  std::string text;
  for (uint64_t n = Below(random, 100); n > 0; --n) {
    text += kLetters[Below(random, 4)];
  }
  return Below(random, 4) == 0 ? "" : text;
}

Record AnyRecord(Random* random) {
  Record record;
  record.booking_date = AnyDay(random);
  record.actor = AnyText(random);
  record.request_id = AnyText(random);
  record.group_count = std::max<uint32_t>(
      1, static_cast<uint32_t>(AnyNumber(random) >> Below(random, 33)));
  for (uint64_t n = Below(random, 4); n > 0; --n) {
    record.request_fields.push_back(
        {static_cast<uint32_t>(AnyNumber(random)), AnyNumber(random)});
  }
  for (uint64_t n = Below(random, 3); n > 0; --n) {
    Entry& entry = record.entries.emplace_back();
    entry.kind = EntryKind{static_cast<uint32_t>(AnyNumber(random))};
    entry.trade = TradeNumber{AnyNumber(random)};
    entry.value_date = AnyDay(random);
    for (uint64_t m = Below(random, 9); m > 0; --m) {
      entry.postings.push_back({AccountId{AnyNumber(random)},
                                Amount::FromMinorUnits(AnySigned(random)),
                                Amount::FromMinorUnits(AnySigned(random))});
    }
  }
  record.event = std::string(AnyNumber(random) % 300, '\xff');
  for (uint64_t n = Below(random, 3); n > 0; --n) {
    record.commitments.push_back({AnyNumber(random),
                                  static_cast<uint32_t>(AnyNumber(random)),
                                  HashOf(AnyText(random))});
  }
  return record;
}

pb::Record MessageOf(const Record& record) {
  pb::Record message;
  message.set_actor(record.actor);
  message.set_request_id(record.request_id);
  for (const FieldHash& field : record.request_fields) {
    pb::FieldHash* to = message.add_request_fields();
    to->set_number(field.number);
    to->set_hash(field.hash);
  }
  if (record.group_count != 1) message.set_group_count(record.group_count);
  message.set_booking_day(record.booking_date.days());
  for (const Entry& entry : record.entries) {
    pb::Entry* to = message.add_entries();
    to->set_kind(static_cast<uint32_t>(entry.kind));
    to->set_trade(static_cast<uint64_t>(entry.trade));
    to->set_value_day(entry.value_date.days());
    for (const Posting& posting : entry.postings) {
      pb::Posting* leg = to->add_postings();
      leg->set_account(static_cast<uint64_t>(posting.account));
      leg->set_minor_units(posting.amount.minor_units());
      leg->set_balance_after(posting.balance_after.minor_units());
    }
  }
  message.set_event(record.event);
  for (const Commitment& commitment : record.commitments) {
    pb::Commitment* to = message.add_commitments();
    to->set_subject(commitment.subject);
    to->set_field(commitment.field);
    to->set_digest(std::string(BytesOf(commitment.digest)));
  }
  return message;
}

// A message without unknown fields writes as many bytes as its copy without.
bool HasUnknownFields(const pb::Record& message) {
  pb::Record known = message;
  known.DiscardUnknownFields();
  return known.ByteSizeLong() != message.ByteSizeLong();
}

// What the generated class makes of `payload`, written anew; nullopt if it, or
// what a payload must be beyond it, refuses that.
std::optional<std::string> ReadByClass(const std::string& payload) {
  pb::Record message;
  if (!message.ParseFromString(payload) || HasUnknownFields(message)) {
    return std::nullopt;
  }
  for (const pb::Commitment& commitment : message.commitments()) {
    if (commitment.digest().size() != sizeof(Digest)) return std::nullopt;
  }
  if (message.group_count() == 1) message.clear_group_count();
  return message.SerializeAsString();
}

std::optional<std::string> ReadByHand(const std::string& payload,
                                      Record* record) {
  if (!ReadPayload(payload, record).ok()) return std::nullopt;
  return WritePayload(*record);
}

// Bytes that are nearly a payload.
std::string Spoil(std::string bytes, Random* random) {
  for (uint64_t n = 1 + Below(random, 3); n > 0; --n) {
    const size_t at = Below(random, bytes.size() + 1);
    const size_t length = Below(random, bytes.size() - at + 1);
    switch (Below(random, 6)) {
      case 0:
        if (at < bytes.size()) {
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(random, 8)));
        }
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:  // A field again, or another in the middle of it.
        bytes.insert(at, bytes.substr(Below(random, at + 1), length));
        break;
      case 3:
        bytes.erase(at, 1 + length / 16);
        break;
      case 4:
        bytes.insert(at, 1, static_cast<char>((*random)()));
        break;
      default:  // Merges with another.
        bytes += WritePayload(AnyRecord(random));
    }
  }
  return bytes;
}

// To run seed 7 alone: payload_codec_test --gtest_filter='*/7'
class PayloadCodecTest : public testing::TestWithParam<uint64_t> {
 protected:
  Random random_{GetParam()};
  google::protobuf::LogSilencer silence_;
};

TEST_P(PayloadCodecTest, TheBytesAreThoseOfTheGeneratedClass) {
  Record back;
  for (int i = 0; i < 500; ++i) {
    const Record record = AnyRecord(&random_);
    const std::string bytes = WritePayload(record);
    ASSERT_EQ(bytes, MessageOf(record).SerializeAsString());
    ASSERT_TRUE(ReadPayload(bytes, &back).ok());
    ASSERT_EQ(back, record);
  }
}

TEST_P(PayloadCodecTest, TheVerdictOnOtherBytesIsThatOfTheGeneratedClass) {
  int read = 0;
  int refused = 0;
  Record record;  // Used again and again.
  for (int i = 0; i < 5'000; ++i) {
    const std::string bytes =
        Spoil(WritePayload(AnyRecord(&random_)), &random_);
    const std::optional<std::string> expected = ReadByClass(bytes);
    ASSERT_EQ(ReadByHand(bytes, &record), expected)
        << testing::PrintToString(bytes);
    ++(expected.has_value() ? read : refused);
  }
  EXPECT_GT(read, 500);
  EXPECT_GT(refused, 500);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PayloadCodecTest,
                         testing::Range<uint64_t>(0, 10));

TEST(PayloadCodecLimitsTest, VarintsThatAreLongerThanTheyNeedBe) {
  const google::protobuf::LogSilencer silence;
  Record record;
  using namespace std::string_literals;  // NOLINT: zero bytes in literals.
  for (const std::string& bytes : {
           "\x20\x83\x80\x00"s,                              // A value,
           "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s,  // past 64 bits,
           "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,  // past that;
           "\xa0\x80\x00\x05"s,                                  // a tag,
           "\xa0\x80\x80\x80\x80\x00\x05"s,   // in six bytes;
           "\x0a\x81\x80\x80\x80\x00z"s,      // a length,
           "\x0a\x81\x80\x80\x80\x80\x00z"s,  // in six bytes;
           "\x00\x00"s,
           "\x02\x00"s,
           "\x0c"s,
           "\x23"s,
           "\x25\x01\x02\x03\x04"s,
       }) {
    SCOPED_TRACE(testing::PrintToString(bytes));
    EXPECT_EQ(ReadByHand(bytes, &record), ReadByClass(bytes));
  }
}

}  // namespace
}  // namespace skontro::ledger

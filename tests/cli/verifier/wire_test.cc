#include "cli/verifier/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/verifier/decode.h"
#include "cli/verifier/keys.h"
#include "tests/cli/verifier/message.h"

namespace skontro::verifier {
namespace {

using namespace std::string_literals;  // NOLINT: zero bytes in literals.

TEST(WireTest, VarintsUpTo64Bits) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{1}, uint64_t{127}, uint64_t{128},
        uint64_t{16'383}, uint64_t{16'384}, uint64_t{1} << 63, UINT64_MAX}) {
    const std::string bytes = std::string(1, 8).append(Varint(value));
    WireReader reader(bytes);
    WireField field;
    ASSERT_TRUE(reader.Next(&field).ok());
    EXPECT_EQ(field.number, 1u);
    EXPECT_EQ(field.integer, value);
    EXPECT_TRUE(reader.done());
  }
}

TEST(WireTest, RefusesWhatNoEncoderWrites) {
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {
      {"a tag that is cut short", "\x80"},
      {"a varint that is cut short", "\x08\x80"},
      {"a varint of no bytes", "\x08"},
      {"a varint with a byte too many", "\x08\x81\x00"s},
      {"a zero in two bytes", "\x08\x80\x00"s},
      {"a varint past 64 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"},
      {"a varint of eleven bytes",
       "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
      {"field number 0", "\x00\x01"s},
      {"a field number past 29 bits", "\x80\x80\x80\x80\x80\x10\x01"},
      {"a group", "\x0b\x0c"},
      {"the end of a group", "\x0c"},
      {"four fixed bytes", "\x0d\x01\x02\x03\x04"},
      {"wire type 6", "\x0e"},
      {"wire type 7", "\x0f"},
      {"eight fixed bytes that are seven", "\x09\x01\x02\x03\x04\x05\x06\x07"},
      {"bytes that are cut short", "\x0a\x03xy"},
      {"a length past everything",
       "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    WireReader reader(c.bytes);
    WireField field;
    EXPECT_EQ(reader.Next(&field).code(), absl::StatusCode::kDataLoss);
  }
}

TEST(WireTest, Utf8) {
  for (const std::string& text :
       {""s, "a\0b"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s,
        "\xed\x9f\xbf"s, "\xee\x80\x80"s, "\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s,
        "\xf4\x8f\xbf\xbf"s}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const std::string& text :
       {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xc2"s, "\xc2z"s,
        "\xe0\x9f\xbf"s, "\xe0\xa0"s, "\xed\xa0\x80"s, "\xed\xbf\xbf"s,
        "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf8\x88\x80\x80\x80"s,
        "\xfe"s, "\xff"s}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(WireTest, AFieldMayBeLeftOutAndADefaultWritten) {
  EXPECT_EQ(Decode<TradeAccepted>("")->trade, 0u);
  EXPECT_EQ(Decode<TradeAccepted>("\x08\x00"s)->trade, 0u);
}

TEST(WireTest, YearsOfDays) {
  EXPECT_EQ(YearOf(0), 1970);
  EXPECT_EQ(YearOf(-1), 1969);
  EXPECT_EQ(YearOf(364), 1970);
  EXPECT_EQ(YearOf(365), 1971);
  EXPECT_EQ(YearOf(11'016), 2000);
  EXPECT_EQ(YearOf(11'322), 2000);
  EXPECT_EQ(YearOf(11'323), 2001);
  EXPECT_EQ(YearOf(-719'162), 1);
  EXPECT_EQ(YearOf(-719'163), 0);
  EXPECT_EQ(YearOf(146'097 * 400), 161'970);
  EXPECT_EQ(YearOf(INT32_MAX), 5'881'580);
  EXPECT_EQ(YearOf(INT32_MIN), -5'877'641);
}

TEST(WireTest, WhatMakesIdsTheSame) {
  Invoice invoice;
  invoice.number = " f 17\ta\xc3\xa9";
  invoice.issue_day = 20'590;
  EXPECT_EQ(KeyOf(7, invoice), (InvoiceKey{7, 2026, "F17A\xc3\xa9"}));

  MemberCreated member;
  member.country = "FR";
  member.vat_id = "--";
  member.company_ids = {{"siren", "732 829-320"}, {"x", ""}};
  EXPECT_EQ(TaxIdRowKeys(member),
            std::vector<std::string>{"732829320\0FR:siren"s});

  EXPECT_TRUE(IsServerTradeId("t0"));
  EXPECT_FALSE(IsServerTradeId("t"));
  EXPECT_FALSE(IsServerTradeId("t1a"));
  EXPECT_TRUE(IsId("a-9"));
  EXPECT_FALSE(IsId(""));
  EXPECT_FALSE(IsId(std::string(64, 'a')));
  EXPECT_FALSE(IsId("A"));
}

}  // namespace
}  // namespace skontro::verifier

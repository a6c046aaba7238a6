#include "server/http/json_check.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace skontro::server::http {
namespace {

std::string FieldOf(std::string_view text) {
  const std::optional<Refusal> refusal = CheckJson(text);
  if (!refusal.has_value()) return "fine";
  return std::string(MetadataOf(*refusal, "field"));
}

std::string ValueOf(std::string_view text) {
  const std::optional<Refusal> refusal = CheckJson(text);
  if (!refusal.has_value()) return "fine";
  return std::string(MetadataOf(*refusal, "value"));
}

TEST(JsonCheckTest, WhatProtocolBuffersWriteIsFine) {
  for (const char* text :
       {"{}", " {\n} ",
        R"({"a":"é\u00e9\ud83d\ude00","b":[1,-1,0],"c":{"a":1}})",
        R"({"a":null,"b":true,"c":false})",
        R"({"minorUnits":9007199254740993})",
        R"({"minorUnits":9223372036854775807})",
        R"({"minorUnits":-9223372036854775808})"}) {
    EXPECT_EQ(FieldOf(text), "fine") << text;
  }
}

TEST(JsonCheckTest, AKeyThatComesTwiceIsRefusedWhereItIs) {
  EXPECT_EQ(FieldOf(R"({"a":1,"a":1})"), "a");
  EXPECT_EQ(FieldOf(R"({"a":{"b":1,"c":2,"b":1}})"), "a.b");
  EXPECT_EQ(FieldOf(R"({"requests":[{"x":1},{"y":1,"y":2}]})"), "requests.y");
  // The same key in two objects is two keys.
  EXPECT_EQ(FieldOf(R"({"a":[{"b":1},{"b":1}],"b":1})"), "fine");
}

TEST(JsonCheckTest, TheTwoNamesOfAFieldAreOneKey) {
  EXPECT_EQ(FieldOf(R"({"request_id":"a","requestId":"b"})"), "requestId");
  EXPECT_EQ(FieldOf(R"({"requestId":"a","request_id":"b"})"), "request_id");
  EXPECT_EQ(FieldOf(R"({"request\u0049d":"a","requestId":"b"})"), "requestId");
}

TEST(JsonCheckTest, NumbersThatCouldLoseDigitsAreRefused) {
  for (const char* number :
       {"1.0", "1e3", "1E3", "-0.5", "9007199254740993.0",
        "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "1e400", "-9223372036854775809"}) {
    const std::string text =
        absl::StrCat(R"({"trade":{"minorUnits":)", number, "}}");
    EXPECT_EQ(FieldOf(text), "trade.minorUnits") << number;
  }
}

TEST(JsonCheckTest, WhatIsNoJsonIsRefused) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[]",
                           "1",
                           "\"a\"",
                           "null",
                           "{}{}",
                           "{} x",
                           "{'a':1}",
                           "{a:1}",
                           R"({"a":1,})",
                           R"({"a":[1,]})",
                           R"({"a":01})",
                           R"({"a":+1})",
                           R"({"a":NaN})",
                           R"({"a":Infinity})",
                           R"({"a":0x10})",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\\x\"}",
                           "/* */{}",
                           "{}//",
                           "\xef\xbb\xbf{}",
                           R"({"a":"\ud800"})",
                           R"({"a":"\udc00\ud800"})",
                           R"({"a":.5})"}) {
    EXPECT_NE(FieldOf(text), "fine") << text;
  }
}

TEST(JsonCheckTest, TextThatIsNoUtf8IsRefused) {
  for (const char* bytes :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_NE(FieldOf(absl::StrCat("{\"a\":\"", bytes, "\"}")), "fine");
    EXPECT_NE(FieldOf(absl::StrCat("{\"", bytes, "\":1}")), "fine");
  }
}

std::string Nested(size_t depth) {
  std::string text = "{\"a\":";
  for (size_t i = 1; i < depth; ++i) text += "[";
  for (size_t i = 1; i < depth; ++i) text += "]";
  return text + "}";
}

TEST(JsonCheckTest, DepthIsBounded) {
  EXPECT_EQ(FieldOf(Nested(2)), "fine");
  EXPECT_EQ(FieldOf(Nested(kJsonDepthMax)), "fine");
  EXPECT_NE(FieldOf(Nested(kJsonDepthMax + 1)), "fine");
  EXPECT_NE(FieldOf(Nested(1'000'000)), "fine");
}

TEST(JsonCheckTest, KeysOfAnObjectAreBounded) {
  std::string text = "{";
  for (size_t i = 0; i < kJsonKeysMax; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", "\"k", i, "\":1");
  }
  EXPECT_EQ(ValueOf(text + "}"), "fine");
  EXPECT_EQ(ValueOf(text + ",\"more\":1}"), "an object of more than 256 keys");
  EXPECT_NE(ValueOf(absl::StrCat("{\"", std::string(257, 'k'), "\":1}")),
            "fine");
}

}  // namespace
}  // namespace skontro::server::http

#include "cli/flat_json.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::cli {
namespace {

// The members as key=value|value; one after another.
std::string Summary(std::string_view text) {
  const absl::StatusOr<std::vector<FlatMember>> members = ParseFlatJson(text);
  if (!members.ok()) return "refused";
  std::string summary;
  for (const FlatMember& member : *members) {
    summary += member.key + "=";
    for (const std::string& value : member.values) summary += value + "|";
  }
  return summary;
}

TEST(FlatJsonTest, NumbersKeepTheirDigits) {
  EXPECT_EQ(Summary(R"({"units": 720.10, "cash":1e3,"gross":-0.10})"),
            "units=720.10|cash=1e3|gross=-0.10|");
}

TEST(FlatJsonTest, TextsAndArraysOfTextsAreRead) {
  EXPECT_EQ(Summary(R"( { "a" : "x" , "b":["1","2"],"c":[],"d":null } )"),
            "a=x|b=1|2|c=");
  EXPECT_EQ(Summary("{}"), "");
  EXPECT_EQ(Summary(R"({"a":"\"\\\/\n\u00e9\ud83d\ude00"})"),
            "a=\"\\/\n\xc3\xa9\xf0\x9f\x98\x80|");
}

TEST(FlatJsonTest, EverythingElseIsRefused) {
  for (const char* text : {"",
                           "{",
                           "[]",
                           "x",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a":1,})",
                           R"({"a":1} x)",
                           R"({"a":{"b":1}})",
                           R"({"a":true})",
                           R"({"a":[1]})",
                           R"({"a":["1")",
                           R"({"a":"x)",
                           R"({"a":"\x"})",
                           R"({"a":"\u12"})",
                           R"({"a":"\ud800"})",
                           R"({"a":"\udc00"})",
                           R"({"a":"\ud800\u0041"})",
                           R"({"a":1,"a":2})",
                           R"({a:1})"}) {
    EXPECT_EQ(Summary(text), "refused") << text;
  }
}

}  // namespace
}  // namespace skontro::cli

#include "cli/json_writer.h"

#include <gtest/gtest.h>

namespace skontro::cli {
namespace {

TEST(JsonWriterTest, ALineHasNoBlanksAndALongArrayCanBeDrained) {
  JsonWriter line(JsonWriter::Style::kLine);
  line.BeginObject();
  line.Number("a", 1);
  line.BeginArray("b");
  line.String("", "x");
  line.EndArray();
  line.EndObject();
  EXPECT_EQ(line.Finish(), "{\"a\":1,\"b\":[\"x\"]}\n");
  JsonWriter parts;
  parts.BeginArray();
  std::string text;
  for (int i = 0; i < 3; ++i) {
    parts.Number("", i);
    text += parts.Drain();
  }
  parts.EndArray();
  EXPECT_EQ(text + parts.Finish(), "[\n  0,\n  1,\n  2\n]\n");
}

TEST(JsonWriterTest, MembersComeInTheOrderOfTheCalls) {
  JsonWriter json;
  json.BeginObject();
  json.String("name", "networks/res");
  json.Number("sequence", -7);
  json.Bool("closed", false);
  json.BeginArray("lines");
  json.BeginObject();
  json.Number("n", 1);
  json.EndObject();
  json.String("", "x");
  json.EndArray();
  json.BeginArray("empty");
  json.EndArray();
  json.EndObject();
  EXPECT_EQ(json.Finish(),
            "{\n"
            "  \"name\": \"networks/res\",\n"
            "  \"sequence\": -7,\n"
            "  \"closed\": false,\n"
            "  \"lines\": [\n"
            "    {\n"
            "      \"n\": 1\n"
            "    },\n"
            "    \"x\"\n"
            "  ],\n"
            "  \"empty\": []\n"
            "}\n");
}

TEST(JsonWriterTest, TextIsEscapedAndAlwaysUtf8) {
  JsonWriter json;
  json.String("", "a\"b\\c\n\x01 é \xff");
  EXPECT_EQ(json.Finish(), "\"a\\\"b\\\\c\\u000a\\u0001 é \xef\xbf\xbd\"\n");
}

}  // namespace
}  // namespace skontro::cli

#include "server/http/message_codec.h"

#include <gtest/gtest.h>

#include "ledger/base/reason.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server::http {
namespace {

v1::CreateTradeRequest Read(std::string_view json) {
  v1::CreateTradeRequest request;
  const auto bytes = FromJson(*request.GetDescriptor(), json);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  if (bytes.ok()) EXPECT_TRUE(request.ParseFromString(*bytes));
  return request;
}

std::string FieldOf(std::string_view json) {
  const auto bytes = FromJson(*v1::CreateTradeRequest::GetDescriptor(), json);
  if (bytes.ok()) return "fine";
  const auto refusal = RefusalOf(bytes.status());
  return refusal.has_value() ? std::string(MetadataOf(*refusal, "field"))
                             : "no refusal";
}

TEST(MessageCodecTest, AmountsAreExactAsNumberAndAsString) {
  for (const int64_t units :
       {int64_t{0}, int64_t{1}, int64_t{9'007'199'254'740'991},
        int64_t{9'007'199'254'740'993}, int64_t{1'000'000'000'000'000},
        INT64_MAX, INT64_MIN}) {
    const std::string digits = std::to_string(units);
    EXPECT_EQ(Read("{\"trade\":{\"unitLeg\":{\"minorUnits\":" + digits + "}}}")
                  .trade()
                  .unit_leg()
                  .minor_units(),
              units);
    EXPECT_EQ(
        Read("{\"trade\":{\"unit_leg\":{\"minor_units\":\"" + digits + "\"}}}")
            .trade()
            .unit_leg()
            .minor_units(),
        units);
  }
}

TEST(MessageCodecTest, ZeroIsWrittenAndAmountsAreStrings) {
  v1::Trade trade;
  trade.mutable_unit_leg()->set_minor_units(0);
  auto json = ToJson(*trade.GetDescriptor(), trade.SerializeAsString());
  ASSERT_TRUE(json.ok());
  EXPECT_NE(json->find("\"unitLeg\":{\"minorUnits\":\"0\"}"), std::string::npos)
      << *json;
  trade.mutable_unit_leg()->set_minor_units(9'007'199'254'740'993);
  json = ToJson(*trade.GetDescriptor(), trade.SerializeAsString());
  ASSERT_TRUE(json.ok());
  EXPECT_NE(json->find("\"minorUnits\":\"9007199254740993\""),
            std::string::npos)
      << *json;
}

TEST(MessageCodecTest, WhatIsWrittenCanBeReadAgain) {
  const auto request = Read(
      R"({"parent":"networks/res","requestId":"r","trade":{"seller":"s",
          "buyer":"b","initiator":"BUYER","unitLeg":{"minorUnits":"5"},
          "description":"\"é\" \\ \u0001"},"validateOnly":true})");
  const auto json =
      ToJson(*request.GetDescriptor(), request.SerializeAsString());
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(Read(*json).SerializeAsString(), request.SerializeAsString());
  EXPECT_TRUE(request.validate_only());
}

TEST(MessageCodecTest, AMistypedFieldIsRefusedAndNamed) {
  EXPECT_EQ(FieldOf(R"({"validate_onyl":true})"), "validate_onyl");
  EXPECT_EQ(FieldOf(R"({"trade":{"unitLeg":{"minorUnit":5}}})"),
            "trade.unit_leg.minorUnit");
}

TEST(MessageCodecTest, ValuesOfTheWrongKindAreRefused) {
  for (const char* units : {"\"1e3\"", "\"1.0\"", "\" 5\"", "\"\"", "true",
                            "{}", "[]", "\"9223372036854775808\"", "\"0x5\""}) {
    EXPECT_NE(FieldOf(std::string(R"({"trade":{"unitLeg":{"minorUnits":)") +
                      units + "}}}"),
              "fine")
        << units;
  }
  EXPECT_NE(FieldOf(R"({"trade":[]})"), "fine");
  EXPECT_NE(FieldOf(R"({"trade":"x"})"), "fine");
  EXPECT_NE(FieldOf(R"({"trade":{"initiator":"NOBODY"}})"), "fine");
  EXPECT_NE(FieldOf(R"({"validateOnly":"maybe"})"), "fine");
}

TEST(MessageCodecTest, AnEmptyBodyIsAnEmptyMessage) {
  EXPECT_EQ(Read("").SerializeAsString(), "");
}

TEST(MessageCodecTest, QuotationEscapesWhatWouldEndIt) {
  EXPECT_EQ(QuotedJson("a\"b\\\n\x01"), "\"a\\\"b\\\\\\n\\u0001\"");
}

}  // namespace
}  // namespace skontro::server::http

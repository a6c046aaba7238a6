// The codec by hand against the generated class: the same bytes, and the same
// trade where it reads any.

#include "engine/trade_codec.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "engine/event_codec.h"
#include "skontro/storage/v1/event.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

class TradeCodecTest : public testing::TestWithParam<uint64_t> {
 protected:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  uint64_t AnyNumber() {
    const uint64_t number = random_() >> Below(64);
    return Below(8) == 0 ? 0 - number : number;
  }
  int64_t AnySigned() { return static_cast<int64_t>(AnyNumber()); }
  CivilDate AnyDay() {
    return CivilDate::FromDays(static_cast<int32_t>(AnyNumber()));
  }
  std::string AnyText() {
    const char* const kLetters[] = {"a", "\xc3\xa9", "\xf0\x9f\x92\xb6", " "};
    std::string text;
    for (uint64_t n = Below(70); n > 0; --n) text += kLetters[Below(4)];
    return Below(3) == 0 ? "" : text;
  }

  TradeCreated AnyTrade() {
    TradeCreated trade;
    trade.id = AnyText();
    trade.seller = MemberNumber{AnyNumber()};
    trade.buyer = MemberNumber{AnyNumber()};
    trade.initiator = Initiator{static_cast<uint32_t>(AnyNumber())};
    trade.units = Amount::FromMinorUnits(AnySigned());
    trade.national_value = AnySigned();
    trade.rate = {AnySigned(), AnySigned(), AnySigned()};
    trade.cash = AnySigned();
    if (Below(3) == 0) return trade;
    Invoice& invoice = trade.invoice.emplace();
    invoice.number = AnyText();
    invoice.issue_date = AnyDay();
    if (Below(2) == 0) invoice.supply_date = AnyDay();
    if (Below(2) == 0) invoice.due_date = CivilDate::FromDays(0);
    invoice.purchase_order = AnyText();
    invoice.gross = AnySigned();
    invoice.prepaid = AnySigned();
    for (uint64_t n = Below(4); n > 0; --n) {
      invoice.tax_lines.push_back(
          {AnyText(), AnySigned(), AnySigned(), AnySigned()});
    }
    return trade;
  }

  std::string Spoil(std::string bytes) {
    for (uint64_t n = 1 + Below(3); n > 0; --n) {
      const size_t at = Below(bytes.size() + 1);
      const size_t length = Below(bytes.size() - at + 1);
      switch (Below(6)) {
        case 0:
          if (at < bytes.size()) {
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
          }
          break;
        case 1:
          bytes.resize(at);
          break;
        case 2:
          bytes.insert(at, bytes.substr(Below(at + 1), length));
          break;
        case 3:
          bytes.erase(at, 1 + length / 16);
          break;
        case 4:
          bytes.insert(at, 1, static_cast<char>(random_()));
          break;
        default: {  // Fields of one trade behind those of another.
          pb::Event other;
          EXPECT_TRUE(other.ParseFromString(WriteTradeCreated(AnyTrade())));
          std::string body = bytes.size() < 3 ? "" : bytes.substr(3);
          body += other.trade_created().SerializeAsString();
          other.clear_event();
          bytes = "\x22";
          for (size_t rest = body.size();; rest >>= 7) {
            bytes.push_back(
                static_cast<char>((rest & 0x7f) | (rest < 0x80 ? 0 : 0x80)));
            if (rest < 0x80) break;
          }
          bytes += body;
        }
      }
    }
    return bytes;
  }

  std::mt19937_64 random_{GetParam()};
  google::protobuf::LogSilencer silence_;
};

pb::Event MessageOf(const TradeCreated& trade) {
  pb::Event message;
  pb::TradeCreated* to = message.mutable_trade_created();
  to->set_id(trade.id);
  to->set_seller(static_cast<uint64_t>(trade.seller));
  to->set_buyer(static_cast<uint64_t>(trade.buyer));
  to->set_initiator(static_cast<uint32_t>(trade.initiator));
  to->set_units(trade.units.minor_units());
  to->set_national_value(trade.national_value);
  to->set_rate_numerator(trade.rate.numerator);
  to->set_rate_denominator(trade.rate.denominator);
  to->set_rate_version(trade.rate.version);
  to->set_cash(trade.cash);
  if (!trade.invoice.has_value()) return message;
  const Invoice& invoice = *trade.invoice;
  pb::Invoice* inner = to->mutable_invoice();
  inner->set_number(invoice.number);
  inner->set_issue_day(invoice.issue_date.days());
  if (invoice.supply_date.has_value()) {
    inner->set_supply_day(invoice.supply_date.days());
  }
  if (invoice.due_date.has_value()) {
    inner->set_due_day(invoice.due_date.days());
  }
  inner->set_purchase_order(invoice.purchase_order);
  inner->set_gross(invoice.gross);
  inner->set_prepaid(invoice.prepaid);
  for (const TaxLine& line : invoice.tax_lines) {
    pb::TaxLine* out = inner->add_tax_lines();
    out->set_category(line.category);
    out->set_rate_ppm(line.rate_ppm);
    out->set_base(line.base);
    out->set_tax(line.tax);
  }
  return message;
}

TEST_P(TradeCodecTest, TheBytesAreThoseOfTheGeneratedClass) {
  for (int i = 0; i < 500; ++i) {
    const TradeCreated trade = AnyTrade();
    const std::string bytes = WriteTradeCreated(trade);
    ASSERT_EQ(bytes, MessageOf(trade).SerializeAsString());
    TradeCreated back;
    ASSERT_TRUE(ReadTradeCreated(bytes, &back));
    ASSERT_EQ(back, trade);
  }
}

TEST_P(TradeCodecTest, WhatItReadsIsWhatTheGeneratedClassReads) {
  int read = 0;
  int left = 0;
  for (int i = 0; i < 5'000; ++i) {
    const std::string bytes = Spoil(WriteTradeCreated(AnyTrade()));
    TradeCreated trade;
    if (!ReadTradeCreated(bytes, &trade)) {
      ++left;
      continue;
    }
    ++read;
    pb::Event message;
    ASSERT_TRUE(message.ParseFromString(bytes))
        << testing::PrintToString(bytes);
    pb::Event known = message;
    known.DiscardUnknownFields();
    ASSERT_EQ(known.ByteSizeLong(), message.ByteSizeLong());
    ASSERT_EQ(message.event_case(), pb::Event::kTradeCreated);
    ASSERT_EQ(MessageOf(trade).SerializeAsString(),
              message.SerializeAsString());
  }
  EXPECT_GT(read, 300);
  EXPECT_GT(left, 500);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TradeCodecTest,
                         testing::Range<uint64_t>(0, 10));

TEST(TradeCodecLimitsTest, OtherEventsAreLeftToTheGeneratedClass) {
  TradeCreated trade;
  EXPECT_FALSE(ReadTradeCreated("", &trade));
  EXPECT_FALSE(
      ReadTradeCreated(EncodeEvent(TradeAccepted{TradeNumber{4}}), &trade));
  const std::string bytes = WriteTradeCreated(TradeCreated());
  EXPECT_TRUE(ReadTradeCreated(bytes, &trade));
  // Two of them are one with what both say.
  EXPECT_FALSE(ReadTradeCreated(bytes + bytes, &trade));
}

}  // namespace
}  // namespace skontro::engine

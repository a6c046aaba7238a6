#include "server/page_token.h"

#include <gtest/gtest.h>

#include <string>

#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {
namespace {

using ledger::Sequence;

constexpr std::string_view kKey = "0123456789abcdef";
constexpr std::string_view kOtherKey = "0123456789abcdeF";

v1::ListTradesRequest Request() {
  v1::ListTradesRequest request;
  request.set_parent("networks/res");
  request.set_state(v1::Trade::SETTLED);
  return request;
}

std::string Scope(const v1::ListTradesRequest& request) {
  return PageScope("TradeService.ListTrades", request);
}

TEST(PageTokenTest, ComesBackAsItWent) {
  const std::string token =
      SealPageToken(kKey, Scope(Request()), {Sequence{42}, "the key"});
  const auto position = OpenPageToken(kKey, Scope(Request()), token);
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(position->sequence, Sequence{42});
  EXPECT_EQ(position->key, "the key");
}

TEST(PageTokenTest, IsPrintableAndFitsIntoAUrl) {
  const std::string token = SealPageToken(
      kKey, Scope(Request()), {Sequence{UINT64_MAX}, std::string(12, '\xff')});
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "abcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(PageTokenTest, BelongsToOneMethodNetworkAndFilter) {
  const std::string token =
      SealPageToken(kKey, Scope(Request()), {Sequence{42}, "k"});
  v1::ListTradesRequest other = Request();
  other.set_state(v1::Trade::PROPOSED);
  EXPECT_FALSE(OpenPageToken(kKey, Scope(other), token).has_value());
  other = Request();
  other.set_member("networks/res/members/a");
  EXPECT_FALSE(OpenPageToken(kKey, Scope(other), token).has_value());
  EXPECT_FALSE(OpenPageToken(kKey, PageScope("X.ListTrades", Request()), token)
                   .has_value());
  EXPECT_FALSE(OpenPageToken(kOtherKey, Scope(Request()), token).has_value());
}

TEST(PageTokenTest, AllowsAnotherPageSizeAndMinSequence) {
  const std::string token =
      SealPageToken(kKey, Scope(Request()), {Sequence{42}, "k"});
  v1::ListTradesRequest next = Request();
  next.set_page_size(7);
  next.set_min_sequence(3);
  next.set_page_token(token);
  EXPECT_TRUE(OpenPageToken(kKey, Scope(next), token).has_value());
}

TEST(PageTokenTest, NoticesEveryChangedCharacter) {
  const std::string scope = Scope(Request());
  const std::string token = SealPageToken(kKey, scope, {Sequence{42}, "key"});
  for (size_t i = 0; i < token.size(); ++i) {
    for (const char c : {'A', 'B', 'z', '-', '_', '=', '\0', '\xff'}) {
      std::string changed = token;
      if (changed[i] == c) continue;
      changed[i] = c;
      EXPECT_FALSE(OpenPageToken(kKey, scope, changed).has_value())
          << i << " " << c;
    }
  }
}

TEST(PageTokenTest, NoticesACutOrALongerToken) {
  const std::string scope = Scope(Request());
  const std::string token = SealPageToken(kKey, scope, {Sequence{42}, "key"});
  for (size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(
        OpenPageToken(kKey, scope, token.substr(0, length)).has_value());
  }
  for (const char* more : {"A", "=", "==", " ", "AAAA"}) {
    EXPECT_FALSE(OpenPageToken(kKey, scope, token + more).has_value());
  }
  EXPECT_FALSE(
      OpenPageToken(kKey, scope, std::string(1 << 20, 'A')).has_value());
}

}  // namespace
}  // namespace skontro::server

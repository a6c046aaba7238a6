#include "server/request_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "skontro/v1/credit_service.pb.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {
namespace {

constexpr std::string_view kKey = "0123456789abcdef";

v1::CreateTradeRequest Request() {
  v1::CreateTradeRequest request;
  request.set_parent("networks/res");
  request.set_trade_id("a");
  request.set_request_id("r");
  request.mutable_trade()->set_description("first");
  return request;
}

std::vector<ledger::FieldHash> Hash(const v1::CreateTradeRequest& request) {
  return HashFields(kKey, request);
}

TEST(RequestHashTest, SipHashIsTheOneOfItsAuthors) {
  // Aumasson and Bernstein, appendix A: key 00..0f, message 00..0e.
  std::string key;
  std::string message;
  for (char i = 0; i < 16; ++i) key.push_back(i);
  for (char i = 0; i < 15; ++i) message.push_back(i);
  // They print the eight bytes as a little-endian number.
  EXPECT_EQ(KeyedHash(key, message), __builtin_bswap64(0xa129ca6149be45e5));
}

TEST(RequestHashTest, TheSameRequestHasTheSameHashes) {
  EXPECT_EQ(Hash(Request()), Hash(Request()));
  EXPECT_FALSE(FirstDifference(Hash(Request()), Hash(Request())).has_value());
}

TEST(RequestHashTest, AnotherKeyGivesOtherHashes) {
  EXPECT_NE(Hash(Request()), HashFields("0123456789abcdeF", Request()));
}

TEST(RequestHashTest, LeavesOutWhatIsNoContent) {
  v1::CreateTradeRequest other = Request();
  other.clear_parent();
  other.set_request_id("s");
  other.set_validate_only(true);
  EXPECT_EQ(Hash(Request()), Hash(other));
}

TEST(RequestHashTest, NamesTheFirstFieldThatDiffers) {
  const struct {
    void (*change)(v1::CreateTradeRequest*);
    std::string_view field;
  } kCases[] = {
      {[](auto* r) { r->set_trade_id("b"); }, "trade_id"},
      {[](auto* r) { r->clear_trade_id(); }, "trade_id"},
      {[](auto* r) { r->mutable_trade()->set_buyer("x"); }, "trade"},
      {[](auto* r) { r->clear_trade(); }, "trade"},
      {[](auto* r) {
         r->mutable_trade()->set_description("second");
         r->set_trade_id("b");
       },
       "trade"},
      {[](auto* r) {
         r->GetReflection()->MutableUnknownFields(r)->AddVarint(99, 1);
       },
       "a field that this server does not know"},
  };
  for (const auto& test : kCases) {
    v1::CreateTradeRequest other = Request();
    test.change(&other);
    for (const auto& [a, b] :
         {std::pair(Request(), other), std::pair(other, Request())}) {
      const auto field = FirstDifference(Hash(a), Hash(b));
      ASSERT_TRUE(field.has_value()) << test.field;
      EXPECT_EQ(FieldNameOf<v1::CreateTradeRequest>(*field), test.field);
    }
  }
}

TEST(RequestHashTest, ARepeatedFieldIsOneHash) {
  v1::BatchCreateTradesRequest batch;
  batch.add_requests()->set_trade_id("a");
  batch.add_requests()->set_trade_id("b");
  const auto hashes = HashFields(kKey, batch);
  ASSERT_EQ(hashes.size(), 1u);
  batch.mutable_requests()->SwapElements(0, 1);
  EXPECT_NE(HashFields(kKey, batch), hashes);
}

TEST(RequestHashTest, UnknownFieldsMayComeInPiecesAndInAnyOrder) {
  v1::CreateTradeRequest a = Request();
  auto* unknown = a.GetReflection()->MutableUnknownFields(&a);
  unknown->AddVarint(99, 1);
  unknown->AddVarint(98, 2);
  unknown->AddVarint(99, 3);
  v1::CreateTradeRequest b = Request();
  unknown = b.GetReflection()->MutableUnknownFields(&b);
  unknown->AddVarint(98, 2);
  unknown->AddVarint(99, 1);
  unknown->AddVarint(99, 3);
  EXPECT_EQ(Hash(a), Hash(b));
}

TEST(RequestHashTest, GroupsNestedAsDeepAsCanBeAreHashedToo) {
  v1::CreateTradeRequest request = Request();
  auto* fields = request.GetReflection()->MutableUnknownFields(&request);
  for (int depth = 0; depth < 500; ++depth) fields = fields->AddGroup(77);
  EXPECT_TRUE(FirstDifference(Hash(Request()), Hash(request)).has_value());
}

}  // namespace
}  // namespace skontro::server

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

using Batch = v1::BatchCreateTradesRequest;

Batch Independent(const std::vector<v1::CreateTradeRequest>& items) {
  Batch batch;
  batch.set_parent("networks/res");
  batch.set_mode(Batch::INDEPENDENT);
  for (const auto& item : items) *batch.add_requests() = item;
  return batch;
}

Batch Atomic(const std::string& request_id,
             std::vector<v1::CreateTradeRequest> items) {
  for (auto& item : items) item.clear_request_id();
  Batch batch = Independent(items);
  batch.set_mode(Batch::ATOMIC);
  batch.set_request_id(request_id);
  return batch;
}

TEST(BatchCallsTest, EachItemHasAnAnswerInOrder) {
  Scene scene;
  scene.MakeNetwork();
  auto bad_form = Sale("b-3", 5);
  bad_form.mutable_trade()->set_seller("nobody");
  auto unknown = Sale("b-4", 5);
  unknown.mutable_trade()->set_seller("networks/res/members/nobody");
  auto zero = Sale("b-6", 0);
  const auto reply =
      scene.Call(Independent({Sale("b-1", 100), Sale("b-2", 500'000), bad_form,
                              unknown, Sale("b-5", 200), zero, Sale("", 5)}));
  ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
  ASSERT_EQ(reply.response.results_size(), 7);
  const std::vector<std::string> reasons = {
      "", "CREDIT_LINE_EXCEEDED", "FIELD_INVALID", "RESOURCE_NOT_FOUND",
      "", "FIELD_INVALID",        "FIELD_INVALID"};
  for (int i = 0; i < 7; ++i) {
    const auto& result = reply.response.results(i);
    const std::string& reason = reasons[static_cast<size_t>(i)];
    EXPECT_EQ(result.has_response(), reason.empty()) << i;
    if (!reason.empty()) EXPECT_EQ(ErrorIn(result.error()).reason, reason);
  }
  EXPECT_EQ(ErrorIn(reply.response.results(2).error()).metadata.at("field"),
            "trade.seller");
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -300);
  // The refusals of items 2 and 4 are records too.
  EXPECT_EQ(reply.response.sequence(),
            reply.response.results(4).response().outcome().sequence());
}

TEST(BatchCallsTest, AnItemIsTheSameRequestAsACallOfItsOwn) {
  Scene scene;
  scene.MakeNetwork();
  const auto alone = scene.Call(Sale("b-1", 100));
  auto without_parent = Sale("b-1", 100);
  without_parent.clear_parent();
  const auto batch = scene.Call(Independent({without_parent, Sale("b-2", 5)}));
  EXPECT_EQ(batch.response.results(0).response().SerializeAsString(),
            alone.response.SerializeAsString());
  const auto after = scene.Call(Sale("b-2", 5));
  EXPECT_EQ(after.response.SerializeAsString(),
            batch.response.results(1).response().SerializeAsString());
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -105);
}

TEST(BatchCallsTest, ARequestIdTwiceInABatchIsOneBooking) {
  Scene scene;
  scene.MakeNetwork();
  const auto reply = scene.Call(
      Independent({Sale("b-1", 100), Sale("b-1", 100), Sale("b-1", 101)}));
  ASSERT_EQ(reply.response.results_size(), 3);
  EXPECT_EQ(reply.response.results(0).SerializeAsString(),
            reply.response.results(1).SerializeAsString());
  EXPECT_EQ(ErrorIn(reply.response.results(2).error()).reason,
            "REQUEST_ID_REUSED");
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -100);
}

TEST(BatchCallsTest, ALargeBatchAndItsRetryAreTheSame) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(
      scene.Call(LineRequest("l", "boulangerie", 1'000'000)).status.ok());
  std::vector<v1::CreateTradeRequest> items;
  for (int i = 0; i < 3'000; ++i) {
    items.push_back(Sale(absl::StrCat("b-", i), 1));
    if (i % 3 == 0) {
      items.back().mutable_trade()->mutable_invoice()->set_number(
          absl::StrCat("F", i));
    }
  }
  const auto first = scene.Call(Independent(items));
  ASSERT_TRUE(first.status.ok()) << first.status.error_message();
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -3'000);
  scene.Restart();
  const auto second = scene.Call(Independent(items));
  EXPECT_EQ(second.response.SerializeAsString(),
            first.response.SerializeAsString());
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -3'000);
}

TEST(BatchCallsTest, AGroupIsAllOrNothing) {
  Scene scene;
  scene.MakeNetwork();
  const auto swap = scene.Call(Atomic(
      "g-1", {Sale("", 90'000), TradeRequest("", "boulangerie", "imprimerie",
                                             90'000, v1::Trade::BUYER)}));
  ASSERT_TRUE(swap.status.ok()) << swap.status.error_message();
  ASSERT_EQ(swap.response.results_size(), 2);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), 0);
  for (int i = 0; i < 2; ++i) {
    const auto& made = swap.response.results(i).response();
    EXPECT_EQ(made.outcome().digest().size(), 32u);
    EXPECT_EQ(made.outcome().sequence(), made.trade().create_sequence());
  }
  const auto refused =
      scene.Call(Atomic("g-2", {Sale("", 60'000), Sale("", 60'000)}));
  EXPECT_EQ(refused.error().reason, "CREDIT_LINE_EXCEEDED");
  EXPECT_EQ(refused.error().metadata.at("item"), "1");
  EXPECT_EQ(refused.error().metadata.at("spendable"), "40000");
  EXPECT_EQ(scene.BalanceOf("boulangerie"), 0);
  // Refused or not, the same again is answered the same.
  EXPECT_EQ(
      scene
          .Call(Atomic("g-1", {Sale("", 90'000),
                               TradeRequest("", "boulangerie", "imprimerie",
                                            90'000, v1::Trade::BUYER)}))
          .response.SerializeAsString(),
      swap.response.SerializeAsString());
  EXPECT_EQ(scene.Call(Atomic("g-2", {Sale("", 60'000), Sale("", 60'000)}))
                .error()
                .metadata,
            refused.error().metadata);
  EXPECT_EQ(scene.Call(Atomic("g-2", {Sale("", 60'000)}))
                .error()
                .metadata.at("field"),
            "requests");
}

TEST(BatchCallsTest, TheFormOfABatchIsChecked) {
  Scene scene;
  scene.MakeNetwork();
  const auto sales = [](int count, bool with_id) {
    std::vector<v1::CreateTradeRequest> items;
    for (int i = 0; i < count; ++i) {
      items.push_back(Proposal(with_id ? absl::StrCat("s-", i) : "", 1));
    }
    return items;
  };
  auto previewed = Proposal("p", 1);
  previewed.set_validate_only(true);
  auto elsewhere = Proposal("p", 1);
  elsewhere.set_parent("networks/other");
  auto big = Proposal("", 1);
  big.mutable_trade()->set_description(std::string(1'000, 'x'));
  Batch no_mode = Independent(sales(1, true));
  no_mode.set_mode(static_cast<Batch::Mode>(7));
  Batch with_id = Independent(sales(1, true));
  with_id.set_request_id("x");
  Batch item_id = Atomic("a", sales(2, false));
  item_id.mutable_requests(1)->set_request_id("x");
  Batch no_parent = Independent(sales(1, true));
  no_parent.set_parent("");
  Batch bad_item = Atomic("a", sales(3, false));
  bad_item.mutable_requests(2)->mutable_trade()->set_buyer("x");
  Batch zero_item = Atomic("a", sales(3, false));
  zero_item.mutable_requests(1)->mutable_trade()->clear_unit_leg();
  const struct {
    Batch batch;
    std::string field;
  } kCases[] = {
      {Independent({}), "requests"},
      {Independent(sales(8'193, true)), "requests"},
      {Independent(sales(10'000, true)), "requests"},
      {Atomic("a", sales(1'025, false)), "requests"},
      {Atomic("a", std::vector<v1::CreateTradeRequest>(512, big)), "requests"},
      {Atomic("", sales(1, false)), "request_id"},
      {no_mode, "mode"},
      {with_id, "request_id"},
      {item_id, "requests[1].request_id"},
      {no_parent, "parent"},
      {bad_item, "requests[2].trade.buyer"},
      {zero_item, "requests[1].trade.unit_leg.minor_units"},
      {Atomic("a", {elsewhere}), "requests[0].parent"},
      {Atomic("a", {previewed}), "requests[0].validate_only"},
  };
  for (const auto& test : kCases) {
    const auto reply = scene.Call(test.batch);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << test.field;
    EXPECT_EQ(reply.error().metadata.at("field"), test.field);
  }
  const auto items = scene.Call(Independent({elsewhere, previewed}));
  ASSERT_TRUE(items.status.ok());
  EXPECT_EQ(ErrorIn(items.response.results(0).error()).metadata.at("field"),
            "parent");
  EXPECT_EQ(ErrorIn(items.response.results(1).error()).metadata.at("field"),
            "validate_only");
  Batch nowhere = Independent(sales(1, true));
  nowhere.set_parent("networks/none");
  EXPECT_EQ(scene.Call(nowhere).error().reason, "RESOURCE_NOT_FOUND");
}

TEST(BatchCallsTest, TheLargestBatchesAreTaken) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<v1::CreateTradeRequest> items;
  for (int i = 0; i < 1'024; ++i) items.push_back(Proposal("", 1));
  const auto group = scene.Call(Atomic("g", items));
  ASSERT_TRUE(group.status.ok()) << group.status.error_message();
  EXPECT_EQ(group.response.results_size(), 1'024);
  std::set<std::string> names;
  for (const auto& result : group.response.results()) {
    names.insert(result.response().trade().name());
  }
  EXPECT_EQ(names.size(), 1'024u);
  items.clear();
  for (int i = 0; i < 8'192; ++i) {
    items.push_back(Proposal(absl::StrCat("p-", i), 1));
  }
  const auto most = scene.Call(Independent(items));
  ASSERT_TRUE(most.status.ok()) << most.status.error_message();
  EXPECT_EQ(most.response.results_size(), 8'192);
  for (const auto& result : most.response.results()) {
    EXPECT_TRUE(result.has_response());
  }
}

}  // namespace
}  // namespace skontro::server

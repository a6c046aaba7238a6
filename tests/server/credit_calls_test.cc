#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr char kLine[] =
    "networks/res/members/boulangerie/accounts/main/creditLine";

v1::GetCreditLineRequest Get(int64_t as_of = 0) {
  v1::GetCreditLineRequest request;
  request.set_name(kLine);
  request.set_as_of_sequence(as_of);
  return request;
}

TEST(CreditCallsTest, DefaultsHoldUntilSomebodySetsALine) {
  Scene scene;
  scene.MakeNetwork();
  const auto before = scene.Call(Get());
  EXPECT_EQ(before.response.credit_line().credit_line().minor_units(), 100'000);
  EXPECT_FALSE(before.response.credit_line().has_own_limits());
  const auto set = scene.Call(LineRequest("r-1", "boulangerie", 500'000));
  ASSERT_TRUE(set.status.ok()) << set.status.error_message();
  EXPECT_EQ(set.response.credit_line().name(), kLine);
  EXPECT_EQ(set.response.credit_line().credit_line().minor_units(), 500'000);
  EXPECT_EQ(set.response.credit_line().balance_limit().minor_units(),
            1'000'000'000'000'000);
  EXPECT_TRUE(set.response.credit_line().has_own_limits());
  const auto after = scene.Call(Get());
  EXPECT_EQ(after.response.credit_line().SerializeAsString(),
            set.response.credit_line().SerializeAsString());
  const auto then = scene.Call(Get(before.response.sequence()));
  EXPECT_EQ(then.response.SerializeAsString(),
            before.response.SerializeAsString());
}

TEST(CreditCallsTest, ACutBelowWhatIsDrawnIsTold) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Sale("r-1", 80'000)).status.ok());
  auto preview = LineRequest("r-2", "boulangerie", 50'000);
  preview.set_validate_only(true);
  const auto would = scene.Call(preview);
  EXPECT_EQ(would.response.credit_line().overshoot().minor_units(), 30'000);
  EXPECT_EQ(scene.Call(Get()).response.credit_line().overshoot().minor_units(),
            0);
  const auto set = scene.Call(LineRequest("r-2", "boulangerie", 50'000));
  EXPECT_EQ(set.response.credit_line().overshoot().minor_units(), 30'000);
  const auto refused = scene.Call(Sale("r-3", 1));
  EXPECT_EQ(refused.error().reason, "CREDIT_LINE_EXCEEDED");
  EXPECT_EQ(refused.error().metadata.at("spendable"), "-30000");
}

TEST(CreditCallsTest, TheBalanceLimitStaysUnlessItIsNamed) {
  Scene scene;
  scene.MakeNetwork();
  auto request = LineRequest("r-1", "boulangerie", 1);
  request.mutable_credit_line()->mutable_balance_limit()->set_minor_units(700);
  ASSERT_TRUE(scene.Call(request).status.ok());
  const auto second = scene.Call(LineRequest("r-2", "boulangerie", 2));
  EXPECT_EQ(second.response.credit_line().balance_limit().minor_units(), 700);
}

TEST(CreditCallsTest, EveryChangeIsListedNewestFirst) {
  Scene scene;
  scene.MakeNetwork();
  for (int i = 0; i < 5; ++i) {
    auto request = LineRequest(absl::StrCat("r-", i), "boulangerie", i * 100);
    request.set_reason(absl::StrCat("reason ", i));
    ASSERT_TRUE(scene.Call(request).status.ok());
  }
  v1::ListCreditLineChangesRequest request;
  request.set_parent(kLine);
  request.set_page_size(2);
  std::vector<v1::CreditLineChange> changes;
  do {
    const auto page = scene.Call(request);
    ASSERT_TRUE(page.status.ok());
    EXPECT_LE(page.response.changes_size(), 2);
    changes.insert(changes.end(), page.response.changes().begin(),
                   page.response.changes().end());
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(changes.size(), 5u);
  for (int i = 0; i < 5; ++i) {
    const auto& change = changes[static_cast<size_t>(4 - i)];
    EXPECT_EQ(change.reason(), absl::StrCat("reason ", i));
    EXPECT_EQ(change.author(), "operator/local");
    EXPECT_EQ(change.new_credit_line().minor_units(), i * 100);
    EXPECT_EQ(change.old_credit_line().minor_units(),
              i == 0 ? 100'000 : (i - 1) * 100);
  }
}

TEST(CreditCallsTest, WhatIsWrongIsRefused) {
  Scene scene;
  scene.MakeNetwork();
  const struct {
    std::function<void(v1::SetCreditLineRequest*)> change;
    std::string reason;
    std::string field;
  } kCases[] = {
      {[](auto* r) { r->mutable_credit_line()->clear_credit_line(); },
       "FIELD_INVALID", "credit_line.credit_line"},
      {[](auto* r) { r->clear_credit_line(); }, "FIELD_INVALID",
       "credit_line.name"},
      {[](auto* r) { r->clear_reason(); }, "FIELD_INVALID", "reason"},
      {[](auto* r) { r->set_reason(std::string(501, 'x')); }, "FIELD_INVALID",
       "reason"},
      {[](auto* r) { r->clear_request_id(); }, "FIELD_INVALID", "request_id"},
      {[](auto* r) {
         r->mutable_credit_line()->mutable_credit_line()->set_minor_units(-1);
       },
       "FIELD_INVALID", "credit_line.credit_line.minor_units"},
      {[](auto* r) {
         r->mutable_credit_line()->mutable_credit_line()->set_minor_units(
             1'000'000'000'000'001);
       },
       "FIELD_INVALID", "credit_line.credit_line.minor_units"},
      {[](auto* r) {
         r->mutable_credit_line()->mutable_balance_limit()->set_minor_units(0);
       },
       "FIELD_INVALID", "credit_line.balance_limit.minor_units"},
      {[](auto* r) {
         r->mutable_credit_line()->set_name(
             "networks/res/members/nobody/accounts/main/creditLine");
       },
       "RESOURCE_NOT_FOUND", ""},
      {[](auto* r) {
         r->mutable_credit_line()->set_name(
             "networks/res/members/garage/accounts/other/creditLine");
       },
       "RESOURCE_NOT_FOUND", ""},
      {[](auto* r) {
         r->mutable_credit_line()->set_name(
             "networks/none/members/garage/accounts/main/creditLine");
       },
       "RESOURCE_NOT_FOUND", ""},
  };
  int id = 0;
  for (const auto& test : kCases) {
    auto request = LineRequest(absl::StrCat("w-", id++), "boulangerie", 1);
    test.change(&request);
    const auto reply = scene.Call(request);
    EXPECT_EQ(reply.error().reason, test.reason) << request.DebugString();
    if (!test.field.empty()) {
      EXPECT_EQ(reply.error().metadata.at("field"), test.field);
    }
  }
  v1::ListCreditLineChangesRequest list;
  list.set_parent("networks/res/members/nobody/accounts/main/creditLine");
  EXPECT_EQ(scene.Call(list).error().reason, "RESOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace skontro::server

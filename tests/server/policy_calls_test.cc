#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr char kName[] = "networks/res/policies";

v1::UpdatePoliciesRequest Cap(const std::string& request_id, int64_t units,
                              const std::string& etag = "") {
  v1::UpdatePoliciesRequest request;
  request.mutable_policies()->set_name(kName);
  request.mutable_policies()->mutable_deal_cap()->set_minor_units(units);
  request.mutable_policies()->set_etag(etag);
  request.set_request_id(request_id);
  return request;
}

v1::GetPoliciesRequest Get(int64_t as_of = 0) {
  v1::GetPoliciesRequest request;
  request.set_name(kName);
  request.set_as_of_sequence(as_of);
  return request;
}

class PolicyCallsTest : public testing::Test {
 protected:
  PolicyCallsTest() { scene_.MakeNetwork(); }

  Scene scene_;
};

TEST_F(PolicyCallsTest, ANewNetworkHasTheDefaults) {
  const auto got = scene_.Call(Get());
  ASSERT_TRUE(got.status.ok()) << got.status.error_message();
  EXPECT_EQ(got.response.policies().name(), kName);
  EXPECT_EQ(got.response.policies().deal_cap().minor_units(), 0);
  EXPECT_EQ(got.response.policies().version(), 0);
  EXPECT_EQ(got.response.policies().etag(), "0");
  EXPECT_FALSE(got.response.policies().has_update_time());
}

TEST_F(PolicyCallsTest, WhatWasSetIsReadBackAlsoAfterARestart) {
  const auto set = scene_.Call(Cap("r-1", 500'000));
  ASSERT_TRUE(set.status.ok()) << set.status.error_message();
  EXPECT_EQ(set.response.policies().deal_cap().minor_units(), 500'000);
  EXPECT_EQ(set.response.policies().version(), 1);
  EXPECT_TRUE(set.response.policies().has_update_time());
  const int64_t sequence = set.response.outcome().sequence();
  scene_.Restart();
  const auto got = scene_.Call(Get());
  EXPECT_EQ(got.response.policies().SerializeAsString(),
            set.response.policies().SerializeAsString());
  EXPECT_EQ(scene_.Call(Get(sequence - 1)).response.policies().version(), 0);
  // Also for who decides.
  const auto paid = scene_.Call(TradeRequest("r-2", "imprimerie", "boulangerie",
                                             500'001, v1::Trade::BUYER));
  EXPECT_EQ(paid.error().reason, "DEAL_CAP_EXCEEDED");
  EXPECT_EQ(paid.error().metadata.at("limit"), "500000");
}

TEST_F(PolicyCallsTest, TheSameRequestIsAnsweredOnce) {
  const auto first = scene_.Call(Cap("r-1", 5));
  ASSERT_TRUE(scene_.Call(Cap("r-2", 6)).status.ok());
  const auto again = scene_.Call(Cap("r-1", 5));
  EXPECT_EQ(again.response.SerializeAsString(),
            first.response.SerializeAsString());
  EXPECT_EQ(scene_.Call(Get()).response.policies().deal_cap().minor_units(), 6);
  const auto other = scene_.Call(Cap("r-1", 7));
  EXPECT_EQ(other.error().reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(other.error().metadata.at("field"), "policies");
}

TEST_F(PolicyCallsTest, TheSecondOfTwoWhoReadTheSameVersionIsRefused) {
  ASSERT_TRUE(scene_.Call(Cap("r-1", 5, "0")).status.ok());
  const auto late = scene_.Call(Cap("r-2", 6, "0"));
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(late.error().reason, "ETAG_MISMATCH");
  EXPECT_EQ(late.error().metadata.at("etag"), "1");
  // Nothing was changed, and the reader can go on.
  EXPECT_EQ(scene_.Call(Get()).response.policies().deal_cap().minor_units(), 5);
  EXPECT_TRUE(scene_.Call(Cap("r-3", 6, "1")).status.ok());
}

TEST_F(PolicyCallsTest, APreviewChangesNothing) {
  auto preview = Cap("r-1", 5);
  preview.set_validate_only(true);
  const auto would = scene_.Call(preview);
  ASSERT_TRUE(would.status.ok());
  EXPECT_EQ(would.response.policies().deal_cap().minor_units(), 5);
  EXPECT_EQ(would.response.policies().version(), 1);
  EXPECT_EQ(scene_.Call(Get()).response.policies().version(), 0);
  preview.mutable_policies()->mutable_deal_cap()->set_minor_units(-1);
  const auto refused = scene_.Call(preview);
  ASSERT_EQ(refused.response.outcome().refusals_size(), 1);
  EXPECT_EQ(refused.response.outcome().refusals(0).reason(), v1::FIELD_INVALID);
}

TEST_F(PolicyCallsTest, AShareOfNoneIsAChangeAndAnAbsentOneIsNot) {
  v1::UpdatePoliciesRequest share = Cap("r-1", 0);
  share.mutable_policies()->set_least_unit_share_bp(3'000);
  share.mutable_policies()->set_vat_settlement(v1::Policies::CASH);
  ASSERT_TRUE(scene_.Call(share).status.ok());
  // The cap alone changes; the others stay.
  ASSERT_TRUE(scene_.Call(Cap("r-2", 5)).status.ok());
  auto got = scene_.Call(Get()).response.policies();
  EXPECT_EQ(got.least_unit_share_bp(), 3'000);
  EXPECT_EQ(got.vat_settlement(), v1::Policies::CASH);
  v1::UpdatePoliciesRequest none = share;
  none.set_request_id("r-3");
  none.mutable_policies()->clear_deal_cap();
  none.mutable_policies()->set_least_unit_share_bp(0);
  none.mutable_policies()->set_vat_settlement(v1::Policies::PRORATA);
  ASSERT_TRUE(scene_.Call(none).status.ok());
  got = scene_.Call(Get()).response.policies();
  EXPECT_EQ(got.least_unit_share_bp(), 0);
  EXPECT_EQ(got.vat_settlement(), v1::Policies::PRORATA);
  EXPECT_EQ(got.deal_cap().minor_units(), 5);
}

TEST_F(PolicyCallsTest, ABadFormIsRefused) {
  const auto field_of = [this](const v1::UpdatePoliciesRequest& request) {
    return scene_.Call(request).error().metadata["field"];
  };
  EXPECT_EQ(field_of({}), "policies");
  auto nothing = Cap("r-1", 5);
  nothing.mutable_policies()->clear_deal_cap();
  EXPECT_EQ(field_of(nothing), "policies");
  auto nameless = Cap("r-1", 5);
  nameless.mutable_policies()->set_name("networks/res");
  EXPECT_EQ(field_of(nameless), "policies.name");
  EXPECT_EQ(field_of(Cap("r-1", 1'000'000'000'000'001)),
            "policies.deal_cap.minor_units");
  EXPECT_EQ(field_of(Cap("r-1", 5, std::string(65, 'x'))), "policies.etag");
  EXPECT_EQ(field_of(Cap("", 5)), "request_id");
  auto share = Cap("r-1", 5);
  share.mutable_policies()->set_least_unit_share_bp(10'001);
  EXPECT_EQ(field_of(share), "policies.least_unit_share_bp");
  auto vat = Cap("r-1", 5);
  vat.mutable_policies()->set_vat_settlement(
      static_cast<v1::Policies::VatSettlement>(7));
  EXPECT_EQ(field_of(vat), "policies.vat_settlement");
  auto elsewhere = Cap("r-1", 5);
  elsewhere.mutable_policies()->set_name("networks/none/policies");
  EXPECT_EQ(scene_.Call(elsewhere).error().reason, "RESOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace skontro::server

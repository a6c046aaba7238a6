// A network that is archived: nothing happens in it any more, and everybody
// reads on.

#include <gtest/gtest.h>

#include <string>

#include "tests/server/scene.h"

namespace skontro::server {
namespace {

template <typename Request>
Request Set(const std::string& request_id) {
  Request request;
  request.set_name("networks/res");
  request.set_request_id(request_id);
  return request;
}

class ArchiveCallsTest : public testing::Test {
 protected:
  ArchiveCallsTest() { scene_.MakeNetwork(); }

  v1::Network::State State() {
    v1::GetNetworkRequest request;
    request.set_name("networks/res");
    return scene_.Call(request).response.network().state();
  }

  Scene scene_;
};

TEST_F(ArchiveCallsTest, AnArchivedNetworkTakesNoChangesAndIsReadOn) {
  ASSERT_TRUE(scene_.Call(Sale("sale-1", 5'00)).status.ok());
  EXPECT_EQ(State(), v1::Network::ACTIVE);
  const auto archived = scene_.Call(Set<v1::ArchiveNetworkRequest>("a-1"));
  ASSERT_TRUE(archived.status.ok()) << archived.status.error_message();
  EXPECT_EQ(archived.response.network().state(), v1::Network::ARCHIVED);
  EXPECT_GT(archived.response.outcome().sequence(), 0);

  const auto refused = scene_.Call(Sale("sale-2", 5'00));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refused.error().reason, "NETWORK_STATE");
  EXPECT_EQ(refused.error().metadata.at("network"), "networks/res");
  EXPECT_EQ(refused.error().metadata.at("state"), "ARCHIVED");
  EXPECT_EQ(scene_.Call(MemberRequest("m-1", "tailleur")).error().reason,
            "NETWORK_STATE");
  EXPECT_EQ(scene_.Call(LineRequest("l-1", "garage", 5'00)).error().reason,
            "NETWORK_STATE");

  scene_.Restart();
  EXPECT_EQ(State(), v1::Network::ARCHIVED);
  v1::ListNetworksRequest list;
  const auto listed = scene_.Call(list);
  ASSERT_EQ(listed.response.networks_size(), 1);
  EXPECT_EQ(listed.response.networks(0).state(), v1::Network::ARCHIVED);
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 5'00);
  EXPECT_EQ(scene_.Verify().verdict(), v1::VerifyReport::OK);
  v1::ExportRequest books;
  books.set_format(v1::ExportRequest::JOURNAL_CSV);
  books.set_member("networks/res/members/imprimerie");
  books.set_year(2026);
  const grpc::Status exported = scene_.Call(books).status;
  EXPECT_TRUE(exported.ok() || ErrorIn(exported).reason == "INCOMPLETE_PROFILE")
      << exported.error_message();
}

TEST_F(ArchiveCallsTest, ItIsRestoredAndTakesChangesAgain) {
  ASSERT_TRUE(scene_.Call(Set<v1::ArchiveNetworkRequest>("a-1")).status.ok());
  EXPECT_EQ(scene_.Call(Set<v1::ArchiveNetworkRequest>("a-2")).error().reason,
            "NETWORK_STATE");
  ASSERT_TRUE(scene_.Call(Set<v1::RestoreNetworkRequest>("r-1")).status.ok());
  EXPECT_EQ(State(), v1::Network::ACTIVE);
  const auto again = scene_.Call(Set<v1::RestoreNetworkRequest>("r-2"));
  EXPECT_EQ(again.error().reason, "NETWORK_STATE");
  EXPECT_EQ(again.error().metadata.at("needed"), "ARCHIVED");
  EXPECT_TRUE(scene_.Call(Sale("sale-1", 5'00)).status.ok());
  // The first answer for ever, and not by another method.
  const auto first = scene_.Call(Set<v1::ArchiveNetworkRequest>("a-1"));
  EXPECT_TRUE(first.status.ok());
  EXPECT_EQ(first.response.network().state(), v1::Network::ARCHIVED);
  EXPECT_EQ(State(), v1::Network::ACTIVE);
  EXPECT_EQ(scene_.Call(Set<v1::RestoreNetworkRequest>("a-1")).error().reason,
            "REQUEST_ID_REUSED");
}

TEST_F(ArchiveCallsTest, APreviewChangesNothing) {
  auto preview = Set<v1::ArchiveNetworkRequest>("p-1");
  preview.set_validate_only(true);
  ASSERT_TRUE(scene_.Call(preview).status.ok());
  EXPECT_EQ(State(), v1::Network::ACTIVE);
}

TEST_F(ArchiveCallsTest, KeysAreStillGivenOutAndTakenBack) {
  ASSERT_TRUE(scene_.Call(Set<v1::ArchiveNetworkRequest>("a-1")).status.ok());
  v1::CreateApiKeyRequest create;
  create.set_parent("networks/res");
  create.set_api_key_id("eyes");
  create.set_request_id("k-1");
  create.mutable_api_key()->set_identity("eyes");
  create.mutable_api_key()->set_role(v1::ApiKey::AUDITOR);
  EXPECT_TRUE(scene_.Call(create).status.ok());
  v1::RevokeApiKeyRequest revoke;
  revoke.set_name("networks/res/apiKeys/eyes");
  revoke.set_request_id("k-2");
  EXPECT_TRUE(scene_.Call(revoke).status.ok());
}

}  // namespace
}  // namespace skontro::server

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

v1::GetMemberRequest Get(const std::string& name) {
  v1::GetMemberRequest request;
  request.set_name(name);
  return request;
}

v1::CreateMemberRequest Full(const std::string& request_id,
                             const std::string& id) {
  v1::CreateMemberRequest request = MemberRequest(request_id, id);
  *request.mutable_member() = Text<v1::Member>(R"pb(
    legal_name: "Atelier Dürand & Fils"
    country_code: "FR"
    vat_id: "FR 44 732829320"
    company_ids { scheme: "siren" value: "732 829 320" }
    address_lines: "1, rue de la Paix"
    address_lines: "75002 Paris")pb");
  return request;
}

TEST(MemberCallsTest, ANewMemberCanBeReadBackAsItWasWritten) {
  Scene scene;
  scene.MakeNetwork();
  const auto made = scene.Call(Full("r-1", "atelier"));
  ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  v1::Member expected = Full("r-1", "atelier").member();
  expected.set_name("networks/res/members/atelier");
  expected.set_status(v1::Member::ACTIVE);
  *expected.mutable_create_time() = made.response.member().create_time();
  EXPECT_EQ(made.response.member().SerializeAsString(),
            expected.SerializeAsString());
  const auto got = scene.Call(Get("networks/res/members/atelier"));
  EXPECT_EQ(got.response.member().SerializeAsString(),
            expected.SerializeAsString());
  EXPECT_EQ(got.response.sequence(), made.response.outcome().sequence());
}

TEST(MemberCallsTest, IdsAndTaxIdsAreTakenOnce) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Full("r-1", "atelier")).status.ok());
  EXPECT_EQ(scene.Call(MemberRequest("r-2", "atelier")).error().reason,
            "RESOURCE_EXISTS");
  auto same_vat = MemberRequest("r-3", "other");
  same_vat.mutable_member()->set_vat_id("fr-44732829320");
  EXPECT_EQ(scene.Call(same_vat).error().reason, "RESOURCE_EXISTS");
  auto same_siren = MemberRequest("r-4", "other");
  auto* id = same_siren.mutable_member()->add_company_ids();
  id->set_scheme("siren");
  id->set_value("732829320");
  EXPECT_EQ(scene.Call(same_siren).error().reason, "RESOURCE_EXISTS");
  // The same number in another country is another company.
  same_siren.set_request_id("r-5");
  same_siren.mutable_member()->set_country_code("BE");
  EXPECT_TRUE(scene.Call(same_siren).status.ok());
}

TEST(MemberCallsTest, APreviewTellsEveryReasonAndAdmitsNobody) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Full("r-1", "atelier")).status.ok());
  auto preview = Full("r-2", "atelier");
  preview.set_validate_only(true);
  const auto reply = scene.Call(preview);
  ASSERT_TRUE(reply.status.ok());
  EXPECT_EQ(reply.response.outcome().refusals_size(), 3);
  EXPECT_EQ(reply.response.outcome().digest(), "");
  EXPECT_EQ(reply.response.member().legal_name(), "Atelier Dürand & Fils");
  // The id is as new.
  EXPECT_TRUE(scene.Call(MemberRequest("r-2", "new")).status.ok());
}

TEST(MemberCallsTest, APreviewOfABadFormTellsItToo) {
  Scene scene;
  scene.MakeNetwork();
  auto preview = MemberRequest("r-1", "Bad Id");
  preview.mutable_member()->set_country_code("??");
  preview.set_validate_only(true);
  const auto reply = scene.Call(preview);
  ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
  ASSERT_EQ(reply.response.outcome().refusals_size(), 2);
  EXPECT_EQ(reply.response.outcome().refusals(0).reason(), v1::FIELD_INVALID);
  EXPECT_EQ(reply.response.outcome().refusals(0).metadata().at("field"),
            "member.country_code");
}

TEST(MemberCallsTest, UnknownNamesAreNotFound) {
  Scene scene;
  scene.MakeNetwork();
  const auto member = scene.Call(Get("networks/res/members/nobody"));
  EXPECT_EQ(member.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(member.error().metadata.at("name"), "networks/res/members/nobody");
  EXPECT_EQ(scene.Call(Get("networks/none/members/garage"))
                .error()
                .metadata.at("name"),
            "networks/none");
  auto elsewhere = MemberRequest("r-1", "a");
  elsewhere.set_parent("networks/none");
  EXPECT_EQ(scene.Call(elsewhere).error().reason, "RESOURCE_NOT_FOUND");
}

TEST(MemberCallsTest, ListsOldestFirstAndPagesShowOneState) {
  Scene scene;
  scene.MakeNetwork();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(
        scene.Call(MemberRequest(absl::StrCat("r-", i), absl::StrCat("m", i)))
            .status.ok());
  }
  v1::ListMembersRequest request;
  request.set_parent("networks/res");
  request.set_page_size(3);
  const auto first = scene.Call(request);
  ASSERT_EQ(first.response.members_size(), 3);
  EXPECT_EQ(first.response.members(0).name(),
            "networks/res/members/imprimerie");
  ASSERT_TRUE(scene.Call(MemberRequest("r-9", "late")).status.ok());
  scene.Restart();
  request.set_page_token(first.response.next_page_token());
  const auto second = scene.Call(request);
  ASSERT_EQ(second.response.members_size(), 3) << second.status.error_message();
  EXPECT_EQ(second.response.sequence(), first.response.sequence());
  request.set_page_token(second.response.next_page_token());
  const auto third = scene.Call(request);
  ASSERT_EQ(third.response.members_size(), 1);
  EXPECT_EQ(third.response.members(0).name(), "networks/res/members/m3");
  EXPECT_EQ(third.response.next_page_token(), "");
}

TEST(MemberCallsTest, FindsByTaxIdHoweverItIsWritten) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Full("r-1", "atelier")).status.ok());
  v1::ListMembersRequest request;
  request.set_parent("networks/res");
  for (const char* id :
       {"FR44732829320", "fr 44.732.829.320", "732829320", "732 829 320"}) {
    request.set_tax_id(id);
    const auto found = scene.Call(request);
    ASSERT_EQ(found.response.members_size(), 1) << id;
    EXPECT_EQ(found.response.members(0).name(), "networks/res/members/atelier");
  }
  for (const char* id : {"44732829320", "FR", "-", "7328293200"}) {
    request.set_tax_id(id);
    EXPECT_EQ(scene.Call(request).response.members_size(), 0) << id;
  }
  request.set_tax_id("a\nb");
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"), "tax_id");
}

TEST(MemberCallsTest, APageTokenOfAnotherListOrNetworkIsRefused) {
  Scene scene;
  scene.MakeNetwork();
  scene.MakeNetwork("other");
  v1::ListMembersRequest request;
  request.set_parent("networks/res");
  request.set_page_size(1);
  const std::string token = scene.Call(request).response.next_page_token();
  ASSERT_NE(token, "");
  v1::ListMembersRequest other = request;
  other.set_page_token(token);
  other.set_parent("networks/other");
  EXPECT_EQ(scene.Call(other).error().metadata.at("field"), "page_token");
  v1::ListTradesRequest trades;
  trades.set_parent("networks/res");
  trades.set_page_token(token);
  EXPECT_EQ(scene.Call(trades).error().metadata.at("field"), "page_token");
  request.set_page_token(token);
  request.set_tax_id("FR1");
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"), "page_token");
}

}  // namespace
}  // namespace skontro::server

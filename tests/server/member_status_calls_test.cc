#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr char kGarage[] = "networks/res/members/garage";

v1::ChangeMemberStatusRequest Change(const std::string& request_id,
                                     v1::Member::Status status) {
  v1::ChangeMemberStatusRequest request;
  request.set_name(kGarage);
  request.set_status(status);
  request.set_reason("asked for it");
  request.set_request_id(request_id);
  if (status == v1::Member::CLOSING) {
    request.mutable_wind_down_date()->set_year(2099);
    request.mutable_wind_down_date()->set_month(12);
    request.mutable_wind_down_date()->set_day(31);
  }
  return request;
}

v1::Member MemberOf(Scene& scene) {
  v1::GetMemberRequest request;
  request.set_name(kGarage);
  return scene.Call(request).response.member();
}

v1::ListMemberStatusChangesRequest List() {
  v1::ListMemberStatusChangesRequest request;
  request.set_parent(kGarage);
  return request;
}

class MemberStatusCallsTest : public testing::Test {
 protected:
  MemberStatusCallsTest() { scene_.MakeNetwork(); }

  Scene scene_;
};

TEST_F(MemberStatusCallsTest, AChangeIsAnsweredReadAndListed) {
  const auto frozen = scene_.Call(Change("r-3", v1::Member::FROZEN));
  ASSERT_TRUE(frozen.status.ok()) << frozen.status.error_message();
  EXPECT_EQ(frozen.response.member().status(), v1::Member::FROZEN);
  EXPECT_EQ(frozen.response.member().legal_name(),
            MemberOf(scene_).legal_name());
  EXPECT_EQ(MemberOf(scene_).status(), v1::Member::FROZEN);
  const auto closing = scene_.Call(Change("r-4", v1::Member::CLOSING));
  ASSERT_TRUE(closing.status.ok()) << closing.status.error_message();
  EXPECT_EQ(MemberOf(scene_).wind_down_date().year(), 2099);

  const auto list = scene_.Call(List());
  ASSERT_EQ(list.response.changes_size(), 2);
  const v1::MemberStatusChange& newest = list.response.changes(0);
  EXPECT_EQ(newest.old_status(), v1::Member::FROZEN);
  EXPECT_EQ(newest.new_status(), v1::Member::CLOSING);
  EXPECT_EQ(newest.wind_down_date().day(), 31);
  EXPECT_EQ(newest.reason(), "asked for it");
  EXPECT_EQ(newest.sequence(), closing.response.outcome().sequence());
  EXPECT_EQ(list.response.changes(1).new_status(), v1::Member::FROZEN);
}

TEST_F(MemberStatusCallsTest, WhoWindsDownHasNoCreditLineToSpend) {
  const auto account = [this] {
    v1::GetAccountRequest request;
    request.set_name(absl::StrCat(kGarage, "/accounts/main"));
    return scene_.Call(request).response.account();
  };
  const int64_t line = account().credit_line().minor_units();
  ASSERT_GT(line, 0);
  EXPECT_EQ(account().spendable().minor_units(), line);
  ASSERT_TRUE(scene_.Call(Change("r-3", v1::Member::CLOSING)).status.ok());
  EXPECT_EQ(account().spendable().minor_units(), 0);
  EXPECT_EQ(account().credit_line().minor_units(), line);
  v1::ListMembersRequest list;
  list.set_parent("networks/res");
  list.set_filter("spendable.minor_units = 0");
  const auto listed = scene_.Call(list);
  ASSERT_EQ(listed.response.members_size(), 1);
  EXPECT_EQ(listed.response.members(0).name(), kGarage);
}

TEST_F(MemberStatusCallsTest, TheListComesInPages) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        scene_
            .Call(Change(absl::StrCat("c-", i),
                         i % 2 == 0 ? v1::Member::FROZEN : v1::Member::ACTIVE))
            .status.ok());
  }
  v1::ListMemberStatusChangesRequest request = List();
  request.set_page_size(2);
  int seen = 0;
  int pages = 0;
  do {
    const auto page = scene_.Call(request);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    seen += page.response.changes_size();
    ++pages;
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, 5);
  EXPECT_EQ(pages, 3);
}

TEST_F(MemberStatusCallsTest, WhatIsRefusedSaysWhyAndChangesNothing) {
  const auto closed = scene_.Call(Change("r-3", v1::Member::CLOSED));
  EXPECT_EQ(closed.error().reason, "MEMBER_STATE");
  EXPECT_EQ(closed.error().metadata.at("state"), "ACTIVE");
  auto unknown = Change("r-4", v1::Member::FROZEN);
  unknown.set_name("networks/res/members/nobody");
  EXPECT_EQ(scene_.Call(unknown).error().reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(MemberOf(scene_).status(), v1::Member::ACTIVE);
}

TEST_F(MemberStatusCallsTest, AFormThatIsWrongIsRefusedByItsField) {
  const auto field = [&](const v1::ChangeMemberStatusRequest& request) {
    const auto reply = scene_.Call(request);
    EXPECT_EQ(reply.error().reason, "FIELD_INVALID");
    return reply.error().metadata.at("field");
  };
  EXPECT_EQ(field(Change("r-3", v1::Member::STATUS_UNSPECIFIED)), "status");
  EXPECT_EQ(field(Change("r-3", v1::Member::APPLIED)), "status");
  EXPECT_EQ(field(Change("r-3", static_cast<v1::Member::Status>(99))),
            "status");
  auto no_reason = Change("r-3", v1::Member::FROZEN);
  no_reason.clear_reason();
  EXPECT_EQ(field(no_reason), "reason");
  auto long_reason = Change("r-3", v1::Member::FROZEN);
  long_reason.set_reason(std::string(501, 'x'));
  EXPECT_EQ(field(long_reason), "reason");
  auto no_day = Change("r-3", v1::Member::CLOSING);
  no_day.clear_wind_down_date();
  EXPECT_EQ(field(no_day), "wind_down_date");
  auto past = Change("r-3", v1::Member::CLOSING);
  past.mutable_wind_down_date()->set_year(1999);
  EXPECT_EQ(field(past), "wind_down_date");
  auto no_id = Change("", v1::Member::FROZEN);
  EXPECT_EQ(field(no_id), "request_id");
}

TEST_F(MemberStatusCallsTest, TheSameRequestChangesOnce) {
  const auto first = scene_.Call(Change("r-3", v1::Member::FROZEN));
  const auto again = scene_.Call(Change("r-3", v1::Member::FROZEN));
  EXPECT_EQ(first.response.outcome().sequence(),
            again.response.outcome().sequence());
  EXPECT_EQ(scene_.Call(Change("r-3", v1::Member::ACTIVE)).error().reason,
            "REQUEST_ID_REUSED");
  EXPECT_EQ(scene_.Call(List()).response.changes_size(), 1);
}

TEST_F(MemberStatusCallsTest, APreviewShowsTheMemberAndChangesNothing) {
  auto preview = Change("r-3", v1::Member::CLOSING);
  preview.set_validate_only(true);
  const auto reply = scene_.Call(preview);
  ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
  EXPECT_EQ(reply.response.member().status(), v1::Member::CLOSING);
  EXPECT_EQ(reply.response.member().wind_down_date().year(), 2099);
  EXPECT_EQ(MemberOf(scene_).status(), v1::Member::ACTIVE);
}

}  // namespace
}  // namespace skontro::server

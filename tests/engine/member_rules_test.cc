#include "engine/member_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using Names = std::vector<std::string>;

// What speaks against a command, as the names in its refusals.
Names TakenBy(const std::vector<Refusal>& refusals) {
  Names names;
  for (const Refusal& refusal : refusals) {
    EXPECT_EQ(refusal.reason, Reason::kResourceExists);
    names.emplace_back(MetadataOf(refusal, "name"));
  }
  return names;
}

class MemberRulesTest : public testing::Test {
 protected:
  MemberRulesTest() {
    desk_.MustRun(Member("baker", "BE", "BE0123456789", "0123.456.789"));
  }

  static Command Member(std::string id, std::string country, std::string vat,
                        std::string bce) {
    Command command = AdmitWithVat(std::move(id), std::move(vat));
    auto& member = std::get<CreateMember>(command.body);
    member.country = std::move(country);
    if (!bce.empty()) member.company_ids = {{"bce", std::move(bce)}};
    return command;
  }

  Names RunFor(Command command) {
    return TakenBy(desk_.Run(std::move(command)).refusals);
  }

  Desk desk_;
};

TEST_F(MemberRulesTest, AMemberGetsTheNextNumberAndTheDefaultLimits) {
  const Answer answer = desk_.MustRun(Admit("mason"));
  const auto& created = std::get<MemberCreated>(answer.events.front());
  EXPECT_EQ(created.number, MemberNumber{2});
  EXPECT_EQ(created.main_account, AccountId{2});
  EXPECT_EQ(desk_.AccountOf("mason").credit_line, Minor(500'00));
  EXPECT_EQ(desk_.AccountOf("mason").balance_limit, Minor(1'000'00));
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
  EXPECT_EQ(desk_.AccountOf("mason").owner, MemberNumber{2});
}

TEST_F(MemberRulesTest, AnIdIsTakenOnce) {
  EXPECT_EQ(RunFor(Admit("baker")), Names{"networks/res/members/baker"});
  EXPECT_EQ(RunFor(Admit("baker2")), Names());
}

TEST_F(MemberRulesTest, ATaxIdIsTakenWhateverItsPunctuationAndCase) {
  EXPECT_EQ(RunFor(Member("a", "BE", "be 0123.456.789", "")),
            Names{"a member with VAT id be 0123.456.789"});
  EXPECT_EQ(RunFor(Member("a", "BE", "", "0123456789")),
            Names{"a member with bce 0123456789"});
  // Of another country or register it is another number.
  EXPECT_EQ(RunFor(Member("a", "FR", "", "0123456789")), Names());
  Command other_register = Member("b", "BE", "", "0123456789");
  std::get<CreateMember>(other_register.body).company_ids[0].scheme = "ubo";
  EXPECT_EQ(RunFor(other_register), Names());
}

TEST_F(MemberRulesTest, AVatIdIsNoCompanyId) {
  EXPECT_EQ(RunFor(Member("a", "BE", "0123456789", "")), Names());
  EXPECT_EQ(RunFor(Member("b", "BE", "", "BE0123456789")), Names());
}

TEST_F(MemberRulesTest, MembersWithoutTaxIdsDoNotMeet) {
  EXPECT_EQ(RunFor(Admit("a")), Names());
  EXPECT_EQ(RunFor(Admit("b")), Names());
}

TEST_F(MemberRulesTest, EverythingThatIsTakenIsReportedInOrder) {
  desk_.MustRun(Member("mason", "BE", "", "999"));
  Command command = Member("baker", "BE", "BE0123456789", "0123456789");
  std::get<CreateMember>(command.body).company_ids.push_back({"bce", "9.9.9"});
  const Names all = {"networks/res/members/baker",
                     "a member with VAT id BE0123456789",
                     "a member with bce 0123456789", "a member with bce 9.9.9"};
  EXPECT_EQ(RunFor(AsPreview(command)), all);
  EXPECT_EQ(desk_.Run(command).refusals.front().metadata.front().second,
            all.front());
  EXPECT_EQ(desk_.state().FindMember("baker"), MemberNumber{1});
  EXPECT_EQ(desk_.state().next_member(), MemberNumber{3});
}

}  // namespace
}  // namespace skontro::engine

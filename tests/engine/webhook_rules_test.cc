#include "engine/webhook_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/webhook_reader.h"
#include "ledger/base/limits.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

constexpr char kUrl[] = "https://erp.example.org/hook";

class WebhookRulesTest : public testing::Test {
 protected:
  WebhookRulesTest() {
    desk_.MustRun(Admit("baker"));
    desk_.MustRun(Admit("mason"));
  }

  std::vector<std::string> ReasonsAgainst(Command command) {
    return ReasonsOf(desk_.Run(std::move(command)).refusals);
  }

  // The command of a client that is limited to this member.
  static Command Of(MemberNumber member, std::string identity,
                    Command command) {
    command.actor.role = Role::kMemberUser;
    command.actor.identity = std::move(identity);
    command.actor.scope = std::make_shared<const ActorScope>(
        ActorScope{{member}, Amount(), Amount()});
    return command;
  }

  std::optional<WebhookHistory> Find(const std::string& id) {
    const ledger::ReadView view = desk_.view();
    auto found = FindWebhook(*view.snapshot, id, view.sequence);
    EXPECT_TRUE(found.ok()) << found.status();
    return *found;
  }

  Desk desk_;
};

using Reasons = std::vector<std::string>;

TEST_F(WebhookRulesTest, AWebhookIsOfWhoMadeIt) {
  desk_.MustRun(Hook("erp", kUrl, "baker"));
  const auto found = Find("erp");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->created.owner, Hook("erp", kUrl).actor.identity);
  EXPECT_EQ(found->created.url, kUrl);
  EXPECT_EQ(found->created.member, MemberNumber{1});
  EXPECT_EQ(found->state, WebhookState::kActive);
  EXPECT_EQ(ReasonsAgainst(Hook("erp", kUrl)), Reasons{"RESOURCE_EXISTS"});
  EXPECT_EQ(ReasonsAgainst(Hook("other", kUrl, "nobody")),
            Reasons{"RESOURCE_NOT_FOUND"});
}

TEST_F(WebhookRulesTest, ItPausesGoesOnAndLeavesItsIdFree) {
  desk_.MustRun(Hook("erp", kUrl));
  EXPECT_EQ(ReasonsAgainst(SetHook("erp", WebhookState::kActive)),
            Reasons{"WEBHOOK_STATE"});
  desk_.MustRun(SetHook("erp", WebhookState::kPaused));
  EXPECT_EQ(Find("erp")->state, WebhookState::kPaused);
  EXPECT_EQ(ReasonsAgainst(SetHook("erp", WebhookState::kPaused)),
            Reasons{"WEBHOOK_STATE"});
  desk_.MustRun(SetHook("erp", WebhookState::kActive));
  desk_.MustRun(SetHook("erp", WebhookState::kDeleted));
  EXPECT_EQ(Find("erp")->state, WebhookState::kDeleted);
  EXPECT_EQ(ReasonsAgainst(SetHook("erp", WebhookState::kActive)),
            Reasons{"RESOURCE_NOT_FOUND"});
  const Sequence first = Find("erp")->sequence;
  desk_.MustRun(Hook("erp", kUrl));
  EXPECT_EQ(Find("erp")->state, WebhookState::kActive);
  EXPECT_GT(Find("erp")->sequence, first);
}

TEST_F(WebhookRulesTest, WhatIsAnothersIsNotThere) {
  const MemberNumber baker{1};
  const MemberNumber mason{2};
  desk_.MustRun(Of(baker, "member_user/a", Hook("erp", kUrl)));
  EXPECT_EQ(ReasonsAgainst(Of(mason, "member_user/b",
                              SetHook("erp", WebhookState::kDeleted))),
            Reasons{"RESOURCE_NOT_FOUND"});
  EXPECT_EQ(
      ReasonsAgainst(Of(mason, "member_user/b", Hook("spy", kUrl, "baker"))),
      Reasons{"RESOURCE_NOT_FOUND"});
  // An operator sees to it.
  desk_.MustRun(SetHook("erp", WebhookState::kDeleted));
}

TEST_F(WebhookRulesTest, AClientHasSoManyAndNotOneMore) {
  for (size_t i = 0; i < kWebhooksOfOwnerMax; ++i) {
    desk_.MustRun(Hook(absl::StrCat("hook-", i), kUrl));
  }
  EXPECT_EQ(ReasonsAgainst(Hook("last", kUrl)), Reasons{"WEBHOOK_LIMIT"});
  // Others have theirs.
  desk_.MustRun(Of(MemberNumber{1}, "member_user/a", Hook("last", kUrl)));
  desk_.MustRun(SetHook("hook-0", WebhookState::kDeleted));
  desk_.MustRun(Hook("one-more", kUrl));
}

TEST_F(WebhookRulesTest, TheSameWordsOfAnotherMethodAreAnotherRequest) {
  desk_.MustRun(Hook("erp", kUrl));
  desk_.MustRun(Under("r-1", SetHook("erp", WebhookState::kPaused)));
  EXPECT_EQ(ReasonsAgainst(Under("r-1", SetHook("erp", WebhookState::kActive))),
            Reasons{"REQUEST_ID_REUSED"});
}

}  // namespace
}  // namespace skontro::engine

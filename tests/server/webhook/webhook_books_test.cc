// What the journal, the state digests and the checkpoints say of webhooks and
// of an archived network, as the engine makes them and as the verifier, which
// shares no code with it, reads them; and on whose behalf a webhook is told.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/verifier/verifier.h"
#include "engine/checkpoint.h"
#include "engine/replay.h"
#include "engine/webhook_reader.h"
#include "server/snapshot_source.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

constexpr uint64_t kInterval = 8;
constexpr char kUrl[] = "https://erp.example.org/hook";

Command ByOperator(std::string_view method, CommandBody body) {
  Command command;
  command.actor = LocalOperator();
  command.method = method;
  command.body = std::move(body);
  return command;
}

Command MakeKey(std::string id) {
  CreateApiKey body;
  body.id = std::move(id);
  body.identity = "erp";
  body.role = Role::kMemberUser;
  body.members = {"baker"};
  body.digest = std::string(32, 'd');
  return ByOperator("KeyService.CreateApiKey", std::move(body));
}

Command Rotate(std::string id, std::string new_id) {
  RotateApiKey body;
  body.id = std::move(id);
  body.new_id = std::move(new_id);
  body.digest = std::string(32, 'e');
  return ByOperator("KeyService.RotateApiKey", std::move(body));
}

Command Revoke(std::string id) {
  return ByOperator("KeyService.RevokeApiKey", RevokeApiKey{std::move(id)});
}

class WebhookBooksTest : public testing::Test {
 protected:
  WebhookBooksTest() {
    desk_.MustRun(Admit("baker"));
    desk_.MustRun(Admit("mason"));
    desk_.MustRun(MakeKey("k1"));
    desk_.MustRun(WithKey("k1", Hook("erp", kUrl, "baker")));
  }

  Command WithKey(const std::string& key, Command command) {
    const ApiKeyCreated& created = desk_.state().FindApiKey(key)->created;
    command.actor.identity = ActorIdentity(created.role, created.identity);
    command.actor.role = created.role;
    command.actor.api_key = key;
    command.actor.scope = std::make_shared<const ActorScope>(
        ActorScope{created.members, Amount(), Amount()});
    return command;
  }

  static void Verify(std::shared_ptr<const ledger::Snapshot> snapshot) {
    server::SnapshotSource source(std::move(snapshot));
    verifier::VerifyOptions options;
    options.digest_interval = kInterval;
    const auto report = verifier::Verify(&source, options, {});
    ASSERT_TRUE(report.ok()) << report.status();
    for (const verifier::Finding& finding : report->findings) {
      ADD_FAILURE() << finding.sequence << ": " << finding.message;
    }
  }

  // Whose rights the webhook has at the end.
  std::optional<std::string> KeyOf(const std::string& id,
                                   int64_t later_us = 0) {
    const ledger::ReadView view = desk_.view();
    const auto webhook = FindWebhook(*view.snapshot, id, view.sequence);
    EXPECT_TRUE(webhook.ok() && webhook->has_value());
    const auto actor =
        ActorOfWebhook(*view.snapshot, (*webhook)->created, view.sequence,
                       desk_.state().time_us() + later_us);
    EXPECT_TRUE(actor.ok()) << actor.status();
    if (!actor->has_value()) return std::nullopt;
    return (*actor)->api_key;
  }

  Desk desk_{EuroTerms(), kInterval};
};

TEST_F(WebhookBooksTest, TheVerifierComesToTheSameDigests) {
  desk_.MustRun(Hook("all", kUrl));
  desk_.MustRun(SetHook("all", WebhookState::kPaused));
  for (int i = 0; i < 2 * static_cast<int>(kInterval); ++i) {
    desk_.MustRun(Pay("baker", "mason", 1));
  }
  desk_.MustRun(SetHook("all", WebhookState::kDeleted));
  desk_.MustRun(SetPolicy(Policy::kArchived, 1));
  desk_.MustRun(SetPolicy(Policy::kArchived, 0));
  for (int i = 0; i < static_cast<int>(kInterval); ++i) {
    desk_.MustRun(Pay("baker", "mason", 1));
  }
  Verify(desk_.view().snapshot);
}

TEST_F(WebhookBooksTest, ACheckpointKeepsThemAndWhatIsGone) {
  desk_.MustRun(Hook("all", kUrl));
  desk_.MustRun(SetHook("all", WebhookState::kPaused));
  desk_.MustRun(Hook("gone", kUrl));
  desk_.MustRun(SetHook("gone", WebhookState::kDeleted));
  ASSERT_TRUE(desk_.state().touched().webhooks.contains("gone"));
  desk_.MoveRows();
  ASSERT_TRUE(SaveCheckpoint(desk_.mutable_store(), kUid, desk_.state(),
                             desk_.view().digest)
                  .ok());
  const auto snapshot = desk_.store().GetSnapshot();
  const auto genesis = BeginReplay(*snapshot, kInterval);
  ASSERT_TRUE(genesis.ok());
  const auto loaded =
      LoadCheckpoint(*snapshot, desk_.state().sequence(),
                     desk_.state().sequence(), *genesis, kInterval);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const State& state = *loaded->state;
  ASSERT_EQ(state.webhooks().size(), 2u);
  EXPECT_EQ(state.FindWebhook("all")->state, WebhookState::kPaused);
  EXPECT_EQ(state.FindWebhook("erp")->created,
            desk_.state().FindWebhook("erp")->created);
  EXPECT_EQ(state.touched().webhooks, desk_.state().touched().webhooks);
  EXPECT_EQ(state.DigestNow(), desk_.state().DigestNow());
  Verify(snapshot);
}

TEST_F(WebhookBooksTest, ItGoesOnWithTheKeyInThePlaceOfItsOwn) {
  EXPECT_EQ(KeyOf("erp"), "k1");
  desk_.MustRun(Rotate("k1", "k2"));
  EXPECT_EQ(KeyOf("erp"), "k2");
  desk_.MustRun(Rotate("k2", "k3"));
  EXPECT_EQ(KeyOf("erp"), "k3");
  // Who takes back a key takes back what was made with it.
  desk_.MustRun(Revoke("k1"));
  EXPECT_EQ(KeyOf("erp"), std::nullopt);
}

TEST_F(WebhookBooksTest, ItStopsWithTheLastKey) {
  desk_.MustRun(Rotate("k1", "k2"));
  desk_.MustRun(Revoke("k2"));
  EXPECT_EQ(KeyOf("erp"), std::nullopt);
}

TEST_F(WebhookBooksTest, OneOfWhoRunsTheServerHasNoKeyToLose) {
  desk_.MustRun(Hook("all", kUrl));
  EXPECT_EQ(KeyOf("all"), "");
}

}  // namespace
}  // namespace skontro::engine

// What the journal, the state digests and the checkpoints say of keys, as the
// engine makes them and as the verifier, which shares no code with it, reads
// them.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/verifier/verifier.h"
#include "engine/api_key_reader.h"
#include "engine/checkpoint.h"
#include "engine/replay.h"
#include "ledger/big_endian.h"
#include "server/snapshot_source.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

constexpr uint64_t kInterval = 8;

Command Make(std::string id, std::string identity, Role role,
             std::vector<std::string> members) {
  CreateApiKey body;
  body.id = std::move(id);
  body.identity = std::move(identity);
  body.role = role;
  body.members = std::move(members);
  body.digest = std::string(32, 'd');
  Command command;
  command.actor = LocalOperator();
  command.method = "KeyService.CreateApiKey";
  command.body = std::move(body);
  return command;
}

Command Rotate(std::string id, std::string new_id) {
  RotateApiKey body;
  body.id = std::move(id);
  body.new_id = std::move(new_id);
  body.overlap_us = 60'000'000;
  body.digest = std::string(32, 'e');
  Command command;
  command.actor = LocalOperator();
  command.method = "KeyService.RotateApiKey";
  command.body = std::move(body);
  return command;
}

Command Revoke(std::string id) {
  Command command;
  command.actor = LocalOperator();
  command.method = "KeyService.RevokeApiKey";
  command.body = RevokeApiKey{std::move(id)};
  return command;
}

// As somebody who has the key.
Command With(const State& state, const std::string& key, Command command) {
  const ApiKeyCreated& created = state.FindApiKey(key)->created;
  command.actor.identity = ActorIdentity(created.role, created.identity);
  command.actor.role = created.role;
  command.actor.api_key = key;
  command.actor.scope = std::make_shared<const ActorScope>(ActorScope{
      created.members, created.spending_ceiling, created.credit_mandate});
  return command;
}

class KeyBooksTest : public testing::Test {
 protected:
  KeyBooksTest() {
    desk_.MustRun(Admit("baker"));
    desk_.MustRun(Admit("mason"));
    desk_.MustRun(Make("k1", "erp", Role::kMemberUser, {"baker"}));
    desk_.MustRun(Make("k2", "anna", Role::kBroker, {"mason", "baker"}));
    desk_.MustRun(Rotate("k1", "k1b"));
    desk_.MustRun(Make("k3", "eyes", Role::kAuditor, {}));
    desk_.MustRun(Revoke("k3"));
  }

  uint64_t last() const {
    return static_cast<uint64_t>(desk_.state().sequence());
  }

  verifier::Report Verify() { return Verify(desk_.view().snapshot); }

  static verifier::Report Verify(
      std::shared_ptr<const ledger::Snapshot> snapshot) {
    server::SnapshotSource source(std::move(snapshot));
    verifier::VerifyOptions options;
    options.digest_interval = kInterval;
    const auto report = verifier::Verify(&source, options, {});
    EXPECT_TRUE(report.ok()) << report.status();
    for (const verifier::Finding& finding : report->findings) {
      ADD_FAILURE() << finding.sequence << ": " << finding.message;
    }
    return *report;
  }

  static void ExpectSameKeys(const State& a, const State& b) {
    ASSERT_EQ(a.api_keys().size(), b.api_keys().size());
    for (const auto& [id, key] : a.api_keys()) {
      const ApiKey* other = b.FindApiKey(id);
      ASSERT_NE(other, nullptr) << id;
      EXPECT_EQ(key.created, other->created);
      EXPECT_EQ(key.expire_time_us, other->expire_time_us);
      EXPECT_EQ(key.revoked, other->revoked);
    }
    EXPECT_EQ(a.touched().api_keys, b.touched().api_keys);
    EXPECT_EQ(a.DigestNow(), b.DigestNow());
  }

  Desk desk_{EuroTerms(), kInterval};
};

TEST_F(KeyBooksTest, AReplayGivesTheSameKeysAndDigests) {
  // The digest at 8 covers the first keys; the others are open for the next.
  ASSERT_GT(last(), 8u);
  ExpectSameKeys(*ReadBack(desk_.store(), kInterval), desk_.state());
  EXPECT_EQ(Verify().verdict(), verifier::Verdict::kOk);
}

TEST_F(KeyBooksTest, TheVerifierComesToTheSameDigestsAfterChanges) {
  for (int i = 0; i < 3 * static_cast<int>(kInterval); ++i) {
    const std::string id = "x" + std::to_string(i);
    desk_.MustRun(Make(id, "many", Role::kAccountant, {"baker"}));
    if (i % 3 == 0) desk_.MustRun(Revoke(id));
    if (i % 3 == 1) desk_.MustRun(Rotate(id, id + "b"));
  }
  ExpectSameKeys(*ReadBack(desk_.store(), kInterval), desk_.state());
  EXPECT_EQ(Verify().verdict(), verifier::Verdict::kOk);
}

TEST_F(KeyBooksTest, ACheckpointKeepsTheKeysAndTheVerifierAgrees) {
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
  ExpectSameKeys(*loaded->state, desk_.state());
  const verifier::Report report = Verify(desk_.store().GetSnapshot());
  EXPECT_EQ(report.verdict(), verifier::Verdict::kOk);
  bool compared = false;
  for (const auto& family : report.compared) {
    compared = compared || (family.family == "checkpoint" && family.rows == 1);
  }
  EXPECT_TRUE(compared);
}

TEST_F(KeyBooksTest, AKeyIsFoundAsItWasAtEverySequence) {
  const auto find = [&](const std::string& id, uint64_t as_of) {
    const auto found = FindApiKey(*desk_.view().snapshot, id, Sequence{as_of});
    EXPECT_TRUE(found.ok()) << found.status();
    return *found;
  };
  EXPECT_FALSE(find("k1", 3).has_value());
  EXPECT_EQ(find("k1", 4)->expire_time_us, 0);
  EXPECT_EQ(find("k1", last())->replaced_by, "k1b");
  EXPECT_GT(find("k1", last())->expire_time_us, 0);
  EXPECT_FALSE(find("k3", 7)->revoked);
  EXPECT_TRUE(find("k3", last())->revoked);
  EXPECT_FALSE(find("k", last()).has_value());
}

// It was let in by the server, and the key was revoked while it waited.
TEST_F(KeyBooksTest, ACommandThatWaitsDoesNotOutliveItsKey) {
  Command waiting = With(desk_.state(), "k2", Pay("baker", "mason", 10));
  waiting.request_id = "w-1";
  desk_.MustRun(Revoke("k2"));
  const uint64_t before = last();
  const Answer answer = desk_.Run(waiting);
  EXPECT_EQ(ReasonsOf(answer.refusals),
            std::vector<std::string>{"CREDENTIAL_INVALID"});
  // Nothing is kept: with another key the same request may be made.
  EXPECT_EQ(last(), before);
  EXPECT_EQ(desk_.BalanceOf("baker"), 0);
}

TEST_F(KeyBooksTest, ARotatedKeyDecidesUntilItsTimeIsOver) {
  Command pay = With(desk_.state(), "k1", Pay("baker", "mason", 10));
  EXPECT_TRUE(desk_.Run(pay).refusals.empty());
  desk_.SetTime(desk_.state().FindApiKey("k1")->expire_time_us);
  EXPECT_EQ(ReasonsOf(desk_.Run(pay).refusals),
            std::vector<std::string>{"CREDENTIAL_INVALID"});
}

// The bytes of docs/journal_format.md.
TEST(KeyDigestTest, ItSaysWhatTheFormatSays) {
  Desk desk(EuroTerms(), 4);
  desk.MustRun(Admit("baker"));
  CreateApiKey body;
  body.id = "k1";
  body.identity = "erp";
  body.role = Role::kMemberUser;
  body.members = {"baker"};
  body.spending_ceiling = Minor(70);
  body.digest = std::string(32, 'd');
  Command make;
  make.actor = LocalOperator();
  make.method = "KeyService.CreateApiKey";
  make.body = body;
  desk.MustRun(make);
  const auto numbers = [](std::initializer_list<int64_t> list) {
    std::string bytes;
    for (const int64_t number : list) {
      ledger::AppendBigEndian(&bytes, static_cast<uint64_t>(number));
    }
    return bytes;
  };
  const Account& account = desk.AccountOf("baker");
  const std::string bytes =
      std::string(32, '\0') + numbers({1, 1, 0, 0}) + "\x01" + numbers({1, 1}) +
      "\x05" + "baker" + "\x02" +
      numbers({1, 1, 0, account.credit_line.minor_units(),
               account.balance_limit.minor_units()}) +
      "\x06" + "\x02" + "k1" + "\x03" + "erp" + numbers({1, 1, 1, 70, 0, 0}) +
      numbers({0, 1}) + "\x20" + std::string(32, 'd');
  const auto digest = DigestOf(*ReadBack(desk.store(), 4)).digest;
  // The record at 4 is the digest; what is touched begins anew behind it.
  const auto report = [&] {
    server::SnapshotSource source(desk.view().snapshot);
    verifier::VerifyOptions options;
    options.digest_interval = 4;
    return *verifier::Verify(&source, options, {});
  }();
  EXPECT_EQ(report.verdict(), verifier::Verdict::kOk);
  EXPECT_EQ(desk.state().touched().digest, ledger::HashOf(bytes));
  EXPECT_NE(digest, ledger::HashOf(bytes));
}

}  // namespace
}  // namespace skontro::engine

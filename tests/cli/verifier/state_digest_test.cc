// State digests in a journal: where they stand and what they say. The digest of
// the scene is put together here, from docs/journal_format.md.

#include <gtest/gtest.h>

#include <string>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

// The standard scene, an offer that is open, and then the digest is due.
constexpr uint64_t kOpen = 15;
constexpr uint64_t kDigest = 16;
const VerifyOptions kEverySixteen = {.digest_interval = 16};

std::string Numbers(std::initializer_list<int64_t> numbers) {
  std::string bytes;
  for (const int64_t number : numbers) {
    bytes += Big(static_cast<uint64_t>(number), 8);
  }
  return bytes;
}

std::string Id(const std::string& id) {
  return std::string(1, static_cast<char>(id.size())) + id;
}

// Two members, two accounts, one open trade, and nothing in sum.
std::string DigestOfScene() {
  return Sha256Of(std::string(32, '\0') + Numbers({2, 2, 1, 0}) +
                  // Members.
                  "\x01" + Numbers({1, 1}) + Id("alice") + "\x01" +
                  Numbers({2, 2}) + Id("bob") +
                  // Accounts.
                  "\x02" + Numbers({1, 1, -151, 500, 900}) + "\x02" +
                  Numbers({2, 2, 151, 400, 1'000}) +
                  // Trades that were proposed and answered, and the open one.
                  "\x04" + Numbers({kProposed}) + "\x04" + Numbers({kOffered}) +
                  "\x03" + Numbers({kOpen, 1, 2, 60}) + Id("t15") +
                  Numbers({2026}) + Id("A7") +
                  // Tax ids.
                  "\x05" + Id(std::string("732829320\0FR:siren", 18)) + "\x05" +
                  Id(std::string("FR44732829320\0vat", 17)));
}

Message DigestEvent() {
  return Message().Int(1, 2).Int(2, 2).Int(3, 1).Text(5, DigestOfScene());
}

void AppendDigest(Scene& scene, const Message& event) {
  Draft& draft = scene.Append(kStateDigested, event);
  draft.kind = 4;
  draft.record.Clear(1).Clear(2).Clear(3);
}

Scene SceneWithDigest(const Message& event) {
  Scene scene;
  scene.Append(
      kTradeCreated,
      MakeTrade(1, 2, 1, 60)
          .Sub(11, Message().Text(1, "a 7").Zigzag(2, 20'590).Int(6, 90)));
  AppendDigest(scene, event);
  return scene;
}

TEST(StateDigestTest, ThatOfTheBooksIsAccepted) {
  Scene scene = SceneWithDigest(DigestEvent());
  ExpectFindings(scene.Write(), {}, kEverySixteen);
}

TEST(StateDigestTest, WhatChangedSinceIsInTheNext) {
  Scene scene = SceneWithDigest(DigestEvent());
  scene.Append(kTradeDeclined,
               Message().Int(1, kOpen).Sub(2, MakeFreedInvoice(1, 2026, "A7")));
  while (scene.last() < 31) {
    Draft& refused = scene.Append(kRequestRefused, Message().Int(1, 6));
    refused.kind = 3;
  }
  const std::string next = Sha256Of(DigestOfScene() + Numbers({2, 2, 0, 0}) +
                                    "\x04" + Numbers({kOpen}));
  AppendDigest(scene, Message().Int(1, 2).Int(2, 2).Text(5, next));
  ExpectFindings(scene.Write(), {}, kEverySixteen);
}

TEST(StateDigestTest, EveryFieldIsCompared) {
  const std::pair<int, const char*> fields[] = {
      {1, "says 7 members; there are 2"},
      {2, "says 7 accounts; there are 2"},
      {3, "says 7 open trades; there are 1"}};
  for (const auto& [number, finding] : fields) {
    Scene scene = SceneWithDigest(DigestEvent().Int(number, 7));
    ExpectFindings(scene.Write(), {{kDigest, finding}}, kEverySixteen);
  }
  Scene sum = SceneWithDigest(DigestEvent().Zigzag(4, -1));
  ExpectFindings(sum.Write(), {{kDigest, "the sum of all balances; there are"}},
                 kEverySixteen);
  Scene digest = SceneWithDigest(DigestEvent().Text(5, std::string(32, 'x')));
  ExpectFindings(digest.Write(), {{kDigest, "members, accounts and open"}},
                 kEverySixteen);
}

TEST(StateDigestTest, OneThatIsMissingIsFoundOnce) {
  Scene scene;
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 60));
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 60));
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 60));
  ExpectFindings(scene.Write(), {{kDigest, "belongs here is missing"}},
                 kEverySixteen);
}

// Who accepts a loss has no state to digest.
TEST(StateDigestTest, AnAcceptedLossPutsItOff) {
  for (const bool follows : {true, false}) {
    Scene scene;
    scene.Append(
        kTradeCreated,
        MakeTrade(1, 2, 1, 60)
            .Sub(11, Message().Text(1, "a 7").Zigzag(2, 20'590).Int(6, 90)));
    AppendRecovery(scene);
    if (follows) {
      AppendDigest(scene, DigestEvent());
      ExpectFindings(scene.Write(), {}, kEverySixteen);
    } else {
      Draft& refused = scene.Append(kRequestRefused, Message().Int(1, 6));
      refused.kind = 3;
      ExpectFindings(scene.Write(), {{17, "belongs here is missing"}},
                     kEverySixteen);
    }
  }
}

TEST(StateDigestTest, OneBeforeItsPlaceIsFound) {
  Scene scene = SceneWithDigest(DigestEvent());
  ExpectFindings(scene.Write(), {{kDigest, "where none belongs"}},
                 {.digest_interval = 17});
}

// The group of the scene is open at 14.
TEST(StateDigestTest, AGroupIsNotInterrupted) {
  Scene scene = SceneWithDigest(DigestEvent());
  ExpectFindings(scene.Write(), {{kOpen, "is missing"}, {kDigest, "none"}},
                 {.digest_interval = 14});
}

TEST(StateDigestTest, NobodyAsksForOne) {
  Scene scene = SceneWithDigest(DigestEvent());
  scene.at(kDigest).record.Text(1, kActor);
  ExpectFindings(scene.Write(), {{kDigest, "somebody asked"}}, kEverySixteen);
}

TEST(StateDigestTest, OneOfAnotherKindIsFound) {
  Scene scene = SceneWithDigest(DigestEvent());
  scene.at(kDigest).kind = 2;
  ExpectFindings(scene.Write(), {{kDigest, "kind 2 cannot hold event 11"}},
                 kEverySixteen);
}

}  // namespace
}  // namespace skontro::verifier

// One defect at a time in the policies of a network.

#include <gtest/gtest.h>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

Message Policies(int64_t version, int policy, int64_t value) {
  return Message()
      .Int(1, version)
      .Add(2, Message().Int(1, policy).Int(2, value));
}

// Bob pays Alice `units` at once.
void Pay(Scene& scene, int64_t units) {
  const uint64_t number = scene.last() + 1;
  scene.Append(kTradeCreated, MakeTrade(1, 2, 2, units))
      .record.Add(6, MakeEntry(1, number, 2, 1, units));
}

TEST(PolicyDefectsTest, PoliciesThatCouldBeSetAreAccepted) {
  Scene scene;
  scene.Append(kPoliciesSet, Policies(1, 1, 50));
  Pay(scene, 50);
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 60));
  scene.Append(kPoliciesSet, Message().Int(1, 2));
  Pay(scene, 51);
  ExpectFindings(scene.Write(), {});
}

TEST(PolicyDefectsTest, OneMinorUnitPastTheCapIsFound) {
  Scene scene;
  scene.Append(kPoliciesSet, Policies(1, 1, 50));
  Pay(scene, 51);
  ExpectFindings(scene.Write(),
                 {{16, "paid 51 units at once; the policy is at most 50"}});
}

// 60 units are worth 90 in the network of the scene.
Message Sale(int64_t cash) { return MakeTrade(1, 2, 1, 60).Int(10, cash); }

TEST(PolicyDefectsTest, UnitsThatPayTooLittleAreFound) {
  Scene scene;
  scene.Append(kPoliciesSet, Policies(1, 2, 5'000));
  scene.Append(kTradeCreated, Sale(90));
  scene.Append(kTradeCreated, Sale(91));
  ExpectFindings(scene.Write(), {{17,
                                  "pay for 181; the policy is at least "
                                  "5000 parts of 10,000 in units"}});
}

TEST(PolicyDefectsTest, UnitsThatPayTaxAreFound) {
  const auto taxed = [](const char* number, int64_t tax) {
    return Sale(12).Sub(
        11, Message().Text(1, number).Zigzag(2, 20'590).Int(6, 102).Add(
                8, Message()
                       .Text(1, "S")
                       .Int(2, 200'000)
                       .Zigzag(3, 102 - tax)
                       .Zigzag(4, tax)));
  };
  Scene scene;
  scene.Append(kPoliciesSet, Policies(1, 3, 1));
  scene.Append(kTradeCreated, taxed("a", 12));
  scene.Append(kTradeCreated, taxed("b", 13));
  ExpectFindings(scene.Write(), {{17, "pay for 102 with a tax of 13"}});
}

TEST(PolicyDefectsTest, WhatCannotBeSetIsFound) {
  const std::tuple<Message, const char*> cases[] = {
      {Policies(2, 1, 50), "have version 2; 1 would be next"},
      {Policies(1, 1, 0).Clear(2).Add(2, Message().Int(1, 1)),
       "policy 1 is 0, which it cannot be"},
      {Policies(1, 1, -1), "policy 1 is -1"},
      {Policies(1, 1, 1'000'000'000'000'001), "policy 1 is 1000000000000001"},
      {Policies(1, 2, 10'001), "policy 2 is 10001"},
      {Policies(1, 3, 2), "policy 3 is 2"},
      {Policies(1, 4, 2), "policy 4 is 2"},
      {Policies(1, 200, 1), "policy 200 is unknown"},
      {Policies(1, 1, 5).Add(2, Message().Int(1, 1).Int(2, 6)),
       "policy 1 is unknown, or not in order"},
  };
  for (const auto& [event, finding] : cases) {
    Scene scene;
    scene.Append(kPoliciesSet, event);
    ExpectFindings(scene.Write(), {{15, finding}});
  }
}

TEST(PolicyDefectsTest, SettingPoliciesMovesNothing) {
  Scene scene;
  scene.Append(kPoliciesSet, Policies(1, 1, 50))
      .record.Add(6, MakeEntry(1, 5, 2, 1, 1));
  ExpectFindings(scene.Write(), {{15, "setting policies moves no units"}});
}

TEST(PolicyDefectsTest, BusinessInAnArchivedNetworkIsFound) {
  Scene scene;
  const auto archived = [](int version, int value) {
    Message set = Message().Int(1, version);
    if (value != 0) set.Add(2, Message().Int(1, 4).Int(2, value));
    return set;
  };
  scene.Append(kPoliciesSet, archived(1, 1));
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 60));
  scene.Append(kPoliciesSet, archived(2, 0));
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 60));
  ExpectFindings(scene.Write(),
                 {{16, "the network is archived, and something happens"}});
}

}  // namespace
}  // namespace skontro::verifier

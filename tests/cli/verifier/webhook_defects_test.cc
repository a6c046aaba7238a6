// One defect at a time in the webhooks of a network.

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

Message Hook() {
  return Message()
      .Text(1, "erp")
      .Text(2, "https://a.example/b")
      .Add(3, Message().Int(1, 4))
      .Add(3, Message().Int(1, 5))
      .Int(4, 1)
      .Text(5, kActor)
      .Text(7, std::string(16, 's'))
      .Text(8, std::string(32, 'd'));
}

Message SetTo(int state) { return Message().Text(1, "erp").Int(2, state); }

TEST(WebhookDefectsTest, WebhooksThatCouldBeAreAccepted) {
  Scene scene;
  scene.Append(kWebhookCreated, Hook());
  scene.Append(kWebhookStateSet, SetTo(2));
  scene.Append(kWebhookStateSet, SetTo(1));
  scene.Append(kWebhookStateSet, SetTo(3));
  scene.Append(kWebhookCreated, Hook());
  ExpectFindings(scene.Write(), {});
}

TEST(WebhookDefectsTest, WhatNoWebhookCanBeIsFound) {
  const std::tuple<Message, const char*> cases[] = {
      {Hook().Clear(1), "has no id or URL"},
      {Hook().Clear(2), "has no id or URL"},
      {Hook().Add(3, Message().Int(1, 5)), "types that are not ascending"},
      {Hook().Int(4, 99), "of a member that was never admitted"},
      {Hook().Text(5, "another"), "who did not ask for it"},
      {Hook().Text(6, "k9"), "a key that was never given out"},
      {Hook().Text(7, "short"), "has no salt of 16 bytes"},
      {Hook().Text(8, "short"), "has no digest of 32 bytes"},
  };
  for (const auto& [event, finding] : cases) {
    Scene scene;
    scene.Append(kWebhookCreated, event);
    ExpectFindings(scene.Write(), {{15, finding}});
  }
}

TEST(WebhookDefectsTest, AStateThatCannotComeNextIsFound) {
  for (const int state : {0, 1, 4}) {
    Scene scene;
    scene.Append(kWebhookCreated, Hook());
    scene.Append(kWebhookStateSet, SetTo(state));
    ExpectFindings(scene.Write(), {{16, "cannot come to state"}});
  }
  Scene scene;
  scene.Append(kWebhookStateSet, SetTo(2));
  ExpectFindings(scene.Write(), {{15, "cannot come to state 2"}});
}

}  // namespace
}  // namespace skontro::verifier

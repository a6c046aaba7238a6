// Webhooks from the call that makes them to a receiver that takes the events,
// or does not.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/auth/webhook_secret.h"
#include "tests/server/scene.h"
#include "tests/server/webhook/receiver.h"

namespace skontro::server {
namespace {

using Manner = Receiver::Manner;

class WebhookCallsTest : public testing::Test {
 protected:
  WebhookCallsTest() {
    WebhookOptions& options = scene_.server_options().webhooks;
    options.plain_http = true;
    options.networks = {"127.0.0.0/8"};
    options.backoff_first = absl::Milliseconds(10);
    options.backoff_max = absl::Milliseconds(40);
    options.attempts_max = 3;
    options.attempt_timeout = absl::Milliseconds(400);
    options.save_interval = absl::Milliseconds(5);
    scene_.Restart();
    scene_.MakeNetwork();
  }

  v1::CreateWebhookRequest Hook(const std::string& id, const std::string& url) {
    v1::CreateWebhookRequest request;
    request.set_parent("networks/res");
    request.set_webhook_id(id);
    request.mutable_webhook()->set_url(url);
    request.set_request_id("hook-" + id);
    return request;
  }

  // Makes a webhook and returns its secret.
  std::string MakeHook(const std::string& id) {
    const auto made = scene_.Call(Hook(id, receiver_.url()));
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    return made.response.secret();
  }

  // A sale by imprimerie; returns its sequence.
  int64_t Sell() {
    const auto sold = scene_.Call(Sale(absl::StrCat("sale-", ++sales_), 1'00));
    EXPECT_TRUE(sold.status.ok()) << sold.status.error_message();
    return sold.response.outcome().sequence();
  }

  v1::Webhook Get(const std::string& id) {
    v1::GetWebhookRequest request;
    request.set_name("networks/res/webhooks/" + id);
    const auto got = scene_.Call(request);
    EXPECT_TRUE(got.status.ok()) << got.status.error_message();
    return got.response.webhook();
  }

  v1::ListDeadLettersResponse Dead(const std::string& id) {
    v1::ListDeadLettersRequest request;
    request.set_parent("networks/res/webhooks/" + id);
    const auto got = scene_.Call(request);
    EXPECT_TRUE(got.status.ok()) << got.status.error_message();
    return got.response;
  }

  bool DeadLettersBecome(const std::string& id, int count) {
    return Eventually([&] { return Dead(id).dead_letters_size() == count; });
  }

  template <typename Request>
  grpc::Status Change(const std::string& id, const std::string& request_id) {
    Request request;
    request.set_name("networks/res/webhooks/" + id);
    request.set_request_id(request_id);
    return scene_.Call(request).status;
  }

  // A key of this id and role, for `member` where there is one.
  std::string MakeKey(const std::string& id, v1::ApiKey::Role role,
                      const std::string& member = "") {
    v1::CreateApiKeyRequest request;
    request.set_parent("networks/res");
    request.set_api_key_id(id);
    request.set_request_id("key-" + id);
    request.mutable_api_key()->set_identity(id);
    request.mutable_api_key()->set_role(role);
    if (!member.empty()) {
      request.mutable_api_key()->add_members("networks/res/members/" + member);
    }
    const auto made = scene_.Call(request);
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    return made.response.secret();
  }

  static std::string EventId(const std::string& hook, int64_t sequence) {
    return absl::StrCat("networks/res/webhooks/", hook, "/events/", sequence);
  }

  Receiver receiver_;
  Scene scene_;
  int sales_ = 0;
};

TEST_F(WebhookCallsTest, EveryEventIsToldOnceInOrderAndSigned) {
  const std::string secret = MakeHook("erp");
  ASSERT_TRUE(secret.starts_with("whsec_")) << secret;
  std::string key;
  ASSERT_TRUE(absl::Base64Unescape(secret.substr(6), &key));
  ASSERT_EQ(key.size(), 32u);
  std::vector<int64_t> sequences;
  for (int i = 0; i < 5; ++i) sequences.push_back(Sell());
  ASSERT_TRUE(receiver_.WaitFor(5));
  const auto messages = receiver_.messages();
  ASSERT_EQ(messages.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    const auto& headers = messages[i].headers;
    EXPECT_EQ(messages[i].target, "/hook?a=1");
    EXPECT_EQ(headers.at("content-type"), "application/json");
    EXPECT_EQ(headers.at("webhook-id"), EventId("erp", sequences[i]));
    int64_t seconds = 0;
    ASSERT_TRUE(absl::SimpleAtoi(headers.at("webhook-timestamp"), &seconds));
    EXPECT_EQ(seconds, scene_.clock().NowUs() / 1'000'000);
    EXPECT_EQ(headers.at("webhook-signature"),
              WebhookSignature(key, headers.at("webhook-id"), seconds,
                               messages[i].body));
    EXPECT_NE(messages[i].body.find("\"TRADE_SETTLED\""), std::string::npos);
    EXPECT_NE(messages[i].body.find(
                  absl::StrCat("\"sequence\":\"", sequences[i], "\"")),
              std::string::npos)
        << messages[i].body;
  }
  EXPECT_TRUE(Eventually(
      [&] { return Get("erp").delivery().sequence() >= sequences.back(); }));
}

TEST_F(WebhookCallsTest, TheSecretIsShownInTheFirstAnswerOnly) {
  const auto first = scene_.Call(Hook("erp", receiver_.url()));
  const auto again = scene_.Call(Hook("erp", receiver_.url()));
  ASSERT_TRUE(again.status.ok());
  EXPECT_FALSE(first.response.secret().empty());
  EXPECT_TRUE(again.response.secret().empty());
  EXPECT_EQ(first.response.outcome().digest(),
            again.response.outcome().digest());
}

TEST_F(WebhookCallsTest, WhatFailsIsTriedAgainAndThenADeadLetter) {
  receiver_.set_manner(Manner::kFails);
  MakeHook("erp");
  const int64_t first = Sell();
  const int64_t second = Sell();
  ASSERT_TRUE(DeadLettersBecome("erp", 2));
  const v1::ListDeadLettersResponse dead = Dead("erp");
  EXPECT_EQ(dead.dead_letters(0).sequence(), first);
  EXPECT_EQ(dead.dead_letters(1).sequence(), second);
  EXPECT_EQ(dead.dead_letters(0).attempts(), 3);
  EXPECT_EQ(dead.dead_letters(0).http_status(), 500);
  EXPECT_EQ(dead.dead_letters(0).error(), "answered 500");
  EXPECT_EQ(receiver_.count(), 6u);
  // Each attempt is of the same event, so that the receiver can tell.
  EXPECT_EQ(receiver_.messages()[2].headers.at("webhook-id"),
            EventId("erp", first));

  receiver_.set_manner(Manner::kTakes);
  v1::ResendDeadLetterRequest resend;
  resend.set_name("networks/res/webhooks/erp");
  resend.set_sequence(second);
  ASSERT_TRUE(scene_.Call(resend).status.ok());
  ASSERT_TRUE(DeadLettersBecome("erp", 1));
  EXPECT_EQ(receiver_.messages().back().headers.at("webhook-id"),
            EventId("erp", second));
  v1::SkipDeadLetterRequest skip;
  skip.set_name("networks/res/webhooks/erp");
  skip.set_sequence(first);
  ASSERT_TRUE(scene_.Call(skip).status.ok());
  EXPECT_EQ(Dead("erp").dead_letters_size(), 0);
  EXPECT_EQ(scene_.Call(skip).error().reason, "RESOURCE_NOT_FOUND");
}

TEST_F(WebhookCallsTest, DeadLettersAreKeptOverARestart) {
  receiver_.set_manner(Manner::kFails);
  MakeHook("erp");
  Sell();
  ASSERT_TRUE(DeadLettersBecome("erp", 1));
  scene_.Restart();
  EXPECT_TRUE(DeadLettersBecome("erp", 1));
  EXPECT_EQ(receiver_.count(), 3u);
}

TEST_F(WebhookCallsTest, NoBadReceiverIsWaitedForLongerThanAnAttemptMayTake) {
  const std::vector<std::pair<Manner, std::string>> kManners = {
      {Manner::kHangs, "no answer in time"},
      {Manner::kDrips, "no answer in time"},
      {Manner::kCloses, "no answer: end of stream"},
      {Manner::kRedirects, "answered 302: redirects are not followed"}};
  MakeHook("erp");
  int count = 0;
  for (const auto& [manner, error] : kManners) {
    receiver_.set_manner(manner);
    const size_t before = receiver_.count();
    Sell();
    ASSERT_TRUE(DeadLettersBecome("erp", ++count)) << error;
    EXPECT_EQ(Dead("erp").dead_letters(count - 1).error(), error);
    EXPECT_EQ(receiver_.count(), before + 3) << error;
  }
}

TEST_F(WebhookCallsTest, AnAnswerThatDoesNotEndIsAnAnswer) {
  receiver_.set_manner(Manner::kTalks);
  MakeHook("erp");
  const int64_t sequence = Sell();
  EXPECT_TRUE(
      Eventually([&] { return Get("erp").delivery().sequence() >= sequence; }));
  EXPECT_EQ(receiver_.count(), 1u);
  EXPECT_EQ(Dead("erp").dead_letters_size(), 0);
}

TEST_F(WebhookCallsTest, NothingIsLostOverARestartInTheMiddle) {
  scene_.server_options().webhooks.attempts_max = 1'000;
  scene_.Restart();
  MakeHook("erp");
  std::vector<int64_t> sequences;
  for (int i = 0; i < 3; ++i) sequences.push_back(Sell());
  ASSERT_TRUE(receiver_.WaitFor(3));
  receiver_.set_manner(Manner::kHangs);
  for (int i = 0; i < 3; ++i) sequences.push_back(Sell());
  ASSERT_TRUE(receiver_.WaitFor(4));
  scene_.Restart();
  for (int i = 0; i < 3; ++i) sequences.push_back(Sell());
  receiver_.set_manner(Manner::kTakes);
  ASSERT_TRUE(Eventually(
      [&] { return Get("erp").delivery().sequence() >= sequences.back(); }));
  // At least once, and never one before another.
  std::vector<std::string> ids;
  for (const Receiver::Message& message : receiver_.messages()) {
    const std::string& id = message.headers.at("webhook-id");
    if (ids.empty() || ids.back() != id) ids.push_back(id);
  }
  std::vector<std::string> expected;
  for (const int64_t sequence : sequences) {
    expected.push_back(EventId("erp", sequence));
  }
  EXPECT_EQ(ids, expected);
}

TEST_F(WebhookCallsTest, ARevokedKeyTellsNothingMore) {
  scene_.DistrustAnybody();
  scene_.set_key(scene_.server_key());
  const std::string key =
      MakeKey("erp", v1::ApiKey::MEMBER_USER, "boulangerie");
  scene_.set_key(key);
  MakeHook("erp");
  scene_.set_key(scene_.server_key());
  Sell();
  ASSERT_TRUE(receiver_.WaitFor(1));
  EXPECT_EQ(Get("erp").state(), v1::Webhook::ACTIVE);
  EXPECT_EQ(Get("erp").owner(), "member_user/erp");
  v1::RevokeApiKeyRequest revoke;
  revoke.set_name("networks/res/apiKeys/erp");
  revoke.set_request_id("revoke");
  ASSERT_TRUE(scene_.Call(revoke).status.ok());
  Sell();
  EXPECT_EQ(Get("erp").state(), v1::Webhook::STOPPED);
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(receiver_.count(), 1u);
  scene_.Restart();
  Sell();
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(receiver_.count(), 1u);
}

TEST_F(WebhookCallsTest, AWebhookSeesWhatItsKeySeesAndNoMore) {
  scene_.DistrustAnybody();
  scene_.set_key(scene_.server_key());
  const std::string garage =
      MakeKey("garage", v1::ApiKey::MEMBER_USER, "garage");
  const std::string baker =
      MakeKey("baker", v1::ApiKey::MEMBER_USER, "boulangerie");
  scene_.set_key(garage);
  MakeHook("garage");
  scene_.set_key(baker);
  MakeHook("baker");
  scene_.set_key(scene_.server_key());
  const int64_t sequence = Sell();
  ASSERT_TRUE(receiver_.WaitFor(1));
  EXPECT_TRUE(Eventually(
      [&] { return Get("garage").delivery().sequence() >= sequence; }));
  const auto messages = receiver_.messages();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].headers.at("webhook-id"), EventId("baker", sequence));
  // Its own balance, not that of the other party.
  EXPECT_NE(messages[0].body.find("members/boulangerie/accounts/main"),
            std::string::npos);
  EXPECT_EQ(messages[0].body.find("members/imprimerie/accounts/main"),
            std::string::npos);

  // What is another's is not there.
  scene_.set_key(garage);
  v1::GetWebhookRequest get;
  get.set_name("networks/res/webhooks/baker");
  EXPECT_EQ(scene_.Call(get).error().reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ErrorIn(Change<v1::DeleteWebhookRequest>("baker", "d")).reason,
            "RESOURCE_NOT_FOUND");
  v1::ListWebhooksRequest list;
  list.set_parent("networks/res");
  const auto listed = scene_.Call(list);
  ASSERT_EQ(listed.response.webhooks_size(), 1);
  EXPECT_EQ(listed.response.webhooks(0).name(), "networks/res/webhooks/garage");
  v1::CreateWebhookRequest of_other = Hook("other", receiver_.url());
  of_other.mutable_webhook()->set_member("networks/res/members/imprimerie");
  EXPECT_EQ(scene_.Call(of_other).error().reason, "RESOURCE_NOT_FOUND");
}

TEST_F(WebhookCallsTest, WhatHappensWhileItPausesIsToldThen) {
  MakeHook("erp");
  ASSERT_TRUE(Change<v1::PauseWebhookRequest>("erp", "p").ok());
  EXPECT_EQ(Get("erp").state(), v1::Webhook::PAUSED);
  EXPECT_EQ(ErrorIn(Change<v1::PauseWebhookRequest>("erp", "p2")).reason,
            "WEBHOOK_STATE");
  Sell();
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_EQ(receiver_.count(), 0u);
  // The same request id, and another method: another request.
  EXPECT_EQ(ErrorIn(Change<v1::ResumeWebhookRequest>("erp", "p")).reason,
            "REQUEST_ID_REUSED");
  ASSERT_TRUE(Change<v1::ResumeWebhookRequest>("erp", "r").ok());
  EXPECT_TRUE(receiver_.WaitFor(1));
  ASSERT_TRUE(Change<v1::DeleteWebhookRequest>("erp", "d").ok());
  Sell();
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_EQ(receiver_.count(), 1u);
}

TEST_F(WebhookCallsTest, ADeadReceiverHoldsUpNoOther) {
  Receiver dead;
  dead.set_manner(Manner::kHangs);
  constexpr int kHooks = 49;
  for (int i = 0; i < kHooks; ++i) MakeHook(absl::StrCat("hook-", i));
  ASSERT_TRUE(scene_.Call(Hook("dead", dead.url())).status.ok());
  const int64_t first = Sell();
  ASSERT_TRUE(receiver_.WaitFor(kHooks));
  ASSERT_TRUE(dead.WaitFor(1));
  const int64_t second = Sell();
  ASSERT_TRUE(receiver_.WaitFor(size_t{2} * kHooks));
  std::map<std::string, int> told;
  for (const Receiver::Message& message : receiver_.messages()) {
    ++told[message.headers.at("webhook-id")];
  }
  for (int i = 0; i < kHooks; ++i) {
    for (const int64_t sequence : {first, second}) {
      EXPECT_EQ(told[EventId(absl::StrCat("hook-", i), sequence)], 1);
    }
  }
}

TEST_F(WebhookCallsTest, OnlyWhatTheOperatorAllowsIsCalled) {
  const auto reason_of = [&](const std::string& url) {
    const auto made = scene_.Call(Hook("x", url));
    EXPECT_FALSE(made.status.ok()) << url;
    return made.error().reason;
  };
  for (const char* url :
       {"", "ftp://example.org/", "https://user@example.org/",
        "https://example.org/#x", "https:///x", "https://exa mple.org/",
        "http://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/",
        "https://[::ffff:10.0.0.1]/"}) {
    EXPECT_EQ(reason_of(url), "FIELD_INVALID") << url;
  }
  // As it is without options: https, and no address of the machine itself.
  scene_.server_options().webhooks.plain_http = false;
  scene_.server_options().webhooks.networks.clear();
  scene_.Restart();
  EXPECT_EQ(reason_of(receiver_.url()), "FIELD_INVALID");
  EXPECT_EQ(reason_of("https://127.0.0.1/"), "FIELD_INVALID");
}

TEST_F(WebhookCallsTest, ANameThatMeansTheMachineItselfIsNotCalled) {
  scene_.server_options().webhooks.networks.clear();
  scene_.Restart();
  const std::string url = receiver_.url();
  const std::string by_name = "http://localhost" + url.substr(url.find(':', 7));
  ASSERT_TRUE(scene_.Call(Hook("erp", by_name)).status.ok());
  Sell();
  ASSERT_TRUE(DeadLettersBecome("erp", 1));
  EXPECT_EQ(Dead("erp").dead_letters(0).error(),
            "localhost has no address that may be called");
  EXPECT_EQ(receiver_.count(), 0u);
}

TEST_F(WebhookCallsTest, TheBooksAreWholeWithWebhooks) {
  MakeHook("erp");
  MakeHook("gone");
  ASSERT_TRUE(Change<v1::PauseWebhookRequest>("erp", "p").ok());
  ASSERT_TRUE(Change<v1::DeleteWebhookRequest>("gone", "d").ok());
  const v1::VerifyReport report = scene_.Verify();
  EXPECT_EQ(report.verdict(), v1::VerifyReport::OK) << report.DebugString();
  scene_.Restart();
  EXPECT_EQ(Get("erp").state(), v1::Webhook::PAUSED);
}

}  // namespace
}  // namespace skontro::server

// TradeService.SubmitTrades: trades on a stream, answered in order, each as if
// it had been sent alone, however the stream ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/trade_stream.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

using Request = v1::SubmitTradesRequest;
using Response = v1::SubmitTradesResponse;

// `count` sales of one minor unit with the ids PREFIX-0, PREFIX-1, ...
Request Sales(const std::string& prefix, int count, int first = 0) {
  Request request;
  request.set_parent("networks/res");
  for (int i = 0; i < count; ++i) {
    *request.add_requests() = Sale(absl::StrCat(prefix, "-", first + i), 1);
  }
  return request;
}

// One call.
class Submitter {
 public:
  explicit Submitter(const std::shared_ptr<grpc::Channel>& channel,
                     const std::string& key = "",
                     absl::Duration deadline = absl::Seconds(60))
      : stub_(v1::TradeService::NewStub(channel)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
    if (!key.empty()) context_.AddMetadata("authorization", "Bearer " + key);
    stream_ = stub_->SubmitTrades(&context_);
  }
  ~Submitter() { context_.TryCancel(); }

  void WaitUntilTaken() { stream_->WaitForInitialMetadata(); }
  bool Send(const Request& request) { return stream_->Write(request); }
  void EndSending() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }

  // Reads until `count` results have come, or the stream ends.
  std::vector<Response::Result> Take(size_t count) {
    std::vector<Response::Result> results;
    Response response;
    while (results.size() < count && stream_->Read(&response)) {
      results.insert(results.end(), response.results().begin(),
                     response.results().end());
      EXPECT_LE(response.results_size(), static_cast<int>(kStreamItemsMax));
      sequence_ = response.sequence();
    }
    return results;
  }
  std::vector<Response::Result> TakeAll() { return Take(SIZE_MAX); }
  int64_t sequence() const { return sequence_; }

  grpc::Status End() { return stream_->Finish(); }

 private:
  const std::unique_ptr<v1::TradeService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  int64_t sequence_ = 0;
};

// Sends the requests, takes all results and expects the end to be well.
std::vector<Response::Result> SubmitAll(Scene& scene,
                                        const std::vector<Request>& requests) {
  Submitter submitter(scene.channel(), scene.key());
  std::thread sender([&] {
    for (const Request& request : requests) submitter.Send(request);
    submitter.EndSending();
  });
  auto results = submitter.TakeAll();
  sender.join();
  const grpc::Status end = submitter.End();
  EXPECT_TRUE(end.ok()) << end.error_message();
  return results;
}

std::string ReasonOf(const Response::Result& result) {
  return result.has_error() ? ErrorIn(result.error()).reason : "";
}

TEST(SubmitCallsTest, ResultsComeInTheOrderOfTheTradesWithTheirIds) {
  Scene scene;
  scene.MakeNetwork();
  const auto results =
      SubmitAll(scene, {Sales("a", 3), Sales("b", 1), Sales("c", 500)});
  ASSERT_EQ(results.size(), 504u);
  int64_t before = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string id = i < 3    ? absl::StrCat("a-", i)
                           : i == 3 ? "b-0"
                                    : absl::StrCat("c-", i - 4);
    EXPECT_EQ(results[i].request_id(), id);
    ASSERT_EQ(ReasonOf(results[i]), "");
    EXPECT_EQ(results[i].response().trade().state(), v1::Trade::SETTLED);
    EXPECT_GT(results[i].response().outcome().sequence(), before);
    before = results[i].response().outcome().sequence();
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -504);
}

TEST(SubmitCallsTest, ATradeIsTheSameWhicheverWayItWasSent) {
  Scene scene;
  scene.MakeNetwork();
  const auto alone = scene.Call(Sale("x-0", 1));
  ASSERT_TRUE(alone.status.ok());
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  *batch.add_requests() = Sale("x-1", 1);
  const auto in_batch = scene.Call(batch);
  const auto results = SubmitAll(scene, {Sales("x", 3), Sales("x", 3)});
  ASSERT_EQ(results.size(), 6u);
  EXPECT_EQ(results[0].response().SerializeAsString(),
            alone.response.SerializeAsString());
  EXPECT_EQ(results[1].response().SerializeAsString(),
            in_batch.response.results(0).response().SerializeAsString());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].SerializeAsString(),
              results[i + 3].SerializeAsString());
  }
  EXPECT_EQ(scene.Call(Sale("x-2", 1)).response.SerializeAsString(),
            results[2].response().SerializeAsString());
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -3);
  // With other content the id is taken.
  Request other = Sales("x", 1);
  other.mutable_requests(0)
      ->mutable_trade()
      ->mutable_unit_leg()
      ->set_minor_units(2);
  EXPECT_EQ(ReasonOf(SubmitAll(scene, {other})[0]), "REQUEST_ID_REUSED");
}

TEST(SubmitCallsTest, ATradeThatIsRefusedIsAResultAndTheStreamGoesOn) {
  Scene scene;
  scene.MakeNetwork();
  Request mixed = Sales("m", 5);
  mixed.mutable_requests(0)->clear_request_id();
  mixed.mutable_requests(1)->set_parent("networks/other");
  mixed.mutable_requests(2)->set_validate_only(true);
  mixed.mutable_requests(3)
      ->mutable_trade()
      ->mutable_unit_leg()
      ->set_minor_units(100'001);
  Request without_parent = Sales("n", 1);
  without_parent.clear_parent();
  const auto results = SubmitAll(scene, {mixed, without_parent});
  ASSERT_EQ(results.size(), 6u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(ReasonOf(results[i]), "FIELD_INVALID") << i;
  }
  EXPECT_EQ(ReasonOf(results[3]), "CREDIT_LINE_EXCEEDED");
  EXPECT_EQ(ErrorIn(results[3].error()).metadata["missing"], "1");
  EXPECT_EQ(ReasonOf(results[4]), "");
  EXPECT_EQ(ReasonOf(results[5]), "");
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -2);
}

TEST(SubmitCallsTest, ARequestOfTheWrongFormEndsTheStreamAfterTheResults) {
  Scene scene;
  scene.MakeNetwork();
  Request no_items;
  no_items.set_parent("networks/res");
  Request elsewhere = Sales("e", 1);
  elsewhere.set_parent("networks/other");
  int round = 0;
  for (const Request& bad :
       {no_items, elsewhere, Sales("big", kStreamItemsMax + 1)}) {
    Submitter submitter(scene.channel());
    EXPECT_TRUE(submitter.Send(Sales(absl::StrCat("good", ++round), 2)));
    submitter.Send(bad);
    EXPECT_EQ(submitter.TakeAll().size(), 2u);
    const grpc::Status end = submitter.End();
    EXPECT_EQ(ErrorIn(end).reason, "FIELD_INVALID") << end.error_message();
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -6);
  for (const char* parent : {"", "networks", "networks/UPPER"}) {
    Submitter submitter(scene.channel());
    Request request = Sales("p", 1);
    request.set_parent(parent);
    submitter.Send(request);
    EXPECT_EQ(ErrorIn(submitter.End()).reason, "FIELD_INVALID") << parent;
  }
  Submitter submitter(scene.channel());
  Request request = Sales("p", 1);
  request.set_parent("networks/nowhere");
  submitter.Send(request);
  EXPECT_EQ(ErrorIn(submitter.End()).reason, "RESOURCE_NOT_FOUND");
  // Somebody who says nothing gets nothing.
  Submitter silent(scene.channel());
  silent.EndSending();
  EXPECT_TRUE(silent.TakeAll().empty());
  EXPECT_TRUE(silent.End().ok());
}

TEST(SubmitCallsTest, WholeLoadsGoThroughOneAfterAnother) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<Request> requests;
  requests.reserve(4);
  for (int i = 0; i < 4; ++i) {
    requests.push_back(Sales(absl::StrCat("f", i), kStreamItemsMax));
  }
  EXPECT_EQ(SubmitAll(scene, requests).size(), 4 * kStreamItemsMax);
  EXPECT_EQ(scene.BalanceOf("boulangerie"),
            -4 * static_cast<int64_t>(kStreamItemsMax));
}

TEST(SubmitCallsTest, WhoReadsNothingIsBoundedAndGivenUp) {
  Scene scene;
  const absl::Duration usual_patience = scene.server_options().stream_patience;
  scene.server_options().stream_patience = absl::Milliseconds(400);
  scene.Restart();
  scene.MakeNetwork();
  Submitter submitter(scene.channel());
  int sent = 0;
  // Once the windows of the connection are full nothing more goes out.
  while (sent < 100'000 && submitter.Send(Sales("w", 10, sent))) sent += 10;
  EXPECT_LT(sent, 100'000);
  const auto answered = submitter.TakeAll();
  EXPECT_EQ(submitter.End().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_LT(answered.size(), static_cast<size_t>(sent));
  const int64_t booked = -scene.BalanceOf("boulangerie");
  // What was read was booked, and no more was read than may be on its way
  // beside what the connection itself holds.
  EXPECT_GE(booked, static_cast<int64_t>(answered.size()));
  EXPECT_LE(booked, sent + 10);
  // The recipe: all of it again, with a server that has the usual patience.
  scene.server_options().stream_patience = usual_patience;
  scene.Restart();
  std::vector<Request> again;
  for (int i = 0; i < sent; i += 10) again.push_back(Sales("w", 10, i));
  const auto results = SubmitAll(scene, again);
  ASSERT_EQ(results.size(), static_cast<size_t>(sent));
  for (size_t i = 0; i < answered.size(); ++i) {
    EXPECT_EQ(results[i].SerializeAsString(), answered[i].SerializeAsString());
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -sent);
}

TEST(SubmitCallsTest, AStopAnswersWhatWasReadAndTheRestIsSentAgain) {
  Scene scene;
  scene.MakeNetwork();
  size_t answered = 0;
  int sent = 0;
  {
    Submitter busy(scene.channel());
    Submitter idle(scene.NewChannel());
    EXPECT_TRUE(idle.Send(Sales("i", 1)));
    EXPECT_EQ(idle.Take(1).size(), 1u);
    std::thread sender([&] {
      while (busy.Send(Sales("s", 5, sent))) sent += 5;
    });
    auto results = busy.Take(50);
    std::thread stopper([&] { scene.server().Stop(absl::Seconds(20)); });
    for (auto& result : busy.TakeAll()) results.push_back(std::move(result));
    sender.join();
    // What had been read and was not begun any more is turned away by name.
    for (const Response::Result& result : results) {
      if (!result.has_error()) ++answered;
      EXPECT_THAT(ReasonOf(result), ::testing::AnyOf("", "SHUTTING_DOWN"));
    }
    EXPECT_GE(answered, 50u);
    const grpc::Status end = busy.End();
    EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAVAILABLE);
    // Who is sending when the connection closes may hear of that alone.
    if (!end.error_details().empty()) {
      EXPECT_EQ(ErrorIn(end).reason, "SHUTTING_DOWN") << end.error_message();
    }
    EXPECT_EQ(ErrorIn(idle.End()).reason, "SHUTTING_DOWN");
    stopper.join();
  }
  scene.Restart();
  EXPECT_GE(-scene.BalanceOf("boulangerie"),
            static_cast<int64_t>(answered) + 1);
  std::vector<Request> again = {Sales("i", 1)};
  for (int i = 0; i < sent; i += 5) again.push_back(Sales("s", 5, i));
  EXPECT_EQ(SubmitAll(scene, again).size(), static_cast<size_t>(sent) + 1);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -(sent + 1));
  Submitter late(scene.channel());
  scene.server().StopIntake();
  EXPECT_EQ(ErrorIn(late.End()).reason, "SHUTTING_DOWN");
}

TEST(SubmitCallsTest, AStreamIsTakenBeforeAnythingIsSent) {
  Scene scene;
  scene.MakeNetwork();
  Submitter submitter(scene.channel(), scene.key(), absl::Seconds(20));
  submitter.WaitUntilTaken();
  submitter.EndSending();
  EXPECT_TRUE(submitter.TakeAll().empty());
  const grpc::Status end = submitter.End();
  EXPECT_TRUE(end.ok()) << end.error_message();
}

TEST(SubmitCallsTest, ADeadlineEndsItAndWhatWasReadIsBooked) {
  Scene scene;
  scene.MakeNetwork();
  Submitter submitter(scene.channel(), "", absl::Seconds(5));
  EXPECT_TRUE(submitter.Send(Sales("d", 3)));
  EXPECT_EQ(submitter.Take(3).size(), 3u);
  EXPECT_TRUE(submitter.TakeAll().empty());
  EXPECT_EQ(submitter.End().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(SubmitAll(scene, {Sales("d", 3)}).size(), 3u);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -3);
}

TEST(SubmitCallsTest, ClientsThatBreakOffLeaveNothingHalfDone) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::thread> clients;
  clients.reserve(6);
  for (int c = 0; c < 6; ++c) {
    clients.emplace_back([&scene, c] {
      const auto channel = scene.NewChannel();
      for (int round = 0; round < 5; ++round) {
        Submitter submitter(channel);
        const std::string prefix = absl::StrCat("c", c, "-", round);
        submitter.Send(Sales(prefix, 20));
        submitter.Send(Sales(prefix, 20, 20));
        if (c % 3 == 0) submitter.Take(1);
        if (c % 3 == 1) submitter.EndSending();
        submitter.Cancel();
      }
    });
  }
  for (std::thread& client : clients) client.join();
  std::vector<Request> again;
  for (int c = 0; c < 6; ++c) {
    for (int round = 0; round < 5; ++round) {
      again.push_back(Sales(absl::StrCat("c", c, "-", round), 40));
    }
  }
  for (const auto& result : SubmitAll(scene, again)) {
    EXPECT_EQ(ReasonOf(result), "");
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -6 * 5 * 40);
}

// --- With keys ---------------------------------------------------------------

class SubmitKeysTest : public testing::Test {
 protected:
  SubmitKeysTest() {
    scene_.MakeNetwork();
    scene_.DistrustAnybody();
    scene_.set_key(scene_.server_key());
  }

  // The key of a member, of the identity `id`.
  std::string Key(const std::string& id, const std::string& member) {
    v1::CreateApiKeyRequest request;
    request.set_parent("networks/res");
    request.set_request_id("key-" + id);
    request.set_api_key_id(id);
    request.mutable_api_key()->set_identity(id);
    request.mutable_api_key()->set_role(v1::ApiKey::MEMBER_USER);
    request.mutable_api_key()->add_members("networks/res/members/" + member);
    const auto made = scene_.Call(request);
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    return made.response.secret();
  }

  void Revoke(const std::string& id) {
    v1::RevokeApiKeyRequest revoke;
    revoke.set_name("networks/res/apiKeys/" + id);
    revoke.set_request_id("revoke-" + id);
    EXPECT_TRUE(scene_.Call(revoke).status.ok());
  }

  Scene scene_;
};

TEST_F(SubmitKeysTest, AKeyIsAskedForAndEveryTradeIsHeldToIt) {
  Submitter nobody(scene_.channel());
  nobody.Send(Sales("n", 1));
  const grpc::Status end = nobody.End();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ErrorIn(end).metadata["kind"], "missing");
  // The garage may not pay in the name of the boulangerie.
  Submitter garage(scene_.channel(), Key("g", "garage"));
  garage.Send(Sales("g", 1));
  EXPECT_EQ(ReasonOf(garage.Take(1)[0]), "RESOURCE_NOT_FOUND");
  Submitter buyer(scene_.channel(), Key("b", "boulangerie"));
  buyer.Send(Sales("b", 1));
  EXPECT_EQ(ReasonOf(buyer.Take(1)[0]), "");
}

TEST_F(SubmitKeysTest, ARevokedKeyEndsTheStreamAlsoOneThatWaits) {
  const std::string key = Key("b", "boulangerie");
  Submitter waits(scene_.channel(), key);
  waits.Send(Sales("w", 1));
  EXPECT_EQ(waits.Take(1).size(), 1u);
  Submitter goes_on(scene_.NewChannel(), key);
  goes_on.Send(Sales("g", 1));
  EXPECT_EQ(goes_on.Take(1).size(), 1u);
  std::atomic<bool> ended = false;
  std::thread sender([&] {
    for (int i = 1; !ended && goes_on.Send(Sales("g", 1, i)); ++i) {
    }
  });
  Revoke("b");
  for (const auto& result : goes_on.TakeAll()) {
    // What the engine decided before the server noticed was refused too.
    EXPECT_TRUE(ReasonOf(result).empty() ||
                ReasonOf(result) == "CREDENTIAL_INVALID");
  }
  ended = true;
  sender.join();
  EXPECT_TRUE(waits.TakeAll().empty());
  for (Submitter* one : {&goes_on, &waits}) {
    const grpc::Status end = one->End();
    EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ErrorIn(end).metadata["kind"], "revoked") << end.error_message();
  }
}

TEST_F(SubmitKeysTest, AStreamPausesWhereAClientHasHadItsShare) {
  scene_.server_options().client_limits.items_per_second = 10;
  scene_.server_options().client_limits.streams_max = 1;
  scene_.Restart();
  const std::string key = Key("b", "boulangerie");
  Submitter submitter(scene_.channel(), key);
  // One for the stream, and 29 trades: nine more than two seconds' worth.
  submitter.Send(Sales("p", 29));
  EXPECT_EQ(submitter.Take(29).size(), 29u);
  submitter.Send(Sales("q", 1));
  absl::SleepFor(absl::Milliseconds(300));
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), -29);
  scene_.clock().Advance(1'000'000);
  const auto results = submitter.Take(1);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ReasonOf(results[0]), "");
  // Another stream at the same time is one too many.
  Submitter second(scene_.channel(), key);
  const grpc::Status end = second.End();
  EXPECT_EQ(ErrorIn(end).reason, "RATE_LIMITED");
  EXPECT_EQ(ErrorIn(end).metadata["what"], "open_streams");
  EXPECT_TRUE(ErrorIn(end).has_retry);
}

}  // namespace
}  // namespace skontro::server

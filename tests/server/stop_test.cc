// What happens when the server stops, and who may listen where.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "server/trade_batch.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

TEST(StopTest, WhatWasAcceptedIsAnsweredAndTheRestRefused) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::thread> callers;
  std::atomic<int> settled = 0;
  std::atomic<int> turned_away = 0;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&, t] {
      const auto stub = v1::TradeService::NewStub(scene.NewChannel());
      for (int i = 0; i < 1'000; ++i) {
        grpc::ClientContext context;
        v1::CreateTradeResponse response;
        const grpc::Status status = stub->CreateTrade(
            &context, Proposal(absl::StrCat("r-", t, "-", i), 1), &response);
        if (status.ok()) {
          ++settled;
        } else {
          // What reaches gRPC while it closes connections is cut off, without
          // an answer of ours.
          const bool refused =
              status.error_code() == grpc::StatusCode::UNAVAILABLE ||
              (status.error_code() == grpc::StatusCode::CANCELLED &&
               status.error_details().empty());
          EXPECT_TRUE(refused) << status.error_message();
          ++turned_away;
          return;
        }
      }
    });
  }
  while (settled < 100) std::this_thread::yield();
  scene.server().Stop(absl::Seconds(10));
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(turned_away, 8);
  const int answered = settled;
  scene.Restart();
  v1::GetNetworkRequest network;
  network.set_name("networks/res");
  // One record for the network, three for the members, one for each answer;
  // more only for those whose answer was on its way.
  const int64_t sequence = scene.Call(network).response.sequence();
  EXPECT_GE(sequence, 4 + answered);
  EXPECT_LE(sequence, 4 + answered + 8);
}

TEST(StopTest, ChangesAreRefusedAndReadsGoOnWhileItStops) {
  Scene scene;
  scene.MakeNetwork();
  scene.networks().StopIntake();
  const auto trade = scene.Call(Sale("r-1", 1));
  EXPECT_EQ(trade.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(trade.error().reason, "SHUTTING_DOWN");
  EXPECT_EQ(scene.Call(NetworkRequest("n-2", "other")).error().reason,
            "SHUTTING_DOWN");
  EXPECT_EQ(scene.BalanceOf("garage"), 0);
}

TEST(StopTest, AFullQueueSaysWhenToComeBack) {
  engine::Engine::Options options;
  options.queue_length_max = 0;
  Scene scene(options);
  ASSERT_TRUE(scene.Call(NetworkRequest("n-1", "res")).status.ok());
  const auto member = scene.Call(MemberRequest("m-1", "a"));
  EXPECT_EQ(member.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(member.error().reason, "QUEUE_FULL");
  EXPECT_EQ(member.error().metadata.at("limit"), "0");
  EXPECT_TRUE(member.error().has_retry);
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  *batch.add_requests() = Sale("b-1", 1);
  const auto items = scene.Call(batch);
  ASSERT_TRUE(items.status.ok());
  EXPECT_EQ(ErrorIn(items.response.results(0).error()).reason, "QUEUE_FULL");
}

TEST(StopTest, TooManyItemsAtATimeAreTurnedAway) {
  BatchGate gate;
  EXPECT_TRUE(gate.Enter(kItemsInFlightMax));
  EXPECT_FALSE(gate.Enter(1));
  gate.Leave(1);
  EXPECT_TRUE(gate.Enter(1));
  EXPECT_FALSE(gate.Enter(1));
  gate.Leave(kItemsInFlightMax);
  // Alone, a batch is always let in.
  EXPECT_TRUE(gate.Enter(kItemsInFlightMax + 1));
}

TEST(StopTest, CallsThatWaitDoNotKeepItFromStopping) {
  Scene scene;
  scene.MakeNetwork();
  std::thread waiting([&] {
    v1::GetAccountRequest request;
    request.set_name("networks/res/members/garage/accounts/main");
    request.set_min_sequence(1'000);
    EXPECT_FALSE(scene.Call(request).status.ok());
  });
  // Has it arrived? A call behind it on the same connection has.
  EXPECT_EQ(scene.BalanceOf("garage"), 0);
  const absl::Time start = absl::Now();
  scene.server().Stop(absl::Milliseconds(200));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  waiting.join();
}

TEST(StopTest, OnlyTheLoopbackIsListenedOn) {
  for (const char* good : {"127.0.0.1:0", "127.0.0.1:7411", "127.8.9.1:1",
                           "[::1]:0", "localhost:65535"}) {
    EXPECT_TRUE(IsLoopback(good)) << good;
  }
  for (const char* bad :
       {"", "0.0.0.0:1", "[::]:1", "192.168.1.2:1", "127.0.0.1", "::1:1",
        "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:x", "localhost", ":1",
        "example.org:1", "127.0.0.1.example.org:1", "127.1:1",
        "localhost.example.org:1", "unix:/tmp/x", "dns:///localhost:1"}) {
    EXPECT_FALSE(IsLoopback(bad)) << bad;
  }
}

TEST(StopTest, TwoServersDoNotShareAPort) {
  Scene scene;
  const SystemClock clock;
  Log log(STDERR_FILENO, LogFormat::kText, LogLevel::kError);
  Server::Options options;
  options.address = absl::StrCat("127.0.0.1:", scene.server().port());
  options.authentication.secret = std::string(32, 's');
  const auto second = Server::Start(options, &scene.networks(), &clock, &log);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

TEST(StopTest, TheServerIsGoneAfterItStopped) {
  Scene scene;
  scene.MakeNetwork();
  scene.server().Stop(absl::Seconds(1));
  scene.server().Stop(absl::Seconds(1));
  v1::ListNetworksRequest request;
  scene.set_deadline(absl::Seconds(5));
  EXPECT_EQ(scene.Call(request).status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace skontro::server

// The C++ client library with a real server that is killed while it works.

#include "cli/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/client/watch.h"
#include "skontro/v1/trade_service.grpc.pb.h"
#include "tests/integration/payer.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using client::Client;

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    const absl::Status made = MakePayNetwork(scene_.server().channel());
    ASSERT_TRUE(made.ok()) << made;
    client::ClientOptions options;
    options.endpoint = scene_.server().endpoint();
    options.network = "pay";
    // A server with sanitizers on a busy machine takes its time to start.
    options.retry.total_timeout = absl::Minutes(4);
    options.retry.wait_max = absl::Milliseconds(500);
    client_ = *Client::Make(options);
  }

  void Restart() {
    scene_.KillServer();
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
  }

  static v1::CreateTradeRequest PayOneUnit(const std::string& request_id) {
    v1::CreateTradeRequest request;
    request.set_request_id(request_id);
    v1::Trade& trade = *request.mutable_trade();
    trade.set_seller("b");
    trade.set_buyer("a");
    trade.set_initiator(v1::Trade::BUYER);
    trade.mutable_unit_leg()->set_minor_units(1);
    return request;
  }

  Scene scene_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, WhatIsPaidWhileTheServerIsKilledIsPaidOnce) {
  constexpr int kTrades = 200;
  std::atomic<int> done = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTrades / 4; ++i) {
        const auto paid =
            client_->CreateTrade(PayOneUnit(absl::StrCat("o-", t, "-", i)));
        if (!paid.ok()) {
          ++failed;
          ADD_FAILURE() << paid.status();
        }
        ++done;
      }
    });
  }
  for (int kill = 1; kill <= 2; ++kill) {
    while (done < kill * kTrades / 4) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    Restart();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(ReadPaid(scene_.server().channel()).units, kTrades);
  EXPECT_EQ(client_->GetAccount("b")->balance().minor_units(), kTrades);

  // All of it again, as one batch after another: the same answers.
  std::vector<v1::CreateTradeRequest> again;
  for (int t = 0; t < 4; ++t) {
    for (int i = 0; i < kTrades / 4; ++i) {
      again.push_back(PayOneUnit(absl::StrCat("o-", t, "-", i)));
    }
  }
  std::set<int64_t> sequences;
  for (const auto& result : client_->CreateTrades(again, 64)) {
    ASSERT_TRUE(result.ok()) << result.status();
    sequences.insert(result->outcome().sequence());
  }
  EXPECT_EQ(sequences.size(), static_cast<size_t>(kTrades));
  EXPECT_EQ(client_->GetAccount("b")->balance().minor_units(), kTrades);
}

TEST_F(ClientTest, AWatchShowsEveryTradeOverARestart) {
  v1::WatchEventsRequest request;
  request.set_from_sequence(1);
  request.add_types(v1::Event::TRADE_SETTLED);
  client::Watch watch(*client_, request);
  std::set<std::string> seen;
  std::thread reader([&] {
    while (seen.size() < 20) {
      const auto part = watch.Next();
      if (!part.ok()) {
        ADD_FAILURE() << part.status();
        return;
      }
      for (const v1::Event& event : part->events()) {
        seen.insert(event.trade().name());
      }
    }
  });
  std::set<std::string> made;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) Restart();
    const auto paid = client_->CreateTrade(PayOneUnit(absl::StrCat("w-", i)));
    ASSERT_TRUE(paid.ok()) << paid.status();
    made.insert(paid->trade().name());
  }
  reader.join();
  EXPECT_EQ(seen, made);
}

TEST_F(ClientTest, ListsAndReadsAreOfWhatWasAnswered) {
  std::vector<v1::CreateTradeRequest> requests;
  requests.reserve(30);
  for (int i = 0; i < 30; ++i) {
    requests.push_back(PayOneUnit(absl::StrCat("l-", i)));
  }
  for (const auto& result : client_->CreateTrades(requests)) {
    ASSERT_TRUE(result.ok()) << result.status();
  }
  v1::ListTradesRequest request;
  request.set_parent(client_->network());
  request.set_page_size(7);
  std::set<std::string> listed;
  int pages = 0;
  const absl::Status status = client_->ReadAll<v1::TradeService>(
      &v1::TradeService::Stub::ListTrades, request,
      [&](const v1::ListTradesResponse& page) {
        ++pages;
        for (const v1::Trade& trade : page.trades()) {
          listed.insert(trade.name());
        }
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(listed.size(), 30u);
  EXPECT_GE(pages, 5);
  EXPECT_EQ(client_->GetTrade(*listed.begin())->name(), *listed.begin());

  const absl::Status absent = client_->GetTrade("none").status();
  EXPECT_TRUE(absl::IsNotFound(absent));
  EXPECT_EQ(client::ErrorOf(absent)->reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(client::ErrorOf(absent)->outcome, client::Outcome::kRefused);
}

}  // namespace
}  // namespace skontro::integration

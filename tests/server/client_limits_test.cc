// What one client may have, and that a greedy one leaves enough for the others.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/gauges.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

engine::Engine::Options SmallQueue() {
  engine::Engine::Options options;
  options.queue_length_max = 64;
  return options;
}

class ClientLimitsTest : public testing::Test {
 protected:
  ClientLimitsTest() : scene_(SmallQueue()) {
    scene_.MakeNetwork();
    scene_.DistrustAnybody();
    scene_.set_key(scene_.server_key());
    greedy_ = Key("greedy", "boulangerie");
    modest_ = Key("modest", "garage");
  }

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

  void Limit(const ClientLimits& limits) {
    scene_.server_options().client_limits = limits;
    scene_.Restart();
  }

  // One call with a key, on a channel.
  grpc::Status Call(const v1::CreateTradeRequest& request,
                    const std::string& key,
                    const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    context.AddMetadata("authorization", "Bearer " + key);
    v1::CreateTradeResponse response;
    return v1::TradeService::NewStub(channel)->CreateTrade(&context, request,
                                                           &response);
  }
  grpc::Status Call(const v1::CreateTradeRequest& request,
                    const std::string& key) {
    return Call(request, key, scene_.channel());
  }

  static v1::CreateTradeRequest ModestSale(const std::string& id) {
    return TradeRequest(id, "imprimerie", "garage", 1, v1::Trade::BUYER);
  }

  v1::BatchCreateTradesRequest Batch(const std::string& prefix, int items) {
    v1::BatchCreateTradesRequest batch;
    batch.set_parent("networks/res");
    batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
    for (int i = 0; i < items; ++i) {
      *batch.add_requests() = Sale(absl::StrCat(prefix, "-", i), 1);
    }
    return batch;
  }

  // What /metrics says of a limit; -1 for nothing.
  double Metric(const std::string& family, const std::string& identity,
                const std::string& what) {
    for (const GaugeFamily& one :
         ReadGauges(scene_.networks(), scene_.directory())) {
      if (one.name != family) continue;
      for (const auto& value : one.values) {
        if (value.labels[1].second == identity &&
            value.labels[2].second == what) {
          return value.value;
        }
      }
    }
    return -1;
  }

  Scene scene_;
  std::string greedy_;
  std::string modest_;
};

// A read that waits for a sequence that never comes.
class Waiting {
 public:
  Waiting(const std::shared_ptr<grpc::Channel>& channel, const std::string& key)
      : thread_([this, channel, key] {
          context_.AddMetadata("authorization", "Bearer " + key);
          v1::GetAccountRequest request;
          request.set_name("networks/res/members/boulangerie/accounts/main");
          request.set_min_sequence(1'000'000);
          v1::GetAccountResponse response;
          status_ = v1::AccountService::NewStub(channel)->GetAccount(
              &context_, request, &response);
        }) {}
  ~Waiting() {
    context_.TryCancel();
    thread_.join();
  }

 private:
  grpc::ClientContext context_;
  grpc::Status status_;
  std::thread thread_;
};

TEST_F(ClientLimitsTest, OneCallMoreThanTheMostIsRefusedAndOthersAreServed) {
  ClientLimits limits;
  limits.calls_max = 2;
  Limit(limits);
  {
    const Waiting one(scene_.channel(), greedy_);
    const Waiting two(scene_.NewChannel(), greedy_);
    // The two are taken up in their own time.
    while (Metric("skontro_client_in_use", "member_user/greedy",
                  "calls_in_flight") < 2) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    const grpc::Status status = Call(Sale("g", 1), greedy_);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    Error error = ErrorIn(status);
    EXPECT_EQ(error.reason, "RATE_LIMITED");
    EXPECT_EQ(error.metadata["what"], "calls_in_flight");
    EXPECT_EQ(error.metadata["limit"], "2");
    EXPECT_EQ(error.metadata["retry_ms"], "100");
    EXPECT_TRUE(error.has_retry);
    EXPECT_TRUE(Call(ModestSale("m1"), modest_).ok());
    // Another key of the same client is no other client.
    v1::RotateApiKeyRequest rotate;
    rotate.set_name("networks/res/apiKeys/greedy");
    rotate.set_request_id("rotate");
    rotate.set_overlap_seconds(3'600);
    const auto rotated = scene_.Call(rotate);
    ASSERT_TRUE(rotated.status.ok()) << rotated.status.error_message();
    const grpc::Status again = Call(Sale("g", 1), rotated.response.secret());
    EXPECT_EQ(ErrorIn(again).reason, "RATE_LIMITED")
        << again.error_code() << " " << again.error_message();
    EXPECT_GE(Metric("skontro_client_limited", "member_user/greedy",
                     "calls_in_flight"),
              2);
    EXPECT_EQ(Metric("skontro_client_in_use", "member_user/greedy",
                     "calls_in_flight"),
              2);
    EXPECT_EQ(Metric("skontro_client_limited", "member_user/modest",
                     "calls_in_flight"),
              -1);
  }
  // What was refused left nothing behind, and works when there is room.
  grpc::Status status;
  do {
    status = Call(Sale("again", 1), greedy_);
    ASSERT_TRUE(status.ok() || ErrorIn(status).reason == "RATE_LIMITED");
  } while (!status.ok());
}

TEST_F(ClientLimitsTest, OneStreamMoreThanTheMostIsRefused) {
  ClientLimits limits;
  limits.streams_max = 1;
  Limit(limits);
  const auto stub = v1::EventService::NewStub(scene_.channel());
  v1::WatchEventsRequest request;
  request.set_parent("networks/res");
  request.set_from_sequence(1);
  v1::WatchEventsResponse response;
  grpc::ClientContext first_context;
  first_context.AddMetadata("authorization", "Bearer " + greedy_);
  const auto first = stub->WatchEvents(&first_context, request);
  ASSERT_TRUE(first->Read(&response));
  grpc::ClientContext second_context;
  second_context.AddMetadata("authorization", "Bearer " + greedy_);
  const auto second = stub->WatchEvents(&second_context, request);
  EXPECT_FALSE(second->Read(&response));
  EXPECT_EQ(ErrorIn(second->Finish()).metadata["what"], "open_streams");
  // Calls are another matter, and so is another client.
  EXPECT_TRUE(Call(Sale("g", 1), greedy_).ok());
  grpc::ClientContext other_context;
  other_context.AddMetadata("authorization", "Bearer " + modest_);
  const auto other = stub->WatchEvents(&other_context, request);
  EXPECT_TRUE(other->Read(&response));
  first_context.TryCancel();
  other_context.TryCancel();
}

TEST_F(ClientLimitsTest, TradesOfABatchCountEachAndNothingOfARefusedIsBooked) {
  ClientLimits limits;
  limits.items_per_second = 20;
  Limit(limits);
  scene_.set_key(greedy_);
  EXPECT_TRUE(scene_.Call(Batch("a", 60)).status.ok());
  const auto refused = scene_.Call(Batch("b", 5));
  EXPECT_EQ(refused.error().reason, "RATE_LIMITED");
  EXPECT_EQ(refused.error().metadata.at("what"), "items_per_second");
  EXPECT_TRUE(Call(ModestSale("m1"), modest_).ok());
  scene_.set_key(scene_.server_key());
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), -60);
  scene_.clock().Advance(10'000'000);
  scene_.set_key(greedy_);
  EXPECT_TRUE(scene_.Call(Batch("b", 5)).status.ok());
  scene_.set_key(scene_.server_key());
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), -65);
}

TEST_F(ClientLimitsTest, BytesOfRequestsThatAreRefusedCountToo) {
  ClientLimits limits;
  limits.bytes_per_second = 100'000;
  Limit(limits);
  auto large = Sale("large", 1);
  large.mutable_trade()->set_description(std::string(400'000, 'x'));
  EXPECT_EQ(ErrorIn(Call(large, greedy_)).reason, "FIELD_INVALID");
  Error error = ErrorIn(Call(Sale("small", 1), greedy_));
  EXPECT_EQ(error.metadata["what"], "bytes_per_second");
  EXPECT_TRUE(Call(ModestSale("m1"), modest_).ok());
  scene_.clock().Advance(10'000'000);
  EXPECT_TRUE(Call(Sale("small", 1), greedy_).ok());
}

TEST_F(ClientLimitsTest, WhoRunsTheServerHasNoLimits) {
  ClientLimits limits;
  limits.calls_max = 1;
  limits.items_max = 1;
  limits.items_per_second = 1;
  limits.bytes_per_second = 1;
  Limit(limits);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(Call(Sale(absl::StrCat("s", i), 1), scene_.server_key()).ok());
  }
}

// One client sends batches on many connections, as fast as it can, to a server
// whose queue two of them would fill.
TEST_F(ClientLimitsTest, AGreedyClientDoesNotFillTheQueueOfAll) {
  ClientLimits limits;
  limits.items_max = 32;
  limits.items_per_second = 0;
  limits.bytes_per_second = 0;
  Limit(limits);
  std::atomic<bool> stop = false;
  std::atomic<int> served = 0;
  std::atomic<int> limited = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto trades = v1::TradeService::NewStub(scene_.NewChannel());
      for (int i = 0; !stop; ++i) {
        grpc::ClientContext context;
        context.AddMetadata("authorization", "Bearer " + greedy_);
        v1::BatchCreateTradesResponse response;
        const grpc::Status status = trades->BatchCreateTrades(
            &context, Batch(absl::StrCat("g", t, "-", i), 32), &response);
        if (status.ok()) {
          ++served;
          for (const auto& result : response.results()) {
            EXPECT_NE(ErrorIn(result.error()).reason, "QUEUE_FULL");
          }
        } else {
          EXPECT_EQ(ErrorIn(status).reason, "RATE_LIMITED");
          ++limited;
        }
      }
    });
  }
  const auto channel = scene_.NewChannel();
  for (int i = 0; i < 100 || limited == 0; ++i) {
    const absl::Time begun = absl::Now();
    const grpc::Status status =
        Call(ModestSale(absl::StrCat("m", i)), modest_, channel);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
    if (i > 10'000) break;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(served, 0);
  EXPECT_GT(limited, 0);
}

}  // namespace
}  // namespace skontro::server

// A Watch against servers that end, cut and come back.

#include "cli/client/watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::client {
namespace {

using Writer = grpc::ServerWriter<v1::WatchEventsResponse>;

class Events : public v1::EventService::Service {
 public:
  grpc::Status WatchEvents(grpc::ServerContext* context,
                           const v1::WatchEventsRequest* request,
                           Writer* writer) override {
    return handler(*request, context, writer);
  }
  std::function<grpc::Status(const v1::WatchEventsRequest&,
                             grpc::ServerContext*, Writer*)>
      handler;
};

class Networks : public v1::NetworkService::Service {
 public:
  grpc::Status GetNetwork(grpc::ServerContext*, const v1::GetNetworkRequest*,
                          v1::GetNetworkResponse* response) override {
    response->set_sequence(41);
    return grpc::Status::OK;
  }
};

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&events_);
    builder.RegisterService(&networks_);
    server_ = builder.BuildAndStart();
    ClientOptions options;
    options.endpoint = "127.0.0.1:" + std::to_string(port);
    options.network = "res";
    options.retry.sleep = [](absl::Duration) {};
    client_ = *Client::Make(options);
  }
  ~WatchTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  static void Send(Writer* writer, int64_t sequence) {
    v1::WatchEventsResponse response;
    response.set_sequence(sequence);
    response.add_events()->set_sequence(sequence);
    writer->Write(response);
  }

  Events events_;
  Networks networks_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(WatchTest, GoesOnBehindWhatItShowedWheneverTheStreamBreaks) {
  std::vector<int64_t> from;
  events_.handler = [&](const v1::WatchEventsRequest& request,
                        grpc::ServerContext*, Writer* writer) {
    EXPECT_EQ(request.parent(), "networks/res");
    from.push_back(request.from_sequence());
    Send(writer, request.from_sequence());
    Send(writer, request.from_sequence() + 1);
    // Ends in each way in turn.
    if (from.size() % 2 == 0) return grpc::Status::OK;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "restart");
  };
  v1::WatchEventsRequest request;
  request.set_from_sequence(7);
  Watch watch(*client_, request);
  for (int64_t sequence = 7; sequence < 17; ++sequence) {
    const auto part = watch.Next();
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_EQ(part->sequence(), sequence);
  }
  EXPECT_EQ(from, (std::vector<int64_t>{7, 9, 11, 13, 15}));
}

// A stream that begins "now" would begin at another now when it is opened
// again, and what happened between would be lost.
TEST_F(WatchTest, WithoutABeginningItBeginsBehindWhatIsThere) {
  std::vector<int64_t> from;
  events_.handler = [&](const v1::WatchEventsRequest& request,
                        grpc::ServerContext*, Writer* writer) {
    from.push_back(request.from_sequence());
    if (from.size() < 3) {
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "before anything");
    }
    Send(writer, 50);
    return grpc::Status::OK;
  };
  Watch watch(*client_, {});
  EXPECT_EQ(watch.Next()->sequence(), 50);
  EXPECT_EQ(from, (std::vector<int64_t>{42, 42, 42}));
}

TEST_F(WatchTest, CancelEndsAWaitOfAnotherThread) {
  events_.handler = [](const v1::WatchEventsRequest&,
                       grpc::ServerContext* context, Writer*) {
    while (!context->IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return grpc::Status::CANCELLED;
  };
  v1::WatchEventsRequest request;
  request.set_from_sequence(1);
  Watch watch(*client_, request);
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    watch.Cancel();
  });
  EXPECT_TRUE(absl::IsCancelled(watch.Next().status()));
  canceller.join();
  EXPECT_TRUE(absl::IsCancelled(watch.Next().status()));
}

TEST_F(WatchTest, ARefusalEndsIt) {
  events_.handler = [](const v1::WatchEventsRequest&, grpc::ServerContext*,
                       Writer*) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "revoked");
  };
  v1::WatchEventsRequest request;
  request.set_from_sequence(1);
  Watch watch(*client_, request);
  const absl::Status status = watch.Next().status();
  EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  EXPECT_EQ(ErrorOf(status)->outcome, Outcome::kRefused);
}

TEST_F(WatchTest, AServerThatIsGoneForLongEndsIt) {
  ClientOptions options;
  options.endpoint = "127.0.0.1:1";
  options.network = "res";
  options.retry.total_timeout = absl::Seconds(1);
  options.retry.first_wait = absl::Milliseconds(20);
  const std::unique_ptr<Client> client = *Client::Make(options);
  v1::WatchEventsRequest request;
  request.set_from_sequence(1);
  Watch watch(*client, request);
  const absl::Status status = watch.Next().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(ErrorOf(status)->outcome, Outcome::kUnavailable);
}

}  // namespace
}  // namespace skontro::client

// Callers that break off, send what is no message, or send too much.

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr char kCreateTrade[] = "/skontro.v1.TradeService/CreateTrade";

// Sends bytes as the request of a method, whatever they are.
grpc::Status Send(Scene& scene, const std::string& method,
                  const std::string& bytes) {
  grpc::GenericStub stub(scene.channel());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  grpc::Slice slice(bytes);
  grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status status;
  stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   done.Notify();
                 });
  done.WaitForNotification();
  return status;
}

// `request` with every occurrence of `from` in its bytes made `to`.
std::string Replaced(const google::protobuf::Message& request,
                     const std::string& from, const std::string& to) {
  std::string bytes = request.SerializeAsString();
  EXPECT_EQ(from.size(), to.size());
  for (size_t at = bytes.find(from); at != std::string::npos;
       at = bytes.find(from, at + to.size())) {
    bytes.replace(at, from.size(), to);
  }
  return bytes;
}

TEST(HostileCallsTest, TextThatIsNoUtf8IsRefused) {
  Scene scene;
  scene.MakeNetwork();
  auto request = Sale("r-1", 5);
  request.mutable_trade()->set_description("MARK");
  request.mutable_trade()->mutable_invoice()->set_number("MARK");
  for (const std::string& bad :
       {std::string("\xff\xfe\xfd\xfc"), std::string("\xc0\xaf\xc0\xaf"),
        std::string("\xed\xa0\x80z"), std::string("abc\xe2")}) {
    const grpc::Status status =
        Send(scene, kCreateTrade, Replaced(request, "MARK", bad));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ErrorIn(status).reason, "FIELD_INVALID");
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), 0);
}

TEST(HostileCallsTest, ControlCharactersAreRefused) {
  Scene scene;
  scene.MakeNetwork();
  auto request = Sale("r-1", 5);
  request.mutable_trade()->set_description("MARK");
  for (const std::string& bad :
       {std::string("a\nbc"), std::string("a\0bc", 4), std::string("\x1b[2J"),
        std::string("a\x7f") + "bc", std::string("\xe2\x80\xa8z")}) {
    const grpc::Status status =
        Send(scene, kCreateTrade, Replaced(request, "MARK", bad));
    EXPECT_EQ(ErrorIn(status).metadata.at("field"), "trade.description");
  }
}

TEST(HostileCallsTest, BytesThatAreNoMessageAreRefused) {
  Scene scene;
  scene.MakeNetwork();
  const std::string good = Sale("r-1", 5).SerializeAsString();
  for (const std::string& bytes :
       {std::string("\xff\xff\xff\xff"), std::string("hello, server"),
        good.substr(0, good.size() - 1), good + "\x0a",
        std::string(5'000, '\x0b')}) {
    const grpc::Status status = Send(scene, kCreateTrade, bytes);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ErrorIn(status).reason, "FIELD_INVALID");
    EXPECT_FALSE(status.error_message().empty());
  }
  // A stream that is begun with such bytes ends the same way.
  EXPECT_EQ(ErrorIn(Send(scene, "/skontro.v1.AuditService/Verify", "\xff\xff"))
                .reason,
            "FIELD_INVALID");
}

TEST(HostileCallsTest, AMessageThatIsTooLargeIsNotRead) {
  Scene scene;
  scene.MakeNetwork();
  auto request = Sale("r-1", 5);
  request.mutable_trade()->set_description(
      std::string(16u * 1024 * 1024 + 1, 'x'));
  EXPECT_EQ(scene.Call(request).status.error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  request.mutable_trade()->set_description(std::string(15u << 20, 'x'));
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"),
            "trade.description");
  EXPECT_TRUE(scene.Call(Sale("r-1", 5)).status.ok());
}

TEST(HostileCallsTest, UnknownMethodsAreUnimplemented) {
  Scene scene;
  EXPECT_EQ(Send(scene, "/skontro.v1.TradeService/Steal", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(Send(scene, "/skontro.v1.Nothing/At", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(HostileCallsTest, UnknownFieldsAreIgnoredButPartOfTheRequest) {
  Scene scene;
  scene.MakeNetwork();
  auto request = Sale("r-1", 5);
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(99, 1);
  EXPECT_TRUE(scene.Call(request).status.ok());
  EXPECT_TRUE(scene.Call(request).status.ok());
  EXPECT_EQ(scene.Call(Sale("r-1", 5)).error().reason, "REQUEST_ID_REUSED");
}

TEST(HostileCallsTest, NestedUnknownGroupsDoNoHarm) {
  Scene scene;
  scene.MakeNetwork();
  for (const size_t depth : {1u, 50u, 98u, 99u, 100u, 101u, 5'000u}) {
    std::string bytes = Sale(absl::StrCat("g-", depth), 1).SerializeAsString();
    // Field 99 as a group: starts and ends of the same number.
    for (size_t i = 0; i < depth; ++i) bytes += "\x9b\x06";
    for (size_t i = 0; i < depth; ++i) bytes += "\x9c\x06";
    const grpc::Status status = Send(scene, kCreateTrade, bytes);
    EXPECT_TRUE(status.ok() ||
                status.error_code() == grpc::StatusCode::INVALID_ARGUMENT)
        << depth << " " << status.error_message();
  }
}

TEST(HostileCallsTest, ADeadlineThatIsTooShortLeavesTheOutcomeToTheRetry) {
  Scene scene;
  scene.MakeNetwork();
  for (int i = 0; i < 30; ++i) {
    scene.set_deadline(absl::Milliseconds(1));
    const auto request = Sale(absl::StrCat("r-", i), 100);
    const auto hasty = scene.Call(request);
    EXPECT_TRUE(hasty.status.ok() || hasty.status.error_code() ==
                                         grpc::StatusCode::DEADLINE_EXCEEDED)
        << hasty.status.error_message();
    scene.set_deadline(absl::Seconds(20));
    EXPECT_TRUE(scene.Call(request).status.ok());
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -3'000);
}

TEST(HostileCallsTest, CallersThatBreakOffDoNoHarm) {
  Scene scene;
  scene.MakeNetwork();
  const auto trades = v1::TradeService::NewStub(scene.channel());
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        grpc::ClientContext context;
        v1::CreateTradeResponse response;
        const auto request = Sale(absl::StrCat("r-", t, "-", i), 10);
        std::thread breaker([&, i] {
          for (int spin = 0; spin < i * 40; ++spin) std::this_thread::yield();
          context.TryCancel();
        });
        const grpc::Status status =
            trades->CreateTrade(&context, request, &response);
        EXPECT_TRUE(status.ok() ||
                    status.error_code() == grpc::StatusCode::CANCELLED);
        breaker.join();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  // Whatever was decided, a retry finds out, and each is booked once.
  for (int t = 0; t < 4; ++t) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(
          scene.Call(Sale(absl::StrCat("r-", t, "-", i), 10)).status.ok());
    }
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -2'000);
}

TEST(HostileCallsTest, ABatchThatIsBrokenOffIsDecidedAllTheSame) {
  Scene scene;
  scene.MakeNetwork();
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  for (int i = 0; i < 500; ++i) {
    *batch.add_requests() = Sale(absl::StrCat("b-", i), 1);
  }
  const auto trades = v1::TradeService::NewStub(scene.channel());
  for (int round = 0; round < 5; ++round) {
    grpc::ClientContext context;
    v1::BatchCreateTradesResponse response;
    std::thread breaker([&] { context.TryCancel(); });
    static_cast<void>(trades->BatchCreateTrades(&context, batch, &response));
    breaker.join();
  }
  const auto whole = scene.Call(batch);
  ASSERT_TRUE(whole.status.ok());
  for (const auto& result : whole.response.results()) {
    EXPECT_TRUE(result.has_response());
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -500);
}

TEST(HostileCallsTest, ARequestIdWithLineEndsIsRefusedAndForgesNothing) {
  Scene scene;
  scene.MakeNetwork();
  for (const std::string& id :
       {std::string("r\r\ngrpc-status: 0"), std::string("r\ngrpc-status: 0"),
        std::string("r\0", 2), std::string("\u202er"), std::string("\u0085")}) {
    const auto reply = scene.Call(Sale(id, 5));
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(reply.error().metadata.at("field"), "request_id");
    EXPECT_EQ(reply.status.error_message().find('\n'), std::string::npos);
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), 0);
}

TEST(HostileCallsTest, MetadataOfAllKindsIsIgnored) {
  Scene scene;
  scene.MakeNetwork();
  const auto stub = v1::NetworkService::NewStub(scene.channel());
  v1::GetNetworkRequest request;
  request.set_name("networks/res");
  v1::GetNetworkResponse response;
  {
    grpc::ClientContext context;
    context.AddMetadata("x-role", "operator");
    context.AddMetadata("x-bytes-bin", std::string("\0\xff\n", 3));
    EXPECT_TRUE(stub->GetNetwork(&context, request, &response).ok());
  }
  // But a key that is none never counts as no key.
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer operator");
  EXPECT_EQ(stub->GetNetwork(&context, request, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace skontro::server

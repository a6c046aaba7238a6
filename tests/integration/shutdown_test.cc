// A server that is asked to stop finishes what it accepted, and a client that
// goes away leaves nothing half done.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "gtest/gtest.h"
#include "tests/integration/payer.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class ShutdownTest : public testing::Test {
 protected:
  void SetUp() override {
    Start();
    const absl::Status made = MakePayNetwork(scene_.server().channel());
    ASSERT_TRUE(made.ok()) << made;
  }

  void Start() {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
  }

  // Everything that was answered is there, and gets the same answer again;
  // everything else happens once when it is sent again.
  void ExpectKept(const Payers& payers, int64_t before) {
    const auto trades = v1::TradeService::NewStub(scene_.server().channel());
    const Paid paid = ReadPaid(scene_.server().channel());
    const auto answered = static_cast<int64_t>(payers.paid().size());
    const auto lost = static_cast<int64_t>(payers.not_paid().size());
    EXPECT_GE(paid.units, before + answered);
    EXPECT_LE(paid.units, before + answered + lost);
    for (const auto& [id, answer] : payers.paid()) {
      v1::CreateTradeResponse again;
      ASSERT_TRUE(PayOne(*trades, id, absl::Minutes(1), &again).ok());
      ASSERT_EQ(again.outcome().sequence(), answer.first);
      ASSERT_EQ(again.outcome().digest(), answer.second);
    }
    EXPECT_EQ(ReadPaid(scene_.server().channel()).units, paid.units);
    for (const auto& [id, reason] : payers.not_paid()) {
      v1::CreateTradeResponse again;
      ASSERT_TRUE(PayOne(*trades, id, absl::Minutes(1), &again).ok());
    }
    EXPECT_EQ(ReadPaid(scene_.server().channel()).units,
              before + answered + lost);
  }

  // What the verifier says of a title, such as "Sequence".
  std::string Verified(const std::string& title) {
    const Finished done = scene_.Skontro({"verify", scene_.data_dir()});
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    const size_t at = done.out.find(title);
    if (at == std::string::npos) return done.out;
    const size_t value = done.out.find_first_not_of(" ", at + title.size());
    return done.out.substr(value, done.out.find('\n', value) - value);
  }

  Scene scene_;
};

TEST_F(ShutdownTest, SigtermUnderLoadFinishesWhatWasAcceptedAndExitsWithZero) {
  int64_t before = 0;
  for (int round = 0; round < 3; ++round) {
    Payers payers(scene_.server().channel(), 8, absl::StrCat("round", round));
    ASSERT_TRUE(payers.AwaitPaid(200));
    EXPECT_EQ(scene_.StopServer(), 0) << scene_.server().log();
    payers.Stop();
    for (const auto& [id, reason] : payers.not_paid()) {
      // 14 is UNAVAILABLE: the connection is gone. 1 is CANCELLED: what gRPC
      // itself answers to a call that came while it stopped listening, and
      // that none of our code saw.
      EXPECT_THAT(reason, AnyOf("SHUTTING_DOWN", "14", "1")) << id;
    }
    // The rows are all there: a start has nothing to roll forward.
    EXPECT_EQ(Verified("Projected up to"), Verified("Sequence"));
    Start();
    ExpectKept(payers, before);
    before = ReadPaid(scene_.server().channel()).units;
  }
}

TEST_F(ShutdownTest, SigintStopsItToo) {
  scene_.server().process().Signal(SIGINT);
  EXPECT_EQ(scene_.server().Wait(), 0) << scene_.server().log();
  EXPECT_THAT(scene_.server().log(), HasSubstr("stopped"));
}

TEST_F(ShutdownTest, ADeadlineOfAMillisecondLeavesNothingHalfDone) {
  const auto trades = v1::TradeService::NewStub(scene_.server().channel());
  constexpr int kPayments = 200;
  int timed_out = 0;
  for (int i = 0; i < kPayments; ++i) {
    v1::CreateTradeResponse response;
    const grpc::Status status =
        PayOne(*trades, absl::StrCat("short-", i),
               absl::Microseconds(i % 4 == 0 ? 100 : 1'000), &response);
    if (status.ok()) continue;
    ++timed_out;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED)
        << status.error_message();
  }
  EXPECT_GT(timed_out, 0);
  const int64_t paid = ReadPaid(scene_.server().channel()).units;
  EXPECT_GE(paid, kPayments - timed_out);
  for (int i = 0; i < kPayments; ++i) {
    v1::CreateTradeResponse response;
    ASSERT_TRUE(
        PayOne(*trades, absl::StrCat("short-", i), absl::Minutes(1), &response)
            .ok());
  }
  EXPECT_EQ(ReadPaid(scene_.server().channel()).units, kPayments);
}

TEST_F(ShutdownTest, AClientThatGoesAwayInTheMiddleLeavesNothingHalfDone) {
  constexpr int kBatches = 24;
  constexpr int kItems = 50;
  const auto trades = v1::TradeService::NewStub(scene_.server().channel());
  const auto request = [&](int batch) {
    v1::BatchCreateTradesRequest made;
    made.set_parent("networks/pay");
    made.set_mode(v1::BatchCreateTradesRequest::ATOMIC);
    made.set_request_id(absl::StrCat("gone-", batch));
    for (int i = 0; i < kItems; ++i) {
      v1::Trade& trade = *made.add_requests()->mutable_trade();
      trade.set_seller("networks/pay/members/b");
      trade.set_buyer("networks/pay/members/a");
      trade.set_initiator(v1::Trade::BUYER);
      trade.mutable_unit_leg()->set_minor_units(1);
    }
    return made;
  };
  for (int batch = 0; batch < kBatches; ++batch) {
    const v1::BatchCreateTradesRequest made = request(batch);
    grpc::ClientContext context;
    v1::BatchCreateTradesResponse response;
    grpc::CompletionQueue queue;
    grpc::Status status;
    const auto call = trades->AsyncBatchCreateTrades(&context, made, &queue);
    call->Finish(&response, &status, nullptr);
    // Some are cancelled before they are sent, some while they are decided.
    void* tag = nullptr;
    bool ok = false;
    queue.AsyncNext(
        &tag, &ok,
        absl::ToChronoTime(absl::Now() + absl::Microseconds(batch * 100)));
    context.TryCancel();
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) continue;
    EXPECT_EQ(ReadPaid(scene_.server().channel()).units % kItems, 0);
  }
  for (int batch = 0; batch < kBatches; ++batch) {
    grpc::ClientContext context;
    v1::BatchCreateTradesResponse response;
    const grpc::Status status =
        trades->BatchCreateTrades(&context, request(batch), &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_EQ(ReadPaid(scene_.server().channel()).units, kBatches * kItems);
}

// Connects to the server as a stranger, says `words` and hangs up.
void SayAndHangUp(int port, const std::string& words) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
            0);
  ASSERT_EQ(send(fd, words.data(), words.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(words.size()));
  close(fd);
}

TEST_F(ShutdownTest, StrangersWhoHangUpDisturbNobody) {
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::string& words :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x16\x03\x01", 3),
        preface, preface + std::string(9, '\xff'), preface.substr(0, 7),
        std::string(100'000, 'x')}) {
    SayAndHangUp(scene_.server().port(), words);
  }
  const auto trades = v1::TradeService::NewStub(scene_.server().channel());
  v1::CreateTradeResponse response;
  EXPECT_TRUE(PayOne(*trades, "after", absl::Minutes(1), &response).ok());
  EXPECT_EQ(scene_.StopServer(), 0) << scene_.server().log();
}

TEST_F(ShutdownTest, AReadThatWaitsForeverDoesNotHoldUpTheEnd) {
  const auto channel = scene_.server().channel();
  const auto accounts = v1::AccountService::NewStub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  v1::GetAccountRequest request;
  request.set_name("networks/pay/members/b/accounts/main");
  request.set_min_sequence(1'000'000'000);  // Waits for what never comes.
  const auto call = accounts->AsyncGetAccount(&context, request, &queue);
  v1::GetAccountResponse response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  EXPECT_EQ(scene_.StopServer(), 0) << scene_.server().log();
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  EXPECT_FALSE(status.ok());
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) continue;
}

}  // namespace
}  // namespace skontro::integration

// A server that answers every trade at once with as many bytes as skontrod
// would, and knows nothing of trades: what gRPC alone costs, on the same
// messages and the same kind of server. The load generator compares with it.
//
// Usage: skontro_echo <address>, such as 127.0.0.1:0 for a port that is free;
// the first line of the output names it. Ends with SIGTERM.

#include <grpcpp/grpcpp.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "ledger/base/limits.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::bench {
namespace {

constexpr int64_t kSequence = 1'234'567;
constexpr int64_t kSeconds = 1'795'000'000;

// What a trade has more once it is settled.
void Answer(const v1::CreateTradeRequest& request,
            v1::CreateTradeResponse* response) {
  v1::Trade* trade = response->mutable_trade();
  *trade = request.trade();
  trade->set_name("networks/bench/trades/t1234567");
  trade->mutable_national_value()->set_currency_code("EUR");
  trade->mutable_national_value()->set_minor_units(
      trade->unit_leg().minor_units());
  trade->mutable_rate()->set_numerator(1);
  trade->mutable_rate()->set_denominator(1);
  trade->mutable_rate()->set_version(1);
  trade->set_state(v1::Trade::SETTLED);
  trade->mutable_create_time()->set_seconds(kSeconds);
  trade->mutable_create_time()->set_nanos(123'456'000);
  trade->mutable_settle_time()->set_seconds(kSeconds);
  trade->mutable_settle_time()->set_nanos(123'456'000);
  trade->mutable_value_date()->set_year(2026);
  trade->mutable_value_date()->set_month(11);
  trade->mutable_value_date()->set_day(22);
  trade->set_create_sequence(kSequence);
  trade->set_settle_sequence(kSequence);
  response->mutable_outcome()->set_sequence(kSequence);
  response->mutable_outcome()->set_digest(std::string(32, 'd'));
}

class Echo : public v1::TradeService::CallbackService {
 public:
  grpc::ServerUnaryReactor* CreateTrade(
      grpc::CallbackServerContext* context,
      const v1::CreateTradeRequest* request,
      v1::CreateTradeResponse* response) override {
    Answer(*request, response);
    return Finish(context);
  }

  grpc::ServerUnaryReactor* BatchCreateTrades(
      grpc::CallbackServerContext* context,
      const v1::BatchCreateTradesRequest* request,
      v1::BatchCreateTradesResponse* response) override {
    response->mutable_results()->Reserve(request->requests_size());
    for (const v1::CreateTradeRequest& item : request->requests()) {
      Answer(item, response->add_results()->mutable_response());
    }
    response->set_sequence(kSequence);
    return Finish(context);
  }

 private:
  static grpc::ServerUnaryReactor* Finish(
      grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

int Run(const std::string& address) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  Echo service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::fprintf(stderr, "skontro_echo: cannot listen on %s\n",
                 address.c_str());
    return 1;
  }
  // As skontrod says it, so that one reader reads both.
  std::printf("skontro_echo: listening on %s:%d\n",
              address.substr(0, address.rfind(':')).c_str(), port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: skontro_echo <address>\n");
    return 2;
  }
  return skontro::bench::Run(argv[1]);
}

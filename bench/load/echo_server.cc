// A server that answers every call of the load generator at once with as many
// bytes as skontrod would, and knows nothing of trades: what gRPC alone costs,
// on the same messages and the same kind of server. The load generator compares
// with it.
//
// Usage: skontro_echo <address> [<certificate> <private key>], such as
// 127.0.0.1:0 for a port that is free; the first line of the output names it.
// With a certificate (PEM files) it encrypts. Ends with SIGTERM.

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "ledger/base/limits.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::bench {
namespace {

constexpr int64_t kSequence = 1'234'567;
constexpr int64_t kSeconds = 1'795'000'000;

// What a trade has more once it is settled.
void Settle(v1::Trade* trade) {
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
}

void SetOutcome(v1::Outcome* outcome) {
  outcome->set_sequence(kSequence);
  outcome->set_digest(std::string(32, 'd'));
}

void Answer(const v1::CreateTradeRequest& request,
            v1::CreateTradeResponse* response) {
  *response->mutable_trade() = request.trade();
  Settle(response->mutable_trade());
  SetOutcome(response->mutable_outcome());
}

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

// What a trade says that nobody described here.
void FillTrade(v1::Trade* trade) {
  trade->set_seller("networks/bench/members/m0000001");
  trade->set_buyer("networks/bench/members/m0000002");
  trade->set_initiator(v1::Trade::BUYER);
  trade->mutable_unit_leg()->set_minor_units(123'456);
  Settle(trade);
}

void FillAccount(const std::string& name, v1::Account* account) {
  account->set_name(name);
  account->mutable_balance()->set_minor_units(-123'456);
  account->mutable_credit_line()->set_minor_units(kAmountMax);
  account->mutable_balance_limit()->set_minor_units(kAmountMax);
  account->mutable_spendable()->set_minor_units(kAmountMax - 123'456);
  account->set_posting_count(1'234);
}

class EchoAccounts : public v1::AccountService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetAccount(
      grpc::CallbackServerContext* context,
      const v1::GetAccountRequest* request,
      v1::GetAccountResponse* response) override {
    FillAccount(request->name(), response->mutable_account());
    response->set_sequence(kSequence);
    return Finish(context);
  }

  grpc::ServerUnaryReactor* GetStatement(
      grpc::CallbackServerContext* context,
      const v1::GetStatementRequest* request,
      v1::GetStatementResponse* response) override {
    FillAccount(request->name(), response->mutable_account());
    response->mutable_opening_balance()->set_minor_units(123'456);
    response->mutable_closing_balance()->set_minor_units(-123'456);
    for (int i = 0; i < request->page_size(); ++i) {
      FillLine(response->add_lines());
    }
    response->set_next_page_token(std::string(64, 't'));
    response->set_sequence(kSequence);
    return Finish(context);
  }

 private:
  static void FillLine(v1::StatementLine* line) {
    v1::Trade trade;
    FillTrade(&trade);
    line->set_sequence(kSequence);
    *line->mutable_record_time() = trade.settle_time();
    *line->mutable_booking_date() = trade.value_date();
    *line->mutable_value_date() = trade.value_date();
    line->mutable_amount()->set_minor_units(-123'456);
    line->mutable_balance_after()->set_minor_units(-123'456);
    line->set_kind(v1::StatementLine::TRADE);
    line->set_trade(trade.name());
    line->set_counterparty(trade.seller());
    line->set_counterparty_legal_name("Member 1234 SRL");
    *line->mutable_national_value() = trade.national_value();
  }
};

// One response with so many events as the load generator asks back for, and
// then the stream stays open until it is cancelled.
class EchoEvents : public v1::EventService::CallbackService {
 public:
  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      grpc::CallbackServerContext*,
      const v1::WatchEventsRequest* request) override {
    return new Stream(request->from_sequence());
  }

 private:
  static constexpr int kEvents = 100;

  class Stream : public grpc::ServerWriteReactor<v1::WatchEventsResponse> {
   public:
    explicit Stream(int64_t from) {
      for (int i = 0; i <= kEvents; ++i) FillEvent(response_.add_events());
      response_.set_sequence(from + kEvents);
      StartWrite(&response_);
    }
    void OnWriteDone(bool) override {}
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

   private:
    static void FillEvent(v1::Event* event) {
      event->set_sequence(kSequence);
      event->set_type(v1::Event::TRADE_SETTLED);
      FillTrade(event->mutable_trade());
      *event->mutable_record_time() = event->trade().settle_time();
      *event->mutable_booking_date() = event->trade().value_date();
      event->set_digest(std::string(32, 'd'));
      for (int i = 0; i < 2; ++i) {
        v1::BalanceAfter* after = event->add_balances();
        after->set_account(event->trade().seller() + "/accounts/main");
        after->set_amount_minor_units(-123'456);
        after->set_balance_minor_units(-123'456);
      }
    }

    v1::WatchEventsResponse response_;
  };
};

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

  grpc::ServerBidiReactor<v1::SubmitTradesRequest, v1::SubmitTradesResponse>*
  SubmitTrades(grpc::CallbackServerContext*) override {
    return new Stream();
  }

  grpc::ServerUnaryReactor* AcceptTrade(
      grpc::CallbackServerContext* context, const v1::AcceptTradeRequest*,
      v1::AcceptTradeResponse* response) override {
    FillTrade(response->mutable_trade());
    SetOutcome(response->mutable_outcome());
    return Finish(context);
  }

 private:
  // One response to each request, and the end when the client ends.
  class Stream : public grpc::ServerBidiReactor<v1::SubmitTradesRequest,
                                                v1::SubmitTradesResponse> {
   public:
    Stream() { StartRead(&request_); }

    void OnReadDone(bool ok) override {
      if (!ok) {
        Finish(grpc::Status::OK);
        return;
      }
      response_.Clear();
      response_.mutable_results()->Reserve(request_.requests_size());
      for (const v1::CreateTradeRequest& item : request_.requests()) {
        auto* result = response_.add_results();
        result->set_request_id(item.request_id());
        Answer(item, result->mutable_response());
      }
      response_.set_sequence(kSequence);
      StartWrite(&response_);
    }
    void OnWriteDone(bool ok) override {
      if (ok) StartRead(&request_);
    }
    void OnDone() override { delete this; }

   private:
    v1::SubmitTradesRequest request_;
    v1::SubmitTradesResponse response_;
  };
};

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// What the arguments behind the address ask for.
std::shared_ptr<grpc::ServerCredentials> CredentialsOf(int argc, char** argv) {
  if (argc < 4) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({ReadFile(argv[3]), ReadFile(argv[2])});
  return grpc::SslServerCredentials(options);
}

int Run(const std::string& address,
        const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  Echo service;
  EchoAccounts accounts;
  EchoEvents events;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, credentials, &port);
  builder.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
  builder.RegisterService(&service);
  builder.RegisterService(&accounts);
  builder.RegisterService(&events);
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
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr,
                 "usage: skontro_echo <address> [<certificate> <private "
                 "key>]\n");
    return 2;
  }
  return skontro::bench::Run(argv[1],
                             skontro::bench::CredentialsOf(argc, argv));
}

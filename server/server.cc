#include "server/server.h"

#include <arpa/inet.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "server/account_service.h"
#include "server/admin_service.h"
#include "server/audit_service.h"
#include "server/call_context.h"
#include "server/call_watch.h"
#include "server/credit_service.h"
#include "server/event_service.h"
#include "server/fiscal_service.h"
#include "server/key_service.h"
#include "server/member_service.h"
#include "server/network_service.h"
#include "server/operation_service.h"
#include "server/trade_service.h"
#include "server/webhook_service.h"

namespace skontro::server {
namespace {

// Two threads answer while a third waits for a disk.
constexpr int kAnswerThreads = 2;
constexpr int kWorkerThreads = 4;
constexpr size_t kWorkQueueMax = 64;

// A client with more calls than this on one connection waits.
constexpr int kConcurrentCallsMax = 4'096;

// What gRPC may use for messages on their way, in bytes.
constexpr size_t kMemoryMax = 1u << 30;

constexpr int kKeepaliveMs = 60'000;

// How often it is kept when keys were used last.
constexpr absl::Duration kLastUseInterval = absl::Minutes(1);

// How late a hold may end.
constexpr absl::Duration kHoldInterval = absl::Seconds(1);

// The host of host:port, without the brackets of IPv6; empty if it is none.
std::string HostOf(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return "";
  int port = -1;
  if (!absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65'535) {
    return "";
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return host.substr(1, host.size() - 2);
  }
  return host.find(':') == std::string::npos ? host : "";
}

void Configure(grpc::ServerBuilder* builder, Log* log, Metrics* metrics) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
  // A second server on the same port must fail, not share its calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              kConcurrentCallsMax);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  grpc::ResourceQuota quota("skontrod");
  quota.Resize(kMemoryMax);
  builder->SetResourceQuota(quota);
  // gRPC takes apart whatever a compressed message holds before its size is
  // looked at, so a few kilobytes could be gigabytes: they are refused instead,
  // and not taken apart.
  for (const grpc_compression_algorithm algorithm :
       {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder->SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder->AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  std::vector<
      std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
      watches;
  watches.push_back(std::make_unique<CallWatchFactory>(log, metrics));
  builder->experimental().SetInterceptorCreators(std::move(watches));
}

}  // namespace

bool IsAddress(const std::string& address) { return !HostOf(address).empty(); }

bool IsLoopback(const std::string& address) {
  const std::string host = HostOf(address);
  if (host == "localhost" || host == "::1") return true;
  in_addr parsed{};
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1 &&
         host.rfind("127.", 0) == 0;
}

struct Server::Services {
  Services(const Backend& backend, EventFeed* events, WebhookSender* webhooks,
           const StatusSource& status)
      : network(backend),
        member(backend),
        account(backend),
        credit(backend),
        trade(backend),
        fiscal(backend),
        operation(backend),
        audit(backend),
        event(backend, events),
        key(backend),
        webhook(backend, webhooks),
        admin(backend, status) {}

  NetworkService network;
  MemberService member;
  AccountService account;
  CreditService credit;
  TradeService trade;
  FiscalService fiscal;
  OperationService operation;
  AuditService audit;
  EventService event;
  KeyService key;
  WebhookService webhook;
  AdminService admin;
};

Server::Server(const Options& options, NetworkRegistry* networks,
               const Clock* clock, Log* log)
    : networks_(networks),
      authenticator_(options.authentication, networks, clock),
      client_limits_(options.client_limits),
      last_uses_(
          std::make_unique<LastUseWatch>(kLastUseInterval, networks, log)),
      holds_(std::make_unique<HoldWatch>(kHoldInterval, networks, clock)),
      events_(std::make_unique<EventFeed>(log, options.stream_patience)),
      answers_(std::make_unique<WorkPool>(kAnswerThreads,
                                          std::numeric_limits<size_t>::max())),
      workers_(std::make_unique<WorkPool>(kWorkerThreads, kWorkQueueMax)) {}

absl::Status Server::MakeServices(const Options& options, const Clock* clock,
                                  Log* log) {
  SKONTRO_ASSIGN_OR_RETURN(
      webhooks_, WebhookSender::Start(options.webhooks, authenticator_.secret(),
                                      networks_, clock, log));
  services_ = std::make_unique<Services>(
      Backend{*networks_, *clock, *log, *answers_, *workers_, operations_,
              authenticator_, options.stream_patience},
      events_.get(), webhooks_.get(), options.status);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options,
                                                      NetworkRegistry* networks,
                                                      const Clock* clock,
                                                      Log* log,
                                                      Metrics* metrics) {
  const std::string& address = options.address;
  const bool guarded =
      options.tls != nullptr && !options.authentication.trust_anybody;
  if (!IsAddress(address) || (!guarded && !IsLoopback(address))) {
    return absl::InvalidArgumentError(absl::StrCat(
        address,
        " is not on this machine's loopback; calls that are not encrypted or "
        "need no key are taken on 127.0.0.1:PORT or [::1]:PORT only"));
  }
  // Once per process, and before any builder.
  static const bool plugins = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(plugins);
  std::unique_ptr<Server> server(new Server(options, networks, clock, log));
  SKONTRO_RETURN_IF_ERROR(server->MakeServices(options, clock, log));
  Services& services = *server->services_;
  grpc::ServerBuilder builder;
  Configure(&builder, log, metrics);
  builder.SetContextAllocator(
      std::make_unique<CallContexts>(&server->client_limits_, clock));
  builder.AddListeningPort(address,
                           options.tls == nullptr
                               ? grpc::InsecureServerCredentials()
                               : options.tls->Credentials(),
                           &server->port_);
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &services.network, &services.member, &services.account,
           &services.credit, &services.trade, &services.fiscal,
           &services.operation, &services.audit, &services.event, &services.key,
           &services.webhook, &services.admin}) {
    builder.RegisterService(service);
  }
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address,
                     "; is another server there? Stop it, or choose another "
                     "port with --grpc-listen"));
  }
  return server;
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() const {
  grpc::ChannelArguments arguments;
  // What the services answer is theirs to bound.
  arguments.SetMaxReceiveMessageSize(-1);
  return server_->InProcessChannel(arguments);
}

Server::~Server() {
  if (server_ != nullptr) Stop(absl::ZeroDuration());
}

void Server::Drain() {
  server_->GetHealthCheckService()->SetServingStatus(false);
}

void Server::StopIntake() {
  Drain();
  networks_->StopIntake();
  operations_.CancelAll();
  events_->Stop();
  services_->trade.StopStreams();
}

void Server::Stop(absl::Duration grace) {
  if (server_ == nullptr) return;
  StopIntake();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
  server_.reset();
  // Behind the calls, which it may have to finish; who reads metrics still
  // asks.
  webhooks_->Stop();
  last_uses_.reset();
  holds_.reset();
}

}  // namespace skontro::server

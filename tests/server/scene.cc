#include "tests/server/scene.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

int64_t NoonOfSecondOfMarch() {
  absl::TimeZone paris;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Paris", &paris));
  return absl::ToUnixMicros(
      absl::FromCivil(absl::CivilSecond(2026, 3, 2, 12, 0, 0), paris));
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) std::abort();
  return *std::move(result);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name =
      (std::filesystem::temp_directory_path() / "skontro-server-test-XXXXXX")
          .string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

Error ErrorIn(const google::rpc::Status& status) {
  Error error;
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&info)) {
      EXPECT_EQ(info.domain(), "skontro");
      ++error.error_infos;
      error.reason = info.reason();
      error.metadata.insert(info.metadata().begin(), info.metadata().end());
    } else if (detail.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        EXPECT_FALSE(violation.description().empty());
        error.fields.push_back(violation.field());
      }
    } else if (detail.UnpackTo(&retry)) {
      error.has_retry =
          retry.retry_delay().seconds() > 0 || retry.retry_delay().nanos() > 0;
    } else {
      ADD_FAILURE() << "an unknown detail: " << detail.type_url();
    }
  }
  return error;
}

Error ErrorIn(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(details.message(), status.error_message());
  return ErrorIn(details);
}

Scene::Scene(const engine::Engine::Options& options)
    : options_(options), clock_(NoonOfSecondOfMarch()) {
  log_ = std::make_unique<Log>(STDERR_FILENO, LogFormat::kText,
                               LogLevel::kWarning);
  Start();
}

Scene::~Scene() { Stop(); }

void Scene::Start() {
  data_ = Must(DataDirectory::Open(directory_.path()));
  NetworkRegistry::Options options;
  options.cache_bytes = 8u << 20;
  options.write_buffer_bytes = 8u << 20;
  options.engine = options_;
  options.metrics = &metrics_;
  networks_ = Must(NetworkRegistry::Open(data_.get(), options, log_.get()));
  Server::Options server = server_options_;
  server.address = "127.0.0.1:0";
  server.authentication.secret = std::string(32, 's');
  server.authentication.server_key = server_key_;
  server.authentication.trust_anybody = trust_anybody_;
  server.status.version = "test";
  server.status.start_time_us = clock_.NowUs();
  server.status.insecure = trust_anybody_;
  server.status.data_directory = directory_.path();
  server.status.disk_full_percent = 100;
  server_ = Must(
      Server::Start(server, networks_.get(), &clock_, log_.get(), &metrics_));
  channel_ = NewChannel();
}

void Scene::Stop() {
  channel_.reset();
  if (server_ != nullptr) server_->Stop(absl::Seconds(5));
  server_.reset();
  networks_.reset();
  data_.reset();
}

void Scene::Restart() {
  Stop();
  Start();
}

std::shared_ptr<grpc::Channel> Scene::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  // A connection of its own, also to where there was one before.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

std::unique_ptr<grpc::ClientContext> Scene::NewContext() const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(absl::Now() + deadline_));
  if (!key_.empty()) context->AddMetadata("authorization", "Bearer " + key_);
  return context;
}

template <typename Service, typename Request, typename Response>
Reply<Response> Scene::Invoke(
    grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                    Response*),
    Service& stub, const Request& request) {
  Reply<Response> reply;
  const auto context = NewContext();
  reply.status = (stub.*method)(context.get(), request, &reply.response);
  return reply;
}

#define SKONTRO_CALL(service, method)                                  \
  Reply<v1::method##Response> Scene::Call(                             \
      const v1::method##Request& request) {                            \
    using Stub = v1::service::StubInterface;                           \
    const std::unique_ptr<Stub> stub = v1::service::NewStub(channel_); \
    return Invoke<Stub, v1::method##Request, v1::method##Response>(    \
        &Stub::method, *stub, request);                                \
  }

SKONTRO_CALL(NetworkService, GetNetwork)
SKONTRO_CALL(NetworkService, ListNetworks)
SKONTRO_CALL(NetworkService, CreateNetwork)
SKONTRO_CALL(NetworkService, GetPolicies)
SKONTRO_CALL(NetworkService, UpdatePolicies)
SKONTRO_CALL(NetworkService, ArchiveNetwork)
SKONTRO_CALL(NetworkService, RestoreNetwork)
SKONTRO_CALL(MemberService, GetMember)
SKONTRO_CALL(MemberService, ListMembers)
SKONTRO_CALL(MemberService, CreateMember)
SKONTRO_CALL(MemberService, ChangeMemberStatus)
SKONTRO_CALL(MemberService, ListMemberStatusChanges)
SKONTRO_CALL(AccountService, GetAccount)
SKONTRO_CALL(AccountService, GetStatement)
SKONTRO_CALL(AccountService, ListEntries)
SKONTRO_CALL(AccountService, ListAccounts)
SKONTRO_CALL(CreditService, GetCreditLine)
SKONTRO_CALL(CreditService, ListCreditLineChanges)
SKONTRO_CALL(CreditService, SetCreditLine)
SKONTRO_CALL(TradeService, GetTrade)
SKONTRO_CALL(TradeService, ListTrades)
SKONTRO_CALL(TradeService, CreateTrade)
SKONTRO_CALL(TradeService, BatchCreateTrades)
SKONTRO_CALL(TradeService, AcceptTrade)
SKONTRO_CALL(TradeService, DeclineTrade)
SKONTRO_CALL(TradeService, ReverseTrade)
SKONTRO_CALL(TradeService, WithdrawTrade)
SKONTRO_CALL(TradeService, AuthoriseTrade)
SKONTRO_CALL(TradeService, SettleTrade)
SKONTRO_CALL(TradeService, ReleaseTrade)
SKONTRO_CALL(OperationService, GetOperation)
SKONTRO_CALL(OperationService, ListOperations)
SKONTRO_CALL(OperationService, CancelOperation)
SKONTRO_CALL(AuditService, Verify)
SKONTRO_CALL(AuditService, GetHead)
SKONTRO_CALL(AuditService, ProveInclusion)
SKONTRO_CALL(AuditService, ProveConsistency)
SKONTRO_CALL(AuditService, ListHeadKeys)
SKONTRO_CALL(AuditService, RotateHeadKey)
SKONTRO_CALL(KeyService, CreateApiKey)
SKONTRO_CALL(KeyService, GetApiKey)
SKONTRO_CALL(KeyService, ListApiKeys)
SKONTRO_CALL(KeyService, RotateApiKey)
SKONTRO_CALL(KeyService, RevokeApiKey)
SKONTRO_CALL(WebhookService, CreateWebhook)
SKONTRO_CALL(WebhookService, GetWebhook)
SKONTRO_CALL(WebhookService, ListWebhooks)
SKONTRO_CALL(WebhookService, DeleteWebhook)
SKONTRO_CALL(WebhookService, PauseWebhook)
SKONTRO_CALL(WebhookService, ResumeWebhook)
SKONTRO_CALL(WebhookService, ListDeadLetters)
SKONTRO_CALL(WebhookService, ResendDeadLetter)
SKONTRO_CALL(WebhookService, SkipDeadLetter)

#undef SKONTRO_CALL

namespace {

Scene::Export Receive(grpc::ClientReader<v1::ExportChunk>* reader) {
  Scene::Export received;
  v1::ExportChunk chunk;
  while (reader->Read(&chunk)) {
    if (chunk.has_file_name()) {
      EXPECT_NE(chunk.media_type(), "");
      EXPECT_GT(chunk.sequence(), 0);
      received.files.emplace_back(chunk.file_name(), "");
    } else if (received.files.empty()) {
      ADD_FAILURE() << "content came before a file began";
    } else {
      EXPECT_LE(chunk.content().size(), 64u * 1024);
      received.files.back().second.append(chunk.content());
    }
  }
  received.status = reader->Finish();
  return received;
}

}  // namespace

Scene::Export Scene::Call(const v1::ExportRequest& request) {
  const auto context = NewContext();
  return Receive(v1::FiscalService::NewStub(channel_)
                     ->Export(context.get(), request)
                     .get());
}

v1::VerifyReport Scene::Verify(const std::string& id) {
  v1::VerifyRequest request;
  request.set_name("networks/" + id);
  const auto begun = Call(request);
  EXPECT_TRUE(begun.status.ok()) << begun.status.error_message();
  v1::GetOperationRequest get;
  get.set_name(begun.response.operation().name());
  v1::Operation operation = begun.response.operation();
  while (operation.state() == v1::Operation::RUNNING) {
    absl::SleepFor(absl::Milliseconds(5));
    const auto now = Call(get);
    EXPECT_TRUE(now.status.ok()) << now.status.error_message();
    if (!now.status.ok()) break;
    operation = now.response.operation();
  }
  EXPECT_EQ(operation.state(), v1::Operation::SUCCEEDED)
      << operation.DebugString();
  EXPECT_TRUE(operation.has_end_time());
  return operation.verify_report();
}

void Scene::MakeNetwork(const std::string& id) {
  EXPECT_TRUE(Call(NetworkRequest("make-" + id, id)).status.ok());
  for (const char* member : {"imprimerie", "boulangerie", "garage"}) {
    v1::CreateMemberRequest request =
        MemberRequest(absl::StrCat("make-", member), member);
    request.set_parent("networks/" + id);
    EXPECT_TRUE(Call(request).status.ok());
  }
}

int64_t Scene::BalanceOf(const std::string& member) {
  v1::GetAccountRequest request;
  request.set_name(AccountName("res", member));
  const auto reply = Call(request);
  EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
  return reply.response.account().balance().minor_units();
}

v1::CreateTradeRequest TradeRequest(const std::string& request_id,
                                    const std::string& seller,
                                    const std::string& buyer, int64_t units,
                                    v1::Trade::Initiator initiator) {
  v1::CreateTradeRequest request;
  request.set_parent("networks/res");
  request.set_request_id(request_id);
  v1::Trade& trade = *request.mutable_trade();
  trade.set_seller(MemberName("res", seller));
  trade.set_buyer(MemberName("res", buyer));
  trade.set_initiator(initiator);
  trade.mutable_unit_leg()->set_minor_units(units);
  return request;
}

v1::CreateMemberRequest MemberRequest(const std::string& request_id,
                                      const std::string& id) {
  v1::CreateMemberRequest request;
  request.set_parent("networks/res");
  request.set_request_id(request_id);
  request.set_member_id(id);
  request.mutable_member()->set_legal_name("Entreprise " + id);
  request.mutable_member()->set_country_code("FR");
  return request;
}

v1::CreateNetworkRequest NetworkRequest(const std::string& request_id,
                                        const std::string& id) {
  auto request = Text<v1::CreateNetworkRequest>(R"pb(
    network {
      display_name: "Réseau d'échanges"
      unit_code: "RES"
      unit_decimals: 2
      peg_currency_code: "EUR"
      time_zone: "Europe/Paris"
      default_credit_line { minor_units: 100000 }
    })pb");
  request.set_network_id(id);
  request.set_request_id(request_id);
  return request;
}

v1::SetCreditLineRequest LineRequest(const std::string& request_id,
                                     const std::string& member, int64_t line) {
  v1::SetCreditLineRequest request;
  request.set_request_id(request_id);
  request.set_reason("because of the test");
  request.mutable_credit_line()->set_name(CreditLineName("res", member));
  request.mutable_credit_line()->mutable_credit_line()->set_minor_units(line);
  return request;
}

}  // namespace skontro::server

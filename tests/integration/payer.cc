#include "tests/integration/payer.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"

namespace skontro::integration {
namespace {

constexpr char kNetwork[] = "networks/pay";
constexpr absl::Duration kPatience = absl::Minutes(1);

absl::Status ToStatus(const char* what, const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(what, ": ", status.error_message()));
}

grpc::Status CreateMember(v1::MemberService::Stub& members,
                          const std::string& id) {
  v1::CreateMemberRequest request;
  request.set_parent(kNetwork);
  request.set_member_id(id);
  request.set_request_id("admit-" + id);
  request.mutable_member()->set_legal_name(id);
  request.mutable_member()->set_country_code("BE");
  grpc::ClientContext context;
  v1::CreateMemberResponse response;
  return members.CreateMember(&context, request, &response);
}

}  // namespace

absl::Status MakePayNetwork(const std::shared_ptr<grpc::Channel>& channel) {
  v1::CreateNetworkRequest request;
  request.set_network_id("pay");
  request.set_request_id("create");
  v1::Network& network = *request.mutable_network();
  network.set_display_name("Pay");
  network.set_unit_code("PAY");
  network.set_unit_decimals(2);
  network.set_peg_currency_code("EUR");
  network.mutable_default_credit_line()->set_minor_units(1'000'000'000);
  grpc::ClientContext context;
  v1::CreateNetworkResponse response;
  const auto networks = v1::NetworkService::NewStub(channel);
  const auto members = v1::MemberService::NewStub(channel);
  grpc::Status status = networks->CreateNetwork(&context, request, &response);
  if (status.ok()) status = CreateMember(*members, "a");
  if (status.ok()) status = CreateMember(*members, "b");
  return ToStatus("cannot make the network", status);
}

grpc::Status PayOne(v1::TradeService::Stub& trades,
                    const std::string& request_id, absl::Duration timeout,
                    v1::CreateTradeResponse* response) {
  v1::CreateTradeRequest request;
  request.set_parent(kNetwork);
  request.set_request_id(request_id);
  v1::Trade& trade = *request.mutable_trade();
  trade.set_seller("networks/pay/members/b");
  trade.set_buyer("networks/pay/members/a");
  trade.set_initiator(v1::Trade::BUYER);
  trade.mutable_unit_leg()->set_minor_units(1);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  return trades.CreateTrade(&context, request, response);
}

Paid ReadPaid(const std::shared_ptr<grpc::Channel>& channel) {
  const auto accounts = v1::AccountService::NewStub(channel);
  v1::GetAccountRequest request;
  request.set_name("networks/pay/members/b/accounts/main");
  grpc::ClientContext context;
  v1::GetAccountResponse response;
  if (!accounts->GetAccount(&context, request, &response).ok()) return {};
  return {response.account().balance().minor_units(), response.sequence()};
}

Payers::Payers(const std::shared_ptr<grpc::Channel>& channel, int count,
               const std::string& prefix)
    : channel_(channel), prefix_(prefix) {
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this, i] { Run(i); });
  }
}

Payers::~Payers() { Stop(); }

bool Payers::AwaitPaid(int64_t count) {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return static_cast<int64_t>(paid_.size()) >= count;
  };
  const absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), kPatience);
}

void Payers::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Payers::Run(int thread) {
  const auto trades = v1::TradeService::NewStub(channel_);
  for (int64_t i = 0; !stopped_; ++i) {
    const std::string id = absl::StrCat(prefix_, "-", thread, "-", i);
    v1::CreateTradeResponse response;
    const grpc::Status status = PayOne(*trades, id, kPatience, &response);
    const absl::MutexLock lock(&mutex_);
    if (status.ok()) {
      paid_[id] = {response.outcome().sequence(), response.outcome().digest()};
      continue;
    }
    const RefusedBecause because = ReasonOf(status);
    not_paid_[id] =
        because.reason.empty() ? absl::StrCat(because.code) : because.reason;
    return;
  }
}

}  // namespace skontro::integration

// Every method, called by every role on what is its own, on what is another's
// and on what is not there, over a server that trusts nobody. The table of
// docs/security.md is what came out: a method that is not walked here fails,
// and so does a table that is not current. To write it anew:
//
//   SKONTRO_WRITE_DOCS=1 build/asan/tests/server_permission_matrix_test

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/permission.h"
#include "engine/visibility.h"
#include "skontro/v1/admin_service.grpc.pb.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

using engine::Role;

enum class Target { kOwn, kForeign, kAbsent };
constexpr Target kTargets[] = {Target::kOwn, Target::kForeign, Target::kAbsent};

// What a call came to, as far as permission goes.
std::string OutcomeOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return "yes";
    case grpc::StatusCode::NOT_FOUND:
      return "not found";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "denied";
    case grpc::StatusCode::FAILED_PRECONDITION:
      // An export of a member without a company number was let in.
      if (ErrorIn(status).reason == "INCOMPLETE_PROFILE") return "yes";
      [[fallthrough]];
    default:
      return absl::StrCat("code ", static_cast<int>(status.error_code()), " ",
                          status.error_message());
  }
}

// A server with the members imprimerie (own), boulangerie, garage and atelier,
// and a key for every role.
class Matrix {
 public:
  Matrix() {
    // Webhooks that call where nobody is, so that they have dead letters.
    scene_.server_options().webhooks.plain_http = true;
    scene_.server_options().webhooks.networks = {"127.0.0.0/8"};
    scene_.server_options().webhooks.attempts_max = 1;
    scene_.Restart();
    scene_.MakeNetwork("res");
    scene_.MakeNetwork("autre");
    Must(scene_.Call(MemberRequest("make-atelier", "atelier")).status);
    for (const Role role : engine::kAllRoles) keys_[role] = MakeKey(role);
    scene_.DistrustAnybody();
  }

  // Calls a method of all as `role` on `target`.
  grpc::Status Try(const std::string& method, Role role, Target target) {
    scene_.set_key(scene_.server_key());
    caller_ = role;
    if (is_archived_) Changing<v1::RestoreNetworkRequest>("networks/res")();
    is_archived_ = false;
    const std::function<grpc::Status()> call = Prepare(method, target);
    scene_.set_key(keys_.at(role));
    return call();
  }

  Scene& scene() { return scene_; }

 private:
  static void Must(const grpc::Status& status) {
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  std::string NewId() { return absl::StrCat("m-", ++count_); }

  std::string MakeKey(Role role, const std::string& id = "") {
    v1::CreateApiKeyRequest request;
    request.set_parent("networks/res");
    request.set_request_id(NewId());
    request.set_api_key_id(
        id.empty() ? absl::StrCat("key-", static_cast<int>(role)) : id);
    v1::ApiKey& key = *request.mutable_api_key();
    key.set_identity(absl::StrCat("client-", id, static_cast<int>(role)));
    key.set_role(static_cast<v1::ApiKey::Role>(role));
    if (engine::IsScoped(role)) {
      key.add_members("networks/res/members/imprimerie");
    }
    if (role == Role::kBroker) {
      key.mutable_credit_mandate()->set_minor_units(200'000);
    }
    const auto made = scene_.Call(request);
    Must(made.status);
    return made.response.secret();
  }

  // A member of each kind.
  static std::string MemberOf(Target target) {
    switch (target) {
      case Target::kOwn:
        return "imprimerie";
      case Target::kForeign:
        return "garage";
      case Target::kAbsent:
        return "nobody";
    }
    return "";
  }

  static std::string NetworkOf(Target target) {
    switch (target) {
      case Target::kOwn:
        return "networks/res";
      case Target::kForeign:
        return "networks/autre";
      case Target::kAbsent:
        return "networks/nowhere";
    }
    return "";
  }

  // A trade that waits for `buyer`, or that is settled.
  std::string NewTrade(Target target, const std::string& seller,
                       const std::string& buyer, bool settled) {
    if (target == Target::kAbsent) return "networks/res/trades/nothing";
    const auto made = scene_.Call(
        TradeRequest(NewId(), seller, buyer, 1,
                     settled ? v1::Trade::BUYER : v1::Trade::SELLER));
    Must(made.status);
    return made.response.trade().name();
  }

  std::string StepTrade(Target target, bool settled) {
    const bool own = target == Target::kOwn;
    // Who may accept or decline is the buyer; who may reverse, the seller.
    const std::string acts = own ? "imprimerie" : "garage";
    const std::string other = own ? "boulangerie" : "atelier";
    return settled ? NewTrade(target, acts, other, true)
                   : NewTrade(target, other, acts, false);
  }

  // One that who acts sells: proposed, or with a hold.
  std::string SoldTrade(Target target, bool held) {
    if (target == Target::kAbsent) return "networks/res/trades/nothing";
    const bool own = target == Target::kOwn;
    auto request = TradeRequest(NewId(), own ? "imprimerie" : "garage",
                                own ? "boulangerie" : "atelier", 1,
                                held ? v1::Trade::BUYER : v1::Trade::SELLER);
    if (held) request.mutable_trade()->mutable_hold();
    const auto made = scene_.Call(request);
    Must(made.status);
    return made.response.trade().name();
  }

  std::string OperationOf(Target target) {
    if (target == Target::kAbsent) return "networks/res/operations/1";
    v1::VerifyRequest request;
    request.set_name(NetworkOf(target));
    const auto begun = scene_.Call(request);
    Must(begun.status);
    return begun.response.operation().name();
  }

  // The key of somebody, made for this call.
  std::string KeyOf(Target target) {
    if (target == Target::kAbsent) return "networks/res/apiKeys/nothing";
    const std::string id = NewId();
    MakeKey(target == Target::kOwn ? Role::kMemberUser : Role::kAuditor, id);
    return "networks/res/apiKeys/" + id;
  }

  // A webhook of the caller, but of who only reads, who has none; or of who
  // runs the server.
  std::string WebhookOf(Target target) {
    if (target == Target::kAbsent) return "networks/res/webhooks/nothing";
    const std::string id = NewId();
    v1::CreateWebhookRequest request;
    request.set_parent("networks/res");
    request.set_webhook_id(id);
    request.mutable_webhook()->set_url("http://127.0.0.1:1/");
    request.set_request_id(NewId());
    if (target == Target::kOwn && caller_ != Role::kAuditor &&
        caller_ != Role::kAccountant) {
      scene_.set_key(keys_.at(caller_));
    }
    Must(scene_.Call(request).status);
    scene_.set_key(scene_.server_key());
    return "networks/res/webhooks/" + id;
  }

  // Takes it away again: a client may have so many only.
  std::function<grpc::Status()> AndDelete(
      const std::string& name, const std::function<grpc::Status()>& call) {
    return [this, name, call] {
      const grpc::Status status = call();
      scene_.set_key(scene_.server_key());
      Changing<v1::DeleteWebhookRequest>(name)();
      return status;
    };
  }

  // An event that nobody took, of a webhook like that.
  template <typename Request>
  std::function<grpc::Status()> OnDeadLetter(Target target) {
    Request request;
    request.set_name(WebhookOf(target));
    request.set_sequence(1);
    if (target != Target::kAbsent) {
      NewTrade(Target::kOwn, "imprimerie", "boulangerie", true);
      v1::ListDeadLettersRequest list;
      list.set_parent(request.name());
      auto dead = scene_.Call(list);
      for (int i = 0; i < 1'000 && dead.response.dead_letters().empty(); ++i) {
        absl::SleepFor(absl::Milliseconds(10));
        dead = scene_.Call(list);
      }
      EXPECT_FALSE(dead.response.dead_letters().empty());
      if (dead.response.dead_letters().empty()) {
        return [] {
          return grpc::Status(grpc::StatusCode::UNKNOWN, "no dead letter");
        };
      }
      request.set_sequence(dead.response.dead_letters(0).sequence());
    }
    return AndDelete(request.name(),
                     [this, request] { return scene_.Call(request).status; });
  }

  std::function<grpc::Status()> PrepareWebhook(const std::string& method,
                                               Target target) {
    if (method == "WebhookService.CreateWebhook") {
      v1::CreateWebhookRequest request;
      request.set_parent(NetworkOf(target));
      request.set_request_id(NewId());
      request.mutable_webhook()->set_url("http://127.0.0.1:1/");
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "WebhookService.ListWebhooks") {
      return InParent<v1::ListWebhooksRequest>(NetworkOf(target));
    }
    if (method == "WebhookService.ResendDeadLetter") {
      return OnDeadLetter<v1::ResendDeadLetterRequest>(target);
    }
    if (method == "WebhookService.SkipDeadLetter") {
      return OnDeadLetter<v1::SkipDeadLetterRequest>(target);
    }
    const std::string name = WebhookOf(target);
    if (method == "WebhookService.GetWebhook") {
      return AndDelete(name, Named<v1::GetWebhookRequest>(name));
    }
    if (method == "WebhookService.ListDeadLetters") {
      return AndDelete(name, InParent<v1::ListDeadLettersRequest>(name));
    }
    if (method == "WebhookService.PauseWebhook") {
      return AndDelete(name, Changing<v1::PauseWebhookRequest>(name));
    }
    if (method == "WebhookService.ResumeWebhook") {
      Changing<v1::PauseWebhookRequest>(name)();
      return AndDelete(name, Changing<v1::ResumeWebhookRequest>(name));
    }
    if (method == "WebhookService.DeleteWebhook") {
      return AndDelete(name, Changing<v1::DeleteWebhookRequest>(name));
    }
    ADD_FAILURE() << method << " is not walked: say here how it is called";
    return [] { return grpc::Status(grpc::StatusCode::UNKNOWN, "no call"); };
  }

  template <typename Request>
  std::function<grpc::Status()> Named(const std::string& name) {
    Request request;
    request.set_name(name);
    return [this, request] { return scene_.Call(request).status; };
  }

  template <typename Request>
  std::function<grpc::Status()> InParent(const std::string& parent) {
    Request request;
    request.set_parent(parent);
    return [this, request] { return scene_.Call(request).status; };
  }

  template <typename Request>
  std::function<grpc::Status()> Changing(const std::string& name) {
    Request request;
    request.set_name(name);
    request.set_request_id(NewId());
    return [this, request] { return scene_.Call(request).status; };
  }

  std::function<grpc::Status()> Exporting(Target target) {
    v1::ExportRequest request;
    request.set_format(v1::ExportRequest::JOURNAL_CSV);
    request.set_member("networks/res/members/" + MemberOf(target));
    request.set_year(2026);
    return [this, request] { return scene_.Call(request).status; };
  }

  // Whether the first events come; why not, if not.
  grpc::Status Watch(const v1::WatchEventsRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    context.AddMetadata("authorization", "Bearer " + scene_.key());
    const auto stub = v1::EventService::NewStub(scene_.channel());
    const auto reader = stub->WatchEvents(&context, request);
    v1::WatchEventsResponse response;
    const bool comes = reader->Read(&response);
    if (comes) context.TryCancel();
    const grpc::Status status = reader->Finish();
    return comes ? grpc::Status::OK : status;
  }

  grpc::Status GetServerStatus() {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + scene_.key());
    v1::GetServerStatusResponse response;
    return v1::AdminService::NewStub(scene_.channel())
        ->GetServerStatus(&context, {}, &response);
  }

  // What came of the one trade of a stream.
  grpc::Status Submit(const v1::SubmitTradesRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    context.AddMetadata("authorization", "Bearer " + scene_.key());
    const auto stub = v1::TradeService::NewStub(scene_.channel());
    const auto stream = stub->SubmitTrades(&context);
    stream->Write(request);
    stream->WritesDone();
    v1::SubmitTradesResponse response;
    v1::SubmitTradesResponse none;
    const bool comes = stream->Read(&response);
    while (stream->Read(&none)) {
    }
    const grpc::Status status = stream->Finish();
    if (!comes || !response.results(0).has_error()) return status;
    const google::rpc::Status& error = response.results(0).error();
    return {static_cast<grpc::StatusCode>(error.code()), error.message(),
            error.SerializeAsString()};
  }

  // As an earlier call may have left it, it is not. Refused where it is.
  void Activate(const std::string& member) {
    v1::ChangeMemberStatusRequest request;
    request.set_name(member);
    request.set_status(v1::Member::ACTIVE);
    request.set_reason("the matrix");
    request.set_request_id(NewId());
    scene_.Call(request);
  }

  // What has to be there is made first, as who runs the server.
  std::function<grpc::Status()> Prepare(const std::string& method,
                                        Target target) {
    const std::string network = NetworkOf(target);
    const std::string member = "networks/res/members/" + MemberOf(target);
    const std::string account = member + "/accounts/main";
    Activate(member);
    if (method == "NetworkService.GetNetwork") {
      return Named<v1::GetNetworkRequest>(network);
    }
    if (method == "NetworkService.ListNetworks") {
      return [this] { return scene_.Call(v1::ListNetworksRequest()).status; };
    }
    if (method == "NetworkService.CreateNetwork") {
      const auto request = NetworkRequest(NewId(), NewId());
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "NetworkService.GetPolicies") {
      return Named<v1::GetPoliciesRequest>(network + "/policies");
    }
    if (method == "NetworkService.UpdatePolicies") {
      v1::UpdatePoliciesRequest request;
      request.mutable_policies()->set_name(network + "/policies");
      request.mutable_policies()->mutable_deal_cap()->set_minor_units(0);
      request.set_request_id(NewId());
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "MemberService.GetMember") {
      return Named<v1::GetMemberRequest>(member);
    }
    if (method == "MemberService.ListMembers") {
      return InParent<v1::ListMembersRequest>(network);
    }
    if (method == "MemberService.CreateMember") {
      auto request = MemberRequest(NewId(), NewId());
      request.set_parent(network);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "MemberService.ChangeMemberStatus") {
      v1::ChangeMemberStatusRequest request;
      request.set_name(member);
      request.set_reason("the matrix");
      request.set_status(v1::Member::EARN_ONLY);
      request.set_request_id(NewId());
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "MemberService.ListMemberStatusChanges") {
      return InParent<v1::ListMemberStatusChangesRequest>(member);
    }
    if (method == "AccountService.GetAccount") {
      return Named<v1::GetAccountRequest>(account);
    }
    if (method == "AccountService.GetStatement") {
      return Named<v1::GetStatementRequest>(account);
    }
    if (method == "AccountService.ListEntries") {
      return InParent<v1::ListEntriesRequest>(account);
    }
    if (method == "AccountService.ListAccounts") {
      return InParent<v1::ListAccountsRequest>(network);
    }
    if (method == "CreditService.GetCreditLine") {
      return Named<v1::GetCreditLineRequest>(account + "/creditLine");
    }
    if (method == "CreditService.ListCreditLineChanges") {
      return InParent<v1::ListCreditLineChangesRequest>(account +
                                                        "/creditLine");
    }
    if (method == "CreditService.SetCreditLine") {
      const auto request = LineRequest(NewId(), MemberOf(target), 150'000);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "TradeService.GetTrade") {
      return Named<v1::GetTradeRequest>(StepTrade(target, false));
    }
    if (method == "TradeService.ListTrades") {
      v1::ListTradesRequest request;
      request.set_parent("networks/res");
      request.set_member(member);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "TradeService.CreateTrade") {
      const auto request = TradeRequest(NewId(), "boulangerie",
                                        MemberOf(target), 1, v1::Trade::BUYER);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "TradeService.BatchCreateTrades") {
      v1::BatchCreateTradesRequest request;
      request.set_parent("networks/res");
      request.set_request_id(NewId());
      request.set_mode(v1::BatchCreateTradesRequest::ATOMIC);
      *request.add_requests() = TradeRequest(
          "", "boulangerie", MemberOf(target), 1, v1::Trade::BUYER);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "TradeService.SubmitTrades") {
      v1::SubmitTradesRequest request;
      request.set_parent("networks/res");
      *request.add_requests() = TradeRequest(
          NewId(), "boulangerie", MemberOf(target), 1, v1::Trade::BUYER);
      return [this, request] { return Submit(request); };
    }
    if (method == "TradeService.AcceptTrade") {
      return Changing<v1::AcceptTradeRequest>(StepTrade(target, false));
    }
    if (method == "TradeService.DeclineTrade") {
      return Changing<v1::DeclineTradeRequest>(StepTrade(target, false));
    }
    if (method == "TradeService.AuthoriseTrade") {
      return Changing<v1::AuthoriseTradeRequest>(StepTrade(target, false));
    }
    if (method == "TradeService.WithdrawTrade") {
      return Changing<v1::WithdrawTradeRequest>(SoldTrade(target, false));
    }
    if (method == "TradeService.SettleTrade") {
      return Changing<v1::SettleTradeRequest>(SoldTrade(target, true));
    }
    if (method == "TradeService.ReleaseTrade") {
      return Changing<v1::ReleaseTradeRequest>(SoldTrade(target, true));
    }
    if (method == "TradeService.ReverseTrade") {
      return Changing<v1::ReverseTradeRequest>(StepTrade(target, true));
    }
    if (method == "FiscalService.Export") return Exporting(target);
    if (method == "EventService.WatchEvents") {
      v1::WatchEventsRequest request;
      request.set_parent("networks/res");
      request.set_member(member);
      request.set_from_sequence(1);
      return [this, request] { return Watch(request); };
    }
    if (method == "OperationService.GetOperation") {
      return Named<v1::GetOperationRequest>(OperationOf(target));
    }
    if (method == "OperationService.ListOperations") {
      return InParent<v1::ListOperationsRequest>(network);
    }
    if (method == "OperationService.CancelOperation") {
      return Named<v1::CancelOperationRequest>(OperationOf(target));
    }
    if (method == "AuditService.Verify") {
      return Named<v1::VerifyRequest>(network);
    }
    if (method == "AuditService.GetHead") {
      return Named<v1::GetHeadRequest>(network);
    }
    if (method == "AuditService.ProveInclusion") {
      v1::ProveInclusionRequest request;
      request.set_name(network);
      request.set_record_sequence(1);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "AuditService.ProveConsistency") {
      v1::ProveConsistencyRequest request;
      request.set_name(network);
      request.set_first_tree_size(1);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "AuditService.ListHeadKeys") {
      return InParent<v1::ListHeadKeysRequest>(network);
    }
    if (method == "AuditService.RotateHeadKey") {
      return Changing<v1::RotateHeadKeyRequest>(network);
    }
    if (method == "KeyService.CreateApiKey") {
      v1::CreateApiKeyRequest request;
      request.set_parent(network);
      request.set_request_id(NewId());
      request.mutable_api_key()->set_identity(NewId());
      request.mutable_api_key()->set_role(v1::ApiKey::AUDITOR);
      return [this, request] { return scene_.Call(request).status; };
    }
    if (method == "KeyService.GetApiKey") {
      return Named<v1::GetApiKeyRequest>(KeyOf(target));
    }
    if (method == "KeyService.ListApiKeys") {
      return InParent<v1::ListApiKeysRequest>(network);
    }
    if (method == "KeyService.RotateApiKey") {
      return Changing<v1::RotateApiKeyRequest>(KeyOf(target));
    }
    if (method == "KeyService.RevokeApiKey") {
      return Changing<v1::RevokeApiKeyRequest>(KeyOf(target));
    }
    if (method == "AdminService.GetServerStatus") {
      return [this] { return GetServerStatus(); };
    }
    if (method == "NetworkService.ArchiveNetwork") {
      is_archived_ = true;
      return Changing<v1::ArchiveNetworkRequest>(network);
    }
    if (method == "NetworkService.RestoreNetwork") {
      is_archived_ = true;
      Changing<v1::ArchiveNetworkRequest>("networks/res")();
      return Changing<v1::RestoreNetworkRequest>(network);
    }
    if (method.starts_with("WebhookService.")) {
      return PrepareWebhook(method, target);
    }
    ADD_FAILURE() << method << " is not walked: say here how it is called";
    return [] { return grpc::Status(grpc::StatusCode::UNKNOWN, "no call"); };
  }

  Scene scene_;
  std::map<Role, std::string> keys_;
  Role caller_ = Role::kOperator;
  bool is_archived_ = false;  // Or may be.
  int count_ = 0;
};

// Methods whose target is the network itself: there is nothing of one's own.
bool IsOfNetwork(std::string_view method) {
  for (const std::string_view of_network :
       {"NetworkService.GetNetwork", "NetworkService.GetPolicies",
        "NetworkService.UpdatePolicies", "NetworkService.ArchiveNetwork",
        "NetworkService.RestoreNetwork", "WebhookService.CreateWebhook",
        "WebhookService.ListWebhooks", "MemberService.ListMembers",
        "MemberService.CreateMember", "AccountService.ListAccounts",
        "OperationService.ListOperations", "AuditService.Verify",
        "AuditService.GetHead", "AuditService.ProveInclusion",
        "AuditService.ProveConsistency", "AuditService.ListHeadKeys",
        "AuditService.RotateHeadKey", "KeyService.CreateApiKey",
        "KeyService.ListApiKeys"}) {
    if (method == of_network) return true;
  }
  return false;
}

bool HasNoTarget(std::string_view method) {
  return method == "NetworkService.ListNetworks" ||
         method == "AdminService.GetServerStatus" ||
         method == "NetworkService.CreateNetwork";
}

// What has to come out, by the table of engine/permission and by the rule that
// what may not be seen is not there.
std::string Expected(std::string_view method, Role role, Target target) {
  if (method == "NetworkService.CreateNetwork") return "denied";
  const bool permitted =
      engine::AccessOf(role, method) != engine::Access::kNone;
  const std::string allowed = permitted ? "yes" : "denied";
  if (HasNoTarget(method)) return allowed;
  if (IsOfNetwork(method)) {
    return target == Target::kOwn ? allowed : "not found";
  }
  // Who only reads has no webhook of its own.
  const bool is_of_whole =
      method.starts_with("OperationService.") ||
      method.starts_with("KeyService.") ||
      (method.starts_with("WebhookService.") && role == Role::kAccountant);
  if (engine::IsScoped(role)) {
    return target == Target::kOwn && !is_of_whole ? allowed : "not found";
  }
  // An operation of another network is in a network that is not reached.
  if (method.starts_with("OperationService.") && target == Target::kForeign) {
    return "not found";
  }
  if (target == Target::kAbsent && permitted) return "not found";
  return allowed;
}

std::string Cell(const std::vector<std::string>& outcomes) {
  std::string cell;
  for (const std::string& outcome : outcomes) {
    if (!cell.empty()) cell += " / ";
    cell += outcome;
  }
  return cell;
}

// The part of docs/security.md between the two marks.
constexpr char kBegin[] = "<!-- matrix: begin -->\n";
constexpr char kEnd[] = "<!-- matrix: end -->";

void CompareWithDocument(const std::string& table) {
  const std::string path = SKONTRO_SOURCE_DIR "/docs/security.md";
  std::ifstream in(path);
  std::stringstream bytes;
  bytes << in.rdbuf();
  std::string text = bytes.str();
  const size_t begin = text.find(kBegin);
  const size_t end = text.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const size_t first = begin + sizeof(kBegin) - 1;
  if (std::getenv("SKONTRO_WRITE_DOCS") != nullptr) {
    text.replace(first, end - first, table);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(first, end - first), table)
      << "docs/security.md is not current; run this test with "
         "SKONTRO_WRITE_DOCS=1";
}

TEST(PermissionMatrixTest, EveryMethodForEveryRoleOnOwnForeignAndAbsent) {
  Matrix matrix;
  std::string table = "| method |";
  for (const Role role : engine::kAllRoles) {
    absl::StrAppend(&table, " ", std::string(engine::RoleName(role)), " |");
  }
  table += "\n|---|---|---|---|---|---|\n";
  size_t cells = 0;
  for (const std::string_view known : engine::KnownMethods()) {
    const std::string method(known);
    absl::StrAppend(&table, "| ", method, " |");
    for (const Role role : engine::kAllRoles) {
      std::vector<std::string> outcomes;
      for (const Target target : kTargets) {
        if (HasNoTarget(method) && target != Target::kOwn) continue;
        outcomes.push_back(OutcomeOf(matrix.Try(method, role, target)));
        EXPECT_EQ(outcomes.back(), Expected(method, role, target))
            << method << " by " << engine::RoleName(role) << " on target "
            << static_cast<int>(target);
        ++cells;
      }
      absl::StrAppend(&table, " ", Cell(outcomes), " |");
    }
    table += "\n";
  }
  EXPECT_GT(cells, 400u);
  CompareWithDocument(table);
  // The books hold after all that, keys included.
  matrix.scene().set_key(matrix.scene().server_key());
  EXPECT_EQ(matrix.scene().Verify().verdict(), v1::VerifyReport::OK);
}

// Another's resource and one that is not there differ in nothing but the name
// that the caller gave.
TEST(PermissionMatrixTest, AForeignResourceIsAnsweredAsOneThatIsNotThere) {
  Matrix matrix;
  for (const std::string_view known : engine::KnownMethods()) {
    const std::string method(known);
    if (HasNoTarget(method)) continue;
    const grpc::Status foreign =
        matrix.Try(method, Role::kMemberUser, Target::kForeign);
    const grpc::Status absent =
        matrix.Try(method, Role::kMemberUser, Target::kAbsent);
    ASSERT_EQ(foreign.error_code(), grpc::StatusCode::NOT_FOUND) << method;
    const Error a = ErrorIn(foreign);
    const Error b = ErrorIn(absent);
    EXPECT_EQ(a.reason, b.reason) << method;
    const auto keys = [](const Error& error) {
      std::set<std::string> names;
      for (const auto& [key, value] : error.metadata) names.insert(key);
      return names;
    };
    EXPECT_EQ(keys(a), keys(b)) << method;
    const auto without_name = [](const grpc::Status& status, const Error& e) {
      return absl::StrReplaceAll(status.error_message(),
                                 {{e.metadata.at("name"), "NAME"}});
    };
    EXPECT_EQ(without_name(foreign, a), without_name(absent, b)) << method;
  }
}

// Sends an empty message to every method: who makes the call is asked before
// anything else.
TEST(PermissionMatrixTest, WithoutCredentialsEveryMethodIsUnauthenticated) {
  Matrix matrix;
  const auto channel = matrix.scene().NewChannel();
  for (const std::string_view known : engine::KnownMethods()) {
    std::string path = absl::StrCat("/skontro.v1.", std::string(known));
    path.replace(path.rfind('.'), 1, "/");
    grpc::ClientContext context;
    const grpc::ByteBuffer request(nullptr, 0);
    grpc::ByteBuffer response;
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
            channel.get(),
            grpc::internal::RpcMethod(path.c_str(),
                                      grpc::internal::RpcMethod::NORMAL_RPC),
            &context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED)
        << known << ": " << status.error_message();
    EXPECT_EQ(ErrorIn(status).reason, "CREDENTIAL_INVALID") << known;
  }
}

}  // namespace
}  // namespace skontro::server

#include "server/network_service.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "engine/permission.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_network.h"
#include "server/convert_outcome.h"
#include "server/convert_policies.h"
#include "server/page_token.h"
#include "server/record_reader.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "NetworkService.GetNetwork";
constexpr std::string_view kList = "NetworkService.ListNetworks";
constexpr std::string_view kCreate = "NetworkService.CreateNetwork";
constexpr std::string_view kGetPolicies = "NetworkService.GetPolicies";
constexpr std::string_view kUpdatePolicies = "NetworkService.UpdatePolicies";
constexpr std::string_view kArchive = "NetworkService.ArchiveNetwork";
constexpr std::string_view kRestore = "NetworkService.RestoreNetwork";

// The id of the last network on the page before; empty for the first page. A
// token is sealed by the network that it names.
std::optional<std::string> LastShown(const std::vector<Network*>& networks,
                                     const v1::ListNetworksRequest& request) {
  if (request.page_token().empty()) return "";
  const std::string scope = PageScope(kList, request);
  for (const Network* network : networks) {
    const auto position = OpenPageToken(network->terms().request_key, scope,
                                        request.page_token());
    if (position.has_value() && position->key == network->id()) {
      return network->id();
    }
  }
  return std::nullopt;
}

absl::Status CreateNow(const Backend& backend,
                       const v1::CreateNetworkRequest& request,
                       NewNetwork network,
                       v1::CreateNetworkResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const NetworkRegistry::Created created,
                           backend.networks.Create(network));
  if (request.validate_only()) {
    WriteTerms(network.terms, response->mutable_network());
    WriteRefusals(created.refusals, response->mutable_outcome());
    return absl::OkStatus();
  }
  if (!created.refusals.empty()) return ToStatus(created.refusals.front());
  SKONTRO_RETURN_IF_ERROR(WriteNetwork(*created.network,
                                       created.network->engine().view(),
                                       response->mutable_network()));
  response->mutable_outcome()->set_sequence(1);
  response->mutable_outcome()->set_digest(
      WireDigest(created.network->genesis().digest));
  return absl::OkStatus();
}

absl::Status ReadPoliciesAt(const ReadScope& scope, ledger::Sequence as_of,
                            v1::Policies* out) {
  SKONTRO_ASSIGN_OR_RETURN(const engine::PoliciesAsOf found,
                           engine::PoliciesAt(*scope.view.snapshot, as_of));
  WritePolicies(scope.network.id(), found.row.set, found.row.time_us, out);
  return absl::OkStatus();
}

absl::Status FillUpdated(const Network& network, const engine::Answer& answer,
                         const v1::UpdatePoliciesRequest& request,
                         v1::UpdatePoliciesResponse* response) {
  if (request.validate_only()) {
    WritePreview(answer, response->mutable_outcome());
    if (!answer.events.empty()) {
      WritePolicies(network.id(),
                    std::get<engine::PoliciesSet>(answer.events.front()),
                    answer.time_us, response->mutable_policies());
    }
    return absl::OkStatus();
  }
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  SKONTRO_RETURN_IF_ERROR(
      ReadPoliciesAt(scope, answer.sequence, response->mutable_policies()));
  RecordReader records(scope.view.snapshot);
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

// The network as the record of the answer left it, or as it is.
template <typename Response>
absl::Status FillArchived(const Network& network, const engine::Answer& answer,
                          bool validate_only, Response* response) {
  if (validate_only) {
    WritePreview(answer, response->mutable_outcome());
    return WriteNetwork(network, network.engine().view(),
                        response->mutable_network());
  }
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  ledger::ReadView then = scope.view;
  then.sequence = answer.sequence;
  SKONTRO_RETURN_IF_ERROR(
      WriteNetwork(network, then, response->mutable_network()));
  RecordReader records(scope.view.snapshot);
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

}  // namespace

grpc::ServerUnaryReactor* NetworkService::GetNetwork(
    grpc::CallbackServerContext* context, const v1::GetNetworkRequest* request,
    v1::GetNetworkResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller, {kGet, std::string(name.network)},
              [response](const ReadScope& scope) {
                response->set_sequence(WireSequence(scope.view.sequence));
                response->set_digest(WireDigest(scope.view.digest));
                return WriteNetwork(scope.network, scope.view,
                                    response->mutable_network());
              });
}

grpc::ServerUnaryReactor* NetworkService::ListNetworks(
    grpc::CallbackServerContext* context,
    const v1::ListNetworksRequest* request,
    v1::ListNetworksResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  const int page_size = form.PageSize(request->page_size());
  const std::vector<Network*> networks = backend_.networks.All();
  const std::optional<std::string> after = LastShown(networks, *request);
  if (!after.has_value()) form.PageToken(request->page_token());
  if (!form.ok()) return Refuse(context, form);
  if (const auto forbidden = engine::CheckPermission(caller->first(), kList)) {
    return Fail(backend_, context, kList, ToStatus(*forbidden));
  }
  const Network* last = nullptr;
  for (const Network* network : networks) {
    if (network->id() <= *after || caller->In(network->id()) == nullptr) {
      continue;
    }
    if (response->networks_size() == page_size) {
      response->set_next_page_token(
          SealPageToken(last->terms().request_key, PageScope(kList, *request),
                        {ledger::Sequence{0}, last->id()}));
      break;
    }
    const absl::Status written = WriteNetwork(
        *network, network->engine().view(), response->add_networks());
    if (!written.ok()) return Fail(backend_, context, kList, written);
    last = network;
  }
  return FinishOk(context);
}

grpc::ServerUnaryReactor* NetworkService::CreateNetwork(
    grpc::CallbackServerContext* context,
    const v1::CreateNetworkRequest* request,
    v1::CreateNetworkResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kCreate, caller.status());
  Form form;
  NewNetwork network;
  network.terms = ReadNetwork(*request, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  if (!caller->everywhere()) {
    // An operator of one network, too.
    return Fail(backend_, context, kCreate,
                ToStatus(engine::RoleMissing(caller->first(), kCreate)));
  }
  network.actor = caller->first();
  network.request_id = request->request_id();
  network.hash_fields = [request](std::string_view key) {
    return HashFields(key, *request);
  };
  network.field_name = FieldNameOf<v1::CreateNetworkRequest>;
  network.validate_only = request->validate_only();
  network.time_us = backend_.clock.NowUs();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const bool posted = backend_.workers.Post([this, reactor, request, response,
                                             network] {
    reactor->Finish(Report(backend_, kCreate,
                           CreateNow(backend_, *request, network, response)));
  });
  if (!posted) {
    reactor->Finish(Report(backend_, kCreate,
                           QueueFull(backend_.workers.queue_length_max())));
  }
  return reactor;
}

grpc::ServerUnaryReactor* NetworkService::GetPolicies(
    grpc::CallbackServerContext* context, const v1::GetPoliciesRequest* request,
    v1::GetPoliciesResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) {
    return Fail(backend_, context, kGetPolicies, caller.status());
  }
  Form form;
  const NameParts name = form.PoliciesName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kGetPolicies, std::string(name.network), min, as_of},
              [response](const ReadScope& scope) {
                response->set_sequence(WireSequence(scope.as_of));
                return ReadPoliciesAt(scope, scope.as_of,
                                      response->mutable_policies());
              });
}

grpc::ServerUnaryReactor* NetworkService::UpdatePolicies(
    grpc::CallbackServerContext* context,
    const v1::UpdatePoliciesRequest* request,
    v1::UpdatePoliciesResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) {
    return Fail(backend_, context, kUpdatePolicies, caller.status());
  }
  Form form;
  engine::UpdatePolicies body = ReadPolicies(*request, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const auto name = ParsePoliciesName(request->policies().name());
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name->network);
  if (!place.ok()) {
    return Fail(backend_, context, kUpdatePolicies, place.status());
  }
  engine::Command command =
      NewCommand(backend_, *place, kUpdatePolicies, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, request,
                 response](const engine::Answer& answer) {
                  return FillUpdated(*network, answer, *request, response);
                });
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* NetworkService::SetArchived(
    grpc::CallbackServerContext* context, std::string_view method,
    bool archived, const Request& request, Response* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, method, caller.status());
  Form form;
  const NameParts name = form.NetworkName("name", request.name());
  form.RequestId(request.request_id());
  if (!form.ok()) return RefuseChange(context, form, request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, method, place.status());
  engine::Command command = NewCommand(backend_, *place, method, request);
  command.validate_only = request.validate_only();
  command.body = engine::UpdatePolicies{
      {{engine::Policy::kArchived, archived ? 1 : 0}}, /*etag=*/""};
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, &request,
                 response](const engine::Answer& answer) {
                  return FillArchived(*network, answer, request.validate_only(),
                                      response);
                });
}

grpc::ServerUnaryReactor* NetworkService::ArchiveNetwork(
    grpc::CallbackServerContext* context,
    const v1::ArchiveNetworkRequest* request,
    v1::ArchiveNetworkResponse* response) {
  return SetArchived(context, kArchive, true, *request, response);
}

grpc::ServerUnaryReactor* NetworkService::RestoreNetwork(
    grpc::CallbackServerContext* context,
    const v1::RestoreNetworkRequest* request,
    v1::RestoreNetworkResponse* response) {
  return SetArchived(context, kRestore, false, *request, response);
}

}  // namespace skontro::server

#include "server/network_service.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/permission.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_network.h"
#include "server/convert_outcome.h"
#include "server/page_token.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "NetworkService.GetNetwork";
constexpr std::string_view kList = "NetworkService.ListNetworks";
constexpr std::string_view kCreate = "NetworkService.CreateNetwork";

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
  WriteNetwork(*created.network, response->mutable_network());
  response->mutable_outcome()->set_sequence(1);
  response->mutable_outcome()->set_digest(
      WireDigest(created.network->genesis().digest));
  return absl::OkStatus();
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
                WriteNetwork(scope.network, response->mutable_network());
                response->set_sequence(WireSequence(scope.view.sequence));
                response->set_digest(WireDigest(scope.view.digest));
                return absl::OkStatus();
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
    WriteNetwork(*network, response->add_networks());
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

}  // namespace skontro::server

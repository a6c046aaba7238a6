#include "server/key_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/api_key_reader.h"
#include "engine/event_codec.h"
#include "engine/permission.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/auth/api_key.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_api_key.h"
#include "server/convert_outcome.h"
#include "server/page_token.h"

namespace skontro::server {
namespace {

constexpr std::string_view kCreate = "KeyService.CreateApiKey";
constexpr std::string_view kGet = "KeyService.GetApiKey";
constexpr std::string_view kList = "KeyService.ListApiKeys";
constexpr std::string_view kRotate = "KeyService.RotateApiKey";
constexpr std::string_view kRevoke = "KeyService.RevokeApiKey";

// Makes the key of a command: its id where the client chose none, its text
// (empty where a certificate is the key) and the digest that is kept.
std::string MakeKey(const Authenticator& authenticator,
                    const std::string& network, engine::CredentialKind kind,
                    std::string* id, std::string* digest) {
  if (id->empty()) *id = NewApiKeyId();
  if (kind == engine::CredentialKind::kCertificate) return "";
  std::string text = NewApiKey(network, *id);
  *digest = ledger::BytesOf(ApiKeyDigest(authenticator.secret(), text));
  return text;
}

// The id of the key that the record made or revoked.
absl::StatusOr<std::string> KeyOf(RecordReader* records,
                                  ledger::Sequence sequence) {
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Record* const record,
                           records->RecordAt(sequence));
  SKONTRO_ASSIGN_OR_RETURN(const engine::Event event,
                           engine::DecodeEvent(record->event));
  if (const auto* created = std::get_if<engine::ApiKeyCreated>(&event)) {
    return created->id;
  }
  if (const auto* revoked = std::get_if<engine::ApiKeyRevoked>(&event)) {
    return revoked->id;
  }
  return JournalBroken(sequence,
                       absl::DataLossError("an answer about a key that the "
                                           "record does not change"));
}

// Fills in what all changes of keys are answered with: the key as the record
// left it, at the time of the record, so that a repeated answer is the same.
absl::Status FillChanged(const Network& network, const engine::Answer& answer,
                         v1::ApiKey* key, v1::Outcome* outcome) {
  // From here on the old keys prove nothing any more.
  SKONTRO_RETURN_IF_ERROR(network.key_ring().Reload());
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  RecordReader records(scope.view.snapshot);
  SKONTRO_ASSIGN_OR_RETURN(const std::string id,
                           KeyOf(&records, answer.sequence));
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Record* const record,
                           records.RecordAt(answer.sequence));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::ApiKeyHistory> history,
      engine::FindApiKey(*scope.view.snapshot, id, answer.sequence));
  if (!history.has_value()) {
    return JournalBroken(answer.sequence,
                         absl::DataLossError("a row of api_key is missing"));
  }
  SKONTRO_RETURN_IF_ERROR(WriteApiKey(network.id(), *scope.view.snapshot,
                                      *history, record->time_us,
                                      /*last_use_us=*/0, key));
  return WriteOutcome(answer, &records, outcome);
}

// The same for a response with the text of a new key: in the first answer only.
template <typename Response>
absl::Status FillMade(const Network& network, const engine::Answer& answer,
                      bool validate_only, const std::string& text,
                      Response* response) {
  if (validate_only) {
    WritePreview(answer, response->mutable_outcome());
    return absl::OkStatus();
  }
  SKONTRO_RETURN_IF_ERROR(FillChanged(network, answer,
                                      response->mutable_api_key(),
                                      response->mutable_outcome()));
  if (!answer.repeated) response->set_secret(text);
  return absl::OkStatus();
}

// Keys are of the whole network: for who does not see all of it there are none.
absl::Status CheckSeen(const Caller& caller, const NameParts& name) {
  const engine::Actor* const actor = caller.In(name.network);
  if (actor == nullptr || engine::SeesAll(*actor)) return absl::OkStatus();
  return ToStatus(engine::NotFound(ApiKeyName(name.network, name.api_key)));
}

absl::Status List(const ReadScope& scope, const v1::ListApiKeysRequest& request,
                  int page_size, int64_t now_us,
                  v1::ListApiKeysResponse* response) {
  const std::string& seal = scope.network.terms().request_key;
  const std::string token_scope = PageScope(kList, request);
  PagePosition position{scope.as_of, ""};
  if (!request.page_token().empty()) {
    const auto opened = OpenPageToken(seal, token_scope, request.page_token());
    if (!opened.has_value()) {
      Form form;
      form.PageToken(request.page_token());
      return ToStatus(form.refusals().front());
    }
    position = *opened;
  }
  absl::Status status;
  std::string last;
  SKONTRO_RETURN_IF_ERROR(engine::WalkApiKeys(
      *scope.view.snapshot, position.key, position.sequence,
      [&](const engine::ApiKeyHistory& key) {
        if (response->api_keys_size() == page_size) {
          response->set_next_page_token(
              SealPageToken(seal, token_scope, {position.sequence, last}));
          return false;
        }
        last = key.created.id;
        status = WriteApiKey(scope.network.id(), *scope.view.snapshot, key,
                             now_us, scope.network.key_ring().LastUseUs(last),
                             response->add_api_keys());
        return status.ok();
      }));
  response->set_sequence(WireSequence(position.sequence));
  return status;
}

}  // namespace

grpc::ServerUnaryReactor* KeyService::CreateApiKey(
    grpc::CallbackServerContext* context,
    const v1::CreateApiKeyRequest* request,
    v1::CreateApiKeyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kCreate, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  engine::CreateApiKey body = ReadApiKey(*request, parent.network, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, parent.network);
  if (!place.ok()) return Fail(backend_, context, kCreate, place.status());
  std::string text = MakeKey(backend_.authenticator, place->network->id(),
                             body.kind, &body.id, &body.digest);
  engine::Command command = NewCommand(backend_, *place, kCreate, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, text = std::move(text), request,
                 response](const engine::Answer& answer) {
                  return FillMade(*network, answer, request->validate_only(),
                                  text, response);
                });
}

grpc::ServerUnaryReactor* KeyService::GetApiKey(
    grpc::CallbackServerContext* context, const v1::GetApiKeyRequest* request,
    v1::GetApiKeyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.ApiKeyName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  const absl::Status seen = CheckSeen(*caller, name);
  if (!seen.ok()) return Fail(backend_, context, kGet, seen);
  return Read(
      backend_, context, *caller, {kGet, std::string(name.network), min},
      [this, id = name.api_key, response](const ReadScope& scope) {
        SKONTRO_ASSIGN_OR_RETURN(
            const std::optional<engine::ApiKeyHistory> key,
            engine::FindApiKey(*scope.view.snapshot, id, scope.as_of));
        if (!key.has_value()) {
          return ToStatus(engine::NotFound(ApiKeyName(scope.network.id(), id)));
        }
        response->set_sequence(WireSequence(scope.as_of));
        return WriteApiKey(scope.network.id(), *scope.view.snapshot, *key,
                           backend_.clock.NowUs(),
                           scope.network.key_ring().LastUseUs(id),
                           response->mutable_api_key());
      });
}

grpc::ServerUnaryReactor* KeyService::ListApiKeys(
    grpc::CallbackServerContext* context, const v1::ListApiKeysRequest* request,
    v1::ListApiKeysResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kList, std::string(parent.network), min},
              [this, request, page_size, response](const ReadScope& scope) {
                return List(scope, *request, page_size, backend_.clock.NowUs(),
                            response);
              });
}

grpc::ServerUnaryReactor* KeyService::RotateApiKey(
    grpc::CallbackServerContext* context,
    const v1::RotateApiKeyRequest* request,
    v1::RotateApiKeyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kRotate, caller.status());
  Form form;
  const NameParts name = form.ApiKeyName("name", request->name());
  engine::RotateApiKey body = ReadRotation(*request, name.api_key, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, kRotate, place.status());
  std::string text = MakeKey(backend_.authenticator, place->network->id(),
                             body.kind, &body.new_id, &body.digest);
  engine::Command command = NewCommand(backend_, *place, kRotate, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, text = std::move(text), request,
                 response](const engine::Answer& answer) {
                  return FillMade(*network, answer, request->validate_only(),
                                  text, response);
                });
}

grpc::ServerUnaryReactor* KeyService::RevokeApiKey(
    grpc::CallbackServerContext* context,
    const v1::RevokeApiKeyRequest* request,
    v1::RevokeApiKeyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kRevoke, caller.status());
  Form form;
  const NameParts name = form.ApiKeyName("name", request->name());
  form.RequestId(request->request_id());
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, kRevoke, place.status());
  engine::Command command = NewCommand(backend_, *place, kRevoke, *request);
  command.validate_only = request->validate_only();
  command.body = engine::RevokeApiKey{std::string(name.api_key)};
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, request,
                 response](const engine::Answer& answer) {
                  if (request->validate_only()) {
                    WritePreview(answer, response->mutable_outcome());
                    return absl::OkStatus();
                  }
                  return FillChanged(*network, answer,
                                     response->mutable_api_key(),
                                     response->mutable_outcome());
                });
}

}  // namespace skontro::server

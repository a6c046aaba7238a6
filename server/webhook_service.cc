#include "server/webhook_service.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/event_codec.h"
#include "engine/permission.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "engine/webhook_reader.h"
#include "ledger/base/status.h"
#include "server/auth/api_key.h"
#include "server/auth/webhook_secret.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_outcome.h"
#include "server/convert_webhook.h"
#include "server/page_token.h"
#include "server/record_reader.h"

namespace skontro::server {
namespace {

constexpr std::string_view kCreate = "WebhookService.CreateWebhook";
constexpr std::string_view kGet = "WebhookService.GetWebhook";
constexpr std::string_view kList = "WebhookService.ListWebhooks";
constexpr std::string_view kDelete = "WebhookService.DeleteWebhook";
constexpr std::string_view kPause = "WebhookService.PauseWebhook";
constexpr std::string_view kResume = "WebhookService.ResumeWebhook";
constexpr std::string_view kListDead = "WebhookService.ListDeadLetters";
constexpr std::string_view kResend = "WebhookService.ResendDeadLetter";
constexpr std::string_view kSkip = "WebhookService.SkipDeadLetter";

bool Sees(const engine::Actor& actor, const engine::WebhookCreated& webhook) {
  return engine::SeesAll(actor) || webhook.owner == actor.identity;
}

absl::Status NotThere(std::string_view network, std::string_view id) {
  return ToStatus(engine::NotFound(WebhookName(network, id)));
}

// A webhook that is there and that the actor sees.
absl::StatusOr<engine::WebhookHistory> Find(const ledger::ReadView& view,
                                            ledger::Sequence as_of,
                                            const Network& network,
                                            const engine::Actor& actor,
                                            std::string_view id) {
  SKONTRO_ASSIGN_OR_RETURN(std::optional<engine::WebhookHistory> found,
                           engine::FindWebhook(*view.snapshot, id, as_of));
  if (!found.has_value() || found->state == engine::WebhookState::kDeleted ||
      !Sees(actor, found->created)) {
    return NotThere(network.id(), id);
  }
  return *std::move(found);
}

absl::Status Write(const Network& network, const ledger::ReadView& view,
                   const engine::WebhookHistory& webhook, int64_t now_us,
                   const WebhookSender& sender, v1::Webhook* out) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::Actor> actor,
      engine::ActorOfWebhook(*view.snapshot, webhook.created, view.sequence,
                             now_us));
  return WriteWebhook(network.id(), *view.snapshot, webhook, !actor.has_value(),
                      sender.ProgressOf(network.id(), webhook.created.id), out);
}

// The webhook as the record of the answer made it, and the first time its
// secret.
absl::Status FillMade(Network* network, const engine::Answer& answer,
                      bool validate_only, const std::string& secret,
                      WebhookSender* sender,
                      v1::CreateWebhookResponse* response) {
  if (validate_only) {
    WritePreview(answer, response->mutable_outcome());
    return absl::OkStatus();
  }
  sender->Refresh(network);
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope,
                           AnswerScope(*network, answer));
  RecordReader records(scope.view.snapshot);
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Record* const record,
                           records.RecordAt(answer.sequence));
  SKONTRO_ASSIGN_OR_RETURN(const engine::Event event,
                           engine::DecodeEvent(record->event));
  const auto* created = std::get_if<engine::WebhookCreated>(&event);
  if (created == nullptr) {
    return JournalBroken(answer.sequence,
                         absl::DataLossError("an answer about a webhook that "
                                             "the record does not make"));
  }
  const engine::WebhookHistory history = {*created, answer.sequence,
                                          record->time_us,
                                          engine::WebhookState::kActive};
  SKONTRO_RETURN_IF_ERROR(WriteWebhook(
      network->id(), *scope.view.snapshot, history, /*stopped=*/false,
      /*progress=*/std::nullopt, response->mutable_webhook()));
  if (!answer.repeated) response->set_secret(WebhookSecretText(secret));
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

absl::Status List(const ReadScope& scope,
                  const v1::ListWebhooksRequest& request, int page_size,
                  int64_t now_us, const WebhookSender& sender,
                  v1::ListWebhooksResponse* response) {
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
  SKONTRO_RETURN_IF_ERROR(engine::WalkWebhooks(
      *scope.view.snapshot, position.key, position.sequence,
      [&](const engine::WebhookHistory& webhook) {
        if (!Sees(scope.actor, webhook.created)) return true;
        if (response->webhooks_size() == page_size) {
          response->set_next_page_token(
              SealPageToken(seal, token_scope, {position.sequence, last}));
          return false;
        }
        last = webhook.created.id;
        status = Write(scope.network, scope.view, webhook, now_us, sender,
                       response->add_webhooks());
        return status.ok();
      }));
  response->set_sequence(WireSequence(position.sequence));
  return status;
}

absl::Status ListDead(const ReadScope& scope,
                      const v1::ListDeadLettersRequest& request,
                      std::string_view id, int page_size,
                      const WebhookSender& sender,
                      v1::ListDeadLettersResponse* response) {
  SKONTRO_RETURN_IF_ERROR(
      Find(scope.view, scope.as_of, scope.network, scope.actor, id).status());
  const std::string& seal = scope.network.terms().request_key;
  const std::string token_scope = PageScope(kListDead, request);
  uint64_t after = 0;
  if (!request.page_token().empty()) {
    const auto opened = OpenPageToken(seal, token_scope, request.page_token());
    if (!opened.has_value() || !absl::SimpleAtoi(opened->key, &after)) {
      Form form;
      form.PageToken(request.page_token());
      return ToStatus(form.refusals().front());
    }
  }
  const std::optional<WebhookProgress> progress =
      sender.ProgressOf(scope.network.id(), id);
  if (!progress.has_value()) return absl::OkStatus();
  const auto& dead = progress->dead_letters;
  for (auto at = dead.upper_bound(after); at != dead.end(); ++at) {
    if (response->dead_letters_size() == page_size) {
      response->set_next_page_token(
          SealPageToken(seal, token_scope, {scope.as_of, absl::StrCat(after)}));
      break;
    }
    after = at->first;
    WriteDeadLetter(at->first, at->second, response->add_dead_letters());
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* WebhookService::CreateWebhook(
    grpc::CallbackServerContext* context,
    const v1::CreateWebhookRequest* request,
    v1::CreateWebhookResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kCreate, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  engine::CreateWebhook body =
      ReadWebhook(*request, parent.network, sender_.access(), &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, parent.network);
  if (!place.ok()) return Fail(backend_, context, kCreate, place.status());
  if (body.id.empty()) body.id = NewApiKeyId();
  body.salt = NewWebhookSalt();
  std::string secret = WebhookSecret(backend_.authenticator.secret(),
                                     place->network->id(), body.id, body.salt);
  body.digest = ledger::BytesOf(WebhookSecretDigest(secret));
  engine::Command command = NewCommand(backend_, *place, kCreate, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [this, network = place->network, secret = std::move(secret),
                 request, response](const engine::Answer& answer) {
                  return FillMade(network, answer, request->validate_only(),
                                  secret, &sender_, response);
                });
}

grpc::ServerUnaryReactor* WebhookService::GetWebhook(
    grpc::CallbackServerContext* context, const v1::GetWebhookRequest* request,
    v1::GetWebhookResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.WebhookName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(
      backend_, context, *caller, {kGet, std::string(name.network), min},
      [this, id = name.webhook, response](const ReadScope& scope) {
        SKONTRO_ASSIGN_OR_RETURN(
            const engine::WebhookHistory webhook,
            Find(scope.view, scope.as_of, scope.network, scope.actor, id));
        response->set_sequence(WireSequence(scope.as_of));
        return Write(scope.network, scope.view, webhook, backend_.clock.NowUs(),
                     sender_, response->mutable_webhook());
      });
}

grpc::ServerUnaryReactor* WebhookService::ListWebhooks(
    grpc::CallbackServerContext* context,
    const v1::ListWebhooksRequest* request,
    v1::ListWebhooksResponse* response) {
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
                            sender_, response);
              });
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* WebhookService::SetState(
    grpc::CallbackServerContext* context, std::string_view method,
    engine::WebhookState state, const Request& request, Response* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, method, caller.status());
  Form form;
  const NameParts name = form.WebhookName("name", request.name());
  form.RequestId(request.request_id());
  if (!form.ok()) return RefuseChange(context, form, request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, method, place.status());
  engine::Command command = NewCommand(backend_, *place, method, request);
  command.validate_only = request.validate_only();
  command.body = engine::SetWebhookState{std::string(name.webhook), state};
  return Change(backend_, context, place->network, std::move(command),
                [this, network = place->network, &request,
                 response](const engine::Answer& answer) -> absl::Status {
                  if (request.validate_only()) {
                    WritePreview(answer, response->mutable_outcome());
                    return absl::OkStatus();
                  }
                  sender_.Refresh(network);
                  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope,
                                           AnswerScope(*network, answer));
                  RecordReader records(scope.view.snapshot);
                  return WriteOutcome(answer, &records,
                                      response->mutable_outcome());
                });
}

grpc::ServerUnaryReactor* WebhookService::DeleteWebhook(
    grpc::CallbackServerContext* context,
    const v1::DeleteWebhookRequest* request,
    v1::DeleteWebhookResponse* response) {
  return SetState(context, kDelete, engine::WebhookState::kDeleted, *request,
                  response);
}

grpc::ServerUnaryReactor* WebhookService::PauseWebhook(
    grpc::CallbackServerContext* context,
    const v1::PauseWebhookRequest* request,
    v1::PauseWebhookResponse* response) {
  return SetState(context, kPause, engine::WebhookState::kPaused, *request,
                  response);
}

grpc::ServerUnaryReactor* WebhookService::ResumeWebhook(
    grpc::CallbackServerContext* context,
    const v1::ResumeWebhookRequest* request,
    v1::ResumeWebhookResponse* response) {
  return SetState(context, kResume, engine::WebhookState::kActive, *request,
                  response);
}

grpc::ServerUnaryReactor* WebhookService::ListDeadLetters(
    grpc::CallbackServerContext* context,
    const v1::ListDeadLettersRequest* request,
    v1::ListDeadLettersResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kListDead, caller.status());
  Form form;
  const NameParts name = form.WebhookName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  if (!form.ok()) return Refuse(context, form);
  return Read(
      backend_, context, *caller, {kListDead, std::string(name.network)},
      [this, request, id = name.webhook, page_size,
       response](const ReadScope& scope) {
        return ListDead(scope, *request, id, page_size, sender_, response);
      });
}

// The thread of the sender finishes the call.
template <typename Request>
grpc::ServerUnaryReactor* WebhookService::ChangeDeadLetter(
    grpc::CallbackServerContext* context, std::string_view method, bool resend,
    const Request& request) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, method, caller.status());
  Form form;
  const NameParts name = form.WebhookName("name", request.name());
  const ledger::Sequence sequence =
      form.SequenceOf("sequence", request.sequence());
  if (!form.ok()) return Refuse(context, form);
  // For who does not see everything, what is not there comes before who may
  // not.
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, method, place.status());
  const auto forbidden = engine::CheckPermission(place->actor, method);
  if (forbidden.has_value() && engine::SeesAll(place->actor)) {
    return Fail(backend_, context, method, ToStatus(*forbidden));
  }
  const ledger::ReadView view = place->network->engine().view();
  const auto webhook =
      Find(view, view.sequence, *place->network, place->actor, name.webhook);
  if (!webhook.ok()) return Fail(backend_, context, method, webhook.status());
  if (forbidden.has_value()) {
    return Fail(backend_, context, method, ToStatus(*forbidden));
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  auto done = [this, reactor, method, sequence,
               webhook_name = request.name()](bool found) {
    absl::Status status;
    if (!found) {
      status = ToStatus(engine::NotFound(
          absl::StrCat("dead letter ", static_cast<uint64_t>(sequence), " of ",
                       webhook_name)));
    }
    reactor->Finish(Report(backend_, method, status));
  };
  if (resend) {
    sender_.Resend(place->network, std::string(name.webhook),
                   static_cast<uint64_t>(sequence), std::move(done));
  } else {
    sender_.Skip(place->network, std::string(name.webhook),
                 static_cast<uint64_t>(sequence), std::move(done));
  }
  return reactor;
}

grpc::ServerUnaryReactor* WebhookService::ResendDeadLetter(
    grpc::CallbackServerContext* context,
    const v1::ResendDeadLetterRequest* request, v1::ResendDeadLetterResponse*) {
  return ChangeDeadLetter(context, kResend, true, *request);
}

grpc::ServerUnaryReactor* WebhookService::SkipDeadLetter(
    grpc::CallbackServerContext* context,
    const v1::SkipDeadLetterRequest* request, v1::SkipDeadLetterResponse*) {
  return ChangeDeadLetter(context, kSkip, false, *request);
}

}  // namespace skontro::server

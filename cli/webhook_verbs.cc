// skontro webhook create|get|list|pause|resume|delete|dead-letters|resend|skip

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/outcome.h"
#include "cli/paging.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
#include "skontro/v1/webhook_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::Webhook;
using v1::WebhookService;

// A webhook as it is shown, with its secret where it was made just now.
struct ShownWebhook {
  Webhook webhook;
  std::string secret;
};

struct NewWebhook {
  std::string id;
  std::string url;
  std::vector<std::string> types;
  std::string member;
};

struct Chosen {
  std::string id;
  int64_t sequence = 0;
};

// TRADE_SETTLED is trade-settled to people.
std::string TypeText(v1::Event::Type type) {
  std::string text = absl::AsciiStrToLower(v1::Event::Type_Name(type));
  for (char& c : text) {
    if (c == '_') c = '-';
  }
  return text;
}

absl::StatusOr<v1::Event::Type> ParseType(const std::string& text) {
  std::string name = absl::AsciiStrToUpper(text);
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  v1::Event::Type type = v1::Event::TYPE_UNSPECIFIED;
  if (v1::Event::Type_Parse(name, &type) &&
      type != v1::Event::TYPE_UNSPECIFIED) {
    return type;
  }
  return UsageFailure(
      absl::StrCat("--type: '", Shown(text), "' is none; try trade-settled"));
}

std::string TypesText(const Webhook& webhook) {
  std::vector<std::string> types;
  for (int i = 0; i < webhook.types_size(); ++i) {
    types.push_back(TypeText(webhook.types(i)));
  }
  return absl::StrJoin(types, " ");
}

std::string StateText(const Webhook& webhook) {
  return absl::AsciiStrToLower(Webhook::State_Name(webhook.state()));
}

std::string MemberText(const Webhook& webhook) {
  return webhook.member().empty() ? "" : ShortName(webhook.member());
}

void WriteMembers(const ShownWebhook& shown, JsonWriter* json) {
  const Webhook& webhook = shown.webhook;
  json->String("name", webhook.name());
  json->String("url", webhook.url());
  json->String("types", TypesText(webhook));
  json->String("member", webhook.member());
  json->String("state", StateText(webhook));
  json->String("owner", webhook.owner());
  json->String("api_key", webhook.api_key());
  json->Number("delivered_sequence", webhook.delivery().sequence());
  json->Number("dead_letters", webhook.delivery().dead_letters());
  json->Number("failed_attempts", webhook.delivery().failed_attempts());
  json->String("last_error", webhook.delivery().last_error());
  if (!shown.secret.empty()) json->String("secret", shown.secret);
}

View<ShownWebhook> WebhookView() {
  View<ShownWebhook> view;
  view.singular = "webhook";
  view.plural = "webhooks";
  const auto add = [&view](const char* key, const char* title, Place place,
                           std::function<std::string(const Webhook&)> value) {
    view.columns.push_back(
        {key, title, CellKind::kText, place,
         [value = std::move(value)](const ShownWebhook& shown) {
           return value(shown.webhook);
         }});
  };
  add("id", "Id", Place::kEverywhere,
      [](const Webhook& w) { return ShortName(w.name()); });
  add("url", "URL", Place::kEverywhere,
      [](const Webhook& w) { return w.url(); });
  add("state", "State", Place::kEverywhere, StateText);
  add("owner", "Owner", Place::kEverywhere,
      [](const Webhook& w) { return w.owner(); });
  add("delivered_sequence", "Told up to", Place::kEverywhere,
      [](const Webhook& w) {
        return w.has_delivery() ? absl::StrCat(w.delivery().sequence()) : "";
      });
  add("dead_letters", "Dead letters", Place::kEverywhere, [](const Webhook& w) {
    return absl::StrCat(w.delivery().dead_letters());
  });
  add("failed_attempts", "Failed attempts", Place::kDetail,
      [](const Webhook& w) {
        return absl::StrCat(w.delivery().failed_attempts());
      });
  add("last_error", "Last error", Place::kEverywhere,
      [](const Webhook& w) { return w.delivery().last_error(); });
  add("types", "Types", Place::kDetail, TypesText);
  add("member", "Member", Place::kDetail, MemberText);
  view.columns.push_back({"secret", "Secret, shown once", CellKind::kText,
                          Place::kDetail,
                          [](const ShownWebhook& w) { return w.secret; }});
  view.members = WriteMembers;
  return view;
}

View<v1::DeadLetter> DeadLetterView() {
  View<v1::DeadLetter> view;
  view.singular = "dead_letter";
  view.plural = "dead_letters";
  const auto add =
      [&view](const char* key, const char* title, CellKind kind,
              std::function<std::string(const v1::DeadLetter&)> value) {
        view.columns.push_back(
            {key, title, kind, Place::kEverywhere, std::move(value)});
      };
  add("sequence", "Sequence", CellKind::kNumber,
      [](const v1::DeadLetter& d) { return absl::StrCat(d.sequence()); });
  add("attempts", "Attempts", CellKind::kNumber,
      [](const v1::DeadLetter& d) { return absl::StrCat(d.attempts()); });
  add("fail_time", "Given up", CellKind::kText,
      [](const v1::DeadLetter& d) { return TimeText(d.fail_time()); });
  add("error", "Error", CellKind::kText,
      [](const v1::DeadLetter& d) { return d.error(); });
  view.members = [](const v1::DeadLetter& dead, JsonWriter* json) {
    json->Number("sequence", dead.sequence());
    json->Number("attempts", dead.attempts());
    json->String("fail_time", TimeText(dead.fail_time()));
    json->Number("http_status", dead.http_status());
    json->String("error", dead.error());
  };
  return view;
}

absl::StatusOr<std::string> WebhookName(Session& session,
                                        const std::string& id) {
  SKONTRO_RETURN_IF_ERROR(CheckId("WEBHOOK", id));
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  return absl::StrCat(network, "/webhooks/", id);
}

absl::StatusOr<ExitCode> Create(Session& session, const NewWebhook& wanted) {
  v1::CreateWebhookRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  request.set_parent(network);
  request.set_webhook_id(wanted.id);
  Webhook& webhook = *request.mutable_webhook();
  webhook.set_url(wanted.url);
  for (const std::string& text : wanted.types) {
    SKONTRO_ASSIGN_OR_RETURN(const v1::Event::Type type, ParseType(text));
    webhook.add_types(type);
  }
  if (!wanted.member.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(*webhook.mutable_member(),
                             MemberName(network, wanted.member));
  }
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const v1::CreateWebhookResponse response,
                           session.Change<WebhookService>(
                               &WebhookService::Stub::CreateWebhook, request));
  return PrintChange(
      session, WebhookView(),
      ShownWebhook{response.webhook(), response.secret()}, response.outcome(),
      session.dry_run() ? "The webhook would be made"
      : response.secret().empty()
          ? "The webhook was made before, and its secret is not shown again; "
            "delete it and make another if it is lost"
          : "Keep this secret: nobody can show it again");
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& id) {
  v1::GetWebhookRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), WebhookName(session, id));
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetWebhookResponse response,
      session.Read<WebhookService>(&WebhookService::Stub::GetWebhook, request));
  session.out() << OneIn(session.format(), WebhookView(),
                         ShownWebhook{response.webhook(), ""},
                         response.sequence());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> List(Session& session) {
  using Request = v1::ListWebhooksRequest;
  using Response = v1::ListWebhooksResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  std::vector<ShownWebhook> webhooks;
  int64_t sequence = 0;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<WebhookService>(&WebhookService::Stub::ListWebhooks,
                                            request);
      },
      [&](const Response& page) {
        for (const Webhook& webhook : page.webhooks()) {
          webhooks.push_back({webhook, ""});
        }
        sequence = page.sequence();
        return true;
      })));
  session.out() << ListIn(session.format(), WebhookView(), webhooks, sequence);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> ListDead(Session& session, const std::string& id) {
  using Request = v1::ListDeadLettersRequest;
  using Response = v1::ListDeadLettersResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), WebhookName(session, id));
  std::vector<v1::DeadLetter> dead;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<WebhookService>(
            &WebhookService::Stub::ListDeadLetters, request);
      },
      [&](const Response& page) {
        dead.insert(dead.end(), page.dead_letters().begin(),
                    page.dead_letters().end());
        return true;
      })));
  session.out() << ListIn(session.format(), DeadLetterView(), dead,
                          /*sequence=*/-1);
  return ExitCode::kDone;
}

// Pauses, resumes or deletes. The headline says what came of it.
template <typename Request, typename Response, typename Method>
absl::StatusOr<ExitCode> SetState(Session& session, const std::string& id,
                                  Method method, const char* done) {
  Request request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), WebhookName(session, id));
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const Response response,
                           session.Change<WebhookService>(method, request));
  if (session.format() == Format::kJson) {
    JsonWriter json;
    json.BeginObject();
    WriteOutcome(response.outcome(), session.dry_run(), &json);
    json.EndObject();
    session.out() << json.Finish();
  } else {
    session.out() << "Webhook " << id
                  << (session.dry_run() ? " would be " : " is ") << done << "\n"
                  << OutcomeText(response.outcome(), session);
  }
  return response.outcome().refusals().empty() ? ExitCode::kDone
                                               : ExitCode::kRefused;
}

template <typename Request, typename Response, typename Method>
absl::StatusOr<ExitCode> ChangeDead(Session& session, const Chosen& chosen,
                                    Method method, const char* done) {
  Request request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           WebhookName(session, chosen.id));
  request.set_sequence(chosen.sequence);
  SKONTRO_RETURN_IF_ERROR(
      session.Change<WebhookService>(method, request).status());
  session.out() << "Dead letter " << chosen.sequence << " " << done << "\n";
  return ExitCode::kDone;
}

void AddCreate(Verbs& verbs, CLI::App* group) {
  const auto wanted = std::make_shared<NewWebhook>();
  CLI::App* const create = verbs.Add(
      group, "create", "Have events told to a URL, and show the secret, once",
      "  skontro webhook create --url https://erp.example.org/skontro\n"
      "  skontro webhook create paid --url https://erp.example.org/paid \\\n"
      "      --type trade-settled --member boulangerie",
      [&verbs, wanted] { return Create(verbs.session(), *wanted); });
  create->add_option("WEBHOOK", wanted->id,
                     "Its id; the server chooses one unless given");
  create->add_option("--url", wanted->url, "Where messages go, of https")
      ->required()
      ->type_name("URL");
  create
      ->add_option("--type", wanted->types,
                   "A type of event, such as trade-settled; may be repeated; "
                   "all unless given")
      ->type_name("TYPE");
  create
      ->add_option("--member", wanted->member,
                   "Only events of this member; all that the key sees unless "
                   "given")
      ->type_name("MEMBER");
  verbs.TakesNetwork(create);
  verbs.TakesRequestId(create);
  verbs.TakesFormat(create);
}

void AddRead(Verbs& verbs, CLI::App* group) {
  CLI::App* const list = verbs.Add(
      group, "list", "List webhooks, and how their deliveries go",
      "  skontro webhook list", [&verbs] { return List(verbs.session()); });
  verbs.TakesNetwork(list);
  verbs.TakesListFormat(list);

  const auto id = std::make_shared<std::string>();
  CLI::App* const get =
      verbs.Add(group, "get", "Show a webhook, and how its deliveries go",
                "  skontro webhook get paid",
                [&verbs, id] { return Get(verbs.session(), *id); });
  get->add_option("WEBHOOK", *id, "The webhook")->required();
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto of = std::make_shared<std::string>();
  CLI::App* const dead =
      verbs.Add(group, "dead-letters", "List the events that nobody took",
                "  skontro webhook dead-letters paid",
                [&verbs, of] { return ListDead(verbs.session(), *of); });
  dead->add_option("WEBHOOK", *of, "The webhook")->required();
  verbs.TakesNetwork(dead);
  verbs.TakesListFormat(dead);
}

template <typename Request, typename Response, typename Method>
void AddSetState(Verbs& verbs, CLI::App* group, const char* name,
                 const char* help, Method method, const char* done) {
  const auto id = std::make_shared<std::string>();
  CLI::App* const verb = verbs.Add(
      group, name, help, absl::StrCat("  skontro webhook ", name, " paid"),
      [&verbs, id, method, done] {
        return SetState<Request, Response>(verbs.session(), *id, method, done);
      });
  verb->add_option("WEBHOOK", *id, "The webhook")->required();
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

template <typename Request, typename Response, typename Method>
void AddChangeDead(Verbs& verbs, CLI::App* group, const char* name,
                   const char* help, Method method, const char* done) {
  const auto chosen = std::make_shared<Chosen>();
  CLI::App* const verb = verbs.Add(
      group, name, help, absl::StrCat("  skontro webhook ", name, " paid 4711"),
      [&verbs, chosen, method, done] {
        return ChangeDead<Request, Response>(verbs.session(), *chosen, method,
                                             done);
      });
  verb->add_option("WEBHOOK", chosen->id, "The webhook")->required();
  verb->add_option("SEQUENCE", chosen->sequence, "The sequence of the event")
      ->required();
  verbs.TakesNetwork(verb);
}

}  // namespace

void AddWebhookVerbs(Verbs& verbs) {
  using Stub = WebhookService::Stub;
  CLI::App* const group = verbs.AddGroup(
      "webhook", "Have events told to a URL, signed and in order");
  AddCreate(verbs, group);
  AddRead(verbs, group);
  AddSetState<v1::PauseWebhookRequest, v1::PauseWebhookResponse>(
      verbs, group, "pause", "Tell it nothing until it is resumed",
      &Stub::PauseWebhook, "paused");
  AddSetState<v1::ResumeWebhookRequest, v1::ResumeWebhookResponse>(
      verbs, group, "resume", "Go on where it was paused", &Stub::ResumeWebhook,
      "resumed");
  AddSetState<v1::DeleteWebhookRequest, v1::DeleteWebhookResponse>(
      verbs, group, "delete", "Take it away, with its dead letters",
      &Stub::DeleteWebhook, "deleted");
  AddChangeDead<v1::ResendDeadLetterRequest, v1::ResendDeadLetterResponse>(
      verbs, group, "resend", "Try an event once more that nobody took",
      &Stub::ResendDeadLetter, "is tried once more");
  AddChangeDead<v1::SkipDeadLetterRequest, v1::SkipDeadLetterResponse>(
      verbs, group, "skip", "Take an event off the list that nobody wants",
      &Stub::SkipDeadLetter, "is off the list");
}

}  // namespace skontro::cli

// skontro key create|list|rotate|revoke

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
#include "skontro/v1/key_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::ApiKey;
using v1::KeyService;

// A key as it is shown, with its text where it was made just now.
struct ShownKey {
  ApiKey key;
  std::string secret;
};

struct NewKey {
  std::string id;
  std::string identity;
  std::string role;
  std::vector<std::string> members;
  std::string ceiling;
  std::string mandate;
  std::string expires;
};

struct Rotation {
  std::string id;
  std::string new_id;
  int overlap_hours = 24;
  std::string expires;
};

std::string RoleText(const ApiKey& key) {
  return absl::AsciiStrToLower(ApiKey::Role_Name(key.role()));
}

std::string MembersText(const ApiKey& key) {
  std::vector<std::string> ids;
  for (const std::string& name : key.members()) ids.push_back(ShortName(name));
  return absl::StrJoin(ids, " ");
}

std::string LimitText(bool present, const v1::Amount& amount,
                      const Unit& unit) {
  return present ? UnitText(amount.minor_units(), unit) : "";
}

std::string TimeOr(bool present, const google::protobuf::Timestamp& time) {
  return present ? TimeText(time) : "";
}

void WriteKey(const ShownKey& k, JsonWriter* json) {
  json->String("name", k.key.name());
  json->String("identity", k.key.identity());
  json->String("role", RoleText(k.key));
  json->String("members", MembersText(k.key));
  json->String("state",
               absl::AsciiStrToLower(ApiKey::State_Name(k.key.state())));
  json->String("expire_time",
               TimeOr(k.key.has_expire_time(), k.key.expire_time()));
  json->String("last_use_time",
               TimeOr(k.key.has_last_use_time(), k.key.last_use_time()));
  if (k.key.has_spending_ceiling()) {
    json->Number("spending_ceiling_minor_units",
                 k.key.spending_ceiling().minor_units());
  }
  if (k.key.has_credit_mandate()) {
    json->Number("credit_mandate_minor_units",
                 k.key.credit_mandate().minor_units());
  }
  if (!k.secret.empty()) json->String("secret", k.secret);
}

View<ShownKey> KeyView(const Unit& unit) {
  View<ShownKey> view;
  view.singular = "api_key";
  view.plural = "api_keys";
  const auto text = [](const char* key, const char* title, Place place,
                       std::function<std::string(const ShownKey&)> value) {
    return Column<ShownKey>{key, title, CellKind::kText, place,
                            std::move(value)};
  };
  view.columns = {
      text("id", "Id", Place::kEverywhere,
           [](const ShownKey& k) { return ShortName(k.key.name()); }),
      text("identity", "Identity", Place::kEverywhere,
           [](const ShownKey& k) { return k.key.identity(); }),
      text("role", "Role", Place::kEverywhere,
           [](const ShownKey& k) { return RoleText(k.key); }),
      text("members", "Members", Place::kEverywhere,
           [](const ShownKey& k) { return MembersText(k.key); }),
      text("state", "State", Place::kEverywhere,
           [](const ShownKey& k) {
             return absl::AsciiStrToLower(ApiKey::State_Name(k.key.state()));
           }),
      text("expire_time", "Expires", Place::kEverywhere,
           [](const ShownKey& k) {
             return TimeOr(k.key.has_expire_time(), k.key.expire_time());
           }),
      text("last_use_time", "Last use", Place::kEverywhere,
           [](const ShownKey& k) {
             return TimeOr(k.key.has_last_use_time(), k.key.last_use_time());
           }),
      text("spending_ceiling", "Spending ceiling", Place::kDetail,
           [unit](const ShownKey& k) {
             return LimitText(k.key.has_spending_ceiling(),
                              k.key.spending_ceiling(), unit);
           }),
      text("credit_mandate", "Credit mandate", Place::kDetail,
           [unit](const ShownKey& k) {
             return LimitText(k.key.has_credit_mandate(),
                              k.key.credit_mandate(), unit);
           }),
      text("replaced_by", "Replaced by", Place::kDetail,
           [](const ShownKey& k) {
             return k.key.replaced_by().empty()
                        ? ""
                        : ShortName(k.key.replaced_by());
           }),
      text("secret", "Key, shown once", Place::kDetail,
           [](const ShownKey& k) { return k.secret; }),
  };
  view.members = WriteKey;
  return view;
}

absl::StatusOr<std::string> KeyName(Session& session, const std::string& id) {
  SKONTRO_RETURN_IF_ERROR(CheckId("KEY", id));
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  return absl::StrCat(network, "/apiKeys/", id);
}

absl::StatusOr<ExitCode> Create(Session& session, const NewKey& wanted) {
  v1::CreateApiKeyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  request.set_parent(network);
  request.set_api_key_id(wanted.id);
  ApiKey& key = *request.mutable_api_key();
  key.set_identity(wanted.identity);
  ApiKey::Role role = ApiKey::ROLE_UNSPECIFIED;
  if (!ApiKey::Role_Parse(absl::AsciiStrToUpper(wanted.role), &role)) {
    return UsageFailure(
        "--role: member_user, broker, accountant, auditor or "
        "operator");
  }
  key.set_role(role);
  for (const std::string& member : wanted.members) {
    SKONTRO_ASSIGN_OR_RETURN(*key.add_members(), MemberName(network, member));
  }
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  if (!wanted.ceiling.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const int64_t units,
        ParseUnits("--spending-ceiling", wanted.ceiling, unit));
    key.mutable_spending_ceiling()->set_minor_units(units);
  }
  if (!wanted.mandate.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const int64_t units,
        ParseUnits("--credit-mandate", wanted.mandate, unit));
    key.mutable_credit_mandate()->set_minor_units(units);
  }
  if (!wanted.expires.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t seconds,
                             ParseDaySeconds("--expires", wanted.expires));
    key.mutable_expire_time()->set_seconds(seconds);
  }
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::CreateApiKeyResponse response,
      session.Change<KeyService>(&KeyService::Stub::CreateApiKey, request));
  return PrintChange(
      session, KeyView(unit), ShownKey{response.api_key(), response.secret()},
      response.outcome(),
      session.dry_run() ? "The key would be made"
      : response.secret().empty()
          ? "The key was made before, and is not shown again; rotate it if it "
            "is lost"
          : "Keep this key: nobody can show it again");
}

absl::StatusOr<ExitCode> List(Session& session) {
  using Request = v1::ListApiKeysRequest;
  using Response = v1::ListApiKeysResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  std::vector<ShownKey> keys;
  int64_t sequence = 0;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<KeyService>(&KeyService::Stub::ListApiKeys,
                                        request);
      },
      [&](const Response& page) {
        for (const ApiKey& key : page.api_keys()) keys.push_back({key, ""});
        sequence = page.sequence();
        return true;
      })));
  session.out() << ListIn(session.format(), KeyView(unit), keys, sequence);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Rotate(Session& session, const Rotation& wanted) {
  v1::RotateApiKeyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           KeyName(session, wanted.id));
  request.set_new_api_key_id(wanted.new_id);
  if (wanted.overlap_hours < 0 || wanted.overlap_hours > 720) {
    return UsageFailure("--overlap-hours: 0 to 720");
  }
  request.set_overlap_seconds(wanted.overlap_hours * 3'600);
  if (!wanted.expires.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t seconds,
                             ParseDaySeconds("--expires", wanted.expires));
    request.mutable_expire_time()->set_seconds(seconds);
  }
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::RotateApiKeyResponse response,
      session.Change<KeyService>(&KeyService::Stub::RotateApiKey, request));
  return PrintChange(
      session, KeyView(unit), ShownKey{response.api_key(), response.secret()},
      response.outcome(),
      session.dry_run()
          ? "The key would be rotated"
          : absl::StrCat("Keep this key: nobody can show it again; ", wanted.id,
                         " goes on for ", wanted.overlap_hours, " hours"));
}

absl::StatusOr<ExitCode> Revoke(Session& session, const std::string& id) {
  v1::RevokeApiKeyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), KeyName(session, id));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::RevokeApiKeyResponse response,
      session.Change<KeyService>(&KeyService::Stub::RevokeApiKey, request));
  return PrintChange(
      session, KeyView(unit), ShownKey{response.api_key(), ""},
      response.outcome(),
      absl::StrCat("Key ", id,
                   session.dry_run() ? " would be revoked" : " is revoked"));
}

void TakesChange(Verbs& verbs, CLI::App* verb) {
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

void AddCreate(Verbs& verbs, CLI::App* group) {
  const auto wanted = std::make_shared<NewKey>();
  CLI::App* const create = verbs.Add(
      group, "create", "Make a key and show it, once",
      "  skontro key create erp-1 --identity boulangerie-erp \\\n"
      "      --role member_user --member boulangerie --spending-ceiling 2000\n"
      "  skontro key create anna --identity anna --role broker \\\n"
      "      --member boulangerie --member garage --credit-mandate 5000 "
      "--expires 2027-01-01",
      [&verbs, wanted] { return Create(verbs.session(), *wanted); });
  create->add_option("KEY", wanted->id,
                     "Its id; the server chooses one unless given");
  create
      ->add_option("--identity", wanted->identity,
                   "Who has it; request ids are kept by it, for ever")
      ->required()
      ->type_name("ID");
  create
      ->add_option("--role", wanted->role,
                   "member_user, broker, accountant, auditor or operator")
      ->required()
      ->type_name("ROLE");
  create
      ->add_option("--member", wanted->members,
                   "A member that it is limited to; may be repeated")
      ->type_name("MEMBER");
  create
      ->add_option("--spending-ceiling", wanted->ceiling,
                   "The most that one trade may spend")
      ->type_name("UNITS");
  create
      ->add_option("--credit-mandate", wanted->mandate,
                   "The highest credit line that a broker may set")
      ->type_name("UNITS");
  create
      ->add_option("--expires", wanted->expires,
                   "The day from which it is of no use, in UTC; never unless "
                   "given")
      ->type_name("DAY");
  TakesChange(verbs, create);
}

void AddRotate(Verbs& verbs, CLI::App* group) {
  const auto rotation = std::make_shared<Rotation>();
  CLI::App* const rotate = verbs.Add(
      group, "rotate", "Make the next key of a client and show it, once",
      "  skontro key rotate erp-1 --new-id erp-2 --overlap-hours 48",
      [&verbs, rotation] { return Rotate(verbs.session(), *rotation); });
  rotate->add_option("KEY", rotation->id, "The key to replace")->required();
  rotate
      ->add_option("--new-id", rotation->new_id,
                   "The id of the new key; the server chooses one unless "
                   "given")
      ->type_name("ID");
  rotate
      ->add_option("--overlap-hours", rotation->overlap_hours,
                   "How long the old key goes on (24)")
      ->type_name("HOURS");
  rotate
      ->add_option("--expires", rotation->expires,
                   "The day from which the new key is of no use, in UTC; "
                   "never unless given")
      ->type_name("DAY");
  TakesChange(verbs, rotate);
}

}  // namespace

void AddKeyVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "key", "Give out the keys that prove who calls, and take them back");

  AddCreate(verbs, group);

  CLI::App* const list = verbs.Add(
      group, "list", "List the keys of the network, but not their texts",
      "  skontro key list", [&verbs] { return List(verbs.session()); });
  verbs.TakesNetwork(list);
  verbs.TakesListFormat(list);

  AddRotate(verbs, group);

  const auto id = std::make_shared<std::string>();
  CLI::App* const revoke =
      verbs.Add(group, "revoke", "Make a key useless at once",
                "  skontro key revoke erp-1",
                [&verbs, id] { return Revoke(verbs.session(), *id); });
  revoke->add_option("KEY", *id, "The key")->required();
  TakesChange(verbs, revoke);
}

}  // namespace skontro::cli

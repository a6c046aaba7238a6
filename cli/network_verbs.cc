// skontro network create|get|list, and what policy_verbs.cc and
// archive_verbs.cc add

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/network_view.h"
#include "cli/outcome.h"
#include "cli/paging.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::NetworkService;

struct NewNetwork {
  std::string id;
  std::string display_name;
  std::string unit_code;
  int decimals = 2;
  std::string peg;
  std::string time_zone;
  std::string default_credit_line;
  std::string default_balance_limit;
};

absl::StatusOr<ExitCode> Create(Session& session, const NewNetwork& wanted) {
  v1::CreateNetworkRequest request;
  SKONTRO_RETURN_IF_ERROR(CheckId("network", wanted.id));
  request.set_network_id(wanted.id);
  v1::Network& network = *request.mutable_network();
  network.set_display_name(wanted.display_name);
  network.set_unit_code(wanted.unit_code);
  network.set_unit_decimals(wanted.decimals);
  network.set_peg_currency_code(wanted.peg);
  network.set_time_zone(wanted.time_zone);
  Unit unit;
  unit.code = wanted.unit_code;
  unit.decimals = wanted.decimals;
  if (!wanted.default_credit_line.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const int64_t line,
        ParseUnits("--default-credit-line", wanted.default_credit_line, unit));
    network.mutable_default_credit_line()->set_minor_units(line);
  }
  if (!wanted.default_balance_limit.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t limit,
                             ParseUnits("--default-balance-limit",
                                        wanted.default_balance_limit, unit));
    network.mutable_default_balance_limit()->set_minor_units(limit);
  }
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const v1::CreateNetworkResponse response,
                           session.Change<NetworkService>(
                               &NetworkService::Stub::CreateNetwork, request));
  SKONTRO_RETURN_IF_ERROR(CheckNetwork(response.network()));
  return PrintChange(
      session, NetworkView(), response.network(), response.outcome(),
      absl::StrCat("Network ", wanted.id,
                   session.dry_run() ? " would be created"
                                     : " is created; use it with: skontro "
                                       "config set network " +
                                           wanted.id));
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& id) {
  v1::GetNetworkRequest request;
  if (id.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  } else {
    SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), NetworkName(id));
  }
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetNetworkResponse response,
      session.Read<NetworkService>(&NetworkService::Stub::GetNetwork, request));
  SKONTRO_RETURN_IF_ERROR(CheckNetwork(response.network()));
  if (session.format() != Format::kJson) {
    session.out() << OneIn(session.format(), NetworkView(), response.network(),
                           response.sequence());
    if (session.format() == Format::kText) {
      session.out() << TitledLines({{"Digest", HexText(response.digest())}});
    }
    return ExitCode::kDone;
  }
  JsonWriter json;
  json.BeginObject();
  WriteObject(NetworkView(), response.network(), "network", &json);
  json.Number("sequence", response.sequence());
  json.String("digest", HexText(response.digest()));
  json.EndObject();
  session.out() << json.Finish();
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> List(Session& session) {
  std::vector<v1::Network> networks;
  absl::Status readable;
  SKONTRO_RETURN_IF_ERROR(
      (ReadPages<v1::ListNetworksRequest, v1::ListNetworksResponse>(
          {},
          [&](const v1::ListNetworksRequest& request) {
            return session.Read<NetworkService>(
                &NetworkService::Stub::ListNetworks, request);
          },
          [&](const v1::ListNetworksResponse& page) {
            for (const v1::Network& network : page.networks()) {
              if (readable.ok()) readable = CheckNetwork(network);
              networks.push_back(network);
            }
            return readable.ok();
          })));
  SKONTRO_RETURN_IF_ERROR(readable);
  session.out() << ListIn(session.format(), NetworkView(), networks,
                          /*sequence=*/-1);
  return ExitCode::kDone;
}

void AddCreate(Verbs& verbs, CLI::App* group) {
  const auto wanted = std::make_shared<NewNetwork>();
  CLI::App* const verb = verbs.Add(
      group, "create",
      "Create a network and its journal. What is set here can never be "
      "changed.",
      "  skontro network create res --name \"RES\" --unit-code RES --decimals "
      "2 "
      "--peg EUR\n"
      "  skontro network create wir --name \"WIR\" --unit-code WIX --peg CHF "
      "\\\n"
      "      --time-zone Europe/Zurich --default-credit-line 500",
      [&verbs, wanted] { return Create(verbs.session(), *wanted); });
  verb->add_option("ID", wanted->id, "Its id: small letters, digits, hyphens")
      ->required();
  verb->add_option("--name", wanted->display_name, "What people call it")
      ->required()
      ->type_name("TEXT");
  verb->add_option("--unit-code", wanted->unit_code,
                   "Code of the unit, three capital letters, of no currency")
      ->required()
      ->type_name("CODE");
  verb->add_option("--decimals", wanted->decimals,
                   "Decimals of the unit, 0 to 4 (2)")
      ->check(CLI::Range(0, 4))
      ->type_name("N");
  verb->add_option("--peg", wanted->peg,
                   "The national currency that one unit is worth one of")
      ->required()
      ->type_name("CODE");
  verb->add_option("--time-zone", wanted->time_zone,
                   "Where booking days begin and end, such as Europe/Brussels "
                   "(UTC)")
      ->type_name("ZONE");
  verb->add_option("--default-credit-line", wanted->default_credit_line,
                   "The credit line where nobody set one (0)")
      ->type_name("UNITS");
  verb->add_option("--default-balance-limit", wanted->default_balance_limit,
                   "The balance limit where nobody set one (the largest "
                   "amount)")
      ->type_name("UNITS");
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

}  // namespace

void AddNetworkVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("network", "Create networks and read about them");
  AddCreate(verbs, group);

  const auto id = std::make_shared<std::string>();
  CLI::App* const get =
      verbs.Add(group, "get", "Show a network, the one in use unless named",
                "  skontro network get\n"
                "  skontro network get res --format json",
                [&verbs, id] { return Get(verbs.session(), *id); });
  get->add_option("NETWORK", *id, "Which network");
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  CLI::App* const list = verbs.Add(
      group, "list", "List the networks of the server",
      "  skontro network list", [&verbs] { return List(verbs.session()); });
  verbs.TakesListFormat(list);
  AddPolicyVerbs(verbs, group);
  AddArchiveVerbs(verbs, group);
}

}  // namespace skontro::cli

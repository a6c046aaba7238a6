#include "cli/verbs.h"

#include <memory>

#include "ledger/base/check.h"

namespace skontro::cli {
namespace {

constexpr char kDescription[] =
    "Skontro: the command line of a clearing house for barter between "
    "businesses.\n"
    "Operators, brokers and accountants create networks and members, set "
    "credit\n"
    "lines, trade, read statements, export the books and verify them.";

constexpr char kFooter[] =
    "A first walk:\n"
    "  skontro network create res --name \"RES\" --unit-code RES --decimals 2 "
    "--peg EUR\n"
    "  skontro config set network res\n"
    "  skontro member create imprimerie --name \"Imprimerie Martin SARL\" \\\n"
    "      --country FR --siren 732829320 --vat-id FR44732829320\n"
    "  skontro credit set imprimerie --limit 5000 --reason \"annual sales / "
    "9\"\n"
    "  skontro trade pay --buyer imprimerie --seller boulangerie --units 50\n"
    "  skontro statement imprimerie --from 2026-01-01 --to 2026-12-31\n"
    "\n"
    "Amounts are decimals with a point: --units 720.50, --cash \"480 EUR\".\n"
    "Every change has a request id, a random one unless --request-id gives "
    "it: sent\n"
    "again under the same id it is carried out at most once.\n"
    "\n"
    "Where values come from, the first that is there: option, environment, "
    "configuration.\n"
    "  --endpoint  SKONTRO_ENDPOINT  endpoint = ...  (127.0.0.1:7411)\n"
    "  --network   SKONTRO_NETWORK   network = ...\n"
    "  --key-file  SKONTRO_KEY_FILE  key_file = ...  (or the key in "
    "SKONTRO_KEY)\n"
    "  --ca-file   SKONTRO_CA_FILE   ca_file = ...\n"
    "  --config    SKONTRO_CONFIG    "
    "${XDG_CONFIG_HOME:-~/.config}/skontro/config\n"
    "  --profile   SKONTRO_PROFILE   .../skontro/profiles/NAME, in its place\n"
    "What the profile of --profile says goes before the environment.\n"
    "\n";

constexpr size_t kHelpColumn = 34;

Format FormatOf(const std::string& name) {
  if (name == "csv") return Format::kCsv;
  if (name == "ndjson") return Format::kJsonLines;
  return name == "json" ? Format::kJson : Format::kText;
}

}  // namespace

Verbs::Verbs(Session& session)
    : session_(session), app_(kDescription, "skontro") {
  app_.require_subcommand(1);
  app_.get_formatter()->column_width(kHelpColumn);
  app_.footer(std::string(kFooter) + kExitCodeHelp);
  TakesServer(&app_);
  TakesNetwork(&app_);
}

CLI::App* Verbs::AddGroup(const std::string& name,
                          const std::string& description) {
  CLI::App* const group = app_.add_subcommand(name, description);
  group->require_subcommand(1);
  group->footer("Each verb says more: skontro " + name + " VERB --help");
  return group;
}

CLI::App* Verbs::AddLocal(CLI::App* group, const std::string& name,
                          const std::string& description,
                          const std::string& examples, Action action) {
  CLI::App* const verb = group->add_subcommand(name, description);
  if (!examples.empty()) verb->footer("Examples:\n" + examples);
  actions_.emplace_back(verb, std::move(action));
  return verb;
}

CLI::App* Verbs::Add(CLI::App* group, const std::string& name,
                     const std::string& description,
                     const std::string& examples, Action action) {
  CLI::App* const verb =
      AddLocal(group, name, description, examples, std::move(action));
  TakesServer(verb);
  return verb;
}

void Verbs::TakesServer(CLI::App* verb) {
  CommonOptions& options = session_.options();
  verb->add_option("--endpoint", options.endpoint,
                   "Where the server listens (127.0.0.1:7411)")
      ->type_name("HOST:PORT")
      ->group("Connection");
  verb->add_option("--timeout", options.timeout,
                   "How long to wait for an answer, such as 10s or 2m")
      ->type_name("TIME")
      ->group("Connection");
  verb->add_option("--key-file", options.key_file,
                   "A file with the key that proves who you are")
      ->type_name("FILE")
      ->group("Connection");
  verb->add_option("--ca-file", options.ca_file,
                   "The certificate to trust, such as tls/ca.pem of the "
                   "server's data directory")
      ->type_name("FILE")
      ->group("Connection");
  verb->add_option("--certificate-file", options.certificate_file,
                   "A certificate that proves who you are")
      ->type_name("FILE")
      ->group("Connection");
  verb->add_option("--certificate-key-file", options.certificate_key_file,
                   "The private key of that certificate")
      ->type_name("FILE")
      ->group("Connection");
  verb->add_option("--config", options.config, "Another configuration file")
      ->type_name("FILE")
      ->group("Connection");
  verb->add_option("--profile", options.profile,
                   "A named configuration: server, network and keys")
      ->type_name("NAME")
      ->group("Connection");
}

void Verbs::TakesNetwork(CLI::App* verb) {
  verb->add_option("--network", session_.options().network,
                   "The network to work on")
      ->type_name("NETWORK")
      ->group("Connection");
}

void Verbs::TakesFormat(CLI::App* verb) {
  AddFormat(verb, "How to print: text or table (default), csv or json",
            {"text", "table", "csv", "json"});
}

void Verbs::TakesListFormat(CLI::App* verb) {
  AddFormat(verb,
            "How to print: text or table (default), csv, json, or ndjson, a "
            "JSON object on a line for each row",
            {"text", "table", "csv", "json", "ndjson"});
}

void Verbs::AddFormat(CLI::App* verb, const std::string& description,
                      std::vector<std::string> names) {
  verb->add_option_function<std::string>(
          "--format,--output,-o",
          [this](const std::string& name) {
            session_.options().format = FormatOf(name);
          },
          description)
      ->type_name("FORMAT")
      ->check(CLI::IsMember(std::move(names)))
      ->group("Output");
}

void Verbs::TakesRequestId(CLI::App* verb) {
  verb->add_option("--request-id", session_.options().request_id,
                   "Names this change, so that it can be sent again; a random "
                   "UUID unless given")
      ->type_name("ID")
      ->group("Change");
  verb->add_flag("--dry-run", session_.options().dry_run,
                 "Change nothing; print every reason that would stand against "
                 "it")
      ->group("Change");
}

void Verbs::TakesAsOf(CLI::App* verb, int64_t* sequence) {
  verb->add_option("--as-of", *sequence,
                   "As it was at this journal sequence, not as it is now")
      ->type_name("SEQUENCE")
      ->check(CLI::PositiveNumber);
}

Action Verbs::Chosen() const {
  const CLI::App* chosen = &app_;
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
  }
  for (const auto& [verb, action] : actions_) {
    if (verb == chosen) return action;
  }
  SKONTRO_CHECK(false && "every verb has an action");
  return nullptr;
}

}  // namespace skontro::cli

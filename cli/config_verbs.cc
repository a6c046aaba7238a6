// skontro config get|set|list|profiles

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/table.h"
#include "cli/verbs.h"

namespace skontro::cli {
namespace {

absl::Status CheckKey(const std::string& key) {
  const std::vector<std::string>& keys = ConfigFile::Keys();
  if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
    return absl::OkStatus();
  }
  return UsageFailure(absl::StrCat("there is no key '", Shown(key),
                                   "'; the keys are ",
                                   absl::StrJoin(keys, ", ")));
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& key) {
  SKONTRO_RETURN_IF_ERROR(CheckKey(key));
  SKONTRO_ASSIGN_OR_RETURN(const ConfigFile* const file, session.config());
  const auto value = file->Get(key);
  if (!value.has_value()) {
    return UsageFailure(absl::StrCat(key, " is not set in ", file->path()));
  }
  session.out() << *value << "\n";
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Set(Session& session, const std::string& key,
                             const std::string& value) {
  SKONTRO_ASSIGN_OR_RETURN(ConfigFile* const file,
                           session.config(/*may_make_profile=*/true));
  SKONTRO_RETURN_IF_ERROR(file->Set(key, value));
  SKONTRO_RETURN_IF_ERROR(file->Write());
  session.out() << key << " = " << value << " (" << file->path() << ")\n";
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> List(Session& session) {
  SKONTRO_ASSIGN_OR_RETURN(const ConfigFile* const file, session.config());
  session.out() << "# " << file->path() << "\n";
  for (const std::string& key : ConfigFile::Keys()) {
    const auto value = file->Get(key);
    if (value.has_value()) session.out() << key << " = " << *value << "\n";
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> ListProfiles(Session& session) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           ConfigFile::Profiles(session.environment()));
  Table table({{"Profile"}, {"Endpoint"}, {"Network"}});
  for (const std::string& name : names) {
    SKONTRO_ASSIGN_OR_RETURN(
        std::string path, ConfigFile::ProfilePath(session.environment(), name));
    const absl::StatusOr<ConfigFile> file = ConfigFile::Read(std::move(path));
    table.Add(
        {name,
         file.ok() ? file->Get("endpoint").value_or("") : "cannot be read",
         file.ok() ? file->Get("network").value_or("") : ""});
  }
  session.out() << table.Text();
  return ExitCode::kDone;
}

}  // namespace

void AddConfigVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "config", "Read and write the configuration: server, network, keys");
  const std::string keys =
      absl::StrCat("One of ", absl::StrJoin(ConfigFile::Keys(), ", "));
  const auto key = std::make_shared<std::string>();
  const auto value = std::make_shared<std::string>();
  CommonOptions& options = verbs.session().options();
  const auto takes_config = [&options](CLI::App* verb) {
    verb->add_option("--config", options.config, "Another configuration file")
        ->type_name("FILE");
    verb->add_option("--profile", options.profile, "A named configuration")
        ->type_name("NAME");
  };

  CLI::App* const get = verbs.AddLocal(
      group, "get", "Print a value", "  skontro config get network",
      [&verbs, key] { return Get(verbs.session(), *key); });
  get->add_option("KEY", *key, keys)->required();
  takes_config(get);

  CLI::App* const set = verbs.AddLocal(
      group, "set", "Set a value",
      "  skontro config set network res\n"
      "  skontro config set endpoint 127.0.0.1:7411\n"
      "  skontro config set ca_file /var/lib/skontro/tls/ca.pem",
      [&verbs, key, value] { return Set(verbs.session(), *key, *value); });
  set->add_option("KEY", *key, keys)->required();
  set->add_option("VALUE", *value, "Its new value")->required();
  takes_config(set);

  CLI::App* const list = verbs.AddLocal(
      group, "list", "Print the file and what it sets", "  skontro config list",
      [&verbs] { return List(verbs.session()); });
  takes_config(list);

  verbs.AddLocal(
      group, "profiles", "List the named configurations",
      "  skontro config set --profile prod endpoint books.example:7411\n"
      "  skontro config set --profile prod key_file "
      "~/.config/skontro/prod.key\n"
      "  skontro config profiles\n"
      "  skontro trade list --profile prod\n"
      "  SKONTRO_PROFILE=prod skontro trade list",
      [&verbs] { return ListProfiles(verbs.session()); });
}

}  // namespace skontro::cli

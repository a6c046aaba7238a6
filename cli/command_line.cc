#include "cli/command_line.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/import_verbs.h"
#include "cli/reconcile_verb.h"
#include "cli/session.h"
#include "cli/verbs.h"

namespace skontro::cli {
namespace {

constexpr char kVersion[] = "skontro " SKONTRO_VERSION;

// Nothing that is not text may reach the server, a file name or the terminal.
absl::Status CheckArguments(const std::vector<std::string>& arguments) {
  std::string before = "the first argument";
  for (const std::string& argument : arguments) {
    const bool is_option = argument.rfind("--", 0) == 0;
    const std::string name =
        is_option ? argument.substr(0, argument.find('=')) : before;
    absl::Status status =
        CheckText(CheckText("", name).ok() ? name : "an argument", argument);
    if (!status.ok()) return status;
    // Most often a variable of the shell that is not set; taken as left out,
    // it would send another request than was meant.
    if (argument.empty() ||
        (is_option && argument.find('=') + 1 == argument.size())) {
      return UsageFailure(name + " is empty; leave it out or give a value");
    }
    before = is_option ? name : "the argument after '" + argument + "'";
  }
  return absl::OkStatus();
}

ExitCode Fail(const absl::Status& status, Environment& environment) {
  environment.err << "skontro: " << status.message() << "\n";
  return ExitCodeOf(status);
}

// The words of CLI11 for what does not parse, and where to read more.
ExitCode FailToParse(const CLI::ParseError& error, const CLI::App& app,
                     Environment& environment) {
  const CLI::App* chosen = &app;
  std::string words = "skontro";
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
    words += " " + chosen->get_name();
  }
  environment.err << "skontro: " << error.what() << "\n"
                  << "Next: " << words << " --help\n";
  return ExitCode::kUsage;
}

}  // namespace

ExitCode RunCommandLine(const std::vector<std::string>& arguments,
                        Environment& environment) {
  if (const absl::Status status = CheckArguments(arguments); !status.ok()) {
    return Fail(status, environment);
  }
  Session session(environment, arguments);
  Verbs verbs(session);
  AddNetworkVerbs(verbs);
  AddMemberVerbs(verbs);
  AddCreditVerbs(verbs);
  AddAccountVerbs(verbs);
  AddTradeVerbs(verbs);
  AddClearingVerbs(verbs);
  AddEventVerbs(verbs);
  AddExportVerbs(verbs);
  AddImportVerbs(verbs);
  AddVerifyVerb(verbs);
  AddOperationVerbs(verbs);
  AddBackupVerbs(verbs);
  AddJournalVerbs(verbs);
  AddReceiptVerbs(verbs);
  AddReconcileVerb(verbs);
  AddHeadVerbs(verbs);
  AddKeyVerbs(verbs);
  AddWebhookVerbs(verbs);
  AddRecoverVerb(verbs);
  AddAdminVerbs(verbs);
  AddConfigVerbs(verbs);
  AddTourVerb(verbs);
  AddCompletionVerb(verbs);
  verbs.AddLocal(&verbs.app(), "version", "Print the version of skontro", "",
                 [&]() -> absl::StatusOr<ExitCode> {
                   environment.out << kVersion << "\n";
                   return ExitCode::kDone;
                 });
  verbs.app().set_version_flag("--version", kVersion);

  try {
    // CLI11 takes them from the last to the first.
    verbs.app().parse(
        std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    environment.out << verbs.app().help();
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion&) {
    environment.out << kVersion << "\n";
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    return FailToParse(error, verbs.app(), environment);
  }
  const absl::StatusOr<ExitCode> code = verbs.Chosen()();
  environment.out.flush();
  if (!code.ok()) return Fail(code.status(), environment);
  if (!environment.out) {
    environment.err << "skontro: cannot write the output\n";
    return ExitCode::kLocalFailure;
  }
  return *code;
}

}  // namespace skontro::cli

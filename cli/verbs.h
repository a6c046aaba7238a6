// The verbs of the command line: which there are, what each takes, and what it
// does. A file for each subject adds its own; command_line.cc puts them
// together.
//
// Thread safety: none; one thread owns a Verbs.

#ifndef SKONTRO_CLI_VERBS_H_
#define SKONTRO_CLI_VERBS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace skontro::cli {

// Carries out a verb. Prints what was asked for to the session's `out`; an
// error is printed by whoever called.
using Action = std::function<absl::StatusOr<ExitCode>()>;

class Verbs {
 public:
  explicit Verbs(Session& session);

  CLI::App& app() { return app_; }
  Session& session() { return session_; }

  // A word that others come after, such as `trade`.
  CLI::App* AddGroup(const std::string& name, const std::string& description);

  // A verb below `group`, with the options to reach the server. `examples` are
  // lines for the foot of its help.
  CLI::App* Add(CLI::App* group, const std::string& name,
                const std::string& description, const std::string& examples,
                Action action);

  // A verb that talks to no server.
  CLI::App* AddLocal(CLI::App* group, const std::string& name,
                     const std::string& description,
                     const std::string& examples, Action action);

  // --network
  void TakesNetwork(CLI::App* verb);
  // --format (--output, -o) text|table|csv|json, and for lists ndjson.
  void TakesFormat(CLI::App* verb);
  void TakesListFormat(CLI::App* verb);
  // --request-id and --dry-run
  void TakesRequestId(CLI::App* verb);

  // --as-of SEQUENCE; zero means now.
  void TakesAsOf(CLI::App* verb, int64_t* sequence);

  // What the verb that was parsed does.
  // REQUIRES: app().parse() returned.
  Action Chosen() const;

 private:
  void TakesServer(CLI::App* verb);
  void AddFormat(CLI::App* verb, const std::string& description,
                 std::vector<std::string> names);

  Session& session_;
  CLI::App app_;
  std::vector<std::pair<const CLI::App*, Action>> actions_;
};

// One each in network_verbs.cc, member_verbs.cc, ...
void AddNetworkVerbs(Verbs& verbs);
void AddPolicyVerbs(Verbs& verbs, CLI::App* network);
void AddMemberVerbs(Verbs& verbs);
void AddCreditVerbs(Verbs& verbs);
void AddAccountVerbs(Verbs& verbs);
void AddTradeVerbs(Verbs& verbs);
void AddTradeBatchVerb(Verbs& verbs, CLI::App* trade);
void AddHoldVerbs(Verbs& verbs, CLI::App* trade);
void AddTradeSubmitVerb(Verbs& verbs, CLI::App* trade);
void AddClearingVerbs(Verbs& verbs);
void AddEventVerbs(Verbs& verbs);
void AddExportVerbs(Verbs& verbs);
void AddVerifyVerb(Verbs& verbs);
void AddOperationVerbs(Verbs& verbs);
void AddJournalVerbs(Verbs& verbs);
void AddBackupVerbs(Verbs& verbs);
void AddHeadVerbs(Verbs& verbs);
void AddKeyVerbs(Verbs& verbs);
void AddWebhookVerbs(Verbs& verbs);
void AddArchiveVerbs(Verbs& verbs, CLI::App* network);
void AddReceiptVerbs(Verbs& verbs);
void AddRecoverVerb(Verbs& verbs);
void AddCompletionVerb(Verbs& verbs);
void AddConfigVerbs(Verbs& verbs);
void AddTourVerb(Verbs& verbs);
void AddAdminVerbs(Verbs& verbs);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_VERBS_H_

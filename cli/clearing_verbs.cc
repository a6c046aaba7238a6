// skontro clearing bench|explain|picture: clearing of a list of obligations in
// a file. Nothing is sent, and no server is needed.

#include <sys/resource.h>

#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/clearing_explanation.h"
#include "cli/clearing_lines.h"
#include "cli/clearing_report.h"
#include "cli/edge_list.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/output_file.h"
#include "cli/verbs.h"
#include "engine/netting/certificate.h"
#include "engine/netting/what_if.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

// As many obligations as clearing takes are a file of about this size.
constexpr size_t kFileBytesMax = size_t{4} << 30;

struct ClearingOptions {
  std::string file;
  std::string lines;
  int32_t leverage = 0;
  uint64_t steps = netting::kNoWorkLimit;
  std::string debtor;
  std::string creditor;
  std::string party;
  std::string out;
};

int64_t CpuUs() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000;
}

// The most memory that the process had so far.
int64_t PeakMemoryBytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

absl::Status NoCsv(const Session& session) {
  if (session.format() != Format::kCsv) return absl::OkStatus();
  return UsageFailure("--format: this is printed as text or json");
}

absl::Status AddLines(const std::string& lines, EdgeList* list) {
  if (lines.empty()) return absl::OkStatus();
  if (IsShare(lines)) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t ppm, ParseShare("--lines", lines));
    netting::AddLinesByTurnover(ppm, &list->problem);
    return absl::OkStatus();
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(lines, kFileBytesMax));
  const absl::Status status = ReadLines(text, list);
  return status.ok() ? status : Prefixed(lines, status);
}

absl::StatusOr<EdgeList> ReadProblem(const ClearingOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(options.file, kFileBytesMax));
  absl::StatusOr<EdgeList> list = ParseEdgeList(text);
  if (!list.ok()) return Prefixed(options.file, list.status());
  SKONTRO_RETURN_IF_ERROR(AddLines(options.lines, &*list));
  list->problem.leverage = options.leverage;
  list->problem.work_limit = options.steps;
  return list;
}

struct Cleared {
  netting::Solution solution;
  int64_t solve_cpu_us = 0;
  int64_t verify_cpu_us = 0;
};

// Solves, and believes nothing that was not verified.
absl::StatusOr<Cleared> Clear(const netting::Problem& problem) {
  Cleared cleared;
  const int64_t begin = CpuUs();
  SKONTRO_ASSIGN_OR_RETURN(cleared.solution, netting::Solve(problem));
  const int64_t solved = CpuUs();
  const absl::Status status = netting::Verify(problem, cleared.solution);
  cleared.solve_cpu_us = solved - begin;
  cleared.verify_cpu_us = CpuUs() - solved;
  if (status.ok()) return cleared;
  return Failure(ExitCode::kBroken,
                 absl::StrCat("the result does not verify: ", status.message(),
                              "\nNext: report it with the file"));
}

absl::StatusOr<ExitCode> Bench(Session& session,
                               const ClearingOptions& options) {
  SKONTRO_RETURN_IF_ERROR(NoCsv(session));
  SKONTRO_ASSIGN_OR_RETURN(const EdgeList list, ReadProblem(options));
  SKONTRO_ASSIGN_OR_RETURN(const Cleared cleared, Clear(list.problem));
  const int64_t memory_bytes = PeakMemoryBytes();
  ClearingReport report = MakeReport(list, cleared.solution);
  report.solve_cpu_us = cleared.solve_cpu_us;
  report.verify_cpu_us = cleared.verify_cpu_us;
  report.memory_bytes = memory_bytes;
  session.out() << (session.format() == Format::kJson ? ReportJson(report)
                                                      : ReportText(report));
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Explain(Session& session,
                                 const ClearingOptions& options) {
  SKONTRO_RETURN_IF_ERROR(NoCsv(session));
  const bool of_pair = !options.debtor.empty() && !options.creditor.empty();
  const bool of_line = !options.party.empty();
  if (of_pair == of_line ||
      options.debtor.empty() != options.creditor.empty()) {
    return UsageFailure(
        "give --debtor and --creditor, or --party\n"
        "Next: skontro clearing explain --help");
  }
  if (of_line && options.lines.empty()) {
    return UsageFailure(
        "--party goes with --lines: what is spent has to be "
        "received by somebody");
  }
  SKONTRO_ASSIGN_OR_RETURN(const EdgeList list, ReadProblem(options));
  SKONTRO_ASSIGN_OR_RETURN(const Cleared cleared, Clear(list.problem));
  const bool json = session.format() == Format::kJson;
  if (of_line) {
    SKONTRO_ASSIGN_OR_RETURN(
        const LineWorth worth,
        WorthOfLine(list, cleared.solution, options.party));
    session.out() << (json ? WorthJson(worth) : WorthText(worth));
    return ExitCode::kDone;
  }
  SKONTRO_ASSIGN_OR_RETURN(
      const PairExplanation pair,
      ExplainPair(list, cleared.solution, options.debtor, options.creditor));
  session.out() << (json ? ExplanationJson(pair) : ExplanationText(pair));
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Picture(Session& session,
                                 const ClearingOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const EdgeList list, ReadProblem(options));
  SKONTRO_ASSIGN_OR_RETURN(const Cleared cleared, Clear(list.problem));
  const std::string picture = ClearingPicture(list, cleared.solution);
  if (options.out.empty()) {
    session.out() << picture;
    return ExitCode::kDone;
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                           OutputFile::Create(options.out));
  SKONTRO_RETURN_IF_ERROR(file->Write(picture));
  SKONTRO_RETURN_IF_ERROR(file->Finish());
  SKONTRO_RETURN_IF_ERROR(file->Publish(OutputFile::Existing::kKeep));
  return ExitCode::kDone;
}

// The file and what changes the result.
void TakesProblem(CLI::App* verb, ClearingOptions* options) {
  verb->add_option("FILE", options->file,
                   "Obligations, one a line: debtor, creditor, amount in minor "
                   "units; - is the standard input")
      ->required();
  verb->add_option("--lines", options->lines,
                   "Let credit be spent: a share of the debt, such as 20%, "
                   "given out by turnover; or a file with lines of party, "
                   "spendable, receivable")
      ->type_name("SHARE|FILE");
  verb->add_option("--leverage", options->leverage,
                   "Spend a unit of credit only where it clears more than this "
                   "much debt")
      ->type_name("N")
      ->check(CLI::Range(0, netting::kLeverageMax));
}

void AddBenchVerb(Verbs& verbs, CLI::App* group) {
  const auto options = std::make_shared<ClearingOptions>();
  CLI::App* const verb = verbs.AddLocal(
      group, "bench", "Clear a list of obligations, and say what it took",
      "  skontro clearing bench docs/examples/clearing.csv\n"
      "  skontro clearing bench debts.csv --lines 20% --format json\n"
      "  skontro clearing bench debts.csv --lines lines.csv --leverage 2\n"
      "\n"
      "The result is the best there is, and is verified by code that shares "
      "nothing\nwith the solver. Beside it stand what removing rings one by "
      "one would clear, and\nwhat setting off in pairs would, both without "
      "credit.\n"
      "Exit code 5: the result does not verify.",
      [&verbs, options] { return Bench(verbs.session(), *options); });
  TakesProblem(verb, options.get());
  verb->add_option("--steps", options->steps,
                   "Stop after so much work, counted in arcs looked at, with "
                   "the best that was found and how good it is at least")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verbs.TakesFormat(verb);
}

void AddExplainVerb(Verbs& verbs, CLI::App* group) {
  const auto options = std::make_shared<ClearingOptions>();
  CLI::App* const verb = verbs.AddLocal(
      group, "explain", "Say why a debt was not cleared further",
      "  skontro clearing explain docs/examples/clearing.csv --debtor farm "
      "--creditor mill\n"
      "  skontro clearing explain debts.csv --lines 20% --party mill\n"
      "\n"
      "With --party: what one unit more of that party's credit line would "
      "clear.",
      [&verbs, options] { return Explain(verbs.session(), *options); });
  TakesProblem(verb, options.get());
  verb->add_option("--debtor", options->debtor, "Who owes")->type_name("NAME");
  verb->add_option("--creditor", options->creditor, "Who is owed")
      ->type_name("NAME");
  verb->add_option("--party", options->party, "Whose credit line")
      ->type_name("NAME");
  verbs.TakesFormat(verb);
}

void AddPictureVerb(Verbs& verbs, CLI::App* group) {
  const auto options = std::make_shared<ClearingOptions>();
  CLI::App* const verb = verbs.AddLocal(
      group, "picture", "Draw what is set off, for Graphviz",
      "  skontro clearing picture docs/examples/clearing.csv | dot -Tsvg -o "
      "clearing.svg\n"
      "\n"
      "Each arc is an obligation: what is set off of what is owed; bold where "
      "all of it\nis, dashed where nothing is.",
      [&verbs, options] { return Picture(verbs.session(), *options); });
  TakesProblem(verb, options.get());
  verb->add_option("--out", options->out, "Write it to this new file")
      ->type_name("FILE");
}

}  // namespace

void AddClearingVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "clearing",
      "Set debts off along rings, with a proof that no more can be");
  AddBenchVerb(verbs, group);
  AddExplainVerb(verbs, group);
  AddPictureVerb(verbs, group);
}

}  // namespace skontro::cli

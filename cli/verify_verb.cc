// skontro verify: offline on a directory, or online by the server.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/progress_line.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/verify_directory.h"
#include "cli/wire_text.h"
#include "skontro/v1/audit_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AuditService;
using v1::VerifyProgress;
using v1::VerifyReport;

struct VerifyOptions {
  std::string directory;
  bool online = false;
};

std::string VerdictText(const VerifyReport& report) {
  return VerifyReport::Verdict_Name(report.verdict());
}

std::string ReportText(const std::string& network, const VerifyReport& report) {
  std::string text = TitledLines(
      {{"Network", ShortName(network)},
       {"Verdict", VerdictText(report)},
       {"Records", absl::StrCat(report.record_count())},
       {"Sequence", absl::StrCat(report.sequence())},
       {"Digest", HexText(report.digest())},
       {"Projected up to", absl::StrCat(report.projection_sequence())},
       {"Findings", absl::StrCat(report.finding_count())}});
  for (const VerifyReport::Finding& finding : report.findings()) {
    absl::StrAppend(&text, "  at ", finding.sequence(), ": ",
                    PlainText(finding.message()), "\n");
  }
  if (report.finding_count() > report.findings_size()) {
    absl::StrAppend(&text, "  and ",
                    report.finding_count() - report.findings_size(), " more\n");
  }
  return text;
}

std::string ReportJson(const std::string& network, const VerifyReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.String("network", network);
  json.String("verdict", VerdictText(report));
  json.Number("record_count", report.record_count());
  json.Number("sequence", report.sequence());
  json.String("digest", HexText(report.digest()));
  json.Number("projection_sequence", report.projection_sequence());
  json.Number("finding_count", report.finding_count());
  json.BeginArray("findings");
  for (const VerifyReport::Finding& finding : report.findings()) {
    json.BeginObject();
    json.Number("sequence", finding.sequence());
    json.String("message", finding.message());
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

absl::StatusOr<ExitCode> VerifyOnline(Session& session) {
  v1::VerifyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const auto channel, session.channel());
  const auto stub = AuditService::NewStub(channel);
  grpc::ClientContext context;
  SKONTRO_RETURN_IF_ERROR(
      session.SetDeadline(absl::InfiniteDuration(), &context));
  const auto reader = stub->Verify(&context, request);
  ProgressLine progress(session.environment());
  VerifyProgress message;
  VerifyReport report;
  bool done = false;
  while (reader->Read(&message)) {
    progress.Show(ProgressText(message.record_count(),
                               message.record_count_total(), "records"));
    if (message.has_done()) {
      done = true;
      report = std::move(*message.mutable_done());
    }
  }
  progress.End();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return session.CallFailure(status, /*changes=*/false);
  if (!done) {
    return Failure(ExitCode::kIncomplete,
                   "the server ended the verification without a verdict");
  }
  session.out() << (session.format() == Format::kJson
                        ? ReportJson(request.name(), report)
                        : ReportText(request.name(), report));
  return report.verdict() == VerifyReport::OK ? ExitCode::kDone
                                              : ExitCode::kBroken;
}

absl::StatusOr<ExitCode> Verify(Session& session,
                                const VerifyOptions& options) {
  if (options.online != options.directory.empty()) {
    return UsageFailure(
        "give a data directory, or --online\nNext: skontro verify --help");
  }
  if (session.format() == Format::kCsv) {
    return UsageFailure("--format: a verification is printed as text or json");
  }
  if (options.online) return VerifyOnline(session);
  return VerifyDirectory(session, options.directory);
}

}  // namespace

void AddVerifyVerb(Verbs& verbs) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* const verb = verbs.Add(
      &verbs.app(), "verify",
      "Check the books without trusting the code that wrote them",
      "  skontro verify build/demo-data\n"
      "  skontro verify build/demo-data --network res-demo --format json\n"
      "  skontro verify --online --network res\n"
      "\n"
      "Checked are checksums, the hash chain, that every entry balances, every "
      "limit\nat every point, and every projection, rebuilt and compared. "
      "Offline an\nindependent reader does it; with --online the server does, "
      "while trades go on.\n"
      "Exit codes: 0 everything holds, 5 something is broken, 7 not everything "
      "could\nbe read.",
      [&verbs, options] { return Verify(verbs.session(), *options); });
  verb->add_option(
      "DIR", options->directory,
      "A data directory, or one network of it; a server may be writing to it");
  verb->add_flag("--online", options->online, "Let the server verify");
  verbs.TakesNetwork(verb);
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli

// skontro verify: offline on a directory, or online by the server.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/failure.h"
#include "cli/operation_view.h"
#include "cli/progress_line.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/verify_directory.h"
#include "skontro/v1/audit_service.grpc.pb.h"
#include "skontro/v1/operation_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AuditService;
using v1::Operation;
using v1::OperationService;

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

struct VerifyOptions {
  std::string directory;
  bool online = false;
  bool detach = false;
};

// Asks again and again until `operation` has ended.
absl::Status Await(Session& session, Operation* operation) {
  ProgressLine progress(session.environment());
  absl::Duration pause = kFirstPause;
  while (operation->state() == Operation::RUNNING) {
    progress.Show(ProgressText(operation->done_count(),
                               operation->total_count(), "records"));
    absl::SleepFor(pause);
    pause = std::min(2 * pause, kLongestPause);
    v1::GetOperationRequest request;
    request.set_name(operation->name());
    SKONTRO_ASSIGN_OR_RETURN(
        v1::GetOperationResponse response,
        session.Read<OperationService>(&OperationService::Stub::GetOperation,
                                       request));
    *operation = std::move(*response.mutable_operation());
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> VerifyOnline(Session& session, bool detach) {
  v1::VerifyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(
      v1::VerifyResponse response,
      session.Read<AuditService>(&AuditService::Stub::Verify, request));
  Operation operation = std::move(*response.mutable_operation());
  if (detach) {
    session.out() << OneIn(session.format(), OperationView(), operation,
                           response.sequence());
    return ExitCode::kDone;
  }
  SKONTRO_RETURN_IF_ERROR(Await(session, &operation));
  if (operation.has_verify_report()) {
    session.out() << (session.format() == Format::kJson
                          ? VerifyJson(operation, request.name())
                          : VerifyText(operation, request.name()));
    return CodeOf(operation.verify_report());
  }
  if (operation.state() == Operation::CANCELLED) {
    return Failure(ExitCode::kIncomplete, "the verification was cancelled");
  }
  return Failure(ExitCode::kIncomplete,
                 operation.has_error()
                     ? PlainText(operation.error().message())
                     : "the verification ended without a verdict");
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
  if (options.online) return VerifyOnline(session, options.detach);
  if (options.detach) {
    return UsageFailure("--detach goes with --online");
  }
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
  verb->add_flag("--detach", options->detach,
                 "Do not wait for the server: skontro operation shows how far "
                 "it is");
  verbs.TakesNetwork(verb);
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli

#include "cli/verify_directory.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/json_writer.h"
#include "cli/progress_line.h"
#include "cli/table.h"
#include "cli/verifier/directory.h"

namespace skontro::cli {
namespace {

using verifier::NetworkResult;
using verifier::Verdict;

// A store that is damaged so much that it does not open is broken; one that
// this program may not or cannot read was not verified.
Verdict VerdictOf(const NetworkResult& result) {
  if (result.report.ok()) return result.report->verdict();
  return absl::IsDataLoss(result.report.status()) ? Verdict::kBroken
                                                  : Verdict::kIncomplete;
}

Verdict Worst(const std::vector<NetworkResult>& results) {
  Verdict worst = Verdict::kOk;
  for (const NetworkResult& result : results) {
    const Verdict verdict = VerdictOf(result);
    if (verdict == Verdict::kBroken) return verdict;
    if (verdict == Verdict::kIncomplete) worst = verdict;
  }
  return worst;
}

std::string Text(const std::vector<NetworkResult>& results) {
  std::string text;
  for (const NetworkResult& result : results) {
    if (result.report.ok()) {
      text += verifier::ToText(*result.report);
      continue;
    }
    absl::StrAppend(&text, "network ", result.network, ": ",
                    std::string(verifier::NameOf(VerdictOf(result))), "\n  ",
                    PlainText(std::string(result.report.status().message())),
                    "\n");
  }
  return text;
}

std::string Json(const std::vector<NetworkResult>& results) {
  JsonWriter json;
  json.BeginObject();
  json.String("verdict", verifier::NameOf(Worst(results)));
  json.BeginArray("networks");
  for (const NetworkResult& result : results) {
    if (result.report.ok()) {
      json.Json("", verifier::ToJson(*result.report));
      continue;
    }
    json.BeginObject();
    json.String("verdict", verifier::NameOf(VerdictOf(result)));
    json.String("network_id", result.network);
    json.String("error", std::string(result.report.status().message()));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

// The verifier's words name the directory.
absl::Status OpenFailure(const absl::Status& status) {
  ExitCode code = ExitCode::kIncomplete;
  if (absl::IsNotFound(status) || absl::IsInvalidArgument(status)) {
    code = ExitCode::kUsage;
  } else if (absl::IsPermissionDenied(status)) {
    code = ExitCode::kLocalFailure;
  } else if (absl::IsDataLoss(status)) {
    code = ExitCode::kBroken;
  }
  return Failure(code, std::string(status.message()));
}

std::string ProgressOf(const std::string& network,
                       const verifier::Progress& progress) {
  if (progress.records < progress.records_total) {
    return ProgressText(static_cast<int64_t>(progress.records),
                        static_cast<int64_t>(progress.records_total),
                        "records of " + network);
  }
  return absl::StrCat(progress.rows, " rows of ", network);
}

}  // namespace

absl::StatusOr<ExitCode> VerifyDirectory(Session& session,
                                         const std::string& directory) {
  verifier::DirectoryOptions options;
  // Not the network of the configuration: whoever verifies a directory means
  // all of it.
  options.network = session.options().network;
  ProgressLine line(session.environment());
  const absl::StatusOr<std::vector<NetworkResult>> results =
      verifier::VerifyDirectory(
          directory, options,
          [&](const std::string& network, const verifier::Progress& progress) {
            line.Show(ProgressOf(network, progress));
            return true;
          });
  line.End();
  if (!results.ok()) return OpenFailure(results.status());
  if (results->empty()) {
    return Failure(ExitCode::kIncomplete,
                   directory + " has no network; there is nothing to verify");
  }
  session.out() << (session.format() == Format::kJson ? Json(*results)
                                                      : Text(*results));
  switch (Worst(*results)) {
    case Verdict::kOk:
      return ExitCode::kDone;
    case Verdict::kIncomplete:
      return ExitCode::kIncomplete;
    case Verdict::kBroken:
      break;
  }
  return ExitCode::kBroken;
}

}  // namespace skontro::cli

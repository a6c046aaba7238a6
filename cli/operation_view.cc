#include "cli/operation_view.h"

#include "absl/strings/str_cat.h"
#include "cli/progress_line.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/wire_text.h"

namespace skontro::cli {
namespace {

using v1::Operation;
using v1::VerifyReport;

std::string StateText(const Operation& operation) {
  return Operation::State_Name(operation.state());
}

std::string ResultText(const Operation& operation) {
  if (operation.has_verify_report()) {
    return VerifyReport::Verdict_Name(operation.verify_report().verdict());
  }
  if (operation.has_error()) return operation.error().message();
  return "";
}

std::string ProgressOf(const Operation& operation) {
  if (operation.total_count() == 0) return "";
  return ProgressText(operation.done_count(), operation.total_count(),
                      "records");
}

void WriteReport(const VerifyReport& report, JsonWriter* json) {
  json->String("verdict", VerifyReport::Verdict_Name(report.verdict()));
  json->Number("record_count", report.record_count());
  json->Number("sequence", report.sequence());
  json->String("digest", HexText(report.digest()));
  json->Number("projection_sequence", report.projection_sequence());
  json->Number("finding_count", report.finding_count());
  json->BeginArray("findings");
  for (const VerifyReport::Finding& finding : report.findings()) {
    json->BeginObject();
    json->Number("sequence", finding.sequence());
    json->String("message", finding.message());
    json->EndObject();
  }
  json->EndArray();
  json->BeginArray("not_checked");
  for (const std::string& what : report.not_checked()) json->String("", what);
  json->EndArray();
}

}  // namespace

std::string OperationId(const Operation& operation) {
  return operation.name().substr(operation.name().rfind('/') + 1);
}

View<Operation> OperationView() {
  View<Operation> view;
  view.singular = "operation";
  view.plural = "operations";
  view.columns = {
      {"operation", "Operation", CellKind::kText, Place::kEverywhere,
       OperationId},
      {"method", "Method", CellKind::kText, Place::kEverywhere,
       [](const Operation& operation) { return operation.method(); }},
      {"state", "State", CellKind::kText, Place::kEverywhere, StateText},
      {"result", "Result", CellKind::kText, Place::kEverywhere, ResultText},
      {"progress", "Progress", CellKind::kText, Place::kEverywhere, ProgressOf},
      {"start_time", "Began", CellKind::kText, Place::kEverywhere,
       [](const Operation& operation) {
         return ShortTimeText(operation.start_time());
       }},
      {"end_time", "Ended", CellKind::kText, Place::kEverywhere,
       [](const Operation& operation) {
         return operation.has_end_time() ? ShortTimeText(operation.end_time())
                                         : "";
       }},
  };
  view.members = [](const Operation& operation, JsonWriter* json) {
    json->String("name", operation.name());
    json->String("method", operation.method());
    json->String("state", StateText(operation));
    json->String("start_time", TimeText(operation.start_time()));
    if (operation.has_end_time()) {
      json->String("end_time", TimeText(operation.end_time()));
    }
    json->Number("done_count", operation.done_count());
    json->Number("total_count", operation.total_count());
    if (operation.has_error()) {
      json->String("error", operation.error().message());
    }
    if (operation.has_verify_report()) {
      json->BeginObject("verify_report");
      WriteReport(operation.verify_report(), json);
      json->EndObject();
    }
  };
  return view;
}

std::string VerifyText(const Operation& operation, const std::string& network) {
  const VerifyReport& report = operation.verify_report();
  std::string text = TitledLines(
      {{"Network", ShortName(network)},
       {"Verdict", VerifyReport::Verdict_Name(report.verdict())},
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
  for (const std::string& what : report.not_checked()) {
    absl::StrAppend(&text, "  not checked: ", PlainText(what), "\n");
  }
  return text;
}

std::string VerifyJson(const Operation& operation, const std::string& network) {
  JsonWriter json;
  json.BeginObject();
  json.String("network", network);
  json.String("operation", operation.name());
  WriteReport(operation.verify_report(), &json);
  json.EndObject();
  return json.Finish();
}

ExitCode CodeOf(const VerifyReport& report) {
  switch (report.verdict()) {
    case VerifyReport::OK:
      return ExitCode::kDone;
    case VerifyReport::BROKEN:
      return ExitCode::kBroken;
    default:
      return ExitCode::kIncomplete;
  }
}

}  // namespace skontro::cli

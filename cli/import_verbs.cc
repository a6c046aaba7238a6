#include "cli/import_verbs.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/listing.h"
#include "cli/output_file.h"
#include "cli/payment_run.h"
#include "cli/resource_name.h"
#include "cli/unit.h"
#include "cli/verbs.h"
#include "fiscal/pain001.h"
#include "fiscal/pain002.h"
#include "fiscal/xml_tree.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

using fiscal::PainMessage;
using fiscal::PainResult;
using Status = fiscal::PainResult::Status;

struct PainOptions {
  std::string path;
  std::string report;
};

// A transfer and what became of it.
struct Row {
  std::string end_to_end_id;
  std::string creditor;
  std::string units;
  PainResult result;
};

const char* Word(Status status) {
  switch (status) {
    case Status::kSettled:
      return "SETTLED";
    case Status::kAccepted:
      return "ACCEPTED";
    case Status::kPending:
      return "PENDING";
    case Status::kRejected:
      break;
  }
  return "REJECTED";
}

View<Row> RowView(const Unit& unit) {
  View<Row> view;
  view.singular = "transfer";
  view.plural = "transfers";
  const auto code = [](const Row& row) {
    return row.result.reason.has_value() ? row.result.reason->code : "";
  };
  const auto why = [](const Row& row) {
    return row.result.reason.has_value() ? row.result.reason->text : "";
  };
  view.columns = {
      {.key = "end_to_end_id",
       .title = "EndToEndId",
       .value = [](const Row& row) { return row.end_to_end_id; }},
      {.key = "result",
       .title = "Result",
       .value = [](const Row& row) { return Word(row.result.status); }},
      {.key = "trade",
       .title = "Trade",
       .value = [](const Row& row) { return row.result.reference; }},
      {.key = "creditor",
       .title = "Creditor",
       .value = [](const Row& row) { return row.creditor; }},
      {.key = "units",
       .title = unit.code,
       .kind = CellKind::kNumber,
       .value = [](const Row& row) { return row.units; }},
      {.key = "code", .title = "Code", .value = code},
      {.key = "why", .title = "Why", .value = why}};
  view.members = [code, why](const Row& row, JsonWriter* json) {
    json->String("end_to_end_id", row.end_to_end_id);
    json->String("result", Word(row.result.status));
    json->String("trade", row.result.reference);
    json->String("creditor", row.creditor);
    json->String("units", row.units);
    json->String("code", code(row));
    json->String("why", why(row));
  };
  return view;
}

void Print(Session& session, const PainMessage& message,
           const std::vector<PainResult>& results, const Unit& unit) {
  std::vector<Row> rows;
  std::vector<int> counts(4);
  for (const fiscal::PainPayment& payment : message.payments) {
    for (const fiscal::PainTransfer& transfer : payment.transfers) {
      const PainResult& result = results[rows.size()];
      const fiscal::PainParty& creditor = transfer.creditor;
      rows.push_back({transfer.end_to_end_id,
                      creditor.name.empty() ? creditor.account : creditor.name,
                      UnitNumber(transfer.units, unit), result});
      ++counts[static_cast<size_t>(result.status)];
    }
  }
  session.out() << ListIn(session.format(), RowView(unit), rows,
                          /*sequence=*/-1);
  std::ostream& summary =
      session.format() == Format::kText ? session.out() : session.err();
  if (session.dry_run()) summary << "Dry run: nothing was changed. ";
  summary << rows.size() << (rows.size() == 1 ? " transfer:" : " transfers:");
  for (const Status status : {Status::kSettled, Status::kAccepted,
                              Status::kPending, Status::kRejected}) {
    const int count = counts[static_cast<size_t>(status)];
    if (count > 0) summary << " " << count << " " << Word(status);
  }
  summary << "\n";
}

// What a bank calls the time of its report.
std::string Now() {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(),
                          absl::UTCTimeZone());
}

absl::StatusOr<ledger::CivilDate> Today(Session& session) {
  SKONTRO_ASSIGN_OR_RETURN(const v1::Network network, session.network());
  absl::TimeZone zone = absl::UTCTimeZone();
  absl::LoadTimeZone(network.time_zone(), &zone);
  return ledger::ParseDate(absl::FormatTime("%Y-%m-%d", absl::Now(), zone));
}

// The file of the report, opened before anything is sent; null where none is
// asked for.
absl::StatusOr<std::unique_ptr<OutputFile>> OpenReport(
    const std::string& path) {
  if (path.empty()) return std::unique_ptr<OutputFile>();
  std::error_code ignored;  // Else Create() says it.
  if (std::filesystem::exists(path, ignored)) {
    return Failure(ExitCode::kLocalFailure,
                   path + " is there already; nothing was sent");
  }
  return OutputFile::Create(path);
}

absl::Status WriteReport(OutputFile* file, const PainMessage& message,
                         const std::vector<PainResult>& results) {
  if (file == nullptr) return absl::OkStatus();
  SKONTRO_RETURN_IF_ERROR(
      file->Write(fiscal::WritePain002(message, results, Now())));
  SKONTRO_RETURN_IF_ERROR(file->Finish());
  return file->Publish(OutputFile::Existing::kKeep);
}

ExitCode CodeOf(const std::vector<PainResult>& results) {
  ExitCode code = ExitCode::kDone;
  for (const PainResult& result : results) {
    if (result.status == Status::kPending) return ExitCode::kUnknownOutcome;
    if (result.status == Status::kRejected) code = ExitCode::kRefused;
  }
  return code;
}

absl::StatusOr<ExitCode> ImportPain(Session& session,
                                    const PainOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string bytes,
      ReadFile(options.path, fiscal::XmlLimits().bytes_max));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  const absl::StatusOr<PainMessage> message =
      fiscal::ReadPain001(bytes, {unit.code, unit.decimals});
  if (!message.ok()) return Prefixed(options.path, message.status());
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> report,
                           OpenReport(options.report));
  if (message->refused.has_value()) {
    SKONTRO_RETURN_IF_ERROR(WriteReport(report.get(), *message, {}));
    return UsageFailure(absl::StrCat(options.path, ": ", message->refused->text,
                                     " (", message->refused->code,
                                     "); nothing was sent"));
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const ledger::CivilDate today, Today(session));
  PaymentRun run(session, unit, network, *message, today);
  SKONTRO_RETURN_IF_ERROR(run.Prepare());
  const absl::Status sent = run.Send();
  // Also of a run that broke off: what is known is known.
  Print(session, *message, run.results(), unit);
  SKONTRO_RETURN_IF_ERROR(WriteReport(report.get(), *message, run.results()));
  SKONTRO_RETURN_IF_ERROR(sent);
  return CodeOf(run.results());
}

}  // namespace

void AddImportVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("import", "Make trades of the files of an ERP");
  const auto options = std::make_shared<PainOptions>();
  CLI::App* const verb = verbs.Add(
      group, "pain",
      "Make trades of a payment run (ISO 20022 pain.001.001.09).\n"
      "Each transfer is a trade that its debtor pays at once, in units. Debtor "
      "and\n"
      "creditor are found by account or by their VAT or company ids. A "
      "transfer "
      "is\n"
      "known again by debtor and EndToEndId: sent twice, it is booked once.",
      "  skontro import pain --file run.xml --dry-run\n"
      "  skontro import pain --file run.xml --report status.xml\n"
      "\n"
      "Exit code 1 if a transfer was rejected; the others are booked. A file "
      "that does\n"
      "not add up is not sent at all (2).",
      [&verbs, options] { return ImportPain(verbs.session(), *options); });
  verb->add_option("--file", options->path, "The XML file; - is the input")
      ->required()
      ->type_name("FILE");
  verb->add_option("--report", options->report,
                   "Where to write what became of each, as pain.002.001.10")
      ->type_name("FILE");
  verb->add_flag("--dry-run", verbs.session().options().dry_run,
                 "Change nothing; try each transfer by itself");
  verbs.TakesNetwork(verb);
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli

#include "cli/export_call.h"

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/interrupt.h"
#include "cli/list_options.h"
#include "cli/progress_line.h"
#include "cli/resource_name.h"
#include "cli/wire_text.h"
#include "ledger/base/status.h"
#include "skontro/v1/fiscal_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using fiscal::ExportFormat;
using v1::ExportRequest;

constexpr size_t kChartBytesMax = 64 * 1024;

constexpr std::array kKinds = {
    ExportKind{"fec", ExportRequest::FEC, ExportFormat::kFec, true,
               "French FEC of a fiscal year (LPF art. A47 A-1), for the tax "
               "office and any French accounting program"},
    ExportKind{"journal", ExportRequest::JOURNAL_CSV, ExportFormat::kJournal,
               true,
               "Entries as CSV, with trades, digests, rates and tax codes: any "
               "country, currency and period"},
    ExportKind{"camt.053", ExportRequest::CAMT_053, ExportFormat::kCamt05308,
               false,
               "Statement of units as banks send it (ISO 20022), for programs "
               "that reconcile"},
    ExportKind{"camt.054", ExportRequest::CAMT_054, ExportFormat::kCamt05408,
               false,
               "Entries of that statement, without balances (ISO 20022)"},
    ExportKind{"beancount", ExportRequest::BEANCOUNT, ExportFormat::kBeancount,
               true, "Entries for beancount"},
    ExportKind{"ledger", ExportRequest::LEDGER, ExportFormat::kLedger, true,
               "Entries for ledger and hledger"},
    ExportKind{"mt940", ExportRequest::MT940, ExportFormat::kMt940, false,
               "Statement of units as SWIFT MT940, for older programs"},
    ExportKind{"ofx", ExportRequest::OFX, ExportFormat::kOfx, false,
               "Statement of units as OFX 1.02, for programs of small "
               "companies"},
    ExportKind{"coda", ExportRequest::CODA, ExportFormat::kCoda, false,
               "Statement of units as CODA, for Belgian accounting programs"},
    ExportKind{"vat-summary", ExportRequest::VAT_SUMMARY,
               ExportFormat::kVatSummary, false,
               "Sales, purchases and their VAT by month and rate, as CSV"},
    ExportKind{"pdf", ExportRequest::STATEMENT_PDF, ExportFormat::kStatementPdf,
               false, "Statement of units as PDF, for people"},
};

// "3.2 MB of fec"
std::string ReceivedText(int64_t bytes, const std::string& what) {
  constexpr int64_t kTenthOfMegabyte = 100'000;
  const int64_t tenths = bytes / kTenthOfMegabyte;
  return absl::StrCat(tenths / 10, ".", tenths % 10, " MB of ", what);
}

}  // namespace

std::span<const ExportKind> ExportKinds() { return kKinds; }

void TakesBooks(Verbs& verbs, CLI::App* verb, BooksOptions* options) {
  verb->add_option("MEMBER", options->member, "Whose books")->required();
  verb->add_option("--year", options->year, "Calendar year, by booking date")
      ->type_name("YYYY")
      ->check(CLI::Range(1900, 9999));
  TakesText(verb, "--from", &options->from,
            "First booking date of a shorter or longer period", "YYYY-MM-DD");
  TakesText(verb, "--to", &options->to, "Last booking date of it",
            "YYYY-MM-DD");
  TakesText(verb, "--fiscal-year-start", &options->fiscal_year_start,
            "Where numbers of entries start at 1 (1 January before --from)",
            "YYYY-MM-DD");
  TakesText(verb, "--chart", &options->chart_path,
            "A chart of accounts (docs/fiscal/chart_of_accounts.md)", "FILE");
  verbs.TakesAsOf(verb, &options->as_of);
  verbs.TakesNetwork(verb);
}

absl::StatusOr<BooksPeriod> PeriodOf(const BooksOptions& options) {
  const bool has_days = !options.from.empty() || !options.to.empty();
  if (has_days == (options.year != 0) ||
      (has_days && (options.from.empty() || options.to.empty()))) {
    return UsageFailure("give a period: --year YYYY, or --from and --to");
  }
  if (!has_days) {
    if (!options.fiscal_year_start.empty()) {
      return UsageFailure("--fiscal-year-start goes with --from and --to");
    }
    BooksPeriod year;
    SKONTRO_ASSIGN_OR_RETURN(
        year.first_day,
        ParseDay("--year", absl::StrCat(options.year, "-01-01")));
    SKONTRO_ASSIGN_OR_RETURN(
        year.last_day,
        ParseDay("--year", absl::StrCat(options.year, "-12-31")));
    return year;
  }
  BooksPeriod days;
  SKONTRO_ASSIGN_OR_RETURN(days.first_day, ParseDay("--from", options.from));
  SKONTRO_ASSIGN_OR_RETURN(days.last_day, ParseDay("--to", options.to));
  if (days.last_day < days.first_day) {
    return UsageFailure(
        absl::StrCat("--to ", options.to, " is before --from ", options.from));
  }
  return days;
}

absl::StatusOr<v1::ExportRequest> ExportRequestFor(Session& session,
                                                   const BooksOptions& options,
                                                   const ExportKind& kind) {
  v1::ExportRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const BooksPeriod period, PeriodOf(options));
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_member(),
                           MemberName(network, options.member));
  request.set_format(kind.format);
  if (options.year != 0) {
    request.set_year(options.year);
  } else {
    *request.mutable_first_day() = WireDate(period.first_day);
    *request.mutable_last_day() = WireDate(period.last_day);
  }
  if (!options.fiscal_year_start.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const ledger::CivilDate start,
        ParseDay("--fiscal-year-start", options.fiscal_year_start));
    *request.mutable_fiscal_year_start() = WireDate(start);
  }
  request.set_as_of_sequence(options.as_of);
  if (!options.chart_path.empty() && kind.has_entries) {
    SKONTRO_ASSIGN_OR_RETURN(*request.mutable_chart_of_accounts(),
                             ReadFile(options.chart_path, kChartBytesMax));
  }
  return request;
}

absl::Status ReceiveExport(
    Session& session, const v1::ExportRequest& request, const std::string& what,
    const std::function<absl::Status(const v1::ExportChunk&)>& take) {
  SKONTRO_ASSIGN_OR_RETURN(const auto channel, session.channel());
  const auto stub = v1::FiscalService::NewStub(channel);
  grpc::ClientContext context;
  SKONTRO_RETURN_IF_ERROR(
      session.PrepareCall(absl::InfiniteDuration(), &context));
  const InterruptWatch watch;
  ProgressLine progress(session.environment());
  const auto reader = stub->Export(&context, request);
  absl::Status taken;
  int64_t bytes = 0;
  v1::ExportChunk chunk;
  while (taken.ok() && reader->Read(&chunk)) {
    taken = take(chunk);
    bytes += static_cast<int64_t>(chunk.content().size());
    progress.Show(ReceivedText(bytes, what));
    if (watch.interrupted()) {
      taken = Failure(ExitCode::kInterrupted,
                      "stopped; nothing was kept of the export");
    }
  }
  if (!taken.ok()) context.TryCancel();
  const grpc::Status status = reader->Finish();
  SKONTRO_RETURN_IF_ERROR(taken);
  if (!status.ok()) return session.CallFailure(status, /*changes=*/false);
  return absl::OkStatus();
}

bool IsNoFormatForThem(const Session& session) {
  const std::optional<ServerError>& error = session.last_error();
  if (!error.has_value()) return false;
  if (error->reason == "INCOMPLETE_PROFILE") return true;
  if (error->reason != "FIELD_INVALID") return false;
  const auto field = error->metadata.find("field");
  if (field == error->metadata.end()) return false;
  // first_day: a FEC begins with the fiscal year. The days themselves were
  // checked here.
  for (const char* name :
       {"network.national_currency", "member.siren", "first_day", "format"}) {
    if (field->second == name) return true;
  }
  return false;
}

}  // namespace skontro::cli

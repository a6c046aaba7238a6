#include "server/export_form.h"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "fiscal/source_check.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

using fiscal::ExportFormat;
using v1::CamtOptions;
using v1::ExportRequest;
using v1::FecOptions;

constexpr int kYearMin = 1900;
constexpr int kYearMax = 9999;

ledger::CivilDate FirstDayOf(std::chrono::year year) {
  return ledger::CivilDate::From(
      {year, std::chrono::January, std::chrono::day(1)});
}

ledger::CivilDate LastDayOf(std::chrono::year year) {
  return ledger::CivilDate::From(
      {year, std::chrono::December, std::chrono::day(31)});
}

std::string_view IdOf(ExportFormat format) {
  for (const fiscal::FormatInfo& info : fiscal::Formats()) {
    if (info.format == format) return info.id;
  }
  return "";
}

ExportFormat CamtOf(ExportRequest::Format format, const CamtOptions& options,
                    Form* form) {
  if (!CamtOptions::Version_IsValid(options.version())) {
    form->Refuse("camt.version", options.version(), "V08 or V02");
  }
  const bool v02 = options.version() == CamtOptions::V02;
  const bool plain = options.plain();
  if (format == ExportRequest::CAMT_053) {
    if (v02) {
      return plain ? ExportFormat::kCamt05302Plain : ExportFormat::kCamt05302;
    }
    return plain ? ExportFormat::kCamt05308Plain : ExportFormat::kCamt05308;
  }
  if (v02) {
    return plain ? ExportFormat::kCamt05402Plain : ExportFormat::kCamt05402;
  }
  return plain ? ExportFormat::kCamt05408Plain : ExportFormat::kCamt05408;
}

ExportFormat FormatOf(const ExportRequest& request, Form* form) {
  switch (request.format()) {
    case ExportRequest::FEC:
      return ExportFormat::kFec;
    case ExportRequest::JOURNAL_CSV:
      return ExportFormat::kJournal;
    case ExportRequest::CAMT_053:
    case ExportRequest::CAMT_054:
      return CamtOf(request.format(), request.camt(), form);
    case ExportRequest::BEANCOUNT:
      return ExportFormat::kBeancount;
    case ExportRequest::LEDGER:
      return ExportFormat::kLedger;
    case ExportRequest::MT940:
      return ExportFormat::kMt940;
    case ExportRequest::OFX:
      return ExportFormat::kOfx;
    case ExportRequest::CODA:
      return ExportFormat::kCoda;
    case ExportRequest::VAT_SUMMARY:
      return ExportFormat::kVatSummary;
    case ExportRequest::STATEMENT_PDF:
      return ExportFormat::kStatementPdf;
    default:
      // Also of a client that is newer than this server.
      form->Refuse("format", request.format(),
                   "a format of ExportRequest.Format, such as FEC");
      return ExportFormat::kFec;
  }
}

// XML has neither; what was asked for would be ignored.
void RefuseFlatOptions(const FecOptions& options, Form* form) {
  if (options.separator() != FecOptions::SEPARATOR_UNSPECIFIED) {
    form->Refuse("fec.separator", options.separator(), "none with XML");
  }
  if (options.charset() != FecOptions::CHARSET_UNSPECIFIED &&
      options.charset() != FecOptions::UTF_8) {
    form->Refuse("fec.charset", options.charset(), "UTF_8 with XML");
  }
}

fiscal::FecForm FecFormOf(const FecOptions& options, Form* form) {
  fiscal::FecForm fec;
  if (!FecOptions::Form_IsValid(options.form())) {
    form->Refuse("fec.form", options.form(), "FLAT or XML");
  }
  if (options.form() == FecOptions::XML) {
    RefuseFlatOptions(options, form);
    fec.variant = fiscal::FecForm::Variant::kXml;
    return fec;
  }
  if (!FecOptions::Separator_IsValid(options.separator())) {
    form->Refuse("fec.separator", options.separator(), "TAB or PIPE");
  }
  if (!FecOptions::Charset_IsValid(options.charset())) {
    form->Refuse("fec.charset", options.charset(), "UTF_8 or ISO_8859_15");
  }
  if (options.separator() == FecOptions::PIPE) {
    fec.separator = fiscal::FecForm::Separator::kPipe;
  }
  if (options.charset() == FecOptions::ISO_8859_15) {
    fec.charset = fiscal::FecForm::Charset::kIso8859_15;
  }
  return fec;
}

// An option of another format would be ignored, and its sender misled.
void RefuseStrayOptions(const ExportRequest& request, Form* form) {
  const bool is_fec = request.format() == ExportRequest::FEC;
  const bool is_camt = request.format() == ExportRequest::CAMT_053 ||
                       request.format() == ExportRequest::CAMT_054;
  const bool has_entries = is_fec ||
                           request.format() == ExportRequest::JOURNAL_CSV ||
                           request.format() == ExportRequest::BEANCOUNT ||
                           request.format() == ExportRequest::LEDGER;
  if (request.has_camt() && !is_camt) {
    form->Refuse("camt", "", "none with a format that is no camt");
  }
  if (request.has_fec() && !is_fec) {
    form->Refuse("fec", "", "none with a format that is no FEC");
  }
  if (!request.chart_of_accounts().empty() && !has_entries) {
    form->Refuse(
        "chart_of_accounts", "",
        "none with a statement or a VAT summary, which name no accounts");
  }
}

fiscal::Period YearOf(const ExportRequest& request, Form* form) {
  if (request.year() < kYearMin || request.year() > kYearMax) {
    form->Refuse("year", request.year(),
                 "1900 to 9999, or first_day and last_day instead");
    return {};
  }
  if (request.has_fiscal_year_start()) {
    form->Refuse("fiscal_year_start", "", "only with first_day");
  }
  const std::chrono::year year(request.year());
  return {FirstDayOf(year), FirstDayOf(year), LastDayOf(year)};
}

fiscal::Period DaysOf(const ExportRequest& request, Form* form) {
  if (request.year() != 0) {
    form->Refuse("year", request.year(),
                 "either a year, or first_day and last_day");
  }
  if (!form->Require("first_day", request.has_first_day()) ||
      !form->Require("last_day", request.has_last_day())) {
    return {};
  }
  fiscal::Period period;
  period.first_day = form->Date("first_day", request.first_day());
  period.last_day = form->Date("last_day", request.last_day());
  if (!period.first_day.has_value() || !period.last_day.has_value()) return {};
  period.fiscal_year_start = FirstDayOf(period.first_day.ymd().year());
  if (request.has_fiscal_year_start()) {
    period.fiscal_year_start =
        form->Date("fiscal_year_start", request.fiscal_year_start());
    if (!period.fiscal_year_start.has_value()) return {};
  }
  if (period.last_day < period.first_day) {
    form->Refuse("last_day", ledger::FormatDate(period.last_day),
                 absl::StrCat("not before first_day, ",
                              ledger::FormatDate(period.first_day)));
  }
  if (period.first_day < period.fiscal_year_start) {
    form->Refuse("fiscal_year_start",
                 ledger::FormatDate(period.fiscal_year_start),
                 absl::StrCat("not after first_day, ",
                              ledger::FormatDate(period.first_day)));
  }
  if (period.last_day.days() - period.fiscal_year_start.days() >
      fiscal::kPeriodDaysMax) {
    form->Refuse("last_day", ledger::FormatDate(period.last_day),
                 absl::StrCat("within two years of the start of the fiscal "
                              "year, ",
                              ledger::FormatDate(period.fiscal_year_start)));
  }
  return period;
}

// `refusal` under another name of its field.
absl::Status Renamed(std::string_view field, const Refusal& refusal,
                     std::string_view allowed) {
  return ToStatus(FieldInvalid(field, MetadataOf(refusal, "value"), allowed));
}

}  // namespace

ExportTerms ReadExportRequest(const v1::ExportRequest& request, Form* form) {
  const NameParts name = form->MemberName("member", request.member());
  ExportTerms terms;
  terms.network = std::string(name.network);
  terms.member = std::string(name.member);
  terms.format = FormatOf(request, form);
  terms.fec = FecFormOf(request.fec(), form);
  RefuseStrayOptions(request, form);
  const bool has_days = request.has_first_day() || request.has_last_day();
  terms.period = has_days ? DaysOf(request, form) : YearOf(request, form);
  terms.min_sequence = form->SequenceOf("min_sequence", request.min_sequence());
  terms.as_of = form->SequenceOf("as_of_sequence", request.as_of_sequence());
  terms.chart = request.chart_of_accounts();
  return terms;
}

absl::StatusOr<fiscal::ChartOfAccounts> ReadChart(const std::string& text,
                                                  const std::string& unit) {
  if (text.empty()) return fiscal::ChartOfAccounts::Default(unit);
  auto chart = fiscal::ChartOfAccounts::Parse(text, unit);
  if (chart.ok()) return chart;
  // An error of the chart names its line; the path of the field is ours to say.
  const std::optional<Refusal> refusal = RefusalOf(chart.status());
  if (!refusal.has_value() || refusal->reason != Reason::kFieldInvalid) {
    return chart.status();
  }
  return Renamed("chart_of_accounts", *refusal,
                 absl::StrCat(std::string(MetadataOf(*refusal, "field")), ": ",
                              std::string(MetadataOf(*refusal, "allowed"))));
}

absl::Status InRequest(const ExportTerms& terms, const absl::Status& status) {
  constexpr std::string_view kPeriod = "period.";
  if (status.ok()) return status;
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value()) {
    if (status.code() != absl::StatusCode::kOutOfRange) return status;
    return ToStatus(FieldInvalid("format", IdOf(terms.format),
                                 std::string(status.message())));
  }
  const std::string_view field = MetadataOf(*refusal, "field");
  if (refusal->reason != Reason::kFieldInvalid ||
      field.substr(0, kPeriod.size()) != kPeriod) {
    return status;
  }
  return Renamed(field.substr(kPeriod.size()), *refusal,
                 MetadataOf(*refusal, "allowed"));
}

}  // namespace skontro::server

#include "fiscal/plain_text.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/label.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kTitleLengthMax = 200;

const char* RootOf(AccountKind kind) {
  switch (kind) {
    case AccountKind::kUnits:
      return "Assets:Units";
    case AccountKind::kCustomers:
      return "Assets:Customers";
    case AccountKind::kSuppliers:
      return "Liabilities:Suppliers";
    case AccountKind::kSales:
      return "Income:Sales";
    case AccountKind::kPurchases:
      return "Expenses:Purchases";
    case AccountKind::kVatCollected:
      return "Liabilities:VAT";
    case AccountKind::kVatDeductible:
      return "Assets:VAT";
    case AccountKind::kOpeningContra:
      return "Equity:Opening";
    case AccountKind::kSuspense:
      break;
  }
  return "Assets:Suspense";
}

// One part of an account's name: letters, digits and `-`, a capital or a digit
// first. What may not be there is written as its byte, `-x2E`.
std::string Component(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-') {
      out.push_back(c);
    } else {
      absl::StrAppendFormat(&out, "-x%02X", byte);
    }
  }
  const bool starts_well =
      !out.empty() &&
      (absl::ascii_isupper(static_cast<unsigned char>(out[0])) ||
       absl::ascii_isdigit(static_cast<unsigned char>(out[0])));
  return starts_well ? out : "X-" + out;
}

class PlainTextFile {
 public:
  PlainTextFile(const ExportManifest& manifest, PlainTextDialect dialect,
                const ChartOfAccounts& chart)
      : manifest_(manifest),
        network_(manifest.network),
        beancount_(dialect == PlainTextDialect::kBeancount),
        chart_(chart) {}

  std::string Head();
  std::string Entry(const FiscalEntry& entry);
  std::string Tail(const JournalSummary& summary);

 private:
  std::string National(int64_t amount) const {
    return absl::StrCat(
        ledger::FormatDecimal(amount, network_.national_decimals), " ",
        network_.national_currency);
  }
  std::string Units(int64_t amount) const {
    return absl::StrCat(ledger::FormatDecimal(amount, network_.unit_decimals),
                        " ", network_.unit_code);
  }
  FiscalLine UnitsLine() const {
    FiscalLine line;
    line.kind = AccountKind::kUnits;
    line.account = chart_.account(line.kind);
    return line;
  }

  // `text` on one line, in quotes for beancount, without the marks that the
  // other two take for comments and dates.
  std::string Words(std::string_view text) const;
  void Note(std::string_view key, std::string_view value);
  void Posting(const std::string& account, std::string_view amount);
  void Line(const FiscalLine& line);
  // Opens the account of `line` where that has not been done.
  void Declare(const FiscalLine& line);

  const ExportManifest& manifest_;
  const NetworkInfo& network_;
  const bool beancount_;
  const ChartOfAccounts& chart_;
  absl::flat_hash_set<std::string> declared_;
  std::string out_;
};

std::string PlainTextFile::Words(std::string_view text) const {
  std::string words = CleanText(text, kLabelLengthMax);
  if (beancount_) {
    std::string quoted = "\"";
    for (const char c : words) {
      if (c == '"' || c == '\\') quoted.push_back('\\');
      quoted.push_back(c);
    }
    return quoted + "\"";
  }
  std::replace(words.begin(), words.end(), ';', ',');
  std::replace(words.begin(), words.end(), '|', '/');
  std::replace(words.begin(), words.end(), '[', '(');
  std::replace(words.begin(), words.end(), ']', ')');
  return words;
}

void PlainTextFile::Note(std::string_view key, std::string_view value) {
  if (value.empty()) return;
  absl::StrAppend(&out_, beancount_ ? "  " : "    ; ", std::string(key), ": ",
                  Words(value), "\n");
}

void PlainTextFile::Posting(const std::string& account,
                            std::string_view amount) {
  absl::StrAppendFormat(&out_, "%s%-44s  %s\n", beancount_ ? "  " : "    ",
                        account, std::string(amount));
}

void PlainTextFile::Declare(const FiscalLine& line) {
  const std::string account = PlainTextAccount(line);
  if (!declared_.insert(account).second) return;
  if (beancount_) {
    absl::StrAppend(&out_, ledger::FormatDate(manifest_.period.first_day),
                    " open ", account, "\n");
    Note("name", line.auxiliary_label.empty() ? line.account.label
                                              : line.auxiliary_label);
  } else {
    absl::StrAppend(&out_, "account ", account, "\n");
  }
}

std::string PlainTextFile::Head() {
  const std::string name = PartyName(
      {manifest_.member.id, manifest_.member.legal_name}, kTitleLengthMax);
  std::string title =
      absl::StrCat(name, ", ", CleanText(network_.name, kTitleLengthMax), ", ",
                   ledger::FormatDate(manifest_.period.first_day), " to ",
                   ledger::FormatDate(manifest_.period.last_day));
  if (network_.simulated) title.append(", SIMULATED");
  if (!manifest_.period.closed) title.append(", PROVISIONAL");
  if (beancount_) {
    absl::StrAppend(&out_, "option \"title\" ", Words(title),
                    "\noption \"operating_currency\" \"",
                    network_.national_currency, "\"\n");
    if (network_.national_decimals == 0) {
      // Beancount makes a price of a total, in 28 digits, and forgives what
      // that leaves by the decimals that it sees. Where there are none it would
      // forgive nothing.
      absl::StrAppend(&out_, "option \"inferred_tolerance_default\" \"",
                      network_.national_currency, ":0.001\"\n");
    }
    absl::StrAppend(&out_, ledger::FormatDate(manifest_.period.first_day),
                    " commodity ", network_.unit_code, "\n");
    Note("name", network_.name);
  } else {
    absl::StrAppend(&out_, "; ", Words(title), "\n");
  }
  Declare(UnitsLine());
  return std::exchange(out_, std::string());
}

std::string PlainTextFile::Entry(const FiscalEntry& entry) {
  for (const FiscalLine& line : entry.lines) Declare(line);
  const std::string date = ledger::FormatDate(entry.entry_date);
  if (beancount_) {
    absl::StrAppend(&out_, date, " * ", Words(entry.label), "\n");
    Note("ecriture", entry.number);
  } else {
    absl::StrAppend(&out_, date, " * (", entry.number, ") ", Words(entry.label),
                    "\n");
  }
  Note("piece", entry.document);
  if (entry.sequence > 0) Note("record", RecordName(entry.sequence));
  Note("rate", entry.rate);
  for (const FiscalLine& line : entry.lines) Line(line);
  out_.push_back('\n');
  return std::exchange(out_, std::string());
}

void PlainTextFile::Line(const FiscalLine& line) {
  const std::string account = PlainTextAccount(line);
  const int64_t value = line.debit - line.credit;
  const int64_t units = line.units.value_or(0);
  if (units == 0) {
    Posting(account, National(value));
    return;
  }
  if ((units > 0) == (value > 0)) {
    Posting(account,
            absl::StrCat(Units(units), " @@ ", National(std::abs(value))));
    return;
  }
  // Only an opening balance can be so: bought dear, sold cheap. A price has no
  // sign, so units and value stand apart.
  Posting(account, absl::StrCat(Units(units), " @@ ", National(0)));
  Posting(account, National(value));
}

std::string PlainTextFile::Tail(const JournalSummary& summary) {
  const std::string account = PlainTextAccount(UnitsLine());
  const ledger::CivilDate last = manifest_.period.last_day;
  const int64_t units = summary.units_written;
  if (beancount_) {
    // A balance holds at the start of its day, and here to the last decimal:
    // without a tolerance of nothing a cent would pass.
    absl::StrAppend(
        &out_, ledger::FormatDate(ledger::CivilDate::FromDays(last.days() + 1)),
        " balance ", account, "  ",
        ledger::FormatDecimal(units, network_.unit_decimals), " ~ 0 ",
        network_.unit_code, "\n");
  } else {
    absl::StrAppend(&out_, ledger::FormatDate(last), " * Balance of units\n");
    Posting(account, absl::StrCat(Units(0), " = ", Units(units)));
  }
  return std::exchange(out_, std::string());
}

}  // namespace

std::string PlainTextAccount(const FiscalLine& line) {
  std::string account =
      absl::StrCat(RootOf(line.kind), ":", Component(line.account.number));
  if (!line.auxiliary_number.empty()) {
    absl::StrAppend(&account, ":", Component(line.auxiliary_number));
  }
  return account;
}

ExportManifest BeginPlainText(const Source& source, PlainTextDialect dialect) {
  return dialect == PlainTextDialect::kBeancount
             ? BeginManifest(source, "BEANCOUNT", "entries", ".beancount")
             : BeginManifest(source, "LEDGER", "entries", ".ledger");
}

absl::StatusOr<ExportManifest> WritePlainText(Source& source,
                                              PlainTextDialect dialect,
                                              const ChartOfAccounts& chart,
                                              const Sink& sink) {
  ExportManifest manifest = BeginPlainText(source, dialect);
  BufferedSink out(sink);
  PlainTextFile file(manifest, dialect, chart);
  SKONTRO_RETURN_IF_ERROR(out.Write(file.Head()));
  SKONTRO_ASSIGN_OR_RETURN(
      manifest.summary,
      VisitJournalEntries(source, chart, [&](const FiscalEntry& entry) {
        return out.Write(file.Entry(entry));
      }));
  SKONTRO_RETURN_IF_ERROR(out.Write(file.Tail(manifest.summary)));
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal

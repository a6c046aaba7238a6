#include "fiscal/mt940.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/ascii.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "fiscal/statement_name.h"
#include "fiscal/trade_entries.h"
#include "fiscal/unit_statement.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

constexpr std::string_view kEnd = "\r\n";
constexpr size_t kAmountLengthMax = 15;
constexpr size_t kReferenceLengthMax = 16;
constexpr size_t kAccountLengthMax = 35;
constexpr size_t kTextLinesMax = 6;
constexpr size_t kTextLineLengthMax = 65;

// "250314".
std::string ShortDate(ledger::CivilDate date) {
  return CompactDate(date).substr(2);
}

// "720,00", without sign. Always with its comma.
absl::StatusOr<std::string> AmountText(int64_t units, int decimals) {
  std::string text = ledger::FormatDecimal(std::abs(units), decimals);
  std::replace(text.begin(), text.end(), '.', ',');
  if (decimals == 0) text.push_back(',');
  if (text.size() <= kAmountLengthMax) return text;
  return absl::OutOfRangeError(
      absl::StrCat("the amount ", text,
                   " has more than the 15 characters of MT940; export camt.053 "
                   "instead"));
}

// The customer's reference of a line: the invoice, or NONREF where it has none
// or one that does not fit. `//` ends a reference, and readers end it at one
// `/` and lose the record that follows, so none may be in it.
std::string ReferenceOf(const MemberTrade& trade) {
  const std::string text =
      ToSwift(CleanText(trade.invoice.number, kReferenceLengthMax + 1));
  const bool fits = !text.empty() && text.size() <= kReferenceLengthMax &&
                    text.find('/') == std::string::npos;
  return fits ? text : "NONREF";
}

// The record, which importers know a line again by.
std::string RecordReference(const MemberTrade& trade) {
  const std::string name = RecordName(trade.sequence);
  return name.size() <= kReferenceLengthMax
             ? name
             : name.substr(name.size() - kReferenceLengthMax);
}

// `text` in at most six lines. A line that began with `:` or `-` would be taken
// for a field or for the end.
std::string Wrapped(std::string_view text) {
  std::string out;
  for (size_t line = 0; line < kTextLinesMax && !text.empty(); ++line) {
    if (line > 0) out.append(kEnd);
    size_t room = kTextLineLengthMax;
    if (text.front() == ':' || text.front() == '-') {
      out.push_back('.');
      --room;
    }
    out.append(text.substr(0, room));
    text.remove_prefix(std::min(room, text.size()));
  }
  return out;
}

absl::StatusOr<std::string> Balance(std::string_view field, int64_t units,
                                    ledger::CivilDate day,
                                    const NetworkInfo& network) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string amount,
                           AmountText(units, network.unit_decimals));
  return absl::StrCat(":", std::string(field), ":", units < 0 ? "D" : "C",
                      ShortDate(day), network.unit_code, amount,
                      std::string(kEnd));
}

absl::StatusOr<std::string> Head(const ExportManifest& manifest,
                                 const StatementSummary& summary) {
  const std::string id = StatementId(manifest, "mt940");
  const std::string account =
      absl::StrCat(manifest.network.id, "/", manifest.member.id);
  const int64_t number = StatementNumber(manifest.period).value_or(0);
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string opening,
      Balance("60F", summary.opening.units, manifest.period.first_day,
              manifest.network));
  return absl::StrCat(
      ":20:", id.substr(id.size() - kReferenceLengthMax), std::string(kEnd),
      ":25:", ToSwift(AccountId(account, kAccountLengthMax)), std::string(kEnd),
      ":28C:", number <= 99'999 ? number : 0, "/1", std::string(kEnd), opening);
}

// Of the whole statement, unlike those of its lines. Empty for books.
std::string Note(const ExportManifest& manifest) {
  const std::string note = StatementNote(manifest);
  if (note.empty()) return "";
  return absl::StrCat(":86:", Wrapped(ToSwift(note)), std::string(kEnd));
}

absl::StatusOr<std::string> Line(const StatementEntry& entry,
                                 const NetworkInfo& network) {
  const MemberTrade& trade = entry.trade;
  const bool reversal = trade.kind == MemberTrade::Kind::kReversed;
  // RC takes a credit back, and is a debit.
  const char* mark =
      entry.units > 0 ? (reversal ? "RD" : "C") : (reversal ? "RC" : "D");
  SKONTRO_ASSIGN_OR_RETURN(const std::string amount,
                           AmountText(entry.units, network.unit_decimals));
  const std::string text = ToSwift(absl::StrCat(
      reversal ? "REVERSAL " : "TRADE ", PartyName(trade.counterparty, 140),
      " ", CleanText(RemittanceText(trade), 200)));
  return absl::StrCat(":61:", ShortDate(trade.value_date),
                      ShortDate(trade.booking_date).substr(2), mark, amount,
                      "NTRF", ReferenceOf(trade), "//", RecordReference(trade),
                      std::string(kEnd), ":86:", Wrapped(text),
                      std::string(kEnd));
}

}  // namespace

ExportManifest BeginMt940(const Source& source) {
  return BeginManifest(source, "MT940", "mt940", ".sta");
}

absl::StatusOr<ExportManifest> WriteMt940(Source& source, const Sink& sink) {
  ExportManifest manifest = BeginMt940(source);
  SKONTRO_ASSIGN_OR_RETURN(const StatementSummary summary,
                           SumUpStatement(source));
  SKONTRO_ASSIGN_OR_RETURN(const std::string closing,
                           Balance("62F", summary.closing.units,
                                   manifest.period.last_day, manifest.network));
  SKONTRO_ASSIGN_OR_RETURN(const std::string head, Head(manifest, summary));
  BufferedSink out(sink);
  SKONTRO_RETURN_IF_ERROR(out.Write(head));
  const auto write = [&](const StatementEntry& entry) -> absl::Status {
    SKONTRO_ASSIGN_OR_RETURN(const std::string line,
                             Line(entry, manifest.network));
    return out.Write(line);
  };
  SKONTRO_ASSIGN_OR_RETURN(manifest.statement, VisitStatement(source, write));
  SKONTRO_RETURN_IF_ERROR(
      out.Write(absl::StrCat(closing, Note(manifest), "-\r\n")));
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal

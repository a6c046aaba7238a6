#include "fiscal/coda.h"

#include <array>
#include <chrono>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/ascii.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "fiscal/statement_name.h"
#include "fiscal/trade_entries.h"
#include "fiscal/unit_statement.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kRecordLength = 128;
constexpr size_t kAccountLengthMax = 34;
constexpr size_t kReferenceLengthMax = 21;
constexpr size_t kNameLengthMax = 35;
constexpr int64_t kThousandthsMax = 999'999'999'999'999;
// What the zones of 2.1, 2.2 and 2.3, and those of 3.1, 3.2 and 3.3, hold.
constexpr std::array<size_t, 3> kMovementZones = {53, 53, 43};
constexpr size_t kMovementText = 53 + 53 + 43;
constexpr std::array<size_t, 3> kInformationZones = {73, 105, 90};

// One record. Places count from 1 and include both ends, as in the standard.
class Record {
 public:
  explicit Record(std::string_view kind) : text_(kRecordLength, ' ') {
    Put(1, kind.size(), kind);
  }

  // `text` from `first` on; what is left of it behind `last` is cut off.
  Record& Put(size_t first, size_t last, std::string_view text) {
    SKONTRO_CHECK(first >= 1 && first <= last && last <= kRecordLength);
    const std::string_view fits = text.substr(0, last - first + 1);
    text_.replace(first - 1, fits.size(), fits);
    return *this;
  }

  // `number` in all digits from `first` to `last`.
  Record& Number(size_t first, size_t last, int64_t number) {
    const std::string digits =
        absl::StrFormat("%0*d", static_cast<int>(last - first + 1), number);
    SKONTRO_CHECK(number >= 0 && digits.size() == last - first + 1);
    return Put(first, last, digits);
  }

  std::string Line() const { return text_ + "\r\n"; }

 private:
  std::string text_;
};

// "140325".
std::string ShortDate(ledger::CivilDate date) {
  const std::string text = CompactDate(date);
  return absl::StrCat(text.substr(6, 2), text.substr(4, 2), text.substr(2, 2));
}

// The day of the year: what the standard allows as number of a statement, and
// the only number that any period has.
int64_t DayOfYear(ledger::CivilDate date) {
  const std::chrono::year_month_day first(
      date.ymd().year(), std::chrono::January, std::chrono::day(1));
  return date.days() - ledger::CivilDate::From(first).days() + 1;
}

// Sign and fifteen digits: "0000000000720000" is a credit of 720.
absl::StatusOr<std::string> Amount(int64_t units, int decimals) {
  absl::int128 thousandths = units < 0 ? -absl::int128(units) : units;
  bool fits = true;
  for (int place = decimals; place < 3; ++place) thousandths *= 10;
  for (int place = 3; place < decimals; ++place) {
    fits = fits && thousandths % 10 == 0;
    thousandths /= 10;
  }
  if (fits && thousandths <= kThousandthsMax) {
    return absl::StrFormat("%d%015d", units < 0 ? 1 : 0,
                           static_cast<int64_t>(thousandths));
  }
  return absl::OutOfRangeError(absl::StrCat(
      "the amount ", ledger::FormatDecimal(units, decimals),
      " is not one of the 12 digits and 3 decimals of CODA; export camt.053 "
      "instead"));
}

// Printable ASCII, whatever `text` is.
std::string Plain(std::string_view text, size_t length_max) {
  return ToAscii(CleanText(text, length_max));
}

// The record, which importers know a movement again by.
std::string BankReference(const MemberTrade& trade) {
  const std::string name = RecordName(trade.sequence);
  return name.size() <= kReferenceLengthMax
             ? name
             : name.substr(name.size() - kReferenceLengthMax);
}

// Family 01, transfers: what comes, what goes, and a correction of either.
std::string TransactionCode(const StatementEntry& entry) {
  const bool reversal = entry.trade.kind == MemberTrade::Kind::kReversed;
  if (entry.units > 0) return reversal ? "00199000" : "00150000";
  return reversal ? "00149000" : "00101000";
}

// What the reader must know and the movement has no place for: the value in
// national currency above all, which is what is booked.
std::string Information(const MemberTrade& trade, const NetworkInfo& network,
                        bool with_text, const std::string& text) {
  constexpr size_t kNameInTextMax = 70;
  std::string more = absl::StrCat(
      "VALUE ", Plain(network.national_currency, 3), " ",
      ledger::FormatDecimal(trade.national_value, network.national_decimals));
  if (with_text) absl::StrAppend(&more, " ", text);
  const std::string name =
      ToAscii(PartyName(trade.counterparty, kNameInTextMax));
  if (name.size() > kNameLengthMax) absl::StrAppend(&more, " PARTY ", name);
  return more;
}

// `text` in up to three zones of the lengths `zones`; the first one always is.
std::vector<std::string> InZones(std::string_view text,
                                 const std::array<size_t, 3>& zones) {
  std::vector<std::string> parts;
  for (const size_t zone : zones) {
    if (!parts.empty() && text.empty()) break;
    parts.emplace_back(text.substr(0, zone));
    text.remove_prefix(parts.back().size());
  }
  return parts;
}

// Writes the records of one statement and counts them for its trailer.
class Statement {
 public:
  explicit Statement(const ExportManifest& manifest)
      : network_(manifest.network),
        number_(DayOfYear(manifest.period.last_day)),
        account_(AccountOf(manifest.member.id)) {}

  absl::StatusOr<std::string> Head(const ExportManifest& manifest,
                                   const StatementSummary& summary);
  absl::StatusOr<std::string> Movement(const StatementEntry& entry);
  absl::StatusOr<std::string> Tail(const ExportManifest& manifest,
                                   const StatementSummary& summary);

 private:
  // 34 characters and the unit, as every record has an account.
  std::string AccountOf(const std::string& member_id) const {
    const std::string id =
        AccountId(absl::StrCat(network_.id, "/", member_id), kAccountLengthMax);
    std::string account = ToAscii(id);
    account.resize(kAccountLengthMax, ' ');
    return account + network_.unit_code;
  }

  std::string InformationOf(const StatementEntry& entry,
                            const std::string& text);

  const NetworkInfo network_;
  const int64_t number_;
  const std::string account_;
  int64_t movements_ = 0;
  int64_t records_ = 0;  // All but the first and the last of the file.
};

// Why it is no book of a bank, then the network; in the description of the
// account, which every reader shows: free text behind the balance (record 4)
// stops one of them.
std::string AccountDescription(const ExportManifest& manifest) {
  return absl::StrCat(manifest.network.simulated ? "SIMULATED " : "",
                      manifest.period.closed ? "" : "PROVISIONAL ",
                      Plain(manifest.network.name, kNameLengthMax));
}

absl::StatusOr<std::string> Statement::Head(const ExportManifest& manifest,
                                            const StatementSummary& summary) {
  const Period& period = manifest.period;
  const std::string holder =
      ToAscii(PartyName({manifest.member.id, manifest.member.legal_name}, 26));
  const std::string id = StatementId(manifest, "coda");
  // "2025-07-01T00:05:00Z".
  const std::string made = StatementTime(manifest);
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string opening,
      Amount(summary.opening.units, network_.unit_decimals));
  Record header("0");
  header.Number(2, 5, 0)
      .Put(6, 7, made.substr(8))
      .Put(8, 9, made.substr(5))
      .Put(10, 11, made.substr(2))
      .Number(12, 14, 0)
      .Put(15, 16, "05")
      .Put(25, 34, id.substr(id.size() - 10))
      .Put(35, 60, holder)
      .Put(72, 82, BelgianCompanyNumber(manifest.member.vat_id))
      .Number(84, 88, 0)
      .Put(128, 128, "2");
  Record balance("11");
  balance.Number(3, 5, number_)
      .Put(6, 42, account_)
      .Put(43, 58, opening)
      .Put(59, 64,
           ShortDate(ledger::CivilDate::FromDays(period.first_day.days() - 1)))
      .Put(65, 90, holder)
      .Put(91, 125, AccountDescription(manifest))
      .Number(126, 128, number_);
  ++records_;
  return header.Line() + balance.Line();
}

absl::StatusOr<std::string> Statement::Movement(const StatementEntry& entry) {
  const MemberTrade& trade = entry.trade;
  ++movements_;
  SKONTRO_CHECK(movements_ <= kCodaMovementsMax);
  SKONTRO_ASSIGN_OR_RETURN(const std::string amount,
                           Amount(entry.units, network_.unit_decimals));
  const std::string text = Plain(RemittanceText(trade), 200);
  const std::string structured = StructuredCommunication(trade.invoice.number);
  std::vector<std::string> zones =
      InZones(structured.empty() ? text : absl::StrCat("101", structured),
              kMovementZones);
  zones.resize(3);
  Record first("21");
  first.Number(3, 6, movements_)
      .Number(7, 10, 0)
      .Put(11, 31, BankReference(trade))
      .Put(32, 47, amount)
      .Put(48, 53, ShortDate(trade.value_date))
      .Put(54, 61, TransactionCode(entry))
      .Put(62, 62, structured.empty() ? "0" : "1")
      .Put(63, 115, zones[0])
      .Put(116, 121, ShortDate(trade.booking_date))
      .Number(122, 124, number_)
      .Put(125, 128, "01 0");
  Record second("22");
  second.Number(3, 6, movements_)
      .Number(7, 10, 0)
      .Put(11, 63, zones[1])
      .Put(64, 98, Plain(trade.invoice.number, 35))
      .Put(126, 128, "1 0");
  Record third("23");
  third.Number(3, 6, movements_)
      .Number(7, 10, 0)
      .Put(11, 47, AccountOf(trade.counterparty.member_id))
      .Put(48, 82, ToAscii(PartyName(trade.counterparty, kNameLengthMax)))
      .Put(83, 125, zones[2])
      .Put(126, 128, "0 1");
  records_ += 3;
  return absl::StrCat(first.Line(), second.Line(), third.Line(),
                      InformationOf(entry, text));
}

std::string Statement::InformationOf(const StatementEntry& entry,
                                     const std::string& text) {
  const bool with_text =
      text.size() > kMovementText ||
      !StructuredCommunication(entry.trade.invoice.number).empty();
  const std::vector<std::string> zones = InZones(
      Information(entry.trade, network_, with_text, text), kInformationZones);
  std::string lines;
  for (size_t i = 0; i < zones.size(); ++i) {
    Record record(absl::StrCat("3", i + 1));
    record.Number(3, 6, movements_).Number(7, 10, 1);
    if (i == 0) {
      record.Put(11, 31, BankReference(entry.trade))
          .Put(32, 39, TransactionCode(entry))
          .Put(40, 40, "0");
    }
    const size_t start = i == 0 ? 41 : 11;
    record.Put(start, start + kInformationZones[i] - 1, zones[i])
        .Put(126, 128, i + 1 < zones.size() ? "1 0" : "0 0");
    lines.append(record.Line());
    ++records_;
  }
  return lines;
}

absl::StatusOr<std::string> Statement::Tail(const ExportManifest& manifest,
                                            const StatementSummary& summary) {
  const int decimals = network_.unit_decimals;
  SKONTRO_ASSIGN_OR_RETURN(const std::string closing,
                           Amount(summary.closing.units, decimals));
  SKONTRO_ASSIGN_OR_RETURN(const std::string debits,
                           Amount(summary.debits, decimals));
  SKONTRO_ASSIGN_OR_RETURN(const std::string credits,
                           Amount(summary.credits, decimals));
  Record balance("8");
  balance.Number(2, 4, number_)
      .Put(5, 41, account_)
      .Put(42, 57, closing)
      .Put(58, 63, ShortDate(manifest.period.last_day))
      .Put(128, 128, "0");
  ++records_;
  Record trailer("9");
  // The totals have no sign.
  trailer.Number(17, 22, records_)
      .Put(23, 37, debits.substr(1))
      .Put(38, 52, credits.substr(1))
      .Put(128, 128, "2");
  return balance.Line() + trailer.Line();
}

// The digits of `text` as a number. REQUIRES: at most 18 digits.
int64_t NumberOf(std::string_view text) {
  int64_t number = 0;
  for (const char c : text) number = 10 * number + (c - '0');
  return number;
}

}  // namespace

std::string StructuredCommunication(std::string_view text) {
  constexpr std::string_view kForm = "ddd/dddd/ddddd";
  constexpr size_t kMarks = 3;
  if (text.size() != kForm.size() + 2 * kMarks) return "";
  const std::string_view mark = text.substr(0, kMarks);
  if ((mark != "+++" && mark != "***") ||
      text.substr(text.size() - kMarks) != mark) {
    return "";
  }
  std::string digits;
  for (size_t i = 0; i < kForm.size(); ++i) {
    const char c = text[kMarks + i];
    if (kForm[i] == '/') {
      if (c != '/') return "";
      continue;
    }
    if (c < '0' || c > '9') return "";
    digits.push_back(c);
  }
  const int64_t rest = NumberOf(digits.substr(0, 10)) % 97;
  return NumberOf(digits.substr(10)) == (rest == 0 ? 97 : rest) ? digits : "";
}

std::string BelgianCompanyNumber(std::string_view vat_id) {
  std::string none(11, '0');
  std::string digits;
  if (vat_id.substr(0, 2) != "BE") return none;
  for (const char c : vat_id.substr(2)) {
    if (c == ' ' || c == '.') continue;
    if (c < '0' || c > '9' || digits.size() == 10) return none;
    digits.push_back(c);
  }
  // Of nine digits until 2008.
  if (digits.size() == 9) digits.insert(digits.begin(), '0');
  if (digits.size() != 10) return none;
  const int64_t check = 97 - NumberOf(digits.substr(0, 8)) % 97;
  return NumberOf(digits.substr(8)) == check ? "0" + digits : none;
}

ExportManifest BeginCoda(const Source& source) {
  return BeginManifest(source, "CODA", "coda", ".cod");
}

absl::StatusOr<ExportManifest> WriteCoda(Source& source, const Sink& sink) {
  ExportManifest manifest = BeginCoda(source);
  SKONTRO_ASSIGN_OR_RETURN(const StatementSummary summary,
                           SumUpStatement(source));
  if (summary.entries() > kCodaMovementsMax) {
    return absl::OutOfRangeError(absl::StrCat(
        summary.entries(), " movements are more than the ", kCodaMovementsMax,
        " of CODA; export shorter periods, or camt.053 instead"));
  }
  Statement statement(manifest);
  BufferedSink out(sink);
  SKONTRO_ASSIGN_OR_RETURN(const std::string head,
                           statement.Head(manifest, summary));
  SKONTRO_RETURN_IF_ERROR(out.Write(head));
  const auto write = [&](const StatementEntry& entry) -> absl::Status {
    SKONTRO_ASSIGN_OR_RETURN(const std::string lines,
                             statement.Movement(entry));
    return out.Write(lines);
  };
  SKONTRO_ASSIGN_OR_RETURN(manifest.statement, VisitStatement(source, write));
  SKONTRO_ASSIGN_OR_RETURN(const std::string tail,
                           statement.Tail(manifest, summary));
  SKONTRO_RETURN_IF_ERROR(out.Write(tail));
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal

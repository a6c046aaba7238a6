#include "fiscal/statement_pdf.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/ascii.h"
#include "fiscal/label.h"
#include "fiscal/pdf_document.h"
#include "fiscal/statement_name.h"
#include "fiscal/trade_entries.h"
#include "fiscal/unit_statement.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

// In tenths of a point, as PdfDocument counts.
constexpr int kLeft = 400;
constexpr int kRight = PdfDocument::kPageWidth - 400;
constexpr int kWidth = kRight - kLeft;
constexpr int kTitleSize = 150;
constexpr int kTextSize = 80;
constexpr int kRowSize = 75;
constexpr int kEvidenceSize = 58;
constexpr int kRowHeight = 122;
constexpr int kTableBottom = 5'380;
constexpr int kFooter = 5'480;
constexpr int kGap = 45;

// Where the table of the first page starts, and that of each after it.
constexpr int kFirstTable = 2'000;
constexpr int kNextTable = 880;
constexpr int64_t kFirstRows = (kTableBottom - kFirstTable) / kRowHeight;
constexpr int64_t kNextRows = (kTableBottom - kNextTable) / kRowHeight;
constexpr int64_t kTotalRows = 4;  // Behind the last row, on one page.
static_assert(kFirstRows > kTotalRows && kNextRows > kTotalRows);

// Starts of columns of text, ends of columns of numbers.
constexpr int kNumberStart = kLeft + 560;
constexpr int kPartnerStart = kNumberStart + 790;
constexpr int kTextStart = kPartnerStart + 1'800;
constexpr int kAmountEnd = kTextStart + 2'480;
constexpr int kBalanceEnd = kAmountEnd + 1'000;
constexpr int kAmountWidth = 1'000;
static_assert(kRight - kBalanceEnd >= kAmountWidth - kGap);

// How many pages `entries` rows and the totals take.
int64_t PagesFor(int64_t entries) {
  int64_t pages = 1;
  int64_t room = kFirstRows - entries;
  for (; room < 0; room += kNextRows) ++pages;
  return room < kTotalRows ? pages + 1 : pages;
}

// What the records of the period vouch for: the digest of the last one covers
// every record before it. It is the same whenever the statement is made, unlike
// the journal's position.
struct Evidence {
  std::string record;  // Empty: no record in the period.
  std::string digest;
};

// Draws the statement, page by page.
class Statement {
 public:
  Statement(const ExportManifest& manifest, StatementSummary summary,
            Evidence evidence)
      : manifest_(manifest),
        network_(manifest.network),
        summary_(summary),
        evidence_(std::move(evidence)),
        pages_(PagesFor(summary.entries())),
        balance_(summary.opening),
        pdf_(Title(), StatementTime(manifest)) {
    BeginPage();
    Head();
    BeginTable(kFirstTable, kFirstRows);
  }

  void Row(const StatementEntry& entry);
  void Totals();

  // REQUIRES: Totals() was called.
  absl::Status Write(const Sink& sink) {
    SKONTRO_CHECK(page_ == pages_);
    return pdf_.Write(sink);
  }

 private:
  // Of the file's properties: ASCII, and what a reader must know first.
  std::string Title() const {
    const std::string note = StatementNote(manifest_);
    return ToAscii(absl::StrCat("Statement ",
                                CleanText(manifest_.member.id, 63), ", ",
                                Days(), note.empty() ? "" : ". ", note));
  }
  std::string Days() const {
    return absl::StrCat(ledger::FormatDate(manifest_.period.first_day), " to ",
                        ledger::FormatDate(manifest_.period.last_day));
  }
  std::string Units(int64_t units) const {
    return ledger::FormatDecimal(units, network_.unit_decimals);
  }
  std::string Value(int64_t value) const {
    return ledger::FormatDecimal(value, network_.national_decimals);
  }
  std::string Member() const {
    const ReportingMember& member = manifest_.member;
    return WithId({member.id, member.legal_name});
  }
  // The id stands behind the name, which the font may not have.
  static std::string WithId(const Counterparty& party) {
    const std::string name = PartyName(party, 120);
    const std::string id = CleanText(party.member_id, 63);
    return name == id || id.empty() ? name : absl::StrCat(name, " (", id, ")");
  }

  void BeginPage();
  void BeginNextPage();
  void Head();
  void Labelled(int x, int y, std::string_view label, std::string_view text);
  void BeginTable(int y, int64_t rows);
  void Footer();
  void Cell(int x, int width, std::string_view text) {
    pdf_.Text(x, y_, kRowSize, pdf_.Fit(text, kRowSize, width));
  }
  // Before `end`: a number is never cut, but written smaller.
  void Number(int end, std::string_view text);

  const ExportManifest& manifest_;
  const NetworkInfo& network_;
  const StatementSummary summary_;
  const Evidence evidence_;
  const int64_t pages_;
  UnitBalance balance_;  // After what was drawn.
  PdfDocument pdf_;
  int64_t page_ = 0;
  int64_t rows_left_ = 0;  // On this page.
  int y_ = 0;              // Of the next row.
};

void Statement::BeginPage() {
  ++page_;
  pdf_.AddPage();
  Footer();
}

void Statement::BeginNextPage() {
  BeginPage();
  const std::string days = Days();
  const std::string who =
      absl::StrCat(CleanText(network_.name, 60), "  \xC2\xB7  ", Member());
  pdf_.TextBefore(kRight, 470, kTextSize, days);
  pdf_.Text(
      kLeft, 470, kTextSize,
      pdf_.Fit(who, kTextSize, kWidth - kGap - pdf_.Width(days, kTextSize)));
  pdf_.Text(kLeft, 590, kTextSize, StatementNote(manifest_));
  pdf_.TextBefore(kRight, 590, kTextSize,
                  absl::StrCat("Carried forward: ", Units(balance_.units), " ",
                               network_.unit_code));
  BeginTable(kNextTable, kNextRows);
}

void Statement::Labelled(int x, int y, std::string_view label,
                         std::string_view text) {
  constexpr int kLabelWidth = 900;
  constexpr int kTextWidth = 2'900;
  pdf_.Text(x, y, kTextSize, label);
  pdf_.Text(x + kLabelWidth, y, kTextSize,
            pdf_.Fit(text, kTextSize, kTextWidth));
}

void Statement::Head() {
  constexpr int kSecond = kLeft + 4'100;
  constexpr std::string_view kTitle = "Statement of account";
  const ReportingMember& member = manifest_.member;
  pdf_.TextBefore(kRight, 540, kTitleSize, kTitle);
  pdf_.Text(kLeft, 540, kTitleSize,
            pdf_.Fit(CleanText(network_.name, 120), kTitleSize,
                     kWidth - kGap - pdf_.Width(kTitle, kTitleSize)));
  pdf_.Rule(kLeft, 600, kWidth);
  pdf_.Text(kLeft, 730, kTextSize, StatementNote(manifest_));
  Labelled(kLeft, 880, "Member", Member());
  Labelled(kLeft, 1'010, "Account",
           AccountId(absl::StrCat(network_.id, "/", member.id), 130));
  Labelled(kLeft, 1'140, "SIREN", CleanText(member.siren, 40));
  Labelled(kLeft, 1'270, "VAT number", CleanText(member.vat_id, 40));
  Labelled(kLeft, 1'400, "Period", Days());
  Labelled(kLeft, 1'530, "Statement", StatementId(manifest_, "pdf"));
  const auto amount = [&](int y, std::string_view label, int64_t units,
                          std::string_view more) {
    pdf_.Text(kSecond, y, kTextSize, label);
    pdf_.TextBefore(kSecond + 2'250, y, kTextSize,
                    absl::StrCat(Units(units), " ", network_.unit_code));
    pdf_.Text(kSecond + 2'330, y, kTextSize, more);
  };
  const auto value = [&](const UnitBalance& balance) {
    return absl::StrCat("= ", Value(balance.national_value), " ",
                        network_.national_currency);
  };
  const auto count = [](int64_t entries) {
    return absl::StrCat(entries, entries == 1 ? " entry" : " entries");
  };
  amount(880, "Opening balance", summary_.opening.units,
         value(summary_.opening));
  amount(1'010, "Credits", summary_.credits, count(summary_.credit_count));
  amount(1'140, "Debits", summary_.debits, count(summary_.debit_count));
  amount(1'270, "Closing balance", summary_.closing.units,
         value(summary_.closing));
  pdf_.Text(kLeft, 1'700, kTextSize,
            absl::StrCat("Amounts are in ", network_.unit_code, ", values in ",
                         network_.national_currency,
                         " as fixed at each trade. Above zero: the network "
                         "owes the member."));
}

void Statement::BeginTable(int y, int64_t rows) {
  y_ = y;
  rows_left_ = rows;
  const int head = y - kRowHeight - 20;
  pdf_.Text(kLeft, head, kRowSize, "Booked");
  pdf_.Text(kNumberStart, head, kRowSize, "Number");
  pdf_.Text(kPartnerStart, head, kRowSize, "Partner");
  pdf_.Text(kTextStart, head, kRowSize, "Text");
  pdf_.TextBefore(kAmountEnd, head, kRowSize,
                  absl::StrCat("Amount ", network_.unit_code));
  pdf_.TextBefore(kBalanceEnd, head, kRowSize,
                  absl::StrCat("Balance ", network_.unit_code));
  pdf_.TextBefore(kRight, head, kRowSize,
                  absl::StrCat("Value ", network_.national_currency));
  pdf_.Rule(kLeft, head + 40, kWidth);
}

void Statement::Number(int end, std::string_view text) {
  int size = kRowSize;
  while (size > 1 && pdf_.Width(text, size) > kAmountWidth - kGap) --size;
  pdf_.TextBefore(end, y_, size, text);
}

void Statement::Row(const StatementEntry& entry) {
  if (rows_left_ == 0) BeginNextPage();
  const MemberTrade& trade = entry.trade;
  balance_ = entry.balance;
  pdf_.Text(kLeft, y_, kRowSize, ledger::FormatDate(trade.booking_date));
  Cell(kNumberStart, kPartnerStart - kNumberStart - kGap,
       RecordName(trade.sequence));
  Cell(kPartnerStart, kTextStart - kPartnerStart - kGap,
       WithId(trade.counterparty));
  Cell(kTextStart, kAmountEnd - kAmountWidth - kTextStart - kGap,
       CleanText(RemittanceText(trade), 200));
  Number(kAmountEnd, Units(entry.units));
  Number(kBalanceEnd, Units(entry.balance.units));
  Number(kRight,
         Value(entry.units > 0 ? trade.national_value : -trade.national_value));
  y_ += kRowHeight;
  --rows_left_;
}

void Statement::Totals() {
  if (rows_left_ < kTotalRows) BeginNextPage();
  pdf_.Rule(kLeft, y_ - 80, kWidth);
  y_ += 40;
  const auto total = [&](std::string_view label, int64_t units,
                         std::string_view value) {
    pdf_.Text(kTextStart, y_, kRowSize, label);
    Number(kAmountEnd, Units(units));
    if (!value.empty()) Number(kRight, value);
    y_ += kRowHeight;
  };
  if (summary_.entries() == 0) {
    pdf_.Text(kLeft, y_, kRowSize, "No entry in this period.");
  }
  total("Total of credits", summary_.credits, "");
  total("Total of debits", summary_.debits, "");
  total("Closing balance", summary_.closing.units,
        Value(summary_.closing.national_value));
}

void Statement::Footer() {
  pdf_.Rule(kLeft, kFooter - 80, kWidth);
  pdf_.TextBefore(kRight, kFooter + 20, kTextSize,
                  absl::StrCat("Page ", page_, " of ", pages_));
  pdf_.Text(kLeft, kFooter, kEvidenceSize,
            evidence_.record.empty()
                ? "The journal has no record of this member in the period."
                : absl::StrCat("Last record ", evidence_.record, ", SHA-256 ",
                               evidence_.digest));
  if (manifest_.period.closed) return;
  pdf_.Text(kLeft, kFooter + 85, kEvidenceSize,
            absl::StrCat("Journal at sequence ", manifest_.position.sequence,
                         ", head ", manifest_.position.digest));
}

}  // namespace

ExportManifest BeginStatementPdf(const Source& source) {
  return BeginManifest(source, "STATEMENT_PDF", "statement", ".pdf");
}

absl::StatusOr<ExportManifest> WriteStatementPdf(Source& source,
                                                 const Sink& sink) {
  ExportManifest manifest = BeginStatementPdf(source);
  Evidence evidence;
  const auto look = [&](const StatementEntry& entry) {
    evidence = {RecordName(entry.trade.sequence), entry.trade.digest};
    return absl::OkStatus();
  };
  SKONTRO_ASSIGN_OR_RETURN(const StatementSummary summary,
                           VisitStatement(source, look));
  if (summary.entries() > kStatementRowsMax) {
    return absl::OutOfRangeError(absl::StrCat(
        summary.entries(), " entries are more than the ", kStatementRowsMax,
        " of a statement as PDF; export shorter periods, or camt.053 instead"));
  }
  Statement statement(manifest, summary, std::move(evidence));
  const auto draw = [&](const StatementEntry& entry) {
    statement.Row(entry);
    return absl::OkStatus();
  };
  SKONTRO_ASSIGN_OR_RETURN(manifest.statement, VisitStatement(source, draw));
  statement.Totals();
  int64_t bytes = 0;
  SKONTRO_RETURN_IF_ERROR(statement.Write([&](std::string_view piece) {
    bytes += static_cast<int64_t>(piece.size());
    return sink(piece);
  }));
  manifest.bytes = bytes;
  return manifest;
}

}  // namespace skontro::fiscal

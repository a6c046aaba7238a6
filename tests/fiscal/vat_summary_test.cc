// The VAT summary, and whether it is what the journal books.

#include "fiscal/vat_summary.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fiscal/label.h"
#include "fiscal/stated_balance.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/random_source.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

using Wide = boost::multiprecision::cpp_int;
using Table = std::vector<std::vector<std::string>>;

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;
constexpr MemberTrade::Role kBuyer = MemberTrade::Role::kBuyer;
constexpr size_t kFields = 16;
constexpr size_t kAmounts[] = {7, 8, 9, 10, 11, 13};

// A reader of RFC 4180 with semicolons, for the test alone.
Table ReadCsv(const std::string& bytes) {
  Table rows = {{""}};
  bool quoted = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '"' && quoted && bytes.substr(i, 2) == "\"\"") {
      rows.back().back().push_back(bytes[++i]);
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ';') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\n') {
      rows.push_back({""});
    } else if (quoted || c != '\r') {
      rows.back().back().push_back(c);
    }
  }
  EXPECT_FALSE(quoted);
  rows.pop_back();
  return rows;
}

absl::StatusOr<std::string> Summary(Source& source) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteVatSummary(source, Into(&bytes));
  if (!manifest.ok()) return manifest.status();
  return bytes;
}

// Without the row of names.
Table Rows(Source& source) {
  const absl::StatusOr<std::string> bytes = Summary(source);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  Table rows = ReadCsv(bytes.value_or("\r\n"));
  for (const std::vector<std::string>& row : rows) {
    EXPECT_EQ(row.size(), kFields) << absl::StrJoin(row, ";");
  }
  rows.erase(rows.begin());
  return rows;
}

// A row as a test writes it: month to rate, invoices to cash, units.
std::string Short(const std::vector<std::string>& row) {
  return absl::StrCat(absl::StrJoin(row.begin(), row.begin() + 4, " "), ": ",
                      absl::StrJoin(row.begin() + 6, row.begin() + 12, " "),
                      " | ", row[13]);
}

std::vector<std::string> Shown(Source& source) {
  std::vector<std::string> shown;
  for (const std::vector<std::string>& row : Rows(source)) {
    shown.push_back(Short(row));
  }
  return shown;
}

using Lines = std::vector<std::string>;

// --- What the rows say -------------------------------------------------------

// Sections 7.1 to 7.4 of the worked example: a sale of 1,200.00 of which a
// tenth is taken back, the network's fee, a purchase. The network reverses
// whole records, so the sale is two of them.
ListSource WorkedExample() {
  ListSource source;
  source.opening = {50'000, 50'000};
  const auto add = [&](MemberTrade::Role role, const char* day, int64_t units,
                       int64_t base) {
    const int64_t tax = base / 5;
    source.Add(role, day, units, base + tax).tax_lines = {
        {"S", 200'000, base, tax}};
  };
  add(kSeller, "2025-03-14", 64'800, 90'000);
  add(kSeller, "2025-03-14", 7'200, 10'000);
  add(kBuyer, "2025-03-31", 1'728, 1'440);
  source.Reverse(1, "2025-04-10");
  add(kBuyer, "2025-05-06", 60'000, 50'000);
  return source;
}

TEST(VatSummaryTest, TheWorkedExampleIsThatOfThePage) {
  ListSource source = WorkedExample();
  const std::vector<std::string> lines = {
      absl::StrCat("2025-03 sales invoice S 20: 2 1000,00 200,00 1200,00 ",
                   "720,00 480,00 | 720,00"),
      "2025-03 purchases invoice S 20: 1 14,40 2,88 17,28 17,28 0,00 | 17,28",
      absl::StrCat("2025-04 sales reversal S 20: -1 -100,00 -20,00 -120,00 ",
                   "-72,00 -48,00 | -72,00"),
      absl::StrCat("2025-05 purchases invoice S 20: 1 500,00 100,00 600,00 ",
                   "600,00 0,00 | 600,00"),
      "total sales  : 1 900,00 180,00 1080,00 648,00 432,00 | 648,00",
      "total purchases  : 2 514,40 102,88 617,28 617,28 0,00 | 617,28"};
  EXPECT_EQ(Shown(source), lines);
  std::string bytes = *Summary(source);
  bytes.erase(std::remove(bytes.begin(), bytes.end(), '\r'), bytes.end());
  EXPECT_TRUE(absl::StrContains(
      ReadFile(std::string(SKONTRO_SOURCE_DIR) + "/docs/fiscal/vat_summary.md"),
      "```text\n" + bytes + "```\n"))
      << bytes;
}

TEST(VatSummaryTest, AnInvoiceOfTwoRatesIsOneInvoiceAndItsPaymentIsShared) {
  ListSource source;
  MemberTrade& sale = source.Add(kSeller, "2025-03-14", 10'000, 22'550);
  sale.tax_lines = {{"S", 200'000, 10'000, 2'000}, {"S", 55'000, 10'000, 550}};
  const std::vector<std::string> lines = {
      "2025-03 sales invoice S 5.5: 1 100,00 5,50 105,50 46,78 58,72 | 46,78",
      "2025-03 sales invoice S 20: 1 100,00 20,00 120,00 53,22 66,78 | 53,22",
      "total sales  : 1 200,00 25,50 225,50 100,00 125,50 | 100,00",
      "total purchases  : 0 0,00 0,00 0,00 0,00 0,00 | 0,00"};
  EXPECT_EQ(Shown(source), lines);
  EXPECT_EQ(Rows(source)[0][5], "5,5");
}

TEST(VatSummaryTest, TwoLinesOfOneRateAreOneRowAndCountOnce) {
  ListSource source;
  source.Add(kBuyer, "2025-03-14", 18'000, 18'000).tax_lines = {
      {"S", 200'000, 20'000, 4'000}, {"S", 200'000, -5'000, -1'000}};
  EXPECT_EQ(Shown(source)[0],
            "2025-03 purchases invoice S 20: 1 150,00 30,00 180,00 180,00 0,00 "
            "| 180,00");
}

TEST(VatSummaryTest, AReversalIsANegativeRowOfItsOwnMonth) {
  ListSource source;
  source.Add(kSeller, "2025-01-31", 12'000, 12'000).tax_lines = {
      {"S", 200'000, 10'000, 2'000}};
  source.Reverse(0, "2025-02-01");
  const std::vector<std::string> lines = {
      "2025-01 sales invoice S 20: 1 100,00 20,00 120,00 120,00 0,00 | 120,00",
      "2025-02 sales reversal S 20: -1 -100,00 -20,00 -120,00 -120,00 0,00 | "
      "-120,00",
      "total sales  : 0 0,00 0,00 0,00 0,00 0,00 | 0,00",
      "total purchases  : 0 0,00 0,00 0,00 0,00 0,00 | 0,00"};
  EXPECT_EQ(Shown(source), lines);
  // Alone in its month, it is all that there is.
  source.period.first_day = Day("2025-02-01");
  EXPECT_EQ(Shown(source)[0], lines[1]);
  EXPECT_EQ(Shown(source).size(), 3u);
}

TEST(VatSummaryTest, AnInvoiceWhoseTaxIsNotKnownIsARowWithoutARate) {
  ListSource source;
  source.Add(kSeller, "2025-03-14", 100, 100);
  source.Add(kSeller, "2025-03-14", 100, 100).tax_lines = {
      {"S", 200'000, 83, 16}};
  EXPECT_EQ(Shown(source)[0],
            "2025-03 sales invoice : 2 2,00 0,00 2,00 2,00 0,00 | 2,00");
  std::string bytes;
  const auto manifest = WriteVatSummary(source, Into(&bytes));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->summary.warnings.size(), 2u) << "both are told";
}

TEST(VatSummaryTest, ALaterPartOfAnInvoiceIsAPaymentAndNoInvoice) {
  ListSource source;
  source.Add(kSeller, "2025-03-14", 6'000, 12'000).tax_lines = {
      {"S", 200'000, 10'000, 2'000}};
  source.trades[0].cash = {};
  source.Add(kSeller, "2025-04-14", 6'000, 0).invoice.number = "F-101";
  EXPECT_EQ(Shown(source)[1],
            "2025-04 sales payment : 0 0,00 0,00 0,00 60,00 0,00 | 60,00");
  EXPECT_EQ(Shown(source)[2],
            "total sales  : 1 100,00 20,00 120,00 120,00 0,00 | 120,00");
}

TEST(VatSummaryTest, AnExemptSaleAndOneOutsideTheScopeHaveTheirCodes) {
  ListSource source;
  source.Add(kSeller, "2025-03-14", 100, 100).tax_lines = {{"E", 0, 100, 0}};
  source.Add(kSeller, "2025-03-14", 100, 100).tax_lines = {
      {"O", std::nullopt, 100, 0}};
  const Table rows = Rows(source);
  EXPECT_EQ(Lines(rows[0].begin() + 3, rows[0].begin() + 6),
            (Lines{"E 0", "E", "0"}));
  EXPECT_EQ(Lines(rows[1].begin() + 3, rows[1].begin() + 6),
            (Lines{"O", "O", ""}));
}

TEST(VatSummaryTest, UnitsArePaidAtTheValueOfTheTradeNotOfALaterRate) {
  ListSource source = GoldenYear("uhrwerk");
  const Lines shown = Shown(source);
  EXPECT_EQ(shown[0],
            "2024-03 sales invoice : 1 800,01 0,00 800,01 800,01 0,00 | "
            "1000,01");
  EXPECT_EQ(shown[1],
            "2024-10 purchases invoice : 1 0,05 0,00 0,05 0,05 0,00 | 0,07");
  EXPECT_EQ(Rows(source)[0][12], "CHF");
}

TEST(VatSummaryTest, APeriodInWhichNothingMovedHasTwoTotalsOfZero) {
  ListSource source;
  source.opening = {-7, -7};
  EXPECT_EQ(Shown(source),
            (Lines{"total sales  : 0 0,00 0,00 0,00 0,00 0,00 | 0,00",
                   "total purchases  : 0 0,00 0,00 0,00 0,00 0,00 | 0,00"}));
}

TEST(VatSummaryTest, AnOpenPeriodAndASimulationAreSaidInEveryRow) {
  ListSource source = WorkedExample();
  source.period.closed = false;
  source.network.simulated = true;
  for (const std::vector<std::string>& row : Rows(source)) {
    EXPECT_EQ(row.back(),
              "SIMULATED: none of this happened. PROVISIONAL: the period is "
              "still open.");
  }
}

// --- Hostile text, bounds ----------------------------------------------------

TEST(VatSummaryTest, NoFieldButANumberStartsAFormula) {
  ListSource source;
  for (const char* category : {"=1+1", "+", "-2", "@x", "a;b\"c", "\r\n=d",
                               "\xEF\xBC\x9D=", "\xFF|", ""}) {
    source.Add(kSeller, "2025-03-14", 120, 120).tax_lines = {
        {category, 200'000, 100, 20}};
  }
  const Table rows = Rows(source);
  ASSERT_EQ(rows.size(), 9u + 2u);
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      EXPECT_TRUE(IsPlainText(row[i]));
      if ((i >= 6 && i <= 11) || i == 13 || row[i].empty()) continue;
      EXPECT_TRUE(row[i] == " 20" || CleanLabel(row[i]) == row[i]) << row[i];
    }
  }
  EXPECT_TRUE(absl::StrContains(*Summary(source), "\"a;b\"\"c 20\""));
}

TEST(VatSummaryTest, TheLargestAmountsAddUpAndOneSumTooManyIsRefused) {
  constexpr int64_t kMost = 1'000'000'000'000'000;
  ListSource source;
  // The journal books each trade twice: 4,611 of them are the most.
  const auto add = [&](int i) {
    source.Add(i % 2 == 0 ? kSeller : kBuyer, "2025-03-14", kMost, kMost)
        .tax_lines = {{"E", 0, kMost, 0}};
  };
  for (int i = 0; i < 4'611; ++i) add(i);
  EXPECT_EQ(Rows(source)[0][7], "23060000000000000,00");
  add(4'611);
  EXPECT_EQ(Summary(source).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(VatSummaryTest, AnAllowanceThatOutweighsAllIsSharedOrRefused) {
  ListSource source;
  source.Add(kSeller, "2025-03-14", 1'000'000'000'000'000, 1).tax_lines = {
      {"S", 0, 1'000'000'000'000'000, 0}, {"E", 0, -999'999'999'999'999, 0}};
  EXPECT_EQ(Summary(source).status().code(), absl::StatusCode::kOutOfRange);
  source.trades[0].units = source.trades[0].national_value = 1;
  EXPECT_EQ(Shown(source)[1],
            "2025-03 sales invoice S 0: 1 10000000000000,00 0,00 "
            "10000000000000,00 10000000000000,00 0,00 | 10000000000000,00");
}

TEST(VatSummaryTest, OneRateMoreThanItHasRowsForIsRefused) {
  ListSource source;
  int64_t rate = 0;
  while (source.trades.size() * 20 < kVatSummaryRowsMax) {
    MemberTrade& sale = source.Add(kSeller, "2025-03-14", 100, 2'000);
    for (int i = 0; i < 20; ++i)
      sale.tax_lines.push_back({"S", rate++, 100, 0});
  }
  EXPECT_EQ(Rows(source).size(), kVatSummaryRowsMax + 2);
  source.Add(kSeller, "2025-03-14", 100, 100).tax_lines = {{"S", rate, 100, 0}};
  const absl::Status status = Summary(source).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StrContains(status.message(), "shorter period")) << status;
}

TEST(VatSummaryTest, CashOfAnotherCurrencyIsNotSummedUp) {
  ListSource source;
  source.Add(kSeller, "2025-03-14", 100, 200).cash.currency = "USD";
  EXPECT_EQ(Summary(source).status().code(), absl::StatusCode::kDataLoss);
}

TEST(VatSummaryTest, WhatTheBooksRefuseIsRefusedHereToo) {
  ListSource source = WorkedExample();
  source.closing = UnitBalance{1, 1};
  EXPECT_EQ(Summary(source).status().code(), absl::StatusCode::kDataLoss);
  source.closing.reset();
  source.end = absl::UnavailableError("the disk");
  EXPECT_EQ(Summary(source).status().code(), absl::StatusCode::kUnavailable);
}

// A source that shows another amount the second time.
class FickleSource : public ListSource {
 public:
  absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const MemberTrade&)> visit) override {
    if (++reads_ == 2) trades[0].gross += 1;
    return ListSource::ForEachTrade(visit);
  }

 private:
  int reads_ = 0;
};

TEST(VatSummaryTest, ARowThatTheJournalDoesNotBookIsFound) {
  FickleSource source;
  source.Add(kSeller, "2025-03-14", 100, 100);
  const absl::Status status = Summary(source).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), "the journal books"))
      << status;
}

// --- The journal, and sums made apart ----------------------------------------

// Minor units of "-1234,50", by its letters.
Wide Minor(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c != ',' && c != '-') digits.push_back(c);
  }
  // A leading zero would make it octal.
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return text[0] == '-' ? Wide(-Wide(digits)) : Wide(digits);
}

// Base and VAT by month, side and code.
using Taxes = std::map<std::tuple<std::string, std::string, std::string>,
                       std::pair<Wide, Wide>>;

Taxes TaxesOf(const Table& rows) {
  Taxes taxes;
  for (const std::vector<std::string>& row : rows) {
    if (row[0] == "total" || row[2] == "payment") continue;
    auto& [base, vat] = taxes[{row[0], row[1], row[3]}];
    base += Minor(row[7]);
    vat += Minor(row[8]);
    EXPECT_EQ(Minor(row[7]) + Minor(row[8]), Minor(row[9]));
  }
  return taxes;
}

// The same from the accounts of an exported journal: 707 and 44571, 607 and
// 44566.
Taxes BookedTaxes(const Table& journal) {
  Taxes taxes;
  for (const std::vector<std::string>& row : journal) {
    const std::string& account = row[4];
    const bool sales = account == "707000" || account == "445710";
    if (!sales && account != "607000" && account != "445660") continue;
    const std::string month = row[3].substr(0, 4) + "-" + row[3].substr(4, 2);
    auto& [base, vat] = taxes[{month, sales ? "sales" : "purchases", row[23]}];
    Wide amount = Minor(row[12]) - Minor(row[11]);
    if (!sales) amount = -amount;
    (account.substr(0, 3) == "445" ? vat : base) += amount;
  }
  return taxes;
}

void DropZeros(Taxes* taxes) {
  for (auto at = taxes->begin(); at != taxes->end();) {
    const bool zero = at->second.first == 0 && at->second.second == 0;
    at = zero ? taxes->erase(at) : std::next(at);
  }
}

void ExpectTheJournals(ListSource& source) {
  Taxes taxes = TaxesOf(Rows(source));
  Table journal = ReadCsv(BooksOf(source, ExportFormat::kJournal));
  journal.erase(journal.begin());
  Taxes booked = BookedTaxes(journal);
  DropZeros(&taxes);
  DropZeros(&booked);
  EXPECT_EQ(taxes, booked);
}

TEST(VatSummaryOracleTest, BaseAndVatAreThoseOfTheAccountsOfTheJournal) {
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    ExpectTheJournals(source);
  }
  for (uint64_t seed = 40; seed < 48; ++seed) {
    RandomSource source(seed, 300);
    ExpectTheJournals(source);
    source.period.first_day = Day("2025-01-10");
    ExpectTheJournals(source);
  }
}

TEST(VatSummaryOracleTest, VatIsThatOfTheFec) {
  ListSource source = WorkedExample();
  Wide collected = 0;
  for (const std::string& line :
       Cut(BooksOf(source, ExportFormat::kFec), '\n')) {
    const std::vector<std::string> fields = Cut(line, '\t');
    if (fields.size() < 18 || fields[4] != "445710") continue;
    collected += Minor(fields[12]) - Minor(fields[11]);
  }
  EXPECT_EQ(collected, 18'000);
  EXPECT_EQ(Minor(Rows(source)[4][8]), collected);
}

// What the two totals must say, from the trades by another way.
struct Paid {
  Wide invoices, gross, value, cash, units;
};

Paid PaidOf(const ListSource& source, MemberTrade::Role role) {
  Paid paid;
  for (const MemberTrade& trade : source.trades) {
    if (trade.role != role) continue;
    const int sign = trade.kind == MemberTrade::Kind::kReversed ? -1 : 1;
    if (trade.gross > 0) paid.invoices += sign;
    paid.gross += Wide(trade.gross) * sign;
    paid.value += Wide(trade.national_value) * sign;
    paid.cash += Wide(trade.cash.minor_units) * sign;
    paid.units += Wide(trade.units) * sign;
  }
  return paid;
}

TEST(VatSummaryOracleTest, RowsAndTotalsAreTheSumsOfTheTrades) {
  for (uint64_t seed = 60; seed < 68; ++seed) {
    RandomSource source(seed, 300);
    const Table rows = Rows(source);
    for (const auto& [side, role] :
         {std::pair("sales", kSeller), std::pair("purchases", kBuyer)}) {
      const Paid paid = PaidOf(source, role);
      std::array<Wide, kFields> sums;
      const std::vector<std::string>* total = nullptr;
      for (const std::vector<std::string>& row : rows) {
        if (row[1] != side) continue;
        if (row[0] == "total") {
          total = &row;
          continue;
        }
        for (const size_t i : kAmounts) sums[i] += Minor(row[i]);
      }
      ASSERT_NE(total, nullptr);
      for (const size_t i : kAmounts) {
        EXPECT_EQ(Minor((*total)[i]), sums[i]) << i;
      }
      EXPECT_EQ(Minor((*total)[6]), paid.invoices);
      EXPECT_EQ(sums[9], paid.gross);
      EXPECT_EQ(sums[10], paid.value);
      EXPECT_EQ(sums[11], paid.cash);
      EXPECT_EQ(sums[13], paid.units);
    }
  }
}

TEST(VatSummaryOracleTest, ARowThatIsMissingIsFoundByReconciliation) {
  ListSource source = WorkedExample();
  const std::vector<std::string> lines = Cut(*Summary(source), '\n');
  for (size_t left_out = 0; left_out < lines.size(); ++left_out) {
    StatedBalance balance(ExportFormat::kVatSummary, "XBU", 2);
    for (size_t i = 0; i + 1 < lines.size(); ++i) {
      if (i != left_out || i == 0) balance.Add(lines[i] + "\n");
    }
    const bool whole = left_out == 0 || left_out + 1 == lines.size();
    EXPECT_EQ(balance.Finish().ok(), whole) << left_out;
  }
}

}  // namespace
}  // namespace skontro::fiscal

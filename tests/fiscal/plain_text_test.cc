#include "fiscal/plain_text.h"

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "ledger/decimal.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/random_source.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;

std::string Write(Source& source, PlainTextDialect dialect,
                  ExportManifest* manifest = nullptr) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> made = WritePlainText(
      source, dialect, ChartOfAccounts::Default(source.Network().unit_code),
      Into(&bytes));
  EXPECT_TRUE(made.ok()) << made.status();
  if (made.ok() && manifest != nullptr) *manifest = *made;
  return bytes;
}

TEST(PlainTextTest, TheRootOfAnAccountFollowsFromWhatItIsFor) {
  FiscalLine line;
  line.kind = AccountKind::kVatCollected;
  line.account = {"1776", "Umsatzsteuer 19 %"};
  EXPECT_EQ(PlainTextAccount(line), "Liabilities:VAT:1776");
  line.kind = AccountKind::kCustomers;
  line.account = {"411000", "Clients"};
  line.auxiliary_number = "garage.nord";
  EXPECT_EQ(PlainTextAccount(line), "Assets:Customers:411000:X-garage-x2Enord");
}

TEST(PlainTextTest, UnitsCarryTheirValueAsATotal) {
  ListSource source;
  MemberTrade& sale = source.Add(kSeller, "2025-02-01", 7, 0);
  sale.national_value = 5;
  sale.rate = {2, 3, 4};
  const std::string text = Write(source, PlainTextDialect::kBeancount);
  EXPECT_TRUE(absl::StrContains(text, "0.07 XBU @@ 0.05 EUR")) << text;
  EXPECT_TRUE(absl::StrContains(text, "rate: \"2/3\"")) << text;
  EXPECT_TRUE(absl::StrContains(
      text, "2026-01-01 balance Assets:Units:512400  0.07 ~ 0 XBU"))
      << text;
}

TEST(PlainTextTest, APeriodInsideTheYearIsCheckedByWhatItShows) {
  ListSource source = GoldenYear("atelier");
  source.period.first_day = Day("2024-06-01");
  const std::string text = Write(source, PlainTextDialect::kLedger);
  EXPECT_FALSE(absl::StrContains(text, "AN000001"));
  EXPECT_TRUE(absl::StrContains(text, "(UN000003)"));
  EXPECT_TRUE(absl::StrContains(text, "0.00 XBU = 12.34 XBU")) << text;
}

// --- What others say ---------------------------------------------------------

// What the tools print of the units: "632.34 XBU", or "0" for nothing.
std::string Printed(int64_t units, const std::string& unit) {
  return units == 0 ? "0" : ledger::FormatDecimal(units, 2) + " " + unit;
}

std::string Stripped(const std::string& text) {
  return std::string(absl::StripAsciiWhitespace(text));
}

void ExpectTakenByBeancount(const JudgeFolder& folder, ListSource& source) {
  const std::string path = folder.Put(
      "books.beancount", Write(source, PlainTextDialect::kBeancount));
  const Verdict check = Ask("bean-check " + path);
  EXPECT_EQ(check.code, 0) << check.text.substr(0, 2'000);
}

void ExpectTakenByLedgers(const JudgeFolder& folder, ListSource& source) {
  ExportManifest manifest;
  const std::string path = folder.Put(
      "books.ledger", Write(source, PlainTextDialect::kLedger, &manifest));
  const std::string units =
      Printed(manifest.summary.units_written, source.network.unit_code);
  const Verdict hledger =
      Ask(absl::StrCat("hledger -f ", path, " check && hledger -f ", path,
                       " balance -N --format '%(total)' Assets:Units"));
  EXPECT_EQ(hledger.code, 0) << hledger.text.substr(0, 2'000);
  EXPECT_EQ(Stripped(hledger.text), units == "0" ? "" : units);
  const Verdict ledger = Ask(absl::StrCat(
      "ledger -f ", path,
      " balance Assets:Units --no-total --balance-format '%(scrub(display_total"
      "))'"));
  EXPECT_EQ(ledger.code, 0) << ledger.text.substr(0, 2'000);
  EXPECT_EQ(Stripped(ledger.text), units == "0" ? "" : units);
}

TEST(BeancountJudgeTest, BeanCheckTakesTheGoldenYear) {
  SKONTRO_SKIP_WITHOUT_TOOL("bean-check");
  const JudgeFolder folder;
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    ExpectTakenByBeancount(folder, source);
  }
}

TEST(BeancountJudgeTest, BeanCheckTakesWhatMembersMayWrite) {
  SKONTRO_SKIP_WITHOUT_TOOL("bean-check");
  const JudgeFolder folder;
  RandomSource source(7, 300);
  ExpectTakenByBeancount(folder, source);
  // Bought dear, sold cheap: units and value on different sides.
  ListSource apart;
  apart.opening = {500, -300};
  ExpectTakenByBeancount(folder, apart);
}

TEST(BeancountJudgeTest, ACurrencyWithoutDecimalsIsTaken) {
  SKONTRO_SKIP_WITHOUT_TOOL("bean-check");
  const JudgeFolder folder;
  ListSource source;
  source.network.national_currency = "JPY";
  source.network.national_decimals = 0;
  MemberTrade& sale = source.Add(kSeller, "2025-02-01", 300, 0);
  sale.national_value = 1;  // A third of a yen for each unit.
  sale.rate = {1, 300, 2};
  ExpectTakenByBeancount(folder, source);
  // Who includes the file has the option in his own.
  folder.Put("books.beancount", Write(source, PlainTextDialect::kBeancount));
  const std::string include = "include \"books.beancount\"\n";
  EXPECT_NE(Ask("bean-check " + folder.Put("bare.beancount", include)).code, 0);
  const std::string option =
      "option \"inferred_tolerance_default\" \"JPY:0.001\"\n";
  EXPECT_EQ(
      Ask("bean-check " + folder.Put("own.beancount", option + include)).code,
      0);
}

// The year 2025 after one that ended with 5.00 units, or both in one file.
std::string WriteSecondYear(PlainTextDialect dialect, bool whole) {
  ListSource source;
  if (whole) {
    source.period.fiscal_year_start = Day("2024-01-01");
    source.period.first_day = Day("2024-01-01");
    source.Add(kSeller, "2024-05-01", 500, 0);
  } else {
    source.opening = {500, 500};
  }
  source.Add(kSeller, "2025-05-01", 300, 0);
  return Write(source, dialect);
}

std::string WriteFirstYear(PlainTextDialect dialect) {
  ListSource source;
  source.period = {Day("2024-01-01"), Day("2024-01-01"), Day("2024-12-31"),
                   true};
  source.Add(kSeller, "2024-05-01", 500, 0);
  return Write(source, dialect);
}

// What docs/fiscal/plain_text.md says of two files in one book.
void ExpectOneFileInABook(PlainTextDialect dialect,
                          const std::vector<std::string>& judges) {
  const JudgeFolder folder;
  const std::string two = folder.Put(
      "two", WriteFirstYear(dialect) + WriteSecondYear(dialect, false));
  const std::string one =
      folder.Put("one", WriteSecondYear(dialect, /*whole=*/true));
  for (const std::string& judge : judges) {
    EXPECT_NE(Ask(absl::StrCat(judge, " ", two)).code, 0) << judge;
    const Verdict verdict = Ask(absl::StrCat(judge, " ", one));
    EXPECT_EQ(verdict.code, 0) << judge << verdict.text;
  }
}

TEST(BeancountJudgeTest, TwoFilesAreNoBookAndBothYearsInOneAre) {
  SKONTRO_SKIP_WITHOUT_TOOL("bean-check");
  ExpectOneFileInABook(PlainTextDialect::kBeancount, {"bean-check"});
}

TEST(BeancountJudgeTest, ABalanceThatIsWrongIsFound) {
  SKONTRO_SKIP_WITHOUT_TOOL("bean-check");
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  std::string text = Write(source, PlainTextDialect::kBeancount);
  text.replace(text.find("632.34 ~ 0 XBU"), 6, "632.35");
  EXPECT_NE(Ask("bean-check " + folder.Put("wrong.beancount", text)).code, 0);
}

TEST(LedgerJudgeTest, LedgerAndHledgerFindTheSameBalance) {
  SKONTRO_SKIP_WITHOUT_TOOL("hledger");
  SKONTRO_SKIP_WITHOUT_TOOL("ledger");
  const JudgeFolder folder;
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    ExpectTakenByLedgers(folder, source);
  }
}

TEST(LedgerJudgeTest, TwoFilesAreNoBookAndBothYearsInOneAre) {
  SKONTRO_SKIP_WITHOUT_TOOL("hledger");
  SKONTRO_SKIP_WITHOUT_TOOL("ledger");
  ExpectOneFileInABook(PlainTextDialect::kLedger,
                       {"hledger check -f", "ledger balance -f"});
}

TEST(LedgerJudgeTest, LedgerAndHledgerTakeWhatMembersMayWrite) {
  SKONTRO_SKIP_WITHOUT_TOOL("hledger");
  SKONTRO_SKIP_WITHOUT_TOOL("ledger");
  const JudgeFolder folder;
  RandomSource source(8, 300);
  ExpectTakenByLedgers(folder, source);
}

TEST(LedgerJudgeTest, UnitsAndValueOnDifferentSidesStandApart) {
  SKONTRO_SKIP_WITHOUT_TOOL("hledger");
  SKONTRO_SKIP_WITHOUT_TOOL("ledger");
  const JudgeFolder folder;
  ListSource source;  // Bought dear, sold cheap.
  source.opening = {500, -300};
  const std::string path =
      folder.Put("apart.ledger", Write(source, PlainTextDialect::kLedger));
  for (const char* tool : {"hledger", "ledger"}) {
    const Verdict verdict =
        Ask(absl::StrCat(tool, " -f ", path, " balance Assets:Units"));
    EXPECT_EQ(verdict.code, 0) << verdict.text;
    EXPECT_TRUE(absl::StrContains(verdict.text, "5.00 XBU")) << verdict.text;
    EXPECT_TRUE(absl::StrContains(verdict.text, "-3.00 EUR")) << verdict.text;
  }
}

TEST(LedgerJudgeTest, ABalanceThatIsWrongIsFoundByBoth) {
  SKONTRO_SKIP_WITHOUT_TOOL("hledger");
  SKONTRO_SKIP_WITHOUT_TOOL("ledger");
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  std::string text = Write(source, PlainTextDialect::kLedger);
  text.replace(text.find("= 632.34 XBU") + 2, 6, "632.35");
  const std::string path = folder.Put("wrong.ledger", text);
  EXPECT_NE(Ask("hledger -f " + path + " check").code, 0);
  EXPECT_NE(Ask("ledger -f " + path + " balance").code, 0);
}

}  // namespace
}  // namespace skontro::fiscal

#include "fiscal/journal_entries.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/limits.h"
#include "tests/fiscal/list_source.h"
#include "tests/fiscal/refusal_matchers.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;
constexpr MemberTrade::Role kBuyer = MemberTrade::Role::kBuyer;

// "VE000001 2025-03-14 411000 +1200.00 [C-garage] {AA} (720.00 XBU)": number,
// date, account and amount, then what else the line has.
std::string LineText(const FiscalEntry& entry, const FiscalLine& line) {
  const int64_t amount = line.debit - line.credit;
  std::string text =
      absl::StrCat(entry.number, " ", ledger::FormatDate(entry.entry_date), " ",
                   line.account.number, " ", amount > 0 ? "+" : "", amount);
  if (!line.auxiliary_number.empty()) {
    absl::StrAppend(&text, " [", line.auxiliary_number, "]");
  }
  if (!line.lettering.empty())
    absl::StrAppend(&text, " {", line.lettering, "}");
  if (line.units.has_value()) absl::StrAppend(&text, " (", *line.units, ")");
  return text;
}

class JournalEntriesTest : public testing::Test {
 protected:
  // All lines of the source's period; the summary goes to `summary_`.
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    entries_.clear();
    const absl::StatusOr<JournalSummary> summary =
        VisitJournalEntries(source_, chart_, [&](const FiscalEntry& entry) {
          entries_.push_back(entry);
          for (const FiscalLine& line : entry.lines) {
            lines.push_back(LineText(entry, line));
          }
          return absl::OkStatus();
        });
    status_ = summary.status();
    if (summary.ok()) summary_ = *summary;
    return lines;
  }

  // "NO_TAX_LINES 2, REVERSAL 1".
  std::string Warnings() const {
    std::string text;
    for (const ExportWarning& warning : summary_.warnings) {
      absl::StrAppend(&text, text.empty() ? "" : ", ",
                      std::string(WarningName(warning.kind)), " ",
                      warning.count);
    }
    return text;
  }

  ListSource source_;
  ChartOfAccounts chart_ = ChartOfAccounts::Default("XBU");
  std::vector<FiscalEntry> entries_;
  JournalSummary summary_;
  absl::Status status_;
};

using Rows = std::vector<std::string>;

TEST_F(JournalEntriesTest, NothingHappenedIsNoEntryAtAll) {
  EXPECT_EQ(Lines(), Rows());
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(summary_.entries, 0);
  EXPECT_EQ(summary_.closing, UnitBalance());
}

TEST_F(JournalEntriesTest, ASaleDebitsTheCustomerAndUnitsSettleTheirPart) {
  source_.Add(kSeller, "2025-03-14", 72'000, 120'000).tax_lines = {
      {"S", 200'000, 100'000, 20'000}};
  EXPECT_EQ(Lines(), (Rows{
                         "VE000001 2025-03-14 411000 +120000 [C-garage]",
                         "VE000001 2025-03-14 707000 -100000",
                         "VE000001 2025-03-14 445710 -20000",
                         "UN000001 2025-03-14 512400 +72000 (72000)",
                         "UN000001 2025-03-14 411000 -72000 [C-garage]",
                     }));
  EXPECT_EQ(entries_[0].label, "Vente F-101 Garage Martin SARL");
  EXPECT_EQ(entries_[0].document, "F-101");
  EXPECT_EQ(entries_[1].label, "Règlement 60% en unités F-101");
  EXPECT_EQ(entries_[1].document, "TX-0000000101");
  EXPECT_EQ(Warnings(), "");
  EXPECT_EQ(summary_.debit, 192'000);
  EXPECT_EQ(summary_.closing, (UnitBalance{72'000, 72'000}));
}

TEST_F(JournalEntriesTest, APurchaseCreditsTheSupplierAndUnitsSettleItsPart) {
  source_.Add(kBuyer, "2025-05-06", 60'000, 60'000).tax_lines = {
      {"S", 200'000, 50'000, 10'000}};
  EXPECT_EQ(Lines(), (Rows{
                         "AC000001 2025-05-06 607000 +50000",
                         "AC000001 2025-05-06 445660 +10000",
                         "AC000001 2025-05-06 401000 -60000 [F-lenoir] {AA}",
                         "UN000001 2025-05-06 401000 +60000 [F-lenoir] {AA}",
                         "UN000001 2025-05-06 512400 -60000 (-60000)",
                     }));
  EXPECT_EQ(entries_[1].label, "Règlement 100% en unités F-101");
  EXPECT_EQ(summary_.closing, (UnitBalance{-60'000, -60'000}));
}

TEST_F(JournalEntriesTest, OnlyAnInvoicePaidWholeInUnitsIsLettered) {
  source_.Add(kSeller, "2025-01-02", 100, 100);              // AA
  source_.Add(kSeller, "2025-01-03", 99, 100);               // cash is open
  source_.Add(kSeller, "2025-01-04", 80, 100).prepaid = 20;  // prepaid
  source_.Add(kBuyer, "2025-01-05", 100, 100);               // AB
  source_.trades[2].cash.minor_units = 0;
  std::string lettered;
  Lines();
  ASSERT_TRUE(status_.ok()) << status_;
  for (const FiscalEntry& entry : entries_) {
    for (const FiscalLine& line : entry.lines) {
      EXPECT_EQ(line.lettering.empty(), !line.lettering_date.has_value());
      lettered += line.lettering;
      if (!line.lettering.empty()) {
        EXPECT_FALSE(line.auxiliary_number.empty());
      }
    }
  }
  EXPECT_EQ(lettered, "AAAAABAB");
}

TEST_F(JournalEntriesTest, AReversalIsTheOppositeWithNumbersOfItsOwn) {
  source_.Add(kSeller, "2025-03-14", 72'000, 120'000).tax_lines = {
      {"S", 200'000, 100'000, 20'000}};
  source_.Reverse(0, "2025-04-01");
  EXPECT_EQ(Lines(), (Rows{
                         "VE000001 2025-03-14 411000 +120000 [C-garage]",
                         "VE000001 2025-03-14 707000 -100000",
                         "VE000001 2025-03-14 445710 -20000",
                         "UN000001 2025-03-14 512400 +72000 (72000)",
                         "UN000001 2025-03-14 411000 -72000 [C-garage]",
                         "VE000002 2025-04-01 707000 +100000",
                         "VE000002 2025-04-01 445710 +20000",
                         "VE000002 2025-04-01 411000 -120000 [C-garage]",
                         "UN000002 2025-04-01 411000 +72000 [C-garage]",
                         "UN000002 2025-04-01 512400 -72000 (-72000)",
                     }));
  EXPECT_EQ(entries_[2].label, "Contre-passation TX-0000000101 F-101");
  EXPECT_EQ(entries_[3].label, "Contre-passation TX-0000000101 F-101");
  EXPECT_EQ(entries_[3].document, "TX-0000000102");
  EXPECT_EQ(Warnings(), "REVERSAL 1");
  EXPECT_EQ(summary_.reversals, 1);
  EXPECT_EQ(summary_.closing, UnitBalance());
}

TEST_F(JournalEntriesTest, UnitsWithoutAnInvoiceStandOnTheSuspenseAccount) {
  source_.Add(kBuyer, "2025-06-10", 5'000, 0);
  source_.Reverse(0, "2025-06-11");
  EXPECT_EQ(Lines(), (Rows{
                         "UN000001 2025-06-10 471000 +5000",
                         "UN000001 2025-06-10 512400 -5000 (-5000)",
                         "UN000002 2025-06-11 512400 +5000 (5000)",
                         "UN000002 2025-06-11 471000 -5000",
                     }));
  EXPECT_EQ(entries_[1].label, "Contre-passation TX-0000000101");
  EXPECT_EQ(Warnings(), "");  // There is no invoice to be credited.
}

TEST_F(JournalEntriesTest, AnInvoiceBookedBeforeIsOnlySettled) {
  MemberTrade& part = source_.Add(kSeller, "2025-06-10", 5'000, 0);
  part.invoice.number = "F-77";
  EXPECT_EQ(Lines(), (Rows{
                         "UN000001 2025-06-10 512400 +5000 (5000)",
                         "UN000001 2025-06-10 411000 -5000 [C-garage]",
                     }));
  EXPECT_EQ(entries_[0].label, "Règlement en unités F-77");
}

TEST_F(JournalEntriesTest, WithoutTaxLinesTheGrossIsBookedWholeWithAWarning) {
  source_.Add(kSeller, "2025-03-14", 100, 100);
  source_.Add(kBuyer, "2025-03-15", 100, 100);
  MemberTrade& off = source_.Add(kSeller, "2025-03-16", 100, 100);
  off.tax_lines = {{"S", 200'000, 83, 16}};
  const Rows rows = Lines();
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(rows[1], "VE000001 2025-03-14 707000 -100");
  EXPECT_EQ(rows[4], "AC000001 2025-03-15 607000 +100");
  EXPECT_EQ(rows[9], "VE000002 2025-03-16 707000 -100");
  EXPECT_EQ(Warnings(), "NO_TAX_LINES 2, TAX_LINES_DIFFER 1");
  EXPECT_EQ(
      summary_.warnings[0].examples,
      (std::vector<std::string>{"TX-0000000101 t101", "TX-0000000102 t102"}));
}

TEST_F(JournalEntriesTest, ALineBelowZeroStandsOnTheOtherSide) {
  source_.Add(kSeller, "2025-03-14", 11'500, 11'500).tax_lines = {
      {"S", 200'000, 10'000, 2'000}, {"E", 0, -500, 0}};
  EXPECT_EQ(Lines(), (Rows{
                         "VE000001 2025-03-14 411000 +11500 [C-garage] {AA}",
                         "VE000001 2025-03-14 707000 +500",
                         "VE000001 2025-03-14 707000 -10000",
                         "VE000001 2025-03-14 445710 -2000",
                         "UN000001 2025-03-14 512400 +11500 (11500)",
                         "UN000001 2025-03-14 411000 -11500 [C-garage] {AA}",
                     }));
}

TEST_F(JournalEntriesTest, EachRateGoesToTheAccountThatTheChartGivesIt) {
  absl::StatusOr<ChartOfAccounts> chart = ChartOfAccounts::Parse(
      "account.sales.S.5.5 = 707055 Ventes 5,5 %\n"
      "account.vat_collected.S.5.5 = 445715 TVA 5,5 %\n",
      "XBU");
  ASSERT_TRUE(chart.ok());
  chart_ = *chart;
  source_.Add(kSeller, "2025-03-14", 22'550, 22'550).tax_lines = {
      {"S", 200'000, 10'000, 2'000}, {"S", 55'000, 10'000, 550}};
  const Rows rows = Lines();
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[1], "VE000001 2025-03-14 707000 -10000");
  EXPECT_EQ(rows[2], "VE000001 2025-03-14 707055 -10000");
  EXPECT_EQ(rows[3], "VE000001 2025-03-14 445710 -2000");
  EXPECT_EQ(rows[4], "VE000001 2025-03-14 445715 -550");
  EXPECT_EQ(entries_[0].lines[1].vat_code, "S 20");
  EXPECT_EQ(entries_[0].lines[4].vat_code, "S 5.5");
}

TEST_F(JournalEntriesTest, ReverseChargeIsTheBuyersWorkAndSaysSo) {
  for (const auto role : {kSeller, kBuyer}) {
    source_.Add(role, "2025-03-14", 10'000, 10'000).tax_lines = {
        {"AE", 0, 10'000, 0}};
  }
  Lines();
  EXPECT_EQ(Warnings(), "REVERSE_CHARGE 1");
}

TEST_F(JournalEntriesTest, UnitsBeyondWhatWasOpenAreSaid) {
  source_.Add(kSeller, "2025-03-14", 90, 100).prepaid = 11;
  Lines();
  EXPECT_EQ(Warnings(), "NO_TAX_LINES 1, PAID_TWICE 1");
}

TEST_F(JournalEntriesTest, TheOpeningBalanceStandsAgainstTheSuspenseAccount) {
  source_.opening = {50'000, 40'000};
  EXPECT_EQ(Lines(), (Rows{
                         "AN000001 2025-01-01 512400 +40000 (50000)",
                         "AN000001 2025-01-01 471000 -40000",
                     }));
  EXPECT_EQ(entries_[0].document, "AN2025");
  EXPECT_EQ(entries_[0].label, "A nouveau 2025");
  EXPECT_EQ(Warnings(), "OPENING_CONTRA 1");
  source_.opening = {-50'000, -40'000};
  EXPECT_EQ(Lines(), (Rows{
                         "AN000001 2025-01-01 471000 +40000",
                         "AN000001 2025-01-01 512400 -40000 (-50000)",
                     }));
}

TEST_F(JournalEntriesTest, AValueThatRoundsToZeroHasNoRowAndIsCounted) {
  source_.opening = {3, 0};
  MemberTrade& tiny = source_.Add(kSeller, "2025-03-14", 4, 0);
  tiny.national_value = 0;
  EXPECT_EQ(Lines(), Rows());
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(summary_.units_without_value, 7);
  EXPECT_EQ(summary_.units_written, 0);
  EXPECT_EQ(summary_.closing, (UnitBalance{7, 0}));
  EXPECT_EQ(Warnings(), "NO_NATIONAL_VALUE 2");
}

TEST_F(JournalEntriesTest, APeriodInsideTheYearHasTheNumbersOfTheYear) {
  source_.opening = {100, 100};
  source_.Add(kSeller, "2025-01-31", 10, 10);
  source_.Add(kSeller, "2025-02-01", 20, 20);
  source_.Add(kSeller, "2025-02-28", 30, 30);
  source_.period.first_day = Day("2025-02-01");
  source_.period.last_day = Day("2025-02-28");
  const Rows rows = Lines();
  ASSERT_TRUE(status_.ok()) << status_;
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_EQ(rows.front(), "VE000002 2025-02-01 411000 +20 [C-garage] {AB}");
  EXPECT_EQ(rows.back(), "UN000003 2025-02-28 411000 -30 [C-garage] {AC}");
  EXPECT_EQ(summary_.trades, 2);
  EXPECT_EQ(summary_.units_before, 110);
  EXPECT_EQ(summary_.units_written, 50);
  EXPECT_EQ(summary_.closing.units, 160);
  EXPECT_EQ(summary_.journals[1].first, "VE000002");
  EXPECT_EQ(summary_.journals[1].last, "VE000003");
  EXPECT_EQ(Warnings(), "NO_TAX_LINES 2");
}

TEST_F(JournalEntriesTest, AnErasedNameLeavesTheNumberOfTheMember) {
  source_.Add(kSeller, "2025-03-14", 10, 10).counterparty.legal_name = "";
  Lines();
  EXPECT_EQ(entries_[0].lines[0].auxiliary_label, "garage");
  EXPECT_EQ(entries_[0].label, "Vente F-101 garage");
}

TEST_F(JournalEntriesTest, AShareWithoutEndIsCalledPartial) {
  source_.Add(kSeller, "2025-03-14", 1'000, 3'000);
  source_.Add(kSeller, "2025-03-14", 3'333, 10'000);
  Lines();
  EXPECT_EQ(entries_[1].label, "Règlement partiel en unités F-101");
  EXPECT_EQ(entries_[3].label, "Règlement 33,33% en unités F-102");
}

TEST_F(JournalEntriesTest, ABalanceThatDoesNotFollowFromTheTradesIsRefused) {
  source_.Add(kSeller, "2025-03-14", 100, 100);
  for (const UnitBalance wrong :
       {UnitBalance{99, 100}, UnitBalance{100, 99}, UnitBalance{}}) {
    source_.closing = wrong;
    Lines();
    EXPECT_EQ(RefusalText(status_), "DATA_LOSS") << status_;
  }
  source_.closing = UnitBalance{100, 100};
  Lines();
  EXPECT_TRUE(status_.ok()) << status_;
}

TEST_F(JournalEntriesTest, ASumThatDoesNotFitIsRefused) {
  for (int i = 0; i < 9'300; ++i) {
    source_.Add(kSeller, "2025-03-14", kAmountMax, 0);
  }
  source_.closing = UnitBalance{};
  Lines();
  EXPECT_EQ(status_.code(), absl::StatusCode::kOutOfRange) << status_;
}

TEST_F(JournalEntriesTest, ARecordThatCannotBeIsRefusedByItsSequence) {
  using Change = void (*)(MemberTrade*);
  const struct {
    const char* what;
    Change change;
  } kCases[] = {
      {"sequence", [](MemberTrade* t) { t->sequence = 101; }},
      {"booking date runs back",
       [](MemberTrade* t) { t->booking_date = Day("2025-03-13"); }},
      {"outside the period",
       [](MemberTrade* t) { t->booking_date = Day("2026-01-01"); }},
      {"a date is missing", [](MemberTrade* t) { t->value_date = {}; }},
      {"its units", [](MemberTrade* t) { t->units = 0; }},
      {"its units", [](MemberTrade* t) { t->units = -1; }},
      {"its units", [](MemberTrade* t) { t->units = kAmountMax + 1; }},
      {"its national value", [](MemberTrade* t) { t->national_value = -1; }},
      {"its gross", [](MemberTrade* t) { t->gross = -1; }},
      {"its gross", [](MemberTrade* t) { t->prepaid = kAmountMax + 1; }},
      {"its cash leg", [](MemberTrade* t) { t->cash.minor_units = -1; }},
      {"its rate", [](MemberTrade* t) { t->rate.denominator = 0; }},
      {"sequence that it reverses",
       [](MemberTrade* t) { t->kind = MemberTrade::Kind::kReversed; }},
      {"number of tax lines", [](MemberTrade* t) { t->tax_lines.resize(33); }},
      {"a tax line",
       [](MemberTrade* t) {
         t->tax_lines = {{"S", -1, 0, 0}};
       }},
      {"a tax line",
       [](MemberTrade* t) {
         t->tax_lines = {{"S", 0, -kAmountMax - 1, 0}};
       }},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    source_ = ListSource();
    source_.Add(kSeller, "2025-03-14", 100, 100);
    c.change(&source_.Add(kSeller, "2025-03-14", 100, 100));
    Lines();
    EXPECT_EQ(RefusalText(status_), "DATA_LOSS");
    EXPECT_NE(status_.message().find(c.what), absl::string_view::npos)
        << status_;
  }
}

TEST_F(JournalEntriesTest, APeriodThatIsNoneIsRefused) {
  const struct {
    const char* start;
    const char* first;
    const char* last;
    const char* answer;
  } kCases[] = {
      {"2025-01-01", "2025-01-01", "2024-12-31", "FIELD_INVALID period"},
      {"2025-01-02", "2025-01-01", "2025-12-31", "FIELD_INVALID period"},
      {"2024-01-01", "2024-01-01", "2026-01-03", "FIELD_INVALID period"},
      {"2024-01-01", "2024-01-01", "2026-01-02", "OK"},
      {"2025-07-01", "2025-07-01", "2026-06-30", "OK"},
      {"2024-02-29", "2024-02-29", "2024-02-29", "OK"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.last);
    source_.period = {Day(c.start), Day(c.first), Day(c.last), true};
    Lines();
    EXPECT_EQ(RefusalText(status_), c.answer);
  }
  source_.period.first_day = {};
  Lines();
  EXPECT_EQ(RefusalText(status_), "FIELD_INVALID period");
}

TEST_F(JournalEntriesTest, ANetworkThatIsNoneIsRefused) {
  source_.network.unit_code = "XB1";
  Lines();
  EXPECT_EQ(RefusalText(status_), "FIELD_INVALID network.unit_code");
  source_.network.unit_code = "XBU";
  source_.network.national_decimals = 5;
  Lines();
  EXPECT_EQ(RefusalText(status_), "FIELD_INVALID network.decimals");
}

TEST_F(JournalEntriesTest, TheFirstErrorOfReaderOrVisitorEndsTheExport) {
  source_.Add(kSeller, "2025-03-14", 100, 100);
  source_.end = absl::UnavailableError("the store is gone");
  Lines();
  EXPECT_EQ(status_.code(), absl::StatusCode::kUnavailable);
  source_.end = absl::OkStatus();
  int calls = 0;
  const absl::Status status =
      VisitJournalEntries(source_, chart_, [&calls](const FiscalEntry&) {
        ++calls;
        return absl::ResourceExhaustedError("the disk is full");
      }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(calls, 1);
}

TEST(TradeEntriesTest, LetteringsAreTwoLettersThenThree) {
  EXPECT_EQ(LetteringCode(0), "AA");
  EXPECT_EQ(LetteringCode(25), "AZ");
  EXPECT_EQ(LetteringCode(26), "BA");
  EXPECT_EQ(LetteringCode(675), "ZZ");
  EXPECT_EQ(LetteringCode(676), "AAA");
  EXPECT_EQ(LetteringCode(676 + 17'576), "AAAA");
}

TEST(TradeEntriesTest, ATaxCodeIsCategoryAndPercentage) {
  EXPECT_EQ(VatCode({"S", 200'000, 0, 0}), "S 20");
  EXPECT_EQ(VatCode({"S", 55'000, 0, 0}), "S 5.5");
  EXPECT_EQ(VatCode({"Z", 0, 0, 0}), "Z 0");
  EXPECT_EQ(VatCode({"O", std::nullopt, 0, 0}), "O");
}

}  // namespace
}  // namespace skontro::fiscal

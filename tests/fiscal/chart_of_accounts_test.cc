#include "fiscal/chart_of_accounts.h"

#include <gtest/gtest.h>

#include "tests/fiscal/refusal_matchers.h"

namespace skontro::fiscal {
namespace {

ChartOfAccounts Parsed(std::string_view text) {
  absl::StatusOr<ChartOfAccounts> chart = ChartOfAccounts::Parse(text, "XBU");
  EXPECT_TRUE(chart.ok()) << chart.status();
  return chart.ok() ? *chart : ChartOfAccounts::Default("XBU");
}

TEST(ChartOfAccountsTest, TheDefaultIsTheFrenchOne) {
  const ChartOfAccounts chart = ChartOfAccounts::Default("XBU");
  EXPECT_EQ(chart.journal(JournalKind::kOpening),
            (Journal{"AN", "A nouveaux"}));
  EXPECT_EQ(chart.journal(JournalKind::kSales), (Journal{"VE", "Ventes"}));
  EXPECT_EQ(chart.journal(JournalKind::kPurchases), (Journal{"AC", "Achats"}));
  EXPECT_EQ(chart.journal(JournalKind::kUnits),
            (Journal{"UN", "Réseau XBU (unités)"}));
  EXPECT_EQ(chart.journal(JournalKind::kGeneral),
            (Journal{"OD", "Opérations diverses"}));
  EXPECT_EQ(chart.account(AccountKind::kUnits),
            (Account{"512400", "Compte réseau XBU (unités)"}));
  EXPECT_EQ(chart.account(AccountKind::kCustomers).number, "411000");
  EXPECT_EQ(chart.account(AccountKind::kSuppliers).number, "401000");
  EXPECT_EQ(chart.account(AccountKind::kSales).number, "707000");
  EXPECT_EQ(chart.account(AccountKind::kPurchases).number, "607000");
  EXPECT_EQ(chart.account(AccountKind::kVatCollected).number, "445710");
  EXPECT_EQ(chart.account(AccountKind::kVatDeductible).number, "445660");
  EXPECT_EQ(chart.account(AccountKind::kOpeningContra).number, "471000");
  EXPECT_EQ(chart.account(AccountKind::kSuspense).number, "471000");
}

TEST(ChartOfAccountsTest, AnEmptyFileChangesNothing) {
  EXPECT_EQ(Parsed("").Format(), ChartOfAccounts::Default("XBU").Format());
  EXPECT_EQ(Parsed("\n# a comment\r\n\t\n").Format(),
            ChartOfAccounts::Default("XBU").Format());
}

TEST(ChartOfAccountsTest, AFileChangesWhatItNames) {
  const ChartOfAccounts chart = Parsed(
      "# of Atelier\r\n"
      "journal.sales = V1 Ventes du réseau\r\n"
      "account.units=467100 Réseau, débiteurs divers\n"
      "account.purchases = 6063BIS Fournitures\n"
      "auxiliary.customer_prefix = CLI_\n"
      "auxiliary.supplier_prefix =\n");
  EXPECT_EQ(chart.journal(JournalKind::kSales),
            (Journal{"V1", "Ventes du réseau"}));
  EXPECT_EQ(chart.account(AccountKind::kUnits),
            (Account{"467100", "Réseau, débiteurs divers"}));
  EXPECT_EQ(chart.account(AccountKind::kPurchases).number, "6063BIS");
  EXPECT_EQ(chart.customer_prefix(), "CLI_");
  EXPECT_EQ(chart.supplier_prefix(), "");
  EXPECT_EQ(chart.journal(JournalKind::kUnits).code, "UN");
}

TEST(ChartOfAccountsTest, ARateMayHaveAnAccountOfItsOwn) {
  const ChartOfAccounts chart = Parsed(
      "account.sales.S.20 = 707020 Ventes à 20 %\n"
      "account.vat_collected.S.5.5 = 445712 TVA collectée 5,5 %\n"
      "account.sales.O = 708000 Hors champ\n");
  const auto number = [&chart](AccountKind kind, const TaxLine& line) {
    return chart.AccountFor(kind, line).number;
  };
  EXPECT_EQ(number(AccountKind::kSales, {"S", 200'000, 0, 0}), "707020");
  EXPECT_EQ(number(AccountKind::kSales, {"S", 55'000, 0, 0}), "707000");
  EXPECT_EQ(number(AccountKind::kVatCollected, {"S", 55'000, 0, 0}), "445712");
  EXPECT_EQ(number(AccountKind::kVatCollected, {"E", 55'000, 0, 0}), "445710");
  EXPECT_EQ(number(AccountKind::kSales, {"O", std::nullopt, 0, 0}), "708000");
  EXPECT_EQ(number(AccountKind::kSales, {"O", 0, 0, 0}), "707000");
}

TEST(ChartOfAccountsTest, WhatIsWrittenIsReadBack) {
  const ChartOfAccounts chart = Parsed(
      "account.sales.S.5.5 = 707055 A\naccount.sales.O = 708000 B\n"
      "auxiliary.customer_prefix = X\n");
  EXPECT_EQ(Parsed(chart.Format()).Format(), chart.Format());
}

TEST(ChartOfAccountsTest, WhatIsNotInOrderIsRefusedWithItsLine) {
  const struct {
    const char* what;
    std::string text;
    const char* field;
  } kCases[] = {
      {"no equals sign", "\njournal.sales VE Ventes", "line 2"},
      {"unknown group", "konto.sales = 707000 A", "line 1"},
      {"unknown journal", "journal.bank = BQ Banque", "line 1"},
      {"unknown account", "account.fees = 622200 A", "line 1"},
      {"unknown auxiliary", "auxiliary.prefix = C", "line 1"},
      {"key twice", "account.sales = 707000 A\naccount.sales = 707000 A",
       "line 2"},
      {"rate twice",
       "account.sales.S.20 = 707000 A\naccount.sales.S.20.00 = 707000 A",
       "line 2"},
      {"no label", "account.sales = 707000", "line 1"},
      {"no value", "account.sales =", "line 1"},
      {"letters at the start", "account.sales = 70A000 A", "line 1"},
      {"two digits", "account.sales = 70 A", "line 1"},
      {"class 0", "account.sales = 070000 A", "line 1"},
      {"21 characters", "account.sales = 707000000000000000000 A", "line 1"},
      {"a formula", "account.sales = 707000 =1+1", "line 1"},
      {"a bar", "account.sales = 707000 a|b", "line 1"},
      {"a tab", "account.sales = 707000 a\tb", "line 1"},
      {"a line end", "account.sales = 707000 a\rb", "line 1"},
      {"a quote", "account.sales = 707000 a\"b", "line 1"},
      {"no-break space",
       "account.sales = 707000 a\xC2\xA0"
       "b",
       "line 1"},
      {"not UTF-8", "account.sales = 707000 a\xE9", "line 1"},
      {"long label", "account.sales = 707000 " + std::string(101, 'x'),
       "line 1"},
      {"journal code in small letters", "journal.sales = ve Ventes", "line 1"},
      {"journal code with a blank", "journal.sales = VE", "line 1"},
      {"long journal code", "journal.sales = VENTES1 Ventes", "line 1"},
      {"rate for the units", "account.units.S.20 = 512400 A", "line 1"},
      {"rate above 100", "account.sales.S.101 = 707000 A", "line 1"},
      {"rate that is no number", "account.sales.S.x = 707000 A", "line 1"},
      {"no category", "account.sales..20 = 707000 A", "line 1"},
      {"prefix like a formula", "auxiliary.customer_prefix = -C", "line 1"},
      {"two journals of one code", "journal.sales = AC Ventes",
       "chart of accounts"},
      {"units on the account of others", "account.suspense = 512400 A",
       "chart of accounts"},
      {"units on the account of a rate", "account.sales.S.20 = 512400 A",
       "chart of accounts"},
      {"too long", std::string(64 * 1024 + 1, '\n'), "chart of accounts"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(RefusalText(ChartOfAccounts::Parse(c.text, "XBU").status()),
              std::string("FIELD_INVALID ") + c.field);
  }
}

}  // namespace
}  // namespace skontro::fiscal

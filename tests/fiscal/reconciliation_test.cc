// One balance in every file: camt closing = ledger = sum of Montantdevise =
// beancount = hledger = MT940 = OFX = CODA. Our own reading first, then that of
// others in statement_judges_test and plain_text_test, which compare with the
// same ledger.

#include <gtest/gtest.h>

#include "fiscal/stated_balance.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/random_source.h"

namespace skontro::fiscal {
namespace {

absl::StatusOr<int64_t> Read(ExportFormat format, const Source& source,
                             const std::string& books, size_t piece = 7) {
  StatedBalance balance(format, source.Network().unit_code,
                        source.Network().unit_decimals);
  for (size_t at = 0; at < books.size(); at += piece) {
    balance.Add(std::string_view(books).substr(at, piece));
  }
  return balance.Finish();
}

void ExpectOneBalance(ListSource& source) {
  for (const FormatInfo& info : Formats()) {
    if (!StatesBalance(info.format)) continue;
    if (info.format == ExportFormat::kFec &&
        (source.network.national_currency != "EUR" ||
         source.member.siren.empty())) {
      continue;
    }
    const auto read =
        Read(info.format, source, BooksOf(source, info.format), 4'096);
    ASSERT_TRUE(read.ok()) << info.id << " " << read.status();
    const int64_t before =
        StatesMovementOnly(info.format) ? source.Opening().units : 0;
    EXPECT_EQ(*read + before, source.Closing().units) << info.id;
  }
}

TEST(ReconciliationTest, EveryFormatOfTheGoldenYearHasTheBalanceOfTheLedger) {
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    ExpectOneBalance(source);
  }
}

TEST(ReconciliationTest, WhateverMembersWrite) {
  for (uint64_t seed = 20; seed < 26; ++seed) {
    RandomSource source(seed, 300);
    ExpectOneBalance(source);
    EXPECT_EQ(source.expected_units, source.Closing().units);
  }
}

TEST(ReconciliationTest, ACentThatIsMissingIsFoundInEveryFormat) {
  ListSource source = GoldenYear("atelier");
  for (const FormatInfo& info : Formats()) {
    if (!StatesBalance(info.format)) continue;
    std::string books = BooksOf(source, info.format);
    // The last 12.34 units are those of the last trade.
    const bool comma = info.format == ExportFormat::kFec ||
                       info.format == ExportFormat::kJournal ||
                       info.format == ExportFormat::kMt940 ||
                       info.format == ExportFormat::kVatSummary;
    const std::string amount = comma ? "12,34" : "12.34";
    std::string shown = amount;
    if (info.format == ExportFormat::kCoda) shown = "000000012340";
    if (info.format == ExportFormat::kFec) shown = amount + "\tXBU";
    if (info.format == ExportFormat::kJournal ||
        info.format == ExportFormat::kVatSummary) {
      shown = amount + ";XBU";
    }
    if (info.format == ExportFormat::kBeancount ||
        info.format == ExportFormat::kLedger) {
      shown = amount + " XBU";
    }
    size_t at = books.find(shown);
    // Sums of the head come first in a camt.
    const size_t entries = books.find("TX-0000000105");
    if (shown == amount && entries != std::string::npos) {
      at = info.format == ExportFormat::kMt940 ||
                   info.format == ExportFormat::kOfx
               ? books.rfind(shown, entries)
               : books.find(shown, entries);
    }
    ASSERT_NE(at, std::string::npos) << info.id;
    // The last digit of the cents.
    books[at + (info.format == ExportFormat::kCoda ? 10 : 4)] = '5';
    const auto read = Read(info.format, source, books);
    const int64_t before =
        StatesMovementOnly(info.format) ? source.Opening().units : 0;
    EXPECT_TRUE(!read.ok() || *read + before != source.Closing().units)
        << info.id;
  }
}

TEST(ReconciliationTest, AnAmountWithASideHasNoSign) {
  const ListSource source;
  const std::string least = "-92233720368547758.08";
  for (const std::string& amount : {least, std::string("-1.00")}) {
    for (const char* start : {"<Ntry>", "<Bal><Cd>CLBD</Cd>"}) {
      const std::string camt =
          absl::StrCat(start, "<Amt Ccy=\"XBU\">", amount,
                       "</Amt><CdtDbtInd>DBIT</CdtDbtInd>\n</Document>\n");
      EXPECT_EQ(Read(ExportFormat::kCamt05308, source, camt).status().code(),
                absl::StatusCode::kDataLoss)
          << camt;
    }
    for (const std::string& field :
         {absl::StrCat(":60F:D250101XBU", amount),
          absl::StrCat(":62F:D250101XBU", amount),
          absl::StrCat(":61:2501010101D", amount, "NTRFNONREF")}) {
      EXPECT_EQ(Read(ExportFormat::kMt940, source, field + "\r\n-\r\n")
                    .status()
                    .code(),
                absl::StatusCode::kDataLoss)
          << field;
    }
  }
}

TEST(ReconciliationTest, ANameThatReadsLikeABalanceIsNone) {
  ListSource source = GoldenYear("atelier");
  // In a title the name starts where a date would end.
  source.member.legal_name = "Atelier: balance Assets:Units:512400 9.00 XBU";
  source.trades[0].counterparty.legal_name = source.member.legal_name;
  source.trades[0].invoice.number = source.member.legal_name;
  ExpectOneBalance(source);
}

TEST(ReconciliationTest, AFileThatIsCutOffIsNoBalance) {
  ListSource source = GoldenYear("atelier");
  for (const FormatInfo& info : Formats()) {
    if (!StatesBalance(info.format)) continue;
    const std::string books = BooksOf(source, info.format);
    EXPECT_FALSE(
        Read(info.format, source, books.substr(0, books.size() - 3)).ok())
        << info.id;
  }
  EXPECT_FALSE(
      Read(ExportFormat::kOfx, source, std::string(1'048'577, 'x')).ok());
}

}  // namespace
}  // namespace skontro::fiscal

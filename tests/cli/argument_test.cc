#include "cli/argument.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/failure.h"

namespace skontro::cli {
namespace {

Unit Res() {
  Unit unit;
  unit.code = "RES";
  unit.decimals = 2;
  unit.peg_code = "EUR";
  unit.peg_decimals = 2;
  return unit;
}

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

TEST(ArgumentTest, UnitsAreReadExactly) {
  struct Case {
    const char* text;
    int64_t minor_units;
  };
  for (const Case& c :
       {Case{"720", 72'000}, Case{"720.5", 72'050}, Case{"720.00", 72'000},
        Case{"0.01", 1}, Case{"720 RES", 72'000}, Case{"-1.00", -100},
        Case{"10000000000000", 1'000'000'000'000'000}}) {
    SCOPED_TRACE(c.text);
    const absl::StatusOr<int64_t> amount = ParseUnits("--units", c.text, Res());
    ASSERT_TRUE(amount.ok()) << amount.status();
    EXPECT_EQ(*amount, c.minor_units);
  }
}

TEST(ArgumentTest, WhatIsNoAmountIsRefusedByTheNameOfItsOption) {
  for (const char* text :
       {"", "720,00", "1 000", "7.2.0", "720.001", "1e3", "+720", "0x10",
        "720 EUR", "720RES", "720  RES", "RES 720", "\xff", "10000000000000.01",
        "99999999999999999999"}) {
    SCOPED_TRACE(text);
    const absl::StatusOr<int64_t> amount = ParseUnits("--units", text, Res());
    ASSERT_FALSE(amount.ok());
    EXPECT_EQ(ExitCodeOf(amount.status()), ExitCode::kUsage);
    EXPECT_EQ(MessageOf(amount.status()).find("--units: "), 0u)
        << amount.status();
  }
}

TEST(ArgumentTest, CashIsInThePegCurrencyOnly) {
  EXPECT_EQ(*ParseCash("--cash", "480 EUR", Res()), 48'000);
  EXPECT_EQ(*ParseCash("--cash", "480.10", Res()), 48'010);
  const absl::Status francs = ParseCash("--cash", "480 CHF", Res()).status();
  EXPECT_NE(MessageOf(francs).find("counts it in EUR"), std::string::npos);
}

TEST(ArgumentTest, DecimalsOfUnitAndCurrencyAreTheirOwn) {
  Unit unit = Res();
  unit.decimals = 4;
  unit.peg_decimals = 0;
  EXPECT_EQ(*ParseUnits("--units", "1.2345", unit), 12'345);
  EXPECT_EQ(*ParseCash("--cash", "480", unit), 480);
  EXPECT_FALSE(ParseCash("--cash", "480.5", unit).ok());
}

TEST(ArgumentTest, ATaxLineHasCategoryRateBaseAndTax) {
  const auto line = ParseTaxLine("--tax-line", "S:20%:1000.00:200.00", Res());
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->category, "S");
  EXPECT_EQ(line->rate_ppm, 200'000);
  EXPECT_EQ(line->base, 100'000);
  EXPECT_EQ(line->tax, 20'000);
  EXPECT_EQ(ParseTaxLine("--tax-line", "S:5.5%:100:5.50", Res())->rate_ppm,
            55'000);
  EXPECT_EQ(ParseTaxLine("--tax-line", "AE:0%:-10:0", Res())->base, -1'000);
  EXPECT_EQ(ParseTaxLine("--tax-line", "O::100:0", Res())->rate_ppm, 0);
  for (const char* text :
       {"", "S", "S:20%:1000", "S:20%:1000:200:1", "s:20%:1:1", "S:101%:1:1",
        "S:-1%:1:1", "S:20.00001%:1:1", ":20%:1:1", "SSSS:20%:1:1", "S:20%:x:1",
        "S:20%:1:", "S:20%:1,00:1"}) {
    EXPECT_FALSE(ParseTaxLine("--tax-line", text, Res()).ok()) << text;
  }
}

TEST(ArgumentTest, ADayIsOneOfTheCalendar) {
  EXPECT_EQ(ledger::FormatDate(*ParseDay("--from", "2024-02-29")),
            "2024-02-29");
  for (const char* text : {"", "2025-02-29", "2026-1-1", "01.02.2026",
                           "2026-13-01", "1899-12-31", "2026-01-01T00:00"}) {
    EXPECT_FALSE(ParseDay("--from", text).ok()) << text;
  }
}

TEST(ArgumentTest, ATimeoutIsSecondsOrHasItsUnit) {
  EXPECT_EQ(*ParseTimeout("--timeout", "30"), absl::Seconds(30));
  EXPECT_EQ(*ParseTimeout("--timeout", "500ms"), absl::Milliseconds(500));
  EXPECT_EQ(*ParseTimeout("--timeout", "2m"), absl::Minutes(2));
  for (const char* text : {"", "0", "-1", "abc", "25h", "inf", "1 week"}) {
    EXPECT_FALSE(ParseTimeout("--timeout", text).ok()) << text;
  }
}

TEST(ArgumentTest, AnEndpointIsHostAndPort) {
  for (const char* text : {"127.0.0.1:7411", "localhost:1", "[::1]:7411",
                           "skontro.example.org:65535"}) {
    EXPECT_TRUE(CheckEndpoint(text).ok()) << text;
  }
  for (const char* text :
       {"", "localhost", ":7411", "localhost:", "localhost:0",
        "localhost:65536", "::1:7411", "http://localhost:7411",
        "local host:7411", "localhost:74x"}) {
    EXPECT_FALSE(CheckEndpoint(text).ok()) << text;
  }
}

TEST(ArgumentTest, TextIsUtf8WithoutControlCharacters) {
  EXPECT_TRUE(CheckText("--name", "Boulangerie Dupont & fils, Liège").ok());
  EXPECT_TRUE(CheckText("--name", "").ok());
  const absl::Status latin1 = CheckText("--name", "Li\xe8ge");
  EXPECT_EQ(latin1.message(),
            "--name: 'Li?ge' is not UTF-8 at byte 3; save the text, or set the "
            "terminal, to UTF-8");
  for (const char* text : {"a\nb", "a\tb", "\x1b[2J", "a\x7f", "a\xc2\x85",
                           "\xc0\x80", "\xed\xa0\x80"}) {
    EXPECT_FALSE(CheckText("--name", text).ok());
  }
}

TEST(ArgumentTest, ARequestIdIsPrintableAndAtMost64Long) {
  EXPECT_TRUE(CheckRequestId("a b").ok());
  EXPECT_TRUE(CheckRequestId(std::string(64, 'x')).ok());
  EXPECT_FALSE(CheckRequestId(std::string(65, 'x')).ok());
  EXPECT_FALSE(CheckRequestId("").ok());
  EXPECT_FALSE(CheckRequestId("é").ok());
}

TEST(UnitTest, ValuesThatTheCurrencyCannotWriteAreRefused) {
  Unit fine = Res();
  fine.decimals = 4;  // 0.0001 RES is a hundredth of a cent.
  fine.parity_denominator = 100;
  EXPECT_EQ(*ExactNationalValue(7'200'000, fine), 72'000);
  const absl::Status inexact = ExactNationalValue(7'200'050, fine).status();
  EXPECT_EQ(inexact.message(),
            "720.0050 RES has no exact value in EUR, which has 2 decimals; "
            "give units with at most as many decimals");

  Unit coarse = Res();
  coarse.decimals = 0;
  coarse.parity_numerator = 100;
  EXPECT_EQ(*ExactNationalValue(720, coarse), 72'000);
  EXPECT_FALSE(ExactNationalValue(INT64_MAX, coarse).ok());
}

}  // namespace
}  // namespace skontro::cli

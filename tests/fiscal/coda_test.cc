// CODA, and what two readers of others find in it: tests/fiscal/coda_check.py,
// which was written from the layout alone, and Debian's febelfin-coda.

#include "fiscal/coda.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "fiscal/stated_balance.h"
#include "ledger/decimal.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/random_source.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;
constexpr MemberTrade::Role kBuyer = MemberTrade::Role::kBuyer;

absl::StatusOr<std::string> Coda(Source& source) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteCoda(source, Into(&bytes));
  if (!manifest.ok()) return manifest.status();
  return bytes;
}

// The records of a file that was made.
std::vector<std::string> Records(Source& source) {
  const absl::StatusOr<std::string> bytes = Coda(source);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  std::vector<std::string> records = Cut(bytes.value_or(""), '\n');
  records.pop_back();
  for (std::string& record : records) {
    EXPECT_EQ(record.size(), 129u) << record;
    EXPECT_EQ(record.back(), '\r');
    record.pop_back();
  }
  return records;
}

// Places from 1, both ends included, as in the standard.
std::string At(const std::string& record, size_t first, size_t last) {
  return record.substr(first - 1, last - first + 1);
}

// What our own reader finds, and with `package` whether febelfin-coda finds the
// same.
Verdict Judged(const JudgeFolder& folder, const std::string& bytes,
               bool package = false) {
  return Ask(absl::StrCat(
      "/usr/bin/python3 ", SKONTRO_SOURCE_DIR, "/tests/fiscal/coda_check.py ",
      package ? "--febelfin " : "", folder.Put("statement.cod", bytes)));
}

bool HasPackage() { return Ask("/usr/bin/python3 -c 'import coda'").code == 0; }

#define SKONTRO_SKIP_WITHOUT_PACKAGE()                                  \
  do {                                                                  \
    if (!HasPackage()) {                                                \
      std::fprintf(stderr,                                              \
                   "SKIPPED, NOT TESTED: python3-febelfin-coda is not " \
                   "there; ./dev deps installs it\n");                  \
      GTEST_SKIP() << "python3-febelfin-coda is not there";             \
    }                                                                   \
  } while (false)

// --- Records -----------------------------------------------------------------

TEST(CodaTest, ASaleIsACreditWithItsRecordsInOrder) {
  ListSource source;
  source.opening = {50'000, 50'000};
  source.Add(kSeller, "2025-03-14", 72'000, 120'000);
  source.trades[0].value_date = Day("2025-03-13");
  const std::vector<std::string> records = Records(source);
  ASSERT_EQ(records.size(), 8u);
  std::string kinds;
  for (const std::string& record : records) {
    absl::StrAppend(&kinds, record.substr(0, 2), " ");
  }
  EXPECT_EQ(kinds, "00 11 21 22 23 31 83 9  ");
  EXPECT_EQ(At(records[1], 43, 64), "0000000000500000311224");
  EXPECT_EQ(At(records[2], 3, 47),
            "00010000TX-0000000101        0000000000720000");
  EXPECT_EQ(At(records[2], 48, 61), "13032500150000");
  EXPECT_EQ(At(records[2], 116, 128), "14032536501 0");
  EXPECT_EQ(At(records[4], 11, 47), "demo/garage                       XBU");
  EXPECT_EQ(At(records[6], 42, 63), "0000000001220000311225");
  EXPECT_EQ(At(records[7], 17, 52), "000006000000000000000000000000720000");
}

TEST(CodaTest, APurchaseIsADebitAndAMemberInDebitHasSignOne) {
  ListSource source;
  source.opening = {-100, -100};
  source.Add(kBuyer, "2025-05-06", 60'000, 60'000);
  const std::vector<std::string> records = Records(source);
  EXPECT_EQ(At(records[1], 43, 58), "1000000000001000");
  EXPECT_EQ(At(records[2], 32, 47), "1000000000600000");
  EXPECT_EQ(At(records[2], 54, 61), "00101000");
  EXPECT_EQ(At(records[6], 42, 57), "1000000000601000");
}

TEST(CodaTest, AReversalIsACorrectionOfItsOwnDay) {
  ListSource source;
  source.Add(kBuyer, "2025-06-10", 5'000, 0);
  source.Reverse(0, "2025-06-11");
  const std::vector<std::string> records = Records(source);
  ASSERT_EQ(records.size(), 12u);
  EXPECT_EQ(At(records[6], 32, 61), "000000000005000011062500199000");
  EXPECT_TRUE(absl::StartsWith(At(records[6], 63, 115),
                               "Reversal of TX-0000000101 t101"));
  ListSource sale;
  sale.Add(kSeller, "2025-06-10", 5'000, 0);
  sale.Reverse(0, "2025-06-11");
  EXPECT_EQ(At(Records(sale)[6], 54, 61), "00149000");
}

TEST(CodaTest, APeriodInWhichNothingMovedHasBothBalances) {
  ListSource source;
  source.opening = {-7, -7};
  const std::vector<std::string> records = Records(source);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(At(records[1], 43, 58), "1000000000000070");
  EXPECT_EQ(At(records[2], 42, 57), "1000000000000070");
  EXPECT_EQ(At(records[3], 17, 52), "000002000000000000000000000000000000");
}

TEST(CodaTest, AMonthBeginsWithTheBalanceOfTheMonthBefore) {
  ListSource source;
  source.opening = {100, 100};
  source.Add(kSeller, "2025-01-31", 20, 0);
  source.Add(kSeller, "2025-02-01", 3, 0);
  source.period.first_day = Day("2025-02-01");
  source.period.last_day = Day("2025-02-28");
  const std::vector<std::string> records = Records(source);
  ASSERT_EQ(records.size(), 8u);
  EXPECT_EQ(At(records[1], 43, 64), "0000000000001200310125");
  EXPECT_EQ(At(records[1], 3, 5), "059") << "the day of the year";
  EXPECT_EQ(At(records[6], 42, 57), "0000000000001230");
}

TEST(CodaTest, AnOpenPeriodAndASimulationAreSaidInTheAccountsDescription) {
  ListSource source;
  EXPECT_EQ(At(Records(source)[1], 91, 125),
            "Reseau de demonstration            ");
  source.period.closed = false;
  source.network.simulated = true;
  EXPECT_EQ(At(Records(source)[1], 91, 125),
            "SIMULATED PROVISIONAL Reseau de dem");
}

// --- Communications ----------------------------------------------------------

TEST(CodaTest, ABelgianReferenceIsOneByItsMarksAndItsCheckDigits) {
  EXPECT_EQ(StructuredCommunication("+++090/9337/55493+++"), "090933755493");
  EXPECT_EQ(StructuredCommunication("***090/9337/55493***"), "090933755493");
  // A rest of zero is written 97.
  EXPECT_EQ(StructuredCommunication("+++000/0000/09797+++"), "000000009797");
  EXPECT_EQ(StructuredCommunication("+++000/0000/00097+++"), "000000000097");
  for (const char* none :
       {"", "090933755493", "090/9337/55493", "+++090/9337/55494+++",
        "***090/9337/55493+++", "+++090933755493+++", "+++090/9337/55493",
        "+++090/9337/5549x+++", "+++090-9337-55493+++", " +++090/9337/55493++",
        "+++000/0000/00000+++", "++++090/9337/55493++"}) {
    EXPECT_EQ(StructuredCommunication(none), "") << none;
  }
}

TEST(CodaTest, AStructuredReferenceTakesThePlaceOfTheTextWhichIsKept) {
  ListSource source;
  source.Add(kSeller, "2025-03-14", 72'000, 120'000).invoice.number =
      "+++090/9337/55493+++";
  const std::vector<std::string> records = Records(source);
  EXPECT_EQ(At(records[2], 62, 78), "1101090933755493 ");
  EXPECT_EQ(At(records[3], 64, 98), "+++090/9337/55493+++               ");
  EXPECT_TRUE(absl::StartsWith(At(records[5], 40, 128),
                               "0VALUE EUR 720.00 +++090/9337/55493+++ t101 "));
}

TEST(CodaTest, ALongTextRunsOnAndALongNameIsKeptWhole) {
  ListSource source;
  MemberTrade& sale = source.Add(kSeller, "2025-03-14", 1, 1);
  sale.trade_id = std::string(63, 't');
  sale.invoice.number = std::string(64, '9');
  sale.counterparty.legal_name = std::string(60, 'N');
  const std::vector<std::string> records = Records(source);
  EXPECT_EQ(At(records[2], 63, 115), std::string(53, '9'));
  EXPECT_EQ(At(records[3], 11, 63),
            std::string(11, '9') + " " + std::string(41, 't'));
  EXPECT_EQ(At(records[4], 48, 82), std::string(35, 'N'));
  EXPECT_EQ(
      At(records[5], 41, 113) + At(records[6], 11, 115),
      "VALUE EUR 0.01 PARTY " + std::string(60, 'N') + std::string(97, ' '));
  EXPECT_EQ(At(records[5], 126, 128), "1 0");
  EXPECT_EQ(At(records[6], 126, 128), "0 0");
}

TEST(CodaTest, ACompanyOfBelgiumHasItsNumberAndOthersHaveZeros) {
  EXPECT_EQ(BelgianCompanyNumber("BE0123456749"), "00123456749");
  EXPECT_EQ(BelgianCompanyNumber("BE 0123.456.749"), "00123456749");
  EXPECT_EQ(BelgianCompanyNumber("BE123456749"), "00123456749");
  for (const char* none : {"", "BE", "BE0123456748", "FR44732829320",
                           "BE01234567490", "BE012345674x", "0123456749"}) {
    EXPECT_EQ(BelgianCompanyNumber(none), "00000000000") << none;
  }
  ListSource source = GoldenYear("brasserie");
  EXPECT_EQ(At(Records(source)[0], 72, 82), "00123456749");
}

TEST(CodaTest, WhatMembersWriteIsAsciiOfOneRecord) {
  RandomSource source(7, 300);
  for (const std::string& record : Records(source)) {
    for (const char c : record) ASSERT_TRUE(c >= ' ' && c <= '~') << record;
  }
}

// --- Bounds ------------------------------------------------------------------

TEST(CodaTest, AnAmountThatHasNoRoomIsRefusedWithAWayOut) {
  ListSource source;
  source.opening.units = 99'999'999'999'998;
  source.Add(kSeller, "2025-01-01", 1, 0).national_value = 0;
  EXPECT_TRUE(Coda(source).ok());
  source.Add(kSeller, "2025-01-01", 1, 0).national_value = 0;
  const absl::Status status = Coda(source).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StrContains(status.message(), "camt.053")) << status;
  source.opening.units = INT64_MIN;
  EXPECT_EQ(Coda(source).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(CodaTest, ATurnoverThatHasNoRoomIsRefusedThoughEachAmountHasIt) {
  ListSource source;
  source.Add(kSeller, "2025-01-01", 60'000'000'000'000, 0);
  source.Add(kBuyer, "2025-01-02", 60'000'000'000'000, 0);
  EXPECT_TRUE(Coda(source).ok());
  source.Add(kSeller, "2025-01-03", 60'000'000'000'000, 0);
  EXPECT_EQ(Coda(source).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(CodaTest, AUnitHasUpToThreeDecimalsThatCount) {
  const auto amount = [](int decimals, int64_t units) -> std::string {
    ListSource source;
    source.network.unit_decimals = decimals;
    source.Add(kSeller, "2025-01-01", units, 0);
    const absl::StatusOr<std::string> bytes = Coda(source);
    if (!bytes.ok()) return std::string(bytes.status().message());
    return At(Cut(*bytes, '\n')[2], 32, 47);
  };
  EXPECT_EQ(amount(0, 7), "0000000000007000");
  EXPECT_EQ(amount(3, 7), "0000000000000007");
  EXPECT_EQ(amount(4, 70), "0000000000000007");
  EXPECT_TRUE(absl::StrContains(amount(4, 71), "0.0071 is not one of the"));
}

TEST(CodaTest, TenThousandMovementsAreOneTooMany) {
  ListSource source;
  for (int64_t i = 0; i < kCodaMovementsMax; ++i) {
    source.Add(kSeller, "2025-01-01", 1, 0);
  }
  EXPECT_EQ(At(Records(source)[2 + 4 * 9'998], 3, 6), "9999");
  source.Add(kSeller, "2025-01-01", 1, 0);
  std::string bytes;
  const absl::Status status = WriteCoda(source, Into(&bytes)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StrContains(status.message(), "shorter periods"));
  EXPECT_EQ(bytes, "") << "refused before the first byte";
}

// --- Read back ---------------------------------------------------------------

// All the ways in which a file may be odd, each of them one the readers know.
std::vector<ListSource> Statements() {
  std::vector<ListSource> all;
  for (const char* member : kGoldenMembers) all.push_back(GoldenYear(member));
  all.emplace_back();
  all.back().opening = {-7, -7};
  all.back().period.closed = false;
  all.push_back(all.back());
  all.back().Add(kSeller, "2025-03-14", 1, 1).invoice.number =
      "+++090/9337/55493+++";
  all.back().Add(kSeller, "2025-03-14", 99'999'999'999'900, 0);
  all.back().Add(kSeller, "2025-03-14", 5, 0).counterparty = {"evil", ""};
  for (uint64_t seed = 1; seed < 6; ++seed) {
    all.push_back(RandomSource(seed, 200));
  }
  return all;
}

TEST(CodaReaderTest, AReaderWrittenApartFindsEveryMovementAndBothBalances) {
  const JudgeFolder folder;
  for (ListSource& source : Statements()) {
    const Verdict verdict = Judged(folder, *Coda(source));
    ASSERT_EQ(verdict.code, 0) << verdict.text;
    const int decimals = source.network.unit_decimals;
    const auto text = [&](int64_t units) {
      return ledger::FormatDecimal(units, decimals) + "0";
    };
    EXPECT_TRUE(absl::StrContains(
        verdict.text, absl::StrCat(source.network.unit_code, " from ",
                                   text(source.Opening().units), " to ",
                                   text(source.Closing().units), " in ",
                                   source.trades.size(), "\n")))
        << verdict.text;
    for (const MemberTrade& trade : source.trades) {
      const bool comes = (trade.role == kSeller) ==
                         (trade.kind == MemberTrade::Kind::kSettled);
      EXPECT_TRUE(absl::StrContains(
          verdict.text,
          absl::StrCat("TX-0000000", trade.sequence, " ",
                       text(comes ? trade.units : -trade.units), " ",
                       ledger::FormatDate(trade.value_date), " ",
                       ledger::FormatDate(trade.booking_date), " ")))
          << trade.sequence << "\n"
          << verdict.text;
    }
  }
}

TEST(CodaReaderTest, FebelfinCodaFindsTheSameInEveryField) {
  SKONTRO_SKIP_WITHOUT_PACKAGE();
  const JudgeFolder folder;
  for (ListSource& source : Statements()) {
    const Verdict verdict = Judged(folder, *Coda(source), /*package=*/true);
    ASSERT_EQ(verdict.code, 0) << verdict.text;
    EXPECT_TRUE(absl::StrContains(verdict.text, ": the same")) << verdict.text;
  }
}

TEST(CodaReaderTest, OneDigitThatIsAnotherIsFound) {
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  const std::string bytes = *Coda(source);
  constexpr size_t kLine = 130;
  // Balances, an amount, the count, both totals; places count from 0.
  const size_t last = bytes.size() - kLine;
  for (const size_t at : {kLine + 50, 2 * kLine + 40, last - kLine + 50,
                          last + 20, last + 30, last + 45}) {
    std::string spoilt = bytes;
    spoilt[at] = spoilt[at] == '9' ? '8' : '9';
    EXPECT_EQ(Judged(folder, spoilt).code, 1) << at;
    StatedBalance balance(ExportFormat::kCoda, "XBU", 2);
    balance.Add(spoilt);
    // The trailer counts what reconciliation adds up itself.
    const bool in_trailer = at >= last;
    EXPECT_EQ(balance.Finish().ok(), in_trailer) << at;
  }
}

TEST(CodaReaderTest, AStatementThatIsCutOffAtARecordIsFoundByBoth) {
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  const std::string bytes = *Coda(source);
  constexpr size_t kLine = 130;
  for (size_t end = 0; end < bytes.size(); end += kLine) {
    StatedBalance balance(ExportFormat::kCoda, "XBU", 2);
    balance.Add(std::string_view(bytes).substr(0, end));
    EXPECT_FALSE(balance.Finish().ok()) << end;
    EXPECT_EQ(Judged(folder, bytes.substr(0, end)).code, 1) << end;
  }
  StatedBalance twice(ExportFormat::kCoda, "XBU", 2);
  twice.Add(bytes + bytes);
  EXPECT_FALSE(twice.Finish().ok()) << "one statement is one file";
  StatedBalance other(ExportFormat::kCoda, "XYZ", 2);
  other.Add(bytes);
  EXPECT_FALSE(other.Finish().ok()) << "in another unit";
}

}  // namespace
}  // namespace skontro::fiscal

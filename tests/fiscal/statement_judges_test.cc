// MT940 and OFX, and what readers of others find in them.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "fiscal/ascii.h"
#include "fiscal/mt940.h"
#include "fiscal/ofx.h"
#include "ledger/decimal.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/random_source.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;

int Count(const std::string& text, const std::string& words) {
  int count = 0;
  for (size_t at = text.find(words); at != std::string::npos;
       at = text.find(words, at + 1)) {
    ++count;
  }
  return count;
}

absl::StatusOr<std::string> Mt940(Source& source) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteMt940(source, Into(&bytes));
  if (!manifest.ok()) return manifest.status();
  return bytes;
}

TEST(AsciiTest, AccentsGoAndOtherScriptsAreSaidToBeLost) {
  EXPECT_EQ(ToAscii("Élan Straße Œuvre Łódź – “x” 10 €"),
            "Elan Strasse OEuvre Lodz - \"x\" 10 EUR");
  EXPECT_EQ(ToAscii("日本 ק"), "?? ?");
  EXPECT_EQ(ToSwift("Müller & Co? \"x\""), "Muller . Co. .x.");
}

TEST(Mt940Test, AReversalHasItsMarkAndLinesAreShort) {
  ListSource source = GoldenYear("uhrwerk");
  const absl::StatusOr<std::string> bytes = Mt940(source);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_TRUE(absl::StrContains(*bytes, ":60F:D240101XBU100,00\r\n"));
  EXPECT_TRUE(absl::StrContains(*bytes, "1201RC10000000000,00NTRF"));
  EXPECT_TRUE(absl::StrContains(*bytes, ":62F:C241231XBU899,94\r\n"));
  for (const std::string& line : Cut(*bytes, '\n')) {
    EXPECT_LE(line.size(), 70u) << line;
    if (line.empty() || line == "-\r") continue;
    EXPECT_NE(line.front(), '-') << line;
  }
}

TEST(Mt940Test, AnAmountThatHasNoRoomIsRefusedWithAWayOut) {
  ListSource source;
  source.Add(kSeller, "2025-01-01", 99'999'999'999'999, 0);
  EXPECT_TRUE(Mt940(source).ok());
  source.Add(kSeller, "2025-01-01", 1, 0);
  const absl::Status status = Mt940(source).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StrContains(status.message(), "camt.053")) << status;
}

TEST(Mt940Test, AUnitWithoutDecimalsKeepsItsComma) {
  ListSource source;
  source.network.unit_decimals = 0;
  source.Add(kSeller, "2025-01-01", 7, 0);
  EXPECT_TRUE(absl::StrContains(*Mt940(source), "C7,NTRF"));
}

// What AqBanking makes of `bytes`.
std::string AqBanking(const JudgeFolder& folder, const std::string& bytes) {
  const std::string file = folder.Put("statement.sta", bytes);
  const std::string context = folder.path() + "/context";
  std::filesystem::remove(context);
  const Verdict verdict = Ask(absl::StrCat(
      "HOME=", folder.path(), " aqbanking-cli -D ", folder.path(),
      "/settings import --importer=swift --profile=SWIFT-MT940 -f ", file,
      " -c ", context, " && cat ", context));
  EXPECT_EQ(verdict.code, 0) << verdict.text;
  return verdict.text;
}

TEST(Mt940JudgeTest, AqBankingReadsEveryEntryOfTheGoldenYear) {
  SKONTRO_SKIP_WITHOUT_TOOL("aqbanking-cli");
  const JudgeFolder folder;
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    const std::string read = AqBanking(folder, *Mt940(source));
    EXPECT_EQ(Count(read, " transaction {"),
              static_cast<int>(source.trades.size()))
        << member;
    for (const MemberTrade& trade : source.trades) {
      EXPECT_TRUE(absl::StrContains(
          read, absl::StrCat("bankReference=\"TX-0000000", trade.sequence)))
          << member << " " << trade.sequence;
    }
    const std::string balance =
        absl::StrCat("value=\"", source.Closing().units, "%2F100%3A",
                     source.network.unit_code, "\"");
    const std::string whole =
        absl::StrCat("value=\"", source.Closing().units / 100, "%3A");
    EXPECT_TRUE(absl::StrContains(read, balance) ||
                absl::StrContains(read, whole))
        << member << " " << balance << "\n"
        << read;
  }
}

TEST(Mt940JudgeTest, AqBankingReadsNetworkAccountAndEntriesOfAnOpenPeriod) {
  SKONTRO_SKIP_WITHOUT_TOOL("aqbanking-cli");
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  source.period.closed = false;
  source.network.simulated = true;
  const std::string bytes = *Mt940(source);
  ASSERT_TRUE(absl::StrContains(bytes, "\r\n:86:SIMULATED: ")) << bytes;
  const std::string read = AqBanking(folder, bytes);
  EXPECT_TRUE(absl::StrContains(read, "bankCode=\"demo\"")) << read;
  EXPECT_TRUE(absl::StrContains(read, "accountNumber=\"atelier\"")) << read;
  EXPECT_EQ(Count(read, " transaction {"),
            static_cast<int>(source.trades.size()));
  EXPECT_FALSE(absl::StrContains(read, "SIMULATED"))
      << "the note is not that of the last entry";
}

TEST(Mt940JudgeTest, AqBankingReadsWhatMembersMayWrite) {
  SKONTRO_SKIP_WITHOUT_TOOL("aqbanking-cli");
  const JudgeFolder folder;
  RandomSource source(5, 300);
  const std::string read = AqBanking(folder, *Mt940(source));
  EXPECT_EQ(Count(read, " transaction {"),
            static_cast<int>(source.trades.size()));
}

// --- OFX ---------------------------------------------------------------------

std::string Ofx(Source& source) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteOfx(source, Into(&bytes));
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  return bytes;
}

TEST(OfxTest, TheFileIsAsciiAndItsDaysAreNoon) {
  ListSource source = GoldenYear("atelier");
  const std::string bytes = Ofx(source);
  for (const char c : bytes) {
    ASSERT_TRUE(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'));
  }
  EXPECT_TRUE(absl::StrContains(bytes, "<DTPOSTED>20240229120000[0:GMT]"));
  EXPECT_TRUE(absl::StrContains(bytes, "<TRNAMT>-600.00<FITID>TX-0000000102"));
}

void ExpectReadByOfxdump(const JudgeFolder& folder, ListSource& source) {
  const Verdict verdict =
      Ask("ofxdump " + folder.Put("statement.ofx", Ofx(source)));
  EXPECT_EQ(verdict.code, 0);
  EXPECT_FALSE(absl::StrContains(verdict.text, "ERROR")) << verdict.text;
  EXPECT_EQ(Count(verdict.text, "ofx_proc_transaction():"),
            static_cast<int>(source.trades.size()));
  EXPECT_TRUE(absl::StrContains(
      verdict.text,
      absl::StrCat("Ledger balance: ",
                   ledger::FormatDecimal(source.Closing().units, 2), "\n")))
      << verdict.text;
  EXPECT_TRUE(absl::StrContains(
      verdict.text, "Default Currency: " + source.network.unit_code));
}

TEST(OfxJudgeTest, OfxdumpReadsTheGoldenYear) {
  SKONTRO_SKIP_WITHOUT_TOOL("ofxdump");
  const JudgeFolder folder;
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    ExpectReadByOfxdump(folder, source);
  }
}

TEST(OfxJudgeTest, OfxdumpSaysThatAPeriodIsOpenAndSimulated) {
  SKONTRO_SKIP_WITHOUT_TOOL("ofxdump");
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  source.period.closed = false;
  source.network.simulated = true;
  ExpectReadByOfxdump(folder, source);
  const Verdict verdict =
      Ask("ofxdump " + folder.Put("statement.ofx", Ofx(source)));
  EXPECT_TRUE(absl::StrContains(
      verdict.text,
      "Marketing information: SIMULATED: none of this happened. "
      "PROVISIONAL: the period is still open."))
      << verdict.text;
}

TEST(OfxJudgeTest, OfxdumpReadsWhatMembersMayWrite) {
  SKONTRO_SKIP_WITHOUT_TOOL("ofxdump");
  const JudgeFolder folder;
  RandomSource source(6, 300);
  ExpectReadByOfxdump(folder, source);
}

}  // namespace
}  // namespace skontro::fiscal

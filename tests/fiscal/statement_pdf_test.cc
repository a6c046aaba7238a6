// The statement as PDF, as pdftotext reads it: a second opinion on what a
// person sees.

#include "fiscal/statement_pdf.h"

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/match.h"
#include "fiscal/pdf_document.h"
#include "fiscal/utf8.h"
#include "ledger/base/limits.h"
#include "ledger/decimal.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/random_source.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;
constexpr MemberTrade::Role kBuyer = MemberTrade::Role::kBuyer;

std::string Pdf(Source& source) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteStatementPdf(source, Into(&bytes));
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  if (manifest.ok()) {
    EXPECT_EQ(manifest->bytes, static_cast<int64_t>(bytes.size()));
  }
  return bytes;
}

// What pdftotext reads on the pages, each ended by a form feed.
std::string Shown(const std::string& pdf) {
  const JudgeFolder folder;
  const Verdict verdict =
      Ask(absl::StrCat("pdftotext -layout ", folder.Put("statement.pdf", pdf),
                       " - 2>/dev/null"));
  EXPECT_EQ(verdict.code, 0);
  return verdict.text;
}

struct ShownRow {
  int64_t amount = 0;
  int64_t balance = 0;
  int64_t value = 0;
};

int64_t Number(const std::string& text, int decimals) {
  const absl::StatusOr<int64_t> number = ledger::ParseDecimal(text, decimals);
  EXPECT_TRUE(number.ok()) << text;
  return number.value_or(0);
}

std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool IsRow(const std::vector<std::string>& words) {
  return words.size() > 4 && words[0].size() == 10 && words[0][4] == '-' &&
         absl::StartsWith(words[1], "TX-");
}

std::vector<ShownRow> Rows(const std::string& text, int decimals = 2) {
  std::vector<ShownRow> rows;
  for (const std::string& line : Cut(text, '\n')) {
    const std::vector<std::string> words = Words(line);
    if (!IsRow(words)) continue;
    const size_t n = words.size();
    rows.push_back({Number(words[n - 3], decimals),
                    Number(words[n - 2], decimals),
                    Number(words[n - 1], decimals)});
  }
  return rows;
}

// Whether a line has the words, whatever the blanks between them are.
bool HasLine(const std::string& text, const std::string& words) {
  for (const std::string& line : Cut(text, '\n')) {
    std::string plain = " ";
    for (const std::string& word : Words(line)) {
      absl::StrAppend(&plain, word, " ");
    }
    if (absl::StrContains(plain, " " + words + " ")) return true;
  }
  return false;
}

// Every row adds to the balance of the one before, and the last one is the
// ledger's; so are the figures of the head and of the foot.
void ExpectAddsUp(ListSource& source) {
  const std::string text = Shown(Pdf(source));
  const std::vector<ShownRow> rows = Rows(text);
  ASSERT_EQ(rows.size(), source.trades.size()) << text;
  UnitBalance balance = source.opening;
  int64_t credits = 0;
  int64_t debits = 0;
  for (const ShownRow& row : rows) {
    balance.units += row.amount;
    balance.national_value += row.value;
    (row.amount > 0 ? credits : debits) += row.amount;
    EXPECT_EQ(row.balance, balance.units);
  }
  EXPECT_EQ(balance, source.Closing());
  const auto units = [&](int64_t amount) {
    return absl::StrCat(ledger::FormatDecimal(amount, 2), " ",
                        source.network.unit_code);
  };
  const auto both = [&](const UnitBalance& of) {
    return absl::StrCat(units(of.units), " = ",
                        ledger::FormatDecimal(of.national_value, 2), " ",
                        source.network.national_currency);
  };
  EXPECT_TRUE(HasLine(text, "Opening balance " + both(source.opening))) << text;
  EXPECT_TRUE(HasLine(text, "Closing balance " + both(source.Closing())));
  EXPECT_TRUE(HasLine(text, "Credits " + units(credits)));
  EXPECT_TRUE(HasLine(text, "Debits " + units(-debits)));
  EXPECT_TRUE(
      HasLine(text, "Total of credits " + ledger::FormatDecimal(credits, 2)));
  EXPECT_TRUE(
      HasLine(text, "Total of debits " + ledger::FormatDecimal(-debits, 2)));
}

TEST(StatementPdfTest, TheSameYearIsTheSameFile) {
  for (const char* member : kGoldenMembers) {
    ListSource source = GoldenYear(member);
    const std::string pdf = Pdf(source);
    EXPECT_EQ(Pdf(source), pdf) << member;
    EXPECT_TRUE(absl::StartsWith(pdf, "%PDF-"));
    EXPECT_TRUE(absl::StrContains(pdf, "%%EOF"));
    EXPECT_TRUE(absl::StrContains(pdf, "/CreationDate (D:20250101000000Z"))
        << "the day that the statement shows, not today";
  }
}

TEST(StatementPdfTest, MoreRowsThanAPersonReadsAreRefusedBeforeTheFirstByte) {
  ListSource source;
  for (int64_t i = 0; i <= kStatementRowsMax; ++i) {
    source.Add(kSeller, "2025-01-01", 1, 0);
  }
  std::string bytes;
  const absl::Status status = WriteStatementPdf(source, Into(&bytes)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(absl::StrContains(status.message(), "camt.053")) << status;
  EXPECT_EQ(bytes, "");
}

TEST(StatementPdfTest, ADiskThatIsFullEndsIt) {
  ListSource source = GoldenYear("atelier");
  absl::Status full = absl::ResourceExhaustedError("full");
  EXPECT_EQ(WriteStatementPdf(source, [&](std::string_view) { return full; })
                .status(),
            full);
}

TEST(StatementPdfTest, TextIsCutBetweenLettersAndNeverWiderThanItsColumn) {
  const PdfDocument pdf("t", "2025-01-01T00:00:00Z");
  std::string text;
  for (int i = 0; i < 300; ++i) text += i % 2 == 0 ? "Ж" : "é";
  for (const int width : {100, 500, 1'000, 1'777}) {
    const std::string fits = pdf.Fit(text, 75, width);
    EXPECT_TRUE(IsUtf8(fits));
    EXPECT_TRUE(absl::EndsWith(fits, "…"));
    EXPECT_LE(pdf.Width(fits, 75), width);
  }
  EXPECT_EQ(pdf.Fit("short", 75, 1'000), "short");
  EXPECT_EQ(pdf.Fit("", 75, 10), "");
  EXPECT_GT(pdf.Width("ii", 75), pdf.Width("i", 75));
}

// --- pdftotext and pdffonts --------------------------------------------------

TEST(StatementPdfJudgeTest, EveryFigureOfTheGoldenYearAddsUpOnThePage) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  for (const char* member : kGoldenMembers) {
    SCOPED_TRACE(member);
    ListSource source = GoldenYear(member);
    ExpectAddsUp(source);
  }
}

TEST(StatementPdfJudgeTest, WhateverMembersWriteStaysInItsColumn) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  for (const uint64_t seed : {31u, 32u}) {
    RandomSource source(seed, 200);
    ExpectAddsUp(source);
  }
}

TEST(StatementPdfJudgeTest, TheFontIsInTheFile) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdffonts");
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  const Verdict verdict =
      Ask("pdffonts " + folder.Put("statement.pdf", Pdf(source)));
  EXPECT_EQ(verdict.code, 0);
  // emb, sub, uni.
  EXPECT_TRUE(HasLine(verdict.text, "Identity-H yes yes yes")) << verdict.text;
  EXPECT_FALSE(HasLine(verdict.text, "no")) << verdict.text;
}

TEST(StatementPdfJudgeTest, NamesInLatinGreekAndCyrillicAreShown) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  ListSource source;
  const std::vector<std::string> names = {
      "Œuvres Łódź & Çelik A.Ş.", "Αφοί Παπαδόπουλοι Ο.Ε.",
      "ООО «Строй-Київ» Ђ", "(a) \\ <b> % /c"};
  for (const std::string& name : names) {
    source.Add(kSeller, "2025-02-28", 100, 0).counterparty = {"p", name};
  }
  const std::string text = Shown(Pdf(source));
  for (const std::string& name : names) {
    EXPECT_TRUE(absl::StrContains(text, name + " (p)")) << name << text;
  }
}

TEST(StatementPdfJudgeTest, ANameThatTheFontCannotShowHasItsIdBesideIt) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  ListSource source;
  source.Add(kSeller, "2025-01-02", 100, 0).counterparty = {
      "kaspi", "\xE2\x80\xAEשלום 日本 \xF0\x9F\x98\x80"};
  const std::string text = Shown(Pdf(source));
  EXPECT_TRUE(absl::StrContains(text, "(kaspi)")) << text;
  EXPECT_TRUE(absl::StrContains(text, "\xEF\xBF\xBD"));
  EXPECT_FALSE(absl::StrContains(text, "ש"));
}

TEST(StatementPdfJudgeTest, ANameOfTenKilobytesIsCutWithAnEllipsis) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  ListSource source;
  source.member.legal_name = std::string(10'240, 'M');
  source.network.name = std::string(10'240, 'N');
  MemberTrade& trade = source.Add(kSeller, "2025-01-02", 100, 0);
  trade.counterparty.legal_name = std::string(10'240, 'P');
  trade.invoice.number = std::string(10'240, '9');
  const std::string text = Shown(Pdf(source));
  for (const char* cut : {"MMM…", "NNN…", "PPP…", "999…"}) {
    EXPECT_TRUE(absl::StrContains(text, cut)) << cut << text;
  }
  EXPECT_TRUE(HasLine(text, "1.00 1.00 1.00")) << text;
  EXPECT_TRUE(HasLine(text, "Statement of account"));
}

TEST(StatementPdfJudgeTest, ControlCharactersLeaveNoTrace) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  ListSource source;
  source.Add(kSeller, "2025-01-02", 100, 0).counterparty = {
      "p",
      "A\tB\r\nC\x01\x7F\xC2\x85"
      "D\xC2\xA0"
      "E\xFF"};
  EXPECT_TRUE(absl::StrContains(Shown(Pdf(source)), "A B C D E? (p)"));
}

TEST(StatementPdfJudgeTest, AnAmountAtTheLimitIsWholeOnThePage) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  for (const int decimals : {0, 2, 4}) {
    ListSource source;
    source.network.unit_decimals = decimals;
    source.network.national_decimals = decimals;
    const int64_t most = kAmountMax;
    source.opening = {-most, -most};
    source.Add(kBuyer, "2025-01-02", most, 0);
    const std::vector<ShownRow> rows = Rows(Shown(Pdf(source)), decimals);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].amount, -most);
    EXPECT_EQ(rows[0].balance, -2 * most);
    EXPECT_EQ(rows[0].value, -most);
  }
}

TEST(StatementPdfJudgeTest, APeriodInWhichNothingMovedSaysSo) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  ListSource source;
  source.opening = {-500, -450};
  const std::string text = Shown(Pdf(source));
  EXPECT_TRUE(HasLine(text, "Opening balance -5.00 XBU = -4.50 EUR")) << text;
  EXPECT_TRUE(HasLine(text, "Closing balance -5.00 XBU = -4.50 EUR"));
  EXPECT_TRUE(HasLine(text, "Credits 0.00 XBU 0 entries"));
  EXPECT_TRUE(HasLine(text, "No entry in this period."));
  EXPECT_TRUE(HasLine(text, "Page 1 of 1"));
  EXPECT_TRUE(absl::StrContains(text, "The journal has no record of this"));
}

// Around the ends of the first, the second and the third page.
TEST(StatementPdfJudgeTest, EveryPageIsNumberedAndCarriesTheBalanceForward) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  for (const int rows : {22, 23, 24, 27, 28, 60, 61, 62, 64, 65, 101, 300}) {
    ListSource source;
    source.opening = {700, 700};
    for (int i = 0; i < rows; ++i) {
      source.Add(i % 3 == 0 ? kBuyer : kSeller, "2025-06-01", 100 + i, 0);
    }
    const std::string text = Shown(Pdf(source));
    std::vector<std::string> pages = Cut(text, '\f');
    ASSERT_EQ(pages.back(), "");
    pages.pop_back();
    int64_t balance = source.opening.units;
    int shown = 0;
    for (size_t page = 0; page < pages.size(); ++page) {
      EXPECT_TRUE(HasLine(
          pages[page], absl::StrCat("Page ", page + 1, " of ", pages.size())))
          << rows << " rows\n"
          << pages[page];
      if (page > 0) {
        EXPECT_TRUE(HasLine(
            pages[page],
            absl::StrCat("Carried forward: ", ledger::FormatDecimal(balance, 2),
                         " XBU")))
            << pages[page];
      }
      for (const ShownRow& row : Rows(pages[page])) {
        balance = row.balance;
        ++shown;
      }
    }
    EXPECT_EQ(shown, rows);
    EXPECT_EQ(balance, source.Closing().units);
    EXPECT_TRUE(HasLine(
        pages.back(),
        absl::StrCat("Closing balance ", ledger::FormatDecimal(balance, 2))));
  }
}

TEST(StatementPdfJudgeTest, WhatIsNotFinalSaysSoOnEveryPage) {
  SKONTRO_SKIP_WITHOUT_TOOL("pdftotext");
  ListSource source;
  source.period.closed = false;
  source.network.simulated = true;
  for (int i = 0; i < 100; ++i) source.Add(kSeller, "2025-06-01", 100, 0);
  std::vector<std::string> pages = Cut(Shown(Pdf(source)), '\f');
  pages.pop_back();
  EXPECT_EQ(pages.size(), 4u);
  for (const std::string& page : pages) {
    EXPECT_TRUE(absl::StrContains(page,
                                  "SIMULATED: none of this happened. "
                                  "PROVISIONAL: the period is still open."))
        << page;
    EXPECT_TRUE(absl::StrContains(
        page, "Last record TX-0000000200, SHA-256 " + std::string(64, 'b')));
    EXPECT_TRUE(absl::StrContains(
        page, "Journal at sequence 900, head " + std::string(64, 'a')));
  }
}

}  // namespace
}  // namespace skontro::fiscal

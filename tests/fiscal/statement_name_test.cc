// Names and times of statements: what an importer knows a file, an account and
// a network again by.

#include "fiscal/statement_name.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "tests/fiscal/golden_year.h"

namespace skontro::fiscal {
namespace {

// What stands between `open` and the next `close`.
std::string Between(const std::string& text, const std::string& open,
                    const std::string& close) {
  const size_t at = text.find(open);
  if (at == std::string::npos) return "(no " + open + ")";
  const size_t start = at + open.size();
  return text.substr(start, text.find(close, start) - start);
}

std::string Mt940Field(Source& source, const std::string& field) {
  return Between(BooksOf(source, ExportFormat::kMt940), field, "\r\n");
}

// The same member and days, seen from later in the journal.
void GoOn(ListSource* source) {
  source->position.sequence += 1'000;
  source->position.digest = std::string(64, 'd');
  source->position.time_us += 86'400'000'000;
}

ExportManifest ManifestOf(const Source& source) {
  return BeginManifest(source, "TEST", "test", ".txt");
}

// --- Once a period is closed, its files stay ---------------------------------

TEST(StatementNameTest, AClosedPeriodMadeAgainLaterIsTheSameFile) {
  for (const int64_t closed_time_us : {int64_t{0}, 1'735'690'000'000'000}) {
    for (const FormatInfo& info : Formats()) {
      ListSource source = GoldenYear("atelier");
      source.position.closed_time_us = closed_time_us;
      const std::string books = BooksOf(source, info.format);
      GoOn(&source);
      EXPECT_EQ(BooksOf(source, info.format), books) << info.id;
    }
  }
}

TEST(StatementNameTest, AClosedPeriodIsOfTheTimeThatItWasClosed) {
  ListSource source = GoldenYear("atelier");
  source.position.closed_time_us = 1'735'695'001'000'000;
  EXPECT_EQ(StatementTime(ManifestOf(source)), "2025-01-01T01:30:01Z");
  // A source that does not know says when the day was over.
  source.position.closed_time_us = 0;
  EXPECT_EQ(StatementTime(ManifestOf(source)), "2025-01-01T00:00:00Z");
  EXPECT_TRUE(absl::StrContains(BooksOf(source, ExportFormat::kCamt05308),
                                "<CreDtTm>2025-01-01T00:00:00Z</CreDtTm>"));
  EXPECT_TRUE(absl::StrContains(BooksOf(source, ExportFormat::kOfx),
                                "<DTSERVER>20250101000000[0:GMT]"));
}

TEST(StatementNameTest, AnOpenPeriodIsOfItsPlaceInTheJournal) {
  ListSource source = GoldenYear("atelier");
  const std::string closed = StatementId(ManifestOf(source), "test");
  source.period.closed = false;
  source.position.closed_time_us = 1;  // Not asked.
  EXPECT_EQ(StatementTime(ManifestOf(source)), "2025-01-01T00:05:00Z");
  const std::string open = StatementId(ManifestOf(source), "test");
  GoOn(&source);
  const std::string later = StatementId(ManifestOf(source), "test");
  EXPECT_EQ(StatementTime(ManifestOf(source)), "2025-01-02T00:05:00Z");
  EXPECT_EQ((std::set<std::string>{closed, open, later}.size()), 3u);
}

// --- What is not the same has another id -------------------------------------

TEST(StatementNameTest, TwoPeriodsFromOnePlaceHaveTwoIds) {
  for (const bool closed : {true, false}) {
    ListSource source = GoldenYear("atelier");
    source.period.closed = closed;
    std::set<std::string> references;
    for (const auto& [first, last] : {std::pair("2024-01-01", "2024-12-31"),
                                      std::pair("2024-01-01", "2024-12-30"),
                                      std::pair("2024-12-01", "2024-12-31")}) {
      ListSource part = source;
      part.period.first_day = Day(first);
      part.period.last_day = Day(last);
      if (part.period.last_day < source.period.last_day) part.trades.pop_back();
      references.insert(Mt940Field(part, ":20:"));
    }
    EXPECT_EQ(references.size(), 3u);
  }
}

TEST(StatementNameTest, EveryFormatAndVariantHasItsOwnId) {
  ListSource source = GoldenYear("atelier");
  std::set<std::string> ids;
  for (const FormatInfo& info : Formats()) {
    const std::string books = BooksOf(source, info.format);
    if (!absl::StartsWith(info.id, "camt")) continue;
    const std::string id = Between(books, "<MsgId>", "</MsgId>");
    EXPECT_TRUE(absl::StrContains(books, absl::StrCat("<Id>", id, "</Id>")));
    EXPECT_TRUE(ids.insert(id).second) << info.id;
  }
  EXPECT_EQ(ids.size(), 8u);
}

// --- Networks and accounts ---------------------------------------------------

// How the files of a member name its account in the network `id`.
std::vector<std::string> AccountNames(const std::string& id) {
  ListSource source = GoldenYear("atelier");
  source.network.id = id;
  const std::string camt = BooksOf(source, ExportFormat::kCamt05308);
  return {Between(BooksOf(source, ExportFormat::kOfx), "<BANKID>", "<"),
          Mt940Field(source, ":25:"),
          Between(camt, "<SchmeNm><Prtry>", "</Prtry>"),
          Between(camt, "<Svcr>", "</Svcr>"), Between(camt, "<Issr>", "<")};
}

TEST(StatementNameTest, AShortNetworkIsNamedAsItIs) {
  const std::vector<std::string> names = AccountNames("echange-9");
  EXPECT_EQ(names[0], "echange-9");
  EXPECT_EQ(names[1], "echange-9/atelier");
  EXPECT_EQ(names[2], "echange-9-MEMBER");
}

TEST(StatementNameTest, TwoNetworksThatStartAlikeAreTwo) {
  const std::string start(62, 'n');
  for (const auto& [a, b] :
       {std::pair(std::string("clearing-nord"), std::string("clearing-sued")),
        std::pair(start + "a", start + "b")}) {
    const std::vector<std::string> one = AccountNames(a);
    const std::vector<std::string> other = AccountNames(b);
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_NE(one[i], other[i]) << i << " " << a;
    }
    for (const std::vector<std::string>* names : {&one, &other}) {
      EXPECT_EQ((*names)[0].size(), 9u);
      EXPECT_LE((*names)[1].size(), 35u);
      EXPECT_LE((*names)[2].size(), 35u);
      EXPECT_LE((*names)[4].size(), 35u);
    }
  }
}

// --- What is no books says so inside -----------------------------------------

TEST(StatementNameTest, AStatementThatIsNotFinalSaysSo) {
  ListSource source = GoldenYear("atelier");
  for (const FormatInfo& info : Formats()) {
    const std::string books = BooksOf(source, info.format);
    EXPECT_FALSE(absl::StrContains(books, "PROVISIONAL")) << info.id;
    EXPECT_FALSE(absl::StrContains(books, "SIMULATED")) << info.id;
  }
  source.period.closed = false;
  source.network.simulated = true;
  for (const FormatInfo& info : Formats()) {
    // The law has the fields of a FEC, and the journal those of a table.
    if (info.format == ExportFormat::kFec ||
        info.format == ExportFormat::kJournal) {
      continue;
    }
    const std::string books = BooksOf(source, info.format);
    EXPECT_TRUE(absl::StrContains(books, "PROVISIONAL")) << info.id;
    EXPECT_TRUE(absl::StrContains(books, "SIMULATED")) << info.id;
  }
  EXPECT_TRUE(absl::EndsWith(BooksOf(source, ExportFormat::kMt940),
                             "632,34\r\n:86:SIMULATED: none of this happened. "
                             "PROVISIONAL: the period is stil\r\n"
                             "l open.\r\n-\r\n"));
}

}  // namespace
}  // namespace skontro::fiscal

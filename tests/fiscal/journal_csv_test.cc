#include "fiscal/journal_csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fiscal/fec.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "tests/fiscal/list_source.h"
#include "tests/fiscal/random_source.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kFields = kFecFields + 6;

// A reader of RFC 4180 with semicolons, for the test alone.
std::vector<std::vector<std::string>> ReadCsv(const std::string& bytes) {
  std::vector<std::vector<std::string>> rows = {{""}};
  bool quoted = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (quoted && c == '"' && i + 1 < bytes.size() && bytes[i + 1] == '"') {
      rows.back().back().push_back('"');
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ';') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\r') {
      EXPECT_EQ(bytes[++i], '\n');
      rows.push_back({""});
    } else {
      rows.back().back().push_back(c);
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_EQ(rows.back(), std::vector<std::string>{""});
  rows.pop_back();
  return rows;
}

class JournalCsvTest : public testing::Test {
 protected:
  std::vector<std::vector<std::string>> Rows(Source& source) {
    bytes_.clear();
    const absl::StatusOr<ExportManifest> manifest =
        WriteJournalCsv(source, ChartOfAccounts::Default("XBU"), Into(&bytes_));
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    if (manifest.ok()) manifest_ = *manifest;
    return ReadCsv(bytes_);
  }

  ListSource source_;
  std::string bytes_;
  ExportManifest manifest_;
};

TEST_F(JournalCsvTest, TheFieldsOfTheFecAreFollowedByTheWayBack) {
  MemberTrade& sale =
      source_.Add(MemberTrade::Role::kSeller, "2025-03-14", 72'000, 120'000);
  sale.tax_lines = {{"S", 200'000, 100'000, 20'000}};
  sale.rate = {4, 5, 7};
  Rows(source_);
  const std::vector<std::string> lines = Cut(bytes_, '\n');
  EXPECT_EQ(lines[0],
            "JournalCode;JournalLib;EcritureNum;EcritureDate;CompteNum;"
            "CompteLib;CompAuxNum;CompAuxLib;PieceRef;PieceDate;EcritureLib;"
            "Debit;Credit;EcritureLet;DateLet;ValidDate;Montantdevise;Idevise;"
            "TxId;EntryHash;PrevHash;Rate;RateSource;VatCode\r");
  const std::string hashes = std::string(64, 'b') + ";" + std::string(64, 'c');
  EXPECT_EQ(lines[2],
            "VE;Ventes;VE000001;20250314;707000;Ventes de marchandises;;;F-101;"
            "20250314;Vente F-101 Garage Martin SARL;0,00;1000,00;;;20250314;;;"
            "TX-0000000101;" +
                hashes + ";;;S 20\r");
  EXPECT_EQ(lines[4],
            "UN;Réseau XBU (unités);UN000001;20250314;512400;"
            "Compte réseau XBU (unités);;;TX-0000000101;20250314;"
            "Règlement 60% en unités F-101;720,00;0,00;;;20250314;720,00;XBU;"
            "TX-0000000101;" +
                hashes + ";0.8;demo/rates/7;\r");
}

TEST_F(JournalCsvTest, SemicolonsAndQuotesAreQuoted) {
  source_.Add(MemberTrade::Role::kSeller, "2025-03-14", 100, 100)
      .counterparty.legal_name = "A;B \"C\"\r\n=D";
  const auto rows = Rows(source_);
  EXPECT_EQ(rows[1][7], "A;B \"C\" =D");
  EXPECT_NE(bytes_.find(";\"A;B \"\"C\"\" =D\";"), std::string::npos);
}

TEST_F(JournalCsvTest, NoFieldButANumberStartsAFormula) {
  RandomSource random(1'789, 300);
  for (const std::vector<std::string>& row : Rows(random)) {
    ASSERT_EQ(row.size(), kFields);
    for (size_t i = 0; i < row.size(); ++i) {
      const bool number = i == 16;
      if (!number && !row[i].empty()) {
        EXPECT_EQ(std::string("=+-@").find(row[i][0]), std::string::npos)
            << row[i];
      }
      EXPECT_TRUE(IsPlainText(row[i]));
    }
  }
}

TEST_F(JournalCsvTest, ItHasTheRowsOfTheFec) {
  RandomSource random(1'793, 200);
  const auto rows = Rows(random);
  std::string fec;
  ASSERT_TRUE(
      WriteFec(random, ChartOfAccounts::Default("XBU"), Into(&fec)).ok());
  const std::vector<std::string> lines = Cut(fec, '\n');
  ASSERT_EQ(rows.size(), lines.size() - 1);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string joined;
    for (size_t k = 0; k < kFecFields; ++k) {
      joined += (k == 0 ? "" : "\t") + rows[i][k];
    }
    EXPECT_EQ(joined + "\r", lines[i]);
  }
}

TEST_F(JournalCsvTest, TheOpeningBalanceHasNoRecordBehindIt) {
  source_.opening = {100, 100};
  const auto rows = Rows(source_);
  ASSERT_EQ(rows.size(), 3u);
  for (size_t i = 18; i < kFields; ++i) EXPECT_EQ(rows[1][i], "");
}

TEST_F(JournalCsvTest, AnyCurrencyAndAnyPeriodInTheYearWillDo) {
  source_.network.national_currency = "CHF";
  source_.member.siren = "";
  source_.member.id = "../atelier";
  source_.Add(MemberTrade::Role::kSeller, "2025-01-31", 100, 100);
  source_.Add(MemberTrade::Role::kSeller, "2025-02-28", 200, 200);
  source_.period.first_day = Day("2025-02-01");
  source_.period.last_day = Day("2025-02-28");
  source_.period.closed = false;
  const auto rows = Rows(source_);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[1][2], "VE000002");
  EXPECT_EQ(manifest_.file_name,
            "PROVISIONAL-___atelier-journal-20250201-20250228.csv");
  EXPECT_EQ(BeginJournalCsv(source_).file_name, manifest_.file_name);
}

}  // namespace
}  // namespace skontro::fiscal

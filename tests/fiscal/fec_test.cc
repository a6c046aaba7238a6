#include "fiscal/fec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fiscal/ascii.h"
#include "fiscal/fec_fields.h"
#include "tests/fiscal/list_source.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;
constexpr MemberTrade::Role kBuyer = MemberTrade::Role::kBuyer;

class FecTest : public testing::Test {
 protected:
  // The file of the source, row by row, cut into fields; without its names.
  std::vector<std::vector<std::string>> Rows() {
    bytes_.clear();
    const absl::StatusOr<ExportManifest> manifest =
        WriteFec(source_, chart_, Into(&bytes_));
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    if (!manifest.ok()) return {};
    manifest_ = *manifest;
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : Cut(bytes_, '\n')) {
      if (line.empty()) continue;
      EXPECT_EQ(line.back(), '\r');
      rows.push_back(Cut(line.substr(0, line.size() - 1), '\t'));
      EXPECT_EQ(rows.back().size(), kFecFields);
    }
    EXPECT_EQ(rows.front()[0], "JournalCode");
    rows.erase(rows.begin());
    return rows;
  }

  std::string Refusal() {
    return RefusalText(WriteFec(source_, chart_, Into(&bytes_)).status());
  }

  ListSource source_;
  ChartOfAccounts chart_ = ChartOfAccounts::Default("XBU");
  std::string bytes_;
  ExportManifest manifest_;
};

// Puts the trades of fiscal.md 7.1, 7.4 and 7.5 into the source, with the ids
// that the worked example has.
void AddWorkedExample(ListSource* source) {
  source->opening = {50'000, 50'000};
  MemberTrade& sale = source->Add(kSeller, "2025-03-14", 72'000, 120'000);
  sale.counterparty = {"0042", "Garage Martin SARL"};
  sale.invoice.number = "F2025-0001";
  sale.tax_lines = {{"S", 200'000, 100'000, 20'000}};
  MemberTrade& purchase = source->Add(kBuyer, "2025-05-06", 60'000, 60'000);
  purchase.sequence = 201;
  purchase.counterparty = {"0007", "Imprimerie Lenoir SAS"};
  purchase.invoice.number = "FL-8841";
  purchase.tax_lines = {{"S", 200'000, 50'000, 10'000}};
  source->Add(kBuyer, "2025-06-10", 5'000, 0).sequence = 233;
  source->Reverse(2, "2025-06-11").sequence = 234;
}

TEST_F(FecTest, TheFirstRowNamesTheEighteenFieldsOfTheLaw) {
  Rows();
  EXPECT_EQ(bytes_,
            "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\t"
            "CompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t"
            "EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\t"
            "Montantdevise\tIdevise\r\n");
  EXPECT_EQ(manifest_.bytes, static_cast<int64_t>(bytes_.size()));
}

TEST_F(FecTest, TheWorkedExampleComesOutToTheCent) {
  AddWorkedExample(&source_);
  absl::StatusOr<ChartOfAccounts> chart = ChartOfAccounts::Parse(
      "account.purchases = 606300 Fournitures d'entretien et petit équipement\n"
      "auxiliary.customer_prefix = C\nauxiliary.supplier_prefix = F\n",
      "XBU");
  ASSERT_TRUE(chart.ok());
  chart_ = *chart;
  Rows();
  const char* const kUnits = "UN\tRéseau XBU (unités)\t";
  const char* const kUnitAccount = "512400\tCompte réseau XBU (unités)\t\t\t";
  const std::vector<std::string> kRows = {
      // 7.1 Sale of 1,000.00 net, 60 % in units.
      ("VE\tVentes\tVE000001\t20250314\t411000\tClients\tC0042\t"
       "Garage Martin SARL\tF2025-0001\t20250314\t"
       "Vente F2025-0001 Garage Martin SARL\t1200,00\t0,00\t\t\t20250314\t\t"),
      ("VE\tVentes\tVE000001\t20250314\t707000\tVentes de marchandises\t\t\t"
       "F2025-0001\t20250314\tVente F2025-0001 Garage Martin SARL\t0,00\t"
       "1000,00\t\t\t20250314\t\t"),
      ("VE\tVentes\tVE000001\t20250314\t445710\tTVA collectée\t\t\tF2025-0001\t"
       "20250314\tVente F2025-0001 Garage Martin SARL\t0,00\t200,00\t\t\t"
       "20250314\t\t"),
      (std::string(kUnits) + "UN000001\t20250314\t" + kUnitAccount +
       "TX-0000000101\t20250314\tRèglement 60% en unités F2025-0001\t"
       "720,00\t0,00\t\t\t20250314\t720,00\tXBU"),
      // 7.4 Purchase of 500.00 net, all in units.
      ("AC\tAchats\tAC000001\t20250506\t606300\t"
       "Fournitures d'entretien et petit équipement\t\t\tFL-8841\t20250506\t"
       "Achat FL-8841 Imprimerie Lenoir SAS\t500,00\t0,00\t\t\t20250506\t\t"),
      ("AC\tAchats\tAC000001\t20250506\t445660\t"
       "TVA déductible sur autres biens et services\t\t\tFL-8841\t20250506\t"
       "Achat FL-8841 Imprimerie Lenoir SAS\t100,00\t0,00\t\t\t20250506\t\t"),
      ("AC\tAchats\tAC000001\t20250506\t401000\tFournisseurs\tF0007\t"
       "Imprimerie Lenoir SAS\tFL-8841\t20250506\t"
       "Achat FL-8841 Imprimerie Lenoir SAS\t0,00\t600,00\tAA\t20250506\t"
       "20250506\t\t"),
      (std::string(kUnits) + "UN000002\t20250506\t" + kUnitAccount +
       "TX-0000000201\t20250506\tRèglement 100% en unités FL-8841\t0,00\t"
       "600,00\t\t\t20250506\t-600,00\tXBU"),
      // 7.5 Reversal of an erroneous transfer of 50.00.
      (std::string(kUnits) +
       "UN000003\t20250610\t471000\tCompte d'attente\t\t\tTX-0000000233\t"
       "20250610\tTransfert en unités Imprimerie Lenoir SAS\t50,00\t0,00\t\t"
       "\t20250610\t\t"),
      (std::string(kUnits) + "UN000004\t20250611\t" + kUnitAccount +
       "TX-0000000234\t20250611\tContre-passation TX-0000000233\t50,00\t"
       "0,00\t\t\t20250611\t50,00\tXBU"),
  };
  for (const std::string& row : kRows) {
    EXPECT_NE(bytes_.find("\r\n" + row + "\r\n"), std::string::npos) << row;
  }
  // 500 + 720 - 600 - 50 + 50.
  EXPECT_EQ(manifest_.summary.closing, (UnitBalance{62'000, 62'000}));
  EXPECT_EQ(manifest_.summary.units_written, 62'000);
  // 500 + 1200 + 720 + 600 + 600 + 50 + 50.
  EXPECT_EQ(manifest_.summary.debit, 372'000);
}

TEST_F(FecTest, TheRowsOfTheSharedExampleAreOurs) {
  const auto path = SharedPath("worked-example/732829320FEC20251231.txt");
  SKONTRO_SKIP_WITHOUT(path);
  AddWorkedExample(&source_);
  Rows();
  // The example is in ISO-8859-15; these rows and fields have only ASCII.
  // Amounts of the same documents on the same accounts.
  const auto amounts = [](const std::string& file, const std::string& document,
                          const std::string& account) {
    for (const std::string& line : Cut(file, '\n')) {
      const std::vector<std::string> f = Cut(line, '\t');
      if (f.size() == kFecFields && f[8] == document && f[4] == account) {
        return f[9] + " " + f[11] + " " + f[12] + " " + f[16];
      }
    }
    return std::string("no such row");
  };
  const std::string theirs = ReadFile(path);
  const char* const kPairs[][2] = {
      {"F2025-0001", "411000"},    {"F2025-0001", "707000"},
      {"F2025-0001", "445710"},    {"TX-0000000101", "512400"},
      {"TX-0000000101", "411000"}, {"FL-8841", "445660"},
      {"FL-8841", "401000"},       {"TX-0000000201", "401000"},
      {"TX-0000000201", "512400"}, {"TX-0000000233", "471000"},
      {"TX-0000000233", "512400"}, {"TX-0000000234", "512400"},
      {"TX-0000000234", "471000"},
  };
  for (const auto& [document, account] : kPairs) {
    EXPECT_EQ(amounts(bytes_, document, account),
              amounts(theirs, document, account))
        << document << " " << account;
    EXPECT_NE(amounts(bytes_, document, account), "no such row");
  }
}

TEST_F(FecTest, UnitsStandOnlyOnTheirAccountAndAuxiliariesOnlyOnThirdParties) {
  AddWorkedExample(&source_);
  for (const std::vector<std::string>& row : Rows()) {
    EXPECT_EQ(row[17] == "XBU", row[4] == "512400");
    EXPECT_EQ(row[16].empty(), row[17].empty());
    const bool third_party = row[4] == "411000" || row[4] == "401000";
    EXPECT_EQ(!row[6].empty(), third_party);
    EXPECT_EQ(!row[7].empty(), third_party);
    EXPECT_EQ(row[13].empty(), row[14].empty());
    EXPECT_NE(row[11] == "0,00", row[12] == "0,00");
    EXPECT_EQ(row[3], row[15]);
  }
}

TEST_F(FecTest, AHostileNameCannotBreakARow) {
  MemberTrade& trade = source_.Add(kSeller, "2025-03-14", 100, 100);
  trade.counterparty.legal_name =
      "=cmd|'/c calc'!A0\tX\r\nVE\xC2\xA0\xE2\x80\xAE";
  trade.counterparty.member_id = "@a\tb";
  trade.invoice.number = "-1|2\n3";
  const std::vector<std::vector<std::string>> rows = Rows();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0][7], "'=cmd '/c calc'!A0 X VE");
  EXPECT_EQ(rows[0][6], "C-@a b");
  EXPECT_EQ(rows[0][8], "'-1 2 3");
  EXPECT_EQ(rows[0][10], "Vente '-1 2 3 '=cmd '/c calc'!A0 X VE");
  EXPECT_EQ(bytes_.find('|'), std::string::npos);
}

TEST_F(FecTest, ANumberOfNothingGivesWayToTheNameOfTheRecord) {
  source_.Add(kSeller, "2025-03-14", 100, 100).invoice.number = "\t|\t";
  EXPECT_EQ(Rows()[0][8], "TX-0000000101");
}

TEST_F(FecTest, ALeapDayIsADay) {
  source_.period = {Day("2024-01-01"), Day("2024-01-01"), Day("2024-12-31"),
                    true};
  source_.Add(kSeller, "2024-02-29", 100, 100);
  EXPECT_EQ(Rows()[0][3], "20240229");
  EXPECT_EQ(manifest_.file_name, "732829320FEC20241231.txt");
}

TEST_F(FecTest, TheLastDayOfTheYearBelongsToItAndTheNextDoesNot) {
  source_.Add(kSeller, "2025-12-31", 100, 100);
  EXPECT_EQ(Rows().size(), 4u);
  source_.Add(kSeller, "2026-01-01", 100, 100);
  EXPECT_EQ(Refusal(), "DATA_LOSS");
}

TEST_F(FecTest, ADocumentMayBeOlderThanTheYear) {
  MemberTrade& trade = source_.Add(kSeller, "2025-01-02", 100, 100);
  trade.invoice.issue_date = Day("2024-12-20");
  trade.value_date = Day("2024-12-31");
  const std::vector<std::vector<std::string>> rows = Rows();
  EXPECT_EQ(rows[0][3], "20250102");
  EXPECT_EQ(rows[0][9], "20241220");
  EXPECT_EQ(rows[2][9], "20241231");
}

TEST_F(FecTest, AYearThatEndsInJuneIsNamedByItsEnd) {
  source_.period = {Day("2024-07-01"), Day("2024-07-01"), Day("2025-06-30"),
                    true};
  Rows();
  EXPECT_EQ(manifest_.file_name, "732829320FEC20250630.txt");
}

TEST_F(FecTest, AnOpenPeriodAndASimulatedNetworkAreMarkedInTheName) {
  source_.period.closed = false;
  Rows();
  EXPECT_EQ(manifest_.file_name, "PROVISIONAL-732829320FEC20251231.txt");
  source_.network.simulated = true;
  source_.Add(kSeller, "2025-03-14", 100, 100);
  EXPECT_EQ(Rows()[0][1], "Ventes (SIMULATION)");
  EXPECT_EQ(manifest_.file_name,
            "SIMULATED-PROVISIONAL-732829320FEC20251231.txt");
  EXPECT_EQ(FecDescriptionName(manifest_),
            "SIMULATED-PROVISIONAL-732829320FEC20251231-description.txt");
}

TEST_F(FecTest, TheSameSourceGivesTheSameBytes) {
  AddWorkedExample(&source_);
  Rows();
  const std::string first = bytes_;
  Rows();
  EXPECT_EQ(bytes_, first);
}

TEST_F(FecTest, AMemberWithoutASirenIsRefused) {
  source_.member.siren = "";
  const absl::Status status = WriteFec(source_, chart_, Into(&bytes_)).status();
  EXPECT_EQ(RefusalText(status), "INCOMPLETE_PROFILE siren");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RefusalValue(status, "who"), "networks/demo/members/atelier");
  EXPECT_EQ(bytes_, "");
  source_.member.siren = "732829321";
  EXPECT_EQ(Refusal(), "FIELD_INVALID member.siren");
  source_.member.siren = "732 829 320";
  Rows();
  EXPECT_EQ(manifest_.member.siren, "732829320");
}

TEST_F(FecTest, TheNameIsKnownBeforeTheFirstByte) {
  AddWorkedExample(&source_);
  const absl::StatusOr<ExportManifest> begun = BeginFec(source_);
  ASSERT_TRUE(begun.ok()) << begun.status();
  Rows();
  EXPECT_EQ(begun->file_name, manifest_.file_name);
  EXPECT_EQ(begun->member.siren, manifest_.member.siren);
  source_.member.siren = "";
  EXPECT_EQ(RefusalText(BeginFec(source_).status()),
            "INCOMPLETE_PROFILE siren");
}

TEST_F(FecTest, BooksThatAreNotInEurosAreRefused) {
  source_.network.national_currency = "CHF";
  EXPECT_EQ(Refusal(), "FIELD_INVALID network.national_currency");
}

TEST_F(FecTest, AFecCoversItsFiscalYearFromTheFirstDay) {
  source_.period.first_day = Day("2025-02-01");
  EXPECT_EQ(Refusal(), "FIELD_INVALID period.first_day");
  source_.period.last_day = {};
  EXPECT_EQ(Refusal(), "FIELD_INVALID period.first_day");
}

TEST_F(FecTest, UnitsOfOtherDecimalsAreWrittenWithThem) {
  source_.network.unit_decimals = 4;
  source_.network.national_decimals = 2;
  MemberTrade& trade = source_.Add(kSeller, "2025-03-14", 1'234'567, 10'000);
  trade.national_value = 10'000;
  trade.cash.minor_units = 0;
  trade.rate = {81, 10'000, 1};
  EXPECT_EQ(Rows()[2][16], "123,4567");
  source_.network.unit_decimals = 0;
  EXPECT_EQ(Rows()[2][16], "1234567");
}

TEST_F(FecTest, ALongYearStreamsInPiecesOfBoundedSize) {
  for (int i = 0; i < 2'000; ++i) {
    source_.Add(kSeller, "2025-03-14", 100, 100);
  }
  size_t pieces = 0;
  size_t bytes = 0;
  size_t largest = 0;
  const absl::StatusOr<ExportManifest> manifest =
      WriteFec(source_, chart_, [&](std::string_view piece) {
        ++pieces;
        bytes += piece.size();
        largest = std::max(largest, piece.size());
        return absl::OkStatus();
      });
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->summary.rows, 8'000);
  EXPECT_EQ(manifest->bytes, static_cast<int64_t>(bytes));
  EXPECT_GT(pieces, 10u);
  EXPECT_LT(largest, 70'000u);
}

TEST_F(FecTest, AnErrorOfTheSinkEndsTheExport) {
  for (int i = 0; i < 2'000; ++i) {
    source_.Add(kSeller, "2025-03-14", 100, 100);
  }
  EXPECT_EQ(WriteFec(source_, chart_,
                     [](std::string_view) {
                       return absl::CancelledError("the caller left");
                     })
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

TEST_F(FecTest, TheDescriptionNamesFieldsCharactersAndWhatToLookAt) {
  AddWorkedExample(&source_);
  source_.member.legal_name = "Atelier\r\nSARL";
  Rows();
  const std::string text = DescribeFec(manifest_, chart_);
  for (const char* part :
       {"article A47 A-1, XI", "Fichier : 732829320FEC20251231.txt",
        "Entreprise : Atelier SARL, SIREN 732829320", "UTF-8", "tabulation",
        "1. JournalCode : ", "18. Idevise : ", "journal.units = UN ",
        "account.units = 512400 ", "OPENING_CONTRA (1)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(text.find("PROVISOIRE"), std::string::npos);
  source_.period.closed = false;
  Rows();
  EXPECT_NE(DescribeFec(manifest_, chart_).find("PROVISOIRE"),
            std::string::npos);
  // Every line ends with CR LF.
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at) {
    EXPECT_EQ(text[at - 1], '\r');
  }
}

TEST_F(FecTest, PipesAndLatinSayTheSameAsTabsAndUtf8) {
  AddWorkedExample(&source_);
  // Letters of both sets, a letter that only UTF-8 has, another script, and a
  // pipe that must not become a field.
  source_.trades[0].counterparty.legal_name = "Š Œuvre | Łódź 10 € \xD7\xA9";
  std::vector<std::vector<std::string>> tabs = Rows();
  const FecForm form{FecForm::Separator::kPipe, FecForm::Charset::kIso8859_15};
  std::string bytes;
  ASSERT_TRUE(WriteFec(source_, chart_, Into(&bytes), form).ok());
  std::vector<std::string> rows = Cut(bytes, '\n');
  ASSERT_EQ(rows.size(), tabs.size() + 2);  // Names, and behind the last end.
  bool found = false;
  for (size_t i = 0; i < tabs.size(); ++i) {
    const std::string row = rows[i + 1].substr(0, rows[i + 1].size() - 1);
    const std::vector<std::string> fields = Cut(row, '|');
    ASSERT_EQ(fields.size(), kFecFields) << row;
    for (size_t k = 0; k < kFecFields; ++k) {
      EXPECT_EQ(fields[k], ToIso8859_15(tabs[i][k]));
      found |= fields[k] ==
               "\xA6 \xBCuvre L\xF3"
               "dz 10 \xA4 ?";
    }
  }
  EXPECT_TRUE(found) << bytes;
  const std::string text = DescribeFec(manifest_, chart_, form);
  EXPECT_NE(text.find("ISO-8859-15"), std::string::npos);
  EXPECT_NE(text.find("barre verticale"), std::string::npos);
}

}  // namespace
}  // namespace skontro::fiscal

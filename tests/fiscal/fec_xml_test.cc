// The XML variant of the FEC: the flat file of the same source row for row, and
// what the tax administration's schema says of it.

#include "fiscal/fec_xml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "fiscal/export.h"
#include "fiscal/fec.h"
#include "fiscal/fec_fields.h"
#include "ledger/base/limits.h"
#include "ledger/digest.h"
#include "tests/fiscal/fec_xml_rows.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/random_source.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

constexpr MemberTrade::Role kSeller = MemberTrade::Role::kSeller;
constexpr MemberTrade::Role kBuyer = MemberTrade::Role::kBuyer;
constexpr FecForm kXml = {FecForm::Separator::kTab, FecForm::Charset::kUtf8,
                          FecForm::Variant::kXml};

std::filesystem::path Schema() {
  return SharedPath(absl::StrCat("fec/", kFecXmlSchema));
}

// What xmllint says of `bytes`.
Verdict Lint(const JudgeFolder& folder, const std::string& bytes) {
  return Ask(absl::StrCat("xmllint --nonet --noout --schema ",
                          Schema().string(), " ",
                          folder.Put("fec.xml", bytes)));
}

class FecXmlTest : public testing::Test {
 protected:
  // The schema takes every file that the test wrote.
  void TearDown() override {
    if (written_.empty()) return;
    SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
    SKONTRO_SKIP_WITHOUT(Schema());
    const JudgeFolder folder;
    for (const std::string& bytes : written_) {
      const Verdict verdict = Lint(folder, bytes);
      EXPECT_EQ(verdict.code, 0) << verdict.text << bytes.substr(0, 4'000);
    }
  }

  std::string Xml(Source& source) {
    std::string bytes;
    const absl::StatusOr<ExportManifest> manifest =
        WriteFec(source, chart_, Into(&bytes), kXml);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    if (!manifest.ok()) return "";
    manifest_ = *manifest;
    EXPECT_EQ(manifest_.bytes, static_cast<int64_t>(bytes.size()));
    written_.push_back(bytes);
    return bytes;
  }

  // The rows of the flat file, journal by journal and else in its order.
  std::vector<FecRow> Flat(Source& source) {
    std::string bytes;
    EXPECT_TRUE(WriteFec(source, chart_, Into(&bytes)).ok());
    std::vector<FecRow> rows;
    for (const std::string& line : Cut(bytes, '\n')) {
      if (!line.empty())
        rows.push_back(Cut(line.substr(0, line.size() - 1), '\t'));
    }
    rows.erase(rows.begin());
    std::map<std::string, size_t> place;
    for (size_t i = 0; i < kJournalKinds; ++i) {
      place[chart_.journal(static_cast<JournalKind>(i)).code] = i;
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const FecRow& a, const FecRow& b) {
                       return place.at(a[0]) < place.at(b[0]);
                     });
    return rows;
  }

  // Both files of `source` say the same. Returns how many rows they have.
  size_t ExpectTheFlatRows(Source& source) {
    const std::vector<FecRow> flat = Flat(source);
    const std::vector<FecRow> read = reader_.Read(Xml(source));
    EXPECT_EQ(read.size(), flat.size());
    EXPECT_EQ(manifest_.summary.rows, static_cast<int64_t>(flat.size()));
    for (size_t i = 0; i < std::min(read.size(), flat.size()); ++i) {
      if (read[i] == flat[i]) continue;
      for (size_t k = 0; k < kFecFields; ++k) {
        EXPECT_EQ(read[i][k], flat[i][k]) << kFecNames[k] << ", row " << i;
      }
    }
    return flat.size();
  }

  std::string Refusal(const FecForm& form) {
    std::string bytes;
    const absl::Status status =
        WriteFec(source_, chart_, Into(&bytes), form).status();
    EXPECT_EQ(BeginFec(source_, form).status(), status);
    EXPECT_EQ(bytes, "");
    return RefusalText(status);
  }

  ListSource source_;
  ChartOfAccounts chart_ = ChartOfAccounts::Default("XBU");
  FecXmlReader reader_;
  ExportManifest manifest_;
  std::vector<std::string> written_;
};

TEST_F(FecXmlTest, EntriesStandInTheirJournalsAndLinesInTheirEntries) {
  MemberTrade& sale = source_.Add(kSeller, "2025-03-14", 72'000, 72'000);
  sale.counterparty = {"0042", "Garage Martin & Fils"};
  sale.invoice.number = "F2025-0001";
  EXPECT_EQ(
      Xml(source_),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<comptabilite "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:noNamespaceSchemaLocation=\"formatA47A-I-VII-1.xsd\">\n"
      "<exercice><DateCloture>2025-12-31</DateCloture>\n"
      "<journal><JournalCode>AN</JournalCode>"
      "<JournalLib>A nouveaux</JournalLib>\n</journal>\n"
      "<journal><JournalCode>VE</JournalCode>"
      "<JournalLib>Ventes</JournalLib>\n"
      "<ecriture><EcritureNum>VE000001</EcritureNum>"
      "<EcritureDate>2025-03-14</EcritureDate>"
      "<EcritureLib>Vente F2025-0001 Garage Martin &amp; Fils</EcritureLib>"
      "<PieceRef>F2025-0001</PieceRef><PieceDate>2025-03-14</PieceDate>"
      "<EcritureLet>AA</EcritureLet><DateLet>2025-03-14</DateLet>"
      "<ValidDate>2025-03-14</ValidDate>\n"
      "<ligne><CompteNum>411000</CompteNum><CompteLib>Clients</CompteLib>"
      "<CompAuxNum>C-0042</CompAuxNum>"
      "<CompAuxLib>Garage Martin &amp; Fils</CompAuxLib>"
      "<Debit>720.00</Debit>"
      "<EcritureLet>AA</EcritureLet><DateLet>2025-03-14</DateLet></ligne>\n"
      "<ligne><CompteNum>707000</CompteNum>"
      "<CompteLib>Ventes de marchandises</CompteLib>"
      "<Credit>720.00</Credit></ligne>\n"
      "</ecriture>\n</journal>\n"
      "<journal><JournalCode>AC</JournalCode>"
      "<JournalLib>Achats</JournalLib>\n</journal>\n"
      "<journal><JournalCode>UN</JournalCode>"
      "<JournalLib>Réseau XBU (unités)</JournalLib>\n"
      "<ecriture><EcritureNum>UN000001</EcritureNum>"
      "<EcritureDate>2025-03-14</EcritureDate>"
      "<EcritureLib>Règlement 100% en unités F2025-0001</EcritureLib>"
      "<PieceRef>TX-0000000101</PieceRef><PieceDate>2025-03-14</PieceDate>"
      "<EcritureLet>AA</EcritureLet><DateLet>2025-03-14</DateLet>"
      "<ValidDate>2025-03-14</ValidDate>\n"
      "<ligne><CompteNum>512400</CompteNum>"
      "<CompteLib>Compte réseau XBU (unités)</CompteLib>"
      "<Montantdevise>720.00</Montantdevise><Idevise>XBU</Idevise>"
      "<Debit>720.00</Debit></ligne>\n"
      "<ligne><CompteNum>411000</CompteNum><CompteLib>Clients</CompteLib>"
      "<CompAuxNum>C-0042</CompAuxNum>"
      "<CompAuxLib>Garage Martin &amp; Fils</CompAuxLib>"
      "<Credit>720.00</Credit>"
      "<EcritureLet>AA</EcritureLet><DateLet>2025-03-14</DateLet></ligne>\n"
      "</ecriture>\n</journal>\n"
      "<journal><JournalCode>OD</JournalCode>"
      "<JournalLib>Opérations diverses</JournalLib>\n</journal>\n"
      "</exercice>\n</comptabilite>\n");
}

TEST_F(FecXmlTest, TheGoldenYearHasTheRowsOfTheFlatFile) {
  ListSource source = GoldenYear("atelier");
  EXPECT_EQ(ExpectTheFlatRows(source), 20u);
  EXPECT_EQ(reader_.closing(), "2024-12-31");
  EXPECT_EQ(Xml(source), written_.front()) << "the same source, other bytes";
  source.network.simulated = true;
  source.period.closed = false;
  ExpectTheFlatRows(source);
  EXPECT_EQ(manifest_.file_name,
            "SIMULATED-PROVISIONAL-732829320FEC20241231.xml");
}

TEST_F(FecXmlTest, RandomYearsHaveTheRowsOfTheFlatFile) {
  constexpr uint64_t kSeed = 443'061'841;
  size_t rows = 0;
  for (uint64_t i = 0; i < 12; ++i) {
    SCOPED_TRACE(i);
    RandomSource source(kSeed + i, 80);
    rows += ExpectTheFlatRows(source);
    EXPECT_EQ(RandomSource::Wide(manifest_.summary.debit),
              source.expected_debit);
  }
  EXPECT_GT(rows, 2'500u);
}

TEST_F(FecXmlTest, AmountsOfEverySizeAndUnitsOfEveryScaleAreExact) {
  source_.opening = {-kAmountMax, -kAmountMax};
  for (int i = 0; i < 100; ++i) {
    MemberTrade& trade = source_.Add(i % 2 == 0 ? kSeller : kBuyer,
                                     "2025-03-14", kAmountMax - i, kAmountMax);
    trade.tax_lines = {{"S", 200'000, kAmountMax - 1, 1}};
  }
  source_.Add(kSeller, "2025-03-14", 1, 1);
  for (const int decimals : {0, 2, 4}) {
    source_.network.unit_decimals = decimals;
    source_.network.national_decimals = decimals;
    ExpectTheFlatRows(source_);
  }
  EXPECT_TRUE(absl::StrContains(written_[1], ">-10000000000000.00</Mont"));
  EXPECT_TRUE(absl::StrContains(written_[1], "<Debit>9999999999999.99</D"));
}

TEST_F(FecXmlTest, WhatMembersWriteCannotBreakTheTree) {
  const std::vector<std::string> kHostile = {
      "]]>",
      "<![CDATA[x]]>",
      "<!--",
      "-->",
      "</EcritureLib><Debit>1</Debit>",
      "&amp;&#0;&lol;",
      "\"'<>&",
      std::string("\x00\x01\x07\x0B\x1F\x7F", 6) + "x",
      "\r\n\t",
      "\xC2\x85\xE2\x80\xA8\xC2\xA0",
      "\xED\xA0\x80 \xED\xBF\xBF",             // Lone surrogates.
      "\xC0\xAF\xF4\x90\x80\x80\xFF\xE2\x82",  // Overlong, too large, cut off.
      "\xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF",
      "\xE2\x80\xAE\xEF\xBB\xBF=1+1",
      std::string(1'000, '&'),
      std::string(999, '<') + "\xC3\xA9",
  };
  for (const std::string& text : kHostile) {
    MemberTrade& trade = source_.Add(kSeller, "2025-03-14", 100, 100);
    trade.counterparty = {text, text};
    trade.invoice.number = text;
  }
  ExpectTheFlatRows(source_);
  EXPECT_TRUE(absl::StrContains(written_[0], "Vente ]]&gt; ]]&gt;<"));
  // 320 bytes of a label are as many characters, not as many escapes.
  EXPECT_TRUE(absl::StrContains(
      written_[0],
      absl::StrReplaceAll(std::string(320, '&'), {{"&", "&amp;"}})));
  EXPECT_FALSE(absl::StrContains(written_[0], std::string(1, '\0')));
}

TEST_F(FecXmlTest, ACharacterThatXmlDoesNotKnowIsAQuestionMark) {
  source_.Add(kSeller, "2025-03-14", 100, 100).counterparty.legal_name =
      "A\xEF\xBF\xBE\xEF\xBF\xBF.";
  std::vector<FecRow> flat = Flat(source_);
  EXPECT_EQ(flat[0][7], "A\xEF\xBF\xBE\xEF\xBF\xBF.");
  const std::vector<FecRow> read = reader_.Read(Xml(source_));
  for (FecRow& row : flat) {
    for (std::string& field : row) {
      field = absl::StrReplaceAll(
          field, {{"\xEF\xBF\xBE", "?"}, {"\xEF\xBF\xBF", "?"}});
    }
  }
  EXPECT_EQ(read, flat);
}

TEST_F(FecXmlTest, LetteringThatLinesDisagreeOnStandsOnTheLinesAlone) {
  FiscalEntry entry;
  entry.number = "OD000001";
  entry.entry_date = entry.document_date = Day("2025-03-14");
  entry.label = "x";
  FiscalLine line;
  line.account = {"411000", "Clients"};
  line.debit = 1;
  line.lettering = "AA";
  line.lettering_date = Day("2025-03-14");
  entry.lines = {line, line, line, line};
  entry.lines[1].lettering = "";
  entry.lines[1].lettering_date = {};
  const Journal& journal = chart_.journal(JournalKind::kGeneral);
  const auto head = [&] {
    const std::string xml = FecXmlEntry(source_.network, journal, entry);
    EXPECT_EQ(Cut(xml, '\n').size(), 7u);
    EXPECT_EQ(absl::StrContains(Cut(xml, '\n')[2], "EcritureLet"), false);
    EXPECT_EQ(absl::StrContains(Cut(xml, '\n')[4], "EcritureLet"), true);
    return Cut(xml, '\n')[0];
  };
  EXPECT_TRUE(absl::StrContains(head(), "<EcritureLet>AA</EcritureLet>"));
  entry.lines[3].lettering_date = Day("2025-03-15");
  EXPECT_FALSE(absl::StrContains(head(), "EcritureLet"));
  entry.lines[3].lettering_date = Day("2025-03-14");
  entry.lines[3].lettering = "AB";
  EXPECT_FALSE(absl::StrContains(head(), "EcritureLet"));
}

// --- One reading for each journal --------------------------------------------

// Counts how often it is read, and shows another year from the reading
// `changes_at` on.
class CountingSource : public ListSource {
 public:
  absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const MemberTrade&)> visit) override {
    ++readings;
    if (readings == changes_at) {
      // Sales that become purchases and the other way round.
      for (MemberTrade& trade : trades) {
        trade.role = trade.role == kSeller ? kBuyer : kSeller;
      }
    }
    return ListSource::ForEachTrade(visit);
  }

  int readings = 0;
  int changes_at = 0;
};

TEST_F(FecXmlTest, EachJournalWithEntriesIsOneReadingOfTheSource) {
  CountingSource source;
  Xml(source);
  EXPECT_EQ(source.readings, 1) << "an empty year";
  source.opening = {1, 1};
  Xml(source);
  EXPECT_EQ(source.readings, 2) << "the opening balance alone";
  source.Add(kSeller, "2025-03-14", 100, 100);
  Xml(source);
  EXPECT_EQ(source.readings, 5) << "opening, sales, units";
  // Journals change with every trade, and still stand together.
  for (int i = 0; i < 100; ++i) {
    source.Add(i % 3 == 0 ? kBuyer : kSeller, "2025-03-14", 100, 100);
  }
  source.readings = 0;
  EXPECT_EQ(ExpectTheFlatRows(source), 2u + 4u * 101u);
  EXPECT_EQ(source.readings, 1 + 4) << "the flat file, and four journals";
  EXPECT_EQ(reader_.journals(),
            (std::vector<std::string>{"AN", "VE", "AC", "UN", "OD"}));
}

TEST_F(FecXmlTest, ASourceThatChangesBetweenReadingsIsDataLoss) {
  CountingSource source;
  source.Add(kSeller, "2025-03-14", 100, 100);
  source.Add(kSeller, "2025-03-15", 100, 100);
  source.Add(kBuyer, "2025-03-16", 100, 100);
  source.closing = UnitBalance{100, 100};
  std::string bytes;
  source.changes_at = 2;
  const absl::Status moved =
      WriteFec(source, chart_, Into(&bytes), kXml).status();
  EXPECT_EQ(moved.code(), absl::StatusCode::kDataLoss) << moved;
  // Sums that the account's balance does not give away.
  CountingSource other;
  other.Add(kSeller, "2025-03-14", 100, 100);
  other.Add(kSeller, "2025-03-15", 100, 100);
  other.Add(kBuyer, "2025-03-16", 200, 200);
  other.changes_at = 2;
  const absl::Status hidden =
      WriteFec(other, chart_, Into(&bytes), kXml).status();
  EXPECT_EQ(hidden.code(), absl::StatusCode::kDataLoss) << hidden;
  EXPECT_TRUE(absl::StrContains(hidden.message(), "when the export began"))
      << hidden;
}

TEST_F(FecXmlTest, ALongYearStreamsInPiecesOfBoundedSize) {
  for (int i = 0; i < 2'000; ++i) {
    source_.Add(i % 2 == 0 ? kBuyer : kSeller, "2025-03-14", 100, 100);
  }
  size_t pieces = 0;
  size_t largest = 0;
  const absl::StatusOr<ExportManifest> manifest = WriteFec(
      source_, chart_,
      [&](std::string_view piece) {
        ++pieces;
        largest = std::max(largest, piece.size());
        return absl::OkStatus();
      },
      kXml);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->summary.rows, 8'000);
  EXPECT_GT(pieces, 10u);
  EXPECT_LT(largest, 70'000u);
  EXPECT_EQ(WriteFec(
                source_, chart_,
                [](std::string_view) {
                  return absl::CancelledError("the caller left");
                },
                kXml)
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

TEST_F(FecXmlTest, AnEmptyYearHasItsJournalsAndNoEntry) {
  EXPECT_EQ(ExpectTheFlatRows(source_), 0u);
  EXPECT_EQ(reader_.closing(), "2025-12-31");
  EXPECT_EQ(reader_.journals().size(), kJournalKinds);
}

// --- What stands beside it ---------------------------------------------------

TEST_F(FecXmlTest, SeparatorsAndLatinAreRefusedBeforeTheFirstByte) {
  FecForm form = kXml;
  form.separator = FecForm::Separator::kPipe;
  EXPECT_EQ(Refusal(form), "FIELD_INVALID fec.separator");
  form = kXml;
  form.charset = FecForm::Charset::kIso8859_15;
  EXPECT_EQ(Refusal(form), "FIELD_INVALID fec.charset");
  source_.member.siren = "";
  EXPECT_EQ(Refusal(kXml), "INCOMPLETE_PROFILE siren");
}

// Names and types of the files of an export.
class TypedFiles : public KeptFiles {
 public:
  absl::Status Begin(const std::string& name,
                     std::string_view media_type) override {
    types.emplace_back(media_type);
    return KeptFiles::Begin(name, media_type);
  }

  std::vector<std::string> types;
};

TEST_F(FecXmlTest, NoFileOfTheExportHasTheNameOfOneOfTheFlatFec) {
  TypedFiles xml;
  ASSERT_TRUE(WriteExport(ExportFormat::kFec, source_, chart_, xml, kXml).ok());
  ASSERT_EQ(xml.files.size(), 3u);
  EXPECT_EQ(xml.files[0].first, "732829320FEC20251231.xml");
  EXPECT_EQ(xml.files[1].first, "732829320FEC20251231-xml-description.txt");
  EXPECT_EQ(xml.files[2].first, "732829320FEC20251231.xml.manifest.json");
  EXPECT_EQ(xml.types, (std::vector<std::string>{"application/xml",
                                                 "text/plain; charset=utf-8",
                                                 "application/json"}));
  written_.push_back(xml.files[0].second);
  EXPECT_TRUE(absl::StrContains(xml.files[2].second, "\"FEC.XML\""));
  EXPECT_TRUE(absl::StrContains(
      xml.files[2].second, ledger::ToHex(ledger::HashOf(xml.files[0].second))));
  TypedFiles flat;
  ASSERT_TRUE(WriteExport(ExportFormat::kFec, source_, chart_, flat).ok());
  for (const auto& [name, bytes] : flat.files) {
    for (const auto& [other, ignored] : xml.files) EXPECT_NE(name, other);
  }
}

TEST_F(FecXmlTest, TheDescriptionIsThatOfTheXml) {
  ListSource source = GoldenYear("atelier");
  Xml(source);
  const std::string text = DescribeFec(manifest_, chart_, kXml);
  for (const char* part :
       {"article A47 A-1, XI", "Fichier : 732829320FEC20241231.xml",
        "XML, schéma formatA47A-I-VII-1.xsd", "UTF-8", "comptabilite, exercice",
        "4. EcritureDate : date de comptabilisation, AAAA-MM-JJ\r\n",
        "12. Debit : débit en euros, point décimal\r\n",
        "18. Idevise : ", "account.units = 512400 "}) {
    EXPECT_TRUE(absl::StrContains(text, part)) << part;
  }
  for (const char* part : {"AAAAMMJJ", "virgule", "Séparateur", "tabulation"}) {
    EXPECT_FALSE(absl::StrContains(text, part)) << part;
  }
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at) {
    EXPECT_EQ(text[at - 1], '\r');
  }
}

TEST(FecXmlJudgeTest, AFileThatIsWrongIsFound) {
  SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
  SKONTRO_SKIP_WITHOUT(Schema());
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  std::string good;
  ASSERT_TRUE(
      WriteFec(source, ChartOfAccounts::Default("XBU"), Into(&good), kXml)
          .ok());
  ASSERT_EQ(Lint(folder, good).code, 0);
  const char* const kCases[][2] = {
      {"<Debit>1200.00</Debit>", "<Debit>1200,00</Debit>"},
      {"<Debit>1200.00</Debit>", ""},
      {"<EcritureDate>2024-02-29", "<EcritureDate>20240229"},
      {"<EcritureDate>2024-02-29", "<EcritureDate>2023-02-29"},
      {"<JournalLib>Ventes</JournalLib>", ""},
      {"<CompteNum>411000", "<CompteNum>C411000"},
      {"<PieceRef>F2024-0001</PieceRef>", ""},
      {"</comptabilite>", "</comptabilite>x"},
  };
  for (const auto& [from, to] : kCases) {
    std::string bad = good;
    const size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, std::string(from).size(), to);
    EXPECT_NE(Lint(folder, bad).code, 0) << from << " as " << to;
  }
}

}  // namespace
}  // namespace skontro::fiscal

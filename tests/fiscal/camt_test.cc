#include "fiscal/camt.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "fiscal/statement_name.h"
#include "tests/fiscal/golden_year.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/random_source.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

using Message = CamtVariant::Message;
using Version = CamtVariant::Version;

constexpr CamtVariant kVariants[] = {
    {Message::kStatement, Version::k08, true},
    {Message::kStatement, Version::k08, false},
    {Message::kStatement, Version::k02, true},
    {Message::kStatement, Version::k02, false},
    {Message::kNotification, Version::k08, true},
    {Message::kNotification, Version::k08, false},
    {Message::kNotification, Version::k02, true},
    {Message::kNotification, Version::k02, false}};

std::string Write(Source& source, const CamtVariant& variant) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteCamt(source, variant, Into(&bytes));
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  return bytes;
}

// The text between the first `open` and the `close` that follows.
std::string Between(const std::string& text, const std::string& open,
                    const std::string& close) {
  const size_t at = text.find(open);
  if (at == std::string::npos) return "(no " + open + ")";
  const size_t start = at + open.size();
  return text.substr(start, text.find(close, start) - start);
}

int Count(const std::string& text, const std::string& words) {
  int count = 0;
  for (size_t at = text.find(words); at != std::string::npos;
       at = text.find(words, at + 1)) {
    ++count;
  }
  return count;
}

TEST(CamtTest, BalancesAreThoseOfTheAccount) {
  ListSource source = GoldenYear("atelier");
  const std::string camt = Write(source, kVariants[0]);
  const std::string opening = Between(camt, "<Cd>OPBD</Cd>", "</Bal>");
  EXPECT_TRUE(absl::StrContains(opening, ">500.00</Amt>")) << opening;
  EXPECT_TRUE(absl::StrContains(opening, "<Dt>2023-12-31</Dt>")) << opening;
  const std::string closing = Between(camt, "<Cd>CLBD</Cd>", "</Bal>");
  // 500 + 720 - 600 - 50 + 50 + 12.34
  EXPECT_TRUE(absl::StrContains(closing, ">632.34</Amt>")) << closing;
  EXPECT_TRUE(absl::StrContains(closing, "<CdtDbtInd>CRDT<")) << closing;
  EXPECT_EQ(Between(camt, "<TtlCdtNtries>", "</TtlCdtNtries>"),
            "<NbOfNtries>3</NbOfNtries><Sum>782.34</Sum>");
  EXPECT_EQ(Between(camt, "<TtlDbtNtries>", "</TtlDbtNtries>"),
            "<NbOfNtries>2</NbOfNtries><Sum>650.00</Sum>");
  EXPECT_EQ(Count(camt, "<Ntry>"), 5);
}

TEST(CamtTest, AMemberThatOwesIsInDebitWithoutASign) {
  ListSource source = GoldenYear("brasserie");
  const std::string camt = Write(source, kVariants[0]);
  const std::string closing = Between(camt, "<Cd>CLBD</Cd>", "</Bal>");
  EXPECT_TRUE(absl::StrContains(closing, ">1157.00</Amt>")) << closing;
  EXPECT_TRUE(absl::StrContains(closing, "<CdtDbtInd>DBIT<")) << closing;
  EXPECT_FALSE(absl::StrContains(camt, ">-"));
}

TEST(CamtTest, AReversalIsMarkedAndPointsBack) {
  ListSource source = GoldenYear("atelier");
  const std::string camt = Write(source, kVariants[0]);
  const std::string entry =
      Between(camt, "<NtryRef>TX-0000000104</NtryRef>", "</Ntry>");
  EXPECT_TRUE(absl::StrContains(entry, "CRDT</CdtDbtInd><RvslInd>true<"));
  EXPECT_TRUE(absl::StrContains(entry, "<Cd>REVERSAL</Cd>")) << entry;
  EXPECT_TRUE(absl::StrContains(entry, "Reversal of TX-0000000103")) << entry;
}

TEST(CamtTest, AnInvoiceNumberIsTheReferenceWhereItFits) {
  ListSource source = GoldenYear("atelier");
  const std::string camt = Write(source, kVariants[0]);
  EXPECT_TRUE(absl::StrContains(camt, "<EndToEndId>F2024-0001</EndToEndId>"));
  // It is a reference: nothing is put before it, as it would be in a table.
  EXPECT_TRUE(absl::StrContains(
      camt, "<EndToEndId>-2024/17;&lt;&amp;&gt;\"</EndToEndId>"));
  source = GoldenYear("brasserie");  // It has 64 characters.
  EXPECT_TRUE(absl::StrContains(
      Between(Write(source, kVariants[0]), "<NtryRef>TX-0000000102", "</Ntry>"),
      "<EndToEndId>NOTPROVIDED</EndToEndId>"));
}

TEST(CamtTest, TheValueIsTheOneThatWasFixedAndThePlainProfileHasNone) {
  ListSource source = GoldenYear("uhrwerk");
  const std::string camt = Write(source, kVariants[0]);
  EXPECT_TRUE(absl::StrContains(
      camt,
      "<CntrValAmt><Amt Ccy=\"CHF\">0.05</Amt><CcyXchg><SrcCcy>XBU</SrcCcy>"
      "<TrgtCcy>CHF</TrgtCcy><UnitCcy>XBU</UnitCcy>"
      "<XchgRate>0.6666666667</XchgRate><CtrctId>rates/2</CtrctId>"));
  EXPECT_FALSE(absl::StrContains(Write(source, kVariants[1]), "AmtDtls"));
}

TEST(CamtTest, APeriodInsideTheYearOpensWithTheBalanceBeforeIt) {
  ListSource source = GoldenYear("atelier");
  source.period.first_day = Day("2024-06-01");
  const std::string camt = Write(source, kVariants[0]);
  EXPECT_TRUE(absl::StrContains(Between(camt, "<Cd>OPBD</Cd>", "</Bal>"),
                                ">620.00</Amt>"));
  EXPECT_EQ(Count(camt, "<Ntry>"), 3);
}

TEST(CamtTest, StatementsOfOneKindAreNumberedWithoutGaps) {
  const auto number = [](const char* first, const char* last) {
    return StatementNumber({Day(first), Day(first), Day(last), true});
  };
  EXPECT_EQ(number("2024-01-01", "2024-12-31"), 2024);
  EXPECT_EQ(*number("2024-02-01", "2024-02-29"),
            *number("2024-01-01", "2024-01-31") + 1);
  EXPECT_EQ(*number("2025-01-01", "2025-01-31"),
            *number("2024-12-01", "2024-12-31") + 1);
  EXPECT_EQ(*number("2024-03-01", "2024-03-01"),
            *number("2024-02-29", "2024-02-29") + 1);
  EXPECT_FALSE(number("2024-02-01", "2024-02-28").has_value());
  EXPECT_FALSE(number("2024-01-01", "2024-06-30").has_value());
}

TEST(CamtTest, ASumThatISOHasNoRoomForIsRefused) {
  ListSource source;
  source.opening = {999'999'999'999'999'998, 0};
  source.Add(MemberTrade::Role::kSeller, "2025-01-01", 1, 0);
  Write(source, kVariants[0]);
  source.Add(MemberTrade::Role::kSeller, "2025-01-01", 1, 0);
  std::string bytes;
  EXPECT_EQ(WriteCamt(source, kVariants[0], Into(&bytes)).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(bytes, "") << "nothing is written before it is known";
}

TEST(CamtTest, ABalanceThatDoesNotAddUpIsRefused) {
  ListSource source = GoldenYear("atelier");
  source.closing = UnitBalance{63'233, 63'233};
  std::string bytes;
  EXPECT_EQ(WriteCamt(source, kVariants[0], Into(&bytes)).status().code(),
            absl::StatusCode::kDataLoss);
}

// --- What others say ---------------------------------------------------------

void ExpectValid(const JudgeFolder& folder, const std::string& camt) {
  const std::string id = Between(camt, "xsd:", "\"");
  const std::filesystem::path schema = SharedPath("iso20022/" + id + ".xsd");
  SKONTRO_SKIP_WITHOUT(schema);
  const Verdict verdict =
      Ask(absl::StrCat("xmllint --nonet --noout --schema ", schema.string(),
                       " ", folder.Put("camt.xml", camt)));
  EXPECT_EQ(verdict.code, 0) << verdict.text;
}

TEST(CamtJudgeTest, TheSchemasTakeEveryVariantOfTheGoldenYear) {
  SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
  const JudgeFolder folder;
  for (const char* member : kGoldenMembers) {
    for (const CamtVariant& variant : kVariants) {
      ListSource source = GoldenYear(member);
      ExpectValid(folder, Write(source, variant));
      if (testing::Test::IsSkipped()) return;
    }
  }
}

TEST(CamtJudgeTest, TheSchemasTakeWhatMembersMayWrite) {
  SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
  const JudgeFolder folder;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    RandomSource source(seed, 200);
    const std::string camt = Write(source, kVariants[seed - 1]);
    ExpectValid(folder, camt);
    if (testing::Test::IsSkipped()) return;
    if (kVariants[seed - 1].message == Message::kNotification) continue;
    // The closing balance is that of the account, computed another way.
    const auto closing = static_cast<int64_t>(source.expected_units);
    const std::string balance = Between(camt, "<Cd>CLBD</Cd>", "</Bal>");
    EXPECT_TRUE(absl::StrContains(balance,
                                  absl::StrCat(closing < 0 ? "DBIT" : "CRDT")));
  }
}

TEST(CamtJudgeTest, AFileThatIsWrongIsFound) {
  SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
  const std::filesystem::path schema =
      SharedPath("iso20022/camt.053.001.08.xsd");
  SKONTRO_SKIP_WITHOUT(schema);
  const JudgeFolder folder;
  ListSource source = GoldenYear("atelier");
  std::string camt = Write(source, kVariants[0]);
  camt.replace(camt.find("<Cd>BOOK</Cd>"), 13, "<Code>BOOK</Code>");
  EXPECT_NE(
      Ask(absl::StrCat("xmllint --nonet --noout --schema ", schema.string(),
                       " ", folder.Put("camt.xml", camt)))
          .code,
      0);
}

}  // namespace
}  // namespace skontro::fiscal

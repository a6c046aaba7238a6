// Payment runs: what is read, what is refused, and what is reported.

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/pain001.h"
#include "fiscal/pain002.h"
#include "fiscal/xml_tree.h"
#include "ledger/base/limits.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/sample_payment_run.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

absl::StatusOr<PainMessage> Read(const std::string& xml, int decimals = 2) {
  return ReadPain001(xml, {"XBU", decimals});
}

PainMessage ReadOk(const std::string& xml) {
  absl::StatusOr<PainMessage> message = Read(xml);
  EXPECT_TRUE(message.ok()) << message.status();
  return message.ok() ? *std::move(message) : PainMessage();
}

// The code that the whole file is refused with, or empty.
std::string FileCode(const std::string& xml) {
  const PainMessage message = ReadOk(xml);
  return message.refused.has_value() ? message.refused->code : "";
}

// The code that the first transfer is refused with, or empty.
std::string FirstCode(const std::string& xml, int decimals = 2) {
  const absl::StatusOr<PainMessage> message = Read(xml, decimals);
  EXPECT_TRUE(message.ok()) << message.status();
  if (!message.ok() || message->payments.empty()) return "none";
  const PainTransfer& first = message->payments[0].transfers.at(0);
  return first.refused.has_value() ? first.refused->code : "";
}

std::string Repeat(std::string_view text, size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) out.append(text);
  return out;
}

// The first amount as `amount`, and sums that fit it.
std::string WithAmount(const std::string& amount, const std::string& payment,
                       const std::string& all) {
  std::string xml = RunWith("720.00</InstdAmt>", amount + "</InstdAmt>");
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>("770.00", payment),
        std::pair<std::string, std::string>("771.25", all)}) {
    xml.replace(xml.find(from), from.size(), to);
  }
  return xml;
}

TEST(PainTest, EveryTransferOfARunIsRead) {
  const PainMessage message = ReadOk(std::string(kPaymentRun));
  EXPECT_FALSE(message.refused.has_value());
  EXPECT_EQ(message.id, "RUN-2026-03-31");
  EXPECT_EQ(message.transfers(), 3u);
  ASSERT_EQ(message.payments.size(), 2u);
  const PainPayment& first = message.payments[0];
  EXPECT_EQ(first.debtor.account, "atelier");
  EXPECT_EQ(ledger::FormatDate(first.execution_date), "2026-03-31");
  const PainTransfer& transfer = first.transfers[0];
  EXPECT_EQ(transfer.end_to_end_id, "E-0001");
  EXPECT_EQ(transfer.instruction_id, "I1");
  EXPECT_EQ(transfer.units, 72'000);
  EXPECT_EQ(transfer.creditor.account, "garage");
  EXPECT_EQ(transfer.invoice_number, "F2026-0117");
  EXPECT_EQ(ledger::FormatDate(transfer.invoice_date), "2026-03-14");
  EXPECT_EQ(transfer.text, "Merci");
  EXPECT_EQ(first.transfers[1].units, 5'000);
  EXPECT_EQ(first.transfers[1].creditor.ids,
            std::vector<std::string>{"BE0123456749"});
  EXPECT_EQ(first.transfers[1].creditor.country, "BE");
  EXPECT_EQ(message.payments[1].transfers[0].units, 125);
  EXPECT_EQ(ledger::FormatDate(message.payments[1].execution_date),
            "2026-03-31");
}

TEST(PainTest, ARunThatDoesNotAddUpIsNotCarriedOut) {
  EXPECT_EQ(FileCode(RunWith("<NbOfTxs>3", "<NbOfTxs>4")), "AM18");
  EXPECT_EQ(FileCode(RunWith("<NbOfTxs>3", "<NbOfTxs>three")), "AM18");
  EXPECT_EQ(FileCode(RunWith("<NbOfTxs>2", "<NbOfTxs>1")), "AM18");
  EXPECT_EQ(FileCode(RunWith("771.25", "771.26")), "AM10");
  EXPECT_EQ(FileCode(RunWith("771.25", "771.250000001")), "AM10");
  EXPECT_EQ(FileCode(RunWith("771.25", "7.7125E2")), "AM10");
  EXPECT_EQ(FileCode(RunWith("770.00", "769.99")), "AM10");
  EXPECT_EQ(FileCode(RunWith("<CtrlSum>771.25</CtrlSum>", "")), "");
  EXPECT_EQ(FileCode(RunWith("771.25", "771.25000000000")), "");
}

TEST(PainTest, SumsAreExactWhereADoubleIsNot) {
  const std::string large = "999999999999999.99";
  EXPECT_EQ(
      FileCode(WithAmount(large, "1000000000000049.99", "1000000000000051.24")),
      "");
  EXPECT_EQ(
      FileCode(WithAmount(large, "1000000000000049.99", "1000000000000051.25")),
      "AM10");
  EXPECT_EQ(
      FileCode(WithAmount("999999999999999999", "1000000000000000049", "1")),
      "AM10")
      << "a sum of more than 18 digits is none";
}

TEST(PainTest, TwoTransfersOfOneEndToEndIdAreNotCarriedOut) {
  EXPECT_EQ(FileCode(RunWith("E-0002", "E-0001")), "DU04");
  EXPECT_EQ(FileCode(RunWith("E-0003", "E-0001")), "DU04");
  EXPECT_EQ(FileCode(RunWith("E-0003", " E-0001 ")), "DU04");
}

TEST(PainTest, AnAmountThatIsNoneIsRejectedAndTheOthersAreNot) {
  const auto code = [](const std::string& amount, const std::string& payment,
                       const std::string& all, int decimals = 2) {
    const std::string xml = WithAmount(amount, payment, all);
    EXPECT_EQ(FileCode(xml), "") << amount;
    return FirstCode(xml, decimals);
  };
  EXPECT_EQ(code("0", "50", "51.25"), "AM01");
  EXPECT_EQ(code("0.00", "50", "51.25"), "AM01");
  EXPECT_EQ(code("-1.00", "49", "50.25"), "AM12");
  EXPECT_EQ(code("1.001", "51.001", "52.251"), "AM12");
  EXPECT_EQ(code("1.01", "51.01", "52.26"), "");
  EXPECT_EQ(code("10000000000000", "10000000000050", "10000000000051.25"), "");
  EXPECT_EQ(code("10000000000000.01", "10000000000050.01", "10000000000051.26"),
            "AM02")
      << "one minor unit past kAmountMax";
  static_assert(kAmountMax == 1'000'000'000'000'000);
  EXPECT_EQ(FirstCode(RunWith("XBU\">720", "EUR\">720")), "AM03");
  EXPECT_EQ(FirstCode(std::string(kPaymentRun), /*decimals=*/0), "");
  EXPECT_EQ(FirstCode(RunWith("720.00</InstdAmt>", "720.50</InstdAmt>"), 0),
            "AM12");
  EXPECT_EQ(FirstCode(std::string(kPaymentRun), /*decimals=*/4), "");
}

TEST(PainTest, ATransferThatNobodyCouldKnowAgainIsRejected) {
  EXPECT_EQ(FirstCode(RunWith("E-0001", "NOTPROVIDED")), "NARR");
  // Twice is no twin: neither is carried out.
  std::string xml = RunWith("E-0001", "NOTPROVIDED");
  xml.replace(xml.find("E-0002"), 6, "NOTPROVIDED");
  EXPECT_EQ(FileCode(xml), "");
}

TEST(PainTest, ATransferForTwoInvoicesIsRejected) {
  EXPECT_EQ(FirstCode(RunWith("</RfrdDocInf>",
                              "</RfrdDocInf><RfrdDocInf><Nb>F2</Nb>"
                              "</RfrdDocInf>")),
            "NARR");
  EXPECT_EQ(FirstCode(RunWith("</Strd>",
                              "</Strd><Strd><RfrdDocInf><Nb>F2</Nb>"
                              "</RfrdDocInf></Strd>")),
            "NARR");
}

TEST(PainTest, WhatIsNotOfItsFormIsRefusedByItsPath) {
  const std::string body = "Document/CstmrCdtTrfInitn/";
  const std::string transfer = body + "PmtInf[1]/CdtTrfTxInf[1]/";
  for (const auto& [from, to, field] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"pain.001.001.09", "pain.001.001.03", "document"},
           {"<MsgId>RUN-2026-03-31</MsgId>", "", body + "GrpHdr/MsgId"},
           {"<NbOfTxs>3</NbOfTxs>", "", body + "GrpHdr/NbOfTxs"},
           {"<PmtMtd>TRF", "<PmtMtd>CHK", body + "PmtInf[1]/PmtMtd"},
           {"<Dt>2026-03-31", "<Dt>2026-02-30", body + "PmtInf[1]/ReqdExctnDt"},
           {"2026-03-31T12", "soon", body + "PmtInf[2]/ReqdExctnDt/DtTm"},
           {"<EndToEndId>E-0001</EndToEndId>", "",
            transfer + "PmtId/EndToEndId"},
           {">720.00<", ">720,00<", transfer + "Amt/InstdAmt"},
           {">720.00<", ">1.234567<", transfer + "Amt/InstdAmt"},
           {">720.00<", "><", transfer + "Amt/InstdAmt"},
           {">720.00<", ">.<", transfer + "Amt/InstdAmt"},
           {">720.00<", ">720.<", transfer + "Amt/InstdAmt"},
           {"<InstdAmt Ccy=\"XBU\">720.00</InstdAmt>",
            "<EqvtAmt><Amt Ccy=\"EUR\">720</Amt></EqvtAmt>",
            transfer + "Amt/InstdAmt"},
           {"<RltdDt>2026-03-14", "<RltdDt>14.03.2026",
            transfer + "RmtInf/Strd/RfrdDocInf/RltdDt"}}) {
    const absl::Status status = Read(RunWith(from, to)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << to;
    EXPECT_TRUE(absl::StartsWith(RefusalText(status), "FIELD_INVALID " + field))
        << RefusalText(status);
  }
}

// --- Files that were made to break their reader ------------------------------

void ExpectRefused(const std::string& xml, const std::string& field) {
  const absl::Status status = Read(xml).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StartsWith(RefusalText(status), "FIELD_INVALID " + field))
      << RefusalText(status);
  EXPECT_TRUE(IsPlainText(std::string(status.message())));
  EXPECT_LT(status.message().size(), 1'000u);
}

TEST(PainHostileTest, EntitiesAreNeitherExpandedNorFetched) {
  std::string bomb = "<!ENTITY a \"lol\">";
  for (char c = 'b'; c <= 'k'; ++c) {
    absl::StrAppend(
        &bomb, "<!ENTITY ", std::string(1, c), " \"",
        Repeat(absl::StrCat("&", std::string(1, char(c - 1)), ";"), 10), "\">");
  }
  for (const std::string& declarations :
       {bomb, std::string("<!ENTITY k SYSTEM \"file:///etc/hostname\">"),
        std::string("<!ENTITY % k SYSTEM \"http://127.0.0.1:9/\">%k;")}) {
    std::string xml = RunWith("RUN-2026-03-31", "&k;");
    xml.insert(xml.find("<Document"),
               absl::StrCat("<!DOCTYPE Document [", declarations, "]>"));
    ExpectRefused(xml, "DOCTYPE");
  }
  ExpectRefused(RunWith("Merci", "&merci;"), "line");
}

TEST(PainHostileTest, DepthSizeAndNumberHaveLimits) {
  ExpectRefused(RunWith("<InitgPty>", "<InitgPty>" + Repeat("<a>", 100'000)),
                "line");
  ExpectRefused(RunWith("Merci", Repeat("m", 5'000)),
                "Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/RmtInf/Ustrd");
  ExpectRefused(
      RunWith("<InitgPty>", "<!--" + Repeat("x", 11'000'000) + "--><InitgPty>"),
      "size");
  const std::string one =
      "<CdtTrfTxInf><PmtId><EndToEndId>NOTPROVIDED</EndToEndId></PmtId><Amt>"
      "<InstdAmt Ccy=\"XBU\">1</InstdAmt></Amt></CdtTrfTxInf>";
  ExpectRefused(RunWith("<CdtTrfTxInf>",
                        Repeat(one, kPainTransfersMax) + "<CdtTrfTxInf>"),
                "Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf");
  // Counted over all payments.
  ExpectRefused(RunWith("<CdtTrfTxInf>",
                        Repeat(one, kPainTransfersMax - 2) + "<CdtTrfTxInf>"),
                "Document/CstmrCdtTrfInitn/PmtInf[2]/CdtTrfTxInf");
}

TEST(PainHostileTest, BytesThatAreNoTextAreRefused) {
  ExpectRefused("", "document");
  ExpectRefused("pain", "line");
  ExpectRefused(RunWith("Merci", "\xFF"), "encoding");
  ExpectRefused(RunWith("UTF-8", "ISO-8859-1"), "encoding");
  ExpectRefused(RunWith("E-0001", "E&#x1;1"), "line");
  ExpectRefused(std::string(kPaymentRun.substr(0, 900)), "line");
}

// --- The report --------------------------------------------------------------

PainResult Rejected(const std::string& code, const std::string& text) {
  return {PainResult::Status::kRejected, PainReason{code, text}, ""};
}

std::string Report(const std::string& xml,
                   const std::vector<PainResult>& results) {
  return WritePain002(ReadOk(xml), results, "2026-03-31T09:05:00Z");
}

TEST(Pain002Test, EachTransferHasItsStatusReasonAndTrade) {
  const std::string report =
      Report(std::string(kPaymentRun),
             {{PainResult::Status::kSettled, std::nullopt, "t17"},
              Rejected("AM04", "the buyer <lacks> 20.00 & more"),
              {PainResult::Status::kPending, PainReason{"NARR", "wait"}, ""}});
  for (const char* words :
       {"<OrgnlMsgId>RUN-2026-03-31</OrgnlMsgId>",
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>",
        "<OrgnlNbOfTxs>3</OrgnlNbOfTxs><GrpSts>PART</GrpSts>",
        "<OrgnlPmtInfId>P1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>",
        "<OrgnlPmtInfId>P2</OrgnlPmtInfId><PmtInfSts>PDNG</PmtInfSts>",
        "<TxInfAndSts><OrgnlInstrId>I1</OrgnlInstrId><OrgnlEndToEndId>E-0001"
        "</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>t17</AcctSvcrRef>",
        "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>the "
        "buyer &lt;lacks&gt; 20.00 &amp; more</AddtlInf></StsRsnInf>"}) {
    EXPECT_TRUE(absl::StrContains(report, words)) << words << "\n" << report;
  }
  EXPECT_EQ(report.find("<OrgnlInstrId>"), report.rfind("<OrgnlInstrId>"));
}

TEST(Pain002Test, OneStatusOfAllIsThatOfTheFile) {
  const PainResult accepted = {PainResult::Status::kAccepted, std::nullopt, ""};
  EXPECT_TRUE(absl::StrContains(
      Report(std::string(kPaymentRun), {accepted, accepted, accepted}),
      "<GrpSts>ACCP</GrpSts>"));
  const PainResult no = Rejected("AC06", "no");
  EXPECT_TRUE(absl::StrContains(Report(std::string(kPaymentRun), {no, no, no}),
                                "<GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts>"));
}

TEST(Pain002Test, AFileThatIsRefusedHasTheReasonAndNoTransfer) {
  const std::string report = Report(RunWith("771.25", "771.26"), {});
  EXPECT_TRUE(absl::StrContains(
      report, "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM10</Cd>"));
  EXPECT_FALSE(absl::StrContains(report, "TxInfAndSts"));
}

TEST(Pain002Test, LongWordsAreCutIntoThreePieces) {
  const std::string report = Report(
      std::string(kPaymentRun), {Rejected("NARR", Repeat("é", 1'000)),
                                 Rejected("NARR", "a"), Rejected("NARR", "b")});
  const std::string piece = Repeat("é", 105);
  EXPECT_TRUE(absl::StrContains(
      report, Repeat("<AddtlInf>" + piece + "</AddtlInf>", 3) + "</StsRsnInf>"))
      << report;
}

// --- xmllint -----------------------------------------------------------------

TEST(PainJudgeTest, TheSampleIsOfTheSchema) {
  SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
  const std::filesystem::path schema =
      SharedPath("iso20022/pain.001.001.09.xsd");
  SKONTRO_SKIP_WITHOUT(schema);
  const JudgeFolder folder;
  const Verdict verdict =
      Ask(absl::StrCat("xmllint --nonet --noout --schema ", schema.string(),
                       " ", folder.Put("run.xml", std::string(kPaymentRun))));
  EXPECT_EQ(verdict.code, 0) << verdict.text;
}

TEST(PainJudgeTest, TheReportIsWellFormed) {
  SKONTRO_SKIP_WITHOUT_TOOL("xmllint");
  const JudgeFolder folder;
  const std::string report =
      Report(RunWith("E-0002", "E &lt;&amp;&quot; ק"),
             {{PainResult::Status::kSettled, std::nullopt, "t1"},
              Rejected("AM04", "]]> & <x>\x01\xFF"),
              Rejected("NARR", "")});
  const Verdict verdict =
      Ask("xmllint --nonet --noout " + folder.Put("status.xml", report));
  EXPECT_EQ(verdict.code, 0) << verdict.text;
}

}  // namespace
}  // namespace skontro::fiscal

#include "fiscal/camt.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/label.h"
#include "fiscal/statement_name.h"
#include "fiscal/trade_entries.h"
#include "fiscal/unit_statement.h"
#include "fiscal/xml_writer.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

using Message = CamtVariant::Message;
using Version = CamtVariant::Version;

// Lengths of ISO 20022 texts, in characters.
constexpr size_t kMax34 = 34;
constexpr size_t kMax35 = 35;
constexpr size_t kMax70 = 70;
constexpr size_t kMax140 = 140;

// An amount has 18 digits.
constexpr int64_t kSumMax = 999'999'999'999'999'999;

std::string_view IdOf(const CamtVariant& variant) {
  const bool v08 = variant.version == Version::k08;
  if (variant.message == Message::kStatement) {
    return v08 ? "camt.053.001.08" : "camt.053.001.02";
  }
  return v08 ? "camt.054.001.08" : "camt.054.001.02";
}

// What the file is named by: one message has two contents.
std::string NameOf(const CamtVariant& variant) {
  std::string name(IdOf(variant));
  if (!variant.values) name.append(".plain");
  return name;
}

absl::Status CheckSums(const StatementSummary& summary) {
  for (const int64_t sum :
       {summary.opening.units, summary.closing.units, summary.turnover,
        summary.credits - summary.debits}) {
    if (sum >= -kSumMax && sum <= kSumMax) continue;
    return absl::OutOfRangeError(
        absl::StrCat("a sum of ", sum,
                     " minor units has more than the 18 digits of an amount in "
                     "ISO 20022; export a shorter period"));
  }
  return absl::OkStatus();
}

class CamtFile {
 public:
  CamtFile(const ExportManifest& manifest, const CamtVariant& variant)
      : manifest_(manifest),
        network_(manifest.network),
        variant_(variant),
        v08_(variant.version == Version::k08),
        statement_(variant.message == Message::kStatement),
        issuer_(AccountId(network_.id, kMax35)),
        amount_element_(absl::StrCat("Amt Ccy=\"", network_.unit_code, "\"")) {}

  std::string Head(const StatementSummary& summary);
  std::string Entry(const StatementEntry& entry);
  std::string Tail();

 private:
  std::string Units(int64_t amount) const {
    return ledger::FormatDecimal(amount, network_.unit_decimals);
  }
  static std::string_view Side(int64_t units) {
    return units < 0 ? "DBIT" : "CRDT";
  }

  void Account();
  void Balance(std::string_view code, int64_t units, ledger::CivilDate day);
  void Sums(const StatementSummary& summary);
  void Details(const StatementEntry& entry);
  void Values(const MemberTrade& trade);
  void Party(const StatementEntry& entry);
  void Remittance(const MemberTrade& trade);
  void Servicer();

  const ExportManifest& manifest_;
  const NetworkInfo& network_;
  const CamtVariant variant_;
  const bool v08_;
  const bool statement_;
  const std::string issuer_;
  const std::string amount_element_;
  XmlWriter xml_;
};

std::string CamtFile::Head(const StatementSummary& summary) {
  const Period& period = manifest_.period;
  const std::string made = StatementTime(manifest_);
  const std::string id = StatementId(manifest_, NameOf(variant_));
  xml_.Declaration()
      .Open(absl::StrCat("Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:",
                         std::string(IdOf(variant_)), "\""))
      .LineEnd()
      .Open(statement_ ? "BkToCstmrStmt" : "BkToCstmrDbtCdtNtfctn")
      .LineEnd();
  xml_.Open("GrpHdr").Text("MsgId", id).Text("CreDtTm", made).Close("GrpHdr");
  xml_.LineEnd().Open(statement_ ? "Stmt" : "Ntfctn").Text("Id", id);
  const std::optional<int64_t> number = StatementNumber(period);
  if (number.has_value()) {
    const std::string text = absl::StrCat(*number);
    xml_.Text("ElctrncSeqNb", text).Text("LglSeqNb", text);
  }
  xml_.Text("CreDtTm", made).Open("FrToDt");
  xml_.Text("FrDtTm", ledger::FormatDate(period.first_day) + "T00:00:00");
  xml_.Text("ToDtTm", ledger::FormatDate(period.last_day) + "T23:59:59");
  xml_.Close("FrToDt").LineEnd();
  Account();
  if (statement_) {
    Balance("OPBD", summary.opening.units,
            ledger::CivilDate::FromDays(period.first_day.days() - 1));
    Balance("CLBD", summary.closing.units, period.last_day);
  }
  Sums(summary);
  return xml_.Take();
}

void CamtFile::Servicer() {
  xml_.Open("Svcr").Open("FinInstnId");
  const std::string name = CleanText(network_.name, kMax70);
  if (!name.empty()) xml_.Text("Nm", name);
  xml_.Open("Othr").Text("Id", issuer_).Close("Othr");
  xml_.Close("FinInstnId").Close("Svcr");
}

void CamtFile::Account() {
  const ReportingMember& member = manifest_.member;
  xml_.Open("Acct").Open("Id").Open("Othr");
  xml_.Text("Id", AccountId(member.id, kMax34));
  // An id is one of its network only.
  const std::string scheme =
      AccountId(absl::StrCat(network_.id, "-MEMBER"), kMax35);
  xml_.Open("SchmeNm").Text("Prtry", scheme).Close("SchmeNm");
  xml_.Close("Othr").Close("Id").Text("Ccy", network_.unit_code);
  const std::string name = PartyName({member.id, member.legal_name}, kMax70);
  xml_.Text("Nm", name);
  Servicer();
  xml_.Close("Acct").LineEnd();
}

void CamtFile::Balance(std::string_view code, int64_t units,
                       ledger::CivilDate day) {
  xml_.Open("Bal").Open("Tp").Open("CdOrPrtry").Text("Cd", code);
  xml_.Close("CdOrPrtry").Close("Tp");
  xml_.Text(amount_element_, Units(std::abs(units)));
  xml_.Text("CdtDbtInd", Side(units));
  xml_.Open("Dt").Text("Dt", ledger::FormatDate(day)).Close("Dt");
  xml_.Close("Bal").LineEnd();
}

void CamtFile::Sums(const StatementSummary& summary) {
  const int64_t net = summary.credits - summary.debits;
  const auto count_and_sum = [this](int64_t count, int64_t sum) {
    xml_.Text("NbOfNtries", absl::StrCat(count)).Text("Sum", Units(sum));
  };
  xml_.Open("TxsSummry").Open("TtlNtries");
  count_and_sum(summary.entries(), summary.turnover);
  if (v08_) xml_.Open("TtlNetNtry");
  xml_.Text(v08_ ? "Amt" : "TtlNetNtryAmt", Units(std::abs(net)));
  xml_.Text("CdtDbtInd", Side(net));
  if (v08_) xml_.Close("TtlNetNtry");
  xml_.Close("TtlNtries").Open("TtlCdtNtries");
  count_and_sum(summary.credit_count, summary.credits);
  xml_.Close("TtlCdtNtries").Open("TtlDbtNtries");
  count_and_sum(summary.debit_count, summary.debits);
  xml_.Close("TtlDbtNtries").Close("TxsSummry").LineEnd();
}

std::string CamtFile::Entry(const StatementEntry& entry) {
  const MemberTrade& trade = entry.trade;
  const bool reversal = trade.kind == MemberTrade::Kind::kReversed;
  const std::string name = RecordName(trade.sequence);
  xml_.Open("Ntry").Text("NtryRef", name);
  xml_.Text(amount_element_, Units(trade.units));
  xml_.Text("CdtDbtInd", Side(entry.units));
  if (reversal) xml_.Text("RvslInd", "true");
  if (v08_) {
    xml_.Open("Sts").Text("Cd", "BOOK").Close("Sts");
  } else {
    xml_.Text("Sts", "BOOK");
  }
  xml_.Open("BookgDt").Text("Dt", ledger::FormatDate(trade.booking_date));
  xml_.Close("BookgDt").Open("ValDt");
  xml_.Text("Dt", ledger::FormatDate(trade.value_date)).Close("ValDt");
  xml_.Text("AcctSvcrRef", name);
  xml_.Open("BkTxCd").Open("Prtry");
  xml_.Text("Cd", reversal ? "REVERSAL" : "TRADE").Text("Issr", issuer_);
  xml_.Close("Prtry").Close("BkTxCd");
  Details(entry);
  xml_.Close("Ntry").LineEnd();
  return xml_.Take();
}

void CamtFile::Details(const StatementEntry& entry) {
  const MemberTrade& trade = entry.trade;
  const std::string invoice = CleanText(trade.invoice.number, kMax140);
  const bool fits = !invoice.empty() && CountCharacters(invoice) <= kMax35;
  xml_.Open("NtryDtls").Open("TxDtls").Open("Refs");
  xml_.Text("AcctSvcrRef", RecordName(trade.sequence));
  xml_.Text("EndToEndId", fits ? invoice : "NOTPROVIDED").Close("Refs");
  if (v08_) {
    xml_.Text(amount_element_, Units(trade.units));
    xml_.Text("CdtDbtInd", Side(entry.units));
  }
  if (variant_.values) Values(trade);
  Party(entry);
  Remittance(trade);
  xml_.Close("TxDtls").Close("NtryDtls");
}

void CamtFile::Values(const MemberTrade& trade) {
  // BaseOneRate: 11 digits, 10 of them behind the point.
  const std::optional<std::string> rate = FormatRateDecimal(
      trade.rate, network_.unit_decimals, network_.national_decimals, 10, 11);
  xml_.Open("AmtDtls").Open("TxAmt");
  xml_.Text(amount_element_, Units(trade.units)).Close("TxAmt");
  xml_.Open("CntrValAmt");
  xml_.Text(
      absl::StrCat("Amt Ccy=\"", network_.national_currency, "\""),
      ledger::FormatDecimal(trade.national_value, network_.national_decimals));
  if (rate.has_value()) {
    xml_.Open("CcyXchg").Text("SrcCcy", network_.unit_code);
    xml_.Text("TrgtCcy", network_.national_currency);
    xml_.Text("UnitCcy", network_.unit_code).Text("XchgRate", *rate);
    xml_.Text("CtrctId", absl::StrCat("rates/", trade.rate.version));
    xml_.Close("CcyXchg");
  }
  xml_.Close("CntrValAmt").Close("AmtDtls");
}

void CamtFile::Party(const StatementEntry& entry) {
  const Counterparty& party = entry.trade.counterparty;
  const bool pays = entry.units > 0;
  const std::string_view role = pays ? "Dbtr" : "Cdtr";
  const std::string_view account = pays ? "DbtrAcct" : "CdtrAcct";
  xml_.Open("RltdPties").Open(role);
  if (v08_) xml_.Open("Pty");
  xml_.Text("Nm", PartyName(party, kMax140));
  if (v08_) xml_.Close("Pty");
  xml_.Close(role).Open(account).Open("Id").Open("Othr");
  xml_.Text("Id", AccountId(party.member_id, kMax34));
  xml_.Close("Othr").Close("Id").Close(account).Close("RltdPties");
}

void CamtFile::Remittance(const MemberTrade& trade) {
  const std::string invoice = CleanText(trade.invoice.number, kMax140);
  xml_.Open("RmtInf");
  xml_.Text("Ustrd", CleanText(RemittanceText(trade), kMax140));
  if (!invoice.empty() && CountCharacters(invoice) <= kMax35) {
    xml_.Open("Strd").Open("RfrdDocInf").Open("Tp").Open("CdOrPrtry");
    xml_.Text("Cd", "CINV").Close("CdOrPrtry").Close("Tp");
    xml_.Text("Nb", invoice);
    if (trade.invoice.issue_date.has_value()) {
      xml_.Text("RltdDt", ledger::FormatDate(trade.invoice.issue_date));
    }
    xml_.Close("RfrdDocInf").Close("Strd");
  }
  xml_.Close("RmtInf");
}

std::string CamtFile::Tail() {
  const std::string note = StatementNote(manifest_);
  if (!note.empty()) {
    xml_.Text(statement_ ? "AddtlStmtInf" : "AddtlNtfctnInf", note).LineEnd();
  }
  xml_.Close(statement_ ? "Stmt" : "Ntfctn").LineEnd();
  xml_.Close(statement_ ? "BkToCstmrStmt" : "BkToCstmrDbtCdtNtfctn");
  xml_.LineEnd().Close("Document").LineEnd();
  return xml_.Take();
}

}  // namespace

ExportManifest BeginCamt(const Source& source, const CamtVariant& variant) {
  const std::string name = NameOf(variant);
  return BeginManifest(source, absl::AsciiStrToUpper(name), name, ".xml");
}

absl::StatusOr<ExportManifest> WriteCamt(Source& source,
                                         const CamtVariant& variant,
                                         const Sink& sink) {
  ExportManifest manifest = BeginCamt(source, variant);
  SKONTRO_ASSIGN_OR_RETURN(const StatementSummary summary,
                           SumUpStatement(source));
  SKONTRO_RETURN_IF_ERROR(CheckSums(summary));
  BufferedSink out(sink);
  CamtFile file(manifest, variant);
  SKONTRO_RETURN_IF_ERROR(out.Write(file.Head(summary)));
  SKONTRO_ASSIGN_OR_RETURN(
      manifest.statement,
      VisitStatement(source, [&](const StatementEntry& entry) {
        return out.Write(file.Entry(entry));
      }));
  SKONTRO_RETURN_IF_ERROR(out.Write(file.Tail()));
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal

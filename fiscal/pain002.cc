#include "fiscal/pain002.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/xml_writer.h"
#include "ledger/base/check.h"
#include "ledger/digest.h"

namespace skontro::fiscal {
namespace {

using Status = PainResult::Status;

constexpr size_t kIdLength = 35;
constexpr size_t kReasonTextLength = 105;
constexpr size_t kReasonTextsMax = 3;

const char* CodeOf(Status status) {
  switch (status) {
    case Status::kSettled:
      return "ACSC";
    case Status::kAccepted:
      return "ACCP";
    case Status::kPending:
      return "PDNG";
    case Status::kRejected:
      return "RJCT";
  }
  SKONTRO_CHECK(false);
}

// That of all, or PART.
std::string StatusOf(std::span<const PainResult> results) {
  SKONTRO_CHECK(!results.empty());
  const Status first = results.front().status;
  const bool same =
      std::all_of(results.begin(), results.end(),
                  [&](const PainResult& r) { return r.status == first; });
  return same ? CodeOf(first) : "PART";
}

void WriteReason(const PainReason& reason, XmlWriter* xml) {
  xml->Open("StsRsnInf").Open("Rsn").Text("Cd", reason.code).Close("Rsn");
  std::string rest =
      CleanText(reason.text, kReasonTextsMax * kReasonTextLength);
  for (size_t i = 0; i < kReasonTextsMax && !rest.empty(); ++i) {
    const std::string part = CleanText(rest, kReasonTextLength);
    xml->Text("AddtlInf", part);
    // CleanText() may take a blank off the end of a part.
    rest = CleanText(rest.substr(std::min(part.size(), rest.size())),
                     kReasonTextsMax * kReasonTextLength);
  }
  xml->Close("StsRsnInf");
}

void WriteTransfer(const PainTransfer& transfer, const PainResult& result,
                   XmlWriter* xml) {
  xml->Open("TxInfAndSts");
  if (!transfer.instruction_id.empty()) {
    xml->Text("OrgnlInstrId", CleanText(transfer.instruction_id, kIdLength));
  }
  xml->Text("OrgnlEndToEndId", CleanText(transfer.end_to_end_id, kIdLength));
  xml->Text("TxSts", CodeOf(result.status));
  if (result.reason.has_value()) WriteReason(*result.reason, xml);
  if (!result.reference.empty()) {
    xml->Text("AcctSvcrRef", CleanText(result.reference, kIdLength));
  }
  xml->Close("TxInfAndSts").LineEnd();
}

}  // namespace

std::string WritePain002(const PainMessage& message,
                         const std::vector<PainResult>& results,
                         std::string_view created) {
  const bool refused = message.refused.has_value();
  SKONTRO_CHECK(refused || results.size() == message.transfers());
  XmlWriter xml;
  xml.Declaration();
  xml.Open("Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"");
  xml.LineEnd().Open("CstmrPmtStsRpt").LineEnd();
  const std::string all = absl::StrCat(message.id, "\n", message.created, "\n",
                                       std::string(created));
  xml.Open("GrpHdr");
  xml.Text("MsgId", ledger::ToHex(ledger::HashOf(all)).substr(0, 32));
  xml.Text("CreDtTm", created).Close("GrpHdr").LineEnd();
  xml.Open("OrgnlGrpInfAndSts");
  xml.Text("OrgnlMsgId", CleanText(message.id, kIdLength));
  xml.Text("OrgnlMsgNmId", "pain.001.001.09");
  // Of a file that is refused for it, it may be no number.
  if (message.count.find_first_not_of("0123456789") == std::string::npos) {
    xml.Text("OrgnlNbOfTxs", message.count);
  }
  xml.Text("GrpSts", refused ? "RJCT" : StatusOf(results));
  if (refused) WriteReason(*message.refused, &xml);
  xml.Close("OrgnlGrpInfAndSts").LineEnd();
  std::span<const PainResult> rest = results;
  for (const PainPayment& payment : message.payments) {
    if (refused) break;
    const auto of_payment = rest.first(payment.transfers.size());
    rest = rest.subspan(of_payment.size());
    xml.Open("OrgnlPmtInfAndSts");
    xml.Text("OrgnlPmtInfId", CleanText(payment.id, kIdLength));
    xml.Text("PmtInfSts", StatusOf(of_payment)).LineEnd();
    for (size_t i = 0; i < of_payment.size(); ++i) {
      WriteTransfer(payment.transfers[i], of_payment[i], &xml);
    }
    xml.Close("OrgnlPmtInfAndSts").LineEnd();
  }
  xml.Close("CstmrPmtStsRpt").LineEnd().Close("Document").LineEnd();
  return xml.Take();
}

}  // namespace skontro::fiscal

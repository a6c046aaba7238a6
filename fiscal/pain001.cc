#include "fiscal/pain001.h"

#include <set>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/ubl_cursor.h"
#include "fiscal/xml_tree.h"
#include "ledger/base/limits.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

constexpr char kNamespace[] = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
constexpr size_t kIdLength = 4 * 35;  // 35 characters of up to four bytes.
constexpr size_t kPaymentsMax = 1'000;
constexpr size_t kTextsMax = 16;
constexpr int kAmountDecimals = 5;  // As ISO 20022 allows, in any currency.

// Below PmtInf, and below CdtTrfTxInf, the same for debtor and creditor.
void AddParty(const std::string& above, const std::string& party,
              std::vector<std::string>* leaves) {
  for (const char* leaf :
       {"/Nm", "/PstlAdr/Ctry", "/CtryOfRes", "/Id/OrgId/Othr/Id"}) {
    leaves->push_back(absl::StrCat(above, party, leaf));
  }
  for (const char* leaf :
       {"Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/Othr/SchmeNm/Prtry"}) {
    leaves->push_back(absl::StrCat(above, party, leaf));
  }
}

const XmlSelection& Selection() {
  static const auto* const kSelection = [] {
    const std::string root = "Document/CstmrCdtTrfInitn/";
    const std::string payment = root + "PmtInf/";
    const std::string transfer = payment + "CdtTrfTxInf/";
    std::vector<std::string> leaves;
    for (const char* leaf : {"MsgId", "CreDtTm", "NbOfTxs", "CtrlSum"}) {
      leaves.push_back(absl::StrCat(root, "GrpHdr/", leaf));
    }
    for (const char* leaf : {"PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum",
                             "ReqdExctnDt/Dt", "ReqdExctnDt/DtTm"}) {
      leaves.push_back(payment + leaf);
    }
    for (const char* leaf :
         {"PmtId/InstrId", "PmtId/EndToEndId", "Amt/InstdAmt",
          "Amt/EqvtAmt/Amt", "RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb",
          "RmtInf/Strd/RfrdDocInf/RltdDt"}) {
      leaves.push_back(transfer + leaf);
    }
    AddParty(payment, "Dbtr", &leaves);
    AddParty(transfer, "Cdtr", &leaves);
    return new XmlSelection({kNamespace}, std::move(leaves));
  }();
  return *kSelection;
}

// An amount or a sum in 10^-5, exact: at most 18 digits, as the schema has it.
// Nullopt for another form, and where a digit further behind is not zero.
std::optional<absl::int128> ReadExact(std::string_view text) {
  constexpr int kDigitsMax = 18;
  const bool negative = text.substr(0, 1) == "-";
  if (negative) text.remove_prefix(1);
  absl::int128 number = 0;
  int digits = 0;
  int decimals = -1;  // Before the point.
  for (const char c : text) {
    if (c == '.' && decimals < 0 && digits > 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > kDigitsMax) return std::nullopt;
    if (decimals >= kAmountDecimals) {
      if (c != '0') return std::nullopt;
      continue;
    }
    if (decimals >= 0) ++decimals;
    number = 10 * number + (c - '0');
  }
  if (digits == 0 || text.back() == '.') return std::nullopt;
  for (int i = decimals < 0 ? 0 : decimals; i < kAmountDecimals; ++i) {
    number *= 10;
  }
  return negative ? -number : number;
}

// What a file, or one payment of it, adds up to.
struct Sums {
  int64_t count = 0;
  absl::int128 total = 0;
};

// Whether NbOfTxs and CtrlSum, where they are there, are `sums`.
std::optional<PainReason> CheckSums(const std::string& where,
                                    std::string_view count,
                                    std::string_view control_sum,
                                    const Sums& sums) {
  const std::optional<absl::int128> counted = ReadExact(count);
  constexpr int64_t kOne = 100'000;
  if (!count.empty() && counted != absl::int128(sums.count) * kOne) {
    return PainReason{"AM18",
                      absl::StrCat(where, ": NbOfTxs is ", Quoted(count),
                                   ", and there are ", sums.count)};
  }
  if (!control_sum.empty() && ReadExact(control_sum) != sums.total) {
    return PainReason{"AM10",
                      absl::StrCat(where, ": CtrlSum is ", Quoted(control_sum),
                                   ", and the amounts add up to another sum")};
  }
  return std::nullopt;
}

absl::StatusOr<PainParty> ReadParty(const UblCursor& above,
                                    const std::string& name) {
  PainParty party;
  SKONTRO_ASSIGN_OR_RETURN(const auto node, above.Optional(name));
  if (node.has_value()) {
    SKONTRO_ASSIGN_OR_RETURN(party.name, node->TextBelow({"Nm"}));
    SKONTRO_ASSIGN_OR_RETURN(party.country,
                             node->TextBelow({"PstlAdr", "Ctry"}));
    if (party.country.empty()) {
      SKONTRO_ASSIGN_OR_RETURN(party.country, node->TextBelow({"CtryOfRes"}));
    }
    SKONTRO_ASSIGN_OR_RETURN(const auto id, node->Optional("Id"));
    if (id.has_value()) {
      SKONTRO_ASSIGN_OR_RETURN(const auto company, id->Optional("OrgId"));
      if (company.has_value()) {
        SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> others,
                                 company->All("Othr", kPainPartyIdsMax));
        for (const UblCursor& other : others) {
          SKONTRO_ASSIGN_OR_RETURN(const UblCursor value, other.Required("Id"));
          SKONTRO_ASSIGN_OR_RETURN(std::string text, value.Text(kIdLength));
          party.ids.push_back(std::move(text));
        }
      }
    }
  }
  SKONTRO_ASSIGN_OR_RETURN(const auto account, above.Optional(name + "Acct"));
  if (!account.has_value()) return party;
  SKONTRO_ASSIGN_OR_RETURN(party.account,
                           account->TextBelow({"Id", "Othr", "Id"}));
  SKONTRO_ASSIGN_OR_RETURN(
      party.account_scheme,
      account->TextBelow({"Id", "Othr", "SchmeNm", "Prtry"}));
  return party;
}

// The units of `exact`, or why they are none.
std::optional<PainReason> ToUnits(absl::int128 exact, std::string_view text,
                                  std::string_view currency,
                                  const PainUnit& unit, int64_t* units) {
  if (currency != unit.code) {
    return PainReason{"AM03",
                      absl::StrCat("the amount is in ", Quoted(currency),
                                   ", and this network's unit is ", unit.code)};
  }
  if (exact == 0) return PainReason{"AM01", "the amount is zero"};
  absl::int128 finer = 1;
  for (int i = unit.decimals; i < kAmountDecimals; ++i) finer *= 10;
  if (exact < 0 || exact % finer != 0) {
    return PainReason{"AM12", absl::StrCat("the amount ", Quoted(text),
                                           " is not one above zero with at "
                                           "most ",
                                           unit.decimals, " decimals")};
  }
  if (exact / finer > kAmountMax) {
    return PainReason{"AM02", absl::StrCat("the amount ", Quoted(text),
                                           " is more than a trade may have")};
  }
  *units = static_cast<int64_t>(exact / finer);
  return std::nullopt;
}

absl::Status ReadAmount(const UblCursor& node, const PainUnit& unit,
                        PainTransfer* transfer, Sums* sums) {
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor amount, node.Required("Amt"));
  // An equivalent in another currency would need a rate: not for us to choose.
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor instructed,
                           amount.Required("InstdAmt"));
  const std::optional<absl::int128> exact = ReadExact(instructed.text());
  if (!exact.has_value()) {
    return instructed.Invalid(
        "at most 18 digits with a point and at most 5 decimals");
  }
  ++sums->count;
  sums->total += *exact;
  transfer->refused =
      ToUnits(*exact, instructed.text(), instructed.Attribute("Ccy"), unit,
              &transfer->units);
  return absl::OkStatus();
}

absl::Status ReadRemittance(const UblCursor& node, PainTransfer* transfer) {
  SKONTRO_ASSIGN_OR_RETURN(const auto remittance, node.Optional("RmtInf"));
  if (!remittance.has_value()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> texts,
                           remittance->All("Ustrd", kTextsMax));
  for (const UblCursor& text : texts) {
    absl::StrAppend(&transfer->text, transfer->text.empty() ? "" : " ",
                    CleanText(text.text(), 140));
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> structured,
                           remittance->All("Strd", kTextsMax));
  if (structured.empty()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> documents,
                           structured.front().All("RfrdDocInf", kTextsMax));
  if (documents.empty()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(transfer->invoice_number,
                           documents.front().TextBelow({"Nb"}));
  SKONTRO_ASSIGN_OR_RETURN(transfer->invoice_date,
                           documents.front().OptionalDate({"RltdDt"}));
  // Two invoices in one transfer are two trades: which part is whose?
  if (structured.size() + documents.size() > 2 &&
      !transfer->refused.has_value()) {
    transfer->refused =
        PainReason{"NARR",
                   "the transfer pays several documents, and a trade settles "
                   "one invoice; send a transfer for each"};
  }
  return absl::OkStatus();
}

absl::StatusOr<PainTransfer> ReadTransfer(const UblCursor& node,
                                          const PainUnit& unit, Sums* sums) {
  PainTransfer transfer;
  transfer.path = node.path();
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor ids, node.Required("PmtId"));
  SKONTRO_ASSIGN_OR_RETURN(transfer.instruction_id, ids.TextBelow({"InstrId"}));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor id, ids.Required("EndToEndId"));
  SKONTRO_ASSIGN_OR_RETURN(transfer.end_to_end_id, id.Text(kIdLength));
  SKONTRO_RETURN_IF_ERROR(ReadAmount(node, unit, &transfer, sums));
  SKONTRO_ASSIGN_OR_RETURN(transfer.creditor, ReadParty(node, "Cdtr"));
  SKONTRO_RETURN_IF_ERROR(ReadRemittance(node, &transfer));
  if (transfer.end_to_end_id == "NOTPROVIDED") {
    transfer.refused =
        PainReason{"NARR",
                   "a transfer without an EndToEndId of its own might be paid "
                   "twice; give it one"};
  }
  return transfer;
}

absl::StatusOr<ledger::CivilDate> ReadExecutionDate(const UblCursor& node) {
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor date, node.Required("ReqdExctnDt"));
  SKONTRO_ASSIGN_OR_RETURN(const auto day, date.Optional("Dt"));
  if (day.has_value()) return day->Date();
  // A time is of some zone; its day as written is what the ERP shows.
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor time, date.Required("DtTm"));
  const absl::StatusOr<ledger::CivilDate> parsed =
      ledger::ParseDate(time.text().substr(0, 10));
  if (!parsed.ok()) return time.Invalid("a time such as 2026-12-31T12:00:00");
  return *parsed;
}

absl::StatusOr<PainPayment> ReadPayment(const UblCursor& node,
                                        const PainUnit& unit, size_t room,
                                        Sums* all,
                                        std::optional<PainReason>* refused) {
  PainPayment payment;
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor id, node.Required("PmtInfId"));
  SKONTRO_ASSIGN_OR_RETURN(payment.id, id.Text(kIdLength));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor method, node.Required("PmtMtd"));
  if (method.text() != "TRF" && method.text() != "TRA") {
    return method.Invalid("TRF or TRA; a network has no cheques");
  }
  SKONTRO_ASSIGN_OR_RETURN(payment.execution_date, ReadExecutionDate(node));
  SKONTRO_ASSIGN_OR_RETURN(payment.debtor, ReadParty(node, "Dbtr"));
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> transfers,
                           node.All("CdtTrfTxInf", room));
  if (transfers.empty()) return node.Missing("CdtTrfTxInf", "one at least");
  Sums sums;
  for (const UblCursor& transfer : transfers) {
    SKONTRO_ASSIGN_OR_RETURN(PainTransfer read,
                             ReadTransfer(transfer, unit, &sums));
    payment.transfers.push_back(std::move(read));
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::string count,
                           node.TextBelow({"NbOfTxs"}));
  SKONTRO_ASSIGN_OR_RETURN(const std::string control_sum,
                           node.TextBelow({"CtrlSum"}));
  if (!refused->has_value()) {
    *refused =
        CheckSums("PmtInf " + Quoted(payment.id), count, control_sum, sums);
  }
  all->count += sums.count;
  all->total += sums.total;
  return payment;
}

// Two transfers of one name would be one trade.
std::optional<PainReason> FindTwins(const PainMessage& message) {
  std::set<std::string_view> seen;
  for (const PainPayment& payment : message.payments) {
    for (const PainTransfer& transfer : payment.transfers) {
      if (transfer.refused.has_value()) continue;
      if (seen.insert(transfer.end_to_end_id).second) continue;
      return PainReason{
          "DU04", absl::StrCat("EndToEndId ", Quoted(transfer.end_to_end_id),
                               " is there twice")};
    }
  }
  return std::nullopt;
}

}  // namespace

size_t PainMessage::transfers() const {
  size_t all = 0;
  for (const PainPayment& payment : payments) all += payment.transfers.size();
  return all;
}

absl::StatusOr<PainMessage> ReadPain001(std::string_view bytes,
                                        const PainUnit& unit) {
  SKONTRO_ASSIGN_OR_RETURN(const auto root, ReadXmlRoot(bytes));
  if (root !=
      std::make_pair(std::string("Document"), std::string(kNamespace))) {
    return ToStatus(FieldInvalid("document",
                                 absl::StrCat(root.first, " of ", root.second),
                                 absl::StrCat("Document of ", kNamespace)));
  }
  SKONTRO_ASSIGN_OR_RETURN(const XmlNode tree, ReadXmlTree(bytes, Selection()));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor body,
                           UblCursor(tree).Required("CstmrCdtTrfInitn"));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor head, body.Required("GrpHdr"));
  PainMessage message;
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor id, head.Required("MsgId"));
  SKONTRO_ASSIGN_OR_RETURN(message.id, id.Text(kIdLength));
  SKONTRO_ASSIGN_OR_RETURN(message.created, head.TextBelow({"CreDtTm"}));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor count, head.Required("NbOfTxs"));
  SKONTRO_ASSIGN_OR_RETURN(message.count, count.Text(15));
  SKONTRO_ASSIGN_OR_RETURN(message.control_sum, head.TextBelow({"CtrlSum"}));
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> payments,
                           body.All("PmtInf", kPaymentsMax));
  if (payments.empty()) return body.Missing("PmtInf", "one at least");
  Sums sums;
  size_t room = kPainTransfersMax;
  for (const UblCursor& payment : payments) {
    SKONTRO_ASSIGN_OR_RETURN(
        PainPayment read,
        ReadPayment(payment, unit, room, &sums, &message.refused));
    room -= read.transfers.size();
    message.payments.push_back(std::move(read));
  }
  if (!message.refused.has_value()) {
    message.refused =
        CheckSums("GrpHdr", message.count, message.control_sum, sums);
  }
  if (!message.refused.has_value()) message.refused = FindTwins(message);
  return message;
}

}  // namespace skontro::fiscal

#include "fiscal/ofx.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "fiscal/ascii.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "fiscal/statement_name.h"
#include "fiscal/trade_entries.h"
#include "fiscal/unit_statement.h"
#include "fiscal/xml_writer.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"
#include "ledger/digest.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kBankIdLengthMax = 9;
constexpr size_t kAccountIdLengthMax = 22;
constexpr size_t kNameLengthMax = 32;
constexpr size_t kMemoLengthMax = 255;
constexpr size_t kNoteLengthMax = 360;

// Text of an element: SGML knows the same marks as XML here.
std::string Text(std::string_view text, size_t length_max) {
  return EscapeXml(ToAscii(CleanText(text, length_max)).substr(0, length_max));
}

// Noon in Greenwich falls on the day itself almost everywhere. A reader takes a
// day without a time for midnight, which is the day before in America.
std::string Noon(ledger::CivilDate day) {
  return absl::StrCat(CompactDate(day), "120000[0:GMT]");
}

// The network's id where it fits, else a hash: ids that are cut meet.
std::string BankId(const std::string& network_id) {
  const bool fits = network_id.size() <= kBankIdLengthMax &&
                    Text(network_id, kBankIdLengthMax) == network_id;
  return fits ? network_id
              : ledger::ToHex(ledger::HashOf(network_id))
                    .substr(0, kBankIdLengthMax);
}

// "20250701000500[0:GMT]".
std::string ServerTime(const ExportManifest& manifest) {
  std::string digits;
  for (const char c : StatementTime(manifest)) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  return digits + "[0:GMT]";
}

constexpr std::string_view kHeader =
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\n"
    "ENCODING:USASCII\r\nCHARSET:1252\r\nCOMPRESSION:NONE\r\n"
    "OLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n";
constexpr std::string_view kDone = "<STATUS><CODE>0<SEVERITY>INFO</STATUS>";

std::string Head(const ExportManifest& manifest) {
  const Period& period = manifest.period;
  return absl::StrCat(
      std::string(kHeader), "<OFX>\r\n<SIGNONMSGSRSV1><SONRS>",
      std::string(kDone), "<DTSERVER>", ServerTime(manifest),
      "<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>\r\n",
      "<BANKMSGSRSV1><STMTTRNRS><TRNUID>0", std::string(kDone),
      "<STMTRS><CURDEF>", manifest.network.unit_code, "\r\n<BANKACCTFROM>",
      "<BANKID>", BankId(manifest.network.id), "<ACCTID>",
      EscapeXml(ToAscii(AccountId(manifest.member.id, kAccountIdLengthMax))),
      "<ACCTTYPE>CHECKING</BANKACCTFROM>\r\n<BANKTRANLIST><DTSTART>",
      Noon(period.first_day), "<DTEND>", Noon(period.last_day), "\r\n");
}

std::string Transaction(const StatementEntry& entry, int decimals) {
  const MemberTrade& trade = entry.trade;
  return absl::StrCat(
      "<STMTTRN><TRNTYPE>", entry.units > 0 ? "CREDIT" : "DEBIT", "<DTPOSTED>",
      Noon(trade.booking_date), "<TRNAMT>",
      ledger::FormatDecimal(entry.units, decimals), "<FITID>",
      RecordName(trade.sequence), "<NAME>",
      Text(PartyName(trade.counterparty, kNameLengthMax), kNameLengthMax),
      "<MEMO>", Text(RemittanceText(trade), kMemoLengthMax), "</STMTTRN>\r\n");
}

std::string Tail(const ExportManifest& manifest,
                 const StatementSummary& statement) {
  // The one text of a statement as a whole.
  std::string note = Text(StatementNote(manifest), kNoteLengthMax);
  if (!note.empty()) note = absl::StrCat("<MKTGINFO>", note, "\r\n");
  return absl::StrCat("</BANKTRANLIST>\r\n<LEDGERBAL><BALAMT>",
                      ledger::FormatDecimal(statement.closing.units,
                                            manifest.network.unit_decimals),
                      "<DTASOF>", Noon(manifest.period.last_day),
                      "</LEDGERBAL>", note,
                      "</STMTRS></STMTTRNRS></BANKMSGSRSV1>\r\n</OFX>\r\n");
}

}  // namespace

ExportManifest BeginOfx(const Source& source) {
  return BeginManifest(source, "OFX", "ofx", ".ofx");
}

absl::StatusOr<ExportManifest> WriteOfx(Source& source, const Sink& sink) {
  ExportManifest manifest = BeginOfx(source);
  BufferedSink out(sink);
  SKONTRO_RETURN_IF_ERROR(out.Write(Head(manifest)));
  SKONTRO_ASSIGN_OR_RETURN(
      manifest.statement,
      VisitStatement(source, [&](const StatementEntry& entry) {
        return out.Write(Transaction(entry, manifest.network.unit_decimals));
      }));
  SKONTRO_RETURN_IF_ERROR(out.Write(Tail(manifest, *manifest.statement)));
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal

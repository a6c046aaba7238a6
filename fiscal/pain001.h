// A payment run as an ERP writes it for a bank: ISO 20022 pain.001.001.09. Each
// transfer in it may become a trade that the debtor pays at once in units.
//
// The reader distrusts the file. It bounds it (xml_tree.h), and counts and adds
// up what it claims with whole numbers. It knows no network: who the parties
// are, and whether the day is right, is for the caller to say.
// docs/fiscal/pain.md lists each element read and each rule.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_PAIN001_H_
#define SKONTRO_FISCAL_PAIN001_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

inline constexpr size_t kPainTransfersMax = 10'000;
inline constexpr size_t kPainPartyIdsMax = 8;

// Why something is not accepted: a code of ISO's external list of status
// reasons, such as "AM10", and words.
struct PainReason {
  std::string code;
  std::string text;
};

// As written: who compares ids removes punctuation and case on both sides.
struct PainParty {
  std::string name;
  std::string country;           // Of the address, else of residence.
  std::vector<std::string> ids;  // Of an organisation, such as a VAT number.
  std::string account;           // Othr/Id; empty without, and of an IBAN.
  std::string account_scheme;    // What kind of account that is.
};

struct PainTransfer {
  std::string path;            // Of its element, for errors.
  std::string instruction_id;  // Empty when absent.
  std::string end_to_end_id;
  int64_t units = 0;  // Minor units, above zero, unless `refused`.
  PainParty creditor;
  std::string invoice_number;      // Of the first document referred to.
  ledger::CivilDate invoice_date;  // No date when absent.
  std::string text;                // Unstructured remittance.
  // Why it cannot be a trade, whatever the network says.
  std::optional<PainReason> refused;
};

struct PainPayment {
  std::string id;  // PmtInfId
  ledger::CivilDate execution_date;
  PainParty debtor;
  std::vector<PainTransfer> transfers;
};

struct PainMessage {
  std::string id;           // MsgId
  std::string created;      // CreDtTm, as written.
  std::string count;        // NbOfTxs, as written.
  std::string control_sum;  // CtrlSum, as written; empty when absent.
  std::vector<PainPayment> payments;
  // Why nothing of the file may be carried out: it does not add up, or names
  // two transfers alike.
  std::optional<PainReason> refused;

  size_t transfers() const;
};

// The unit that amounts have to be in.
struct PainUnit {
  std::string code;
  int decimals = 2;
};

// Reads and checks `bytes`.
//
// Returns INVALID_ARGUMENT with FIELD_INVALID whose `field` is the path of the
// element: for the bytes (xml_tree.h), a root other than that of
// pain.001.001.09, an element missing, twice or not of its form, a method of
// payment other than TRF or TRA, more than kPainTransfersMax transfers. Of such
// a file there is nothing to report on. What is wrong with its sums or with one
// transfer is in `refused`, by which a pain.002 can say it.
absl::StatusOr<PainMessage> ReadPain001(std::string_view bytes,
                                        const PainUnit& unit);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_PAIN001_H_

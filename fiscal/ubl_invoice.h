// An electronic invoice as its seller wrote it: UBL 2.1 in the profile of EN
// 16931, which Peppol BIS 3, Factur-X's twin and the French and Belgian
// networks all share. It is where a trade of this network may start from.
//
// The reader distrusts the file. It bounds it (xml_tree.h), reads each element
// once, and recomputes what the invoice claims with whole numbers; an invoice
// that does not add up is refused, never mended. It knows no network: whether
// the currency is the one that the unit is pegged to, and whether the parties
// are members, is for the caller to say. docs/fiscal/ubl.md lists each element
// read, each rule checked and what is left out.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_UBL_INVOICE_H_
#define SKONTRO_FISCAL_UBL_INVOICE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/tax_line.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

// An identifier as written, with the scheme that its attribute names, if any.
struct UblId {
  std::string scheme;
  std::string value;

  bool empty() const { return value.empty(); }
  friend bool operator==(const UblId&, const UblId&) = default;
};

// Everything is as written: no punctuation removed, no case changed. Whoever
// compares ids has to do both.
struct UblParty {
  std::string registered_name;       // BT-27, BT-44
  std::string trading_name;          // BT-28, BT-45
  std::string country_code;          // BT-40, BT-55
  UblId endpoint;                    // BT-34, BT-49
  std::vector<UblId> ids;            // BT-29, BT-46
  UblId legal_id;                    // BT-30, BT-47
  std::vector<std::string> vat_ids;  // BT-31, BT-48: tax scheme VAT
  std::vector<UblId> tax_ids;        // BT-32: other schemes, named by it
};

// Minor units of the document's currency.
struct UblTotals {
  int64_t lines = 0;          // BT-106
  int64_t allowances = 0;     // BT-107; 0 when absent
  int64_t charges = 0;        // BT-108; 0 when absent
  int64_t tax_exclusive = 0;  // BT-109
  int64_t tax = 0;            // BT-110
  int64_t tax_inclusive = 0;  // BT-112
  int64_t prepaid = 0;        // BT-113; 0 when absent
  int64_t rounding = 0;       // BT-114; 0 when absent
  int64_t payable = 0;        // BT-115
};

struct UblInvoice {
  std::string number;                         // BT-1
  ledger::CivilDate issue_date;               // BT-2
  ledger::CivilDate due_date;                 // BT-9; no date when absent
  ledger::CivilDate tax_point_date;           // BT-7; no date when absent
  ledger::CivilDate delivery_date;            // BT-72; no date when absent
  ledger::CivilDate period_end_date;          // BT-74; no date when absent
  std::string type_code;                      // BT-3
  std::string currency;                       // BT-5
  int decimals = 2;                           // Of every amount here
  std::string tax_currency;                   // BT-6; empty when absent
  std::optional<int64_t> tax_currency_total;  // BT-111, in 1/100 of BT-6
  std::string buyer_reference;                // BT-10
  std::string purchase_order;                 // BT-13
  std::string sales_order;                    // BT-14
  UblParty seller;                            // BG-4
  UblParty buyer;                             // BG-7
  std::vector<TaxLine> tax_lines;  // BG-23, in the document's currency
  UblTotals totals;                // BG-22
  int line_count = 0;              // BG-25
};

struct UblReadOptions {
  // A party without a VAT id cannot be told from others for certain, so it is
  // refused. Unset where the caller knows the parties by another id.
  bool vat_ids_required = true;
  // Of the document's currency. EN 16931 allows two at most (BR-DEC).
  int decimals = 2;
};

// Bounds of one invoice.
inline constexpr size_t kInvoiceLinesMax = 10'000;
inline constexpr size_t kPartyIdsMax = 16;

// Reads and verifies `bytes`.
//
// Returns INVALID_ARGUMENT with FIELD_INVALID whose `field` is the path of the
// element ("Invoice/LegalMonetaryTotal/TaxInclusiveAmount"), `value` what it
// holds and `allowed` what the rule asks for, with the rule's name where EN
// 16931 has one. In this order: the bytes (xml_tree.h); a root other than a UBL
// Invoice, a CreditNote above all; a type that is no claim to be paid by the
// buyer, such as 381; an element missing, twice, or not of its form; a currency
// other than the document's; the rules of ubl_rules.h.
// REQUIRES: 0 <= options.decimals <= 2.
absl::StatusOr<UblInvoice> ReadUblInvoice(std::string_view bytes,
                                          const UblReadOptions& options = {});

// OK when the invoice is written in `currency`, else INVALID_ARGUMENT with
// FIELD_INVALID on Invoice/DocumentCurrencyCode.
absl::Status CheckCurrency(const UblInvoice& invoice,
                           std::string_view currency);

// The day of supply: the delivery, else the tax point, else the end of the
// period invoiced, else no date.
ledger::CivilDate SupplyDate(const UblInvoice& invoice);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_UBL_INVOICE_H_

// Makes a trade of an electronic invoice: its number, dates, tax and totals as
// the seller wrote them, paid in units in part. Who the parties are is for the
// caller to find out: PartyIds() says by which ids.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_INVOICE_TRADE_H_
#define SKONTRO_CLI_INVOICE_TRADE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/unit.h"
#include "fiscal/ubl_invoice.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

// An id by which a party of an invoice may be found, and the element that has
// it.
struct PartyId {
  std::string element;
  std::string value;
};

enum class PartyRole { kSeller, kBuyer };

// The VAT ids, then the legal id, of a party, in that order.
std::vector<PartyId> PartyIds(const fiscal::UblInvoice& invoice,
                              PartyRole role);

// How an invoice is paid.
struct InvoicePayment {
  int64_t units = 0;           // Minor units of the network's unit.
  int64_t national_value = 0;  // What they are worth, in the peg currency.
  int64_t cash = 0;            // The rest, in the peg currency.
  // Said to the person: how the share was rounded where the unit is coarser
  // than the currency. Empty where nothing was.
  std::string note;
};

// Reads an invoice in the network's peg currency. `bytes` as ReadUblInvoice()
// takes them; a usage failure also where it is in another currency.
absl::StatusOr<fiscal::UblInvoice> ReadInvoice(std::string_view bytes,
                                               const Unit& unit);

// Splits what is still to be paid. `share` is a percentage, or an amount in
// units. A percentage is rounded half up to what both the unit and the currency
// can write; the rest is cash. Usage failures: `share` is neither; an amount of
// units has no exact value in the currency; nothing or less than a minor unit
// would be paid in units, or more than what is left to pay.
absl::StatusOr<InvoicePayment> SplitInvoice(const fiscal::UblInvoice& invoice,
                                            std::string_view share,
                                            const Unit& unit);

// The trade, without parties and initiator.
v1::Trade TradeOfInvoice(const fiscal::UblInvoice& invoice,
                         const InvoicePayment& payment, const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_INVOICE_TRADE_H_

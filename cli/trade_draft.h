// A TradeDraft is a trade as a person or a file writes it: texts, of which the
// empty ones were left out. WireTrade() makes of it what the server takes.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_TRADE_DRAFT_H_
#define SKONTRO_CLI_TRADE_DRAFT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/unit.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

struct TradeDraft {
  std::string seller;
  std::string buyer;
  v1::Trade::Initiator initiator = v1::Trade::INITIATOR_UNSPECIFIED;
  std::string units;
  std::string cash;
  std::string invoice;
  std::string invoice_date;
  std::string supply_date;
  std::string due_date;
  std::string purchase_order;
  std::string description;
  std::string gross;
  std::string prepaid;
  std::vector<std::string> tax_lines;
  std::string id;
  bool holds = false;      // The buyer authorises and does not pay at once.
  std::string hold_until;  // A day; empty for the usual time.
};

// What an error calls the parts: `--invoice-date` or `invoice_date`.
enum class Wording { kOptions, kColumns };

// A request without request id and without validate_only, on the network of
// this name. A usage failure for the first part that is wrong.
absl::StatusOr<v1::CreateTradeRequest> WireTrade(const TradeDraft& draft,
                                                 const std::string& network,
                                                 const Unit& unit,
                                                 Wording wording);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_TRADE_DRAFT_H_

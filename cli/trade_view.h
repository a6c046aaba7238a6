// How trades are shown.

#ifndef SKONTRO_CLI_TRADE_VIEW_H_
#define SKONTRO_CLI_TRADE_VIEW_H_

#include <string>

#include "cli/listing.h"
#include "cli/unit.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

View<v1::Trade> TradeView(const Unit& unit);

// One line: "Trade f2025-0001 is PROPOSED: boulangerie owes imprimerie 720.00
// RES + 480.00 EUR".
std::string TradeHeadline(const v1::Trade& trade, const Unit& unit,
                          bool dry_run);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_TRADE_VIEW_H_

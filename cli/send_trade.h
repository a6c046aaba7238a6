// Sends one trade to the server and prints what became of it: what `trade
// request`, `trade pay` and `trade submit` end in.

#ifndef SKONTRO_CLI_SEND_TRADE_H_
#define SKONTRO_CLI_SEND_TRADE_H_

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "cli/unit.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

// Adds the session's request id to `request`, which has none, sends it, as a
// dry run if the session is one, and prints the trade.
absl::StatusOr<ExitCode> SendTrade(Session& session,
                                   v1::CreateTradeRequest request,
                                   const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_SEND_TRADE_H_

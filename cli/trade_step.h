// The next step of one trade: what the verbs that take one have in common.

#ifndef SKONTRO_CLI_TRADE_STEP_H_
#define SKONTRO_CLI_TRADE_STEP_H_

#include <string>

#include "cli/outcome.h"
#include "cli/resource_name.h"
#include "cli/session.h"
#include "cli/trade_view.h"
#include "ledger/base/status.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {

// Calls `method` for the trade, with what `request` says beside its name, and
// prints what became of it.
template <typename Request, typename Response>
absl::StatusOr<ExitCode> TakeStep(
    Session& session, const std::string& trade,
    grpc::Status (v1::TradeService::Stub::*method)(grpc::ClientContext*,
                                                   const Request&, Response*),
    Request request) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), TradeName(network, trade));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const Response response,
                           session.Change<v1::TradeService>(method, request));
  return PrintChange(session, TradeView(unit), response.trade(),
                     response.outcome(),
                     TradeHeadline(response.trade(), unit, session.dry_run()));
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_TRADE_STEP_H_

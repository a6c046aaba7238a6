#include "cli/send_trade.h"

#include <string>

#include "cli/outcome.h"
#include "cli/resource_name.h"
#include "cli/trade_view.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {

using v1::TradeService;

absl::StatusOr<ExitCode> SendTrade(Session& session,
                                   v1::CreateTradeRequest request,
                                   const Unit& unit) {
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::CreateTradeResponse response,
      session.Change<TradeService>(&TradeService::Stub::CreateTrade, request));
  const ExitCode code = PrintChange(
      session, TradeView(unit), response.trade(), response.outcome(),
      TradeHeadline(response.trade(), unit, session.dry_run()));
  if (code == ExitCode::kDone && session.format() == Format::kText &&
      !session.dry_run() && response.trade().state() == v1::Trade::PROPOSED) {
    session.out() << "Next: the buyer accepts it with: skontro trade accept "
                  << ShortName(response.trade().name()) << "\n";
  }
  return code;
}

}  // namespace skontro::cli

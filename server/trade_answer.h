// What changes of trades answer with.

#ifndef SKONTRO_SERVER_TRADE_ANSWER_H_
#define SKONTRO_SERVER_TRADE_ANSWER_H_

#include <string_view>

#include "absl/status/status.h"
#include "engine/decider.h"
#include "server/convert_outcome.h"
#include "server/convert_trade.h"
#include "server/network.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

// The response to a trade that was created: from the answer if it was created
// just now, from the journal's rows if the answer repeats an earlier one. Both
// are the same to the byte. `trades` and `records` read a view that includes
// the answer. REQUIRES: the answer has no refusals.
absl::Status WriteCreated(const engine::NetworkCreated& terms,
                          const engine::Answer& answer,
                          const v1::CreateTradeRequest& request,
                          TradeReader* trades, RecordReader* records,
                          v1::CreateTradeResponse* response);

// The response to a preview of a trade: as it would be, as far as that can be
// said.
void WriteCreatedPreview(const engine::NetworkCreated& terms,
                         const engine::Answer& answer,
                         const v1::CreateTradeRequest& request,
                         v1::CreateTradeResponse* response);

// The trade `id` and the outcome of a step that it took, or would take.
absl::Status WriteStep(const Network& network, const engine::Answer& answer,
                       std::string_view id, bool validate_only,
                       v1::Trade* trade, v1::Outcome* outcome);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_ANSWER_H_

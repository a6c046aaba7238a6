// TradeService.BatchCreateTrades: many trades in one call, each for itself or
// all together.

#ifndef SKONTRO_SERVER_TRADE_BATCH_H_
#define SKONTRO_SERVER_TRADE_BATCH_H_

#include <grpcpp/grpcpp.h>

#include "server/backend.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

// Starts the call; the reactor finishes when the last item is answered.
// `request` and `response` live as long as the call.
grpc::ServerUnaryReactor* StartBatch(
    const Backend& backend, grpc::CallbackServerContext* context,
    const v1::BatchCreateTradesRequest& request,
    v1::BatchCreateTradesResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_BATCH_H_

// TradeService.BatchCreateTrades: many trades in one call, each for itself or
// all together.

#ifndef SKONTRO_SERVER_TRADE_BATCH_H_
#define SKONTRO_SERVER_TRADE_BATCH_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstddef>

#include "ledger/base/limits.h"
#include "server/backend.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

// How many items may be on their way, in all batches together: as many as fit
// into eight calls of the largest size, since each takes some kilobytes.
inline constexpr size_t kItemsInFlightMax = 8 * kBatchItemsMax;

// Counts the items that are on their way. Thread safety: from any thread.
class BatchGate {
 public:
  // Lets `items` in, and returns whether there was room for them.
  bool Enter(size_t items) {
    const size_t before = items_.fetch_add(items);
    if (before == 0 || before + items <= kItemsInFlightMax) return true;
    items_.fetch_sub(items);
    return false;
  }
  void Leave(size_t items) { items_.fetch_sub(items); }

 private:
  std::atomic<size_t> items_{0};
};

// Starts the call; the reactor finishes when the last item is answered, or with
// QUEUE_FULL where too many are on their way. `request` and `response` live as
// long as the call, `gate` for longer.
grpc::ServerUnaryReactor* StartBatch(
    const Backend& backend, BatchGate* gate,
    grpc::CallbackServerContext* context,
    const v1::BatchCreateTradesRequest& request,
    v1::BatchCreateTradesResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_BATCH_H_

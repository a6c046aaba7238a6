// Streams of SubmitTrades that a load keeps busy, as RunCalls does with calls.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_TRADE_STREAMS_H_
#define SKONTRO_BENCH_LOAD_TRADE_STREAMS_H_

#include <chrono>
#include <memory>
#include <vector>

#include "bench/load/caller.h"
#include "bench/load/trade_mix.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::bench {

// What goes over the streams.
struct StreamPlan {
  int in_flight =
      1;          // Requests without all of their results, over all streams.
  int batch = 1;  // Trades in a request.
  std::chrono::duration<double> duration{1.0};
};

// Opens one stream on each stub and keeps the requests in flight on them until
// the duration is over, then waits for the rest and closes the streams. The
// latency of a request ends with the last of its results. A trade that is
// refused is an error, which ends the round early.
CallRound RunStreams(
    const std::vector<std::unique_ptr<v1::TradeService::Stub>>& stubs,
    const StreamPlan& plan, TradeMix* mix);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_TRADE_STREAMS_H_

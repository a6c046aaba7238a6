// TradeService.SubmitTrades: trades that come on streams. What the streams
// share is here: how many there are, that they end when the server stops, and
// one thread that looks after those which wait for something other than a call
// of gRPC.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_TRADE_STREAM_H_
#define SKONTRO_SERVER_TRADE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/backend.h"
#include "server/trade_batch.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

// Trades of one stream that may wait for their answers to be taken; no more is
// read where there are so many. One request has at most as many.
inline constexpr size_t kStreamItemsMax = 1'024;

// Streams of one server at a time.
inline constexpr size_t kTradeStreamsMax = 1'024;

class TradeStreams {
 public:
  using Reactor = grpc::ServerBidiReactor<v1::SubmitTradesRequest,
                                          v1::SubmitTradesResponse>;

  // `gate` must outlive it. A client that takes nothing for the backend's
  // patience is given up.
  TradeStreams(const Backend& backend, BatchGate* gate);

  // REQUIRES: the gRPC server that the streams belong to has been shut down.
  ~TradeStreams();

  TradeStreams(const TradeStreams&) = delete;
  TradeStreams& operator=(const TradeStreams&) = delete;

  // The reactor of a call.
  Reactor* Open(grpc::CallbackServerContext* context);

  // Ends every stream with SHUTTING_DOWN, after the results of what it has
  // read.
  void Stop();

 private:
  class Stream;

  std::vector<std::shared_ptr<Stream>> All() ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(Stream* stream) ABSL_LOCKS_EXCLUDED(mutex_);
  void CountPausing(int change) ABSL_LOCKS_EXCLUDED(mutex_);
  void Watch() ABSL_LOCKS_EXCLUDED(mutex_);

  const Backend backend_;
  BatchGate* const gate_;
  const absl::Duration look_every_;
  absl::Mutex mutex_;
  std::map<Stream*, std::weak_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
  // How many of them pause; while some do all are looked at more often.
  int pausing_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool leaving_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watcher_;  // Last: starts when all is ready.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_STREAM_H_

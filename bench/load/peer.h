// A Peer is a server under load: skontrod or the echo it is compared with.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_PEER_H_
#define SKONTRO_BENCH_LOAD_PEER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/load/caller.h"
#include "bench/load/trade_mix.h"
#include "bench/metrics.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::bench {

// What is asked of a peer, again and again.
struct Load {
  std::string name;      // Such as "unary.64"; part of the metrics' names.
  int in_flight = 1;     // Calls, or requests of streams, on their way.
  int connections = 1;   // Over which they are spread.
  int batch = 0;         // Trades in a call; 0 for CreateTrade.
  double seconds = 1.0;  // Of each round.
  bool streams = false;  // One SubmitTrades on each connection, no calls.
};

class Peer {
 public:
  // `name` is "server" or "echo"; its process is `process`.
  Peer(std::string name, std::string address, pid_t process);

  // Runs one round of `load` and keeps what it was like.
  absl::Status Run(const Load& load, TradeMix* mix);

  // What the rounds since the last call were like: the median of each measure,
  // under names such as "unary.64.server.rate", of
  //   rate                    trades per second
  //   p50_us, p99_us, p999_us latency of a call
  //   cpu_us                  CPU of the peer per trade
  //   client_cpu_us           CPU of this process per trade
  //   written                 bytes that the peer wrote to disk per trade
  Metrics TakeMedians(const Load& load);

  // Bytes of memory that the peer has now.
  double ResidentBytes() const;

 private:
  using Stubs = std::vector<std::unique_ptr<v1::TradeService::Stub>>;
  // Connections are made when a load first needs them.
  Stubs& StubsFor(const Load& load);
  CallRound RunUnary(const Load& load, TradeMix* mix);
  CallRound RunBatches(const Load& load, TradeMix* mix);
  CallRound RunOn(const Load& load, TradeMix* mix);

  const std::string name_;
  const std::string address_;
  const pid_t process_;
  Stubs stubs_;
  std::map<std::string, std::vector<double>> rounds_;  // By measure.
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_PEER_H_

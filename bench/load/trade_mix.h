// Requests as members would send them, for one network named `bench`.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_TRADE_MIX_H_
#define SKONTRO_BENCH_LOAD_TRADE_MIX_H_

#include <cstdint>
#include <random>
#include <string>

#include "skontro/v1/member_service.pb.h"
#include "skontro/v1/network_service.pb.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::bench {

inline constexpr char kNetworkName[] = "networks/bench";

// The name of a member, numbered from 1.
std::string MemberName(uint64_t number);

class TradeMix {
 public:
  // Request ids begin with `run`, which must be new for the server's network.
  // With `hot` every trade is a sale of member 1.
  TradeMix(std::string run, uint64_t member_count, bool hot);

  // Fill a request with a new trade that the buyer pays, or with many; what was
  // in it before goes.
  void FillTrade(v1::CreateTradeRequest* request);
  void FillBatch(int trades, v1::BatchCreateTradesRequest* request);

 private:
  const std::string run_;
  const uint64_t member_count_;
  const bool hot_;
  uint64_t count_ = 0;
  std::mt19937_64 random_{1};
};

// A network whose accounts have limits that no load reaches, and its members,
// numbered from 1.
v1::CreateNetworkRequest NetworkRequest();
v1::CreateMemberRequest MemberRequest(uint64_t number);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_TRADE_MIX_H_

#include "bench/load/peer.h"

#include <unistd.h>

#include <chrono>
#include <limits>
#include <utility>

#include "bench/load/process_usage.h"
#include "bench/load/trade_streams.h"

namespace skontro::bench {
namespace {

constexpr int64_t kNoMax = std::numeric_limits<int64_t>::max();

absl::Status CheckBatch(const v1::BatchCreateTradesResponse& response) {
  for (const auto& result : response.results()) {
    if (result.has_error()) {
      return absl::InternalError(result.error().message());
    }
  }
  return absl::OkStatus();
}

}  // namespace

Peer::Peer(std::string name, std::string address, pid_t process)
    : name_(std::move(name)), address_(std::move(address)), process_(process) {}

Peer::Stubs& Peer::StubsFor(const Load& load) {
  const auto wanted = static_cast<size_t>(load.connections);
  if (stubs_.size() != wanted) {
    stubs_.clear();
    for (const auto& channel : Connect(address_, load.connections)) {
      stubs_.push_back(v1::TradeService::NewStub(channel));
    }
  }
  return stubs_;
}

CallRound Peer::RunUnary(const Load& load, TradeMix* mix) {
  Stubs& stubs = StubsFor(load);
  Method<v1::CreateTradeRequest, v1::CreateTradeResponse> method;
  method.fill = [&](auto* request) { mix->FillTrade(request); };
  method.prepare = [&](size_t connection, auto* context, const auto& request,
                       auto* queue) {
    return stubs[connection % stubs.size()]->PrepareAsyncCreateTrade(
        context, request, queue);
  };
  method.check = [](const auto&) { return absl::OkStatus(); };
  return RunCalls(method, load.in_flight,
                  std::chrono::duration<double>(load.seconds), kNoMax);
}

CallRound Peer::RunBatches(const Load& load, TradeMix* mix) {
  Stubs& stubs = StubsFor(load);
  Method<v1::BatchCreateTradesRequest, v1::BatchCreateTradesResponse> method;
  method.fill = [&](auto* request) { mix->FillBatch(load.batch, request); };
  method.prepare = [&](size_t connection, auto* context, const auto& request,
                       auto* queue) {
    return stubs[connection % stubs.size()]->PrepareAsyncBatchCreateTrades(
        context, request, queue);
  };
  method.check = CheckBatch;
  return RunCalls(method, load.in_flight,
                  std::chrono::duration<double>(load.seconds), kNoMax);
}

CallRound Peer::RunOn(const Load& load, TradeMix* mix) {
  if (load.streams) {
    return RunStreams(StubsFor(load),
                      {load.in_flight, load.batch,
                       std::chrono::duration<double>(load.seconds)},
                      mix);
  }
  return load.batch == 0 ? RunUnary(load, mix) : RunBatches(load, mix);
}

absl::Status Peer::Run(const Load& load, TradeMix* mix) {
  StubsFor(load);
  const ProcessUsage before = UsageOf(process_);
  const ProcessUsage client_before = UsageOf(getpid());
  const CallRound round = RunOn(load, mix);
  if (!round.status.ok()) return round.status;
  const ProcessUsage after = UsageOf(process_);
  const ProcessUsage client_after = UsageOf(getpid());
  const double trades = static_cast<double>(round.latency_us.size()) *
                        (load.batch == 0 ? 1 : load.batch);
  rounds_["rate"].push_back(trades / round.seconds);
  rounds_["p50_us"].push_back(Quantile(round.latency_us, 0.5));
  rounds_["p99_us"].push_back(Quantile(round.latency_us, 0.99));
  rounds_["p999_us"].push_back(Quantile(round.latency_us, 0.999));
  rounds_["cpu_us"].push_back((after.cpu_seconds - before.cpu_seconds) /
                              trades * 1e6);
  rounds_["client_cpu_us"].push_back(
      (client_after.cpu_seconds - client_before.cpu_seconds) / trades * 1e6);
  rounds_["written"].push_back((after.written_bytes - before.written_bytes) /
                               trades);
  return absl::OkStatus();
}

Metrics Peer::TakeMedians(const Load& load) {
  Metrics medians;
  for (const auto& [measure, values] : rounds_) {
    medians[load.name + "." + name_ + "." + measure] = Quantile(values, 0.5);
  }
  rounds_.clear();
  return medians;
}

double Peer::ResidentBytes() const { return UsageOf(process_).resident_bytes; }

}  // namespace skontro::bench

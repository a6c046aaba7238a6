// TradeService of proto/skontro/v1/trade_service.proto; BatchCreateTrades is in
// trade_batch.h, SubmitTrades in trade_stream.h.

#ifndef SKONTRO_SERVER_TRADE_SERVICE_H_
#define SKONTRO_SERVER_TRADE_SERVICE_H_

#include "server/backend.h"
#include "server/trade_batch.h"
#include "server/trade_stream.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::server {

class TradeService final : public v1::TradeService::CallbackService {
 public:
  explicit TradeService(const Backend& backend)
      : backend_(backend), streams_(backend, &batch_gate_) {}

  // Ends the streams; see TradeStreams.
  void StopStreams() { streams_.Stop(); }

  grpc::ServerUnaryReactor* GetTrade(grpc::CallbackServerContext* context,
                                     const v1::GetTradeRequest* request,
                                     v1::GetTradeResponse* response) override;
  grpc::ServerUnaryReactor* ListTrades(
      grpc::CallbackServerContext* context,
      const v1::ListTradesRequest* request,
      v1::ListTradesResponse* response) override;
  grpc::ServerUnaryReactor* CreateTrade(
      grpc::CallbackServerContext* context,
      const v1::CreateTradeRequest* request,
      v1::CreateTradeResponse* response) override;
  grpc::ServerUnaryReactor* BatchCreateTrades(
      grpc::CallbackServerContext* context,
      const v1::BatchCreateTradesRequest* request,
      v1::BatchCreateTradesResponse* response) override;
  TradeStreams::Reactor* SubmitTrades(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* AcceptTrade(
      grpc::CallbackServerContext* context,
      const v1::AcceptTradeRequest* request,
      v1::AcceptTradeResponse* response) override;
  grpc::ServerUnaryReactor* DeclineTrade(
      grpc::CallbackServerContext* context,
      const v1::DeclineTradeRequest* request,
      v1::DeclineTradeResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawTrade(
      grpc::CallbackServerContext* context,
      const v1::WithdrawTradeRequest* request,
      v1::WithdrawTradeResponse* response) override;
  grpc::ServerUnaryReactor* AuthoriseTrade(
      grpc::CallbackServerContext* context,
      const v1::AuthoriseTradeRequest* request,
      v1::AuthoriseTradeResponse* response) override;
  grpc::ServerUnaryReactor* SettleTrade(
      grpc::CallbackServerContext* context,
      const v1::SettleTradeRequest* request,
      v1::SettleTradeResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseTrade(
      grpc::CallbackServerContext* context,
      const v1::ReleaseTradeRequest* request,
      v1::ReleaseTradeResponse* response) override;
  grpc::ServerUnaryReactor* ReverseTrade(
      grpc::CallbackServerContext* context,
      const v1::ReverseTradeRequest* request,
      v1::ReverseTradeResponse* response) override;

 private:
  const Backend backend_;
  BatchGate batch_gate_;
  TradeStreams streams_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_SERVICE_H_

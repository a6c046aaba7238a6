#include "server/trade_service.h"

#include <string>
#include <utility>

#include "engine/index_reader.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/trade_answer.h"
#include "server/trade_batch.h"
#include "server/trade_list.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "TradeService.GetTrade";
constexpr std::string_view kList = "TradeService.ListTrades";
constexpr std::string_view kCreate = "TradeService.CreateTrade";
constexpr std::string_view kAccept = "TradeService.AcceptTrade";
constexpr std::string_view kDecline = "TradeService.DeclineTrade";
constexpr std::string_view kWithdraw = "TradeService.WithdrawTrade";
constexpr std::string_view kAuthorise = "TradeService.AuthoriseTrade";
constexpr std::string_view kSettle = "TradeService.SettleTrade";
constexpr std::string_view kRelease = "TradeService.ReleaseTrade";
constexpr std::string_view kReverse = "TradeService.ReverseTrade";

absl::Status WriteVisible(const ReadScope& scope, std::string_view id,
                          v1::Trade* out) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::TradeHistory> trade,
      engine::FindTrade(*scope.view.snapshot, id, scope.as_of));
  if (!trade.has_value() ||
      !engine::SeesTrade(scope.actor, trade->row.created.seller,
                         trade->row.created.buyer)) {
    return ToStatus(engine::NotFound(TradeName(scope.network.id(), id)));
  }
  return TradeReader(scope.network.terms(), *scope.view.snapshot)
      .Write(*trade, out);
}

// What a request says beside the name of its trade: nothing, of most steps.
template <typename Request, typename Body>
void Fill(const Request&, Form*, Body*) {}

void Fill(const v1::AuthoriseTradeRequest& request, Form* form,
          engine::AuthoriseTrade* body) {
  body->expire_time_us = form->Time("expire_time", request.has_expire_time(),
                                    request.expire_time());
}

void Fill(const v1::SettleTradeRequest& request, Form*,
          engine::SettleTrade* body) {
  if (request.has_units()) {
    body->units = ledger::Amount::FromMinorUnits(request.units().minor_units());
  }
  body->release_rest = request.release_rest();
}

// One trade, one step.
template <typename Body, typename Request, typename Response>
grpc::ServerUnaryReactor* Step(const Backend& backend,
                               grpc::CallbackServerContext* context,
                               std::string_view method, const Request& request,
                               Response* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend, *context);
  if (!caller.ok()) return Fail(backend, context, method, caller.status());
  Form form;
  const NameParts name = form.TradeName("name", request.name());
  form.RequestId(request.request_id());
  Body body;
  Fill(request, &form, &body);
  if (!form.ok()) return RefuseChange(context, form, request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend, *caller, name.network);
  if (!place.ok()) return Fail(backend, context, method, place.status());
  engine::Command command = NewCommand(backend, *place, method, request);
  command.validate_only = request.validate_only();
  body.trade_id = std::string(name.trade);
  command.body = std::move(body);
  return Change(backend, context, place->network, std::move(command),
                [network = place->network, id = name.trade, &request,
                 response](const engine::Answer& answer) {
                  return WriteStep(
                      *network, answer, id, request.validate_only(),
                      response->mutable_trade(), response->mutable_outcome());
                });
}

absl::Status FillCreated(const Network& network, const engine::Answer& answer,
                         const v1::CreateTradeRequest& request,
                         v1::CreateTradeResponse* response) {
  if (request.validate_only()) {
    WriteCreatedPreview(network.terms(), answer, request, response);
    return absl::OkStatus();
  }
  const ledger::ReadView view = network.engine().view();
  TradeReader trades(network.terms(), *view.snapshot);
  RecordReader records(view.snapshot);
  return WriteCreated(network.terms(), answer, request, &trades, &records,
                      response);
}

}  // namespace

grpc::ServerUnaryReactor* TradeService::GetTrade(
    grpc::CallbackServerContext* context, const v1::GetTradeRequest* request,
    v1::GetTradeResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.TradeName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kGet, std::string(name.network), min, as_of},
              [id = name.trade, response](const ReadScope& scope) {
                response->set_sequence(WireSequence(scope.as_of));
                return WriteVisible(scope, id, response->mutable_trade());
              });
}

grpc::ServerUnaryReactor* TradeService::ListTrades(
    grpc::CallbackServerContext* context, const v1::ListTradesRequest* request,
    v1::ListTradesResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  TradeQuery query = ReadTradeQuery(*request, &form);
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  std::string network = query.network;
  return Read(
      backend_, context, *caller, {kList, std::move(network), min, as_of},
      [request, query = std::move(query), response](const ReadScope& scope) {
        return ListTradesOf(scope, kList, query, *request, response);
      });
}

grpc::ServerUnaryReactor* TradeService::CreateTrade(
    grpc::CallbackServerContext* context, const v1::CreateTradeRequest* request,
    v1::CreateTradeResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kCreate, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  engine::CreateTrade body = ReadTrade(*request, parent.network, &form);
  form.RequestId(request->request_id());
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, parent.network);
  if (!place.ok()) return Fail(backend_, context, kCreate, place.status());
  body.description = Salted(std::move(body.description.text));
  engine::Command command = NewCommand(backend_, *place, kCreate, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, request,
                 response](const engine::Answer& answer) {
                  return FillCreated(*network, answer, *request, response);
                });
}

grpc::ServerUnaryReactor* TradeService::BatchCreateTrades(
    grpc::CallbackServerContext* context,
    const v1::BatchCreateTradesRequest* request,
    v1::BatchCreateTradesResponse* response) {
  return StartBatch(backend_, &batch_gate_, context, *request, response);
}

TradeStreams::Reactor* TradeService::SubmitTrades(
    grpc::CallbackServerContext* context) {
  return streams_.Open(context);
}

grpc::ServerUnaryReactor* TradeService::AcceptTrade(
    grpc::CallbackServerContext* context, const v1::AcceptTradeRequest* request,
    v1::AcceptTradeResponse* response) {
  return Step<engine::AcceptTrade>(backend_, context, kAccept, *request,
                                   response);
}

grpc::ServerUnaryReactor* TradeService::DeclineTrade(
    grpc::CallbackServerContext* context,
    const v1::DeclineTradeRequest* request,
    v1::DeclineTradeResponse* response) {
  return Step<engine::DeclineTrade>(backend_, context, kDecline, *request,
                                    response);
}

grpc::ServerUnaryReactor* TradeService::WithdrawTrade(
    grpc::CallbackServerContext* context,
    const v1::WithdrawTradeRequest* request,
    v1::WithdrawTradeResponse* response) {
  return Step<engine::WithdrawTrade>(backend_, context, kWithdraw, *request,
                                     response);
}

grpc::ServerUnaryReactor* TradeService::AuthoriseTrade(
    grpc::CallbackServerContext* context,
    const v1::AuthoriseTradeRequest* request,
    v1::AuthoriseTradeResponse* response) {
  return Step<engine::AuthoriseTrade>(backend_, context, kAuthorise, *request,
                                      response);
}

grpc::ServerUnaryReactor* TradeService::SettleTrade(
    grpc::CallbackServerContext* context, const v1::SettleTradeRequest* request,
    v1::SettleTradeResponse* response) {
  return Step<engine::SettleTrade>(backend_, context, kSettle, *request,
                                   response);
}

grpc::ServerUnaryReactor* TradeService::ReleaseTrade(
    grpc::CallbackServerContext* context,
    const v1::ReleaseTradeRequest* request,
    v1::ReleaseTradeResponse* response) {
  return Step<engine::ReleaseTrade>(backend_, context, kRelease, *request,
                                    response);
}

grpc::ServerUnaryReactor* TradeService::ReverseTrade(
    grpc::CallbackServerContext* context,
    const v1::ReverseTradeRequest* request,
    v1::ReverseTradeResponse* response) {
  return Step<engine::ReverseTrade>(backend_, context, kReverse, *request,
                                    response);
}

}  // namespace skontro::server

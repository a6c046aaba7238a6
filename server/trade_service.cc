#include "server/trade_service.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/index_reader.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/page.h"
#include "server/trade_answer.h"
#include "server/trade_batch.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "TradeService.GetTrade";
constexpr std::string_view kList = "TradeService.ListTrades";
constexpr std::string_view kCreate = "TradeService.CreateTrade";
constexpr std::string_view kAccept = "TradeService.AcceptTrade";
constexpr std::string_view kDecline = "TradeService.DeclineTrade";
constexpr std::string_view kReverse = "TradeService.ReverseTrade";

// How many trades one page looks at: a rare state must not make a call long.
constexpr size_t kLookedAtMax = 4'000;

// Gathers one page of trades.
class Lister {
 public:
  Lister(const ReadScope& scope, const Page& page,
         const v1::ListTradesRequest& request, size_t page_size,
         v1::ListTradesResponse* response)
      : scope_(scope),
        page_(page),
        state_(request.state()),
        page_size_(page_size),
        response_(response),
        trades_(scope.network.terms(), *scope.view.snapshot) {}

  // Returns whether to go on.
  bool Visit(engine::TradeNumber number) {
    const bool full =
        static_cast<size_t>(response_->trades_size()) == page_size_ ||
        looked_at_ == kLookedAtMax;
    if (full) {
      // The next page begins with this trade: before the number above it.
      response_->set_next_page_token(
          NextPage(scope_, page_, static_cast<uint64_t>(number) + 1));
      return false;
    }
    ++looked_at_;
    status_ = Add(number);
    return status_.ok();
  }

  const absl::Status& status() const { return status_; }

 private:
  absl::Status Add(engine::TradeNumber number) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<engine::TradeHistory> trade,
        engine::FindTrade(*scope_.view.snapshot, number, page_.sequence));
    if (!trade.has_value() ||
        !engine::SeesTrade(scope_.actor, trade->row.created.seller,
                           trade->row.created.buyer)) {
      return absl::OkStatus();
    }
    if (state_ != v1::Trade::STATE_UNSPECIFIED &&
        static_cast<int>(trade->state) != static_cast<int>(state_)) {
      return absl::OkStatus();
    }
    return trades_.Write(*trade, response_->add_trades());
  }

  const ReadScope& scope_;
  const Page& page_;
  const v1::Trade::State state_;
  const size_t page_size_;
  v1::ListTradesResponse* const response_;
  TradeReader trades_;
  size_t looked_at_ = 0;
  absl::Status status_;
};

absl::Status List(const ReadScope& scope, const v1::ListTradesRequest& request,
                  std::string_view member, int page_size,
                  v1::ListTradesResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, kList, request));
  response->set_sequence(WireSequence(page.sequence));
  const ledger::Snapshot& snapshot = *scope.view.snapshot;
  const engine::TradeNumber before{
      page.is_first ? static_cast<uint64_t>(page.sequence) + 1 : page.number};
  Lister lister(scope, page, request, static_cast<size_t>(page_size), response);
  const auto visit = [&](engine::TradeNumber number) {
    return lister.Visit(number);
  };
  std::optional<engine::MemberRow> row;
  if (!member.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        row, engine::FindMember(snapshot, member, page.sequence));
    if (!row.has_value() ||
        !engine::SeesMember(scope.actor, row->created.number)) {
      return ToStatus(engine::NotFound(request.member()));
    }
  } else if (scope.actor.scope != nullptr &&
             scope.actor.scope->members.size() == 1) {
    // Whose trades these are is known, so that no others are looked at.
    SKONTRO_ASSIGN_OR_RETURN(
        row, engine::FindMember(snapshot, scope.actor.scope->members.front(),
                                page.sequence));
    if (!row.has_value()) return absl::OkStatus();
  }
  if (!row.has_value()) {
    SKONTRO_RETURN_IF_ERROR(engine::WalkTrades(snapshot, before, visit));
    return lister.status();
  }
  SKONTRO_RETURN_IF_ERROR(engine::WalkTradesOf(
      snapshot, row->created.number, row->created.main_account, before, visit));
  return lister.status();
}

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

// Accept, decline and reverse: one trade, one step.
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
  if (!form.ok()) return RefuseChange(context, form, request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend, *caller, name.network);
  if (!place.ok()) return Fail(backend, context, method, place.status());
  engine::Command command = NewCommand(backend, *place, method, request);
  command.validate_only = request.validate_only();
  command.body = Body{std::string(name.trade)};
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
  const NameParts parent = form.NetworkName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  std::string_view member;
  if (!request->member().empty()) {
    member = form.MemberOf("member", request->member(), parent.network);
  }
  if (!v1::Trade::State_IsValid(request->state())) {
    form.Refuse("state", request->state(), "a state of a trade");
  }
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kList, std::string(parent.network), min},
              [request, member, page_size, response](const ReadScope& scope) {
                return List(scope, *request, member, page_size, response);
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

grpc::ServerUnaryReactor* TradeService::ReverseTrade(
    grpc::CallbackServerContext* context,
    const v1::ReverseTradeRequest* request,
    v1::ReverseTradeResponse* response) {
  return Step<engine::ReverseTrade>(backend_, context, kReverse, *request,
                                    response);
}

}  // namespace skontro::server

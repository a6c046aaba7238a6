#include "server/trade_service.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/index_reader.h"
#include "engine/refusals.h"
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
    if (!trade.has_value()) return absl::OkStatus();
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
  if (member.empty()) {
    SKONTRO_RETURN_IF_ERROR(engine::WalkTrades(snapshot, before, visit));
    return lister.status();
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::MemberRow> row,
                           engine::FindMember(snapshot, member, page.sequence));
  if (!row.has_value()) {
    return ToStatus(engine::NotFound(request.member()));
  }
  SKONTRO_RETURN_IF_ERROR(engine::WalkTradesOf(
      snapshot, row->created.number, row->created.main_account, before, visit));
  return lister.status();
}

// Accept, decline and reverse: one trade, one step.
template <typename Body, typename Request, typename Response>
grpc::ServerUnaryReactor* Step(const Backend& backend,
                               grpc::CallbackServerContext* context,
                               std::string_view method, const Request& request,
                               Response* response) {
  Form form;
  const NameParts name = form.TradeName("name", request.name());
  form.RequestId(request.request_id());
  if (!form.ok()) return RefuseChange(context, form, request, response);
  const absl::StatusOr<Network*> network =
      FindNetwork(backend, method, name.network);
  if (!network.ok()) return Fail(backend, context, method, network.status());
  engine::Command command = NewCommand(backend, **network, method, request);
  command.validate_only = request.validate_only();
  command.body = Body{std::string(name.trade)};
  return Change(backend, context, *network, std::move(command),
                [network = *network, id = name.trade, &request,
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
  Form form;
  const NameParts name = form.TradeName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, {kGet, std::string(name.network), min, as_of},
              [id = name.trade, response](const ReadScope& scope) {
                response->set_sequence(WireSequence(scope.as_of));
                TradeReader trades(scope.network.terms(), *scope.view.snapshot);
                return trades.WriteById(id, scope.as_of,
                                        response->mutable_trade());
              });
}

grpc::ServerUnaryReactor* TradeService::ListTrades(
    grpc::CallbackServerContext* context, const v1::ListTradesRequest* request,
    v1::ListTradesResponse* response) {
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
  return Read(backend_, context, {kList, std::string(parent.network), min},
              [request, member, page_size, response](const ReadScope& scope) {
                return List(scope, *request, member, page_size, response);
              });
}

grpc::ServerUnaryReactor* TradeService::CreateTrade(
    grpc::CallbackServerContext* context, const v1::CreateTradeRequest* request,
    v1::CreateTradeResponse* response) {
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  engine::CreateTrade body = ReadTrade(*request, parent.network, &form);
  form.RequestId(request->request_id());
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Network*> network =
      FindNetwork(backend_, kCreate, parent.network);
  if (!network.ok()) return Fail(backend_, context, kCreate, network.status());
  body.description = Salted(std::move(body.description.text));
  engine::Command command = NewCommand(backend_, **network, kCreate, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(
      backend_, context, *network, std::move(command),
      [network = *network, request, response](const engine::Answer& answer) {
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

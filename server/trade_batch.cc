#include "server/trade_batch.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/call_context.h"
#include "server/convert_amount.h"
#include "server/error.h"
#include "server/trade_item.h"

namespace skontro::server {
namespace {

constexpr std::string_view kBatch = "TradeService.BatchCreateTrades";

using Request = v1::BatchCreateTradesRequest;
using Response = v1::BatchCreateTradesResponse;

// --- INDEPENDENT -------------------------------------------------------------

// A batch whose items are decided each for itself. Answers arrive in any order,
// on any thread; the last one has the response built.
class IndependentBatch : public std::enable_shared_from_this<IndependentBatch> {
 public:
  IndependentBatch(const Backend& backend, BatchGate* gate, Place place,
                   grpc::ServerUnaryReactor* reactor, const Request& request,
                   Response* response)
      : backend_(backend),
        gate_(gate),
        network_(place.network),
        place_(std::move(place)),
        reactor_(reactor),
        request_(request),
        response_(response),
        results_(static_cast<size_t>(request.requests_size())),
        // One more than items, for the thread that submits.
        waiting_(results_.size() + 1) {}

  void Start() {
    std::vector<engine::Command> commands;
    std::vector<engine::Reply> replies;
    for (size_t i = 0; i < results_.size(); ++i) {
      std::optional<engine::Command> command = ItemCommand(
          backend_, place_, request_.parent(), Item(i), &results_[i]);
      if (!command.has_value()) {
        Answered();
        continue;
      }
      commands.push_back(*std::move(command));
      replies.emplace_back([self = shared_from_this(),
                            i](absl::StatusOr<engine::Answer> answer) {
        self->results_[i].answer = std::move(answer);
        self->Answered();
      });
    }
    network_->engine().SubmitAll(std::move(commands), std::move(replies));
    Answered();
  }

 private:
  const v1::CreateTradeRequest& Item(size_t index) const {
    return request_.requests(static_cast<int>(index));
  }

  // One item less to wait for; a committer may call.
  void Answered() {
    if (waiting_.fetch_sub(1) > 1) return;
    SKONTRO_CHECK(
        backend_.answers.Post([self = shared_from_this()] { self->Finish(); }));
  }

  void Finish() {
    ItemWriter writer(&backend_, kBatch, network_);
    for (size_t i = 0; i < results_.size(); ++i) {
      writer.Write(Item(i), results_[i], response_->add_results());
    }
    response_->set_sequence(WireSequence(writer.sequence()));
    gate_->Leave(results_.size());
    reactor_->Finish(grpc::Status::OK);
  }

  const Backend backend_;
  BatchGate* const gate_;
  Network* const network_;
  const Place place_;
  grpc::ServerUnaryReactor* const reactor_;
  const Request& request_;
  Response* const response_;
  std::vector<ItemAnswer> results_;
  std::atomic<size_t> waiting_;
};

// --- ATOMIC ------------------------------------------------------------------

engine::CreateTrades ReadGroup(const Request& request, std::string_view network,
                               Form* form) {
  engine::CreateTrades group;
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::CreateTradeRequest& item = request.requests(i);
    Form item_form(absl::StrCat("requests[", i, "]."));
    CheckItem(item, request.parent(), &item_form);
    if (!item.request_id().empty()) {
      item_form.Refuse("request_id", item.request_id(),
                       "empty; an ATOMIC batch has one for all");
    }
    engine::CreateTrade trade = ReadTrade(item, network, &item_form);
    form->Add(item_form);
    trade.description = Salted(std::move(trade.description.text));
    group.trades.push_back(std::move(trade));
  }
  return group;
}

// All results, read from the view whether the answer is new or repeated.
absl::Status FillGroup(const Network& network, const engine::Answer& answer,
                       Response* response) {
  const ledger::ReadView view = network.engine().view();
  TradeReader trades(network.terms(), *view.snapshot);
  RecordReader records(view.snapshot);
  for (ledger::Sequence sequence = answer.first_sequence;
       sequence <= answer.sequence; sequence = ledger::Next(sequence)) {
    v1::CreateTradeResponse* const made =
        response->add_results()->mutable_response();
    SKONTRO_RETURN_IF_ERROR(trades.WriteByNumber(
        engine::TradeNumber{static_cast<uint64_t>(sequence)}, answer.sequence,
        made->mutable_trade()));
    SKONTRO_ASSIGN_OR_RETURN(const ledger::Digest digest,
                             records.DigestAt(sequence));
    made->mutable_outcome()->set_sequence(WireSequence(sequence));
    made->mutable_outcome()->set_digest(WireDigest(digest));
  }
  response->set_sequence(WireSequence(answer.sequence));
  return absl::OkStatus();
}

// --- Both --------------------------------------------------------------------

void CheckSize(const Request& request, Form* form) {
  const bool atomic = request.mode() == Request::ATOMIC;
  const size_t most = atomic ? kGroupItemsMax : kBatchItemsMax;
  const auto count = static_cast<size_t>(request.requests_size());
  if (count == 0 || count > most) {
    form->Refuse("requests", absl::StrCat(count, " items"),
                 std::string(absl::StrCat("1 to ", most, " items")));
  } else if (atomic && request.ByteSizeLong() > kGroupBytesMax) {
    form->Refuse("requests", absl::StrCat(request.ByteSizeLong(), " bytes"),
                 std::string(absl::StrCat("at most ", kGroupBytesMax,
                                          " bytes in ATOMIC mode")));
  }
}

void CheckBatch(const Request& request, Form* form) {
  if (request.mode() == Request::ATOMIC) {
    form->RequestId(request.request_id());
  } else if (request.mode() != Request::INDEPENDENT) {
    form->Refuse("mode", request.mode(), "INDEPENDENT or ATOMIC");
  } else if (!request.request_id().empty()) {
    form->Refuse("request_id", request.request_id(),
                 "empty; in INDEPENDENT mode every item has its own");
  }
  CheckSize(request, form);
}

}  // namespace

grpc::ServerUnaryReactor* StartBatch(const Backend& backend, BatchGate* gate,
                                     grpc::CallbackServerContext* context,
                                     const Request& request,
                                     Response* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend, *context);
  if (!caller.ok()) return Fail(backend, context, kBatch, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request.parent());
  CheckBatch(request, &form);
  engine::CreateTrades group;
  if (form.ok() && request.mode() == Request::ATOMIC) {
    group = ReadGroup(request, parent.network, &form);
  }
  if (!form.ok()) return Refuse(context, form);
  const absl::StatusOr<Place> place =
      FindNetwork(backend, *caller, parent.network);
  if (!place.ok()) return Fail(backend, context, kBatch, place.status());
  const absl::Status taken =
      CallContext::Of(context).TakeItems(request.requests_size());
  if (!taken.ok()) return Fail(backend, context, kBatch, taken);
  if (request.mode() == Request::INDEPENDENT) {
    if (!gate->Enter(static_cast<size_t>(request.requests_size()))) {
      return Fail(backend, context, kBatch, QueueFull(kItemsInFlightMax));
    }
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    std::make_shared<IndependentBatch>(backend, gate, *place, reactor, request,
                                       response)
        ->Start();
    return reactor;
  }
  engine::Command command = NewCommand(backend, *place, kBatch, request);
  command.body = std::move(group);
  return Change(
      backend, context, place->network, std::move(command),
      [network = place->network, response](const engine::Answer& answer) {
        return FillGroup(*network, answer, response);
      });
}

}  // namespace skontro::server

#include "server/trade_answer.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

TradeTexts TextsOf(const v1::Trade& asked) {
  const auto seller = ParseMemberName(asked.seller());
  const auto buyer = ParseMemberName(asked.buyer());
  SKONTRO_CHECK(seller.has_value() && buyer.has_value());
  return {std::string(seller->member), std::string(buyer->member),
          asked.description()};
}

// Takes the step that `event` would be.
void Imagine(const engine::Event& event, const engine::Answer& answer,
             engine::TradeHistory* trade) {
  const engine::TradeHistory::Step step{ledger::Sequence{0}, answer.time_us,
                                        answer.booking_date};
  if (std::holds_alternative<engine::TradeAccepted>(event)) {
    trade->state = engine::TradeState::kSettled;
    trade->settled = step;
  } else if (std::holds_alternative<engine::TradeDeclined>(event)) {
    trade->state = engine::TradeState::kDeclined;
    trade->ended = step;
  } else if (std::holds_alternative<engine::TradeReversed>(event)) {
    trade->state = engine::TradeState::kReversed;
    trade->ended = step;
  } else if (std::holds_alternative<engine::TradeWithdrawn>(event)) {
    trade->state = engine::TradeState::kWithdrawn;
    trade->ended = step;
  } else if (const auto* held = std::get_if<engine::TradeAuthorised>(&event)) {
    trade->state = engine::TradeState::kAuthorised;
    trade->hold_expire_time_us = held->expire_time_us;
  } else if (const auto* part = std::get_if<engine::HoldSettled>(&event)) {
    engine::TakePart({part->units, part->national_value, part->cash}, trade);
    trade->state = part->state;
    trade->settled = step;
  } else if (const auto* let_go = std::get_if<engine::HoldReleased>(&event)) {
    trade->state = let_go->state;
    if (let_go->state != engine::TradeState::kSettled) trade->ended = step;
  }
}

}  // namespace

absl::Status WriteCreated(const engine::NetworkCreated& terms,
                          const engine::Answer& answer,
                          const v1::CreateTradeRequest& request,
                          TradeReader* trades, RecordReader* records,
                          v1::CreateTradeResponse* response) {
  SKONTRO_RETURN_IF_ERROR(
      WriteOutcome(answer, records, response->mutable_outcome()));
  if (answer.repeated) {
    return trades->WriteByNumber(
        engine::TradeNumber{static_cast<uint64_t>(answer.sequence)},
        answer.sequence, response->mutable_trade());
  }
  WriteTrade(terms,
             NewTrade(std::get<engine::TradeCreated>(answer.events.front()),
                      answer.sequence, answer.time_us, answer.booking_date),
             TextsOf(request.trade()), response->mutable_trade());
  return absl::OkStatus();
}

void WriteCreatedPreview(const engine::NetworkCreated& terms,
                         const engine::Answer& answer,
                         const v1::CreateTradeRequest& request,
                         v1::CreateTradeResponse* response) {
  WritePreview(answer, response->mutable_outcome());
  if (answer.events.empty()) return;
  engine::TradeHistory trade =
      NewTrade(std::get<engine::TradeCreated>(answer.events.front()),
               ledger::Sequence{0}, answer.time_us, answer.booking_date);
  trade.id = request.trade_id();  // The server's would be of another sequence.
  WriteTrade(terms, trade, TextsOf(request.trade()), response->mutable_trade());
}

absl::Status WriteStep(const Network& network, const engine::Answer& answer,
                       std::string_view id, bool validate_only,
                       v1::Trade* trade, v1::Outcome* outcome) {
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  TradeReader trades(network.terms(), *scope.view.snapshot);
  if (!validate_only) {
    RecordReader records(scope.view.snapshot);
    SKONTRO_RETURN_IF_ERROR(WriteOutcome(answer, &records, outcome));
    return trades.WriteById(id, answer.sequence, trade);
  }
  WritePreview(answer, outcome);
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::TradeHistory> history,
      engine::FindTrade(*scope.view.snapshot, id, scope.as_of));
  // Nothing was decided where the actor may not see the trade, or not change
  // it.
  if (!history.has_value() || answer.events.empty()) return absl::OkStatus();
  const bool would_be = answer.refusals.empty() && !answer.events.empty();
  if (would_be) Imagine(answer.events.front(), answer, &*history);
  return trades.Write(*history, trade);
}

}  // namespace skontro::server

#include "engine/facts.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/event_codec.h"
#include "engine/index_reader.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"

namespace skontro::engine {
namespace {

using ledger::Family;
using ledger::ReadView;

absl::Status LookUpNewTrade(const ReadView& view, const CreateTrade& trade,
                            Facts::NewTrade* facts) {
  const ledger::Snapshot& snapshot = *view.snapshot;
  if (!trade.trade_id.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> taken,
                             snapshot.Get(Family::kTradeId, trade.trade_id));
    facts->id_taken = taken.has_value();
  }
  if (!trade.invoice.has_value()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<MemberRow> seller,
                           FindMember(snapshot, trade.seller, view.sequence));
  if (!seller.has_value()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<std::string> holder,
      snapshot.Get(Family::kInvoice, InvoiceRowKey(KeyOf(seller->created.number,
                                                         *trade.invoice))));
  if (!holder.has_value()) return absl::OkStatus();
  if (holder->size() != sizeof(uint64_t)) {
    return absl::DataLossError("a row of the family invoice is no number");
  }
  const auto number = TradeNumber{ledger::ReadBigEndian<uint64_t>(*holder)};
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<TradeHistory> found,
                           FindTrade(snapshot, number, view.sequence));
  if (!found.has_value()) {
    return absl::DataLossError("a row of the family invoice names no trade");
  }
  facts->invoice_holder = number;
  facts->invoice_holder_id = found->id;
  return absl::OkStatus();
}

absl::Status LookUpTrade(const ReadView& view, const std::string& id,
                         Facts* facts) {
  SKONTRO_ASSIGN_OR_RETURN(std::optional<TradeHistory> found,
                           FindTrade(*view.snapshot, id, view.sequence));
  if (!found.has_value()) return absl::OkStatus();
  TradeFact fact;
  fact.number = found->number;
  fact.created = std::move(found->row.created);
  fact.state = found->state;
  if (found->settled.has_value()) {
    fact.settle_sequence = found->settled->sequence;
  }
  fact.hold_expire_time_us = found->hold_expire_time_us;
  fact.settled = found->all_parts.units;
  facts->trade = std::move(fact);
  return absl::OkStatus();
}

// The trade whose next step the command asks for; nullptr if it asks for none.
struct SteppedBy {
  template <typename Step>
  const std::string* operator()(const Step& step) const {
    if constexpr (requires { step.trade_id; }) {
      return &step.trade_id;
    } else {
      return nullptr;
    }
  }
  const std::string* operator()(const CreateTrade&) const { return nullptr; }
};

const std::string* TradeOf(const CommandBody& body) {
  return std::visit(SteppedBy(), body);
}

}  // namespace

absl::Status LookUp(const ReadView& view, Command* command) {
  Facts facts;
  facts.sequence = view.sequence;
  if (!command->validate_only && !std::holds_alternative<Tick>(command->body)) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<std::string> request,
        view.snapshot->Get(Family::kRequest, RequestKey(command->actor.identity,
                                                        command->request_id)));
    if (request.has_value()) {
      SKONTRO_ASSIGN_OR_RETURN(facts.request, DecodeRequestRow(*request));
    }
  }
  if (const auto* trade = std::get_if<CreateTrade>(&command->body)) {
    SKONTRO_RETURN_IF_ERROR(
        LookUpNewTrade(view, *trade, &facts.new_trades.emplace_back()));
  } else if (const auto* all = std::get_if<CreateTrades>(&command->body)) {
    for (const CreateTrade& one : all->trades) {
      SKONTRO_RETURN_IF_ERROR(
          LookUpNewTrade(view, one, &facts.new_trades.emplace_back()));
    }
  } else if (const std::string* id = TradeOf(command->body)) {
    SKONTRO_RETURN_IF_ERROR(LookUpTrade(view, *id, &facts));
  }
  command->facts = std::move(facts);
  return absl::OkStatus();
}

}  // namespace skontro::engine

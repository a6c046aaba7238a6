#include "engine/facts.h"

#include <optional>
#include <string>
#include <utility>

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
  facts->trade = std::move(fact);
  return absl::OkStatus();
}

}  // namespace

absl::Status LookUp(const ReadView& view, Command* command) {
  Facts facts;
  facts.sequence = view.sequence;
  if (!command->validate_only) {
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
  } else if (const auto* accept = std::get_if<AcceptTrade>(&command->body)) {
    SKONTRO_RETURN_IF_ERROR(LookUpTrade(view, accept->trade_id, &facts));
  } else if (const auto* decline = std::get_if<DeclineTrade>(&command->body)) {
    SKONTRO_RETURN_IF_ERROR(LookUpTrade(view, decline->trade_id, &facts));
  } else if (const auto* reverse = std::get_if<ReverseTrade>(&command->body)) {
    SKONTRO_RETURN_IF_ERROR(LookUpTrade(view, reverse->trade_id, &facts));
  }
  command->facts = std::move(facts);
  return absl::OkStatus();
}

}  // namespace skontro::engine

#include "server/trade_list.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/event_codec.h"
#include "engine/refusals.h"
#include "engine/row.h"
#include "engine/trade_walk.h"
#include "engine/visibility.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/statement.h"
#include "server/convert_amount.h"
#include "server/convert_trade.h"
#include "server/page.h"
#include "server/record_reader.h"
#include "server/trade_filter.h"

namespace skontro::server {
namespace {

using engine::TradeNumber;
using engine::TradeWalkPtr;
using engine::WalkOrder;

constexpr std::array kOrders = {OrderField{0, "create_time"}};

// To read a trade, its steps and its description touches about so many rows.
constexpr size_t kRowsOfTrade = 4;

// The numbers that a list may have, both ends included.
struct Range {
  uint64_t first = 1;
  uint64_t last = 0;

  bool empty() const { return last < first; }
};

// Gathers one page.
class Lister {
 public:
  Lister(const ReadScope& scope, const Page& page, const TradeQuery& query,
         const TradeFilter& filter, v1::ListTradesResponse* response)
      : scope_(scope),
        page_(page),
        query_(query),
        filter_(filter),
        order_(query.order.descending ? WalkOrder::kNewestFirst
                                      : WalkOrder::kOldestFirst),
        response_(response),
        trades_(scope.network.terms(), snapshot()) {}

  absl::Status Run() {
    SKONTRO_ASSIGN_OR_RETURN(const Range range, RangeOfPage());
    if (range.empty()) return absl::OkStatus();
    SKONTRO_ASSIGN_OR_RETURN(const TradeWalkPtr walk, Plan());
    if (walk == nullptr) return absl::OkStatus();
    const bool newest_first = order_ == WalkOrder::kNewestFirst;
    uint64_t place = newest_first ? range.last : range.first;
    while (true) {
      SKONTRO_RETURN_IF_ERROR(walk->SeekTo(TradeNumber{place}));
      if (!walk->Valid()) return absl::OkStatus();
      place = static_cast<uint64_t>(walk->number());
      if (place < range.first || place > range.last) return absl::OkStatus();
      // One is looked at on every page, so that each goes on from the last.
      if ((budget_.spent() && looked_at_ > 0) ||
          response_->trades_size() == query_.page_size) {
        response_->set_next_page_token(NextPage(scope_, page_, place));
        return absl::OkStatus();
      }
      ++looked_at_;
      SKONTRO_RETURN_IF_ERROR(Add(TradeNumber{place}));
      if (place == (newest_first ? range.first : range.last)) {
        return absl::OkStatus();
      }
      newest_first ? --place : ++place;
    }
  }

 private:
  const ledger::Snapshot& snapshot() const { return *scope_.view.snapshot; }

  // What dates and times leave over, from where the page begins.
  absl::StatusOr<Range> RangeOfPage() {
    Range range{1, static_cast<uint64_t>(page_.sequence)};
    SKONTRO_RETURN_IF_ERROR(NarrowByDays(&range));
    SKONTRO_RETURN_IF_ERROR(NarrowByTime(&range));
    if (page_.is_first) return range;
    if (order_ == WalkOrder::kNewestFirst) {
      range.last = std::min(range.last, page_.number);
    } else {
      range.first = std::max(range.first, page_.number);
    }
    return range;
  }

  absl::Status NarrowByDays(Range* range) {
    const NumberRange days = RangeOf(query_.filter, kTradeBookingDate);
    if (days.empty()) *range = {};
    if (days.first == INT64_MIN && days.last == INT64_MAX) {
      return absl::OkStatus();
    }
    const auto date = [](int64_t day, int64_t open) {
      return day == open
                 ? ledger::CivilDate()
                 : ledger::CivilDate::FromDays(static_cast<int32_t>(day));
    };
    SKONTRO_ASSIGN_OR_RETURN(
        const ledger::SequenceRange booked,
        ledger::RangeOf(snapshot(), date(days.first, INT64_MIN),
                        date(days.last, INT64_MAX), page_.sequence));
    range->first = std::max(range->first, static_cast<uint64_t>(booked.first));
    range->last = std::min(range->last, static_cast<uint64_t>(booked.last));
    return absl::OkStatus();
  }

  absl::Status NarrowByTime(Range* range) {
    const NumberRange times = RangeOf(query_.filter, kTradeCreateTime);
    if (times.empty()) *range = {};
    if (times.first != INT64_MIN) {
      SKONTRO_ASSIGN_OR_RETURN(
          const TradeNumber first,
          engine::FirstTradeFrom(snapshot(), times.first, page_.sequence));
      range->first = std::max(range->first, static_cast<uint64_t>(first));
    }
    if (times.last != INT64_MAX) {
      SKONTRO_ASSIGN_OR_RETURN(
          const TradeNumber behind,
          engine::FirstTradeFrom(snapshot(), times.last + 1, page_.sequence));
      if (behind == TradeNumber{0}) {
        *range = {};
      } else {
        range->last = std::min(range->last, static_cast<uint64_t>(behind) - 1);
      }
    }
    return absl::OkStatus();
  }

  // A walk over no fewer trades than those of the list; nullptr for none.
  absl::StatusOr<TradeWalkPtr> Plan() {
    std::vector<TradeWalkPtr> walks;
    SKONTRO_ASSIGN_OR_RETURN(bool possible, AddScope(&walks));
    if (possible) {
      SKONTRO_ASSIGN_OR_RETURN(possible, AddNamed(&walks));
    }
    if (possible) {
      SKONTRO_ASSIGN_OR_RETURN(possible, AddMembers(&walks));
    }
    if (possible) {
      SKONTRO_ASSIGN_OR_RETURN(possible, AddStates(&walks));
    }
    if (!possible) return nullptr;
    AddInvoiceNumber(&walks);
    if (walks.empty()) {
      return engine::WalkAllTrades(snapshot(), order_, &budget_);
    }
    return engine::WalkAllOf(std::move(walks), order_, &budget_);
  }

  // What the actor sees: with a few members their trades, and no other row of
  // any index is looked at for itself. False if there is nothing.
  absl::StatusOr<bool> AddScope(std::vector<TradeWalkPtr>* walks) {
    if (engine::SeesAll(scope_.actor)) return true;
    if (scope_.actor.scope == nullptr) return false;
    const auto& members = scope_.actor.scope->members;
    if (members.size() > kMergedMembersMax) return true;
    std::vector<TradeWalkPtr> of_each;
    for (const engine::MemberNumber number : members) {
      SKONTRO_ASSIGN_OR_RETURN(
          const std::optional<engine::MemberRow> row,
          engine::FindMember(snapshot(), number, page_.sequence));
      if (row.has_value()) of_each.push_back(WalkOf(*row));
    }
    if (of_each.empty()) return false;
    walks->push_back(engine::WalkAnyOf(std::move(of_each), order_));
    return true;
  }

  // The one trade that the filter names. False if there is none.
  absl::StatusOr<bool> AddNamed(std::vector<TradeWalkPtr>* walks) {
    const Comparison* const name = query_.filter.RequiredEqual(kTradeName);
    if (name == nullptr) return true;
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<TradeNumber> number,
                             engine::FindTradeNumber(snapshot(), name->text));
    if (!number.has_value()) return false;
    walks->push_back(engine::WalkThese({*number}, order_));
    return true;
  }

  // The members whose trades these are. RESOURCE_NOT_FOUND for the one of the
  // request, false for one of the filter that is not there.
  absl::StatusOr<bool> AddMembers(std::vector<TradeWalkPtr>* walks) {
    if (!query_.member.empty()) {
      SKONTRO_ASSIGN_OR_RETURN(
          const std::optional<engine::MemberRow> row,
          engine::FindMember(snapshot(), query_.member, page_.sequence));
      if (!row.has_value() ||
          !engine::SeesMember(scope_.actor, row->created.number)) {
        return ToStatus(
            engine::NotFound(MemberName(query_.network, query_.member)));
      }
      only_ = row->created.number;
      walks->push_back(WalkOf(*row));
    }
    for (const TradeField field : {kTradeSeller, kTradeBuyer, kTradeMember}) {
      const auto member = filter_.RequiredMember(field);
      if (!member.has_value()) continue;
      if (!member->has_value()) return false;
      walks->push_back(WalkOf(**member));
    }
    return true;
  }

  void AddInvoiceNumber(std::vector<TradeWalkPtr>* walks) {
    const Comparison* const number =
        query_.filter.RequiredEqual(kTradeInvoiceNumber);
    // A trade without an invoice has none of all numbers.
    if (number == nullptr || number->raw.empty()) return;
    walks->push_back(engine::WalkInvoiceNumber(
        snapshot(), engine::NormaliseInvoiceNumber(number->raw), order_,
        &budget_));
  }

  // The trades of the states that the list can show, where all of these have
  // rows. False if it can show none.
  absl::StatusOr<bool> AddStates(std::vector<TradeWalkPtr>* walks) {
    std::set<uint32_t> rows;
    for (const engine::TradeState state : filter_.States()) {
      if (query_.state != v1::Trade::STATE_UNSPECIFIED &&
          static_cast<int>(state) != static_cast<int>(query_.state)) {
        continue;
      }
      const std::optional<uint32_t> rows_of = engine::RowsOfState(state);
      if (!rows_of.has_value()) return true;
      rows.insert(*rows_of);
    }
    if (rows.empty()) return false;
    std::vector<TradeWalkPtr> of_each;
    for (const uint32_t rows_of : rows) {
      of_each.push_back(
          engine::WalkRowsOfState(snapshot(), rows_of, order_, &budget_));
    }
    if (rows.contains(engine::kOpenTrades)) {
      SKONTRO_ASSIGN_OR_RETURN(
          std::optional<std::vector<TradeNumber>> were_open, OpenBefore());
      if (!were_open.has_value()) return true;
      if (!were_open->empty()) {
        of_each.push_back(engine::WalkThese(*std::move(were_open), order_));
      }
    }
    walks->push_back(engine::WalkAnyOf(std::move(of_each), order_));
    return true;
  }

  // The trades that may have been open at the sequence of the list and are not
  // any more: what the records behind it are about. nullopt if these are too
  // many to be read for a page.
  absl::StatusOr<std::optional<std::vector<TradeNumber>>> OpenBefore() {
    std::vector<TradeNumber> trades;
    const auto newest = static_cast<uint64_t>(scope_.view.sequence);
    const auto shown = static_cast<uint64_t>(page_.sequence);
    if (newest - shown > kRecordsBehindMax) return std::nullopt;
    RecordReader records(scope_.view.snapshot);
    for (uint64_t sequence = shown + 1; sequence <= newest; ++sequence) {
      SKONTRO_ASSIGN_OR_RETURN(const ledger::Record* const record,
                               records.RecordAt(ledger::Sequence{sequence}));
      SKONTRO_ASSIGN_OR_RETURN(const engine::Event event,
                               engine::DecodeEvent(record->event));
      const std::optional<TradeNumber> trade = engine::SteppedTrade(event);
      if (trade.has_value()) trades.push_back(*trade);
    }
    return trades;
  }

  TradeWalkPtr WalkOf(const engine::MemberRow& member) {
    return engine::WalkTradesOf(snapshot(), member.created.number,
                                member.created.main_account, order_, &budget_);
  }

  // Adds a trade to the page if it belongs there.
  absl::Status Add(TradeNumber number) {
    budget_.Spend(kRowsOfTrade);
    SKONTRO_ASSIGN_OR_RETURN(
        std::optional<engine::TradeHistory> trade,
        engine::FindTradeAsMade(snapshot(), number, page_.sequence));
    if (!trade.has_value() ||
        !engine::SeesTrade(scope_.actor, trade->row.created.seller,
                           trade->row.created.buyer)) {
      return absl::OkStatus();
    }
    // A walk that stopped early stands anywhere.
    if (only_.has_value() && trade->row.created.seller != *only_ &&
        trade->row.created.buyer != *only_) {
      return absl::OkStatus();
    }
    SKONTRO_ASSIGN_OR_RETURN(const bool passes, filter_.Passes(&*trade));
    if (!passes ||
        (query_.state != v1::Trade::STATE_UNSPECIFIED &&
         static_cast<int>(trade->state) != static_cast<int>(query_.state))) {
      return absl::OkStatus();
    }
    return trades_.Write(*trade, response_->add_trades());
  }

  const ReadScope& scope_;
  const Page& page_;
  const TradeQuery& query_;
  const TradeFilter& filter_;
  const WalkOrder order_;
  v1::ListTradesResponse* const response_;
  TradeReader trades_;
  engine::WalkBudget budget_{kPageRowsMax};
  size_t looked_at_ = 0;
  std::optional<engine::MemberNumber> only_;  // The member of the request.
};

}  // namespace

TradeQuery ReadTradeQuery(const v1::ListTradesRequest& request, Form* form) {
  TradeQuery query;
  query.network = form->NetworkName("parent", request.parent()).network;
  query.page_size = form->PageSize(request.page_size());
  if (!request.member().empty()) {
    query.member = form->MemberOf("member", request.member(), query.network);
  }
  query.state = request.state();
  if (!v1::Trade::State_IsValid(request.state())) {
    form->Refuse("state", request.state(), "a state of a trade");
  }
  query.filter =
      Filter::Parse(request.filter(), TradeFields(), query.network, form);
  query.order = ReadOrder(request.order_by(), kOrders, {0, true}, form);
  return query;
}

absl::Status ListTradesOf(const ReadScope& scope, std::string_view method,
                          const TradeQuery& query,
                          const v1::ListTradesRequest& request,
                          v1::ListTradesResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, method, request));
  response->set_sequence(WireSequence(page.sequence));
  SKONTRO_ASSIGN_OR_RETURN(
      const TradeFilter filter,
      TradeFilter::Make(*scope.view.snapshot, page.sequence, query.filter));
  return Lister(scope, page, query, filter, response).Run();
}

}  // namespace skontro::server

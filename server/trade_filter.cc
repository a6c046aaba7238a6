#include "server/trade_filter.h"

#include "ledger/base/status.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {
namespace {

using engine::TradeHistory;

std::optional<int64_t> DaysOf(ledger::CivilDate date) {
  if (!date.has_value()) return std::nullopt;
  return date.days();
}

std::optional<int64_t> TimeOf(const std::optional<TradeHistory::Step>& step) {
  if (!step.has_value()) return std::nullopt;
  return step->time_us;
}

std::optional<int64_t> DayOf(const std::optional<TradeHistory::Step>& step) {
  if (!step.has_value()) return std::nullopt;
  return DaysOf(step->booking_date);
}

bool IsOfMember(const Comparison& comparison) {
  return comparison.field == kTradeSeller || comparison.field == kTradeBuyer ||
         comparison.field == kTradeMember;
}

}  // namespace

std::span<const FilterField> TradeFields() {
  static const auto& states =
      *new auto(ChoicesOf(v1::Trade::State_descriptor()));
  static const auto& initiators =
      *new auto(ChoicesOf(v1::Trade::Initiator_descriptor()));
  static const auto& fields = *new std::vector<FilterField>{
      {kTradeName, "name", FieldKind::kTrade},
      {kTradeState, "state", FieldKind::kChoice, states},
      {kTradeSeller, "seller", FieldKind::kMember},
      {kTradeBuyer, "buyer", FieldKind::kMember},
      {kTradeMember, "member", FieldKind::kMember},
      {kTradeInitiator, "initiator", FieldKind::kChoice, initiators},
      {kTradeUnits, "unit_leg.minor_units", FieldKind::kNumber},
      {kTradeCash, "cash_leg.minor_units", FieldKind::kNumber},
      {kTradeNationalValue, "national_value.minor_units", FieldKind::kNumber},
      {kTradeInvoiceNumber, "invoice.number", FieldKind::kText},
      {kTradePurchaseOrder, "invoice.purchase_order", FieldKind::kText},
      {kTradeIssueDate, "invoice.issue_date", FieldKind::kDate},
      {kTradeSupplyDate, "invoice.supply_date", FieldKind::kDate},
      {kTradeDueDate, "invoice.due_date", FieldKind::kDate},
      {kTradeDescription, "description", FieldKind::kText},
      {kTradeBookingDate, "booking_date", FieldKind::kDate},
      {kTradeValueDate, "value_date", FieldKind::kDate},
      {kTradeCreateTime, "create_time", FieldKind::kTime},
      {kTradeSettleTime, "settle_time", FieldKind::kTime},
      {kTradeEndTime, "end_time", FieldKind::kTime}};
  return fields;
}

absl::StatusOr<TradeFilter> TradeFilter::Make(const ledger::Snapshot& snapshot,
                                              ledger::Sequence as_of,
                                              const Filter& filter) {
  TradeFilter made(snapshot, as_of, filter);
  for (const Comparison& comparison : filter.comparisons()) {
    made.members_.emplace_back();
    if (!IsOfMember(comparison)) continue;
    SKONTRO_ASSIGN_OR_RETURN(
        made.members_.back(),
        engine::FindMember(snapshot, comparison.text, as_of));
  }
  return made;
}

std::optional<std::optional<engine::MemberRow>> TradeFilter::RequiredMember(
    TradeField field) const {
  const Comparison* const comparison = filter_.RequiredEqual(field);
  if (comparison == nullptr) return std::nullopt;
  return members_[filter_.PlaceOf(*comparison)];
}

absl::StatusOr<bool> TradeFilter::Passes(TradeHistory* trade) const {
  Known known{*trade};
  Truth truth = Test(known);
  if (truth == Truth::kUnknown) {
    SKONTRO_RETURN_IF_ERROR(engine::AddTradeSteps(snapshot_, as_of_, trade));
    known.steps = true;
    truth = Test(known);
  }
  if (truth == Truth::kUnknown) {
    SKONTRO_ASSIGN_OR_RETURN(const std::string description,
                             engine::ReadDescription(snapshot_, *trade));
    known.description = &description;
    truth = Test(known);
  }
  if (truth == Truth::kTrue && !known.steps) {
    SKONTRO_RETURN_IF_ERROR(engine::AddTradeSteps(snapshot_, as_of_, trade));
  }
  return truth == Truth::kTrue;
}

std::set<engine::TradeState> TradeFilter::States() const {
  std::set<engine::TradeState> states;
  for (const auto& choice : ChoicesOf(v1::Trade::State_descriptor())) {
    const int64_t number = choice.second;
    const Truth truth = filter_.Test([&](const Comparison& comparison) {
      return comparison.field == kTradeState ? Compare(comparison, number)
                                             : Truth::kUnknown;
    });
    if (truth != Truth::kFalse) {
      states.insert(static_cast<engine::TradeState>(number));
    }
  }
  return states;
}

Truth TradeFilter::Test(const Known& known) const {
  return filter_.Test(
      [&](const Comparison& comparison) { return Ask(known, comparison); });
}

Truth TradeFilter::Ask(const Known& known, const Comparison& comparison) const {
  const TradeHistory& trade = known.trade;
  switch (comparison.field) {
    case kTradeState:
      if (!known.steps) return Truth::kUnknown;
      return Compare(comparison, static_cast<int64_t>(trade.state));
    case kTradeValueDate:
      if (!known.steps) return Truth::kUnknown;
      return Compare(comparison, DayOf(trade.settled));
    case kTradeSettleTime:
      if (!known.steps) return Truth::kUnknown;
      return Compare(comparison, TimeOf(trade.settled));
    case kTradeEndTime:
      if (!known.steps) return Truth::kUnknown;
      return Compare(comparison, TimeOf(trade.ended));
    case kTradeDescription:
      if (known.description == nullptr) return Truth::kUnknown;
      return CompareText(comparison, *known.description);
    case kAnyText:
      if (AskInvoice(trade.row.created, comparison) == Truth::kTrue) {
        return Truth::kTrue;
      }
      if (known.description == nullptr) return Truth::kUnknown;
      return CompareText(comparison, *known.description);
    default:
      return AskMade(trade, comparison);
  }
}

// What never changes about a trade.
Truth TradeFilter::AskMade(const TradeHistory& trade,
                           const Comparison& comparison) const {
  const engine::TradeCreated& created = trade.row.created;
  switch (comparison.field) {
    case kTradeName:
      return CompareExactly(comparison, trade.id);
    case kTradeSeller:
      return AskMember(comparison, created.seller, created.seller);
    case kTradeBuyer:
      return AskMember(comparison, created.buyer, created.buyer);
    case kTradeMember:
      return AskMember(comparison, created.seller, created.buyer);
    case kTradeInitiator:
      return Compare(comparison, static_cast<int64_t>(created.initiator));
    case kTradeUnits:
      return Compare(comparison, created.units.minor_units());
    case kTradeCash:
      return Compare(comparison, created.cash);
    case kTradeNationalValue:
      return Compare(comparison, created.national_value);
    case kTradeBookingDate:
      return Compare(comparison, DaysOf(trade.row.booking_date));
    case kTradeCreateTime:
      return Compare(comparison, trade.row.time_us);
    default:
      return AskInvoice(created, comparison);
  }
}

Truth TradeFilter::AskInvoice(const engine::TradeCreated& created,
                              const Comparison& comparison) const {
  static const auto& none = *new engine::Invoice();
  const engine::Invoice& invoice =
      created.invoice.has_value() ? *created.invoice : none;
  switch (comparison.field) {
    case kTradeInvoiceNumber:
      return CompareInvoiceNumber(comparison, invoice.number);
    case kTradePurchaseOrder:
      return CompareText(comparison, invoice.purchase_order);
    case kTradeIssueDate:
      return Compare(comparison, DaysOf(invoice.issue_date));
    case kTradeSupplyDate:
      return Compare(comparison, DaysOf(invoice.supply_date));
    case kTradeDueDate:
      return Compare(comparison, DaysOf(invoice.due_date));
    default:
      break;
  }
  if (CompareText(comparison, invoice.number) == Truth::kTrue) {
    return Truth::kTrue;
  }
  return CompareText(comparison, invoice.purchase_order);
}

Truth TradeFilter::AskMember(const Comparison& comparison,
                             engine::MemberNumber one,
                             engine::MemberNumber other) const {
  const std::optional<engine::MemberRow>& row =
      members_[filter_.PlaceOf(comparison)];
  const bool is = row.has_value() &&
                  (row->created.number == one || row->created.number == other);
  return TruthOf(is == (comparison.op == FilterOp::kEqual));
}

}  // namespace skontro::server

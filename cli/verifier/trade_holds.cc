// What a TradeBook checks of holds: authorised trades, their parts and their
// end.

#include "absl/strings/str_format.h"
#include "cli/verifier/trade_book.h"

namespace skontro::verifier {
namespace {

constexpr uint32_t kTradeEntry = 1;

// Values of `skontro.v1.Trade.State`.
constexpr uint32_t kStateAuthorised = 2;
constexpr uint32_t kStateSettled = 3;
constexpr uint32_t kStateWithdrawn = 7;
constexpr uint32_t kStateExpired = 8;

// The longest that a hold may last, in microseconds: 180 days.
constexpr int64_t kHoldMaxUs = int64_t{180} * 24 * 3'600 * 1'000'000;

// What the first `part` of `whole` takes of `total`, rounded half away from
// zero. REQUIRES: nothing is below zero, and `whole` is above.
int64_t Share(int64_t total, int64_t part, int64_t whole) {
  const __int128 twice = __int128{total} * part * 2 + whole;
  return static_cast<int64_t>(twice / (__int128{whole} * 2));
}

}  // namespace

void TradeBook::Withdraw(uint64_t sequence, const std::vector<Entry>& entries,
                         const TradeWithdrawn& event) {
  CheckNoMove(sequence, entries);
  Trade* trade = InState(sequence, event.trade, kProposed);
  if (trade == nullptr) return;
  trade->state = kWithdrawn;
  open_cash_.erase(trade->number);
  FreeInvoice(sequence, *trade, event.freed_invoice);
}

void TradeBook::Authorise(uint64_t sequence, int64_t time_us,
                          const std::vector<Entry>& entries,
                          const TradeAuthorised& event) {
  CheckNoMove(sequence, entries);
  Trade* trade = InState(sequence, event.trade, kProposed);
  if (trade == nullptr) return;
  const auto cash = open_cash_.find(trade->number);
  const int64_t cash_leg = cash == open_cash_.end() ? 0 : cash->second;
  open_cash_.erase(trade->number);
  Hold(sequence, time_us, trade, event.expire_time_us, cash_leg, event.holds);
}

void TradeBook::Hold(uint64_t sequence, int64_t time_us, Trade* trade,
                     int64_t expire_time_us, int64_t cash,
                     const std::optional<HoldsAfter>& holds) {
  if (expire_time_us <= time_us || expire_time_us - time_us > kHoldMaxUs) {
    Add(sequence, absl::StrFormat("the hold of trade %d lasts from %d to %d, "
                                  "which is not up to 180 days",
                                  trade->number, time_us, expire_time_us));
  }
  trade->state = kAuthorised;
  holds_[trade->number] = {expire_time_us, 0, cash};
  had_holds_ = true;
  accounts_.Hold(sequence, trade->buyer_account, trade->seller_account,
                 trade->units, holds);
  accounts_.CheckLimits(sequence, trade->buyer_account, trade->seller_account);
}

TradeBook::Held* TradeBook::HeldOf(uint64_t sequence, uint64_t number,
                                   Trade** trade) {
  *trade = InState(sequence, number, kAuthorised);
  if (*trade == nullptr) return nullptr;
  return &holds_.at(number);
}

void TradeBook::SettlePart(uint64_t sequence, int64_t time_us,
                           const std::vector<Entry>& entries,
                           const HoldSettled& event) {
  Trade* trade = nullptr;
  Held* const held = HeldOf(sequence, event.trade, &trade);
  if (held == nullptr) return;
  if (held->expire_time_us <= time_us) {
    Add(sequence,
        absl::StrFormat("a part of trade %d is settled at %d; its "
                        "hold was void from %d on",
                        trade->number, time_us, held->expire_time_us));
  }
  const int64_t left = trade->units - held->settled;
  if (event.units <= 0 || event.units > left) {
    Add(sequence, absl::StrFormat("%d units of trade %d are settled; %d are "
                                  "held",
                                  event.units, trade->number, left));
    return;
  }
  const int64_t after = held->settled + event.units;
  const auto check = [&](const char* what, int64_t total, int64_t said) {
    const int64_t share = Share(total, after, trade->units) -
                          Share(total, held->settled, trade->units);
    if (share == said) return;
    Add(sequence, absl::StrFormat("the part's %s is %d; its share of %d is %d",
                                  what, said, total, share));
  };
  check("national value",
        static_cast<int64_t>(NationalValue(trade->units, rate_)),
        event.national_value);
  check("cash", held->cash, event.cash);
  const bool ends = event.state == kStateSettled;
  if (!ends && (event.state != kStateAuthorised || event.units == left)) {
    Add(sequence,
        absl::StrFormat("the part leaves trade %d in state %d, with "
                        "%d units held",
                        trade->number, event.state, left - event.units));
  }
  accounts_.Hold(sequence, trade->buyer_account, trade->seller_account,
                 ends ? -left : -event.units, event.holds);
  held->settled = after;
  trade->settle_sequence = sequence & ((uint64_t{1} << 56) - 1);
  if (ends) trade->state = kSettled;
  // What was held was promised: limits that were cut since do not count.
  CheckEntry(sequence, entries, kTradeEntry, *trade, event.units);
}

void TradeBook::Release(uint64_t sequence, int64_t time_us,
                        const std::vector<Entry>& entries,
                        const HoldReleased& event) {
  CheckNoMove(sequence, entries);
  Trade* trade = nullptr;
  const Held* const held = HeldOf(sequence, event.trade, &trade);
  if (held == nullptr) return;
  if (held->expire_time_us <= time_us) {
    Add(sequence,
        absl::StrFormat("trade %d is let go at %d; its hold was void "
                        "from %d on",
                        trade->number, time_us, held->expire_time_us));
  }
  EndHold(sequence, trade, event.state, kWithdrawn, event.freed_invoice,
          event.holds);
}

void TradeBook::Expire(uint64_t sequence, int64_t time_us,
                       const std::vector<Entry>& entries,
                       const HoldExpired& event) {
  CheckNoMove(sequence, entries);
  Trade* trade = nullptr;
  const Held* const held = HeldOf(sequence, event.trade, &trade);
  if (held == nullptr) return;
  if (held->expire_time_us > time_us) {
    Add(sequence,
        absl::StrFormat("the hold of trade %d ends at %d, before "
                        "its time %d",
                        trade->number, time_us, held->expire_time_us));
  }
  EndHold(sequence, trade, event.state, kExpired, event.freed_invoice,
          event.holds);
}

void TradeBook::EndHold(uint64_t sequence, Trade* trade, uint32_t state,
                        State unsettled,
                        const std::optional<InvoiceKey>& freed_invoice,
                        const std::optional<HoldsAfter>& holds) {
  const Held& held = holds_.at(trade->number);
  const bool in_part = held.settled > 0;
  const uint32_t wanted = in_part                   ? kStateSettled
                          : unsettled == kWithdrawn ? kStateWithdrawn
                                                    : kStateExpired;
  if (state != wanted) {
    Add(sequence, absl::StrFormat("trade %d ends in state %d, not in %d",
                                  trade->number, state, wanted));
  }
  trade->state = static_cast<uint64_t>(in_part ? kSettled : unsettled) & 0xF;
  accounts_.Hold(sequence, trade->buyer_account, trade->seller_account,
                 held.settled - trade->units, holds);
  if (!in_part) {
    holds_.erase(trade->number);
    FreeInvoice(sequence, *trade, freed_invoice);
  } else if (freed_invoice.has_value()) {
    Add(sequence, absl::StrFormat("the invoice of trade %d is freed, and a "
                                  "part of it was settled",
                                  trade->number));
  }
}

}  // namespace skontro::verifier

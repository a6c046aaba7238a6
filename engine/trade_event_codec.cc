#include "engine/message_codec.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

CivilDate Day(int32_t days) { return CivilDate::FromDays(days); }
Amount Units(int64_t minor_units) {
  return Amount::FromMinorUnits(minor_units);
}

void Encode(const Invoice& from, pb::Invoice* to) {
  to->set_number(from.number);
  to->set_issue_day(from.issue_date.days());
  if (from.supply_date.has_value()) {
    to->set_supply_day(from.supply_date.days());
  }
  if (from.due_date.has_value()) to->set_due_day(from.due_date.days());
  to->set_purchase_order(from.purchase_order);
  to->set_gross(from.gross);
  to->set_prepaid(from.prepaid);
  for (const TaxLine& line : from.tax_lines) {
    pb::TaxLine* out = to->add_tax_lines();
    out->set_category(line.category);
    out->set_rate_ppm(line.rate_ppm);
    out->set_base(line.base);
    out->set_tax(line.tax);
  }
}

Invoice Decode(const pb::Invoice& from) {
  Invoice to;
  to.number = from.number();
  to.issue_date = Day(from.issue_day());
  if (from.has_supply_day()) to.supply_date = Day(from.supply_day());
  if (from.has_due_day()) to.due_date = Day(from.due_day());
  to.purchase_order = from.purchase_order();
  to.gross = from.gross();
  to.prepaid = from.prepaid();
  for (const pb::TaxLine& line : from.tax_lines()) {
    to.tax_lines.push_back(
        {line.category(), line.rate_ppm(), line.base(), line.tax()});
  }
  return to;
}

void Encode(const InvoiceKey& from, pb::InvoiceKey* to) {
  to->set_seller(static_cast<uint64_t>(from.seller));
  to->set_year(from.year);
  to->set_number(from.number);
}

InvoiceKey Decode(const pb::InvoiceKey& from) {
  return {MemberNumber{from.seller()}, from.year(), from.number()};
}

void Encode(const HoldsAfter& from, pb::HoldsAfter* to) {
  to->set_buyer_account(static_cast<uint64_t>(from.buyer_account));
  to->set_holds_out(from.holds_out.minor_units());
  to->set_seller_account(static_cast<uint64_t>(from.seller_account));
  to->set_holds_in(from.holds_in.minor_units());
}

HoldsAfter Decode(const pb::HoldsAfter& from) {
  return {AccountId{from.buyer_account()}, Units(from.holds_out()),
          AccountId{from.seller_account()}, Units(from.holds_in())};
}

// Of an event that ends a hold: `unsettled` where no part was settled.
template <typename Ended, typename Message>
absl::StatusOr<Ended> DecodeEnded(const Message& from, TradeState unsettled) {
  Ended to;
  to.trade = TradeNumber{from.trade()};
  to.state = static_cast<TradeState>(from.state());
  if (to.state != TradeState::kSettled && to.state != unsettled) {
    return absl::DataLossError("a hold that ended in a state that cannot be");
  }
  if (from.has_freed_invoice()) to.freed_invoice = Decode(from.freed_invoice());
  to.holds = Decode(from.holds());
  return to;
}

template <typename Ended, typename Message>
void EncodeEnded(const Ended& from, Message* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  to->set_state(static_cast<uint32_t>(from.state));
  if (from.freed_invoice.has_value()) {
    Encode(*from.freed_invoice, to->mutable_freed_invoice());
  }
  Encode(from.holds, to->mutable_holds());
}

template <typename Message>
bool HasUnknownEnded(const Message& ended) {
  return Unknown(ended) || (ended.has_holds() && Unknown(ended.holds())) ||
         (ended.has_freed_invoice() && Unknown(ended.freed_invoice()));
}

// Whether an invoice has a day by whose year it can be found.
bool HasIssueYear(const TradeCreated& created) {
  return !created.invoice.has_value() ||
         (created.invoice->issue_date.has_value() &&
          ledger::IsUsableDate(created.invoice->issue_date.ymd()));
}

}  // namespace

bool HasUnknown(const pb::TradeCreated& created) {
  return Unknown(created) ||
         (created.has_holds() && Unknown(created.holds())) ||
         (created.has_invoice() && (Unknown(created.invoice()) ||
                                    AnyUnknown(created.invoice().tax_lines())));
}

void Encode(const TradeCreated& from, pb::TradeCreated* to) {
  to->set_id(from.id);
  to->set_seller(static_cast<uint64_t>(from.seller));
  to->set_buyer(static_cast<uint64_t>(from.buyer));
  to->set_initiator(static_cast<uint32_t>(from.initiator));
  to->set_units(from.units.minor_units());
  to->set_national_value(from.national_value);
  to->set_rate_numerator(from.rate.numerator);
  to->set_rate_denominator(from.rate.denominator);
  to->set_rate_version(from.rate.version);
  to->set_cash(from.cash);
  if (from.invoice.has_value()) Encode(*from.invoice, to->mutable_invoice());
  to->set_hold_expire_time_us(from.hold_expire_time_us);
  if (from.holds.has_value()) Encode(*from.holds, to->mutable_holds());
}

TradeCreated Decode(const pb::TradeCreated& from) {
  TradeCreated to;
  to.id = from.id();
  to.seller = MemberNumber{from.seller()};
  to.buyer = MemberNumber{from.buyer()};
  to.initiator = static_cast<Initiator>(from.initiator());
  to.units = Units(from.units());
  to.national_value = from.national_value();
  to.rate = {from.rate_numerator(), from.rate_denominator(),
             from.rate_version()};
  to.cash = from.cash();
  if (from.has_invoice()) to.invoice = Decode(from.invoice());
  to.hold_expire_time_us = from.hold_expire_time_us();
  if (from.has_holds()) to.holds = Decode(from.holds());
  return to;
}

void Encode(const TradeAccepted& from, pb::TradeAccepted* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
}

TradeAccepted Decode(const pb::TradeAccepted& from) {
  return {TradeNumber{from.trade()}};
}

void Encode(const TradeDeclined& from, pb::TradeDeclined* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  if (from.freed_invoice.has_value()) {
    Encode(*from.freed_invoice, to->mutable_freed_invoice());
  }
}

TradeDeclined Decode(const pb::TradeDeclined& from) {
  TradeDeclined to{TradeNumber{from.trade()}, std::nullopt};
  if (from.has_freed_invoice()) {
    to.freed_invoice = Decode(from.freed_invoice());
  }
  return to;
}

void Encode(const TradeReversed& from, pb::TradeReversed* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  to->set_settle_sequence(static_cast<uint64_t>(from.settle_sequence));
  if (from.freed_invoice.has_value()) {
    Encode(*from.freed_invoice, to->mutable_freed_invoice());
  }
}

TradeReversed Decode(const pb::TradeReversed& from) {
  TradeReversed to{TradeNumber{from.trade()}, Sequence{from.settle_sequence()},
                   std::nullopt};
  if (from.has_freed_invoice()) {
    to.freed_invoice = Decode(from.freed_invoice());
  }
  return to;
}

absl::Status Check(const TradeCreated& created) {
  if (created.initiator != Initiator::kSeller &&
      created.initiator != Initiator::kBuyer) {
    return absl::DataLossError("a trade with an unknown initiator");
  }
  const bool holds = created.hold_expire_time_us != 0;
  if (holds != created.holds.has_value() ||
      (holds && created.initiator != Initiator::kBuyer)) {
    return absl::DataLossError("a trade with half a hold");
  }
  if (!HasIssueYear(created)) {
    return absl::DataLossError("an invoice issued on no day");
  }
  return absl::OkStatus();
}

bool HasUnknown(const pb::TradeAuthorised& authorised) {
  return Unknown(authorised) ||
         (authorised.has_holds() && Unknown(authorised.holds()));
}

void Encode(const TradeAuthorised& from, pb::TradeAuthorised* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  to->set_expire_time_us(from.expire_time_us);
  Encode(from.holds, to->mutable_holds());
}

TradeAuthorised Decode(const pb::TradeAuthorised& from) {
  return {TradeNumber{from.trade()}, from.expire_time_us(),
          Decode(from.holds())};
}

bool HasUnknown(const pb::HoldSettled& settled) {
  return Unknown(settled) || (settled.has_holds() && Unknown(settled.holds()));
}

void Encode(const HoldSettled& from, pb::HoldSettled* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  to->set_units(from.units.minor_units());
  to->set_national_value(from.national_value);
  to->set_cash(from.cash);
  to->set_state(static_cast<uint32_t>(from.state));
  Encode(from.holds, to->mutable_holds());
}

absl::StatusOr<HoldSettled> Decode(const pb::HoldSettled& from) {
  HoldSettled to{TradeNumber{from.trade()},
                 Units(from.units()),
                 from.national_value(),
                 from.cash(),
                 static_cast<TradeState>(from.state()),
                 Decode(from.holds())};
  if (to.state != TradeState::kAuthorised && to.state != TradeState::kSettled) {
    return absl::DataLossError("a part that leaves a state that cannot be");
  }
  return to;
}

bool HasUnknown(const pb::HoldReleased& released) {
  return HasUnknownEnded(released);
}

void Encode(const HoldReleased& from, pb::HoldReleased* to) {
  EncodeEnded(from, to);
}

absl::StatusOr<HoldReleased> Decode(const pb::HoldReleased& from) {
  return DecodeEnded<HoldReleased>(from, TradeState::kWithdrawn);
}

bool HasUnknown(const pb::HoldExpired& expired) {
  return HasUnknownEnded(expired);
}

void Encode(const HoldExpired& from, pb::HoldExpired* to) {
  EncodeEnded(from, to);
}

absl::StatusOr<HoldExpired> Decode(const pb::HoldExpired& from) {
  return DecodeEnded<HoldExpired>(from, TradeState::kExpired);
}

bool HasUnknown(const pb::TradeWithdrawn& withdrawn) {
  return Unknown(withdrawn) ||
         (withdrawn.has_freed_invoice() && Unknown(withdrawn.freed_invoice()));
}

void Encode(const TradeWithdrawn& from, pb::TradeWithdrawn* to) {
  to->set_trade(static_cast<uint64_t>(from.trade));
  if (from.freed_invoice.has_value()) {
    Encode(*from.freed_invoice, to->mutable_freed_invoice());
  }
}

TradeWithdrawn Decode(const pb::TradeWithdrawn& from) {
  TradeWithdrawn to{TradeNumber{from.trade()}, std::nullopt};
  if (from.has_freed_invoice()) to.freed_invoice = Decode(from.freed_invoice());
  return to;
}

}  // namespace skontro::engine

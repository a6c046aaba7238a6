#include "server/convert_trade.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/refusals.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr size_t kCategoryLengthMax = 3;

bool IsCapitals(std::string_view text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

ledger::CivilDate ReadDate(std::string_view field, bool present,
                           const v1::Date& date, Form* form) {
  return present ? form->Date(field, date) : ledger::CivilDate();
}

void ReadTaxLines(const v1::Invoice& wire, engine::Invoice* invoice,
                  Form* form) {
  if (wire.tax_lines_size() > static_cast<int>(kTaxLinesMax)) {
    form->Refuse("trade.invoice.tax_lines",
                 absl::StrCat(wire.tax_lines_size(), " lines"),
                 "at most 32 lines");
    return;
  }
  for (int i = 0; i < wire.tax_lines_size(); ++i) {
    const v1::TaxLine& line = wire.tax_lines(i);
    if (!IsCapitals(line.category(), 1, kCategoryLengthMax)) {
      form->Refuse(absl::StrCat("trade.invoice.tax_lines[", i, "].category"),
                   line.category(), "a code of UNCL 5305, such as S, Z or AE");
    }
    invoice->tax_lines.push_back({line.category(), line.rate_ppm(),
                                  line.base_minor_units(),
                                  line.tax_minor_units()});
  }
}

engine::Invoice ReadInvoice(const v1::Invoice& wire, Form* form) {
  engine::Invoice invoice;
  invoice.number = wire.number();
  form->Text("trade.invoice.number", wire.number(), 1, kInvoiceNumberLengthMax);
  invoice.issue_date = ReadDate("trade.invoice.issue_date",
                                wire.has_issue_date(), wire.issue_date(), form);
  invoice.supply_date =
      ReadDate("trade.invoice.supply_date", wire.has_supply_date(),
               wire.supply_date(), form);
  invoice.due_date = ReadDate("trade.invoice.due_date", wire.has_due_date(),
                              wire.due_date(), form);
  invoice.purchase_order = wire.purchase_order();
  form->Text("trade.invoice.purchase_order", wire.purchase_order(), 0,
             kInvoiceNumberLengthMax);
  invoice.gross = wire.gross_minor_units();
  invoice.prepaid = wire.prepaid_minor_units();
  ReadTaxLines(wire, &invoice, form);
  return invoice;
}

void WriteInvoice(const engine::Invoice& invoice, v1::Invoice* out) {
  out->set_number(invoice.number);
  WriteDate(invoice.issue_date, out->mutable_issue_date());
  if (invoice.supply_date.has_value()) {
    WriteDate(invoice.supply_date, out->mutable_supply_date());
  }
  if (invoice.due_date.has_value()) {
    WriteDate(invoice.due_date, out->mutable_due_date());
  }
  out->set_purchase_order(invoice.purchase_order);
  out->set_gross_minor_units(invoice.gross);
  out->set_prepaid_minor_units(invoice.prepaid);
  for (const engine::TaxLine& line : invoice.tax_lines) {
    v1::TaxLine* const wire = out->add_tax_lines();
    wire->set_category(line.category);
    wire->set_rate_ppm(line.rate_ppm);
    wire->set_base_minor_units(line.base);
    wire->set_tax_minor_units(line.tax);
  }
}

void WriteHold(const engine::NetworkCreated& terms,
               const engine::TradeHistory& trade, v1::Trade::Hold* out) {
  const engine::TradeCreated& created = trade.row.created;
  const engine::TradeLegs& parts = trade.all_parts;
  WriteTime(trade.hold_expire_time_us, out->mutable_expire_time());
  const bool held = trade.state == engine::TradeState::kAuthorised;
  WriteAmount(
      held ? Subtract(created.units, parts.units).value_or(ledger::Amount())
           : ledger::Amount(),
      out->mutable_held());
  WriteAmount(parts.units, out->mutable_settled());
  WriteMoney(terms.peg_currency, parts.national_value,
             out->mutable_settled_national_value());
  if (created.cash != 0) {
    WriteMoney(terms.peg_currency, parts.cash, out->mutable_settled_cash());
  }
}

}  // namespace

engine::CreateTrade ReadTrade(const v1::CreateTradeRequest& request,
                              std::string_view network, Form* form) {
  engine::CreateTrade command;
  form->Require("trade", request.has_trade());
  const v1::Trade& trade = request.trade();
  command.seller = form->MemberOf("trade.seller", trade.seller(), network);
  command.buyer = form->MemberOf("trade.buyer", trade.buyer(), network);
  if (trade.initiator() == v1::Trade::SELLER) {
    command.initiator = engine::Initiator::kSeller;
  } else if (trade.initiator() == v1::Trade::BUYER) {
    command.initiator = engine::Initiator::kBuyer;
  } else {
    form->Refuse("trade.initiator", trade.initiator(), "SELLER or BUYER");
  }
  command.units =
      ledger::Amount::FromMinorUnits(trade.unit_leg().minor_units());
  if (trade.has_cash_leg()) {
    command.cash = trade.cash_leg().minor_units();
    command.cash_currency = trade.cash_leg().currency_code();
    if (!IsCapitals(command.cash_currency, 3, 3)) {
      form->Refuse("trade.cash_leg.currency_code", command.cash_currency,
                   "the peg currency of the network, such as EUR");
    }
  }
  if (trade.has_invoice()) {
    command.invoice = ReadInvoice(trade.invoice(), form);
  }
  command.holds = trade.has_hold();
  command.hold_expire_time_us =
      form->Time("trade.hold.expire_time", trade.hold().has_expire_time(),
                 trade.hold().expire_time());
  command.description.text = trade.description();
  form->Text("trade.description", trade.description(), 0,
             kDescriptionLengthMax);
  command.trade_id = request.trade_id();
  if (!command.trade_id.empty()) form->Id("trade_id", command.trade_id);
  return command;
}

void WriteTrade(const engine::NetworkCreated& terms,
                const engine::TradeHistory& trade, const TradeTexts& texts,
                v1::Trade* out) {
  const engine::TradeCreated& created = trade.row.created;
  // A preview of a trade that the server will name has no name yet.
  if (!trade.id.empty()) out->set_name(TradeName(terms.id, trade.id));
  out->set_seller(MemberName(terms.id, texts.seller));
  out->set_buyer(MemberName(terms.id, texts.buyer));
  out->set_initiator(
      static_cast<v1::Trade::Initiator>(static_cast<int>(created.initiator)));
  WriteAmount(created.units, out->mutable_unit_leg());
  if (created.cash != 0) {
    WriteMoney(terms.peg_currency, created.cash, out->mutable_cash_leg());
  }
  if (created.invoice.has_value()) {
    WriteInvoice(*created.invoice, out->mutable_invoice());
  }
  out->set_description(texts.description);
  WriteMoney(terms.peg_currency, created.national_value,
             out->mutable_national_value());
  WriteRate(created.rate, out->mutable_rate());
  out->set_state(static_cast<v1::Trade::State>(static_cast<int>(trade.state)));
  WriteTime(trade.row.time_us, out->mutable_create_time());
  out->set_create_sequence(static_cast<int64_t>(trade.number));
  if (trade.hold_expire_time_us != 0) {
    WriteHold(terms, trade, out->mutable_hold());
  }
  if (trade.settled.has_value()) {
    WriteTime(trade.settled->time_us, out->mutable_settle_time());
    WriteDate(trade.settled->booking_date, out->mutable_value_date());
    out->set_settle_sequence(WireSequence(trade.settled->sequence));
  }
  if (trade.ended.has_value()) {
    WriteTime(trade.ended->time_us, out->mutable_end_time());
    out->set_end_sequence(WireSequence(trade.ended->sequence));
  }
}

engine::TradeHistory NewTrade(engine::TradeCreated created,
                              ledger::Sequence sequence, int64_t time_us,
                              ledger::CivilDate booking_date) {
  engine::TradeHistory trade;
  trade.number = engine::TradeNumber{static_cast<uint64_t>(sequence)};
  trade.id = engine::TradeId(created, trade.number);
  if (PaysAtOnce(created)) {
    trade.state = engine::TradeState::kSettled;
    trade.settled = {sequence, time_us, booking_date};
  } else if (created.initiator == engine::Initiator::kBuyer) {
    trade.state = engine::TradeState::kAuthorised;
    trade.hold_expire_time_us = created.hold_expire_time_us;
  }
  trade.row = {std::move(created), time_us, booking_date};
  return trade;
}

absl::StatusOr<std::string> TradeReader::MemberId(engine::MemberNumber number) {
  const auto known = member_ids_.find(number);
  if (known != member_ids_.end()) return known->second;
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> member,
      engine::FindMember(snapshot_, number, ledger::Sequence{UINT64_MAX}));
  if (!member.has_value()) {
    return absl::DataLossError(absl::StrCat("a trade names the member number ",
                                            static_cast<uint64_t>(number),
                                            ", which is not there"));
  }
  member_ids_.emplace(number, member->created.id);
  return std::move(member->created.id);
}

absl::Status TradeReader::Write(const engine::TradeHistory& trade,
                                v1::Trade* out) {
  TradeTexts texts;
  SKONTRO_ASSIGN_OR_RETURN(texts.seller, MemberId(trade.row.created.seller));
  SKONTRO_ASSIGN_OR_RETURN(texts.buyer, MemberId(trade.row.created.buyer));
  SKONTRO_ASSIGN_OR_RETURN(texts.description,
                           engine::ReadDescription(snapshot_, trade));
  WriteTrade(terms_, trade, texts, out);
  return absl::OkStatus();
}

absl::Status TradeReader::WriteByNumber(engine::TradeNumber number,
                                        ledger::Sequence as_of,
                                        v1::Trade* out) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::TradeHistory> trade,
                           engine::FindTrade(snapshot_, number, as_of));
  if (!trade.has_value()) {
    return absl::DataLossError(absl::StrCat("there is no trade at sequence ",
                                            static_cast<uint64_t>(number)));
  }
  return Write(*trade, out);
}

absl::Status TradeReader::WriteById(std::string_view id, ledger::Sequence as_of,
                                    v1::Trade* out) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::TradeHistory> trade,
                           engine::FindTrade(snapshot_, id, as_of));
  if (!trade.has_value()) {
    return ToStatus(engine::NotFound(TradeName(terms_.id, id)));
  }
  return Write(*trade, out);
}

}  // namespace skontro::server

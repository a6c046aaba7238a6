#include "cli/trade_view.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/resource_name.h"
#include "cli/wire_text.h"
#include "ledger/decimal.h"

namespace skontro::cli {
namespace {

using v1::Trade;

constexpr int kPercentDecimals = 4;  // A percentage in parts per million.

// The number of `money` in the peg currency; empty for no money.
std::string MoneyNumber(const v1::Money& money, const Unit& unit) {
  if (money.currency_code() != unit.peg_code) return "";
  return CashNumber(money.minor_units(), unit);
}

// "20" for 200000: no zeros behind that say nothing.
std::string PercentNumber(int64_t rate_ppm) {
  std::string number = ledger::FormatDecimal(rate_ppm, kPercentDecimals);
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number;
}

// In the form that --tax-line takes.
std::string TaxLinesText(const Trade& trade, const Unit& unit) {
  std::vector<std::string> lines;
  for (const v1::TaxLine& line : trade.invoice().tax_lines()) {
    lines.push_back(
        absl::StrCat(line.category(), ":", PercentNumber(line.rate_ppm()),
                     "%:", CashNumber(line.base_minor_units(), unit), ":",
                     CashNumber(line.tax_minor_units(), unit)));
  }
  return absl::StrJoin(lines, " ");
}

std::string SequenceText(int64_t sequence) {
  return sequence == 0 ? "" : absl::StrCat(sequence);
}

std::vector<Column<Trade>> PartyColumns(const Unit& unit) {
  const CellKind number = CellKind::kNumber;
  return {
      {.key = "trade",
       .title = "Trade",
       .value = [](const Trade& t) { return ShortName(t.name()); }},
      {.key = "state",
       .title = "State",
       .value = [](const Trade& t) { return Trade::State_Name(t.state()); }},
      {.key = "seller",
       .title = "Seller",
       .value = [](const Trade& t) { return ShortName(t.seller()); }},
      {.key = "buyer",
       .title = "Buyer",
       .value = [](const Trade& t) { return ShortName(t.buyer()); }},
      {.key = "initiator",
       .title = "Initiator",
       .place = Place::kDetail,
       .value =
           [](const Trade& t) { return Trade::Initiator_Name(t.initiator()); }},
      {.key = "units",
       .title = unit.code,
       .kind = number,
       .value =
           [unit](const Trade& t) {
             return UnitNumber(t.unit_leg().minor_units(), unit);
           }},
      {.key = "cash",
       .title = unit.peg_code,
       .kind = number,
       .value =
           [unit](const Trade& t) { return MoneyNumber(t.cash_leg(), unit); }},
      {.key = "national_value",
       .title = "Worth in " + unit.peg_code,
       .kind = number,
       .place = Place::kDetail,
       .value = [unit](const Trade& t) {
         return MoneyNumber(t.national_value(), unit);
       }}};
}

std::vector<Column<Trade>> InvoiceColumns(const Unit& unit) {
  const Place detail = Place::kDetail;
  const CellKind number = CellKind::kNumber;
  return {
      {.key = "invoice",
       .title = "Invoice",
       .value = [](const Trade& t) { return t.invoice().number(); }},
      {.key = "invoice_date",
       .title = "Invoice date",
       .kind = number,
       .place = detail,
       .value =
           [](const Trade& t) { return DateText(t.invoice().issue_date()); }},
      {.key = "supply_date",
       .title = "Supply date",
       .kind = number,
       .place = detail,
       .value =
           [](const Trade& t) { return DateText(t.invoice().supply_date()); }},
      {.key = "due_date",
       .title = "Due date",
       .kind = number,
       .place = detail,
       .value =
           [](const Trade& t) { return DateText(t.invoice().due_date()); }},
      {.key = "purchase_order",
       .title = "Purchase order",
       .place = detail,
       .value = [](const Trade& t) { return t.invoice().purchase_order(); }},
      {.key = "gross",
       .title = "Gross",
       .kind = number,
       .place = detail,
       .value =
           [unit](const Trade& t) {
             return t.has_invoice()
                        ? CashNumber(t.invoice().gross_minor_units(), unit)
                        : "";
           }},
      {.key = "prepaid",
       .title = "Prepaid",
       .kind = number,
       .place = detail,
       .value =
           [unit](const Trade& t) {
             return t.invoice().prepaid_minor_units() == 0
                        ? ""
                        : CashNumber(t.invoice().prepaid_minor_units(), unit);
           }},
      {.key = "tax_lines",
       .title = "Tax lines",
       .place = detail,
       .value = [unit](const Trade& t) { return TaxLinesText(t, unit); }},
      {.key = "description",
       .title = "Description",
       .place = detail,
       .value = [](const Trade& t) { return t.description(); }}};
}

std::vector<Column<Trade>> HoldColumns(const Unit& unit) {
  const Place detail = Place::kDetail;
  const CellKind number = CellKind::kNumber;
  return {{.key = "held",
           .title = "Held",
           .kind = number,
           .place = detail,
           .value =
               [unit](const Trade& t) {
                 return t.has_hold()
                            ? UnitNumber(t.hold().held().minor_units(), unit)
                            : "";
               }},
          {.key = "held_until",
           .title = "  until",
           .kind = number,
           .place = detail,
           .value =
               [](const Trade& t) {
                 return t.has_hold() ? TimeText(t.hold().expire_time()) : "";
               }},
          {.key = "settled_units",
           .title = "Settled of it",
           .kind = number,
           .place = detail,
           .value = [unit](const Trade& t) {
             return t.has_hold()
                        ? UnitNumber(t.hold().settled().minor_units(), unit)
                        : "";
           }}};
}

std::vector<Column<Trade>> HistoryColumns() {
  const Place detail = Place::kDetail;
  const CellKind number = CellKind::kNumber;
  return {
      {.key = "value_date",
       .title = "Value date",
       .kind = number,
       .value = [](const Trade& t) { return DateText(t.value_date()); }},
      {.key = "create_time",
       .title = "Created",
       .kind = number,
       .place = detail,
       .value = [](const Trade& t) { return TimeText(t.create_time()); }},
      {.key = "create_sequence",
       .title = "  at sequence",
       .kind = number,
       .place = detail,
       .value =
           [](const Trade& t) { return SequenceText(t.create_sequence()); }},
      {.key = "settle_time",
       .title = "Settled",
       .kind = number,
       .place = detail,
       .value = [](const Trade& t) { return TimeText(t.settle_time()); }},
      {.key = "settle_sequence",
       .title = "  at sequence",
       .kind = number,
       .place = detail,
       .value =
           [](const Trade& t) { return SequenceText(t.settle_sequence()); }},
      {.key = "end_time",
       .title = "Ended",
       .kind = number,
       .place = detail,
       .value = [](const Trade& t) { return TimeText(t.end_time()); }},
      {.key = "end_sequence",
       .title = "  at sequence",
       .kind = number,
       .place = detail,
       .value = [](const Trade& t) { return SequenceText(t.end_sequence()); }}};
}

void WriteInvoice(const v1::Invoice& invoice, const Unit& unit,
                  JsonWriter* json) {
  const auto money = [&](const char* key, int64_t minor_units) {
    v1::Money value;
    value.set_currency_code(unit.peg_code);
    value.set_minor_units(minor_units);
    WriteMoney(key, value, unit, json);
  };
  json->BeginObject("invoice");
  json->String("number", invoice.number());
  json->String("issue_date", DateText(invoice.issue_date()));
  json->String("supply_date", DateText(invoice.supply_date()));
  json->String("due_date", DateText(invoice.due_date()));
  json->String("purchase_order", invoice.purchase_order());
  money("gross", invoice.gross_minor_units());
  money("prepaid", invoice.prepaid_minor_units());
  json->BeginArray("tax_lines");
  for (const v1::TaxLine& line : invoice.tax_lines()) {
    json->BeginObject();
    json->String("category", line.category());
    json->Number("rate_ppm", line.rate_ppm());
    money("base", line.base_minor_units());
    money("tax", line.tax_minor_units());
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

void WriteHold(const Trade::Hold& hold, const Unit& unit, JsonWriter* json) {
  json->BeginObject("hold");
  json->String("expire_time", TimeText(hold.expire_time()));
  WriteAmount("held", hold.held(), unit, json);
  WriteAmount("settled", hold.settled(), unit, json);
  WriteMoney("settled_national_value", hold.settled_national_value(), unit,
             json);
  if (hold.has_settled_cash()) {
    WriteMoney("settled_cash", hold.settled_cash(), unit, json);
  }
  json->EndObject();
}

void Members(const Trade& trade, const Unit& unit, JsonWriter* json) {
  json->String("name", trade.name());
  json->String("state", Trade::State_Name(trade.state()));
  json->String("seller", trade.seller());
  json->String("buyer", trade.buyer());
  json->String("initiator", Trade::Initiator_Name(trade.initiator()));
  json->String("unit_code", unit.code);
  WriteAmount("unit_leg", trade.unit_leg(), unit, json);
  if (trade.has_cash_leg())
    WriteMoney("cash_leg", trade.cash_leg(), unit, json);
  WriteMoney("national_value", trade.national_value(), unit, json);
  WriteRate("rate", trade.rate(), json);
  if (trade.has_invoice()) WriteInvoice(trade.invoice(), unit, json);
  json->String("description", trade.description());
  if (trade.has_hold()) WriteHold(trade.hold(), unit, json);
  json->String("create_time", TimeText(trade.create_time()));
  json->String("settle_time", TimeText(trade.settle_time()));
  json->String("end_time", TimeText(trade.end_time()));
  json->String("value_date", DateText(trade.value_date()));
  json->Number("create_sequence", trade.create_sequence());
  json->Number("settle_sequence", trade.settle_sequence());
  json->Number("end_sequence", trade.end_sequence());
}

}  // namespace

View<Trade> TradeView(const Unit& unit) {
  View<Trade> view;
  view.singular = "trade";
  view.plural = "trades";
  for (std::vector<Column<Trade>> columns :
       {PartyColumns(unit), InvoiceColumns(unit), HoldColumns(unit),
        HistoryColumns()}) {
    for (Column<Trade>& column : columns) {
      view.columns.push_back(std::move(column));
    }
  }
  view.members = [unit](const Trade& trade, JsonWriter* json) {
    Members(trade, unit, json);
  };
  return view;
}

std::string TradeHeadline(const Trade& trade, const Unit& unit, bool dry_run) {
  std::string amount = UnitText(trade.unit_leg().minor_units(), unit);
  if (trade.cash_leg().minor_units() != 0) {
    absl::StrAppend(&amount, " + ",
                    CashText(trade.cash_leg().minor_units(), unit));
  }
  std::string name = ShortName(trade.name());
  if (name.empty()) name = "without id";
  if (trade.state() == Trade::AUTHORISED) {
    absl::StrAppend(&amount, " (",
                    UnitText(trade.hold().held().minor_units(), unit),
                    " held)");
  }
  return absl::StrCat("Trade ", name, dry_run ? " would be " : " is ",
                      Trade::State_Name(trade.state()), ": ", amount, " from ",
                      ShortName(trade.buyer()), " to ",
                      ShortName(trade.seller()));
}

}  // namespace skontro::cli

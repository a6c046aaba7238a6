#include "cli/account_view.h"

#include "absl/strings/str_cat.h"
#include "cli/resource_name.h"
#include "cli/statement.h"
#include "cli/wire_text.h"

namespace skontro::cli {
namespace {

using v1::Account;
using v1::CreditLine;
using v1::CreditLineChange;
using v1::StatementLine;

// A column of amounts, which `get` takes from the resource.
template <typename Resource>
Column<Resource> AmountColumn(const char* key, const char* title,
                              const Unit& unit,
                              const v1::Amount& (Resource::*get)() const) {
  return {.key = key,
          .title = title,
          .kind = CellKind::kNumber,
          .value = [get, unit](const Resource& resource) {
            return UnitNumber((resource.*get)().minor_units(), unit);
          }};
}

// The same, of one resource alone.
template <typename Resource>
Column<Resource> InDetail(Column<Resource> column) {
  column.place = Place::kDetail;
  return column;
}

template <typename Resource>
Column<Resource> UnitColumn(const Unit& unit) {
  return {.key = "unit_code",
          .title = "Unit",
          .value = [unit](const Resource&) { return unit.code; }};
}

template <typename Resource>
Column<Resource> OwnLimitsColumn() {
  return {.key = "has_own_limits",
          .title = "Own limits",
          .place = Place::kDetail,
          .value = [](const Resource& resource) {
            return std::string(resource.has_own_limits() ? "yes" : "no");
          }};
}

}  // namespace

View<Account> AccountView(const Unit& unit) {
  View<Account> view;
  view.singular = "account";
  view.plural = "accounts";
  view.columns = {
      {.key = "account",
       .title = "Account",
       .value = [](const Account& a) { return ShortName(a.name()); }},
      UnitColumn<Account>(unit),
      AmountColumn("balance", "Balance", unit, &Account::balance),
      AmountColumn("credit_line", "Credit line", unit, &Account::credit_line),
      AmountColumn("spendable", "Spendable", unit, &Account::spendable),
      AmountColumn("balance_limit", "Balance limit", unit,
                   &Account::balance_limit),
      InDetail(AmountColumn("holds_out", "Held", unit, &Account::holds_out)),
      InDetail(
          AmountColumn("holds_in", "Held for it", unit, &Account::holds_in)),
      OwnLimitsColumn<Account>(),
      {.key = "posting_count",
       .title = "Postings",
       .kind = CellKind::kNumber,
       .value =
           [](const Account& a) { return absl::StrCat(a.posting_count()); }},
      {.key = "line_used_percent",
       .title = "Line used %",
       .kind = CellKind::kNumber,
       .value =
           [](const Account& a) {
             return absl::StrCat(a.line_used_percent());
           }},
  };
  view.members = [unit](const Account& account, JsonWriter* json) {
    json->String("name", account.name());
    json->String("unit_code", unit.code);
    WriteAmount("balance", account.balance(), unit, json);
    WriteAmount("credit_line", account.credit_line(), unit, json);
    WriteAmount("balance_limit", account.balance_limit(), unit, json);
    WriteAmount("holds_out", account.holds_out(), unit, json);
    WriteAmount("holds_in", account.holds_in(), unit, json);
    WriteAmount("spendable", account.spendable(), unit, json);
    json->Bool("has_own_limits", account.has_own_limits());
    json->Number("posting_count", account.posting_count());
    json->Number("line_used_percent", account.line_used_percent());
  };
  return view;
}

View<StatementLine> EntryView(const Unit& unit) {
  using Line = StatementLine;
  View<Line> view;
  view.singular = "entry";
  view.plural = "entries";
  view.columns = {
      {.key = "booking_date",
       .title = "Date",
       .kind = CellKind::kNumber,
       .value = [](const Line& l) { return DateText(l.booking_date()); }},
      {.key = "value_date",
       .title = "Value date",
       .kind = CellKind::kNumber,
       .place = Place::kCsvOnly,
       .value = [](const Line& l) { return DateText(l.value_date()); }},
      {.key = "kind",
       .title = "Kind",
       .value = [](const Line& l) { return EntryKindText(l); }},
      {.key = "counterparty",
       .title = "Counterparty",
       .value = [](const Line& l) { return ShortName(l.counterparty()); }},
      {.key = "counterparty_legal_name",
       .title = "Legal name",
       .place = Place::kCsvOnly,
       .value = [](const Line& l) { return l.counterparty_legal_name(); }},
      {.key = "invoice",
       .title = "Invoice",
       .value = [](const Line& l) { return l.invoice_number(); }},
      {.key = "trade",
       .title = "Trade",
       .value = [](const Line& l) { return ShortName(l.trade()); }},
      AmountColumn("amount", "Amount", unit, &Line::amount),
      AmountColumn("balance_after", "Balance", unit, &Line::balance_after),
      {.key = "unit_code",
       .title = "Unit",
       .place = Place::kCsvOnly,
       .value = [unit](const Line&) { return unit.code; }},
      {.key = "sequence",
       .title = "Sequence",
       .kind = CellKind::kNumber,
       .value = [](const Line& l) { return absl::StrCat(l.sequence()); }},
      {.key = "record_time",
       .title = "Time",
       .kind = CellKind::kNumber,
       .place = Place::kCsvOnly,
       .value = [](const Line& l) { return TimeText(l.record_time()); }},
  };
  view.members = [unit](const Line& line, JsonWriter* json) {
    WriteEntry(line, unit, json);
  };
  return view;
}

View<CreditLine> CreditLineView(const Unit& unit) {
  View<CreditLine> view;
  view.singular = "credit_line";
  view.plural = "credit_lines";
  view.columns = {
      {.key = "account",
       .title = "Account",
       .value = [](const CreditLine& c) { return ShortName(c.name()); }},
      UnitColumn<CreditLine>(unit),
      AmountColumn("credit_line", "Credit line", unit,
                   &CreditLine::credit_line),
      AmountColumn("balance_limit", "Balance limit", unit,
                   &CreditLine::balance_limit),
      OwnLimitsColumn<CreditLine>(),
      AmountColumn("overshoot", "Overshoot", unit, &CreditLine::overshoot),
  };
  view.members = [unit](const CreditLine& line, JsonWriter* json) {
    json->String("name", line.name());
    json->String("unit_code", unit.code);
    WriteAmount("credit_line", line.credit_line(), unit, json);
    WriteAmount("balance_limit", line.balance_limit(), unit, json);
    json->Bool("has_own_limits", line.has_own_limits());
    WriteAmount("overshoot", line.overshoot(), unit, json);
  };
  return view;
}

View<CreditLineChange> CreditLineChangeView(const Unit& unit) {
  using Change = CreditLineChange;
  View<Change> view;
  view.singular = "change";
  view.plural = "changes";
  view.columns = {
      {.key = "sequence",
       .title = "Sequence",
       .kind = CellKind::kNumber,
       .value = [](const Change& c) { return absl::StrCat(c.sequence()); }},
      {.key = "record_time",
       .title = "Time",
       .kind = CellKind::kNumber,
       .value = [](const Change& c) { return ShortTimeText(c.record_time()); }},
      AmountColumn("old_credit_line", "Old line", unit,
                   &Change::old_credit_line),
      AmountColumn("new_credit_line", "New line", unit,
                   &Change::new_credit_line),
      AmountColumn("old_balance_limit", "Old limit", unit,
                   &Change::old_balance_limit),
      AmountColumn("new_balance_limit", "New limit", unit,
                   &Change::new_balance_limit),
      {.key = "author",
       .title = "Author",
       .value = [](const Change& c) { return c.author(); }},
      {.key = "reason",
       .title = "Reason",
       .value = [](const Change& c) { return c.reason(); }},
  };
  view.members = [unit](const Change& change, JsonWriter* json) {
    json->Number("sequence", change.sequence());
    json->String("record_time", TimeText(change.record_time()));
    WriteAmount("old_credit_line", change.old_credit_line(), unit, json);
    WriteAmount("new_credit_line", change.new_credit_line(), unit, json);
    WriteAmount("old_balance_limit", change.old_balance_limit(), unit, json);
    WriteAmount("new_balance_limit", change.new_balance_limit(), unit, json);
    json->String("reason", change.reason());
    json->String("author", change.author());
  };
  return view;
}

}  // namespace skontro::cli

#include "cli/statement.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/resource_name.h"
#include "cli/session.h"
#include "cli/wire_text.h"
#include "ledger/amount.h"

namespace skontro::cli {
namespace {

using ledger::Amount;
using v1::StatementLine;

absl::Status DoesNotAddUp(const std::string& what) {
  return Failure(
      ExitCode::kBroken,
      absl::StrCat("the statement does not add up: ", what,
                   "\nNothing was printed. Next: tell the operator, and verify "
                   "the journal:\n  skontro verify --online"));
}

// The sum where it fits.
std::optional<int64_t> Sum(int64_t a, int64_t b) {
  const std::optional<Amount> sum =
      Add(Amount::FromMinorUnits(a), Amount::FromMinorUnits(b));
  if (!sum.has_value()) return std::nullopt;
  return sum->minor_units();
}

std::string PeriodText(const Statement& statement) {
  return absl::StrCat(
      statement.from_date.empty() ? "the beginning" : statement.from_date,
      " to ", statement.to_date.empty() ? "now" : statement.to_date);
}

std::string Text(const Statement& statement) {
  const Unit unit = UnitOf(statement.network);
  const auto units = [&](int64_t minor_units) {
    return UnitNumber(minor_units, unit);
  };
  const std::string member = ShortName(statement.member);
  std::string text = TitledLines(
      {{"Network", absl::StrCat(statement.network.display_name(), " (",
                                ShortName(statement.network.name()), ")")},
       {"Member", statement.legal_name.empty()
                      ? member
                      : absl::StrCat(statement.legal_name, " (", member, ")")},
       {"Period", PeriodText(statement)},
       {"Unit", absl::StrCat(unit.code, ", valued in ", unit.peg_code)}});

  const CellKind number = CellKind::kNumber;
  Table table({{"Date"},
               {"Kind"},
               {"Counterparty"},
               {"Invoice"},
               {"Trade"},
               {"Amount", number},
               {"Balance", number}});
  table.Add({statement.from_date, "Opening balance", "", "", "", "",
             units(statement.opening_balance)});
  for (const StatementLine& line : statement.lines) {
    table.Add({DateText(line.booking_date()), EntryKindText(line),
               ShortName(line.counterparty()), line.invoice_number(),
               ShortName(line.trade()), units(line.amount().minor_units()),
               units(line.balance_after().minor_units())});
  }
  table.Add({statement.to_date, "Closing balance", "", "", "", "",
             units(statement.closing_balance)});
  absl::StrAppend(
      &text, "\n", table.Text(), "\n",
      TitledLines({{"Total in", UnitText(statement.total_in, unit)},
                   {"Total out", UnitText(statement.total_out, unit)},
                   {"Lines", absl::StrCat(statement.lines.size())},
                   {"Sequence", absl::StrCat(statement.sequence)}}));
  return text;
}

std::string Csv(const Statement& statement) {
  const Unit unit = UnitOf(statement.network);
  const CellKind number = CellKind::kNumber;
  Table table({{"booking_date", number},
               {"value_date", number},
               {"kind"},
               {"counterparty"},
               {"counterparty_legal_name"},
               {"invoice"},
               {"trade"},
               {"amount", number},
               {"balance_after", number},
               {"unit_code"},
               {"national_value", number},
               {"national_currency"},
               {"sequence", number},
               {"record_time", number}});
  const auto add_balance = [&](const std::string& date, const char* kind,
                               int64_t balance) {
    table.Add({date, "", kind, "", "", "", "", "", UnitNumber(balance, unit),
               unit.code, "", "", "", ""});
  };
  add_balance(statement.from_date, "OPENING", statement.opening_balance);
  for (const StatementLine& line : statement.lines) {
    const v1::Money& value = line.national_value();
    const bool in_peg = value.currency_code() == unit.peg_code;
    table.Add({DateText(line.booking_date()), DateText(line.value_date()),
               EntryKindText(line), ShortName(line.counterparty()),
               line.counterparty_legal_name(), line.invoice_number(),
               ShortName(line.trade()),
               UnitNumber(line.amount().minor_units(), unit),
               UnitNumber(line.balance_after().minor_units(), unit), unit.code,
               in_peg ? CashNumber(value.minor_units(), unit) : "",
               value.currency_code(), absl::StrCat(line.sequence()),
               TimeText(line.record_time())});
  }
  add_balance(statement.to_date, "CLOSING", statement.closing_balance);
  return table.Csv();
}

std::string Json(const Statement& statement) {
  const Unit unit = UnitOf(statement.network);
  JsonWriter json;
  const auto amount = [&](const char* key, int64_t minor_units) {
    v1::Amount value;
    value.set_minor_units(minor_units);
    WriteAmount(key, value, unit, &json);
  };
  json.BeginObject();
  json.BeginObject("statement");
  json.String("network", statement.network.name());
  json.String("member", statement.member);
  json.String("legal_name", statement.legal_name);
  json.String("account", statement.account.name());
  json.String("unit_code", unit.code);
  json.String("from_date", statement.from_date);
  json.String("to_date", statement.to_date);
  amount("opening_balance", statement.opening_balance);
  amount("closing_balance", statement.closing_balance);
  amount("total_in", statement.total_in);
  amount("total_out", statement.total_out);
  json.BeginArray("lines");
  for (const StatementLine& line : statement.lines) {
    json.BeginObject();
    WriteEntry(line, unit, &json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.Number("sequence", statement.sequence);
  json.EndObject();
  return json.Finish();
}

}  // namespace

std::string EntryKindText(const StatementLine& line) {
  return StatementLine::Kind_Name(line.kind());
}

void WriteEntry(const StatementLine& line, const Unit& unit, JsonWriter* json) {
  json->Number("sequence", line.sequence());
  json->String("record_time", TimeText(line.record_time()));
  json->String("booking_date", DateText(line.booking_date()));
  json->String("value_date", DateText(line.value_date()));
  json->String("kind", EntryKindText(line));
  WriteAmount("amount", line.amount(), unit, json);
  WriteAmount("balance_after", line.balance_after(), unit, json);
  WriteMoney("national_value", line.national_value(), unit, json);
  json->String("trade", line.trade());
  json->String("counterparty", line.counterparty());
  json->String("counterparty_legal_name", line.counterparty_legal_name());
  json->String("invoice_number", line.invoice_number());
}

absl::Status AddPage(const v1::GetStatementResponse& page, bool is_first,
                     Statement* statement) {
  const int64_t opening = page.opening_balance().minor_units();
  const int64_t closing = page.closing_balance().minor_units();
  if (is_first) {
    statement->account = page.account();
    statement->opening_balance = opening;
    statement->closing_balance = closing;
    statement->sequence = page.sequence();
  } else if (opening != statement->opening_balance ||
             closing != statement->closing_balance ||
             page.sequence() != statement->sequence) {
    return DoesNotAddUp(absl::StrCat("after ", statement->lines.size(),
                                     " lines a page tells of other balances or "
                                     "another sequence than the first"));
  }
  statement->lines.insert(statement->lines.end(), page.lines().begin(),
                          page.lines().end());
  return absl::OkStatus();
}

absl::Status CheckStatement(Statement* statement) {
  const Unit unit = UnitOf(statement->network);
  int64_t balance = statement->opening_balance;
  for (size_t i = 0; i < statement->lines.size(); ++i) {
    const StatementLine& line = statement->lines[i];
    const int64_t amount = line.amount().minor_units();
    const std::optional<int64_t> after = Sum(balance, amount);
    int64_t& total = amount > 0 ? statement->total_in : statement->total_out;
    const std::optional<int64_t> sum =
        amount == INT64_MIN ? std::nullopt
                            : Sum(total, amount > 0 ? amount : -amount);
    if (amount == 0 || !sum.has_value() ||
        after != line.balance_after().minor_units()) {
      return DoesNotAddUp(absl::StrCat(
          "line ", i + 1, " (sequence ", line.sequence(), ", ",
          ShortName(line.trade()), "): the balance before it is ",
          UnitText(balance, unit), ", the line ", UnitText(amount, unit),
          " and the balance after it is said to be ",
          UnitText(line.balance_after().minor_units(), unit)));
    }
    total = *sum;
    balance = *after;
  }
  if (balance != statement->closing_balance) {
    return DoesNotAddUp(absl::StrCat(
        "opening balance and all ", statement->lines.size(), " lines make ",
        UnitText(balance, unit), ", and the closing balance is said to be ",
        UnitText(statement->closing_balance, unit)));
  }
  return absl::OkStatus();
}

std::string StatementIn(Format format, const Statement& statement) {
  switch (format) {
    case Format::kText:
      return Text(statement);
    case Format::kCsv:
      return Csv(statement);
    case Format::kJsonLines:
    case Format::kJson:
      break;
  }
  return Json(statement);
}

}  // namespace skontro::cli

#include "cli/trade_draft.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/resource_name.h"
#include "cli/wire_text.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

constexpr char kTaxLines[] = "tax_lines";

class Converter {
 public:
  Converter(const Unit& unit, Wording wording)
      : unit_(unit), wording_(wording) {}

  // What the part is called that a file calls `column`.
  std::string Called(const std::string& column) const {
    if (wording_ == Wording::kColumns) return column;
    if (column == kTaxLines) return "--tax-line";  // One each.
    return "--" + absl::StrReplaceAll(column, {{"_", "-"}});
  }

  absl::StatusOr<int64_t> Units(const std::string& text) const {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t amount,
                             ParseUnits(Called("units"), text, unit_));
    if (amount > 0) return amount;
    return UsageFailure(absl::StrCat(Called("units"), ": '", Shown(text),
                                     "' is not above zero"));
  }

  // Zero or above.
  absl::StatusOr<int64_t> Cash(const std::string& column,
                               const std::string& text) const {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t amount,
                             ParseCash(Called(column), text, unit_));
    if (amount >= 0) return amount;
    return UsageFailure(
        absl::StrCat(Called(column), ": '", Shown(text), "' is below zero"));
  }

  // Sets `date` where `text` is not empty.
  absl::Status Date(const std::string& column, const std::string& text,
                    v1::Date* (v1::Invoice::*date)(), v1::Invoice* invoice) {
    if (text.empty()) return absl::OkStatus();
    SKONTRO_ASSIGN_OR_RETURN(const ledger::CivilDate day,
                             ParseDay(Called(column), text));
    *(invoice->*date)() = WireDate(day);
    return absl::OkStatus();
  }

  absl::Status TaxLines(const std::vector<std::string>& texts,
                        v1::Invoice* invoice) const {
    if (texts.size() > kTaxLinesMax) {
      return UsageFailure(absl::StrCat(Called(kTaxLines), ": ", texts.size(),
                                       " are more than ", kTaxLinesMax));
    }
    for (const std::string& text : texts) {
      SKONTRO_ASSIGN_OR_RETURN(const TaxLineArgument line,
                               ParseTaxLine(Called(kTaxLines), text, unit_));
      v1::TaxLine& wire = *invoice->add_tax_lines();
      wire.set_category(line.category);
      wire.set_rate_ppm(line.rate_ppm);
      wire.set_base_minor_units(line.base);
      wire.set_tax_minor_units(line.tax);
    }
    return absl::OkStatus();
  }

 private:
  const Unit& unit_;
  const Wording wording_;
};

// The part of an invoice that was given without its number, or empty.
std::string OrphanOf(const TradeDraft& draft) {
  const std::pair<const char*, bool> parts[] = {
      {"invoice_date", !draft.invoice_date.empty()},
      {"supply_date", !draft.supply_date.empty()},
      {"due_date", !draft.due_date.empty()},
      {"purchase_order", !draft.purchase_order.empty()},
      {"gross", !draft.gross.empty()},
      {"prepaid", !draft.prepaid.empty()},
      {kTaxLines, !draft.tax_lines.empty()}};
  for (const auto& [column, given] : parts) {
    if (given) return column;
  }
  return "";
}

absl::Status FillInvoice(const TradeDraft& draft, Converter converter,
                         v1::Trade* trade) {
  if (draft.invoice.empty()) {
    const std::string orphan = OrphanOf(draft);
    if (orphan.empty()) return absl::OkStatus();
    return UsageFailure(absl::StrCat(converter.Called(orphan),
                                     " belongs to an invoice; give ",
                                     converter.Called("invoice"), " too"));
  }
  v1::Invoice& invoice = *trade->mutable_invoice();
  invoice.set_number(draft.invoice);
  SKONTRO_RETURN_IF_ERROR(converter.Date("invoice_date", draft.invoice_date,
                                         &v1::Invoice::mutable_issue_date,
                                         &invoice));
  SKONTRO_RETURN_IF_ERROR(converter.Date("supply_date", draft.supply_date,
                                         &v1::Invoice::mutable_supply_date,
                                         &invoice));
  SKONTRO_RETURN_IF_ERROR(converter.Date(
      "due_date", draft.due_date, &v1::Invoice::mutable_due_date, &invoice));
  invoice.set_purchase_order(draft.purchase_order);
  if (!draft.gross.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t gross,
                             converter.Cash("gross", draft.gross));
    invoice.set_gross_minor_units(gross);
  }
  if (!draft.prepaid.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t prepaid,
                             converter.Cash("prepaid", draft.prepaid));
    invoice.set_prepaid_minor_units(prepaid);
  }
  return converter.TaxLines(draft.tax_lines, &invoice);
}

// Says in decimals what the server would say in minor units. Leaves to it what
// it rounds.
absl::Status CheckSums(const v1::Trade& trade, const Unit& unit,
                       const Converter& converter) {
  const v1::Invoice& invoice = trade.invoice();
  const absl::StatusOr<int64_t> value =
      ExactNationalValue(trade.unit_leg().minor_units(), unit);
  if (!trade.has_invoice() || !value.ok()) return absl::OkStatus();
  const int64_t paid = *value + trade.cash_leg().minor_units();
  const int64_t prepaid = invoice.prepaid_minor_units();
  const int64_t gross =
      invoice.gross_minor_units() == 0 ? paid : invoice.gross_minor_units();
  if (invoice.gross_minor_units() != 0 && gross != paid + prepaid) {
    return UsageFailure(
        absl::StrCat(converter.Called("gross"), ": ", CashText(gross, unit),
                     " is not the sum of units, cash and prepaid, which is ",
                     CashText(paid + prepaid, unit)));
  }
  int64_t taxed = 0;
  for (const v1::TaxLine& line : invoice.tax_lines()) {
    taxed += line.base_minor_units() + line.tax_minor_units();
  }
  if (invoice.tax_lines().empty() || taxed == gross) return absl::OkStatus();
  return UsageFailure(absl::StrCat(
      converter.Called(kTaxLines), ": bases and taxes add up to ",
      CashText(taxed, unit), ", and the invoice to ", CashText(gross, unit)));
}

}  // namespace

absl::StatusOr<v1::CreateTradeRequest> WireTrade(const TradeDraft& draft,
                                                 const std::string& network,
                                                 const Unit& unit,
                                                 Wording wording) {
  const Converter converter(unit, wording);
  v1::CreateTradeRequest request;
  request.set_parent(network);
  v1::Trade& trade = *request.mutable_trade();
  const auto party = [&](const char* column, const std::string& text) {
    absl::StatusOr<std::string> name = MemberName(network, text);
    if (name.ok()) return name;
    return absl::StatusOr<std::string>(
        Prefixed(converter.Called(column), name.status()));
  };
  SKONTRO_ASSIGN_OR_RETURN(*trade.mutable_seller(),
                           party("seller", draft.seller));
  SKONTRO_ASSIGN_OR_RETURN(*trade.mutable_buyer(), party("buyer", draft.buyer));
  trade.set_initiator(draft.initiator);
  if (draft.holds || !draft.hold_until.empty()) {
    v1::Trade::Hold* const hold = trade.mutable_hold();
    if (!draft.hold_until.empty()) {
      SKONTRO_ASSIGN_OR_RETURN(
          const int64_t seconds,
          ParseDaySeconds("--hold-until", draft.hold_until));
      hold->mutable_expire_time()->set_seconds(seconds);
    }
  }
  SKONTRO_ASSIGN_OR_RETURN(const int64_t units, converter.Units(draft.units));
  trade.mutable_unit_leg()->set_minor_units(units);
  if (!draft.cash.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t cash,
                             converter.Cash("cash", draft.cash));
    trade.mutable_cash_leg()->set_minor_units(cash);
    trade.mutable_cash_leg()->set_currency_code(unit.peg_code);
  }
  SKONTRO_RETURN_IF_ERROR(FillInvoice(draft, converter, &trade));
  SKONTRO_RETURN_IF_ERROR(CheckSums(trade, unit, converter));
  trade.set_description(draft.description);
  if (!draft.id.empty()) {
    const absl::Status status = CheckId("trade", draft.id);
    if (!status.ok()) return Prefixed(converter.Called("id"), status);
    request.set_trade_id(draft.id);
  }
  return request;
}

}  // namespace skontro::cli

// What the Oracle says of the form of a request.

#include <boost/multiprecision/cpp_int.hpp>
#include <cctype>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/simulation/oracle.h"

namespace skontro::simulation {
namespace {

// trade_service.proto: amounts are at most 10^15 minor units.
const Integer kMost = Integer("1000000000000000");

Why Field(const std::string& path) {
  return {"FIELD_INVALID", {{"field", path}}};
}

Integer TenTo(int exponent) {
  Integer power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// The quotient rounded half away from zero. REQUIRES: `divisor` above zero.
Integer Rounded(const Integer& dividend, const Integer& divisor) {
  const Integer size = abs(dividend);
  const Integer rounded = (2 * size + divisor) / (2 * divisor);
  return dividend < 0 ? Integer(-rounded) : rounded;
}

}  // namespace

bool IsServersId(const std::string& id) {
  if (id.size() < 2 || id[0] != 't') return false;
  return id.find_first_not_of("0123456789", 1) == std::string::npos;
}

std::string WithoutBlanks(const std::string& number) {
  std::string out;
  for (const char c : number) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string LettersAndDigits(const std::string& number) {
  std::string out;
  for (const char c : WithoutBlanks(number)) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) out += c;
  }
  return out;
}

Integer Oracle::NationalValueOf(int64_t units) const {
  return Rounded(Integer(units) * TenTo(terms_.peg_decimals),
                 TenTo(terms_.unit_decimals));
}

std::vector<Why> Oracle::CheckForm(const Request& request) const {
  std::vector<Why> why;
  if (request.method == Method::kCreateTrade) {
    CheckTradeForm(request.trades.front(), "", &why);
  } else if (request.method == Method::kBatchCreateTrades) {
    if (request.trades.empty()) why.push_back(Field("requests"));
    for (size_t i = 0; i < request.trades.size(); ++i) {
      CheckTradeForm(request.trades[i], absl::StrCat("requests[", i, "]."),
                     &why);
    }
  } else if (request.method == Method::kChangeMemberStatus) {
    const NewStatus& asked = request.status;
    const bool winds_down = asked.status == 6;
    if (winds_down != asked.last_day.has_value()) {
      why.push_back(Field("wind_down_date"));
    }
  } else if (request.method == Method::kSettleTrade) {
    const std::optional<int64_t>& units = request.part.units;
    if (units.has_value() && (*units <= 0 || *units > kMost)) {
      why.push_back(Field("units.minor_units"));
    }
  } else if (request.method == Method::kSetCreditLine) {
    const NewLine& line = request.line;
    if (line.credit_line < 0 || line.credit_line > kMost) {
      why.push_back(Field("credit_line.credit_line.minor_units"));
    }
    if (line.balance_limit.has_value() &&
        (*line.balance_limit <= 0 || *line.balance_limit > kMost)) {
      why.push_back(Field("credit_line.balance_limit.minor_units"));
    }
  } else if (request.method == Method::kUpdatePolicies) {
    const std::optional<int64_t>& cap = request.policies.deal_cap;
    if (cap.has_value() && (*cap < 0 || *cap > kMost)) {
      why.push_back(Field("policies.deal_cap.minor_units"));
    }
    const std::optional<int64_t>& share = request.policies.least_unit_share_bp;
    if (share.has_value() && (*share < 0 || *share > 10'000)) {
      why.push_back(Field("policies.least_unit_share_bp"));
    }
    const std::optional<int64_t>& vat = request.policies.vat_in_cash;
    if (vat.has_value() && *vat != 0 && *vat != 1) {
      why.push_back(Field("policies.vat_settlement"));
    }
  }
  return why;
}

void Oracle::CheckTradeForm(const NewTrade& trade, const std::string& prefix,
                            std::vector<Why>* why) const {
  const auto refuse = [&](const char* path) {
    why->push_back(Field(prefix + path));
  };
  if (IsServersId(trade.trade_id)) refuse("trade_id");
  if (trade.seller == trade.buyer) refuse("trade.buyer");
  std::optional<Integer> legs = Integer(0);
  if (trade.units <= 0 || trade.units > kMost ||
      NationalValueOf(trade.units) > kMost) {
    refuse("trade.unit_leg.minor_units");
    legs.reset();
  } else {
    *legs += NationalValueOf(trade.units);
  }
  if (trade.cash < 0 || trade.cash > kMost) {
    refuse("trade.cash_leg.minor_units");
    legs.reset();
  } else if (legs.has_value()) {
    *legs += trade.cash;
  }
  if (!trade.cash_currency.empty() &&
      trade.cash_currency != terms_.peg_currency) {
    refuse("trade.cash_leg.currency_code");
  }
  if (trade.invoice.has_value()) CheckInvoiceForm(trade, prefix, legs, why);
  if (trade.hold_until.has_value() && !trade.buyer_pays) refuse("trade.hold");
}

// `legs` is what units and cash are worth, where that is known.
void Oracle::CheckInvoiceForm(const NewTrade& trade, const std::string& prefix,
                              std::optional<Integer> legs,
                              std::vector<Why>* why) const {
  const auto refuse = [&](const std::string& path) {
    why->push_back(Field(prefix + "trade.invoice." + path));
  };
  const Invoice& invoice = *trade.invoice;
  if (WithoutBlanks(invoice.number).empty()) refuse("number");
  if (invoice.prepaid < 0 || invoice.prepaid > kMost) {
    refuse("prepaid_minor_units");
    legs.reset();
  } else if (legs.has_value()) {
    *legs += invoice.prepaid;
  }
  // What was written, or else what the legs make.
  std::optional<Integer> gross = legs;
  if (invoice.gross != 0) gross = Integer(invoice.gross);
  if (legs.has_value() && *gross != *legs) refuse("gross_minor_units");

  bool lines_are_good = !invoice.tax_lines.empty();
  Integer total = 0;
  for (size_t i = 0; i < invoice.tax_lines.size(); ++i) {
    const TaxLine& line = invoice.tax_lines[i];
    const std::string path = absl::StrCat("tax_lines[", i, "].");
    const size_t before = why->size();
    if (line.rate_ppm < 0 || line.rate_ppm > 1'000'000) {
      refuse(path + "rate_ppm");
    }
    if (abs(Integer(line.base)) > kMost) refuse(path + "base_minor_units");
    const Integer exact =
        Rounded(Integer(line.base) * line.rate_ppm, Integer(1'000'000));
    // EN 16931, BR-CO-17: less than one unit of the currency away.
    const Integer away = abs(Integer(line.tax - exact));
    if (why->size() == before && away >= TenTo(terms_.peg_decimals)) {
      refuse(path + "tax_minor_units");
    }
    lines_are_good = lines_are_good && why->size() == before;
    total += Integer(line.base) + line.tax;
  }
  if (lines_are_good && gross.has_value() && total != *gross) {
    refuse("tax_lines");
  }
}

}  // namespace skontro::simulation

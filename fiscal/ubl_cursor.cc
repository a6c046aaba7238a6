#include "fiscal/ubl_cursor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/tax_line.h"
#include "ledger/base/limits.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {

std::string_view UblCursor::Attribute(std::string_view name) const {
  for (const auto& [key, value] : node_->attributes) {
    if (key == name) return value;
  }
  return {};
}

absl::StatusOr<std::vector<UblCursor>> UblCursor::All(std::string_view name,
                                                      size_t count_max) const {
  std::vector<const XmlNode*> nodes;
  for (const XmlNode& child : node_->children) {
    if (child.name == name) nodes.push_back(&child);
  }
  if (nodes.size() > count_max) {
    return ToStatus(FieldInvalid(absl::StrCat(path_, "/", std::string(name)),
                                 absl::StrCat(nodes.size(), " of them"),
                                 absl::StrCat("at most ", count_max)));
  }
  std::vector<UblCursor> cursors;
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::string path = absl::StrCat(path_, "/", std::string(name));
    if (nodes.size() > 1) absl::StrAppend(&path, "[", i + 1, "]");
    cursors.push_back(UblCursor(nodes[i], std::move(path)));
  }
  return cursors;
}

absl::StatusOr<std::optional<UblCursor>> UblCursor::Optional(
    std::string_view name) const {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> all, All(name, 1));
  if (all.empty()) return std::optional<UblCursor>();
  return std::optional<UblCursor>(all.front());
}

absl::StatusOr<UblCursor> UblCursor::Required(std::string_view name) const {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> child,
                           Optional(name));
  if (!child.has_value()) return Missing(name, "exactly one");
  return *child;
}

absl::StatusOr<std::string> UblCursor::TextBelow(
    std::initializer_list<std::string_view> names) const {
  UblCursor at = *this;
  for (std::string_view name : names) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> child,
                             at.Optional(name));
    if (!child.has_value()) return std::string();
    at = *child;
  }
  return at.Text(kUblTextLengthMax);
}

absl::StatusOr<ledger::CivilDate> UblCursor::OptionalDate(
    std::initializer_list<std::string_view> names) const {
  UblCursor at = *this;
  for (std::string_view name : names) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> child,
                             at.Optional(name));
    if (!child.has_value()) return ledger::CivilDate();
    at = *child;
  }
  return at.Date();
}

absl::StatusOr<int64_t> UblCursor::RequiredAmount(std::string_view name,
                                                  const UblMoney& money) const {
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor child, Required(name));
  return child.Amount(money);
}

absl::StatusOr<int64_t> UblCursor::OptionalAmount(std::string_view name,
                                                  const UblMoney& money) const {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> child,
                           Optional(name));
  if (!child.has_value()) return 0;
  return child->Amount(money);
}

absl::StatusOr<std::string> UblCursor::Text(size_t length_max) const {
  if (text().empty() || text().size() > length_max) {
    return Invalid(absl::StrCat("a text of 1 to ", length_max, " bytes"));
  }
  return text();
}

absl::StatusOr<std::string> UblCursor::CurrencyCode() const {
  const bool letters = std::all_of(text().begin(), text().end(),
                                   [](char c) { return c >= 'A' && c <= 'Z'; });
  if (text().size() != 3 || !letters) {
    return Invalid("a currency code of three capital letters");
  }
  return text();
}

absl::StatusOr<ledger::CivilDate> UblCursor::Date() const {
  const absl::StatusOr<ledger::CivilDate> date = ledger::ParseDate(text());
  if (!date.ok()) return Invalid("a date such as 2026-12-31");
  return *date;
}

absl::StatusOr<int64_t> UblCursor::Amount(const UblMoney& money) const {
  const std::string_view currency = Attribute("currencyID");
  if (currency != money.currency) {
    return ToStatus(FieldInvalid(absl::StrCat(path_, "/@currencyID"),
                                 Quoted(currency), money.currency));
  }
  const absl::StatusOr<int64_t> amount =
      ledger::ParseDecimal(text(), money.decimals);
  if (!amount.ok() || *amount > kAmountMax || *amount < -kAmountMax) {
    return Invalid(
        absl::StrCat("digits with a point and at most ", money.decimals,
                     " decimals, no mark for thousands, no exponent, at most ",
                     ledger::FormatDecimal(kAmountMax, money.decimals)));
  }
  return *amount;
}

absl::StatusOr<int64_t> UblCursor::Percent() const {
  constexpr int kDecimals = 4;  // 20 % is 200,000 parts per million.
  const absl::StatusOr<int64_t> percent =
      ledger::ParseDecimal(text(), kDecimals);
  if (!percent.ok() || *percent < 0 || *percent > kRateOne) {
    return Invalid("a percentage from 0 to 100 with at most four decimals");
  }
  return *percent;
}

absl::Status UblCursor::Invalid(std::string_view allowed) const {
  return ToStatus(FieldInvalid(path_, Quoted(text()), allowed));
}

absl::Status UblCursor::Missing(std::string_view below,
                                std::string_view allowed) const {
  return ToStatus(FieldInvalid(absl::StrCat(path_, "/", std::string(below)),
                               "(missing)", allowed));
}

}  // namespace skontro::fiscal

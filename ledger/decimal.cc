#include "ledger/decimal.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

// Puts one more digit behind `value`, away from zero. False on overflow.
bool AppendDigit(int64_t* value, int digit) {
  return !__builtin_mul_overflow(*value, int64_t{10}, value) &&
         !__builtin_sub_overflow(*value, int64_t{digit}, value);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::Status NotADecimal(std::string_view text, int decimals) {
  // Quotes no more than a person would read, and nothing that is not text.
  std::string shown;
  for (char c : text.substr(0, 40)) {
    shown.push_back(c < ' ' || c > '~' ? '?' : c);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", shown, "' is not a decimal number with at most ", decimals,
      " decimals, such as 1234.5; write a point, no ", "thousands mark"));
}

}  // namespace

absl::StatusOr<int64_t> ParseDecimal(std::string_view text, int decimals) {
  SKONTRO_CHECK(decimals >= 0 && decimals <= kDecimalsMax);
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  if (rest.empty() || !IsDigit(rest.front()) || !IsDigit(rest.back())) {
    return NotADecimal(text, decimals);
  }

  // Counts below zero, where int64 reaches one further than above.
  int64_t value = 0;
  bool fits = true;
  int fraction = -1;  // Digits behind the point; -1 before the point.
  for (char c : rest) {
    if (c == '.' && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (!IsDigit(c)) return NotADecimal(text, decimals);
    if (fraction >= decimals) {
      if (c != '0') return NotADecimal(text, decimals);
      continue;
    }
    if (fraction >= 0) ++fraction;
    fits = fits && AppendDigit(&value, c - '0');
  }
  for (int i = fraction < 0 ? 0 : fraction; i < decimals; ++i) {
    fits = fits && AppendDigit(&value, 0);
  }
  if (fits && !negative) {
    fits = !__builtin_sub_overflow(int64_t{0}, value, &value);
  }
  if (!fits) {
    return absl::OutOfRangeError("the number is too large");
  }
  return value;
}

std::string FormatDecimal(int64_t minor_units, int decimals) {
  SKONTRO_CHECK(decimals >= 0 && decimals <= kDecimalsMax);
  const bool negative = minor_units < 0;
  // The magnitude as unsigned: the smallest int64 has no positive twin.
  uint64_t magnitude = static_cast<uint64_t>(minor_units);
  if (negative) magnitude = 0 - magnitude;
  std::string digits = absl::StrCat(magnitude);
  const auto width = static_cast<size_t>(decimals);
  if (digits.size() <= width) {
    digits.insert(0, width + 1 - digits.size(), '0');
  }
  if (width > 0) digits.insert(digits.size() - width, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

}  // namespace skontro::ledger

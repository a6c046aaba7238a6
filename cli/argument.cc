#include "cli/argument.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/failure.h"
#include "fiscal/utf8.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::cli {
namespace {

constexpr size_t kShownLengthMax = 60;
constexpr int kRateDecimals = 4;  // Of a percentage: parts per million.
constexpr int64_t kRateOne = 1'000'000;

std::string Quoted(std::string_view text) {
  return absl::StrCat("'", Shown(text), "'");
}

absl::Status Wrong(std::string_view argument, std::string_view text,
                   std::string_view allowed) {
  return UsageFailure(absl::StrCat(std::string(argument), ": ", Quoted(text),
                                   " is not ", std::string(allowed)));
}

// `number` or `number code`, where code is `code`.
absl::StatusOr<int64_t> ParseAmount(std::string_view argument,
                                    std::string_view text,
                                    const std::string& code, int decimals) {
  std::string_view number = text;
  const size_t blank = text.find(' ');
  if (blank != std::string_view::npos) {
    number = text.substr(0, blank);
    if (text.substr(blank + 1) != code) {
      return UsageFailure(absl::StrCat(
          std::string(argument), ": ", Quoted(text), " is not in ", code,
          "; this network counts it in ", code, ", such as '480 ", code, "'"));
    }
  }
  const absl::StatusOr<int64_t> amount = ledger::ParseDecimal(number, decimals);
  if (!amount.ok()) return Prefixed(argument, amount.status());
  if (*amount > kAmountMax || *amount < -kAmountMax) {
    return UsageFailure(absl::StrCat(
        std::string(argument), ": ", Quoted(text), " is more than the largest ",
        "amount, ", ledger::FormatDecimal(kAmountMax, decimals)));
  }
  return *amount;
}

// A percentage of at most 100, in parts per million; the sign may be missing.
absl::StatusOr<int64_t> ParsePercent(std::string_view argument,
                                     std::string_view text) {
  std::string_view number = text;
  if (number.ends_with('%')) number.remove_suffix(1);
  const absl::StatusOr<int64_t> rate =
      ledger::ParseDecimal(number, kRateDecimals);
  if (!rate.ok() || *rate < 0 || *rate > kRateOne) {
    return Wrong(argument, text,
                 "a percentage from 0% to 100% with at most four decimals");
  }
  return *rate;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  for (size_t at = 0; at < text.size() && shown.size() < kShownLengthMax;) {
    const auto point = fiscal::DecodeUtf8(text, at);
    const bool plain = point.has_value() && !fiscal::IsControl(point->value);
    if (plain) {
      shown.append(text.substr(at, point->length));
    } else {
      shown.push_back('?');
    }
    at += point.has_value() ? point->length : 1;
  }
  return shown;
}

absl::Status CheckText(std::string_view argument, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto point = fiscal::DecodeUtf8(text, at);
    if (!point.has_value()) {
      return UsageFailure(absl::StrCat(
          std::string(argument), ": ", Quoted(text), " is not UTF-8 at byte ",
          at + 1, "; save the text, or set the terminal, to UTF-8"));
    }
    if (fiscal::IsControl(point->value)) {
      return UsageFailure(
          absl::StrCat(std::string(argument), ": ", Quoted(text),
                       " holds a control character at byte ", at + 1,
                       ", such as a tab or a line end; take it out"));
    }
    at += point->length;
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ParseUnits(std::string_view argument,
                                   std::string_view text, const Unit& unit) {
  return ParseAmount(argument, text, unit.code, unit.decimals);
}

absl::StatusOr<int64_t> ParseCash(std::string_view argument,
                                  std::string_view text, const Unit& unit) {
  return ParseAmount(argument, text, unit.peg_code, unit.peg_decimals);
}

absl::StatusOr<TaxLineArgument> ParseTaxLine(std::string_view argument,
                                             std::string_view text,
                                             const Unit& unit) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), ':');
  TaxLineArgument line;
  bool category_good =
      parts.size() == 4 && !parts[0].empty() && parts[0].size() <= 3;
  for (const char c : parts[0]) {
    category_good =
        category_good && absl::ascii_isupper(static_cast<unsigned char>(c));
  }
  if (!category_good) {
    return Wrong(argument, text,
                 "CATEGORY:RATE:BASE:TAX, such as S:20%:1000.00:200.00");
  }
  line.category = parts[0];
  if (!parts[1].empty()) {
    SKONTRO_ASSIGN_OR_RETURN(line.rate_ppm, ParsePercent(argument, parts[1]));
  }
  SKONTRO_ASSIGN_OR_RETURN(line.base, ParseCash(argument, parts[2], unit));
  SKONTRO_ASSIGN_OR_RETURN(line.tax, ParseCash(argument, parts[3], unit));
  return line;
}

absl::StatusOr<UnitShare> ParseUnitShare(std::string_view argument,
                                         std::string_view text,
                                         const Unit& unit) {
  UnitShare share;
  share.is_share = text.ends_with('%');
  if (share.is_share) {
    SKONTRO_ASSIGN_OR_RETURN(share.share_ppm, ParsePercent(argument, text));
  } else {
    SKONTRO_ASSIGN_OR_RETURN(share.unit_amount,
                             ParseUnits(argument, text, unit));
  }
  if (share.share_ppm <= 0 && share.unit_amount <= 0) {
    return Wrong(argument, text, "above zero; write 60% or 720.00");
  }
  return share;
}

absl::StatusOr<ledger::CivilDate> ParseDay(std::string_view argument,
                                           std::string_view text) {
  const absl::StatusOr<ledger::CivilDate> date = ledger::ParseDate(text);
  if (!date.ok()) {
    return Wrong(argument, text, "a day of the calendar, such as 2026-03-31");
  }
  return *date;
}

absl::StatusOr<int64_t> ParseDaySeconds(std::string_view argument,
                                        std::string_view text) {
  SKONTRO_ASSIGN_OR_RETURN(const ledger::CivilDate date,
                           ParseDay(argument, text));
  return int64_t{date.days()} * 86'400;
}

absl::StatusOr<absl::Duration> ParseTimeout(std::string_view argument,
                                            std::string_view text) {
  const std::string value(text);
  absl::Duration timeout;
  int seconds = 0;
  if (absl::SimpleAtoi(value, &seconds)) {
    timeout = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(value, &timeout)) {
    return Wrong(argument, text, "a time such as 30s, 500ms or 2m");
  }
  if (timeout <= absl::ZeroDuration() || timeout > absl::Hours(24)) {
    return Wrong(argument, text, "above zero and at most 24h");
  }
  return timeout;
}

absl::Status CheckEndpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  int port = 0;
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  bool good = colon != std::string_view::npos && !host.empty() &&
              (bracketed || host.find(':') == std::string_view::npos) &&
              absl::SimpleAtoi(std::string(text.substr(colon + 1)), &port) &&
              port > 0 && port <= 65535;
  for (const char c : host) {
    good =
        good && absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '/';
  }
  if (good) return absl::OkStatus();
  return Wrong("endpoint", text,
               "HOST:PORT, such as 127.0.0.1:7411 or [::1]:7411");
}

absl::Status CheckRequestId(std::string_view text) {
  bool good = !text.empty() && text.size() <= kRequestIdLengthMax;
  for (const char c : text) {
    good = good && absl::ascii_isprint(static_cast<unsigned char>(c));
  }
  if (good) return absl::OkStatus();
  return Wrong("--request-id", text, "1 to 64 printable characters");
}

}  // namespace skontro::cli

#include "server/form.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/label.h"
#include "ledger/base/limits.h"

namespace skontro::server {
namespace {

constexpr std::string_view kNetworkForm = "networks/{network}";
constexpr std::string_view kMemberForm = "networks/{network}/members/{member}";
constexpr std::string_view kAccountForm =
    "networks/{network}/members/{member}/accounts/{account}";
constexpr std::string_view kCreditLineForm =
    "networks/{network}/members/{member}/accounts/{account}/creditLine";
constexpr std::string_view kTradeForm = "networks/{network}/trades/{trade}";
constexpr char kPoliciesForm[] = "networks/{network}/policies";
constexpr char kApiKeyForm[] = "networks/{network}/apiKeys/{api_key}";
constexpr std::string_view kOperationForm =
    "networks/{network}/operations/{operation}";

bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' '; });
}

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c < 0x7f; });
}

// What is allowed for a text, in words.
std::string LengthWords(size_t least, size_t most, std::string_view what) {
  return least == 0
             ? absl::StrFormat("at most %d bytes of %s", most, what)
             : absl::StrFormat("%d to %d bytes of %s", least, most, what);
}

bool HasLength(std::string_view value, size_t least, size_t most) {
  return value.size() >= least && value.size() <= most &&
         (value.empty() || !IsBlank(value));
}

}  // namespace

void Form::Refuse(std::string_view field, std::string_view value,
                  std::string_view allowed) {
  refusals_.push_back(FieldInvalid(prefix_ + std::string(field),
                                   fiscal::Quoted(value), allowed));
}

void Form::Refuse(std::string_view field, int64_t value,
                  std::string_view allowed) {
  Refuse(field, std::to_string(value), allowed);
}

bool Form::Require(std::string_view field, bool present) {
  if (!present) Refuse(field, "", "a value; the field is required");
  return present;
}

void Form::Id(std::string_view field, std::string_view value) {
  if (!IsId(value)) Refuse(field, value, "1 to 63 of a-z, 0-9 and '-'");
}

void Form::Text(std::string_view field, std::string_view value, size_t least,
                size_t most) {
  if (!HasLength(value, least, most) || !fiscal::IsPlainText(value)) {
    Refuse(field, value,
           LengthWords(least, most, "UTF-8 without control characters"));
  }
}

void Form::Ascii(std::string_view field, std::string_view value, size_t least,
                 size_t most) {
  if (!HasLength(value, least, most) || !IsPrintableAscii(value)) {
    Refuse(field, value, LengthWords(least, most, "printable ASCII"));
  }
}

void Form::RequestId(std::string_view value) {
  Ascii("request_id", value, 1, kRequestIdLengthMax);
}

NameParts Form::NetworkName(std::string_view field, std::string_view value) {
  const auto parts = ParseNetworkName(value);
  if (!parts.has_value()) Refuse(field, value, kNetworkForm);
  return parts.value_or(NameParts());
}

NameParts Form::PoliciesName(std::string_view field, std::string_view value) {
  const auto parts = ParsePoliciesName(value);
  if (!parts.has_value()) Refuse(field, value, kPoliciesForm);
  return parts.value_or(NameParts());
}

NameParts Form::MemberName(std::string_view field, std::string_view value) {
  const auto parts = ParseMemberName(value);
  if (!parts.has_value()) Refuse(field, value, kMemberForm);
  return parts.value_or(NameParts());
}

NameParts Form::AccountName(std::string_view field, std::string_view value) {
  const auto parts = ParseAccountName(value);
  if (!parts.has_value()) Refuse(field, value, kAccountForm);
  return parts.value_or(NameParts());
}

NameParts Form::CreditLineName(std::string_view field, std::string_view value) {
  const auto parts = ParseCreditLineName(value);
  if (!parts.has_value()) Refuse(field, value, kCreditLineForm);
  return parts.value_or(NameParts());
}

NameParts Form::TradeName(std::string_view field, std::string_view value) {
  const auto parts = ParseTradeName(value);
  if (!parts.has_value()) Refuse(field, value, kTradeForm);
  return parts.value_or(NameParts());
}

NameParts Form::OperationName(std::string_view field, std::string_view value) {
  const auto parts = ParseOperationName(value);
  if (!parts.has_value()) Refuse(field, value, kOperationForm);
  return parts.value_or(NameParts());
}

NameParts Form::ApiKeyName(std::string_view field, std::string_view value) {
  const auto parts = ParseApiKeyName(value);
  if (!parts.has_value()) Refuse(field, value, kApiKeyForm);
  return parts.value_or(NameParts());
}

NameParts Form::WebhookName(std::string_view field, std::string_view value) {
  const auto parts = ParseWebhookName(value);
  if (!parts.has_value()) {
    Refuse(field, value, "networks/{network}/webhooks/{webhook}");
  }
  return parts.value_or(NameParts());
}

std::string_view Form::MemberOf(std::string_view field, std::string_view value,
                                std::string_view network) {
  const auto parts = ParseMemberName(value);
  if (parts.has_value() && parts->network == network) return parts->member;
  Refuse(field, value, server::MemberName(network, "{member}"));
  return {};
}

ledger::CivilDate Form::Date(std::string_view field, const v1::Date& date) {
  const std::chrono::year_month_day ymd{
      std::chrono::year(std::clamp(date.year(), -1, 10'000)),
      std::chrono::month(
          static_cast<unsigned>(std::clamp(date.month(), 0, 13))),
      std::chrono::day(static_cast<unsigned>(std::clamp(date.day(), 0, 32)))};
  if (ledger::IsUsableDate(ymd)) return ledger::CivilDate::From(ymd);
  Refuse(field,
         absl::StrFormat("%d-%02d-%02d", date.year(), date.month(), date.day()),
         "a day of the calendar, from 1900-01-01 to 9999-12-31");
  return {};
}

int64_t Form::Time(std::string_view field, bool present,
                   const google::protobuf::Timestamp& time) {
  constexpr int64_t kSecondsMax = 253'402'300'799;  // The end of 9999.
  if (!present) return 0;
  if (time.seconds() < 1 || time.seconds() > kSecondsMax || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    Refuse(field, time.seconds(), "a time from 1970 to 9999, or absent");
    return 0;
  }
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

ledger::Sequence Form::SequenceOf(std::string_view field, int64_t value) {
  if (value < 0) Refuse(field, value, "zero or above");
  return ledger::Sequence{static_cast<uint64_t>(std::max<int64_t>(value, 0))};
}

int Form::PageSize(int32_t value) {
  if (value < 0) Refuse("page_size", value, "zero or above");
  return value <= 0 ? kPageSizeDefault : std::min(value, kPageSizeMax);
}

void Form::PageToken(std::string_view value) {
  Refuse("page_token", value,
         "the next_page_token of this list, with all other fields the same");
}

}  // namespace skontro::server

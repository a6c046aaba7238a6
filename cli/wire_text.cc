#include "cli/wire_text.h"

#include <chrono>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace skontro::cli {
namespace {

bool IsSet(const google::protobuf::Timestamp& time) {
  return time.seconds() != 0 || time.nanos() != 0;
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

}  // namespace

std::string DateText(const v1::Date& date) {
  if (date.year() == 0) return "";
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(),
                         date.day());
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (!IsSet(time)) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", TimeOf(time),
                          absl::UTCTimeZone());
}

std::string ShortTimeText(const google::protobuf::Timestamp& time) {
  if (!IsSet(time)) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", TimeOf(time),
                          absl::UTCTimeZone());
}

std::string HexText(std::string_view bytes) {
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}

v1::Date WireDate(ledger::CivilDate date) {
  const std::chrono::year_month_day day = date.ymd();
  v1::Date wire;
  wire.set_year(static_cast<int>(day.year()));
  wire.set_month(static_cast<int>(static_cast<unsigned>(day.month())));
  wire.set_day(static_cast<int>(static_cast<unsigned>(day.day())));
  return wire;
}

void WriteAmount(std::string_view key, const v1::Amount& amount,
                 const Unit& unit, JsonWriter* json) {
  json->BeginObject(key);
  json->String("amount", UnitNumber(amount.minor_units(), unit));
  json->Number("minor_units", amount.minor_units());
  json->EndObject();
}

void WriteMoney(std::string_view key, const v1::Money& money, const Unit& unit,
                JsonWriter* json) {
  json->BeginObject(key);
  if (money.currency_code() == unit.peg_code) {
    json->String("amount", CashNumber(money.minor_units(), unit));
  }
  json->Number("minor_units", money.minor_units());
  json->String("currency_code", money.currency_code());
  json->EndObject();
}

void WriteRate(std::string_view key, const v1::Rate& rate, JsonWriter* json) {
  json->BeginObject(key);
  json->Number("numerator", rate.numerator());
  json->Number("denominator", rate.denominator());
  json->Number("version", rate.version());
  json->EndObject();
}

}  // namespace skontro::cli

// The small messages: amounts, money, rates, days, times.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_AMOUNT_H_
#define SKONTRO_SERVER_CONVERT_AMOUNT_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

#include "engine/event.h"
#include "ledger/amount.h"
#include "ledger/civil_date.h"
#include "ledger/digest.h"
#include "ledger/record.h"
#include "skontro/v1/amount.pb.h"

namespace skontro::server {

inline void WriteAmount(ledger::Amount amount, v1::Amount* out) {
  out->set_minor_units(amount.minor_units());
}

inline void WriteMoney(const std::string& currency, int64_t minor_units,
                       v1::Money* out) {
  out->set_currency_code(currency);
  out->set_minor_units(minor_units);
}

inline void WriteRate(const engine::Rate& rate, v1::Rate* out) {
  out->set_numerator(rate.numerator);
  out->set_denominator(rate.denominator);
  out->set_version(rate.version);
}

// REQUIRES: `date` has a value.
inline void WriteDate(ledger::CivilDate date, v1::Date* out) {
  const std::chrono::year_month_day ymd = date.ymd();
  out->set_year(static_cast<int>(ymd.year()));
  out->set_month(static_cast<int>(static_cast<unsigned>(ymd.month())));
  out->set_day(static_cast<int>(static_cast<unsigned>(ymd.day())));
}

// REQUIRES: `time_us` is not before 1970.
inline void WriteTime(int64_t time_us, google::protobuf::Timestamp* out) {
  out->set_seconds(time_us / 1'000'000);
  out->set_nanos(static_cast<int32_t>(time_us % 1'000'000 * 1'000));
}

inline int64_t WireSequence(ledger::Sequence sequence) {
  return static_cast<int64_t>(sequence);
}

inline std::string WireDigest(const ledger::Digest& digest) {
  return std::string(ledger::BytesOf(digest));
}

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_AMOUNT_H_

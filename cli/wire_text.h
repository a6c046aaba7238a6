// Messages of skontro/v1 as text and JSON: the parts that several resources
// share. An amount is {"amount": "720.00", "minor_units": 72000} in JSON; money
// has "currency_code" besides; a date is "2026-03-31"; a time is RFC 3339 in
// UTC.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_WIRE_TEXT_H_
#define SKONTRO_CLI_WIRE_TEXT_H_

#include <string>
#include <string_view>

#include "cli/json_writer.h"
#include "cli/unit.h"
#include "google/protobuf/timestamp.pb.h"
#include "ledger/civil_date.h"
#include "skontro/v1/amount.pb.h"

namespace skontro::cli {

// "2026-03-31"; empty for no date.
std::string DateText(const v1::Date& date);

// "2026-03-31T12:00:00.000001Z"; empty for no time.
std::string TimeText(const google::protobuf::Timestamp& time);

// The same without the fraction of a second and with a blank, for people.
std::string ShortTimeText(const google::protobuf::Timestamp& time);

// 64 hex digits of a digest.
std::string HexText(std::string_view bytes);

// REQUIRES: date.has_value().
v1::Date WireDate(ledger::CivilDate date);

void WriteAmount(std::string_view key, const v1::Amount& amount,
                 const Unit& unit, JsonWriter* json);
// Money of the peg currency; of another, without decimals known, only the
// minor units are written.
void WriteMoney(std::string_view key, const v1::Money& money, const Unit& unit,
                JsonWriter* json);
void WriteRate(std::string_view key, const v1::Rate& rate, JsonWriter* json);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_WIRE_TEXT_H_

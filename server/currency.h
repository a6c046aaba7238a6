// The national currencies of ISO 4217, compiled in: a network is pegged to one
// of them, and its own unit may not look like one.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CURRENCY_H_
#define SKONTRO_SERVER_CURRENCY_H_

#include <optional>
#include <string_view>

namespace skontro::server {

// How many decimals the national currency of this code has, such as 2 for
// "EUR"; nullopt for a code of none.
std::optional<int> CurrencyDecimals(std::string_view code);

// Whether the unit of a network may not have this code: it is a national
// currency's, or one of the two that ISO 4217 gave to another network for ever.
bool IsReservedUnitCode(std::string_view code);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CURRENCY_H_

// A SIREN is the number that the French register gives a company: nine digits,
// the last of which is a check digit (Luhn, ISO/IEC 7812-1 annex B).
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_SIREN_H_
#define SKONTRO_FISCAL_SIREN_H_

#include <string_view>

namespace skontro::fiscal {

// Whether `text` is nine digits, nothing between them, that pass the Luhn
// check. 000000000 passes the arithmetic and is refused: no company has it.
bool IsSiren(std::string_view text);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_SIREN_H_

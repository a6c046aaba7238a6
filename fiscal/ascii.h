// Text for formats of a time before Unicode. Letters of the Latin alphabet lose
// their accents, a few signs become what stands for them on a typewriter, and
// everything else becomes a question mark: a name in another script is lost, so
// such formats carry an id beside each name.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_ASCII_H_
#define SKONTRO_FISCAL_ASCII_H_

#include <string>
#include <string_view>

namespace skontro::fiscal {

// `text` in printable ASCII: "Élan GmbH & Cœur" is "Elan GmbH & Coeur".
// REQUIRES: `text` is UTF-8 without control characters, as CleanText() gives.
std::string ToAscii(std::string_view text);

// The same in the letters that SWIFT calls X: besides letters, digits and
// blanks only / - : ( ) . , ' + and no `?`, which marks fields in MT940.
// Whatever else there is becomes a point.
std::string ToSwift(std::string_view text);

// `text` in the bytes of ISO-8859-15, which has the letters of western Europe
// and the euro sign; of what it does not have, the letter without its accent as
// above. REQUIRES: `text` is UTF-8.
std::string ToIso8859_15(std::string_view text);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_ASCII_H_

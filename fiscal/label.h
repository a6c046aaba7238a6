// Text on its way into a flat file or a spreadsheet. Names, invoice numbers and
// descriptions were written by members, so they may hold separators, line ends,
// marks that turn a row around on the screen, or a formula that a spreadsheet
// would run.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_LABEL_H_
#define SKONTRO_FISCAL_LABEL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace skontro::fiscal {

// The longest text in one field of a file, in bytes of UTF-8. A legal name has
// at most 200 and an invoice number 64; a sentence with both still fits.
inline constexpr size_t kLabelLengthMax = 320;

// `text` made harmless, always valid UTF-8 of at most `length_max` bytes:
// - tab, `|`, line ends, other control characters and every kind of space,
//   no-break ones too, become one plain space; none is left at either end
// - characters without width and marks that change the direction are left out
// - a byte that is not UTF-8 becomes `?`
// - where the first character would start a formula (= + - @ and their full
//   width twins) an apostrophe is put before it
// The same text gives the same result, and the result gives itself.
// REQUIRES: length_max > 0.
std::string CleanLabel(std::string_view text,
                       size_t length_max = kLabelLengthMax);

// `text` made harmless for a format that is read by programs and is no table,
// where a document's number must stay what it is: as CleanLabel(), but `|`
// stays and no apostrophe is put before a formula. At most `length_max`
// characters (code points), as ISO 20022 counts.
// REQUIRES: length_max > 0.
std::string CleanText(std::string_view text, size_t length_max);

// How many code points `text` has. REQUIRES: IsUtf8(text).
size_t CountCharacters(std::string_view text);

// `text` as it may be quoted in an error: valid UTF-8 without control
// characters, blanks collapsed, at most 80 bytes.
std::string Quoted(std::string_view text);

// Blanks of ASCII at the ends taken off, those inside made one space.
std::string CollapseBlanks(std::string_view text);

// Whether `text` is UTF-8 without control characters.
bool IsPlainText(std::string_view text);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_LABEL_H_

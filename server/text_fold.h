// Texts of people as they are searched and put in order: neither case nor
// accents matter, and "Élan" stands between "Eiche" and "Emil".
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_TEXT_FOLD_H_
#define SKONTRO_SERVER_TEXT_FOLD_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace skontro::server {

// `text` without case, accents and blanks at its ends. Bytes that are no UTF-8
// become U+FFFD.
std::string FoldText(std::string_view text);

// The first `length_max` bytes of a key that sorts, byte by byte, as the texts
// do by the rules of Unicode (the root collation).
std::string SortKeyOf(std::string_view text, size_t length_max);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TEXT_FOLD_H_

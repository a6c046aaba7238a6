// UTF-8, decoded strictly: no overlong form, no surrogate, nothing above
// U+10FFFF. Formats meet text that members, invoices and old files wrote.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_UTF8_H_
#define SKONTRO_FISCAL_UTF8_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace skontro::fiscal {

struct CodePoint {
  char32_t value = 0;
  size_t length = 0;  // In bytes, 1 to 4.
};

// The code point that starts at `at`, or nullopt where the bytes there are not
// UTF-8. REQUIRES: at < text.size().
std::optional<CodePoint> DecodeUtf8(std::string_view text, size_t at);

// Whether every byte of `text` belongs to a code point.
bool IsUtf8(std::string_view text);

// The longest start of `text` of at most `length_max` bytes that does not cut a
// code point in two.
std::string_view Utf8Prefix(std::string_view text, size_t length_max);

// Whether `c` is a control character: C0, DEL, C1 or a line separator.
bool IsControl(char32_t c);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_UTF8_H_

// Integers as big-endian bytes, which sort in keys as the numbers do.

#ifndef SKONTRO_LEDGER_BIG_ENDIAN_H_
#define SKONTRO_LEDGER_BIG_ENDIAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "ledger/base/check.h"

namespace skontro::ledger {

// Appends the bytes of `value`, most significant first.
template <typename T>
void AppendBigEndian(std::string* out, T value) {
  using Unsigned = std::make_unsigned_t<T>;
  const auto bits = static_cast<Unsigned>(value);
  char bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>((bits >> (8 * (sizeof(T) - 1 - i))) & 0xff);
  }
  out->append(bytes, sizeof(T));
}

// Reads the first sizeof(T) bytes. REQUIRES: they are there.
template <typename T>
T ReadBigEndian(std::string_view bytes) {
  SKONTRO_CHECK(bytes.size() >= sizeof(T));
  using Unsigned = std::make_unsigned_t<T>;
  Unsigned bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    bits = static_cast<Unsigned>((bits << 8) | static_cast<uint8_t>(bytes[i]));
  }
  return static_cast<T>(bits);
}

// Appends a signed number so that keys sort as the numbers do.
inline void AppendOrdered(std::string* out, int32_t value) {
  AppendBigEndian(out, static_cast<uint32_t>(value) ^ 0x8000'0000U);
}

inline int32_t ReadOrdered(std::string_view bytes) {
  return static_cast<int32_t>(ReadBigEndian<uint32_t>(bytes) ^ 0x8000'0000U);
}

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_BIG_ENDIAN_H_

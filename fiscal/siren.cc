#include "fiscal/siren.h"

#include <cstddef>

namespace skontro::fiscal {

bool IsSiren(std::string_view text) {
  constexpr size_t kDigits = 9;
  if (text.size() != kDigits || text == "000000000") return false;
  int sum = 0;
  for (size_t i = 0; i < kDigits; ++i) {
    const char c = text[kDigits - 1 - i];
    if (c < '0' || c > '9') return false;
    const int digit = c - '0';
    const int weighed = i % 2 == 1 ? 2 * digit : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 == 0;
}

}  // namespace skontro::fiscal

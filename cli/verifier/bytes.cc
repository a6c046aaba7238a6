#include "cli/verifier/bytes.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace skontro::verifier {
namespace {

template <class Number>
Number ReadBig(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return static_cast<Number>(number);
}

template <class Number>
void AppendBig(Number number, std::string* bytes) {
  char digits[sizeof(Number)];
  for (size_t i = 0; i < sizeof(Number); ++i) {
    digits[i] =
        static_cast<char>(number >> (8 * (sizeof(Number) - 1 - i)) & 0xff);
  }
  bytes->append(digits, sizeof(digits));
}

}  // namespace

uint16_t ReadBig16(std::string_view bytes) { return ReadBig<uint16_t>(bytes); }
uint32_t ReadBig32(std::string_view bytes) { return ReadBig<uint32_t>(bytes); }
uint64_t ReadBig64(std::string_view bytes) { return ReadBig<uint64_t>(bytes); }

void AppendBig32(uint32_t number, std::string* bytes) {
  AppendBig(number, bytes);
}

void AppendBig64(uint64_t number, std::string* bytes) {
  AppendBig(number, bytes);
}

std::string Big64(uint64_t number) {
  std::string bytes;
  AppendBig(number, &bytes);
  return bytes;
}

void AppendSortable32(int32_t number, std::string* bytes) {
  AppendBig(static_cast<uint32_t>(number) ^ 0x80000000u, bytes);
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

std::string Quoted(std::string_view bytes) {
  return '"' + absl::CEscape(absl::string_view(bytes.data(), bytes.size())) +
         '"';
}

std::string Decimal(__int128 number) {
  const bool negative = number < 0;
  auto rest = negative ? -static_cast<unsigned __int128>(number)
                       : static_cast<unsigned __int128>(number);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative) digits.push_back('-');
  return std::string(digits.rbegin(), digits.rend());
}

}  // namespace skontro::verifier

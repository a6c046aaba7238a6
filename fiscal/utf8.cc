#include "fiscal/utf8.h"

#include "ledger/base/check.h"

namespace skontro::fiscal {
namespace {

// How many bytes the lead byte announces, and the bits of the value in it.
struct Lead {
  size_t length = 0;  // 0 for a byte that starts nothing.
  char32_t bits = 0;
  char32_t least = 0;  // Below it the form would be overlong.
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if ((byte & 0xE0) == 0xC0) return {2, byte & 0x1Fu, 0x80};
  if ((byte & 0xF0) == 0xE0) return {3, byte & 0x0Fu, 0x800};
  if ((byte & 0xF8) == 0xF0) return {4, byte & 0x07u, 0x10000};
  return {};
}

}  // namespace

std::optional<CodePoint> DecodeUtf8(std::string_view text, size_t at) {
  SKONTRO_CHECK(at < text.size());
  const Lead lead = LeadOf(static_cast<unsigned char>(text[at]));
  if (lead.length == 0 || text.size() - at < lead.length) return std::nullopt;
  char32_t value = lead.bits;
  for (size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < lead.least || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{value, lead.length};
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::optional<CodePoint> point = DecodeUtf8(text, at);
    if (!point.has_value()) return false;
    at += point->length;
  }
  return true;
}

std::string_view Utf8Prefix(std::string_view text, size_t length_max) {
  if (text.size() <= length_max) return text;
  size_t end = length_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029;
}

}  // namespace skontro::fiscal

#include "fiscal/label.h"

#include <optional>

#include "fiscal/utf8.h"
#include "ledger/base/check.h"

namespace skontro::fiscal {
namespace {

bool IsSpace(char32_t c) {
  return c == ' ' || IsControl(c) || c == 0x00A0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

// No width of its own, or turns the direction of what follows.
bool IsInvisible(char32_t c) {
  return c == 0x00AD || c == 0x061C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

bool StartsFormula(char32_t c) {
  return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xFF1D ||
         c == 0xFF0B || c == 0xFF0D || c == 0xFF20;
}

// CleanLabel() and CleanText() before either cuts: at least `bytes_min` bytes,
// where there are so many.
std::string Clean(std::string_view text, size_t bytes_min, bool for_table) {
  std::string clean;
  bool space_due = false;
  for (size_t at = 0; at < text.size() && clean.size() <= bytes_min;) {
    const std::optional<CodePoint> point = DecodeUtf8(text, at);
    const size_t length = point.has_value() ? point->length : 1;
    const char32_t c = point.has_value() ? point->value : U'?';
    const size_t start = at;
    at += length;
    if (IsInvisible(c)) continue;
    if (IsSpace(c) || (for_table && c == '|')) {
      space_due = !clean.empty();
      continue;
    }
    if (for_table && clean.empty() && StartsFormula(c)) clean.push_back('\'');
    if (space_due) clean.push_back(' ');
    space_due = false;
    if (point.has_value()) {
      clean.append(text.substr(start, length));
    } else {
      clean.push_back('?');
    }
  }
  return clean;
}

void CutTo(size_t bytes, std::string* text) {
  text->resize(bytes);
  while (!text->empty() && text->back() == ' ') text->pop_back();
}

}  // namespace

std::string CleanLabel(std::string_view text, size_t length_max) {
  SKONTRO_CHECK(length_max > 0);
  std::string clean = Clean(text, length_max, /*for_table=*/true);
  CutTo(Utf8Prefix(clean, length_max).size(), &clean);
  return clean;
}

std::string CleanText(std::string_view text, size_t length_max) {
  SKONTRO_CHECK(length_max > 0);
  std::string clean = Clean(text, 4 * length_max, /*for_table=*/false);
  size_t end = 0;
  for (size_t count = 0; end < clean.size(); ++count) {
    if (count == length_max) break;
    end += DecodeUtf8(clean, end)->length;
  }
  CutTo(end, &clean);
  return clean;
}

size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
  }
  return count;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kLengthMax = 80;
  const std::string shown = CollapseBlanks(text);
  std::string out;
  for (size_t at = 0; at < shown.size();) {
    const std::optional<CodePoint> point = DecodeUtf8(shown, at);
    const size_t length = point.has_value() ? point->length : 1;
    if (out.size() + length > kLengthMax - 3) return out + "...";
    if (!point.has_value() || IsControl(point->value)) {
      out.push_back('?');
    } else {
      out.append(shown, at, length);
    }
    at += length;
  }
  return out;
}

std::string CollapseBlanks(std::string_view text) {
  std::string out;
  bool space_due = false;
  for (char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      space_due = !out.empty();
      continue;
    }
    if (space_due) out.push_back(' ');
    space_due = false;
    out.push_back(c);
  }
  return out;
}

bool IsPlainText(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const std::optional<CodePoint> point = DecodeUtf8(text, at);
    if (!point.has_value() || IsControl(point->value)) return false;
    at += point->length;
  }
  return true;
}

}  // namespace skontro::fiscal

#include "fiscal/ascii.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "fiscal/utf8.h"
#include "ledger/base/check.h"

namespace skontro::fiscal {
namespace {

// U+00C0 to U+017F, in order.
constexpr const char* kLatin[] = {
    "A", "A", "A", "A", "A",  "A",  "AE", "C", "E", "E", "E",  "E",  "I",
    "I", "I", "I", "D", "N",  "O",  "O",  "O", "O", "O", "x",  "O",  "U",
    "U", "U", "U", "Y", "TH", "ss", "a",  "a", "a", "a", "a",  "a",  "ae",
    "c", "e", "e", "e", "e",  "i",  "i",  "i", "i", "d", "n",  "o",  "o",
    "o", "o", "o", "/", "o",  "u",  "u",  "u", "u", "y", "th", "y",  // U+00FF
    "A", "a", "A", "a", "A",  "a",  "C",  "c", "C", "c", "C",  "c",  "C",
    "c", "D", "d", "D", "d",  "E",  "e",  "E", "e", "E", "e",  "E",  "e",
    "E", "e", "G", "g", "G",  "g",  "G",  "g", "G", "g", "H",  "h",  "H",
    "h", "I", "i", "I", "i",  "I",  "i",  "I", "i", "I", "i",  "IJ", "ij",
    "J", "j", "K", "k", "k",  "L",  "l",  "L", "l", "L", "l",  "L",  "l",
    "L", "l", "N", "n", "N",  "n",  "N",  "n", "n", "N", "n",  "O",  "o",
    "O", "o", "O", "o", "OE", "oe", "R",  "r", "R", "r", "R",  "r",  "S",
    "s", "S", "s", "S", "s",  "S",  "s",  "T", "t", "T", "t",  "T",  "t",
    "U", "u", "U", "u", "U",  "u",  "U",  "u", "U", "u", "U",  "u",  "W",
    "w", "Y", "y", "Y", "Z",  "z",  "Z",  "z", "Z", "z", "s"};
static_assert(std::size(kLatin) == 0x180 - 0xC0);

struct Sign {
  char32_t from;
  const char* to;
};
constexpr Sign kSigns[] = {{0xAB, "\""},   {0xB0, "o"},     {0xB4, "'"},
                           {0xB7, "."},    {0xBB, "\""},    {0x2010, "-"},
                           {0x2011, "-"},  {0x2012, "-"},   {0x2013, "-"},
                           {0x2014, "-"},  {0x2018, "'"},   {0x2019, "'"},
                           {0x201A, ","},  {0x201C, "\""},  {0x201D, "\""},
                           {0x201E, "\""}, {0x2026, "..."}, {0x20AC, "EUR"}};

const char* StandInFor(char32_t c) {
  if (c >= 0xC0 && c < 0x180) return kLatin[c - 0xC0];
  for (const Sign& sign : kSigns) {
    if (sign.from == c) return sign.to;
  }
  return "?";
}

// Where ISO-8859-15 has another character than Latin 1.
struct Latin9 {
  char32_t from;
  unsigned char to;
};
constexpr Latin9 kLatin9[] = {{0x20AC, 0xA4}, {0x160, 0xA6}, {0x161, 0xA8},
                              {0x17D, 0xB4},  {0x17E, 0xB8}, {0x152, 0xBC},
                              {0x153, 0xBD},  {0x178, 0xBE}};

// The byte of `c` in ISO-8859-15; nullopt where it has none.
std::optional<unsigned char> Latin9Of(char32_t c) {
  for (const Latin9& pair : kLatin9) {
    if (c == pair.from) return pair.to;
    if (c == pair.to) return std::nullopt;  // The sign that it replaced.
  }
  if (c < 0x100) return static_cast<unsigned char>(c);
  return std::nullopt;
}

}  // namespace

std::string ToIso8859_15(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const std::optional<CodePoint> point = DecodeUtf8(text, at);
    SKONTRO_CHECK(point.has_value());
    at += point->length;
    const std::optional<unsigned char> byte = Latin9Of(point->value);
    if (byte.has_value()) {
      out.push_back(static_cast<char>(*byte));
    } else {
      out.append(StandInFor(point->value));
    }
  }
  return out;
}

std::string ToAscii(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const std::optional<CodePoint> point = DecodeUtf8(text, at);
    SKONTRO_CHECK(point.has_value());
    at += point->length;
    if (point->value < 0x80) {
      out.push_back(static_cast<char>(point->value));
    } else {
      out.append(StandInFor(point->value));
    }
  }
  return out;
}

std::string ToSwift(std::string_view text) {
  constexpr std::string_view kMore = " /-:().,'+";
  std::string out = ToAscii(text);
  std::replace_if(
      out.begin(), out.end(),
      [&](char c) {
        return !absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
               kMore.find(c) == std::string_view::npos;
      },
      '.');
  return out;
}

}  // namespace skontro::fiscal

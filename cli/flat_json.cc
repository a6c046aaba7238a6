#include "cli/flat_json.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

bool IsNumberCharacter(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' ||
         c == '+' || c == '.' || c == 'e' || c == 'E';
}

void AppendUtf8(uint32_t c, std::string* text) {
  const auto byte = [text](uint32_t value) {
    text->push_back(static_cast<char>(value));
  };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0 | (c >> 6));
    byte(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    byte(0xe0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  } else {
    byte(0xf0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3f));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<FlatMember>> ReadObject();

 private:
  absl::Status Wrong(const char* wanted) const {
    return UsageFailure(
        absl::StrCat("column ", at_ + 1, ": ", wanted, " is expected"));
  }

  void SkipBlanks() {
    while (at_ < text_.size() &&
           absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) {
      ++at_;
    }
  }

  // Passes `c` after blanks; false where another character stands.
  bool Take(char c) {
    SkipBlanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(std::string_view word) {
    SkipBlanks();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  absl::StatusOr<std::string> ReadString();
  absl::Status ReadEscape(std::string* value);
  std::optional<uint32_t> ReadHex4();
  absl::StatusOr<std::string> ReadScalar();
  absl::Status ReadValue(std::vector<std::string>* values);

  const std::string_view text_;
  size_t at_ = 0;
};

std::optional<uint32_t> Reader::ReadHex4() {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    if (at_ == text_.size()) return std::nullopt;
    const char c = absl::ascii_tolower(static_cast<unsigned char>(text_[at_]));
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
      return std::nullopt;
    }
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    value = value * 16 + static_cast<uint32_t>(digit);
    ++at_;
  }
  return value;
}

// After the backslash.
absl::Status Reader::ReadEscape(std::string* value) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ == text_.size()) return Wrong("an escape");
  const char c = text_[at_++];
  if (const size_t which = kEscapes.find(c); which != kEscapes.npos) {
    value->push_back(kMeanings[which]);
    return absl::OkStatus();
  }
  std::optional<uint32_t> point = c == 'u' ? ReadHex4() : std::nullopt;
  if (point.has_value() && *point >= 0xd800 && *point < 0xdc00) {
    // The first half of a pair.
    const bool paired = text_.substr(at_, 2) == "\\u";
    if (paired) at_ += 2;
    const std::optional<uint32_t> second = paired ? ReadHex4() : std::nullopt;
    if (!second.has_value() || *second < 0xdc00 || *second > 0xdfff) {
      return Wrong("the second half of a character");
    }
    point = 0x10000 + ((*point - 0xd800) << 10) + (*second - 0xdc00);
  } else if (!point.has_value() || (*point >= 0xdc00 && *point <= 0xdfff)) {
    return Wrong("an escape of JSON");
  }
  AppendUtf8(*point, value);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Reader::ReadString() {
  if (!Take('"')) return Wrong("a text in double quotes");
  std::string value;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') return value;
    if (c != '\\') {
      value.push_back(c);
      continue;
    }
    SKONTRO_RETURN_IF_ERROR(ReadEscape(&value));
  }
  return Wrong("the quote that ends the text");
}

absl::StatusOr<std::string> Reader::ReadScalar() {
  SkipBlanks();
  if (at_ < text_.size() && text_[at_] == '"') return ReadString();
  const size_t begin = at_;
  while (at_ < text_.size() && IsNumberCharacter(text_[at_])) ++at_;
  if (at_ == begin) return Wrong("a text, a number or an array of texts");
  return std::string(text_.substr(begin, at_ - begin));
}

absl::Status Reader::ReadValue(std::vector<std::string>* values) {
  if (!Take('[')) {
    SKONTRO_ASSIGN_OR_RETURN(values->emplace_back(), ReadScalar());
    return absl::OkStatus();
  }
  if (Take(']')) return absl::OkStatus();
  do {
    SKONTRO_ASSIGN_OR_RETURN(values->emplace_back(), ReadString());
  } while (Take(','));
  return Take(']') ? absl::OkStatus() : Wrong("a comma or ]");
}

absl::StatusOr<std::vector<FlatMember>> Reader::ReadObject() {
  std::vector<FlatMember> members;
  if (!Take('{')) return Wrong("{");
  if (!Take('}')) {
    do {
      FlatMember member;
      SKONTRO_ASSIGN_OR_RETURN(member.key, ReadString());
      const bool seen = std::any_of(
          members.begin(), members.end(),
          [&](const FlatMember& other) { return other.key == member.key; });
      if (seen) {
        return UsageFailure(absl::StrCat(member.key, " is there twice"));
      }
      if (!Take(':')) return Wrong("a colon");
      const bool is_null = TakeWord("null");
      if (!is_null) SKONTRO_RETURN_IF_ERROR(ReadValue(&member.values));
      if (!is_null) members.push_back(std::move(member));
    } while (Take(','));
    if (!Take('}')) return Wrong("a comma or }");
  }
  SkipBlanks();
  if (at_ != text_.size()) return Wrong("the end of the line");
  return members;
}

}  // namespace

absl::StatusOr<std::vector<FlatMember>> ParseFlatJson(std::string_view text) {
  return Reader(text).ReadObject();
}

}  // namespace skontro::cli

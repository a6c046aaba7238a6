#include "cli/json_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/utf8.h"
#include "ledger/base/check.h"

namespace skontro::cli {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (size_t at = 0; at < text.size();) {
    const auto point = fiscal::DecodeUtf8(text, at);
    if (!point.has_value()) {
      quoted.append("\xef\xbf\xbd");
      ++at;
      continue;
    }
    const char32_t c = point->value;
    if (c == U'"' || c == U'\\') {
      quoted.push_back('\\');
      quoted.push_back(static_cast<char>(c));
    } else if (fiscal::IsControl(c)) {
      quoted.append(absl::StrFormat("\\u%04x", static_cast<uint32_t>(c)));
    } else {
      quoted.append(text.substr(at, point->length));
    }
    at += point->length;
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace

void JsonWriter::BeginValue(std::string_view key) {
  if (has_members_.empty()) {
    SKONTRO_CHECK(!started_);
    started_ = true;
    return;
  }
  if (has_members_.back()) text_.push_back(',');
  has_members_.back() = true;
  EndLine();
  if (key.empty()) return;
  text_.append(Quoted(key));
  text_.append(style_ == Style::kLine ? ":" : ": ");
}

void JsonWriter::Close(char bracket) {
  SKONTRO_CHECK(!has_members_.empty());
  const bool had_members = has_members_.back();
  has_members_.pop_back();
  if (had_members) EndLine();
  text_.push_back(bracket);
}

void JsonWriter::EndLine() {
  if (style_ == Style::kLine) return;
  text_.push_back('\n');
  text_.append(2 * has_members_.size(), ' ');
}

void JsonWriter::BeginObject(std::string_view key) {
  BeginValue(key);
  text_.push_back('{');
  has_members_.push_back(false);
}

void JsonWriter::EndObject() { Close('}'); }

void JsonWriter::BeginArray(std::string_view key) {
  BeginValue(key);
  text_.push_back('[');
  has_members_.push_back(false);
}

void JsonWriter::EndArray() { Close(']'); }

void JsonWriter::String(std::string_view key, std::string_view value) {
  BeginValue(key);
  text_.append(Quoted(value));
}

void JsonWriter::Number(std::string_view key, int64_t value) {
  BeginValue(key);
  text_.append(absl::StrCat(value));
}

void JsonWriter::Bool(std::string_view key, bool value) {
  BeginValue(key);
  text_.append(value ? "true" : "false");
}

void JsonWriter::Json(std::string_view key, std::string_view json) {
  BeginValue(key);
  text_.append(json);
}

std::string JsonWriter::Drain() { return std::exchange(text_, std::string()); }

std::string JsonWriter::Finish() {
  SKONTRO_CHECK(has_members_.empty() && started_);
  started_ = false;
  text_.push_back('\n');
  return Drain();
}

}  // namespace skontro::cli

#include "server/http/json_check.h"

#include <boost/json/basic_parser_impl.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace skontro::server::http {
namespace {

namespace json = boost::json;

// The name that both forms of a key have: request_id and requestId.
std::string Canonical(const std::string& key) {
  std::string canonical;
  bool after_underscore = false;
  for (const char c : key) {
    if (c == '_') {
      after_underscore = true;
      continue;
    }
    canonical.push_back(after_underscore
                            ? absl::ascii_toupper(static_cast<unsigned char>(c))
                            : c);
    after_underscore = false;
  }
  return canonical;
}

// What Boost's parser calls, and its names.
class Handler {
 public:
  static constexpr size_t max_object_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_array_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_key_size = 256;
  static constexpr size_t max_string_size = std::numeric_limits<size_t>::max();

  std::optional<Refusal>& refusal() { return refusal_; }
  std::string Path() const;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    levels_.emplace_back();
    return true;
  }
  bool on_object_end(size_t, json::error_code&) {
    levels_.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, size_t, json::error_code& error);
  bool on_string_part(json::string_view, size_t, json::error_code&) {
    return true;
  }
  bool on_string(json::string_view, size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(uint64_t, json::string_view, json::error_code& error) {
    return RefuseNumber("a number above 9223372036854775807", error);
  }
  bool on_double(double, json::string_view, json::error_code& error) {
    return RefuseNumber("a number with a point, an exponent or too many digits",
                        error);
  }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  struct Level {
    absl::flat_hash_set<std::string> keys;
    std::string key;  // The one whose value is being read.
  };

  bool Refuse(Refusal refusal, json::error_code& error) {
    refusal_ = std::move(refusal);
    error = json::error::syntax;
    return false;
  }
  bool RefuseNumber(std::string_view what, json::error_code& error) {
    return Refuse(
        FieldInvalid(Path(), what,
                     "an integer of 64 bits, as a number or as a string"),
        error);
  }

  std::vector<Level> levels_;
  std::string key_;
  std::optional<Refusal> refusal_;
};

std::string Handler::Path() const {
  std::string path;
  for (const Level& level : levels_) {
    if (level.key.empty()) continue;
    absl::StrAppend(&path, path.empty() ? "" : ".", level.key);
  }
  return path.empty() ? "(message)" : path;
}

bool Handler::on_key(json::string_view part, size_t, json::error_code& error) {
  key_.append(part.data(), part.size());
  Level& level = levels_.back();
  level.key = std::exchange(key_, std::string());
  if (level.keys.size() >= kJsonKeysMax) {
    return Refuse(FieldInvalid(Path(), "an object of more than 256 keys",
                               "the fields of the message"),
                  error);
  }
  if (!level.keys.insert(Canonical(level.key)).second) {
    return Refuse(FieldInvalid(Path(), "a key that comes twice",
                               "each key once in an object"),
                  error);
  }
  return true;
}

Refusal NotJson(const std::string& path, const std::string& problem) {
  return FieldInvalid(path, absl::StrCat("text that is no JSON: ", problem),
                      "one JSON object, in UTF-8");
}

}  // namespace

std::optional<Refusal> CheckJson(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<Handler> parser(options);
  json::error_code error;
  const size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().refusal().has_value()) return parser.handler().refusal();
  const auto place = [&] { return absl::StrCat(" near byte ", used); };
  if (error) {
    return NotJson(parser.handler().Path(), error.message() + place());
  }
  if (text.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
    return NotJson("(message)", "something behind its end" + place());
  }
  if (text[text.find_first_not_of(" \t\r\n")] != '{') {
    return NotJson("(message)", "a value that is no object");
  }
  return std::nullopt;
}

}  // namespace skontro::server::http

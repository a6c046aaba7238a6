// Writes JSON (RFC 8259), indented by two blanks or on one line, members in the
// order of the calls. Text that is not UTF-8 has its bad bytes replaced by
// U+FFFD.
//
// Thread safety: none; one thread owns a JsonWriter.

#ifndef SKONTRO_CLI_JSON_WRITER_H_
#define SKONTRO_CLI_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skontro::cli {

class JsonWriter {
 public:
  enum class Style { kIndented, kLine };
  explicit JsonWriter(Style style = Style::kIndented) : style_(style) {}

  // Inside an array `key` is empty; inside an object it is the member's name.
  void BeginObject(std::string_view key = "");
  void EndObject();
  void BeginArray(std::string_view key = "");
  void EndArray();
  void String(std::string_view key, std::string_view value);
  void Number(std::string_view key, int64_t value);
  void Bool(std::string_view key, bool value);
  // REQUIRES: `json` is one JSON value.
  void Json(std::string_view key, std::string_view json);

  // What was written since the last call, so that a long array need not be kept
  // whole.
  std::string Drain();

  // What was written since then, with a line end after it.
  // REQUIRES: every object and array is ended, and there is one of them.
  std::string Finish();

 private:
  void BeginValue(std::string_view key);
  void Close(char bracket);
  void EndLine();

  const Style style_;
  std::string text_;
  bool started_ = false;
  std::vector<bool> has_members_;  // Of each object or array that is open.
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_JSON_WRITER_H_

// The log of the server: one line per event on one stream, for a person or, as
// JSON, for a collector. Values come from clients, files and other machines, so
// every byte that could end a line, start another or move a cursor is escaped.
//
//   2026-11-22T05:46:01.123456Z info network_opened network=res sequence=84211
//
// Thread safety: Write() may be called from any thread; lines do not mix.

#ifndef SKONTRO_SERVER_LOG_H_
#define SKONTRO_SERVER_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace skontro::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// "debug", "info", "warning", "error"; nullopt for another name.
std::optional<LogLevel> ParseLogLevel(std::string_view name);

// A key and a value of a line. Keys are ours: [a-z_]+.
struct LogField {
  LogField(std::string_view name, std::string_view text)
      : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text)
      : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, int64_t number)
      : key(name), value(std::to_string(number)), is_number(true) {}
  LogField(std::string_view name, uint64_t number)
      : key(name), value(std::to_string(number)), is_number(true) {}
  LogField(std::string_view name, int number)
      : LogField(name, static_cast<int64_t>(number)) {}

  std::string_view key;
  std::string value;
  bool is_number = false;
};

// One line, with its line end. `time_us` is microseconds since 1970-01-01 UTC;
// `event` is ours: [a-z_]+. A value is cut after 1,000 bytes.
std::string FormatLine(LogFormat format, int64_t time_us, LogLevel level,
                       std::string_view event,
                       std::initializer_list<LogField> fields);

class Log {
 public:
  // Writes to the file descriptor, which must outlive it.
  Log(int fd, LogFormat format, LogLevel least)
      : fd_(fd), format_(format), least_(least) {}

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Whether lines of this level are written.
  bool Wants(LogLevel level) const { return level >= least_; }

  // Writes one line. What cannot be written is lost: a full disk under the log
  // must not stop the books.
  void Write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields = {});

 private:
  const int fd_;
  const LogFormat format_;
  const LogLevel least_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_LOG_H_

#include "server/log.h"

#include <unistd.h>
#include <cerrno>

#include <algorithm>
#include <array>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fiscal/utf8.h"

namespace skontro::server {
namespace {

constexpr size_t kValueLengthMax = 1'000;
constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info",
                                                         "warning", "error"};

// Appends `value` between quotation marks. What both formats share: control
// characters and bytes that are no UTF-8 never come out as they went in.
void AppendQuoted(std::string_view value, std::string* out) {
  out->push_back('"');
  const std::string_view shown = value.substr(0, kValueLengthMax);
  for (size_t at = 0; at < shown.size();) {
    const auto point = fiscal::DecodeUtf8(shown, at);
    if (!point.has_value()) {
      out->append("\\ufffd");
      ++at;
    } else if (point->value == '"' || point->value == '\\') {
      out->push_back('\\');
      out->push_back(static_cast<char>(point->value));
      ++at;
    } else if (fiscal::IsControl(point->value)) {
      absl::StrAppendFormat(out, "\\u%04x", static_cast<int>(point->value));
      at += point->length;
    } else {
      out->append(shown.substr(at, point->length));
      at += point->length;
    }
  }
  if (shown.size() < value.size()) out->append("...");
  out->push_back('"');
}

// Whether a value may stand in a text line without quotation marks.
bool IsPlain(std::string_view value) {
  return !value.empty() && value.size() <= kValueLengthMax &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
         });
}

void AppendTextField(const LogField& field, std::string* out) {
  out->push_back(' ');
  out->append(field.key);
  out->push_back('=');
  if (IsPlain(field.value)) {
    out->append(field.value);
  } else {
    AppendQuoted(field.value, out);
  }
}

void AppendJsonField(const LogField& field, std::string* out) {
  out->push_back(',');
  AppendQuoted(field.key, out);
  out->push_back(':');
  if (field.is_number) {
    out->append(field.value);
  } else {
    AppendQuoted(field.value, out);
  }
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  const auto found = std::find(kLevelNames.begin(), kLevelNames.end(), name);
  if (found == kLevelNames.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevelNames.begin());
}

std::string FormatLine(LogFormat format, int64_t time_us, LogLevel level,
                       std::string_view event,
                       std::initializer_list<LogField> fields) {
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(time_us),
                       absl::UTCTimeZone());
  const std::string_view name = kLevelNames[static_cast<size_t>(level)];
  std::string line;
  if (format == LogFormat::kText) {
    line = absl::StrFormat("%s %s %s", time, name, event);
    for (const LogField& field : fields) AppendTextField(field, &line);
  } else {
    line = absl::StrFormat(R"({"time":"%s","level":"%s","event":"%s")", time,
                           name, event);
    for (const LogField& field : fields) AppendJsonField(field, &line);
    line.push_back('}');
  }
  line.push_back('\n');
  return line;
}

void Log::Write(LogLevel level, std::string_view event,
                std::initializer_list<LogField> fields) {
  if (!Wants(level)) return;
  const std::string line = FormatLine(format_, absl::ToUnixMicros(absl::Now()),
                                      level, event, fields);
  // One call per line: lines of several threads do not mix.
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace skontro::server

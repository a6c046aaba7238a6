#include "cli/status_view.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/json_writer.h"
#include "cli/listing.h"
#include "cli/table.h"
#include "cli/wire_text.h"

namespace skontro::cli {
namespace {

using google::protobuf::Timestamp;

constexpr int64_t kMinute = 60;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

std::string Since(const Timestamp& time, const v1::ServerStatus& status) {
  if (time.seconds() == 0) return "-";
  const int64_t age = status.now().seconds() - time.seconds();
  return age < 0 ? absl::StrCat("in ", AgeText(-age))
                 : absl::StrCat(AgeText(age), age == 0 ? "" : " ago");
}

// Where something is on the way to the newest record, and how old that is.
std::string Position(int64_t sequence, const Timestamp& time,
                     const v1::NetworkStatus& network,
                     const v1::ServerStatus& status) {
  if (sequence == 0) return "none";
  if (sequence == network.sequence()) return "newest";
  return absl::StrCat(sequence, ", ", Since(time, status));
}

std::string Disk(const v1::DiskStatus& disk) {
  const int64_t all = disk.used_bytes() + disk.available_bytes();
  if (all == 0) return "";
  return absl::StrCat(disk.used_bytes() / (all / 100 + 1), " % full, ",
                      BytesText(disk.available_bytes()),
                      " left; no changes from ", disk.full_percent(), " % on");
}

constexpr char kRed[] = "\x1b[1;31m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kGreen[] = "\x1b[32m";
constexpr char kPlain[] = "\x1b[0m";

std::string Painted(const std::string& text, const char* colour,
                    bool in_colour) {
  return in_colour ? absl::StrCat(colour, text, kPlain) : text;
}

std::string Warnings(const v1::ServerStatus& status, bool in_colour) {
  std::string text;
  for (const v1::StatusWarning& warning : status.warnings()) {
    const bool critical = warning.severity() == v1::StatusWarning::CRITICAL;
    absl::StrAppend(&text,
                    critical ? Painted("CRITICAL  ", kRed, in_colour)
                             : Painted("WARNING   ", kYellow, in_colour),
                    PlainText(warning.subject()), ": ",
                    PlainText(warning.message()),
                    "\n          Next: ", PlainText(warning.next_step()), "\n");
  }
  return text.empty() ? Painted("Nothing needs you.", kGreen, in_colour) + "\n"
                      : text;
}

Table Networks(const v1::ServerStatus& status) {
  Table table({{"Network"},
               {"Sequence", CellKind::kNumber},
               {"Newest"},
               {"Last min.", CellKind::kNumber},
               {"Queue", CellKind::kNumber},
               {"Anchor"},
               {"Checkpoint"},
               {"Size", CellKind::kNumber},
               {"Keys seen/active", CellKind::kNumber}});
  for (const v1::NetworkStatus& network : status.networks()) {
    table.Add({network.name().substr(network.name().rfind('/') + 1),
               absl::StrCat(network.sequence()),
               Since(network.sequence_time(), status),
               absl::StrCat(network.records_last_minute()),
               absl::StrCat(network.queue_length()),
               Position(network.anchor_sequence(), network.anchor_time(),
                        network, status),
               Position(network.checkpoint_sequence(),
                        network.checkpoint_time(), network, status),
               BytesText(network.store_bytes()),
               absl::StrCat(network.keys_seen_last_hour(), "/",
                            network.keys_active())});
  }
  return table;
}

void WriteNetwork(const v1::NetworkStatus& network, JsonWriter* json) {
  json->BeginObject();
  json->String("name", network.name());
  json->Number("sequence", network.sequence());
  json->String("sequence_time", TimeText(network.sequence_time()));
  json->Number("records_last_minute", network.records_last_minute());
  json->Number("queue_length", network.queue_length());
  json->Number("queue_length_max", network.queue_length_max());
  json->Number("anchor_sequence", network.anchor_sequence());
  json->String("anchor_time", TimeText(network.anchor_time()));
  json->Number("checkpoint_sequence", network.checkpoint_sequence());
  json->String("checkpoint_time", TimeText(network.checkpoint_time()));
  json->Number("store_bytes", network.store_bytes());
  json->Number("keys_active", network.keys_active());
  json->Number("keys_seen_last_hour", network.keys_seen_last_hour());
  json->EndObject();
}

void WriteWarning(const v1::StatusWarning& warning, JsonWriter* json) {
  json->BeginObject();
  json->String("severity",
               v1::StatusWarning::Severity_Name(warning.severity()));
  json->String("code", warning.code());
  json->String("subject", warning.subject());
  json->String("message", warning.message());
  json->String("next_step", warning.next_step());
  json->EndObject();
}

}  // namespace

std::string StatusText(const v1::ServerStatus& status, bool in_colour) {
  const int64_t up = status.now().seconds() - status.start_time().seconds();
  std::vector<std::pair<std::string, std::string>> lines = {
      {"Server", absl::StrCat("skontrod ", PlainText(status.version()), ", up ",
                              AgeText(std::max<int64_t>(up, 0)))},
      {"Memory", BytesText(status.memory_bytes())},
      {"Disk", Disk(status.disk())}};
  for (const v1::CertificateStatus& certificate : status.certificates()) {
    lines.emplace_back("Certificate",
                       absl::StrCat(PlainText(certificate.file()), ", until ",
                                    ShortTimeText(certificate.expire_time())));
  }
  return absl::StrCat(Warnings(status, in_colour), "\n", TitledLines(lines),
                      "\n", Networks(status).Text());
}

std::string StatusCsv(const v1::ServerStatus& status) {
  Table table({{"network"},
               {"sequence", CellKind::kNumber},
               {"sequence_time", CellKind::kNumber},
               {"records_last_minute", CellKind::kNumber},
               {"queue_length", CellKind::kNumber},
               {"anchor_sequence", CellKind::kNumber},
               {"checkpoint_sequence", CellKind::kNumber},
               {"store_bytes", CellKind::kNumber},
               {"keys_active", CellKind::kNumber},
               {"keys_seen_last_hour", CellKind::kNumber}});
  for (const v1::NetworkStatus& network : status.networks()) {
    table.Add({network.name().substr(network.name().rfind('/') + 1),
               absl::StrCat(network.sequence()),
               TimeText(network.sequence_time()),
               absl::StrCat(network.records_last_minute()),
               absl::StrCat(network.queue_length()),
               absl::StrCat(network.anchor_sequence()),
               absl::StrCat(network.checkpoint_sequence()),
               absl::StrCat(network.store_bytes()),
               absl::StrCat(network.keys_active()),
               absl::StrCat(network.keys_seen_last_hour())});
  }
  return table.Csv();
}

std::string StatusJson(const v1::ServerStatus& status) {
  JsonWriter json;
  json.BeginObject();
  json.String("version", status.version());
  json.String("start_time", TimeText(status.start_time()));
  json.String("now", TimeText(status.now()));
  json.Bool("insecure", status.insecure());
  json.Number("memory_bytes", status.memory_bytes());
  json.BeginObject("disk");
  json.Number("used_bytes", status.disk().used_bytes());
  json.Number("available_bytes", status.disk().available_bytes());
  json.Number("full_percent", status.disk().full_percent());
  json.EndObject();
  json.BeginArray("certificates");
  for (const v1::CertificateStatus& certificate : status.certificates()) {
    json.BeginObject();
    json.String("file", certificate.file());
    json.String("expire_time", TimeText(certificate.expire_time()));
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("networks");
  for (const auto& network : status.networks()) WriteNetwork(network, &json);
  json.EndArray();
  json.BeginArray("warnings");
  for (const auto& warning : status.warnings()) WriteWarning(warning, &json);
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

std::string AgeText(int64_t seconds) {
  if (seconds < 1) return "now";
  if (seconds < 2 * kMinute) return absl::StrCat(seconds, " s");
  if (seconds < 2 * kHour) return absl::StrCat(seconds / kMinute, " min");
  if (seconds < 2 * kDay) return absl::StrCat(seconds / kHour, " h");
  return absl::StrCat(seconds / kDay, " days");
}

std::string BytesText(int64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  auto shown = static_cast<double>(bytes);
  size_t unit = 0;
  while (shown >= 1024 && unit + 1 < kUnits.size()) {
    shown /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", shown, kUnits[unit]);
}

}  // namespace skontro::cli

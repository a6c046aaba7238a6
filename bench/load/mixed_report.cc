#include "bench/load/mixed_report.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <array>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

using google::protobuf::Struct;

struct Percentile {
  const char* name;
  double quantile;
};
constexpr std::array<Percentile, 5> kPercentiles = {{
    {"p50", 0.5},
    {"p90", 0.9},
    {"p99", 0.99},
    {"p99.9", 0.999},
    {"p99.99", 0.9999},
}};

// One a second: a slope an hour of less than a minute says nothing.
constexpr int kSlopeSamplesMin = 60;

double Microseconds(int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1'000;
}

std::string NameText(size_t operation) {
  return std::string(NameOf(static_cast<Operation>(operation)));
}

void AppendLine(const std::string& operation, const char* peer,
                const OperationResult& result, double seconds,
                std::string* text) {
  absl::StrAppendFormat(text, "%-10s %-7s %9.1f", operation, peer,
                        static_cast<double>(result.latency.count()) / seconds);
  for (const Percentile& percentile : kPercentiles) {
    absl::StrAppendFormat(
        text, " %9.0f",
        Microseconds(result.latency.ValueAt(percentile.quantile)));
  }
  absl::StrAppendFormat(text, " %9.0f %7d\n",
                        Microseconds(result.latency.max()),
                        result.error_count());
}

void AppendErrors(const char* peer, const MixedResult& load,
                  std::string* text) {
  for (size_t i = 0; i < kOperationCount; ++i) {
    for (const auto& [code, times] : load.operations[i].errors) {
      absl::StrAppend(
          text, "errors of ", NameText(i), " on the ", peer, ": ", code, " ",
          times, " times, the first: ", load.operations[i].first_error, "\n");
    }
  }
}

double PerOperation(double cpu_seconds, const MixedResult& load) {
  return load.done() == 0
             ? 0
             : cpu_seconds / static_cast<double>(load.done()) * 1e6;
}

void AppendPeer(const char* peer, const PeerResult& result, std::string* text) {
  absl::StrAppendFormat(
      text,
      "%s: %d operations in %.1f s, %.1f /s, %d errors; CPU %.1f us an "
      "operation, client %.1f us\n",
      peer, result.load.done(), result.load.seconds,
      static_cast<double>(result.load.done()) / result.load.seconds,
      result.load.errors(), PerOperation(result.cpu_seconds, result.load),
      PerOperation(result.client_cpu_seconds, result.load));
  if (result.load.late.count() > 0) {
    absl::StrAppendFormat(
        text,
        "%s: began behind the schedule: p50 %.0f us, p99 %.0f us, max "
        "%.0f us (counted in the latencies)\n",
        peer, Microseconds(result.load.late.ValueAt(0.5)),
        Microseconds(result.load.late.ValueAt(0.99)),
        Microseconds(result.load.late.max()));
  }
  AppendErrors(peer, result.load, text);
}

void AppendMemory(const MemoryTrend::Verdict& memory, std::string* text) {
  absl::StrAppendFormat(text,
                        "memory of the server: %.1f MB at first, %.1f MB at "
                        "last, %.1f MB at most",
                        memory.first_bytes / 1e6, memory.last_bytes / 1e6,
                        memory.max_bytes / 1e6);
  if (memory.samples < kSlopeSamplesMin) {
    absl::StrAppend(text, "; too short a time for a slope\n");
    return;
  }
  absl::StrAppendFormat(
      text,
      "; second half: median %.1f MB, slope %+.2f MB an hour (%d samples): "
      "%s\n",
      memory.median_bytes / 1e6, memory.bytes_per_hour / 1e6, memory.samples,
      memory.flat ? "flat" : "not flat (at most 5 % of the median is)");
}

void Put(const std::string& name, double value, Struct* in) {
  (*in->mutable_fields())[name].set_number_value(value);
}

Struct* PutStruct(const std::string& name, Struct* in) {
  return (*in->mutable_fields())[name].mutable_struct_value();
}

void PutLatency(const Histogram& latency, Struct* in) {
  for (const Percentile& percentile : kPercentiles) {
    Put(percentile.name, Microseconds(latency.ValueAt(percentile.quantile)),
        in);
  }
  Put("max", Microseconds(latency.max()), in);
  Put("mean", latency.mean() / 1'000, in);
}

void PutOperation(const OperationResult& result, double seconds, Struct* in) {
  Put("count", static_cast<double>(result.latency.count()), in);
  Put("per_second", static_cast<double>(result.latency.count()) / seconds, in);
  PutLatency(result.latency, PutStruct("latency_us", in));
  Struct* errors = PutStruct("errors", in);
  for (const auto& [code, times] : result.errors) {
    Put(code, static_cast<double>(times), errors);
  }
  if (!result.first_error.empty()) {
    (*in->mutable_fields())["first_error"].set_string_value(result.first_error);
  }
}

void PutMemory(const MemoryTrend::Verdict& memory, Struct* in) {
  Put("first_bytes", memory.first_bytes, in);
  Put("last_bytes", memory.last_bytes, in);
  Put("max_bytes", memory.max_bytes, in);
  Put("median_bytes", memory.median_bytes, in);
  Put("bytes_per_hour", memory.bytes_per_hour, in);
  Put("samples", memory.samples, in);
  (*in->mutable_fields())["flat"].set_bool_value(memory.flat);
}

void PutPeer(const PeerResult& result, Struct* in) {
  const double done = static_cast<double>(result.load.done());
  Put("operations_done", done, in);
  Put("errors", static_cast<double>(result.load.errors()), in);
  Put("seconds", result.load.seconds, in);
  Put("per_second", done / result.load.seconds, in);
  Put("cpu_us", PerOperation(result.cpu_seconds, result.load), in);
  Put("client_cpu_us", PerOperation(result.client_cpu_seconds, result.load),
      in);
  PutLatency(result.load.late, PutStruct("late_us", in));
  PutMemory(result.memory.Judge(), PutStruct("memory", in));
  Struct* operations = PutStruct("operations", in);
  for (size_t i = 0; i < kOperationCount; ++i) {
    const OperationResult& one = result.load.operations[i];
    if (one.latency.count() + one.error_count() == 0) continue;
    PutOperation(one, result.load.seconds, PutStruct(NameText(i), operations));
  }
}

absl::Status WriteHgrmOf(const char* peer, const MixedResult& load,
                         const std::string& directory) {
  for (size_t i = 0; i < kOperationCount; ++i) {
    if (load.operations[i].latency.count() == 0) continue;
    const std::string path =
        absl::StrCat(directory, "/", peer, ".", NameText(i), ".hgrm");
    std::ofstream file(path);
    file << load.operations[i].latency.Hgrm();
    file.close();
    if (!file) {
      return absl::UnavailableError(absl::StrCat(path, " cannot be written"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string TextOf(const MixedReport& report) {
  std::string text = absl::StrFormat(
      "%s, %s partners, %s, %d key(s)%s\n",
      report.rate > 0
          ? absl::StrFormat("open loop, %g operations a second", report.rate)
          : absl::StrFormat("closed loop, %d in flight", report.in_flight),
      report.partners, report.encrypted ? "TLS" : "plain text", report.keys,
      report.interrupted ? "; INTERRUPTED, what was measured until then" : "");
  absl::StrAppendFormat(&text, "%-10s %-7s %9s", "us", "", "/s");
  for (const Percentile& percentile : kPercentiles) {
    absl::StrAppendFormat(&text, " %9s", percentile.name);
  }
  absl::StrAppendFormat(&text, " %9s %7s\n", "max", "errors");
  for (size_t i = 0; i < kOperationCount; ++i) {
    const OperationResult& server = report.server.load.operations[i];
    if (server.latency.count() + server.error_count() == 0) continue;
    AppendLine(NameText(i), "server", server, report.server.load.seconds,
               &text);
    if (report.echo.has_value()) {
      AppendLine(NameText(i), "echo", report.echo->load.operations[i],
                 report.echo->load.seconds, &text);
    }
  }
  AppendPeer("server", report.server, &text);
  if (report.echo.has_value()) AppendPeer("echo", *report.echo, &text);
  const MemoryTrend::Verdict memory = report.server.memory.Judge();
  if (memory.samples > 0) AppendMemory(memory, &text);
  return text;
}

std::string JsonOf(const MixedReport& report) {
  Struct json;
  auto& fields = *json.mutable_fields();
  fields["loop"].set_string_value(report.rate > 0 ? "open" : "closed");
  fields["mix"].set_string_value(report.mix);
  fields["partners"].set_string_value(report.partners);
  fields["encrypted"].set_bool_value(report.encrypted);
  fields["interrupted"].set_bool_value(report.interrupted);
  Put("rate", report.rate, &json);
  Put("in_flight", report.in_flight, &json);
  Put("rounds", report.rounds, &json);
  Put("seed", static_cast<double>(report.seed), &json);
  Put("keys", static_cast<double>(report.keys), &json);
  PutPeer(report.server, PutStruct("server", &json));
  if (report.echo.has_value()) {
    PutPeer(*report.echo, PutStruct("echo", &json));
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  SKONTRO_CHECK(
      google::protobuf::util::MessageToJsonString(json, &text, options).ok());
  return text;
}

absl::Status WriteHgrm(const MixedReport& report,
                       const std::string& directory) {
  absl::Status status = WriteHgrmOf("server", report.server.load, directory);
  if (status.ok() && report.echo.has_value()) {
    status = WriteHgrmOf("echo", report.echo->load, directory);
  }
  return status;
}

}  // namespace skontro::bench

#include "bench/load/target_flags.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

ABSL_FLAG(std::string, server, "", "Address of skontrod.");
ABSL_FLAG(std::string, echo, "", "Address of skontro_echo.");
ABSL_FLAG(std::string, ca_file, "",
          "Encrypt, and trust who this PEM file names; empty: plain text.");
ABSL_FLAG(std::string, key_file, "",
          "Keys to call skontrod with, one a line; callers take turns.");

namespace skontro::bench {
namespace {

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  if (!file || text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " cannot be read, or is empty"));
  }
  return text;
}

absl::Status AddCa(Target* target) {
  const std::string path = absl::GetFlag(FLAGS_ca_file);
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> ca = ReadText(path);
  if (ca.ok()) target->ca = *std::move(ca);
  return ca.status();
}

}  // namespace

absl::StatusOr<Target> ServerTarget() {
  Target target;
  target.address = absl::GetFlag(FLAGS_server);
  const absl::Status status = AddCa(&target);
  if (!status.ok()) return status;
  const std::string path = absl::GetFlag(FLAGS_key_file);
  if (path.empty()) return target;
  const absl::StatusOr<std::string> keys = ReadText(path);
  if (!keys.ok()) return keys.status();
  target.keys = absl::StrSplit(*keys, '\n', absl::SkipWhitespace());
  return target;
}

absl::StatusOr<Target> EchoTarget() {
  Target target;
  target.address = absl::GetFlag(FLAGS_echo);
  const absl::Status status = AddCa(&target);
  if (!status.ok()) return status;
  return target;
}

}  // namespace skontro::bench

#include "cli/export_manifest.h"

#include "cli/failure.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace skontro::cli {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

const Value& Member(const Struct& object, const char* key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? Value::default_instance()
                                        : found->second;
}

}  // namespace

absl::StatusOr<ExportManifest> ReadManifest(std::string_view json) {
  Struct object;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      {json.data(), json.size()}, &object);
  if (!parsed.ok()) {
    return Failure(ExitCode::kBroken, "it is no JSON object");
  }
  ExportManifest manifest;
  manifest.provisional = Member(object, "provisional").bool_value();
  ExportManifest::File file;
  file.name = Member(object, "file_name").string_value();
  file.sha256 = Member(object, "sha256").string_value();
  // A count of bytes, far below where a double leaves out numbers.
  file.bytes = static_cast<int64_t>(Member(object, "bytes").number_value());
  if (file.name.empty() || file.sha256.empty()) {
    return Failure(ExitCode::kBroken, "it names no file and SHA-256");
  }
  manifest.files.push_back(std::move(file));
  return manifest;
}

}  // namespace skontro::cli

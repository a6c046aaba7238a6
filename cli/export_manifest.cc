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

// A count, far below where a double leaves out numbers.
int64_t Count(const Struct& object, const char* key) {
  return static_cast<int64_t>(Member(object, key).number_value());
}

const std::string& Text(const Struct& object, const char* key) {
  return Member(object, key).string_value();
}

void ReadFigures(const Struct& object, ExportManifest* manifest) {
  manifest->format = Text(object, "format");
  manifest->entries = Count(object, "entries");
  manifest->rows = Count(object, "rows");
  manifest->debit = Text(object, "debit");
  const Struct& journal = Member(object, "journal").struct_value();
  manifest->sequence = Count(journal, "sequence");
  manifest->digest = Text(journal, "digest");
  const Struct& units = Member(object, "units").struct_value();
  manifest->closing = Text(units, "closing");
  manifest->without_value = Text(units, "without_value");
  manifest->before_first_day = Text(units, "before_first_day");
  for (const Value& warning :
       Member(object, "warnings").list_value().values()) {
    manifest->warnings.emplace_back(Text(warning.struct_value(), "code"),
                                    Count(warning.struct_value(), "count"));
  }
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
  file.name = Text(object, "file_name");
  file.sha256 = Text(object, "sha256");
  file.bytes = Count(object, "bytes");
  if (file.name.empty() || file.sha256.empty()) {
    return Failure(ExitCode::kBroken, "it names no file and SHA-256");
  }
  manifest.files.push_back(std::move(file));
  ReadFigures(object, &manifest);
  return manifest;
}

}  // namespace skontro::cli

#include "server/http/message_codec.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "absl/strings/str_replace.h"
#include "ledger/base/reason.h"
#include "server/http/json_check.h"

namespace skontro::server::http {
namespace {

namespace pb = google::protobuf;

constexpr char kTypePrefix[] = "type.googleapis.com";
constexpr char kAllowed[] =
    "the JSON of the method's message; /openapi.json has it";

// Every type of this program; built once, and safe for threads.
pb::util::TypeResolver* Types() {
  static pb::util::TypeResolver* const types =
      pb::util::NewTypeResolverForDescriptorPool(
          kTypePrefix, pb::DescriptorPool::generated_pool());
  return types;
}

std::string UrlOf(const pb::Descriptor& type) {
  return std::string(kTypePrefix) + "/" + type.full_name();
}

// The library's words taken apart. It says where as "trade: words",
// "(trade.unit_leg): words" or "(trade.unit_leg) minorUnit: words".
Refusal RefusalOfLibrary(std::string_view words) {
  const size_t colon = words.find(": ");
  if (colon == std::string_view::npos) {
    return FieldInvalid("(message)", words, kAllowed);
  }
  const std::string place =
      absl::StrReplaceAll(absl::string_view(words.data(), colon),
                          {{") ", "."}, {"(", ""}, {")", ""}});
  if (place.empty() || place.find(' ') != std::string::npos) {
    return FieldInvalid("(message)", words, kAllowed);
  }
  words.remove_prefix(colon + 2);
  return FieldInvalid(
      place, words == "Cannot find field." ? "a name that is no field" : words,
      kAllowed);
}

}  // namespace

absl::StatusOr<std::string> FromJson(const pb::Descriptor& type,
                                     std::string_view json) {
  if (json.empty()) return std::string();
  if (const std::optional<Refusal> refusal = CheckJson(json)) {
    return ToStatus(*refusal);
  }
  std::string bytes;
  const auto status =
      pb::util::JsonToBinaryString(Types(), UrlOf(type), std::string(json),
                                   &bytes, pb::util::JsonParseOptions());
  if (!status.ok()) {
    return ToStatus(RefusalOfLibrary(
        std::string_view(status.message().data(), status.message().size())));
  }
  return bytes;
}

absl::StatusOr<std::string> ToJson(const pb::Descriptor& type,
                                   const std::string& bytes) {
  pb::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status =
      pb::util::BinaryToJsonString(Types(), UrlOf(type), bytes, &json, options);
  if (!status.ok()) {
    return absl::InternalError("an answer that has no JSON: " +
                               std::string(status.message()));
  }
  return json;
}

std::string QuotedJson(std::string_view text) {
  return boost::json::serialize(
      boost::json::string_view(text.data(), text.size()));
}

}  // namespace skontro::server::http

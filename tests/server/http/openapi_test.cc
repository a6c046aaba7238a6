#include "server/http/openapi.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/permission.h"
#include "server/http/route.h"

namespace skontro::server::http {
namespace {

boost::json::object Document() {
  const std::string_view text = OpenApiJson();
  return boost::json::parse(boost::json::string_view(text.data(), text.size()))
      .as_object();
}

TEST(OpenApiTest, ItIsTheFileOfTheReference) {
  std::ifstream file(SKONTRO_SOURCE_DIR "/docs/reference/openapi.json");
  EXPECT_EQ(OpenApiJson(),
            std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(OpenApiTest, EveryMethodIsThereAndNoOther) {
  const boost::json::object document = Document();
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, item] : document.at("paths").as_object()) {
    if (item.as_object().contains("post")) described.emplace(path);
  }
  std::set<std::string> known;
  for (const std::string_view method : engine::KnownMethods()) {
    const std::string path =
        "/skontro.v1." + absl::StrReplaceAll(std::string(method), {{".", "/"}});
    const auto* found =
        google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
            absl::StrReplaceAll(path.substr(1), {{"/", "."}}));
    if (found == nullptr || !found->client_streaming()) known.insert(path);
  }
  EXPECT_EQ(described, known);
}

// What a reader of the document finds by its references is there.
void ExpectReferences(const boost::json::value& value,
                      const boost::json::object& schemas) {
  if (value.is_array()) {
    for (const auto& one : value.as_array()) ExpectReferences(one, schemas);
  } else if (value.is_object()) {
    for (const auto& [key, one] : value.as_object()) {
      ExpectReferences(one, schemas);
      if (key != "$ref") continue;
      const std::string reference(one.as_string().c_str());
      const std::string prefix = "#/components/schemas/";
      if (reference.rfind(prefix, 0) != 0) continue;
      EXPECT_TRUE(schemas.contains(reference.substr(prefix.size())))
          << reference;
    }
  }
}

TEST(OpenApiTest, EveryReferenceLeadsSomewhere) {
  const boost::json::object document = Document();
  ExpectReferences(document,
                   document.at("components").at("schemas").as_object());
  EXPECT_GE(document.at("components").at("schemas").as_object().size(), 50u);
}

TEST(OpenApiTest, AmountsMayBeStringsAndNumbers) {
  const boost::json::object document = Document();
  const auto& units = document.at("components")
                          .at("schemas")
                          .at("skontro.v1.Amount")
                          .at("properties")
                          .at("minorUnits");
  EXPECT_EQ(units.at("type").as_array().front().as_string(), "string");
  EXPECT_EQ(units.at("format").as_string(), "int64");
  EXPECT_FALSE(units.at("description").as_string().empty());
}

}  // namespace
}  // namespace skontro::server::http

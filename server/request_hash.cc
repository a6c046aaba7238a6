#include "server/request_hash.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <sodium.h>

#include <algorithm>
#include <string>

#include "ledger/base/check.h"
#include "ledger/big_endian.h"

namespace skontro::server {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

uint32_t NumberOf(const google::protobuf::Descriptor& request,
                  const char* name) {
  const auto* field = request.FindFieldByName(name);
  return field == nullptr ? 0 : static_cast<uint32_t>(field->number());
}

// One occurrence of a field, tag included.
struct Occurrence {
  uint32_t number;
  std::string_view bytes;
};

// The fields of a message that was serialised just now.
std::vector<Occurrence> SplitFields(std::string_view bytes) {
  std::vector<Occurrence> fields;
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()),
                         static_cast<int>(bytes.size()));
  while (true) {
    const auto start = static_cast<size_t>(input.CurrentPosition());
    const uint32_t tag = input.ReadTag();
    if (tag == 0) break;
    // Groups that nobody knows, nested as deep as a parser allows, may be too
    // deep here: then what is left counts as one field.
    const auto end = WireFormatLite::SkipField(&input, tag)
                         ? static_cast<size_t>(input.CurrentPosition())
                         : bytes.size();
    fields.push_back({tag >> 3, bytes.substr(start, end - start)});
    if (end == bytes.size()) break;
  }
  return fields;
}

}  // namespace

uint64_t KeyedHash(std::string_view key, std::string_view bytes) {
  SKONTRO_CHECK(key.size() == crypto_shorthash_KEYBYTES);
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size(),
                   reinterpret_cast<const unsigned char*>(key.data()));
  return ledger::ReadBigEndian<uint64_t>(
      std::string_view(reinterpret_cast<const char*>(out), sizeof(out)));
}

std::vector<ledger::FieldHash> HashFields(
    std::string_view key, const google::protobuf::Message& request) {
  const google::protobuf::Descriptor& descriptor = *request.GetDescriptor();
  const uint32_t request_id = NumberOf(descriptor, "request_id");
  const uint32_t preview = NumberOf(descriptor, "validate_only");
  const uint32_t parent = NumberOf(descriptor, "parent");
  const std::string bytes = request.SerializePartialAsString();
  std::vector<Occurrence> fields = SplitFields(bytes);
  // Known fields are in order; unknown ones come last, in the order of arrival.
  std::stable_sort(fields.begin(), fields.end(),
                   [](const Occurrence& a, const Occurrence& b) {
                     return a.number < b.number;
                   });
  std::vector<ledger::FieldHash> hashes;
  for (size_t i = 0; i < fields.size();) {
    const uint32_t number = fields[i].number;
    const char* const start = fields[i].bytes.data();
    size_t length = 0;
    bool contiguous = true;
    const size_t first = i;
    for (; i < fields.size() && fields[i].number == number; ++i) {
      contiguous = contiguous && fields[i].bytes.data() == start + length;
      length += fields[i].bytes.size();
    }
    if (number == preview || number == request_id || number == parent) continue;
    if (contiguous) {
      hashes.push_back({number, KeyedHash(key, {start, length})});
    } else {
      std::string all;
      for (size_t k = first; k < i; ++k) all.append(fields[k].bytes);
      hashes.push_back({number, KeyedHash(key, all)});
    }
  }
  return hashes;
}

std::optional<uint32_t> FirstDifference(
    const std::vector<ledger::FieldHash>& a,
    const std::vector<ledger::FieldHash>& b) {
  const auto [in_a, in_b] =
      std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() && in_b == b.end()) return std::nullopt;
  if (in_a == a.end()) return in_b->number;
  if (in_b == b.end()) return in_a->number;
  return std::min(in_a->number, in_b->number);
}

}  // namespace skontro::server

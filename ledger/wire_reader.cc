#include "ledger/wire_reader.h"

#include <google/protobuf/stubs/common.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace skontro::ledger {
namespace {

// Nearly every text of a record is: ids and names of roles.
bool IsAscii(std::string_view text) {
  uint64_t bits = 0;
  size_t at = 0;
  for (; at + sizeof(bits) <= text.size(); at += sizeof(bits)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    bits |= word;
  }
  for (; at < text.size(); ++at) bits |= static_cast<unsigned char>(text[at]);
  return (bits & 0x8080808080808080) == 0;
}

}  // namespace

bool IsReadable(std::string_view text) {
  if (IsAscii(text)) return true;
  return google::protobuf::internal::IsStructurallyValidUTF8(
      text.data(), static_cast<int>(text.size()));
}

}  // namespace skontro::ledger

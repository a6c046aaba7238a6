// Reads the wire format of Protocol Buffers by hand, so that the verifier needs
// nothing that the ledger was compiled from. Stricter than a decoder has to be:
// what no encoder writes is refused, since a payload has one reading only.
//
// Thread safety: none for a WireReader; the functions are pure.

#ifndef SKONTRO_CLI_VERIFIER_WIRE_H_
#define SKONTRO_CLI_VERIFIER_WIRE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace skontro::verifier {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2 };

struct WireField {
  uint32_t number = 0;
  WireType type{};
  uint64_t integer = 0;    // Of kVarint and kFixed64.
  std::string_view bytes;  // Of kBytes; part of what the reader was given.
};

class WireReader {
 public:
  // `bytes` must outlive the reader.
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }

  // Reads the next field. DATA_LOSS if it is cut short, if a varint is longer
  // than its number needs or than 64 bits, or if tag or wire type are not those
  // of `skontro.storage.v1`, which has neither groups nor fixed32.
  // REQUIRES: not done(), and no error before.
  absl::Status Next(WireField* field);

 private:
  absl::Status NextVarint(uint64_t* number) {
    // Most have one byte.
    if (rest_.empty() || static_cast<unsigned char>(rest_[0]) >= 0x80) {
      return NextLongVarint(number);
    }
    *number = static_cast<unsigned char>(rest_[0]);
    rest_.remove_prefix(1);
    return absl::OkStatus();
  }
  absl::Status NextLongVarint(uint64_t* number);
  absl::Status NextBytes(uint64_t count, std::string_view* bytes);

  std::string_view rest_;
};

// What a signed number of type sint32 or sint64 was before it was zigzagged.
int64_t FromZigZag(uint64_t number);
uint64_t ToZigZag(int64_t number);

// Whether `text` is UTF-8: shortest forms only, no surrogates.
bool IsUtf8(std::string_view text);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_WIRE_H_

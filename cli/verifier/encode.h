// Writes a message by its VisitFields() list, in the one form that equal
// messages share: fields in the order of the list, defaults left out. So two
// rows are equal if and only if their encodings are, however each was stored.

#ifndef SKONTRO_CLI_VERIFIER_ENCODE_H_
#define SKONTRO_CLI_VERIFIER_ENCODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verifier/wire.h"

namespace skontro::verifier {

template <class M>
std::string Encode(const M& message);

namespace internal {

class FieldWriter {
 public:
  explicit FieldWriter(std::string* out) : out_(*out) {}

  void UInt32(uint32_t number, const char*, uint32_t value) {
    Integer(number, value);
  }
  void UInt64(uint32_t number, const char*, uint64_t value) {
    Integer(number, value);
  }
  void Int32(uint32_t number, const char*, int32_t value) {
    Integer(number, static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
  void Int64(uint32_t number, const char*, int64_t value) {
    Integer(number, static_cast<uint64_t>(value));
  }
  void SInt32(uint32_t number, const char*, int32_t value) {
    Integer(number, ToZigZag(value));
  }
  void SInt64(uint32_t number, const char*, int64_t value) {
    Integer(number, ToZigZag(value));
  }
  void OptionalSInt32(uint32_t number, const char*,
                      const std::optional<int32_t>& value) {
    if (!value.has_value()) return;
    Tag(number, WireType::kVarint);
    Varint(ToZigZag(*value));
  }
  void Fixed64(uint32_t number, const char*, uint64_t value) {
    if (value == 0) return;
    Tag(number, WireType::kFixed64);
    for (int i = 0; i < 8; ++i) {
      out_.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    }
  }
  void Text(uint32_t number, const char*, const std::string& value, size_t) {
    if (!value.empty()) LengthAndBytes(number, value);
  }
  void Bytes(uint32_t number, const char*, const std::string& value, size_t) {
    if (!value.empty()) LengthAndBytes(number, value);
  }
  template <class M>
  void Message(uint32_t number, const char*, const std::optional<M>& value) {
    if (value.has_value()) LengthAndBytes(number, Encode(*value));
  }
  template <class M>
  void Repeated(uint32_t number, const char*, const std::vector<M>& values,
                size_t) {
    for (const M& value : values) LengthAndBytes(number, Encode(value));
  }

 private:
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      out_.push_back(static_cast<char>((value & 0x7f) | 0x80));
    }
    out_.push_back(static_cast<char>(value));
  }
  void Tag(uint32_t number, WireType type) {
    Varint(uint64_t{number} << 3 | static_cast<uint64_t>(type));
  }
  void Integer(uint32_t number, uint64_t value) {
    if (value == 0) return;
    Tag(number, WireType::kVarint);
    Varint(value);
  }
  void LengthAndBytes(uint32_t number, std::string_view bytes) {
    Tag(number, WireType::kBytes);
    Varint(bytes.size());
    out_.append(bytes);
  }

  std::string& out_;
};

}  // namespace internal

template <class M>
std::string Encode(const M& message) {
  std::string bytes;
  internal::FieldWriter writer(&bytes);
  M::VisitFields(message, writer);
  return bytes;
}

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ENCODE_H_

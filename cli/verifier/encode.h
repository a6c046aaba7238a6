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

// Appends the same to `out`.
template <class M>
void EncodeTo(const M& message, std::string* out);

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
    char bytes[8];
    for (int i = 0; i < 8; ++i) {
      bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
    }
    out_.append(bytes, sizeof(bytes));
  }
  void Text(uint32_t number, const char*, const std::string& value, size_t) {
    if (!value.empty()) LengthAndBytes(number, value);
  }
  void Bytes(uint32_t number, const char*, const std::string& value, size_t) {
    if (!value.empty()) LengthAndBytes(number, value);
  }
  template <class M>
  void Message(uint32_t number, const char*, const std::optional<M>& value) {
    if (value.has_value()) Nested(number, *value);
  }
  template <class M>
  void Repeated(uint32_t number, const char*, const std::vector<M>& values,
                size_t) {
    for (const M& value : values) Nested(number, value);
  }

 private:
  // The bytes of a number, in ten at most.
  struct VarintBytes {
    explicit VarintBytes(uint64_t value) {
      for (; value >= 0x80; value >>= 7) {
        bytes[size++] = static_cast<char>((value & 0x7f) | 0x80);
      }
      bytes[size++] = static_cast<char>(value);
    }
    char bytes[10];
    size_t size = 0;
  };

  void Varint(uint64_t value) {
    const VarintBytes varint(value);
    out_.append(varint.bytes, varint.size);
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
  // Its length comes first and is known last: most have one byte for it.
  template <class M>
  void Nested(uint32_t number, const M& message) {
    Tag(number, WireType::kBytes);
    const size_t start = out_.size();
    out_.push_back('\0');
    M::VisitFields(message, *this);
    const VarintBytes length(out_.size() - start - 1);
    out_.replace(start, 1, length.bytes, length.size);
  }

  std::string& out_;
};

}  // namespace internal

template <class M>
std::string Encode(const M& message) {
  std::string bytes;
  EncodeTo(message, &bytes);
  return bytes;
}

template <class M>
void EncodeTo(const M& message, std::string* out) {
  internal::FieldWriter writer(out);
  M::VisitFields(message, writer);
}

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ENCODE_H_

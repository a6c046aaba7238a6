// Writes the wire format of Protocol Buffers by hand, for the few messages that
// every record of a journal has: byte for byte what the generated classes
// write, if fields are written in the order of their numbers.
//
// Thread safety: none.

#ifndef SKONTRO_LEDGER_WIRE_WRITER_H_
#define SKONTRO_LEDGER_WIRE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "ledger/wire_type.h"

namespace skontro::ledger {

class WireWriter {
 public:
  // Begins anew; memory is kept.
  void Clear() { size_ = 0; }

  // What was written. Until the next call of a method that is not const.
  std::string_view bytes() const { return {buffer_.data(), size_}; }

  // A field of type uint32 or uint64, int64, sint32 or sint64, fixed64, string
  // or bytes. A field that is zero or empty is left out.
  void Unsigned(uint32_t field, uint64_t value) {
    if (value == 0) return;
    char* at = Room(2 * kVarintMax);
    at = PutVarint(at, TagOf(field, WireType::kVarint));
    Advance(PutVarint(at, value));
  }
  void Signed(uint32_t field, int64_t value) {
    Unsigned(field, static_cast<uint64_t>(value));
  }
  void ZigZag(uint32_t field, int64_t value) {
    if (value != 0) ZigZagEvenIfZero(field, value);
  }
  void Fixed64(uint32_t field, uint64_t value) {
    if (value == 0) return;
    char* at = Room(kVarintMax + sizeof(value));
    at = PutVarint(at, TagOf(field, WireType::kFixed64));
    for (size_t i = 0; i < sizeof(value); ++i) {
      *at++ = static_cast<char>((value >> (8 * i)) & 0xff);
    }
    Advance(at);
  }
  void Bytes(uint32_t field, std::string_view value) {
    if (value.empty()) return;
    char* at = Room(2 * kVarintMax + value.size());
    at = PutVarint(at, TagOf(field, WireType::kBytes));
    at = PutVarint(at, value.size());
    std::memcpy(at, value.data(), value.size());
    Advance(at + value.size());
  }

  // A sint32 or sint64 with the label `optional`, which may be there and zero.
  void ZigZagEvenIfZero(uint32_t field, int64_t value) {
    char* at = Room(2 * kVarintMax);
    at = PutVarint(at, TagOf(field, WireType::kVarint));
    Advance(PutVarint(at, (static_cast<uint64_t>(value) << 1) ^
                              static_cast<uint64_t>(value >> 63)));
  }

  // A message, which `fill` writes. Its length goes before it and is known
  // last: one byte is kept for it, and most need no more.
  template <typename Fill>
  void Message(uint32_t field, Fill fill) {
    Advance(PutVarint(Room(kVarintMax), TagOf(field, WireType::kBytes)));
    const size_t start = size_;
    Advance(Room(1) + 1);
    fill();
    const size_t length = size_ - start - 1;
    char digits[kVarintMax];
    const auto extra =
        static_cast<size_t>(PutVarint(digits, length) - digits) - 1;
    if (extra > 0) {
      Advance(Room(extra) + extra);
      char* const body = buffer_.data() + start + 1;
      std::memmove(body + extra, body, length);
    }
    std::memcpy(buffer_.data() + start, digits, 1 + extra);
  }

 private:
  static constexpr size_t kVarintMax = 10;

  static char* PutVarint(char* at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      *at++ = static_cast<char>((value & 0x7f) | 0x80);
    }
    *at++ = static_cast<char>(value);
    return at;
  }

  // Where the next `count` bytes go.
  char* Room(size_t count) {
    if (buffer_.size() - size_ < count) {
      buffer_.resize(2 * (buffer_.size() + count));
    }
    return buffer_.data() + size_;
  }
  void Advance(const char* to) {
    size_ = static_cast<size_t>(to - buffer_.data());
  }

  std::string buffer_;
  size_t size_ = 0;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_WIRE_WRITER_H_

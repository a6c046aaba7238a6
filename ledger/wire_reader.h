// Reads the wire format of Protocol Buffers by hand, for the few messages that
// every record of a journal has. It knows the usual forms only: where it gives
// up, the generated classes have to say whether the bytes are damaged.
//
// Thread safety: none.

#ifndef SKONTRO_LEDGER_WIRE_READER_H_
#define SKONTRO_LEDGER_WIRE_READER_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "ledger/wire_type.h"

namespace skontro::ledger {

// Whether a field of type string that holds `text` can be read: it is UTF-8.
bool IsReadable(std::string_view text);

class WireReader {
 public:
  // `bytes` must outlive the reader.
  explicit WireReader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // The tag of the next field; 0 at the end, and where something is not as it
  // should be: ok() tells which.
  uint32_t NextTag() {
    if (at_ == end_) return 0;
    const uint64_t tag = ShortVarint();
    if (tag > UINT32_MAX || tag == 0) GiveUp();
    return ok_ ? static_cast<uint32_t>(tag) : 0;
  }

  // Whether everything so far was there. What was read otherwise is of no use.
  bool ok() const { return ok_; }

  // The value of the field whose tag was read, by its type on the wire.
  uint64_t Varint() {
    // Tags, kinds and most lengths.
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      return static_cast<unsigned char>(*at_++);
    }
    uint64_t value = 0;
    for (uint32_t shift = 0; at_ != end_ && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    GiveUp();
    return 0;
  }
  uint64_t Fixed64() {
    if (end_ - at_ < 8) {
      GiveUp();
      return 0;
    }
    const char* const digits = at_;
    at_ += 8;
    uint64_t value = 0;  // One load: compilers know this form.
    for (uint32_t i = 0; i < 8; ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(digits[i]))
               << (8 * i);
    }
    return value;
  }
  std::string_view Bytes() {
    const uint64_t length = ShortVarint();
    if (length > static_cast<uint64_t>(end_ - at_)) {
      GiveUp();
      return {};
    }
    const std::string_view bytes(at_, length);
    at_ += length;
    return bytes;
  }

  // The same for a field of type string, which is UTF-8.
  std::string_view Text() {
    const std::string_view text = Bytes();
    if (!IsReadable(text)) GiveUp();
    return text;
  }

  // A varint of type uint32, int64, sint32 or sint64. Numbers of 32 bits drop
  // what is above them, as the generated classes do.
  uint32_t Unsigned32() { return static_cast<uint32_t>(Varint()); }
  int64_t Signed() { return static_cast<int64_t>(Varint()); }
  int32_t ZigZag32() {
    const uint32_t value = Unsigned32();
    return static_cast<int32_t>((value >> 1) ^ (0 - (value & 1)));
  }
  int64_t ZigZag() {
    const uint64_t value = Varint();
    return static_cast<int64_t>((value >> 1) ^ (0 - (value & 1)));
  }

 private:
  // Tags and lengths have five bytes at most.
  uint64_t ShortVarint() {
    const char* const start = at_;
    const uint64_t value = Varint();
    if (at_ - start > 5) GiveUp();
    return value;
  }

  void GiveUp() {
    ok_ = false;
    at_ = end_;
  }

  const char* at_;
  const char* const end_;
  bool ok_ = true;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_WIRE_READER_H_

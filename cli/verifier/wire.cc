#include "cli/verifier/wire.h"

#include "absl/strings/str_format.h"

namespace skontro::verifier {

absl::StatusOr<uint64_t> WireReader::NextVarint() {
  uint64_t number = 0;
  for (size_t i = 0; i < rest_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    if (i == 9 && byte > 1) {
      return absl::DataLossError("a varint does not fit in 64 bits");
    }
    number |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (byte == 0 && i > 0) {
        return absl::DataLossError("a varint is longer than its number needs");
      }
      rest_.remove_prefix(i + 1);
      return number;
    }
  }
  return absl::DataLossError("a varint is cut short");
}

absl::StatusOr<std::string_view> WireReader::NextBytes(uint64_t count) {
  if (count > rest_.size()) return absl::DataLossError("a field is cut short");
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

absl::StatusOr<WireField> WireReader::Next() {
  constexpr uint64_t kNumberMax = (1u << 29) - 1;
  const absl::StatusOr<uint64_t> tag = NextVarint();
  if (!tag.ok()) return tag.status();
  if (*tag >> 3 == 0 || *tag >> 3 > kNumberMax) {
    return absl::DataLossError("a tag has no field number");
  }

  WireField field;
  field.number = static_cast<uint32_t>(*tag >> 3);
  const uint64_t type = *tag & 7;
  if (type == 0) {
    field.type = WireType::kVarint;
    const absl::StatusOr<uint64_t> number = NextVarint();
    if (!number.ok()) return number.status();
    field.integer = *number;
  } else if (type == 1) {
    field.type = WireType::kFixed64;
    const absl::StatusOr<std::string_view> bytes = NextBytes(8);
    if (!bytes.ok()) return bytes.status();
    for (size_t i = 8; i-- > 0;) {
      field.integer =
          field.integer << 8 | static_cast<unsigned char>((*bytes)[i]);
    }
  } else if (type == 2) {
    field.type = WireType::kBytes;
    const absl::StatusOr<uint64_t> length = NextVarint();
    if (!length.ok()) return length.status();
    const absl::StatusOr<std::string_view> bytes = NextBytes(*length);
    if (!bytes.ok()) return bytes.status();
    field.bytes = *bytes;
  } else {
    return absl::DataLossError(
        absl::StrFormat("field %d has wire type %d, which no message uses",
                        field.number, type));
  }
  return field;
}

int64_t FromZigZag(uint64_t number) {
  return static_cast<int64_t>(number >> 1 ^ (0 - (number & 1)));
}

uint64_t ToZigZag(int64_t number) {
  return static_cast<uint64_t>(number) << 1 ^
         static_cast<uint64_t>(number >> 63);
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    // How many bytes follow, and the smallest character that needs them.
    size_t more = 0;
    uint32_t smallest = 0;
    uint32_t character = 0;
    if (lead >= 0xc0 && lead < 0xe0) {
      more = 1, smallest = 0x80, character = lead & 0x1f;
    } else if (lead >= 0xe0 && lead < 0xf0) {
      more = 2, smallest = 0x800, character = lead & 0x0f;
    } else if (lead >= 0xf0 && lead < 0xf8) {
      more = 3, smallest = 0x10000, character = lead & 0x07;
    } else {
      return false;
    }
    if (text.size() - i <= more) return false;
    for (size_t j = 1; j <= more; ++j) {
      const auto byte = static_cast<unsigned char>(text[i + j]);
      if (byte < 0x80 || byte >= 0xc0) return false;
      character = character << 6 | (byte & 0x3f);
    }
    if (character < smallest || character > 0x10ffff) return false;
    if (character >= 0xd800 && character < 0xe000) return false;
    i += more + 1;
  }
  return true;
}

}  // namespace skontro::verifier

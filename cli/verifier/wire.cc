#include "cli/verifier/wire.h"

#include "absl/strings/str_format.h"

namespace skontro::verifier {

absl::Status WireReader::NextLongVarint(uint64_t* number) {
  *number = 0;
  for (size_t i = 0; i < rest_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    if (i == 9 && byte > 1) {
      return absl::DataLossError("a varint does not fit in 64 bits");
    }
    *number |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (byte == 0 && i > 0) {
        return absl::DataLossError("a varint is longer than its number needs");
      }
      rest_.remove_prefix(i + 1);
      return absl::OkStatus();
    }
  }
  return absl::DataLossError("a varint is cut short");
}

absl::Status WireReader::NextBytes(uint64_t count, std::string_view* bytes) {
  if (count > rest_.size()) return absl::DataLossError("a field is cut short");
  *bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return absl::OkStatus();
}

absl::Status WireReader::Next(WireField* field) {
  constexpr uint64_t kNumberMax = (1u << 29) - 1;
  uint64_t tag = 0;
  absl::Status status = NextVarint(&tag);
  if (!status.ok()) return status;
  if (tag >> 3 == 0 || tag >> 3 > kNumberMax) {
    return absl::DataLossError("a tag has no field number");
  }

  field->number = static_cast<uint32_t>(tag >> 3);
  const uint64_t type = tag & 7;
  if (type == 0) {
    field->type = WireType::kVarint;
    return NextVarint(&field->integer);
  }
  if (type == 1) {
    field->type = WireType::kFixed64;
    std::string_view bytes;
    status = NextBytes(8, &bytes);
    field->integer = 0;
    for (size_t i = bytes.size(); i-- > 0;) {
      field->integer =
          field->integer << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return status;
  }
  if (type == 2) {
    field->type = WireType::kBytes;
    uint64_t length = 0;
    status = NextVarint(&length);
    return status.ok() ? NextBytes(length, &field->bytes) : status;
  }
  return absl::DataLossError(absl::StrFormat(
      "field %d has wire type %d, which no message uses", field->number, type));
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

// Numbers as docs/journal_format.md writes them, and bytes as a person reads
// them.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_VERIFIER_BYTES_H_
#define SKONTRO_CLI_VERIFIER_BYTES_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace skontro::verifier {

// The number in the first bytes, most significant first.
// REQUIRES: `bytes` has at least as many bytes as the number.
uint16_t ReadBig16(std::string_view bytes);
uint32_t ReadBig32(std::string_view bytes);
uint64_t ReadBig64(std::string_view bytes);

void AppendBig32(uint32_t number, std::string* bytes);
void AppendBig64(uint64_t number, std::string* bytes);

// Eight bytes.
std::string Big64(uint64_t number);

// Four bytes that compare as the signed number does: its sign bit is flipped.
void AppendSortable32(int32_t number, std::string* bytes);

// Two lower-case digits for each byte.
std::string Hex(std::string_view bytes);

// A decimal number, such as -17.
std::string Decimal(__int128 number);

// In double quotes and printable ASCII only, as C writes a string.
std::string Quoted(std::string_view bytes);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_BYTES_H_

// CRC-32C (Castagnoli; RFC 3720 appendix B.4), which notices rot in a frame. It
// is no defence against a person; the digest is.

#ifndef SKONTRO_LEDGER_CRC32C_H_
#define SKONTRO_LEDGER_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace skontro::ledger {

// Returns the checksum of `first` followed by `second`. Uses the processor's
// instruction where it has one, else Boost.CRC; the result is the same.
uint32_t Crc32c(std::string_view first, std::string_view second = {});

namespace internal {
// The same without the instruction, for the test that compares the two.
uint32_t PortableCrc32c(std::string_view first, std::string_view second);
}  // namespace internal

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_CRC32C_H_

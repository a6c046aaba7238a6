#include "ledger/crc32c.h"

#include <boost/crc.hpp>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace skontro::ledger {
namespace {

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t Extend(uint32_t crc,
                                                  std::string_view bytes) {
  uint64_t wide = crc;
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof(word));
    wide = _mm_crc32_u64(wide, word);
    bytes.remove_prefix(sizeof(word));
  }
  auto narrow = static_cast<uint32_t>(wide);
  for (char c : bytes) {
    narrow = _mm_crc32_u8(narrow, static_cast<uint8_t>(c));
  }
  return narrow;
}

bool HasInstruction() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}
#endif

}  // namespace

namespace internal {

uint32_t PortableCrc32c(std::string_view first, std::string_view second) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(first.data(), first.size());
  crc.process_bytes(second.data(), second.size());
  return crc.checksum();
}

}  // namespace internal

uint32_t Crc32c(std::string_view first, std::string_view second) {
#if defined(__x86_64__)
  if (HasInstruction()) {
    return ~Extend(Extend(~uint32_t{0}, first), second);
  }
#endif
  return internal::PortableCrc32c(first, second);
}

}  // namespace skontro::ledger

// A Fingerprint stands for a text that is too long to keep: its keyed 128-bit
// hash. Two texts of one journal never share one.

#ifndef SKONTRO_CLI_VERIFIER_FINGERPRINT_H_
#define SKONTRO_CLI_VERIFIER_FINGERPRINT_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "cli/verifier/hashes.h"

namespace skontro::verifier {

struct Fingerprint {
  uint64_t high = 0;
  uint64_t low = 0;

  static Fingerprint Of(const SipKey& key, std::string_view text) {
    const unsigned __int128 hash = SipHash128(key, text);
    return {static_cast<uint64_t>(hash >> 64), static_cast<uint64_t>(hash)};
  }

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

  template <class H>
  friend H AbslHashValue(H state, const Fingerprint& fingerprint) {
    return H::combine(std::move(state), fingerprint.low);
  }
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_FINGERPRINT_H_

// SHA-256 of two messages at once. One message keeps a core waiting for the
// result of its last step; a second one fills the gaps, so that two take hardly
// longer than one. For whoever has many messages that do not follow from one
// another.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_SHA256_PAIR_H_
#define SKONTRO_LEDGER_SHA256_PAIR_H_

#include <string_view>

#include "ledger/digest.h"

namespace skontro::ledger {

struct DigestPair {
  Digest first{};
  Digest second{};
};

// What HashOf() gives for each. Where the processor has no instructions for
// SHA-256 one comes after the other.
DigestPair HashPair(std::string_view first, std::string_view second);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_SHA256_PAIR_H_

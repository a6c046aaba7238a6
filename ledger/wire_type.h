// Tags of the wire format of Protocol Buffers.

#ifndef SKONTRO_LEDGER_WIRE_TYPE_H_
#define SKONTRO_LEDGER_WIRE_TYPE_H_

#include <cstdint>

namespace skontro::ledger {

// Those that skontro.storage.v1 uses.
enum class WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2 };

constexpr uint32_t TagOf(uint32_t field, WireType type) {
  return field << 3 | static_cast<uint32_t>(type);
}

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_WIRE_TYPE_H_

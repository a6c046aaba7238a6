// The beginning of a network: the first record of its journal.

#ifndef SKONTRO_ENGINE_GENESIS_H_
#define SKONTRO_ENGINE_GENESIS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/actor.h"
#include "engine/event.h"
#include "ledger/record_codec.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// Who creates a network, when, and in which request.
struct GenesisRequest {
  Actor actor;
  std::string request_id;
  std::vector<ledger::FieldHash> request_fields;  // Under terms.request_key.
  int64_t time_us = 0;
  CivilDate booking_date;  // The day of `time_us` in terms.time_zone.
};

// Writes the first record into an empty store, durably. Engine::Open() finds
// the network from then on. REQUIRES: the terms were checked at the edge; `uid`
// and terms.request_key are random.
absl::Status CreateNetwork(ledger::Store* store, const ledger::NetworkUid& uid,
                           const NetworkCreated& terms,
                           const GenesisRequest& request);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_GENESIS_H_

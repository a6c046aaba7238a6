// What one actor is told of events: which of them, and how much of each.
// Streams and webhooks look through the same.
//
// Thread safety: a lens is a value; its functions may be called from any
// thread.

#ifndef SKONTRO_SERVER_EVENT_LENS_H_
#define SKONTRO_SERVER_EVENT_LENS_H_

#include <functional>
#include <optional>
#include <set>

#include "absl/status/statusor.h"
#include "engine/actor.h"
#include "ledger/projection.h"
#include "server/event_reader.h"
#include "server/network.h"
#include "skontro/v1/event_service.pb.h"

namespace skontro::server {

struct EventLens {
  // Whether the actor is told of a record that is somebody's affair.
  std::function<bool(const SeenRecord&)> wants;
  // Takes out of an event what the actor may not be told; empty where that is
  // nothing.
  std::function<void(v1::Event*)> hide;
};

// The lens of `actor` for events of these types, all where there are none, and
// of that member. Returns DATA_LOSS where a row cannot be read.
absl::StatusOr<EventLens> LensOf(const Network& network,
                                 const ledger::ReadView& view,
                                 const engine::Actor& actor,
                                 std::optional<engine::MemberNumber> only,
                                 std::set<v1::Event::Type> types);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_EVENT_LENS_H_

// What somebody should see to in a server, from its numbers.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_STATUS_WARNINGS_H_
#define SKONTRO_SERVER_STATUS_WARNINGS_H_

#include <cstdint>

#include "server/network_registry.h"
#include "skontro/v1/admin_service.pb.h"

namespace skontro::server {

// Adds the warnings that follow from the numbers of `status`, the worst first:
//
//   DISK_NEARLY_FULL     as full as changes are refused, or 5 % less
//   CERTIFICATE_EXPIRES  in less than 30 days, or it has
//   CLOCK_BEHIND         the newest record is more than 5 s later than the
//   clock QUEUE_LONG           half as long as it may be, or more
//   ANCHOR_UNREADABLE    the head anchor cannot be read
//   ANCHOR_OLD           it is 10 s or more behind the newest record
//   CHECKPOINT_OLD       a start would read three intervals of records or more
//   INSECURE             neither encrypted nor authenticated
//
// With `checkpoint_interval` 0 checkpoints are saved at a stop only, and none
// is old.
void AddWarnings(uint64_t checkpoint_interval, v1::ServerStatus* status);

// Adds what a network says of itself: HEAD_KEY_MISSING, STORE_ERRORS (flushes
// or compactions failed), WRITES_STOPPED (they wait for compactions).
void AddWarningsOf(const Network& network, v1::ServerStatus* status);

// Puts the worst first; the order is the same otherwise.
void SortWarnings(v1::ServerStatus* status);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_STATUS_WARNINGS_H_

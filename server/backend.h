// What the services share. main() and tests put it together.

#ifndef SKONTRO_SERVER_BACKEND_H_
#define SKONTRO_SERVER_BACKEND_H_

#include "absl/time/time.h"
#include "server/auth/authenticator.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/network_registry.h"
#include "server/operations.h"
#include "server/work_pool.h"

namespace skontro::server {

// All of them outlive the services.
struct Backend {
  NetworkRegistry& networks;
  const Clock& clock;
  Log& log;
  // Answers of changes, and reads that waited: short jobs, as many as calls.
  WorkPool& answers;
  // Exports, verifications, new networks: long jobs, and few.
  WorkPool& workers;
  // What the long jobs are seen as.
  Operations& operations;
  // Who makes a call.
  const Authenticator& authenticator;
  // How long a stream waits for a client that takes nothing.
  absl::Duration stream_patience;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_BACKEND_H_

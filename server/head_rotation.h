// Gives a network another key to sign heads with.

#ifndef SKONTRO_SERVER_HEAD_ROTATION_H_
#define SKONTRO_SERVER_HEAD_ROTATION_H_

#include "absl/status/status.h"
#include "engine/command.h"
#include "server/log.h"
#include "server/network.h"
#include "skontro/v1/audit_service.pb.h"

namespace skontro::server {

// Makes a key, has `command` write it to the journal, and destroys the secret
// half of the key before. The new file is on the disk before the record is: a
// crash between the two leaves a file that nothing refers to. Writes to the
// disk and waits for the engine: not for a thread of gRPC.
//
// Returns what the engine refuses, or an error of the disk, after which nothing
// was changed. REQUIRES: `command` is of RotateHeadKey, but for its body.
absl::Status RotateNow(Log& log, Network* network, engine::Command command,
                       v1::RotateHeadKeyResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_HEAD_ROTATION_H_

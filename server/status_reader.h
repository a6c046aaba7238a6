// Reads how a server is: what AdminService answers, from the disk, the networks
// and the process, at the moment of the call. Nothing of it is kept.
//
// Thread safety: may be called from any thread.

#ifndef SKONTRO_SERVER_STATUS_READER_H_
#define SKONTRO_SERVER_STATUS_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/auth/caller.h"
#include "server/network_registry.h"
#include "skontro/v1/admin_service.pb.h"

namespace skontro::server {

// What the status says of a server and no part of it knows.
struct StatusSource {
  std::string version;
  int64_t start_time_us = 0;
  bool insecure = false;
  std::string data_directory;
  std::string anchor_directory;  // Empty: `anchors` in the data directory.
  int disk_full_percent = 80;
  std::vector<std::string> certificates;  // Files, in PEM.
  uint64_t checkpoint_interval = 0;
};

// All but the warnings. `caller` sees the networks that it is an auditor or an
// operator of. What cannot be read is left out.
v1::ServerStatus ReadStatus(const StatusSource& source,
                            const NetworkRegistry& networks,
                            const Caller& caller, int64_t now_us);

// Records of the network that are younger than `from_us`.
int64_t RecordsSince(const ledger::ReadView& view, int64_t from_us);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_STATUS_READER_H_

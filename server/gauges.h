// The numbers of the networks and the disk, as they are now.
//
// Thread safety: may be called from any thread.

#ifndef SKONTRO_SERVER_GAUGES_H_
#define SKONTRO_SERVER_GAUGES_H_

#include <string>
#include <vector>

#include "server/metrics.h"
#include "server/network_registry.h"

namespace skontro::server {

// `data_directory` is where the disk is looked at. What cannot be read is left
// out.
std::vector<GaugeFamily> ReadGauges(const NetworkRegistry& networks,
                                    const std::string& data_directory);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_GAUGES_H_

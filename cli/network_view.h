// How networks are shown.

#ifndef SKONTRO_CLI_NETWORK_VIEW_H_
#define SKONTRO_CLI_NETWORK_VIEW_H_

#include "cli/listing.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::cli {

View<v1::Network> NetworkView();

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_NETWORK_VIEW_H_

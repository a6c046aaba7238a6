// Networks to and from the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_NETWORK_H_
#define SKONTRO_SERVER_CONVERT_NETWORK_H_

#include "engine/event.h"
#include "server/form.h"
#include "server/network.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::server {

// The terms that the request asks for, without a request key. What is wrong
// with it goes to `form`.
engine::NetworkCreated ReadNetwork(const v1::CreateNetworkRequest& request,
                                   Form* form);

// A network as it would be, and as it is.
void WriteTerms(const engine::NetworkCreated& terms, v1::Network* out);
void WriteNetwork(const Network& network, v1::Network* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_NETWORK_H_

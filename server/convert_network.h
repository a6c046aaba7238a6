// Networks to and from the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_NETWORK_H_
#define SKONTRO_SERVER_CONVERT_NETWORK_H_

#include "absl/status/status.h"
#include "engine/event.h"
#include "ledger/projection.h"
#include "server/form.h"
#include "server/network.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::server {

// The terms that the request asks for, without a request key. What is wrong
// with it goes to `form`.
engine::NetworkCreated ReadNetwork(const v1::CreateNetworkRequest& request,
                                   Form* form);

// A network as it would be, and as it is in a view of it. Returns DATA_LOSS
// where a row cannot be read.
void WriteTerms(const engine::NetworkCreated& terms, v1::Network* out);
absl::Status WriteNetwork(const Network& network, const ledger::ReadView& view,
                          v1::Network* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_NETWORK_H_

// What went wrong, as a client gets it: a gRPC status whose details are one
// google.rpc.Status with exactly one ErrorInfo, a BadRequest beside
// FIELD_INVALID and a RetryInfo beside QUEUE_FULL, RATE_LIMITED and
// DISK_NEARLY_FULL.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_ERROR_H_
#define SKONTRO_SERVER_ERROR_H_

#include <grpcpp/support/status.h>

#include <span>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"
#include "ledger/base/reason.h"

namespace skontro::server {

// The first refusal is the error. If it is FIELD_INVALID, the violations of all
// that are come with it, as far as they fit into a response's trailer.
// REQUIRES: `refusals` is not empty.
google::rpc::Status ToRpcStatus(std::span<const Refusal> refusals);
grpc::Status ToGrpcStatus(std::span<const Refusal> refusals);

// The same for an error that holds a refusal. Any other error is the server's:
// it tells the client no more than that, and its words belong into the log.
google::rpc::Status ToRpcStatus(const absl::Status& status);
grpc::Status ToGrpcStatus(const absl::Status& status);

// Whether `status` is one that the operator has to hear of.
bool IsOfServer(const absl::Status& status);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ERROR_H_

// A CallError is why a call did not do what it was asked, taken from the
// `google.rpc` details of a gRPC status, of an item of a batch, or of a refusal
// that a preview lists; and what it says about the question that matters for
// money: did it happen?
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_CLIENT_CALL_ERROR_H_
#define SKONTRO_CLI_CLIENT_CALL_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"
#include "skontro/v1/outcome.pb.h"

namespace skontro::client {

// What became of a call that failed.
enum class Outcome {
  // No, and it will not by itself; `reason` says why.
  kRefused,
  // No; the server could not, for longer than the client waited.
  kUnavailable,
  // Perhaps. The same request with the same request id, now or in a week, from
  // this process or another, tells, and does not do it twice.
  kUnknown,
};

struct CallError {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;  // As the server wrote it.
  // Of the ErrorInfo whose domain is `skontro`, the name of a
  // skontro.v1.ErrorReason; empty where there is none.
  std::string reason;
  std::map<std::string, std::string> metadata;  // Amounts in minor units.
  // Of the BadRequest: field and what is wrong with it.
  std::vector<std::pair<std::string, std::string>> violations;
  // Of the RetryInfo.
  std::optional<absl::Duration> retry_delay;

  // Of what a Client returns: what became of the call, and the request id of
  // the change, empty for a read.
  Outcome outcome = Outcome::kRefused;
  std::string request_id;
};

// REQUIRES: the status is not OK.
CallError DecodeError(const grpc::Status& status);
CallError DecodeError(const google::rpc::Status& status);
CallError DecodeError(const v1::Refusal& refusal);

// Whether the server says that it was too busy to do anything.
bool WasNotDone(const CallError& error);

// Whether it leaves open if a change was made.
bool IsSilent(const CallError& error);

// Whether the same call, a little later, may get an answer.
bool MayBeSentAgain(const CallError& error);

// What became of a call that is not sent again after `error`. `changes` is
// whether it was to change something. `unknown` is whether an earlier attempt
// got no answer, so that "nothing was done" of this one proves nothing.
Outcome OutcomeOf(const CallError& error, bool changes, bool unknown);

// The error as a status of the same code, which carries all of it, and back:
// nullopt where `status` is none of a call.
absl::Status ToStatus(const CallError& error);
std::optional<CallError> ErrorOf(const absl::Status& status);

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_CALL_ERROR_H_

// A ServerError is why the server did not do what it was asked, taken from the
// `google.rpc` details of a gRPC status, of an item of a batch, or of a refusal
// that a dry run lists; and the words for it.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_SERVER_ERROR_H_
#define SKONTRO_CLI_SERVER_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "cli/exit_code.h"
#include "cli/unit.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"
#include "skontro/v1/outcome.pb.h"

namespace skontro::cli {

struct ServerError {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;  // As the server wrote it.
  // Of the ErrorInfo whose domain is `skontro`; empty where there is none.
  std::string reason;
  std::map<std::string, std::string> metadata;
  // Of the BadRequest: field and what is wrong with it.
  std::vector<std::pair<std::string, std::string>> violations;
  // Of the RetryInfo.
  std::optional<absl::Duration> retry_delay;
};

// REQUIRES: the status is not OK.
ServerError DecodeError(const grpc::Status& status);
ServerError DecodeError(const google::rpc::Status& status);
ServerError DecodeError(const v1::Refusal& refusal);

// What is wrong on the first line, with the reason in brackets; what to do next
// on the others. With `unit`, amounts of the reasons that are known are in
// units with decimals; without, in minor units as the server sends them.
std::string Explain(const ServerError& error, const std::optional<Unit>& unit);

// Whether Explain() has use for a unit.
bool HasAmounts(const ServerError& error);

// The exit code of a call that failed like this. `changes` is whether the call
// was to change something, so that no answer means an unknown outcome.
ExitCode ExitCodeOf(const ServerError& error, bool changes);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_SERVER_ERROR_H_

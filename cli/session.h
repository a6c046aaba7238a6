// A Session is one run of skontro after its command line was read: which server
// and network, how to print, and the calls.
//
// A call that fails is a Failure (failure.h) whose words are for the terminal.
// Where a change was sent and no answer came, they hold the command that sends
// exactly the same again.
//
// Thread safety: none; one thread owns a Session.

#ifndef SKONTRO_CLI_SESSION_H_
#define SKONTRO_CLI_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/config_file.h"
#include "cli/connection.h"
#include "cli/environment.h"
#include "cli/failure.h"
#include "cli/listing.h"
#include "cli/server_error.h"
#include "cli/unit.h"
#include "grpcpp/client_context.h"
#include "ledger/base/status.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::cli {

// What every verb takes, as it was typed; empty where it was not.
struct CommonOptions {
  std::string network;
  std::string endpoint;
  std::string config;
  std::string profile;
  std::string timeout;
  std::string key_file;
  std::string ca_file;
  std::string certificate_file;
  std::string certificate_key_file;
  std::string request_id;
  bool dry_run = false;
  Format format = Format::kText;
};

class Session {
 public:
  // `arguments` are those of the process, the program's name left out.
  Session(Environment& environment, std::vector<std::string> arguments)
      : environment_(environment), arguments_(std::move(arguments)) {}

  Environment& environment() { return environment_; }
  std::ostream& out() { return environment_.out; }
  std::ostream& err() { return environment_.err; }

  // Filled by the command line before a verb runs.
  CommonOptions& options() { return options_; }
  Format format() const { return options_.format; }
  bool dry_run() const { return options_.dry_run; }

  // Reads the configuration once: the profile that --profile or SKONTRO_PROFILE
  // names, else --config or the default one. A profile has to be there, unless
  // it is about to be made. Usage or local failures as ConfigFile's.
  absl::StatusOr<ConfigFile*> config(bool may_make_profile = false);

  // The name of the network in use: --network, else the profile that --profile
  // names, else SKONTRO_NETWORK, else the configuration. A usage failure where
  // none is set.
  absl::StatusOr<std::string> NetworkInUse();

  // The network in use and its unit, asked from the server once.
  absl::StatusOr<v1::Network> network();
  absl::StatusOr<Unit> unit();

  // The request id of this run: --request-id, else a random one, the same at
  // every call. A usage failure where --request-id is not allowed.
  absl::StatusOr<std::string> RequestId();

  // The channel, connected.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel();

  // Sends `request` by `method` of the service `Stub` and returns the answer.
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Read(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      const Request& request) {
    return Call<Service>(method, request, /*changes=*/false);
  }

  // The same for a method that changes something, unless it is a dry run.
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Change(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      const Request& request) {
    return Call<Service>(method, request, /*changes=*/!dry_run());
  }

  // The failure for a call that ended with `status`.
  absl::Status CallFailure(const grpc::Status& status, bool changes);

  // The command line that sends the same again under the same request id.
  // REQUIRES: RequestId() returned one.
  std::string ResendCommand();

  // Why the last call that failed did, or nullopt if it never was a call.
  const std::optional<ServerError>& last_error() const { return last_error_; }

  // A refusal in words, with amounts in units where the network can be asked.
  std::string ExplainError(const ServerError& error);

  // Prepares a call: its deadline is --timeout, else `fallback`, where an
  // infinite one means none; and it says who makes it.
  // REQUIRES: channel() returned one.
  absl::Status PrepareCall(absl::Duration fallback,
                           grpc::ClientContext* context);

 private:
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      const Request& request, bool changes) {
    SKONTRO_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> connected,
                             channel());
    const auto stub = Service::NewStub(connected);
    grpc::ClientContext context;
    SKONTRO_RETURN_IF_ERROR(PrepareCall(kCallTimeout, &context));
    Response response;
    const grpc::Status status = (*stub.*method)(&context, request, &response);
    if (!status.ok()) return CallFailure(status, changes);
    return response;
  }

  static constexpr absl::Duration kCallTimeout = absl::Seconds(30);

  absl::StatusOr<absl::Duration> TimeoutOr(absl::Duration fallback) const;
  absl::StatusOr<std::string> Endpoint();

  // What the command line says: the option, else the key of the profile that
  // --profile names; empty where it says nothing.
  absl::StatusOr<std::string> OnCommandLine(const std::string& option,
                                            std::string_view key);

  // A setting: what the command line says, else the variable, else the key of
  // the configuration; empty where none is set.
  absl::StatusOr<std::string> Setting(const std::string& option,
                                      std::string_view variable,
                                      std::string_view key);
  absl::StatusOr<client::Security> SecurityFor(const std::string& endpoint);
  std::string DefaultDataDirectory();
  Environment& environment_;
  const std::vector<std::string> arguments_;
  CommonOptions options_;
  std::optional<ConfigFile> config_;
  std::unique_ptr<Connection> connection_;
  std::optional<v1::Network> network_;
  std::string request_id_;
  std::optional<ServerError> last_error_;
  bool network_used_ = false;
};

// OK if amounts of `network` can be written and valued; otherwise a failure
// with kBroken.
absl::Status CheckNetwork(const v1::Network& network);

// What the wire says of a network's unit. REQUIRES: CheckNetwork(network) is
// OK.
Unit UnitOf(const v1::Network& network);

// `argument` as a shell takes it.
std::string ShellQuoted(const std::string& argument);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_SESSION_H_

#include "cli/session.h"

#include <chrono>
#include <ostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/argument.h"
#include "cli/resource_name.h"
#include "ledger/decimal.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::cli {
namespace {

constexpr char kDefaultEndpoint[] = "127.0.0.1:7411";

bool HasOption(const std::vector<std::string>& arguments,
               const std::string& option) {
  for (const std::string& argument : arguments) {
    if (argument == option || absl::StartsWith(argument, option + "=")) {
      return true;
    }
  }
  return false;
}

bool IsDecimals(int32_t decimals) {
  return decimals >= 0 && decimals <= ledger::kDecimalsMax;
}

}  // namespace

absl::StatusOr<ConfigFile*> Session::config() {
  if (!config_.has_value()) {
    SKONTRO_ASSIGN_OR_RETURN(
        std::string path, ConfigFile::PathFor(environment_, options_.config));
    SKONTRO_ASSIGN_OR_RETURN(config_, ConfigFile::Read(std::move(path)));
  }
  return &*config_;
}

absl::StatusOr<std::string> Session::NetworkInUse() {
  network_used_ = true;
  if (!options_.network.empty()) return NetworkName(options_.network);
  const auto variable = environment_.variable("SKONTRO_NETWORK");
  if (variable.has_value() && !variable->empty()) {
    return NetworkName(*variable);
  }
  SKONTRO_ASSIGN_OR_RETURN(const ConfigFile* const file, config());
  const auto value = file->Get("network");
  if (value.has_value()) return NetworkName(*value);
  return UsageFailure(
      "no network is chosen\n"
      "Next: add --network NAME, set SKONTRO_NETWORK, or run\n"
      "  skontro config set network NAME\n"
      "The server's networks are listed by: skontro network list");
}

absl::StatusOr<v1::Network> Session::network() {
  if (!network_.has_value()) {
    v1::GetNetworkRequest request;
    SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), NetworkInUse());
    SKONTRO_ASSIGN_OR_RETURN(
        v1::GetNetworkResponse response,
        Read<v1::NetworkService>(&v1::NetworkService::Stub::GetNetwork,
                                 request));
    SKONTRO_RETURN_IF_ERROR(CheckNetwork(response.network()));
    network_ = std::move(*response.mutable_network());
  }
  return *network_;
}

absl::StatusOr<Unit> Session::unit() {
  SKONTRO_ASSIGN_OR_RETURN(const v1::Network asked, network());
  return UnitOf(asked);
}

absl::StatusOr<std::string> Session::RequestId() {
  if (request_id_.empty()) {
    std::string id = options_.request_id;
    if (id.empty()) id = environment_.new_request_id();
    SKONTRO_RETURN_IF_ERROR(CheckRequestId(id));
    request_id_ = std::move(id);
  }
  return request_id_;
}

absl::StatusOr<std::string> Session::Endpoint() {
  std::string endpoint = options_.endpoint;
  if (endpoint.empty()) {
    endpoint = environment_.variable("SKONTRO_ENDPOINT").value_or("");
  }
  if (endpoint.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const ConfigFile* const file, config());
    endpoint = file->Get("endpoint").value_or(kDefaultEndpoint);
  }
  SKONTRO_RETURN_IF_ERROR(CheckEndpoint(endpoint));
  return endpoint;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Session::channel() {
  if (connection_ == nullptr) {
    SKONTRO_ASSIGN_OR_RETURN(std::string endpoint, Endpoint());
    connection_ = std::make_unique<Connection>(std::move(endpoint));
    if (!connection_->IsLoopback()) {
      err() << "skontro: warning: the connection to " << connection_->endpoint()
            << " is not encrypted\n";
    }
  }
  SKONTRO_ASSIGN_OR_RETURN(const absl::Duration timeout,
                           TimeoutOr(kCallTimeout));
  SKONTRO_RETURN_IF_ERROR(connection_->Connect(timeout));
  return connection_->channel();
}

absl::StatusOr<absl::Duration> Session::TimeoutOr(
    absl::Duration fallback) const {
  if (options_.timeout.empty()) return fallback;
  return ParseTimeout("--timeout", options_.timeout);
}

absl::Status Session::SetDeadline(absl::Duration fallback,
                                  grpc::ClientContext* context) {
  SKONTRO_ASSIGN_OR_RETURN(const absl::Duration timeout, TimeoutOr(fallback));
  if (timeout == absl::InfiniteDuration()) return absl::OkStatus();
  context->set_deadline(std::chrono::system_clock::now() +
                        absl::ToChronoMicroseconds(timeout));
  return absl::OkStatus();
}

absl::Status Session::CallFailure(const grpc::Status& status, bool changes) {
  const ServerError error = DecodeError(status);
  const ExitCode code = ExitCodeOf(error, changes);
  last_error_ = error;
  std::string words;
  switch (code) {
    case ExitCode::kUnknownOutcome:
      words = absl::StrCat(
          "the outcome is unknown: ", Explain(error, std::nullopt), "\n",
          "The network may have carried it out, or not. Next: send exactly the "
          "same again;\nunder the same request id it is carried out at most "
          "once:\n  ",
          ResendCommand());
      break;
    case ExitCode::kUnreachable:
      words = absl::StrCat("nothing was done: ", Explain(error, std::nullopt));
      break;
    case ExitCode::kBroken:
      words =
          absl::StrCat("the books do not hold: ", Explain(error, std::nullopt));
      break;
    default:
      words = absl::StrCat("refused: ", ExplainError(error));
  }
  return Failure(code, words);
}

std::string Session::ExplainError(const ServerError& error) {
  if (!HasAmounts(error)) return Explain(error, std::nullopt);
  const absl::StatusOr<Unit> known = unit();
  if (!known.ok()) return Explain(error, std::nullopt);
  return Explain(error, *known);
}

std::string Session::ResendCommand() {
  std::string command = "skontro";
  for (const std::string& argument : arguments_) {
    absl::StrAppend(&command, " ", ShellQuoted(argument));
  }
  // What came from the environment or a file may be another tomorrow.
  if (!HasOption(arguments_, "--request-id")) {
    absl::StrAppend(&command, " --request-id ", ShellQuoted(request_id_));
  }
  if (network_used_ && !HasOption(arguments_, "--network")) {
    const absl::StatusOr<std::string> name = NetworkInUse();
    if (name.ok()) absl::StrAppend(&command, " --network ", ShortName(*name));
  }
  if (connection_ != nullptr && !HasOption(arguments_, "--endpoint")) {
    absl::StrAppend(&command, " --endpoint ", connection_->endpoint());
  }
  return command;
}

absl::Status CheckNetwork(const v1::Network& network) {
  if (IsDecimals(network.unit_decimals()) &&
      IsDecimals(network.peg_currency_decimals()) &&
      network.parity().numerator() > 0 && network.parity().denominator() > 0) {
    return absl::OkStatus();
  }
  return Failure(ExitCode::kBroken,
                 absl::StrCat("the server describes ", Shown(network.name()),
                              " with decimals or a parity that cannot be"));
}

Unit UnitOf(const v1::Network& network) {
  Unit unit;
  unit.code = network.unit_code();
  unit.decimals = network.unit_decimals();
  unit.peg_code = network.peg_currency_code();
  unit.peg_decimals = network.peg_currency_decimals();
  unit.parity_numerator = network.parity().numerator();
  unit.parity_denominator = network.parity().denominator();
  return unit;
}

std::string ShellQuoted(const std::string& argument) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "-_./:=,@%+";
  if (!argument.empty() &&
      argument.find_first_not_of(kPlain) == std::string::npos) {
    return argument;
  }
  std::string quoted = "'";
  for (const char c : argument) {
    if (c == '\'') {
      quoted.append("'\\''");
    } else {
      quoted.push_back(c);
    }
  }
  quoted.push_back('\'');
  return quoted;
}

}  // namespace skontro::cli

#include "cli/session.h"

#include <chrono>
#include <fstream>
#include <ostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/argument.h"
#include "cli/file.h"
#include "cli/resource_name.h"
#include "ledger/decimal.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::cli {
namespace {

constexpr char kDefaultEndpoint[] = "127.0.0.1:7411";

// Of a file with a key or with certificates.
constexpr size_t kSecurityFileBytesMax = 256 * 1024;

bool HasOption(const std::vector<std::string>& arguments,
               const std::string& option) {
  for (const std::string& argument : arguments) {
    if (argument == option || absl::StartsWith(argument, option + "=")) {
      return true;
    }
  }
  return false;
}

bool IsReadable(const std::string& path) { return std::ifstream(path).good(); }

bool IsDecimals(int32_t decimals) {
  return decimals >= 0 && decimals <= ledger::kDecimalsMax;
}

}  // namespace

absl::StatusOr<ConfigFile*> Session::config(bool may_make_profile) {
  if (config_.has_value()) return &*config_;
  std::string profile = options_.profile;
  if (!profile.empty() && !options_.config.empty()) {
    return UsageFailure(
        "--profile and --config both name a file; leave one of them out");
  }
  if (profile.empty() && options_.config.empty()) {
    profile = environment_.variable("SKONTRO_PROFILE").value_or("");
  }
  std::string path;
  if (profile.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        path, ConfigFile::PathFor(environment_, options_.config));
  } else {
    SKONTRO_ASSIGN_OR_RETURN(path,
                             ConfigFile::ProfilePath(environment_, profile));
    // Without it another server or network would be asked than was meant.
    if (!may_make_profile && !IsReadable(path)) {
      return UsageFailure(absl::StrCat(
          "there is no profile ", profile, " (", path, ")\n",
          "Next: skontro config profiles lists them; make it with\n",
          "  skontro config set --profile ", profile, " endpoint HOST:PORT"));
    }
  }
  SKONTRO_ASSIGN_OR_RETURN(config_, ConfigFile::Read(std::move(path)));
  return &*config_;
}

absl::StatusOr<std::string> Session::NetworkInUse() {
  network_used_ = true;
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string network,
      Setting(options_.network, "SKONTRO_NETWORK", "network"));
  if (!network.empty()) return NetworkName(network);
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
  SKONTRO_ASSIGN_OR_RETURN(
      std::string endpoint,
      Setting(options_.endpoint, "SKONTRO_ENDPOINT", "endpoint"));
  if (endpoint.empty()) endpoint = kDefaultEndpoint;
  SKONTRO_RETURN_IF_ERROR(CheckEndpoint(endpoint));
  return endpoint;
}

absl::StatusOr<std::string> Session::OnCommandLine(const std::string& option,
                                                   std::string_view key) {
  if (!option.empty() || options_.profile.empty()) return option;
  SKONTRO_ASSIGN_OR_RETURN(const ConfigFile* const profile, config());
  return profile->Get(key).value_or("");
}

absl::StatusOr<std::string> Session::Setting(const std::string& option,
                                             std::string_view variable,
                                             std::string_view key) {
  SKONTRO_ASSIGN_OR_RETURN(std::string value, OnCommandLine(option, key));
  if (value.empty()) value = environment_.variable(variable).value_or("");
  if (!value.empty()) return value;
  SKONTRO_ASSIGN_OR_RETURN(const ConfigFile* const file, config());
  return file->Get(key).value_or("");
}

// On the machine of the server, for who may read its files, nothing has to be
// said: the key and the certificate are where the server puts them.
absl::StatusOr<client::Security> Session::SecurityFor(
    const std::string& endpoint) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::string ca_file,
      Setting(options_.ca_file, "SKONTRO_CA_FILE", "ca_file"));
  SKONTRO_ASSIGN_OR_RETURN(
      std::string key_file,
      Setting(options_.key_file, "SKONTRO_KEY_FILE", "key_file"));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string certificate,
      Setting(options_.certificate_file, "SKONTRO_CERTIFICATE_FILE",
              "certificate_file"));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string certificate_key,
      Setting(options_.certificate_key_file, "SKONTRO_CERTIFICATE_KEY_FILE",
              "certificate_key_file"));
  SKONTRO_ASSIGN_OR_RETURN(const std::string key_on_command_line,
                           OnCommandLine(options_.key_file, "key_file"));
  client::Security security;
  if (key_on_command_line.empty()) {
    security.key = environment_.variable("SKONTRO_KEY").value_or("");
  }
  const bool on_loopback = client::IsLoopback(endpoint);
  if (on_loopback && ca_file.empty() && key_file.empty() &&
      certificate.empty() && security.key.empty()) {
    const std::string data = DefaultDataDirectory();
    if (!data.empty() && IsReadable(data + "/tls/ca.pem") &&
        IsReadable(data + "/operator.key")) {
      ca_file = data + "/tls/ca.pem";
      key_file = data + "/operator.key";
    }
  }
  security.encrypted = !on_loopback || !ca_file.empty();
  if (!ca_file.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(security.ca,
                             ReadFile(ca_file, kSecurityFileBytesMax));
  }
  if (!key_file.empty() && security.key.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                             ReadFile(key_file, kSecurityFileBytesMax));
    security.key = std::string(absl::StripAsciiWhitespace(text));
    SKONTRO_RETURN_IF_ERROR(CheckText("the key in " + key_file, security.key));
  }
  if (!certificate.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(security.certificate,
                             ReadFile(certificate, kSecurityFileBytesMax));
    SKONTRO_ASSIGN_OR_RETURN(security.certificate_key,
                             ReadFile(certificate_key, kSecurityFileBytesMax));
  }
  return security;
}

// As skontrod has it.
std::string Session::DefaultDataDirectory() {
  const std::string data = environment_.variable("XDG_DATA_HOME").value_or("");
  if (absl::StartsWith(data, "/")) return data + "/skontro";
  const std::string home = environment_.variable("HOME").value_or("");
  return home.empty() ? "" : home + "/.local/share/skontro";
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Session::channel() {
  if (connection_ == nullptr) {
    SKONTRO_ASSIGN_OR_RETURN(std::string endpoint, Endpoint());
    SKONTRO_ASSIGN_OR_RETURN(client::Security security, SecurityFor(endpoint));
    connection_ =
        std::make_unique<Connection>(std::move(endpoint), std::move(security));
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

absl::Status Session::PrepareCall(absl::Duration fallback,
                                  grpc::ClientContext* context) {
  connection_->Authenticate(context);
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

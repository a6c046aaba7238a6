#include "cli/connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"

namespace skontro::cli {
namespace {

constexpr absl::Duration kConnectTimeMax = absl::Seconds(10);

absl::Status Unreachable(const std::string& endpoint, const char* what) {
  return Failure(
      ExitCode::kUnreachable,
      absl::StrCat(
          "the server at ", endpoint, " ", what, "; nothing was sent\n",
          "Next: is skontrod running? Start it with ./dev up, or with\n"
          "  skontrod --data-dir DIR --grpc-listen ",
          endpoint, "\n",
          "If it encrypts calls, and this did not, name the certificate to "
          "trust with\n  --ca-file DATA/tls/ca.pem\n"
          "Another address goes with --endpoint HOST:PORT, SKONTRO_ENDPOINT, "
          "or\n  skontro config set endpoint HOST:PORT"));
}

}  // namespace

Connection::Connection(std::string endpoint, client::Security security)
    : endpoint_(std::move(endpoint)),
      security_(std::move(security)),
      channel_(client::MakeChannel(endpoint_, security_)) {}

void Connection::Authenticate(grpc::ClientContext* context) const {
  client::Authenticate(security_, context);
}

absl::Status Connection::Connect(absl::Duration timeout) {
  const auto deadline =
      std::chrono::system_clock::now() +
      absl::ToChronoMicroseconds(std::min(timeout, kConnectTimeMax));
  grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY) {
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE ||
        state == GRPC_CHANNEL_SHUTDOWN) {
      return Unreachable(endpoint_, "refuses connections or is not there");
    }
    if (!channel_->WaitForStateChange(state, deadline)) {
      return Unreachable(endpoint_, "does not answer");
    }
    state = channel_->GetState(/*try_to_connect=*/true);
  }
  return absl::OkStatus();
}

}  // namespace skontro::cli

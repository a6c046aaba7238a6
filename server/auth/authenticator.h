// Finds out who makes a call. The one place where credentials are looked at:
// every handler asks it first, and without a Caller none reaches a network.
//
// A call proves who makes it by the metadata `authorization: Bearer KEY`, or by
// the certificate of its connection. A secret is never logged, nor quoted in an
// error.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_AUTH_AUTHENTICATOR_H_
#define SKONTRO_SERVER_AUTH_AUTHENTICATOR_H_

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/auth/caller.h"
#include "server/clock.h"
#include "server/network_registry.h"

namespace skontro::server {

class Authenticator {
 public:
  struct Options {
    // 32 random bytes: what the digests of keys are made with.
    std::string secret;
    // The key of who runs the server; empty for none.
    std::string server_key;
    // A call without credentials is taken for the local operator's. For the
    // loopback only, by an explicit flag, where who reaches it may do anything.
    bool trust_anybody = false;
  };

  // All must outlive it.
  Authenticator(Options options, const NetworkRegistry* networks,
                const Clock* clock);

  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // Returns CREDENTIAL_INVALID for a call that does not prove who makes it. A
  // key that is wrong takes the same time and the same words whether or not
  // there is one of its id.
  absl::StatusOr<Caller> Authenticate(
      const grpc::CallbackServerContext& context) const;

  // The same for the value of a header `authorization`.
  absl::StatusOr<Caller> AuthenticateHeader(std::string_view value) const;

  // The same for a request that did not come as a call of gRPC: its header,
  // where it has one, and SHA-256 of the certificate that its connection has
  // proved, or nothing.
  absl::StatusOr<Caller> AuthenticateRequest(
      const std::optional<std::string>& header,
      std::string_view certificate_sha256) const;

  // The metadata by which another listener of this process says in a call that
  // it makes which certificate its client has proved. The value has 256 random
  // bits of this process, so nobody else can say so.
  static constexpr char kVoucher[] = "skontro-voucher";
  std::string Vouch(std::string_view certificate_sha256) const;

  // CREDENTIAL_INVALID if the key that proved the actor is of no use any more,
  // for calls that last.
  absl::Status CheckStillValid(const Network& network,
                               const engine::Actor& actor) const;

  const std::string& secret() const { return options_.secret; }

 private:
  absl::StatusOr<Caller> AuthenticateKey(std::string_view text) const;
  absl::StatusOr<Caller> AuthenticateCertificate(std::string_view sha256) const;
  // SHA-256 of the certificate that a call is vouched for with; empty where it
  // is not, nullopt where that is a lie.
  std::optional<std::string> VouchedFor(
      const grpc::CallbackServerContext& context) const;

  const Options options_;
  const std::string voucher_secret_;
  const ledger::Digest server_digest_;
  const NetworkRegistry& networks_;
  const Clock& clock_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_AUTHENTICATOR_H_

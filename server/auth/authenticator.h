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

  // CREDENTIAL_INVALID if the key that proved the actor is of no use any more,
  // for calls that last.
  absl::Status CheckStillValid(const Network& network,
                               const engine::Actor& actor) const;

  const std::string& secret() const { return options_.secret; }

 private:
  absl::StatusOr<Caller> AuthenticateKey(std::string_view text) const;
  absl::StatusOr<Caller> AuthenticateCertificate(std::string_view sha256) const;

  const Options options_;
  const ledger::Digest server_digest_;
  const NetworkRegistry& networks_;
  const Clock& clock_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_AUTHENTICATOR_H_

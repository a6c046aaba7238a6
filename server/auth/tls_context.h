// What OpenSSL shakes hands with, for a listener that is not gRPC's: TLS 1.2
// or newer with ciphers of forward secrecy, HTTP/1.1 as the only protocol
// above, no renegotiation and no sessions that are taken up again, so that
// every connection proves its certificate anew.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_AUTH_TLS_CONTEXT_H_
#define SKONTRO_SERVER_AUTH_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/auth/certificates.h"

namespace skontro::server {

// A context of a server with these certificates. Clients are asked for one of
// theirs where `texts.client_ca` says who signs them, and may come without.
// Returns FAILED_PRECONDITION for what OpenSSL does not take, such as a key
// that is too short.
absl::StatusOr<std::shared_ptr<SSL_CTX>> NewTlsContext(
    const CertificateTexts& texts);

// SHA-256 of the certificate that the client of a connection has proved, as 32
// bytes; empty where it came without.
std::string PeerCertificateSha256(const SSL* connection);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_TLS_CONTEXT_H_

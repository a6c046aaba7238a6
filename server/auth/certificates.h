// The certificates that a server proves itself with: made at the first start,
// or the operator's own.
//
//   DATA/tls/ca.pem       what clients are told to trust
//   DATA/tls/ca.key       its private key
//   DATA/tls/server.pem   the server's certificate, signed by it
//   DATA/tls/server.key   its private key
//
// Keys have mode 0600.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_AUTH_CERTIFICATES_H_
#define SKONTRO_SERVER_AUTH_CERTIFICATES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::server {

// Paths of PEM files.
struct CertificateFiles {
  std::string certificate;  // The server's, then those up to its CA.
  std::string key;
  std::string client_ca;  // Who signs clients' certificates; empty for nobody.
};

// What the files hold.
struct CertificateTexts {
  std::string certificate;
  std::string key;
  std::string client_ca;

  friend bool operator==(const CertificateTexts&,
                         const CertificateTexts&) = default;
};

// Reads the files and checks that they can be used at `time_us`. Returns
// FAILED_PRECONDITION, with a message that names the file and what to do, for
// one that cannot be read, that is no PEM of what it should be, whose key is
// not that of the certificate, or that is expired or not valid yet.
absl::StatusOr<CertificateTexts> ReadCertificates(const CertificateFiles& files,
                                                  int64_t time_us);

// The files in `data_directory`: made where they are not there, and the
// server's certificate made anew where it ends within 30 days or does not name
// one of `hosts` (names and addresses of this machine). Returns the errors of
// ReadSecretFile() and WriteSecretFile().
absl::StatusOr<CertificateFiles> MakeCertificates(
    const std::string& data_directory, const std::vector<std::string>& hosts,
    int64_t time_us);

// Where the certificate is that clients are told to trust.
std::string CaPath(const std::string& data_directory);

// When the first certificate in a PEM text ends, in microseconds since 1970; 0
// for a text with none.
int64_t CertificateEndUs(std::string_view pem);

// SHA-256 of the first certificate (DER) in a PEM text, as 32 bytes; empty for
// a text with none.
std::string CertificateSha256(std::string_view pem);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_CERTIFICATES_H_

// Certificates for tests: authorities that sign what a test asks for, and the
// files they are kept in.

#ifndef SKONTRO_TESTS_SERVER_AUTHORITY_H_
#define SKONTRO_TESTS_SERVER_AUTHORITY_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>

namespace skontro::server {

std::string ReadText(const std::string& path);
void WriteText(const std::string& path, const std::string& text);

// A certificate and its key.
struct Pem {
  std::string certificate;
  std::string key;
};

class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  std::string pem() const;

  // For a client, of use from `first` to `last`, in days from now.
  Pem Issue(const std::string& name, int first, int last);
  // For a server on 127.0.0.1.
  Pem IssueServer(int first, int last);
  // The same with an RSA key of so many bits.
  Pem IssueServerRsa(int bits);

 private:
  X509* New(const std::string& name, EVP_PKEY* key, int first, int last);
  // Signs and takes both.
  Pem Sign(X509* certificate, EVP_PKEY* key);

  EVP_PKEY* const key_;
  X509* certificate_ = nullptr;
  long serial_ = 0;
};

}  // namespace skontro::server

#endif  // SKONTRO_TESTS_SERVER_AUTHORITY_H_

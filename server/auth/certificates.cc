#include "server/auth/certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "server/auth/secret_file.h"

namespace skontro::server {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr int64_t kRenewUs = 30 * kDayUs;
constexpr long kCaDays = 3'650;
// What browsers and Apple's systems accept at most.
constexpr long kServerDays = 397;

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using X509Ptr = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using ExtensionPtr =
    std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

absl::Status NotUsable(const std::string& path, absl::string_view what) {
  // What OpenSSL said would not help the reader, and must not wait for another.
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat("the certificate file ", path, " ", what));
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  if (!in || bytes.str().empty()) {
    return NotUsable(
        path, absl::StrCat("cannot be read: ",
                           errno == 0 ? "it is empty" : std::strerror(errno)));
  }
  return bytes.str();
}

BioPtr BioOf(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

X509Ptr ParseCertificate(std::string_view pem) {
  const BioPtr bio = BioOf(pem);
  return X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

KeyPtr ParseKey(std::string_view pem) {
  const BioPtr bio = BioOf(pem);
  // A key with a passphrase would ask for it on a terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return KeyPtr(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

bool IsBefore(const ASN1_TIME* time, int64_t time_us) {
  time_t seconds = static_cast<time_t>(time_us / 1'000'000);
  return X509_cmp_time(time, &seconds) < 0;
}

absl::Status CheckTimes(const std::string& path, X509* certificate,
                        int64_t time_us) {
  if (!IsBefore(X509_get0_notBefore(certificate), time_us)) {
    return NotUsable(path, "is not valid yet; look at this machine's clock");
  }
  if (IsBefore(X509_get0_notAfter(certificate), time_us)) {
    return NotUsable(path, "is expired; put a new one in its place");
  }
  return absl::OkStatus();
}

KeyPtr NewKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  SKONTRO_CHECK(key != nullptr);
  return key;
}

template <typename Write>
std::string ToPem(Write write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  SKONTRO_CHECK(write(bio.get()) == 1);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<size_t>(length)};
}

std::string PemOf(X509* certificate) {
  return ToPem([=](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string PemOf(EVP_PKEY* key) {
  return ToPem([=](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr,
                                    nullptr);
  });
}

void AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  SKONTRO_CHECK(extension != nullptr);
  SKONTRO_CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

// A certificate of `key`, signed by `issuer_key`, but for its extensions.
X509Ptr NewCertificate(EVP_PKEY* key, const std::string& name, long days,
                       int64_t time_us) {
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  unsigned char serial[16];
  SKONTRO_CHECK(RAND_bytes(serial, sizeof(serial)) == 1);
  serial[0] &= 0x7f;  // A number above zero.
  BIGNUM* number = BN_bin2bn(serial, sizeof(serial), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  time_t now = static_cast<time_t>(time_us / 1'000'000);
  // Clocks of clients may be a little behind.
  X509_time_adj_ex(X509_getm_notBefore(certificate.get()), -1, 0, &now);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()),
                   static_cast<int>(days), 0, &now);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(
      subject, "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.data()),
      static_cast<int>(name.size()), -1, 0);
  return certificate;
}

std::string AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    unsigned char address[16];
    const bool is_address = inet_pton(AF_INET, host.c_str(), address) == 1 ||
                            inet_pton(AF_INET6, host.c_str(), address) == 1;
    absl::StrAppend(&names, names.empty() ? "" : ",",
                    is_address ? "IP:" : "DNS:", host);
  }
  return names;
}

// Whether the certificate is valid for each of the hosts.
bool Names(X509* certificate, const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    if (X509_check_host(certificate, host.data(), host.size(), 0, nullptr) !=
            1 &&
        X509_check_ip_asc(certificate, host.c_str(), 0) != 1) {
      return false;
    }
  }
  return true;
}

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0750) == 0 || errno == EEXIST) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("cannot make ", path, ": ", std::strerror(errno)));
}

struct Ca {
  X509Ptr certificate;
  KeyPtr key;
};

absl::StatusOr<Ca> LoadOrMakeCa(const std::string& certificate_path,
                                const std::string& key_path, int64_t time_us) {
  bool made = false;
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string key_pem,
      ReadOrMakeSecretFile(
          key_path, [] { return PemOf(NewKey().get()); }, &made));
  Ca ca;
  ca.key = ParseKey(key_pem);
  if (ca.key == nullptr) return NotUsable(key_path, "is no private key");
  const auto make = [&] {
    const X509Ptr certificate = NewCertificate(
        ca.key.get(), "skontrod's own authority", kCaDays, time_us);
    X509* const x509 = certificate.get();
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    AddExtension(x509, x509, NID_basic_constraints, "critical,CA:TRUE");
    AddExtension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign");
    AddExtension(x509, x509, NID_subject_key_identifier, "hash");
    SKONTRO_CHECK(X509_sign(x509, ca.key.get(), EVP_sha256()) > 0);
    return PemOf(x509);
  };
  if (access(certificate_path.c_str(), F_OK) != 0) {
    SKONTRO_RETURN_IF_ERROR(WriteSecretFile(certificate_path, make()));
    // It is for everybody.
    chmod(certificate_path.c_str(), 0644);
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::string pem, ReadText(certificate_path));
  ca.certificate = ParseCertificate(pem);
  if (ca.certificate == nullptr ||
      X509_check_private_key(ca.certificate.get(), ca.key.get()) != 1) {
    return NotUsable(certificate_path,
                     absl::StrCat("is not that of ", key_path,
                                  "; put both back from a copy, or remove "
                                  "both and let the next start make others"));
  }
  return ca;
}

}  // namespace

absl::StatusOr<CertificateTexts> ReadCertificates(const CertificateFiles& files,
                                                  int64_t time_us) {
  CertificateTexts texts;
  SKONTRO_ASSIGN_OR_RETURN(texts.certificate, ReadText(files.certificate));
  SKONTRO_ASSIGN_OR_RETURN(texts.key, ReadText(files.key));
  const X509Ptr certificate = ParseCertificate(texts.certificate);
  if (certificate == nullptr) {
    return NotUsable(files.certificate, "holds no certificate in PEM");
  }
  const KeyPtr key = ParseKey(texts.key);
  if (key == nullptr) {
    return NotUsable(files.key,
                     "holds no private key in PEM, or one with a passphrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return NotUsable(files.key,
                     absl::StrCat("does not hold the key of the certificate ",
                                  files.certificate));
  }
  SKONTRO_RETURN_IF_ERROR(
      CheckTimes(files.certificate, certificate.get(), time_us));
  if (files.client_ca.empty()) return texts;
  SKONTRO_ASSIGN_OR_RETURN(texts.client_ca, ReadText(files.client_ca));
  const X509Ptr client_ca = ParseCertificate(texts.client_ca);
  if (client_ca == nullptr) {
    return NotUsable(files.client_ca, "holds no certificate in PEM");
  }
  SKONTRO_RETURN_IF_ERROR(
      CheckTimes(files.client_ca, client_ca.get(), time_us));
  return texts;
}

absl::StatusOr<CertificateFiles> MakeCertificates(
    const std::string& data_directory, const std::vector<std::string>& hosts,
    int64_t time_us) {
  const std::string directory = absl::StrCat(data_directory, "/tls");
  SKONTRO_RETURN_IF_ERROR(MakeDirectory(directory));
  SKONTRO_ASSIGN_OR_RETURN(
      const Ca ca,
      LoadOrMakeCa(CaPath(data_directory), directory + "/ca.key", time_us));
  CertificateFiles files;
  files.certificate = directory + "/server.pem";
  files.key = directory + "/server.key";
  const absl::StatusOr<CertificateTexts> present =
      ReadCertificates(files, time_us + kRenewUs);
  if (present.ok()) {
    const X509Ptr certificate = ParseCertificate(present->certificate);
    if (Names(certificate.get(), hosts)) return files;
  }
  const KeyPtr key = NewKey();
  const X509Ptr certificate =
      NewCertificate(key.get(), "skontrod", kServerDays, time_us);
  X509* const x509 = certificate.get();
  X509* const issuer = ca.certificate.get();
  X509_set_issuer_name(x509, X509_get_subject_name(issuer));
  AddExtension(x509, issuer, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(x509, issuer, NID_key_usage, "critical,digitalSignature");
  AddExtension(x509, issuer, NID_ext_key_usage, "serverAuth");
  AddExtension(x509, issuer, NID_subject_key_identifier, "hash");
  AddExtension(x509, issuer, NID_authority_key_identifier, "keyid");
  AddExtension(x509, issuer, NID_subject_alt_name, AlternativeNames(hosts));
  SKONTRO_CHECK(X509_sign(x509, ca.key.get(), EVP_sha256()) > 0);
  unlink(files.key.c_str());
  unlink(files.certificate.c_str());
  SKONTRO_RETURN_IF_ERROR(WriteSecretFile(files.key, PemOf(key.get())));
  SKONTRO_RETURN_IF_ERROR(WriteSecretFile(
      files.certificate, PemOf(x509) + PemOf(ca.certificate.get())));
  chmod(files.certificate.c_str(), 0644);
  return files;
}

std::string CaPath(const std::string& data_directory) {
  return absl::StrCat(data_directory, "/tls/ca.pem");
}

int64_t CertificateEndUs(std::string_view pem) {
  const X509Ptr certificate = ParseCertificate(pem);
  tm end{};
  if (certificate == nullptr ||
      ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
    ERR_clear_error();
    return 0;
  }
  return int64_t{timegm(&end)} * 1'000'000;
}

std::string CertificateSha256(std::string_view pem) {
  const X509Ptr certificate = ParseCertificate(pem);
  if (certificate == nullptr) {
    ERR_clear_error();
    return "";
  }
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate.get(), &der);
  SKONTRO_CHECK(length > 0);
  const std::string bytes(reinterpret_cast<char*>(der),
                          static_cast<size_t>(length));
  OPENSSL_free(der);
  return std::string(ledger::BytesOf(ledger::HashOf(bytes)));
}

}  // namespace skontro::server

#include "tests/server/authority.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <sstream>

namespace skontro::server {
namespace {

std::string TextOf(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<size_t>(length));
  BIO_free(bio);
  return text;
}

std::string PemOf(X509* certificate) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return TextOf(bio);
}

void Extend(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

Authority::Authority(const std::string& name) : key_(EVP_EC_gen("P-256")) {
  certificate_ = New(name, key_, 0, 3'650);
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  Extend(certificate_, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_, key_, EVP_sha256());
}

Authority::~Authority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

std::string Authority::pem() const { return PemOf(certificate_); }

Pem Authority::Issue(const std::string& name, int first, int last) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = New(name, key, first, last);
  Extend(certificate, NID_ext_key_usage, "clientAuth");
  return Sign(certificate, key);
}

Pem Authority::IssueServer(int first, int last) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = New("server", key, first, last);
  Extend(certificate, NID_subject_alt_name, "IP:127.0.0.1");
  return Sign(certificate, key);
}

Pem Authority::IssueServerRsa(int bits) {
  EVP_PKEY* const key = EVP_RSA_gen(static_cast<unsigned>(bits));
  return Sign(New("server", key, 0, 1), key);
}

Pem Authority::Sign(X509* certificate, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
  X509_sign(certificate, key_, EVP_sha256());
  Pem pem;
  pem.certificate = PemOf(certificate);
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  pem.key = TextOf(bio);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

X509* Authority::New(const std::string& name, EVP_PKEY* key, int first,
                     int last) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 86'400L * first - 60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400L * last);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace skontro::server

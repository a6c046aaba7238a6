#include "server/auth/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"

namespace skontro::server {
namespace {

constexpr char kCiphersOfTls12[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

// As on the wire: its length, its name.
constexpr unsigned char kHttp[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1',
                                   8, 'h', 't', 't', 'p', '/', '1', '.', '0'};

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

absl::Status Refused(absl::string_view what) {
  char why[256] = "unknown";
  ERR_error_string_n(ERR_peek_last_error(), why, sizeof(why));
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat(what, " is not of use for TLS: ", why));
}

Owned<BIO> BioOf(const std::string& text) {
  return Owned<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// All certificates of a text; what is no PEM behind the last is left alone.
std::vector<Owned<X509>> CertificatesIn(const std::string& pem) {
  const Owned<BIO> bio = BioOf(pem);
  std::vector<Owned<X509>> all;
  while (X509* const next =
             PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    all.emplace_back(next);
  }
  ERR_clear_error();  // Of the end.
  return all;
}

absl::Status UseOwn(SSL_CTX* context, const CertificateTexts& texts) {
  const std::vector<Owned<X509>> chain = CertificatesIn(texts.certificate);
  if (chain.empty() ||
      SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    return Refused("the certificate");
  }
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
      return Refused("the chain of the certificate");
    }
  }
  const Owned<BIO> bio = BioOf(texts.key);
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return Refused("the private key");
  }
  return absl::OkStatus();
}

absl::Status AskClients(SSL_CTX* context, const std::string& client_ca) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const Owned<X509>& ca : CertificatesIn(client_ca)) {
    if (X509_STORE_add_cert(store, ca.get()) != 1 ||
        SSL_CTX_add_client_CA(context, ca.get()) != 1) {
      return Refused("the certificate of who signs clients'");
    }
  }
  // Who has none may come with a key instead.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return absl::OkStatus();
}

// Whoever names protocols and not ours would not understand us.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_length,
                   const unsigned char* in, unsigned int in_length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp, sizeof(kHttp), in,
                            in_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

absl::StatusOr<std::shared_ptr<SSL_CTX>> NewTlsContext(
    const CertificateTexts& texts) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()),
                                   SSL_CTX_free);
  SKONTRO_CHECK(context != nullptr);
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SKONTRO_CHECK(SSL_CTX_set_cipher_list(raw, kCiphersOfTls12) == 1);
  SSL_CTX_set_options(
      raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  // Connections that wait hold no buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(raw, ChooseProtocol, nullptr);
  SKONTRO_RETURN_IF_ERROR(UseOwn(raw, texts));
  if (!texts.client_ca.empty()) {
    SKONTRO_RETURN_IF_ERROR(AskClients(raw, texts.client_ca));
  }
  return context;
}

std::string PeerCertificateSha256(const SSL* connection) {
  const Owned<X509> peer(SSL_get1_peer_certificate(connection));
  if (peer == nullptr || SSL_get_verify_result(connection) != X509_V_OK) {
    return "";
  }
  unsigned char* der = nullptr;
  const int length = i2d_X509(peer.get(), &der);
  SKONTRO_CHECK(length > 0);
  const std::string bytes(reinterpret_cast<char*>(der),
                          static_cast<size_t>(length));
  OPENSSL_free(der);
  return std::string(ledger::BytesOf(ledger::HashOf(bytes)));
}

}  // namespace skontro::server

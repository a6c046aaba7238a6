#include "server/auth/tls.h"

#include <grpc/grpc.h>

#include <string>
#include <utility>

namespace skontro::server {
namespace {

// gRPC's own wrapper of these credentials takes no source of certificates.
class FetchedCredentials : public grpc::ServerCredentials {
 public:
  explicit FetchedCredentials(grpc_server_credentials* credentials)
      : credentials_(credentials) {}
  ~FetchedCredentials() override {
    grpc_server_credentials_release(credentials_);
  }

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address,
                      grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Tls>> Tls::Open(const CertificateFiles& files,
                                               absl::Duration interval,
                                               const Clock* clock, Log* log) {
  absl::StatusOr<CertificateTexts> texts =
      ReadCertificates(files, clock->NowUs());
  if (!texts.ok()) return texts.status();
  absl::StatusOr<std::shared_ptr<SSL_CTX>> context = NewTlsContext(*texts);
  if (!context.ok()) return context.status();
  std::unique_ptr<Tls> tls(new Tls(files, clock, log));
  {
    const absl::MutexLock lock(&tls->mutex_);
    tls->texts_ = *std::move(texts);
    tls->context_ = *std::move(context);
  }
  tls->watcher_ =
      std::thread([tls = tls.get(), interval] { tls->Watch(interval); });
  return tls;
}

Tls::~Tls() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  watcher_.join();
}

std::shared_ptr<grpc::ServerCredentials> Tls::Credentials() {
  grpc_ssl_server_credentials_options* const options =
      grpc_ssl_server_credentials_create_options_using_config_fetcher(
          // Who has none may come with a key instead.
          files_.client_ca.empty()
              ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
              : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY,
          Fetch, this);
  return std::make_shared<FetchedCredentials>(
      grpc_ssl_server_credentials_create_with_options(options));
}

std::shared_ptr<SSL_CTX> Tls::Context() {
  const absl::MutexLock lock(&mutex_);
  return context_;
}

absl::Status Tls::Reload() {
  absl::StatusOr<CertificateTexts> texts =
      ReadCertificates(files_, clock_.NowUs());
  if (!texts.ok()) return texts.status();
  const absl::MutexLock lock(&mutex_);
  if (texts_ == *texts) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<SSL_CTX>> context = NewTlsContext(*texts);
  if (!context.ok()) return context.status();
  texts_ = *std::move(texts);
  context_ = *std::move(context);
  ++version_;
  log_.Write(LogLevel::kInfo, "certificates_reloaded",
             {{"file", files_.certificate}});
  return absl::OkStatus();
}

void Tls::Watch(absl::Duration interval) {
  std::string told;
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopped_), interval)) return;
    }
    const absl::Status status = Reload();
    const std::string why(status.message());
    if (why != told && !status.ok()) {
      log_.Write(LogLevel::kError, "certificates_not_reloaded",
                 {{"error", why}});
    }
    told = why;
  }
}

grpc_ssl_certificate_config_reload_status Tls::Fetch(
    void* user_data, grpc_ssl_server_certificate_config** config) {
  Tls& tls = *static_cast<Tls*>(user_data);
  const absl::MutexLock lock(&tls.mutex_);
  if (tls.fetched_ == tls.version_) {
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  }
  const grpc_ssl_pem_key_cert_pair pair = {tls.texts_.key.c_str(),
                                           tls.texts_.certificate.c_str()};
  *config = grpc_ssl_server_certificate_config_create(
      // gRPC stops the process for none, although no certificate is asked for.
      tls.texts_.client_ca.empty() ? tls.texts_.certificate.c_str()
                                   : tls.texts_.client_ca.c_str(),
      &pair, 1);
  if (*config == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
  tls.fetched_ = tls.version_;
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

}  // namespace skontro::server

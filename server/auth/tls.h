// TLS of a listener, 1.2 or newer, with certificates that may be changed while
// it runs: new connections get what the files hold now, the others stay as they
// are. What cannot be used is told in the log and not taken over.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_AUTH_TLS_H_
#define SKONTRO_SERVER_AUTH_TLS_H_

#include <grpc/grpc_security.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/auth/certificates.h"
#include "server/auth/tls_context.h"
#include "server/clock.h"
#include "server/log.h"

namespace skontro::server {

class Tls {
 public:
  // Reads the files, and looks at them again every `interval`. `clock` and
  // `log` must outlive it. Returns the errors of ReadCertificates() and
  // NewTlsContext().
  static absl::StatusOr<std::unique_ptr<Tls>> Open(
      const CertificateFiles& files, absl::Duration interval,
      const Clock* clock, Log* log);

  ~Tls();

  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // For a listener of gRPC, which must not outlive this.
  std::shared_ptr<grpc::ServerCredentials> Credentials();

  // For one more connection of another listener; asked for anew for each.
  std::shared_ptr<SSL_CTX> Context() ABSL_LOCKS_EXCLUDED(mutex_);

  // Looks at the files now. Returns the errors of Open(), and goes on with what
  // it had.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Tls(CertificateFiles files, const Clock* clock, Log* log)
      : files_(std::move(files)), clock_(*clock), log_(*log) {}

  void Watch(absl::Duration interval) ABSL_LOCKS_EXCLUDED(mutex_);

  // gRPC asks at every new connection. `user_data` is a Tls.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* user_data, grpc_ssl_server_certificate_config** config);

  const CertificateFiles files_;
  const Clock& clock_;
  Log& log_;
  absl::Mutex mutex_;
  CertificateTexts texts_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<SSL_CTX> context_ ABSL_GUARDED_BY(mutex_);
  uint64_t version_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t fetched_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watcher_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_TLS_H_

// What is done around every call of ours, whatever its method: a request that
// is no message at all gets an error like any other, its time is counted, and
// with --log-level debug each call is a line of the log.

#ifndef SKONTRO_SERVER_CALL_WATCH_H_
#define SKONTRO_SERVER_CALL_WATCH_H_

#include <grpcpp/support/server_interceptor.h>

#include "server/log.h"
#include "server/metrics.h"

namespace skontro::server {

// Thread safety: CreateServerInterceptor() may be called from any thread.
class CallWatchFactory
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // Both must outlive the server; `metrics` may be null.
  CallWatchFactory(Log* log, Metrics* metrics) : log_(log), metrics_(metrics) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  Log* const log_;
  Metrics* const metrics_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CALL_WATCH_H_

// The HttpServer listens for JSON over HTTP: the Connect protocol's calls of
// every service, and the pages /healthz, /readyz, /metrics and /openapi.json.
// It listens before the networks are open, so that whoever waits can see it.
//
// Order of a stop: Drain(); the gRPC server stops its intake; WaitForCalls();
// the gRPC server stops; Stop(). A call in this process does not outlive the
// stop of the gRPC server, as one over a socket does, hence the wait.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_HTTP_HTTP_SERVER_H_
#define SKONTRO_SERVER_HTTP_HTTP_SERVER_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/tls.h"
#include "server/http/gateway.h"
#include "server/http/options.h"
#include "server/log.h"

namespace skontro::server::http {

class HttpServer {
 public:
  // Starts to listen. `log` must outlive the server, and so must `tls`, which
  // is asked for certificates at each new connection. Without it only the
  // loopback will do.
  //
  // Returns INVALID_ARGUMENT for an address that is no HOST:PORT or not on the
  // loopback, UNAVAILABLE for one that cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(Options options,
                                                           Tls* tls, Log* log);

  // Stop(), without a time for answers to go out.
  ~HttpServer();

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const { return port_; }

  // From now on calls are answered, by the services that `channel` leads to in
  // this process and whose calls `authenticator` authenticates; it outlives
  // them.
  void Serve(const std::shared_ptr<grpc::Channel>& channel,
             const Authenticator* authenticator, MetricsText metrics);

  // From now on /readyz says no, idle connections end, and the others end with
  // the answer that they wait for.
  void Drain();

  // Waits until no call is under way, and lets none begin after that; false if
  // there still is one after `grace`.
  bool WaitForCalls(absl::Duration grace);

  // Listens no more, waits until every answer has gone out or `grace` has
  // passed, and closes what is left.
  void Stop(absl::Duration grace);

  size_t connections() const { return gateway_.connections(); }

 private:
  HttpServer(Options options, Tls* tls, Log* log);

  absl::Status Listen();
  void Accept();
  void CloseAcceptor();
  void OnAccepted(boost::asio::ip::tcp::socket socket);

  // What is below uses what is above.
  boost::asio::io_context context_;
  Tls* const tls_;
  Gateway gateway_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer accept_timer_;
  int port_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_HTTP_SERVER_H_

#include "server/http/http_server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "ledger/base/status.h"
#include "server/http/connection.h"
#include "server/http/socket.h"
#include "server/server.h"

namespace skontro::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr int kBacklog = 1'024;

// Where the process has no file descriptors left, it has some later.
constexpr std::chrono::milliseconds kAcceptPause(100);

absl::StatusOr<tcp::endpoint> Resolve(asio::io_context* context,
                                      const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(address, " is not HOST:PORT"));
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  Error error;
  const auto found = tcp::resolver(*context).resolve(
      host, address.substr(colon + 1), tcp::resolver::passive, error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(address, " is not HOST:PORT: ", error.message()));
  }
  return found.begin()->endpoint();
}

}  // namespace

HttpServer::HttpServer(Options options, Tls* tls, Log* log)
    : tls_(tls),
      gateway_(std::move(options), tls_ == nullptr, log),
      acceptor_(asio::make_strand(context_)),
      accept_timer_(acceptor_.get_executor()) {}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Options options,
                                                              Tls* tls,
                                                              Log* log) {
  if (tls == nullptr && !IsLoopback(options.address)) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.address,
        " is not on this machine's loopback; calls that are not encrypted are "
        "taken on 127.0.0.1:PORT or [::1]:PORT only"));
  }
  const int threads = options.threads;
  std::unique_ptr<HttpServer> server(
      new HttpServer(std::move(options), tls, log));
  SKONTRO_RETURN_IF_ERROR(server->Listen());
  asio::post(server->acceptor_.get_executor(),
             [server = server.get()] { server->Accept(); });
  for (int i = 0; i < threads; ++i) {
    server->threads_.emplace_back([context = &server->context_] {
      const auto work = asio::make_work_guard(*context);
      context->run();
    });
  }
  return server;
}

absl::Status HttpServer::Listen() {
  const std::string& address = gateway_.options().address;
  SKONTRO_ASSIGN_OR_RETURN(const tcp::endpoint endpoint,
                           Resolve(&context_, address));
  Error error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) {
    const char* const next =
        error == boost::system::errc::permission_denied
            ? "; skontrod --check-config says what to do"
            : "; stop what is there, or choose another port with --http-listen";
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address,
                                               ": ", error.message(), next));
  }
  port_ = acceptor_.local_endpoint().port();
  return absl::OkStatus();
}

void HttpServer::Accept() {
  acceptor_.async_accept(asio::make_strand(context_),
                         [this](const Error& error, tcp::socket socket) {
                           if (!acceptor_.is_open()) return;
                           if (!error) {
                             OnAccepted(std::move(socket));
                             return Accept();
                           }
                           accept_timer_.expires_after(kAcceptPause);
                           accept_timer_.async_wait([this](const Error&) {
                             if (acceptor_.is_open()) Accept();
                           });
                         });
}

void HttpServer::OnAccepted(tcp::socket socket) {
  const Admission admission = gateway_.Admit();
  if (admission == Admission::kDrop) return;
  Error ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(
      tls_ == nullptr ? NewPlainSocket(std::move(socket))
                      : NewTlsSocket(std::move(socket), tls_->Context().get()),
      &gateway_, admission);
  gateway_.Add(connection, admission);
  connection->Start();
}

void HttpServer::Serve(const std::shared_ptr<grpc::Channel>& channel,
                       const Authenticator* authenticator,
                       MetricsText metrics) {
  gateway_.Open({std::make_shared<Bridge>(channel, authenticator),
                 authenticator, std::move(metrics)});
}

void HttpServer::Drain() {
  gateway_.Drain();
  gateway_.ForEach([](Connection& connection) { connection.Drain(); });
}

bool HttpServer::WaitForCalls(absl::Duration grace) {
  const std::shared_ptr<Bridge> bridge = gateway_.bridge();
  return bridge == nullptr || bridge->Close(grace);
}

// When it returns nobody gets in any more.
void HttpServer::CloseAcceptor() {
  if (threads_.empty()) return;  // It never listened.
  absl::Notification closed;
  asio::post(acceptor_.get_executor(), [this, &closed] {
    Error ignored;
    acceptor_.close(ignored);
    accept_timer_.cancel();
    closed.Notify();
  });
  closed.WaitForNotification();
}

void HttpServer::Stop(absl::Duration grace) {
  if (std::exchange(stopped_, true)) return;
  Drain();
  CloseAcceptor();
  const std::shared_ptr<Bridge> bridge = gateway_.bridge();
  gateway_.Close();
  if (!gateway_.WaitUntilEmpty(grace)) {
    gateway_.ForEach([](Connection& connection) { connection.Close(); });
  }
  while (!gateway_.WaitUntilEmpty(absl::Milliseconds(100))) {
    gateway_.ForEach([](Connection& connection) { connection.Close(); });
  }
  if (bridge != nullptr) bridge->WaitUntilIdle(absl::InfiniteDuration());
  context_.stop();
  for (std::thread& thread : threads_) thread.join();
}

HttpServer::~HttpServer() { Stop(absl::ZeroDuration()); }

}  // namespace skontro::server::http

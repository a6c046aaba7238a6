#include "server/http/socket.h"

#include <poll.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "ledger/base/check.h"
#include "server/auth/tls_context.h"

namespace skontro::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

// What both kinds share: all that is done to the connection below.
template <typename Stream>
class SocketOn : public Socket {
 public:
  template <typename... Arguments>
  explicit SocketOn(Arguments&&... arguments)
      : stream_(std::forward<Arguments>(arguments)...) {}

  asio::any_io_executor executor() override { return stream_.get_executor(); }

  void ReadSome(asio::mutable_buffer into, OnBytes done) override {
    stream_.async_read_some(
        into, [done = std::move(done)](const Error& error, size_t bytes) {
          done(error ? 0 : bytes);
        });
  }

  void Write(std::string_view bytes, OnDone done) override {
    asio::async_write(
        stream_, asio::buffer(bytes.data(), bytes.size()),
        [done = std::move(done)](const Error& error, size_t) { done(!error); });
  }

  void CancelOperations() override {
    Error ignored;
    tcp_socket().cancel(ignored);
  }

  void Close() override {
    Error ignored;
    tcp_socket().close(ignored);
  }

  bool IsPeerGone() override {
    if (!tcp_socket().is_open()) return true;
    pollfd look{tcp_socket().native_handle(), POLLRDHUP, 0};
    return poll(&look, 1, 0) > 0 &&
           (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }

  bool IsPeerLoopback() override {
    Error error;
    const asio::ip::address address =
        tcp_socket().remote_endpoint(error).address();
    if (error) return false;
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) {
      return address.is_loopback();
    }
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6())
        .is_loopback();
  }

 protected:
  typename Stream::lowest_layer_type& tcp_socket() {
    return stream_.lowest_layer();
  }

  void ShutDownSending() {
    Error ignored;
    tcp_socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  Stream stream_;
};

class PlainSocket : public SocketOn<tcp::socket> {
 public:
  using SocketOn::SocketOn;

  void Handshake(OnDone done) override {
    asio::post(stream_.get_executor(),
               [done = std::move(done)] { done(true); });
  }

  void EndSending(OnDone done) override {
    ShutDownSending();
    done(true);
  }

  void DiscardSome(asio::mutable_buffer into, OnBytes done) override {
    ReadSome(into, std::move(done));
  }

  std::string PeerCertificate() override { return ""; }
};

class TlsSocket : public SocketOn<asio::ssl::stream<tcp::socket>> {
 public:
  using SocketOn::SocketOn;

  void Handshake(OnDone done) override {
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [done = std::move(done)](const Error& error) { done(!error); });
  }

  // Says first that the answer is whole, which a client could not tell from a
  // connection that somebody cut. It waits for the other side to say the same,
  // and fails where that sends something else: then too all is said.
  void EndSending(OnDone done) override {
    stream_.async_shutdown([this, done = std::move(done)](const Error& error) {
      ShutDownSending();
      done(!error);
    });
  }

  void DiscardSome(asio::mutable_buffer into, OnBytes done) override {
    stream_.next_layer().async_read_some(
        into, [done = std::move(done)](const Error& error, size_t bytes) {
          done(error ? 0 : bytes);
        });
  }

  std::string PeerCertificate() override {
    return PeerCertificateSha256(stream_.native_handle());
  }
};

}  // namespace

std::shared_ptr<Socket> NewPlainSocket(tcp::socket socket) {
  return std::make_shared<PlainSocket>(std::move(socket));
}

std::shared_ptr<Socket> NewTlsSocket(tcp::socket socket, SSL_CTX* context) {
  SSL* const connection = SSL_new(context);
  SKONTRO_CHECK(connection != nullptr);
  return std::make_shared<TlsSocket>(std::move(socket), connection);
}

}  // namespace skontro::server::http

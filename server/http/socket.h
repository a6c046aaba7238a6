// A Socket is one accepted connection, plain or with TLS, as a few operations
// whose callbacks run on its executor. At most one ReadSome() and one Write()
// are under way at a time.
//
// Thread safety: all methods on the executor, but for the constructor.

#ifndef SKONTRO_SERVER_HTTP_SOCKET_H_
#define SKONTRO_SERVER_HTTP_SOCKET_H_

#include <openssl/ssl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace skontro::server::http {

class Socket {
 public:
  using OnDone = std::function<void(bool ok)>;
  // Zero bytes: the other side has ended, or something failed.
  using OnBytes = std::function<void(size_t bytes)>;

  virtual ~Socket() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  // Before anything else; without TLS it succeeds at once.
  virtual void Handshake(OnDone done) = 0;
  virtual void ReadSome(boost::asio::mutable_buffer into, OnBytes done) = 0;
  // `bytes` stay until `done`.
  virtual void Write(std::string_view bytes, OnDone done) = 0;
  // Makes what is under way fail, and leaves the connection open.
  virtual void CancelOperations() = 0;
  // Says that nothing more is sent, and calls back when that is said. From then
  // on only DiscardSome() may be called.
  virtual void EndSending(OnDone done) = 0;
  // As ReadSome(), for bytes that nobody wants.
  virtual void DiscardSome(boost::asio::mutable_buffer into, OnBytes done) = 0;
  virtual void Close() = 0;
  // Whether the other side has gone, as far as the system knows by now.
  virtual bool IsPeerGone() = 0;
  // Whether the other side is on this machine.
  virtual bool IsPeerLoopback() = 0;
  // SHA-256 of the certificate that the other side has proved in the handshake,
  // as 32 bytes; empty where it came without.
  virtual std::string PeerCertificate() = 0;
};

std::shared_ptr<Socket> NewPlainSocket(boost::asio::ip::tcp::socket socket);
std::shared_ptr<Socket> NewTlsSocket(boost::asio::ip::tcp::socket socket,
                                     SSL_CTX* context);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_SOCKET_H_

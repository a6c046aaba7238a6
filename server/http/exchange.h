// An Exchange answers one request that is a call of a service. It runs on the
// executor of its connection, converts what is large on the pool of workers,
// and gives the connection no more of a stream than the client takes.
//
// Thread safety: Start() and Cancel() on the executor of the connection.

#ifndef SKONTRO_SERVER_HTTP_EXCHANGE_H_
#define SKONTRO_SERVER_HTTP_EXCHANGE_H_

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "server/http/bridge.h"
#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/route.h"
#include "server/work_pool.h"

namespace skontro::server::http {

// What an Exchange has of its connection: TakeMemory() at most once; Respond()
// once, or BeginStream()
// once and then Send() again and again, each when the one before is `sent`,
// and EndStream() once. All of it on the executor; after the client is gone
// they do nothing but call `sent` with false.
class Client {
 public:
  virtual ~Client() = default;
  // Memory for what the request is beyond the bytes that came, until it is
  // answered; false where all that may be used is.
  virtual bool TakeMemory(size_t bytes) = 0;
  virtual void Respond(Response response) = 0;
  virtual void BeginStream(Response head) = 0;
  virtual void Send(std::string bytes, std::function<void(bool ok)> sent) = 0;
  virtual void EndStream(std::string bytes) = 0;
};

class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void Start() = 0;
  // The client is gone, or has to go.
  virtual void Cancel() = 0;
};

// All of it lives until the client has its answer.
struct ExchangeScope {
  boost::asio::any_io_executor executor;
  std::shared_ptr<Bridge> bridge;
  std::shared_ptr<Client> client;
  WorkPool* workers = nullptr;
  std::string certificate;  // SHA-256 of the client's; empty for none.
  size_t body_bytes_max = 0;
};

// REQUIRES: the route's method is one that the bridge's services have.
std::shared_ptr<Exchange> NewUnaryExchange(ExchangeScope scope, CallRoute route,
                                           Request request);
std::shared_ptr<Exchange> NewStreamExchange(ExchangeScope scope,
                                            CallRoute route, Request request);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_EXCHANGE_H_

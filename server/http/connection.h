// A Connection reads requests off a socket one after another and answers each
// before it looks at the next, so that a client that sends ahead waits in its
// own buffers. It keeps the times and sizes of the options, and closes after
// any request that it refused without reading all of it.
//
// Thread safety: Start(), Close() and Drain() from any thread, the rest on the
// executor of its socket.

#ifndef SKONTRO_SERVER_HTTP_CONNECTION_H_
#define SKONTRO_SERVER_HTTP_CONNECTION_H_

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "server/http/exchange.h"
#include "server/http/gateway.h"
#include "server/http/request_reader.h"
#include "server/http/socket.h"

namespace skontro::server::http {

class Connection : public Client,
                   public std::enable_shared_from_this<Connection> {
 public:
  // `gateway` must outlive it. With kRefuse every request is answered with 503.
  Connection(std::shared_ptr<Socket> socket, Gateway* gateway,
             Admission admission);
  ~Connection() override;

  void Start();

  // Ends it at once, with whatever is under way.
  void Close();

  // Ends it unless its request is whole by now.
  void MakeRoom();

  // Ends it if nothing is under way, else after the answer.
  void Drain();

  // Of Client, for the exchange.
  bool TakeMemory(size_t bytes) override;
  void Respond(Response response) override;
  void BeginStream(Response head) override;
  void Send(std::string bytes, std::function<void(bool ok)> sent) override;
  void EndStream(std::string bytes) override;

 private:
  using OnWritten = std::function<void(bool ok)>;

  // Reading.
  void ReadMore();
  void OnBytes(size_t bytes);
  void Advance();
  bool OnHead();
  void Continue();
  void OnRequest();
  void Refuse(Response response);
  bool TakeBodyMemory();
  void GiveMemory();

  // Answering.
  bool KeepsAlive() const;
  void Answer(Response response);
  void Write(std::string bytes, OnWritten done);
  void WriteNow(std::string bytes, OnWritten done);
  void NextRequest();
  void Linger();
  void LingerOn();
  void CloseNow();

  // Time. Arm() makes what is under way fail at that time.
  void Arm(absl::Duration timeout);
  void Disarm();
  void WatchPeer();

  const std::shared_ptr<Socket> socket_;
  Gateway* const gateway_;
  const Admission admission_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer peer_timer_;
  uint64_t timer_round_ = 0;
  bool timed_out_ = false;

  boost::beast::flat_buffer in_;
  RequestReader reader_;
  Route route_;
  std::string out_;  // What is being written; empty if nothing is.
  // What waits for it: the first piece of a stream, for its head.
  std::string next_out_;
  OnWritten next_written_;
  size_t memory_taken_ = 0;
  size_t lingered_ = 0;
  bool reading_head_ = false;
  bool streaming_ = false;
  bool closed_ = false;
  std::string certificate_;  // SHA-256 of the client's; empty for none.
  Request request_;          // Its head, of the one that is being answered.
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_CONNECTION_H_

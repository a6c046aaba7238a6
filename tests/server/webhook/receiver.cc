#include "tests/server/webhook/receiver.h"

#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace skontro::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kPause = std::chrono::milliseconds(20);

bool Send(tcp::socket* socket, const std::string& text) {
  error_code error;
  asio::write(*socket, asio::buffer(text), error);
  return !error;
}

}  // namespace

Receiver::Receiver()
    : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
      thread_([this] { Accept(); }) {}

Receiver::~Receiver() {
  leaving_ = true;
  error_code error;
  // It wakes whoever accepts.
  tcp::socket last(io_);
  last.connect(acceptor_.local_endpoint(), error);
  thread_.join();
  for (std::thread& connection : connections_) connection.join();
}

std::string Receiver::url() const {
  return absl::StrCat("http://127.0.0.1:", acceptor_.local_endpoint().port(),
                      "/hook?a=1");
}

std::vector<Receiver::Message> Receiver::messages() const {
  const absl::MutexLock lock(&mutex_);
  return messages_;
}

bool Receiver::WaitFor(size_t count) const {
  return Eventually([&] { return this->count() >= count; });
}

void Receiver::Accept() {
  while (!leaving_) {
    auto socket = std::make_shared<tcp::socket>(io_);
    error_code error;
    acceptor_.accept(*socket, error);
    if (error || leaving_) return;
    connections_.emplace_back([this, socket] { Serve(socket.get()); });
  }
}

void Receiver::Serve(tcp::socket* socket) {
  beast::flat_buffer buffer;
  http::request<http::string_body> request;
  error_code error;
  http::read(*socket, buffer, request, error);
  if (error) return;
  Message message;
  message.target = std::string(request.target());
  message.body = request.body();
  for (const auto& field : request) {
    const std::string name(field.name_string());
    message.headers[absl::AsciiStrToLower(name)] = std::string(field.value());
  }
  {
    const absl::MutexLock lock(&mutex_);
    messages_.push_back(std::move(message));
  }
  Answer(socket);
  socket->shutdown(tcp::socket::shutdown_both, error);
}

void Receiver::Answer(tcp::socket* socket) {
  switch (manner_) {
    case Manner::kTakes:
      Send(socket, "HTTP/1.1 204 No Content\r\n\r\n");
      return;
    case Manner::kFails:
      Send(socket, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
      return;
    case Manner::kRedirects:
      Send(socket, absl::StrCat("HTTP/1.1 302 Found\r\nLocation: ", url(),
                                "\r\nContent-Length: 0\r\n\r\n"));
      return;
    case Manner::kHangs:
      while (!leaving_ && manner_ == Manner::kHangs) {
        std::this_thread::sleep_for(kPause);
      }
      return;
    case Manner::kDrips:
      Send(socket, "HTTP/1.1 200 OK\r\nX-Slow: ");
      while (!leaving_ && manner_ == Manner::kDrips && Send(socket, "a")) {
        std::this_thread::sleep_for(kPause);
      }
      return;
    case Manner::kCloses:
      return;
    case Manner::kTalks: {
      const std::string much(64 * 1024, 'x');
      Send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
      while (!leaving_ && Send(socket, much)) continue;
      return;
    }
  }
}

}  // namespace skontro::server

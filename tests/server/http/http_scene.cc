#include "tests/server/http/http_scene.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/gauges.h"

namespace skontro::server::http {
namespace {

constexpr int kPatienceSeconds = 20;

// Takes the chunks of a body out of `in` into `body`; false where more has to
// come.
bool TakeChunk(std::string* in, std::string* body, bool* is_last) {
  const size_t line = in->find("\r\n");
  if (line == std::string::npos) return false;
  const size_t size = std::strtoul(in->c_str(), nullptr, 16);
  if (in->size() < line + 2 + size + 2) return false;
  body->append(*in, line + 2, size);
  in->erase(0, line + 2 + size + 2);
  *is_last = size == 0;
  return true;
}

}  // namespace

std::string Answer::Header(const std::string& name) const {
  const std::string start = absl::StrCat("\r\n", name, ": ");
  const size_t at = head.find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Wire::Wire(int port, int receive_buffer) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_GE(fd_, 0);
  if (receive_buffer > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
               sizeof(receive_buffer));
  }
  const timeval patience{kPatienceSeconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(
      connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

Wire::~Wire() { close(fd_); }

bool Wire::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void Wire::EndSending() { shutdown(fd_, SHUT_WR); }

bool Wire::Fill() {
  char buffer[64 * 1024];
  const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
  if (got <= 0) return false;
  in_.append(buffer, static_cast<size_t>(got));
  return true;
}

Answer Wire::Receive() {
  Answer answer;
  size_t end = 0;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return answer;
  }
  answer.head = in_.substr(0, end + 2);
  in_.erase(0, end + 4);
  EXPECT_EQ(answer.head.substr(0, 9), "HTTP/1.1 ");
  EXPECT_TRUE(absl::SimpleAtoi(answer.head.substr(9, 3), &answer.status));
  if (answer.status == 100) return Receive();
  if (answer.Header("Transfer-Encoding") == "chunked") {
    bool is_last = false;
    while (!is_last) {
      if (!TakeChunk(&in_, &answer.body, &is_last) && !Fill()) break;
    }
    return answer;
  }
  size_t length = 0;
  static_cast<void>(absl::SimpleAtoi(answer.Header("Content-Length"), &length));
  while (in_.size() < length && Fill()) {
  }
  answer.body = in_.substr(0, length);
  EXPECT_EQ(answer.body.size(), length);
  in_.erase(0, length);
  return answer;
}

bool Wire::IsClosed() {
  if (!in_.empty()) return false;
  char byte = 0;
  const ssize_t got = recv(fd_, &byte, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

std::string Wire::ReceiveAll() {
  while (Fill()) {
  }
  return std::exchange(in_, std::string());
}

std::string Wire::ReceiveSome(size_t bytes) {
  while (in_.size() < bytes && Fill()) {
  }
  std::string some = in_.substr(0, bytes);
  in_.erase(0, some.size());
  return some;
}

HttpScene::HttpScene(Options options, bool serves) {
  options.address = "127.0.0.1:0";
  auto started = HttpServer::Start(std::move(options), nullptr, &log_);
  EXPECT_TRUE(started.ok()) << started.status();
  if (!started.ok()) std::abort();
  http_ = *std::move(started);
  if (serves) Serve();
}

HttpScene::~HttpScene() { http_->Stop(absl::ZeroDuration()); }

void HttpScene::Serve() {
  http_->Serve(
      scene_.server().InProcessChannel(), &scene_.server().authenticator(),
      [this](const auto& shows) {
        return scene_.metrics().Text(
            ReadGauges(scene_.networks(), scene_.directory(), &limits_), shows);
      });
}

Answer HttpScene::Call(const std::string& method, const std::string& json,
                       const std::string& headers) {
  Wire wire(port());
  EXPECT_TRUE(wire.Send(PostBytes("/skontro.v1." + method, json, headers)));
  return wire.Receive();
}

Answer HttpScene::Get(const std::string& path) {
  Wire wire(port());
  EXPECT_TRUE(wire.Send(
      absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\n\r\n")));
  return wire.Receive();
}

std::string PostBytes(const std::string& path, const std::string& body,
                      const std::string& headers, const std::string& type) {
  return absl::StrCat(
      "POST ", path, " HTTP/1.1\r\nHost: localhost\r\nContent-Type: ", type,
      "\r\nContent-Length: ", body.size(), "\r\n", headers, "\r\n", body);
}

std::string SaleJson(const std::string& request_id, const std::string& units) {
  return absl::StrCat(
      R"({"parent":"networks/res","requestId":")", request_id,
      R"(","trade":{"seller":"networks/res/members/imprimerie",)"
      R"("buyer":"networks/res/members/boulangerie",)"
      R"("initiator":"BUYER","unitLeg":{"minorUnits":)",
      units, "}}}");
}

}  // namespace skontro::server::http

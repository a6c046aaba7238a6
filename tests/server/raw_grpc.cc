#include "tests/server/raw_grpc.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>

namespace skontro::server {
namespace {

constexpr uint8_t kData = 0;
constexpr uint8_t kHeaders = 1;
constexpr uint8_t kSettings = 4;
constexpr uint8_t kEndStream = 1;
constexpr uint8_t kEndHeaders = 4;
// The largest frame that a server has to take.
constexpr size_t kFrameMax = 16'384;
constexpr int kPatienceSeconds = 30;

std::string BigEndian(uint32_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(number >> (8 * i) & 0xff));
  }
  return text;
}

// A literal without an index, RFC 7541, 6.2.2; both shorter than 127.
std::string Literal(const std::string& name, const std::string& value) {
  std::string text(1, '\0');
  for (const std::string& part : {name, value}) {
    EXPECT_LT(part.size(), 127u);
    text.push_back(static_cast<char>(part.size()));
    text.append(part);
  }
  return text;
}

}  // namespace

RawGrpc::RawGrpc(int port) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{kPatienceSeconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(
      connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  EXPECT_GT(send(fd_, kPreface.data(), kPreface.size(), MSG_NOSIGNAL), 0);
  SendFrame(kSettings, 0, 0, "");
}

RawGrpc::~RawGrpc() { close(fd_); }

bool RawGrpc::SendFrame(uint8_t type, uint8_t flags, uint32_t stream,
                        std::string_view payload) {
  std::string bytes = BigEndian(static_cast<uint32_t>(payload.size()), 3);
  bytes.push_back(static_cast<char>(type));
  bytes.push_back(static_cast<char>(flags));
  bytes.append(BigEndian(stream, 4));
  bytes.append(payload);
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t sent = send(fd_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    left.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void RawGrpc::Call(
    const std::string& path,
    const std::vector<std::pair<std::string, std::string>>& headers,
    const std::string& content_type) {
  std::string block =
      Literal(":method", "POST") + Literal(":scheme", "http") +
      Literal(":path", path) + Literal(":authority", "localhost") +
      Literal("te", "trailers") + Literal("content-type", content_type);
  for (const auto& [name, value] : headers) block += Literal(name, value);
  EXPECT_TRUE(SendFrame(kHeaders, kEndHeaders, 1, block));
}

bool RawGrpc::Send(std::string_view bytes, bool last) {
  do {
    const std::string_view piece = bytes.substr(0, kFrameMax);
    bytes.remove_prefix(piece.size());
    const bool end = last && bytes.empty();
    if (!SendFrame(kData, end ? kEndStream : 0, 1, piece)) return false;
  } while (!bytes.empty());
  return true;
}

// The server sends the name of the trailer as it is the first time, so that it
// can be found among the frames.
int RawGrpc::Status() {
  constexpr std::string_view kName = "grpc-status";
  while (true) {
    const size_t at = in_.find(kName);
    if (at != std::string::npos && in_.size() > at + kName.size() + 1) {
      const size_t length = static_cast<uint8_t>(in_[at + kName.size()]);
      if (in_.size() > at + kName.size() + length) {
        return std::stoi(in_.substr(at + kName.size() + 1, length));
      }
    }
    char buffer[16 * 1024];
    const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return -2;
    if (got <= 0) return -1;
    in_.append(buffer, static_cast<size_t>(got));
  }
}

std::string GrpcFrame(bool compressed, uint32_t length,
                      std::string_view bytes) {
  std::string frame(1, compressed ? '\1' : '\0');
  frame += BigEndian(length, 4);
  frame.append(bytes);
  return frame;
}

}  // namespace skontro::server

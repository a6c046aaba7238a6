// A client of gRPC that sends what no library would: frames of HTTP/2 made by
// hand, over plaintext.

#ifndef SKONTRO_TESTS_SERVER_RAW_GRPC_H_
#define SKONTRO_TESTS_SERVER_RAW_GRPC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skontro::server {

// One connection with one call on it.
class RawGrpc {
 public:
  explicit RawGrpc(int port);
  ~RawGrpc();
  RawGrpc(const RawGrpc&) = delete;
  RawGrpc& operator=(const RawGrpc&) = delete;

  // Begins the call of a method, such as "/skontro.v1.TradeService/GetTrade".
  void Call(const std::string& path,
            const std::vector<std::pair<std::string, std::string>>& headers,
            const std::string& content_type = "application/grpc");

  // Bytes of the request; `last` ends it. False where nobody takes them.
  bool Send(std::string_view bytes, bool last);

  // The number of the call's status; -1 where it ended without one, and -2
  // where the server says nothing for long.
  int Status();
  // All that has come by then.
  const std::string& received() const { return in_; }

 private:
  bool SendFrame(uint8_t type, uint8_t flags, uint32_t stream,
                 std::string_view payload);

  int fd_ = -1;
  std::string in_;
};

// A message as gRPC frames it; `length` may lie.
std::string GrpcFrame(bool compressed, uint32_t length, std::string_view bytes);

}  // namespace skontro::server

#endif  // SKONTRO_TESTS_SERVER_RAW_GRPC_H_

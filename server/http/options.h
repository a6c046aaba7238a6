// What the HTTP listener allows a client. Every bound is here.

#ifndef SKONTRO_SERVER_HTTP_OPTIONS_H_
#define SKONTRO_SERVER_HTTP_OPTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ledger/base/limits.h"

namespace skontro::server::http {

struct Options {
  std::string address = "127.0.0.1:0";

  // Browsers' pages from these origins may call, such as
  // "https://shop.example"; none may unless it is named here.
  std::vector<std::string> cors_origins;

  // Whether /metrics is for everybody on this machine, without a key.
  bool metrics_on_loopback = false;

  int threads = 2;
  // One more connection makes the one go that has waited the longest for a
  // request, for the rest of one, or for its client to leave; where none does,
  // it is refused with 503.
  size_t connections_max = 1'000;

  size_t head_bytes_max = 16 * 1024;
  size_t body_bytes_max = kMessageBytesMax;
  // What all bodies above `small_body_bytes_max` may take together.
  size_t body_memory_max = size_t{256} << 20;
  size_t small_body_bytes_max = size_t{64} << 10;

  absl::Duration idle_timeout = absl::Seconds(60);
  // From the first byte of a request to the end of its head, and from there to
  // the end of its body: however slowly a client sends, it is over then.
  absl::Duration head_timeout = absl::Seconds(10);
  absl::Duration body_timeout = absl::Seconds(60);
  // For one piece of an answer; a client that takes nothing is given up.
  absl::Duration write_timeout = absl::Seconds(60);
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_OPTIONS_H_

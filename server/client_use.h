// How much of the server one client uses at the moment, and how much it may: so
// that a client that asks for all of it leaves enough for the others. A client
// is an identity of a network, whatever keys and connections it has. Who runs
// the server has no limits.
//
// Thread safety: all methods may be called from any thread. None takes a lock:
// a call costs a few atomic additions.

#ifndef SKONTRO_SERVER_CLIENT_USE_H_
#define SKONTRO_SERVER_CLIENT_USE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace skontro::server {

// What one client may have. Zero for as much as it likes.
struct ClientLimits {
  // At a time: calls that are not answered, streams that are open, and trades
  // of batches and streams that are not answered. That of trades is a quarter
  // of what a queue takes.
  int64_t calls_max = 256;
  int64_t streams_max = 32;
  int64_t items_max = 16'384;
  // In the long run: calls, trades of a batch or stream counted each, and bytes
  // of messages in both directions. Two seconds' worth may come at once.
  int64_t items_per_second = 20'000;
  int64_t bytes_per_second = 64 << 20;
};

// What a client may be refused for; the names are those of the metadata `what`
// of RATE_LIMITED.
enum class ClientLimit {
  kCalls,
  kStreams,
  kItems,
  kItemRate,
  kByteRate,
};
inline constexpr size_t kClientLimits = 5;
std::string_view ClientLimitName(ClientLimit limit);

// A rate that is kept in the long run. What is taken puts off the time at which
// the next may be taken, from two seconds behind now on.
class Pace {
 public:
  // Takes `count`, if there is room for anything; else returns how many
  // microseconds later there is.
  int64_t TryTake(int64_t count, int64_t per_second, int64_t now_us);
  // Takes `count` in any case, and returns how long to wait before the next.
  int64_t Take(int64_t count, int64_t per_second, int64_t now_us);

 private:
  std::atomic<int64_t> next_us_{0};
};

class ClientUse {
 public:
  ClientUse() = default;
  ClientUse(const ClientUse&) = delete;
  ClientUse& operator=(const ClientUse&) = delete;

  // One more call or stream; `bytes` is its request. Returns RATE_LIMITED,
  // which leaves nothing behind.
  absl::Status Begin(const ClientLimits& limits, bool is_stream, int64_t bytes,
                     int64_t now_us);
  void End(bool is_stream);

  // More trades on their way. Returns RATE_LIMITED.
  absl::Status TakeItems(const ClientLimits& limits, int64_t items,
                         int64_t now_us);
  // The same in any case, for a stream, which pauses instead.
  void AddItems(int64_t items) { items_ += items; }
  void GiveItems(int64_t items) { items_ -= items; }

  // For what comes and goes on a stream: takes it in any case, and returns how
  // many microseconds the stream should pause.
  int64_t Pay(const ClientLimits& limits, int64_t items, int64_t bytes,
              int64_t now_us);

  // For metrics: what it has now, and how often it was refused.
  int64_t calls() const { return calls_; }
  int64_t streams() const { return streams_; }
  int64_t items() const { return items_; }
  int64_t refused(ClientLimit limit) const {
    return refused_[static_cast<size_t>(limit)];
  }

 private:
  absl::Status Refuse(ClientLimit limit, int64_t most, int64_t retry_us);

  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> streams_{0};
  std::atomic<int64_t> items_{0};
  Pace item_pace_;
  Pace byte_pace_;
  std::array<std::atomic<int64_t>, kClientLimits> refused_{};
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CLIENT_USE_H_

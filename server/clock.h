// Time as the server sees it. Commands carry it into the engine, which has no
// clock of its own.
//
// Thread safety: Now() may be called from any thread.

#ifndef SKONTRO_SERVER_CLOCK_H_
#define SKONTRO_SERVER_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace skontro::server {

class Clock {
 public:
  virtual ~Clock() = default;

  // Microseconds since 1970-01-01 UTC.
  virtual int64_t NowUs() const = 0;
};

// The clock of the machine.
class SystemClock : public Clock {
 public:
  int64_t NowUs() const override { return absl::ToUnixMicros(absl::Now()); }
};

// Stands still until it is moved; for tests.
class ManualClock : public Clock {
 public:
  explicit ManualClock(int64_t now_us) : now_us_(now_us) {}

  int64_t NowUs() const override { return now_us_; }
  void Set(int64_t now_us) { now_us_ = now_us; }
  void Advance(int64_t by_us) { now_us_ += by_us; }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CLOCK_H_

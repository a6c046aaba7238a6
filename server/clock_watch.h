// A ClockWatch tells the operator when the clock of the machine cannot be
// right. The journal never goes back in time: a record comes at least a
// microsecond after the one before, whatever the clock says; so a clock that
// ran ahead once stays in the books until time has caught up. Logged are
//
//   clock_behind  at the start: a network's newest record is a second or more
//   later
//                 than now
//   clock_ahead   at the start: now is more than 7 days after every network's
//                 newest record; right after a long stop, and wrong otherwise
//   clock_jumped  while it runs: the clock went more than a minute further, or
//                 less far, than time did
//
// Thread safety: Check() may be called by one thread at a time, beside its own.

#ifndef SKONTRO_SERVER_CLOCK_WATCH_H_
#define SKONTRO_SERVER_CLOCK_WATCH_H_

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/network_registry.h"

namespace skontro::server {

// Microseconds of a clock that nobody can set, from any beginning.
int64_t SteadyNowUs();

class ClockWatch {
 public:
  struct Options {
    absl::Duration interval = absl::Seconds(1);
    absl::Duration jump_max = absl::Minutes(1);
    absl::Duration ahead_max = absl::Hours(7 * 24);
    // Tests have a time of their own.
    std::function<int64_t()> steady_us = SteadyNowUs;
  };

  // Compares the clock with the networks at once, and then with the passing of
  // time from a thread of its own. `clock` and `log` must outlive it.
  ClockWatch(const Options& options, const Clock* clock,
             const NetworkRegistry& networks, Log* log);
  ~ClockWatch();

  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  // Compares now.
  void Check() ABSL_LOCKS_EXCLUDED(check_mutex_);

 private:
  void CompareWithBooks(const NetworkRegistry& networks) const;
  void Run() ABSL_LOCKS_EXCLUDED(check_mutex_, mutex_);
  // How far the clock is ahead of the steady one.
  int64_t OffsetUs() const { return clock_->NowUs() - options_.steady_us(); }

  const Options options_;
  const Clock* const clock_;
  Log* const log_;

  absl::Mutex check_mutex_;
  int64_t offset_us_ ABSL_GUARDED_BY(check_mutex_);

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: starts when everything above is ready.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CLOCK_WATCH_H_

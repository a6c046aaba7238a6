// Ends holds when their time is over: now and then it has each network that has
// something due decide a tick of the clock, on a thread of its own. What the
// tick does is in the journal; without it nothing is lost, since a hold that is
// over is of no use before it ends.

#ifndef SKONTRO_SERVER_HOLD_WATCH_H_
#define SKONTRO_SERVER_HOLD_WATCH_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/clock.h"
#include "server/network_registry.h"

namespace skontro::server {

class HoldWatch {
 public:
  // Both must outlive it.
  HoldWatch(absl::Duration interval, const NetworkRegistry* networks,
            const Clock* clock);
  ~HoldWatch();

  HoldWatch(const HoldWatch&) = delete;
  HoldWatch& operator=(const HoldWatch&) = delete;

 private:
  void Run(absl::Duration interval) ABSL_LOCKS_EXCLUDED(mutex_);
  void TickAll();

  const NetworkRegistry& networks_;
  const Clock& clock_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_HOLD_WATCH_H_

#include "server/hold_watch.h"

#include <cstdint>
#include <utility>

#include "engine/command.h"
#include "server/network.h"

namespace skontro::server {

HoldWatch::HoldWatch(absl::Duration interval, const NetworkRegistry* networks,
                     const Clock* clock)
    : networks_(*networks),
      clock_(*clock),
      thread_([this, interval] { Run(interval); }) {}

HoldWatch::~HoldWatch() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

void HoldWatch::Run(absl::Duration interval) {
  while (true) {
    TickAll();
    const absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopped_), interval)) return;
  }
}

void HoldWatch::TickAll() {
  for (const Network* network : networks_.All()) {
    const int64_t now_us = clock_.NowUs();
    if (network->engine().next_deadline_us() > now_us) continue;
    engine::Command tick;
    tick.time_us = now_us;
    tick.booking_date = network->DayOf(now_us);
    tick.body = engine::Tick();
    // One that is turned away comes again: the queue is full, the disk is, or
    // the server stops.
    network->engine().Submit(std::move(tick),
                             [](const absl::StatusOr<engine::Answer>&) {});
  }
}

}  // namespace skontro::server

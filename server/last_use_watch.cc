#include "server/last_use_watch.h"

#include <string>

#include "server/network.h"

namespace skontro::server {

LastUseWatch::LastUseWatch(absl::Duration interval,
                           const NetworkRegistry* networks, Log* log)
    : networks_(*networks),
      log_(*log),
      thread_([this, interval] { Run(interval); }) {}

LastUseWatch::~LastUseWatch() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

void LastUseWatch::Run(absl::Duration interval) {
  bool stopped = false;
  while (!stopped) {
    {
      const absl::MutexLock lock(&mutex_);
      stopped = mutex_.AwaitWithTimeout(absl::Condition(&stopped_), interval);
    }
    SaveAll();
  }
}

void LastUseWatch::SaveAll() {
  for (const Network* network : networks_.All()) {
    const absl::Status status = network->key_ring().SaveLastUses();
    if (status.ok() || has_told_) continue;
    has_told_ = true;
    log_.Write(
        LogLevel::kWarning, "last_uses_not_kept",
        {{"network", network->id()}, {"error", std::string(status.message())}});
  }
}

}  // namespace skontro::server

// Keeps when keys were used last in a file of each network, now and then and
// when it ends, on a thread of its own: a call does not wait for it.

#ifndef SKONTRO_SERVER_LAST_USE_WATCH_H_
#define SKONTRO_SERVER_LAST_USE_WATCH_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/log.h"
#include "server/network_registry.h"

namespace skontro::server {

class LastUseWatch {
 public:
  // Both must outlive it.
  LastUseWatch(absl::Duration interval, const NetworkRegistry* networks,
               Log* log);
  ~LastUseWatch();

  LastUseWatch(const LastUseWatch&) = delete;
  LastUseWatch& operator=(const LastUseWatch&) = delete;

 private:
  void Run(absl::Duration interval) ABSL_LOCKS_EXCLUDED(mutex_);
  void SaveAll();

  const NetworkRegistry& networks_;
  Log& log_;
  bool has_told_ = false;  // That it cannot be kept; of the thread.
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_LAST_USE_WATCH_H_

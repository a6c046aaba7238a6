// A DiskWatch keeps the server from filling its disk: a write that fails stops
// the process, so changes stop before, while reads go on. It looks at the disk
// now and then. When it is `full_percent` full, or more, the intake of every
// network pauses with DISK_NEARLY_FULL; when it is one percent emptier than
// that, the intake goes on by itself. Each change is logged once.
//
// Thread safety: Check() may be called from any thread.

#ifndef SKONTRO_SERVER_DISK_WATCH_H_
#define SKONTRO_SERVER_DISK_WATCH_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/log.h"
#include "server/network_registry.h"

namespace skontro::server {

// In bytes. What only the administrator may use is neither.
struct DiskSpace {
  uint64_t used = 0;
  uint64_t available = 0;
};

// The space of the disk that `path` is on, as df has it.
absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path);

class DiskWatch {
 public:
  struct Options {
    int full_percent = 80;  // 1 to 100.
    absl::Duration interval = absl::Seconds(1);
    // Tests tell their own disk.
    std::function<absl::StatusOr<DiskSpace>(const std::string& path)> read =
        ReadDiskSpace;
  };

  // Looks at the disk of `path` at once, and then from a thread of its own.
  // `networks` and `log` must outlive it.
  DiskWatch(std::string path, Options options, NetworkRegistry* networks,
            Log* log);

  // Stops looking; the intake stays as it is.
  ~DiskWatch();

  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

  // Looks at the disk now. Where it cannot be read all stays as it is, and that
  // is logged once.
  void Check() ABSL_LOCKS_EXCLUDED(check_mutex_, mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(check_mutex_, mutex_);
  void Judge(const DiskSpace& space)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(check_mutex_);

  const std::string path_;
  const Options options_;
  NetworkRegistry* const networks_;
  Log* const log_;

  // Held while the disk is looked at.
  absl::Mutex check_mutex_;
  bool is_full_ ABSL_GUARDED_BY(check_mutex_) = false;
  bool is_unreadable_ ABSL_GUARDED_BY(check_mutex_) = false;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: starts when everything above is ready.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_DISK_WATCH_H_

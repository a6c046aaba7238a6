// A WorkPool is a few threads that take jobs from a bounded queue, so that no
// thread of gRPC, and no committer, waits for a disk.
//
// Thread safety: Post() may be called from any thread.

#ifndef SKONTRO_SERVER_WORK_POOL_H_
#define SKONTRO_SERVER_WORK_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace skontro::server {

class WorkPool {
 public:
  WorkPool(int threads, size_t queue_length_max);

  // Finishes every job that was taken in.
  ~WorkPool();

  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // Runs `job` on a thread of the pool. Returns false, and does nothing, where
  // too many wait already.
  [[nodiscard]] bool Post(std::function<void()> job);

  size_t queue_length_max() const { return queue_length_max_; }

 private:
  void Run();

  const size_t queue_length_max_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;  // Last: start when all is ready.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WORK_POOL_H_

#include "server/work_pool.h"

#include <utility>

namespace skontro::server {

WorkPool::WorkPool(int threads, size_t queue_length_max)
    : queue_length_max_(queue_length_max) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

WorkPool::~WorkPool() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool WorkPool::Post(std::function<void()> job) {
  const absl::MutexLock lock(&mutex_);
  if (queue_.size() >= queue_length_max_) return false;
  queue_.push_back(std::move(job));
  return true;
}

void WorkPool::Run() {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  };
  while (true) {
    std::function<void()> job;
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(&ready));
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job();
  }
}

}  // namespace skontro::server

// Long work of the networks: what runs, how far it is, and what came of it.
// Operations live as long as the server; of those that have ended the newest of
// each network are kept.
//
// Thread safety: every method may be called from any thread.

#ifndef SKONTRO_SERVER_OPERATIONS_H_
#define SKONTRO_SERVER_OPERATIONS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "skontro/v1/operation_service.pb.h"

namespace skontro::server {

// One operation. Whoever does the work tells how far it is, asks now and then
// whether to go on, and ends it once.
class Operation {
 public:
  // `number` is its id; `start_us` when it began, microseconds since 1970.
  Operation(std::string_view network, std::string_view method, uint64_t number,
            int64_t start_us);

  uint64_t number() const { return number_; }
  const std::string& method() const { return method_; }

  // What clients see now.
  v1::Operation Get() const;
  bool running() const;

  // Asks the work to end.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  void SetProgress(int64_t done, int64_t total);

  // REQUIRES: it runs.
  void Succeed(v1::VerifyReport report, int64_t end_us);
  // CANCELLED makes it a cancelled one, any other status a failed one.
  void Fail(const absl::Status& status, int64_t end_us);

 private:
  const uint64_t number_;
  const std::string method_;
  std::atomic<bool> cancelled_ = false;
  mutable absl::Mutex mutex_;
  v1::Operation shown_ ABSL_GUARDED_BY(mutex_);
};

class Operations {
 public:
  // Ended operations that are kept, per network.
  static constexpr size_t kKeptMax = 100;

  struct Begun {
    std::shared_ptr<Operation> operation;
    bool is_new = false;
  };

  // The operation of `method` that runs in `network`, or a new one: the caller
  // does its work, or fails it. SHUTTING_DOWN after CancelAll().
  absl::StatusOr<Begun> Begin(std::string_view network, std::string_view method,
                              int64_t now_us);

  // Nothing where there is none, or none any more.
  std::shared_ptr<Operation> Find(std::string_view network,
                                  std::string_view id) const;

  // Those with a number below `before`, newest first, at most `count`.
  std::vector<std::shared_ptr<Operation>> List(std::string_view network,
                                               uint64_t before,
                                               size_t count) const;

  // Asks all work to end, and takes no more.
  void CancelAll();

 private:
  using OfNetwork = std::map<uint64_t, std::shared_ptr<Operation>>;

  mutable absl::Mutex mutex_;
  std::map<std::string, OfNetwork, std::less<>> networks_
      ABSL_GUARDED_BY(mutex_);
  uint64_t newest_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_OPERATIONS_H_

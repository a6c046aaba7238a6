// The Gateway is what all connections share: the options, the way to the
// services, the pages, and what bounds them together.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_HTTP_GATEWAY_H_
#define SKONTRO_SERVER_HTTP_GATEWAY_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/auth/authenticator.h"
#include "server/http/bridge.h"
#include "server/http/options.h"
#include "server/http/response.h"
#include "server/http/route.h"
#include "server/log.h"
#include "server/work_pool.h"

namespace skontro::server::http {

class Connection;

// What may be done with one more connection.
enum class Admission {
  kServe,
  kRefuse,  // Say that there are too many.
  kDrop,    // There are too many of those, too.
};

// The text of /metrics, of the networks for which `shows` is true.
using MetricsText = std::function<std::string(
    const std::function<bool(std::string_view network)>& shows)>;

// Who asks for a page.
struct Visitor {
  std::optional<std::string> authorization;
  std::string certificate;  // SHA-256 of the client's; empty for none.
  bool is_loopback = false;
  bool takes_gzip = false;
};

class Gateway {
 public:
  // What is there once the networks are open.
  struct Backend {
    std::shared_ptr<Bridge> bridge;
    // Who makes a call; null where there is no bridge.
    const Authenticator* authenticator = nullptr;
    MetricsText metrics;  // May be empty.
  };

  // `log` must outlive it.
  Gateway(Options options, bool loopback_only, Log* log);

  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  const Options& options() const { return options_; }
  bool loopback_only() const { return loopback_only_; }
  WorkPool& workers() { return workers_; }
  Log& log() { return *log_; }

  // Before Open() and after Close() calls are refused, and /readyz says no.
  void Open(Backend backend) ABSL_LOCKS_EXCLUDED(mutex_);
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);
  // From now on /readyz says no, and connections end with their answers.
  void Drain() { draining_ = true; }
  bool is_draining() const { return draining_; }

  // Null while calls are refused.
  std::shared_ptr<Bridge> bridge() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Answers with a page, on this thread or a worker's. /metrics is for whom
  // metrics_access.h says and, by an option, for everybody on this machine.
  void Show(Page page, Visitor visitor, std::function<void(Response)> done);

  // Memory for a body: false where all that may be used is.
  bool TakeMemory(size_t bytes);
  void GiveMemory(size_t bytes);

  // --- The connections -------------------------------------------------------

  // Where there are too many, the one that has waited the longest for a
  // request, for the rest of one, or for its client to leave, goes.
  Admission Admit() ABSL_LOCKS_EXCLUDED(mutex_);
  // One that is served waits for a request, so it can make room from now on.
  void Add(const std::shared_ptr<Connection>& connection, Admission admission)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(Connection* connection) ABSL_LOCKS_EXCLUDED(mutex_);
  void MarkIdle(Connection* connection) ABSL_LOCKS_EXCLUDED(mutex_);
  void MarkBusy(Connection* connection) ABSL_LOCKS_EXCLUDED(mutex_);
  size_t connections() const ABSL_LOCKS_EXCLUDED(mutex_);
  void ForEach(const std::function<void(Connection&)>& visit)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until there is none; false if there still is after `timeout`.
  bool WaitUntilEmpty(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    std::weak_ptr<Connection> connection;
    bool is_idle = false;
    bool is_leaving = false;                // Was told to make room.
    std::list<Connection*>::iterator idle;  // Where it is in `idle_`.
  };

  Response PageOf(Page page, const Visitor& visitor) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  Response MetricsFor(const Visitor& visitor) const ABSL_LOCKS_EXCLUDED(mutex_);
  void Idle(Connection* connection, Entry* entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Unidle(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Stay(Entry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const bool loopback_only_;
  Log* const log_;
  std::atomic<bool> draining_ = false;
  std::atomic<size_t> memory_taken_ = 0;

  mutable absl::Mutex mutex_;
  Backend backend_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<Connection*, Entry> connections_ ABSL_GUARDED_BY(mutex_);
  std::list<Connection*> idle_ ABSL_GUARDED_BY(mutex_);  // Longest first.
  size_t leaving_ ABSL_GUARDED_BY(mutex_) = 0;

  WorkPool workers_;  // Last: its jobs use the rest.
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_GATEWAY_H_

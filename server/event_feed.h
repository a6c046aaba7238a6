// An EventFeed serves everybody who watches events, on one thread: it reads the
// journal once for those who are at its end, a piece at a time for those who
// catch up, and keeps one message for each, whatever its client does.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_EVENT_FEED_H_
#define SKONTRO_SERVER_EVENT_FEED_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/event_reader.h"
#include "server/log.h"
#include "server/network.h"
#include "skontro/v1/event_service.pb.h"

namespace skontro::server {

// How many may watch one server at a time.
inline constexpr size_t kWatchesMax = 4'096;

// What a watch is told.
struct WatchTerms {
  Network* network = nullptr;
  ledger::Sequence from{};  // Never above the view's next.
  // Whether it is told of a record that is somebody's affair.
  std::function<bool(const SeenRecord&)> wants;
  // Takes out of an event what it may not be told; may be empty.
  std::function<void(v1::Event*)> hide;
  // Asked before each message: an error ends the watch with it, such as when
  // the caller's key was revoked.
  std::function<absl::Status()> may_go_on;
};

class EventFeed {
 public:
  // A client that takes nothing for `patience` is given up. `log` must outlive
  // the feed.
  explicit EventFeed(Log* log, absl::Duration patience = absl::Minutes(1));

  // REQUIRES: the gRPC server that the watches belong to has been shut down.
  ~EventFeed();

  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // The reactor of a call that watches. Returns QUEUE_FULL where too many do,
  // SHUTTING_DOWN after Stop().
  absl::StatusOr<grpc::ServerWriteReactor<v1::WatchEventsResponse>*> Watch(
      grpc::CallbackServerContext* context, WatchTerms terms);

  // Ends every watch with SHUTTING_DOWN, those whose client takes nothing when
  // their calls are cancelled.
  void Stop();

  size_t watch_count() const;

 private:
  class OneWatch;
  struct OfNetwork;

  // What callbacks of the engines share with the feed, which may be gone.
  struct Shared {
    absl::Mutex mutex;
    bool stopping ABSL_GUARDED_BY(mutex) = false;
    bool leaving ABSL_GUARDED_BY(mutex) = false;
    absl::flat_hash_set<OneWatch*> watches ABSL_GUARDED_BY(mutex);
    std::deque<OneWatch*> ready ABSL_GUARDED_BY(mutex);
    // Those that wait for records of a network, and whether somebody will say
    // when there are some.
    std::map<Network*, absl::flat_hash_set<OneWatch*>> waiting
        ABSL_GUARDED_BY(mutex);
    absl::flat_hash_set<Network*> armed ABSL_GUARDED_BY(mutex);
  };

  static void WakeAll(Shared* shared, Network* network);

  void Run();
  void Serve(OneWatch* watch);
  // Lets `watch` wait for `next`.
  void Park(OneWatch* watch, ledger::Sequence next);
  void GiveUpOnSlowReaders();

  Log* const log_;
  const absl::Duration patience_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::map<Network*, EventReader> readers_;  // Of the thread.
  std::thread thread_;                       // Last: starts when all is ready.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_EVENT_FEED_H_

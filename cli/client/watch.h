// A Watch follows what happens in a network, over restarts of the server:
// every event from a sequence on that the caller may see, at least once, in
// order. Keep the sequence of what was worked off, and begin there next time:
// then nothing is lost whatever dies.
//
//   v1::WatchEventsRequest request;
//   request.set_from_sequence(kept + 1);
//   client::Watch watch(client, request);
//   while (true) {
//     SKONTRO_ASSIGN_OR_RETURN(const auto part, watch.Next());
//     for (const v1::Event& event : part.events()) ...
//     // Keep part.sequence(): everything up to it was shown.
//   }
//
// Thread safety: one thread calls Next(); any thread may call Cancel().

#ifndef SKONTRO_CLI_CLIENT_WATCH_H_
#define SKONTRO_CLI_CLIENT_WATCH_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "cli/client/client.h"
#include "cli/client/retry.h"
#include "grpcpp/client_context.h"
#include "skontro/v1/event_service.grpc.pb.h"

namespace skontro::client {

class Watch {
 public:
  // Nothing is sent yet. `request.parent` is filled in; without a
  // `from_sequence` it begins with what comes after the first Next() asked. The
  // client must outlive it.
  Watch(Client& client, v1::WatchEventsRequest request);
  ~Watch();

  // The next part of the journal; waits until something happens. Where the
  // server is gone or cuts the stream it is opened again, where it was, for as
  // long as the policy of the client says. CANCELLED after Cancel(); refused
  // with SEQUENCE_NOT_REACHED where the journal ends before `from_sequence`:
  // these are not the books that were followed.
  absl::StatusOr<v1::WatchEventsResponse> Next();

  // Ends a Next() that waits, and every later one.
  void Cancel();

 private:
  absl::Status BeginAfterNow();
  // Opens the stream unless it is open; false after Cancel().
  bool Open() ABSL_LOCKS_EXCLUDED(mutex_);

  Client& client_;
  const std::unique_ptr<v1::EventService::Stub> stub_;
  v1::WatchEventsRequest request_;
  StreamAttempts attempts_;
  std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> reader_;

  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_WATCH_H_

// A ServerStream is a stream of answers that a worker writes, one after
// another, at the pace of the client: there is one message in flight at most,
// so memory stays bounded whatever the client does.
//
// Thread safety: one worker calls Send() and Close(); gRPC calls the rest.

#ifndef SKONTRO_SERVER_SERVER_STREAM_H_
#define SKONTRO_SERVER_SERVER_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace skontro::server {

template <typename Message>
class ServerStream final : public grpc::ServerWriteReactor<Message> {
 public:
  ServerStream() = default;
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  // Waits until the client took the message before, then sends this one. False,
  // and nothing sent, once the client is gone.
  bool Send(Message message) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      const absl::MutexLock lock(&mutex_,
                                 absl::Condition(this, &ServerStream::Idle));
      if (gone_) return false;
      message_ = std::move(message);
      writing_ = true;
    }
    this->StartWrite(&message_);
    return true;
  }

  // Whether the client is gone.
  bool gone() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return gone_;
  }

  // Ends the call, after the message that is still on its way. The stream must
  // not be touched after that: it deletes itself.
  void Close(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      const absl::MutexLock lock(&mutex_,
                                 absl::Condition(this, &ServerStream::Idle));
    }
    this->Finish(status);
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) gone_ = true;
  }
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    gone_ = true;
  }
  void OnDone() override { delete this; }

 private:
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !writing_; }

  mutable absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
  Message message_;  // Of the write on its way.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_SERVER_STREAM_H_

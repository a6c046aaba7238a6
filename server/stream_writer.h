// A StreamWriter sends the messages of a streaming call from a worker's thread,
// one at a time: the worker waits while the client is slower, so that no more
// than one message is in memory. A client that takes nothing for as long as the
// writer's patience is given up, so that it cannot keep the worker.
//
// Thread safety: one worker calls Write() and then End(); gRPC calls the rest.

#ifndef SKONTRO_SERVER_STREAM_WRITER_H_
#define SKONTRO_SERVER_STREAM_WRITER_H_

#include <grpcpp/grpcpp.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace skontro::server {

// Deletes itself after End().
template <typename Message>
class StreamWriter : public grpc::ServerWriteReactor<Message> {
 public:
  StreamWriter(grpc::CallbackServerContext* context, absl::Duration patience)
      : context_(context), patience_(patience) {}

  // Sends `message` when the one before has gone out. Returns CANCELLED when
  // nobody is there any more; nothing that is written then arrives.
  absl::Status Write(Message message) {
    GiveUpOnASlowReader();
    {
      const absl::MutexLock lock(&mutex_);
      if (gone_ || writing_) return absl::CancelledError();
      message_ = std::move(message);
      writing_ = true;
    }
    this->StartWrite(&message_);
    return absl::OkStatus();
  }

  // Whether nobody is there any more.
  bool gone() const {
    const absl::MutexLock lock(&mutex_);
    return gone_;
  }

  // Ends the call. The writer may not be touched after that.
  void End(const grpc::Status& status) {
    GiveUpOnASlowReader();
    {
      // A write comes back in any case, at the latest because of the line
      // above.
      const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return !writing_;
      };
      const absl::MutexLock lock(&mutex_, absl::Condition(&idle));
    }
    this->Finish(status);
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) gone_ = true;
  }

  void OnCancel() override {
    const absl::MutexLock lock(&mutex_);
    gone_ = true;
  }

  void OnDone() override { delete this; }

 private:
  // Waits until the write before is done, and cancels a call whose client takes
  // nothing. Without the lock: gRPC may call back before it returns.
  void GiveUpOnASlowReader() {
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !writing_ || gone_;
    };
    mutex_.Lock();
    const bool in_time =
        mutex_.AwaitWithTimeout(absl::Condition(&ready), patience_);
    mutex_.Unlock();
    if (!in_time) context_->TryCancel();
  }

  grpc::CallbackServerContext* const context_;
  const absl::Duration patience_;
  mutable absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
  Message message_;  // Of the worker while !writing_, else of gRPC.
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_STREAM_WRITER_H_

// A HeadAnchor records the newest durable head of a journal in a small file
// outside the store. A store cannot notice that it is older than it was: a log
// that is cut between two records, or gone, or a copy from last week, all open
// without complaint. The anchor tells (CheckHead() in ledger/head_check.h).
//
// Durability: Reached() is called after the journal's own write was synced, so
// the anchor is never ahead of the journal. kSync: when Reached() returns, the
// head is on the disk. kInterval: it is there after the interval at the latest,
// and when the anchor is destroyed; what is lost from the store within that
// window is not noticed.
//
// A write or a sync that fails stops the process, in both modes. After a sync
// that failed nobody knows what the file holds, and another one would say that
// all is well: whoever went on would promise to notice a loss and could not. A
// restart reads what is there. Nothing that was answered is lost by it.
//
// Thread safety: one thread at a time may call Reached(); the const methods may
// be called from any thread. kInterval writes on a thread of its own.

#ifndef SKONTRO_LEDGER_HEAD_ANCHOR_H_
#define SKONTRO_LEDGER_HEAD_ANCHOR_H_

#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ledger/anchor_slots.h"
#include "ledger/storage/anchor_file.h"

namespace skontro::ledger {

enum class AnchorMode {
  kSync,      // In every commit, before its answers.
  kInterval,  // Now and then, on a thread of its own.
};

class HeadAnchor {
 public:
  struct Options {
    AnchorMode mode = AnchorMode::kInterval;
    // Time between two writes of kInterval; the first comes at once.
    absl::Duration interval = absl::Milliseconds(100);
  };

  // Reads the newest head in `file` and gets ready to write the next. Returns
  // what Read() and DecodeAnchor() do.
  static absl::StatusOr<std::unique_ptr<HeadAnchor>> Open(
      std::unique_ptr<AnchorFile> file, const Options& options);

  // Writes the newest head that was reached.
  ~HeadAnchor();

  HeadAnchor(const HeadAnchor&) = delete;
  HeadAnchor& operator=(const HeadAnchor&) = delete;

  // The path of the file, for messages.
  const std::string& name() const { return file_->name(); }

  // What the file held when it was opened.
  const AnchorContents& opened() const { return opened_; }

  // Tells the anchor of a durable head. One that it knows already is not
  // written again. REQUIRES: the same journal; heads never go back.
  void Reached(const AnchoredHead& head) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  HeadAnchor(std::unique_ptr<AnchorFile> file, const AnchorContents& opened,
             const Options& options);

  void RunWriter() ABSL_LOCKS_EXCLUDED(mutex_);
  // Writes `head` over the oldest slot, or stops the process.
  void Write(const AnchoredHead& head);

  const std::unique_ptr<AnchorFile> file_;
  const AnchorContents opened_;
  const Options options_;

  size_t next_slot_;  // Of whoever writes: the caller, or the thread.

  absl::Mutex mutex_;
  AnchoredHead newest_ ABSL_GUARDED_BY(mutex_);
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;  // To be written.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread writer_;  // Last: starts when everything above is ready.
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_HEAD_ANCHOR_H_

// A CallLog is what the clients of one network sent in a round, and what they
// were answered. An answer is for ever: a second one to the same request has to
// be the same, byte for byte.
//
// Thread safety: all methods from any thread.

#ifndef SKONTRO_TESTS_INTEGRATION_CALL_LOG_H_
#define SKONTRO_TESTS_INTEGRATION_CALL_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tests/integration/books.h"
#include "tests/integration/load_client.h"
#include "tests/integration/load_plan.h"

namespace skontro::integration {

class CallLog {
 public:
  // One call of the round.
  struct Slot {
    bool sent = false;
    // The newest sequence that anybody had been told of when it was first sent:
    // whatever it led to came later.
    int64_t known_before = 0;
    std::vector<ItemAnswer> items;  // As CallAnswer.

    bool is_known() const;
  };

  struct Counts {
    int64_t sent = 0;      // Calls, each time that they were sent.
    int64_t answered = 0;  // Answers that bind.
    int64_t repeated = 0;  // Answers to what was answered before: all the same.
    int64_t unknown = 0;   // Calls without an answer.
  };

  // `newest` is the sequence that everybody knows of.
  CallLog(const LoadPlan::Options& plan, int64_t round, int64_t newest);

  int64_t round() const { return round_; }

  void Sent(const CallId& id);
  void Answered(const CallId& id, const CallAnswer& answer, Findings* findings);

  // Takes it that every call was sent by somebody who was told nothing.
  void SuspectAll();

  // The newest sequence that an answer spoke of.
  int64_t newest() const;
  Counts counts() const;

  // REQUIRES: no client is at work.
  const Slot& slot(const CallId& id) const ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return slots_[IndexOf(id)];
  }

 private:
  size_t IndexOf(const CallId& id) const {
    return static_cast<size_t>(id.client * calls_ + id.index);
  }

  const int64_t round_;
  const int64_t calls_;
  mutable absl::Mutex mutex_;
  std::vector<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  int64_t newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_CALL_LOG_H_

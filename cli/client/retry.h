// How long a call is tried, and how often.

#ifndef SKONTRO_CLI_CLIENT_RETRY_H_
#define SKONTRO_CLI_CLIENT_RETRY_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/client/call_error.h"

namespace skontro::client {

// One attempt may take `attempt_timeout`, all of them with the waits between
// them `total_timeout`. The waits begin at `first_wait` and double up to
// `wait_max`, less up to a quarter by chance, so that clients of a server that
// restarted do not come all at once; a longer wait that the server asks for
// goes first.
struct RetryPolicy {
  absl::Duration attempt_timeout = absl::Seconds(5);
  absl::Duration total_timeout = absl::Seconds(60);
  absl::Duration first_wait = absl::Milliseconds(100);
  absl::Duration wait_max = absl::Seconds(10);

  // For tests; empty for the clock, a sleep, and a number of 0 to 1 by chance.
  std::function<absl::Time()> now;
  std::function<void(absl::Duration)> sleep;
  std::function<double()> chance;
};

// INVALID_ARGUMENT where a time is not above zero.
absl::Status CheckPolicy(const RetryPolicy& policy);

// The attempts of one call: counts them, waits between them, and knows whether
// one was sent that got no answer.
//
// Thread safety: none; it belongs to one call.
class Attempts {
 public:
  // `request_id` is that of the change; empty for a read. The policy must
  // outlive it.
  Attempts(const RetryPolicy& policy, std::string request_id);

  // When the next attempt has to end.
  absl::Time Deadline() const;

  // Waits until the next attempt is due and returns OK; or returns the final
  // error (ErrorOf() has it) where another one is pointless or time is over.
  absl::Status Failed(CallError error);

 private:
  absl::Duration WaitAfter(const CallError& error) const;

  const RetryPolicy& policy_;
  const std::string request_id_;
  const absl::Time end_;
  int count_ = 0;
  bool unknown_ = false;
};

// The attempts of a stream that only reads and is opened again whenever it
// breaks. The total time of the policy runs from the first failure after
// something that worked: an answer, or a stream that the server took and that
// stood for a second. So one on which nothing happens lives on, however often
// it is cut, and one that cannot be had again ends.
//
// Thread safety: none.
class StreamAttempts {
 public:
  // The policy must outlive it.
  explicit StreamAttempts(const RetryPolicy& policy) : policy_(policy) {}

  // The server sent the headers of its answer; it sent something.
  void Taken();
  void Answered() { attempts_.reset(); }

  // As Attempts::Failed().
  absl::Status Failed(CallError error);

 private:
  const RetryPolicy& policy_;
  std::optional<Attempts> attempts_;
  std::optional<absl::Time> taken_;
};

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_RETRY_H_

#include "cli/client/retry.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"

namespace skontro::client {
namespace {

// After which a stream that was taken, and has nothing to say, counts as one
// that works: what cannot be reached breaks at once.
constexpr absl::Duration kStandsAfter = absl::Seconds(1);

// The shortest time that an attempt gets.
constexpr absl::Duration kAttemptMin = absl::Milliseconds(1);

absl::Time Now(const RetryPolicy& policy) {
  return policy.now ? policy.now() : absl::Now();
}

void Sleep(const RetryPolicy& policy, absl::Duration wait) {
  if (policy.sleep) {
    policy.sleep(wait);
  } else {
    absl::SleepFor(wait);
  }
}

double Chance(const RetryPolicy& policy) {
  if (policy.chance) return policy.chance();
  absl::BitGen random;
  return absl::Uniform(random, 0.0, 1.0);
}

}  // namespace

absl::Status CheckPolicy(const RetryPolicy& policy) {
  if (std::min({policy.attempt_timeout, policy.total_timeout, policy.first_wait,
                policy.wait_max}) > absl::ZeroDuration()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "every time of a retry policy is above zero");
}

Attempts::Attempts(const RetryPolicy& policy, std::string request_id)
    : policy_(policy),
      request_id_(std::move(request_id)),
      end_(Now(policy) + policy.total_timeout) {}

absl::Time Attempts::Deadline() const {
  const absl::Time now = Now(policy_);
  return std::max(std::min(now + policy_.attempt_timeout, end_),
                  now + kAttemptMin);
}

absl::Duration Attempts::WaitAfter(const CallError& error) const {
  absl::Duration wait = policy_.first_wait;
  for (int i = 1; i < count_ && wait < policy_.wait_max; ++i) wait *= 2;
  wait = std::min(wait, policy_.wait_max);
  wait *= 1 - Chance(policy_) / 4;
  return std::max(wait, error.retry_delay.value_or(absl::ZeroDuration()));
}

absl::Status Attempts::Failed(CallError error) {
  ++count_;
  const absl::Duration wait = WaitAfter(error);
  if (!MayBeSentAgain(error) || Now(policy_) + wait >= end_) {
    error.outcome = OutcomeOf(error, !request_id_.empty(), unknown_);
    error.request_id = request_id_;
    return ToStatus(error);
  }
  unknown_ = unknown_ || IsSilent(error);
  Sleep(policy_, wait);
  return absl::OkStatus();
}

void StreamAttempts::Taken() { taken_ = Now(policy_); }

absl::Status StreamAttempts::Failed(CallError error) {
  const absl::Duration enough = std::min(policy_.total_timeout, kStandsAfter);
  if (taken_.has_value() && Now(policy_) - *taken_ >= enough) {
    attempts_.reset();
  }
  taken_.reset();
  if (!attempts_.has_value()) attempts_.emplace(policy_, "");
  return attempts_->Failed(std::move(error));
}

}  // namespace skontro::client

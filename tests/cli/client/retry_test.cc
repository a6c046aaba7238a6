#include "cli/client/retry.h"

#include <gtest/gtest.h>

#include <vector>

namespace skontro::client {
namespace {

using grpc::StatusCode;

CallError Error(StatusCode code, const std::string& reason = "") {
  CallError error;
  error.code = code;
  error.reason = reason;
  return error;
}

class RetryTest : public testing::Test {
 protected:
  RetryTest() {
    policy_.now = [this] { return now_; };
    policy_.sleep = [this](absl::Duration wait) {
      waits_.push_back(wait);
      now_ += wait;
    };
    policy_.chance = [this] { return chance_; };
  }

  absl::Time now_ = absl::FromUnixSeconds(1'780'000'000);
  double chance_ = 0;
  std::vector<absl::Duration> waits_;
  RetryPolicy policy_;
};

TEST_F(RetryTest, WaitsDoubleUpToTheLongest) {
  policy_.total_timeout = absl::Minutes(2);
  Attempts attempts(policy_, "order-1");
  while (attempts.Failed(Error(StatusCode::UNAVAILABLE)).ok()) {
  }
  ASSERT_GE(waits_.size(), 9u);
  EXPECT_EQ(waits_[0], absl::Milliseconds(100));
  EXPECT_EQ(waits_[1], absl::Milliseconds(200));
  EXPECT_EQ(waits_[6], absl::Milliseconds(6'400));
  EXPECT_EQ(waits_[7], absl::Seconds(10));
  EXPECT_EQ(waits_.back(), absl::Seconds(10));
}

TEST_F(RetryTest, ChanceTakesUpToAQuarterOff) {
  chance_ = 1;
  Attempts attempts(policy_, "");
  ASSERT_TRUE(attempts.Failed(Error(StatusCode::UNAVAILABLE)).ok());
  EXPECT_EQ(waits_[0], absl::Milliseconds(75));
}

TEST_F(RetryTest, ALongerWaitThatTheServerAsksForGoesFirst) {
  Attempts attempts(policy_, "");
  CallError busy = Error(StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED");
  busy.retry_delay = absl::Seconds(3);
  ASSERT_TRUE(attempts.Failed(busy).ok());
  busy.retry_delay = absl::Milliseconds(1);
  ASSERT_TRUE(attempts.Failed(busy).ok());
  EXPECT_EQ(waits_[0], absl::Seconds(3));
  EXPECT_EQ(waits_[1], absl::Milliseconds(200));
}

TEST_F(RetryTest, AnAttemptEndsWithTheTotalTime) {
  policy_.total_timeout = absl::Seconds(7);
  Attempts attempts(policy_, "");
  EXPECT_EQ(attempts.Deadline(), now_ + absl::Seconds(5));
  now_ += absl::Seconds(4);
  EXPECT_EQ(attempts.Deadline(), now_ + absl::Seconds(3));
  now_ += absl::Seconds(9);
  EXPECT_EQ(attempts.Deadline(), now_ + absl::Milliseconds(1));
}

TEST_F(RetryTest, ARefusalIsFinalAtOnce) {
  Attempts attempts(policy_, "order-1");
  const absl::Status status = attempts.Failed(
      Error(StatusCode::FAILED_PRECONDITION, "CREDIT_LINE_EXCEEDED"));
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_TRUE(waits_.empty());
  EXPECT_EQ(ErrorOf(status)->outcome, Outcome::kRefused);
  EXPECT_EQ(ErrorOf(status)->request_id, "order-1");
}

TEST_F(RetryTest, AnAttemptWithoutAnswerLeavesTheOutcomeOpen) {
  Attempts attempts(policy_, "order-1");
  ASSERT_TRUE(attempts.Failed(Error(StatusCode::UNAVAILABLE)).ok());
  // The key was revoked meanwhile: that says nothing of the first attempt.
  EXPECT_EQ(
      ErrorOf(attempts.Failed(Error(StatusCode::UNAUTHENTICATED)))->outcome,
      Outcome::kUnknown);
}

TEST_F(RetryTest, ABusyServerThatStaysBusyDidNothing) {
  policy_.total_timeout = absl::Seconds(1);
  Attempts attempts(policy_, "order-1");
  absl::Status status;
  do {
    status = attempts.Failed(
        Error(StatusCode::RESOURCE_EXHAUSTED, "DISK_NEARLY_FULL"));
  } while (status.ok());
  EXPECT_EQ(ErrorOf(status)->outcome, Outcome::kUnavailable);
}

TEST_F(RetryTest, AStreamThatStoodBeginsItsTimeAnew) {
  policy_.total_timeout = absl::Seconds(30);
  StreamAttempts attempts(policy_);
  for (int i = 0; i < 1'000; ++i) {
    attempts.Taken();
    now_ += absl::Seconds(10);
    ASSERT_TRUE(attempts.Failed(Error(StatusCode::UNAVAILABLE)).ok()) << i;
  }
  for (int i = 0; i < 1'000; ++i) {
    attempts.Answered();
    ASSERT_TRUE(attempts.Failed(Error(StatusCode::UNAVAILABLE)).ok()) << i;
  }
}

TEST_F(RetryTest, AStreamThatBreaksAtOnceEnds) {
  StreamAttempts attempts(policy_);
  absl::Status status;
  int count = 0;
  do {
    attempts.Taken();
    now_ += absl::Milliseconds(10);
    status = attempts.Failed(Error(StatusCode::UNAVAILABLE));
  } while (status.ok() && ++count < 1'000);
  EXPECT_LT(count, 1'000);
  EXPECT_EQ(ErrorOf(status)->outcome, Outcome::kUnavailable);
}

TEST_F(RetryTest, EveryTimeIsAboveZero) {
  EXPECT_TRUE(CheckPolicy(policy_).ok());
  for (auto member :
       {&RetryPolicy::attempt_timeout, &RetryPolicy::total_timeout,
        &RetryPolicy::first_wait, &RetryPolicy::wait_max}) {
    RetryPolicy policy;
    policy.*member = absl::ZeroDuration();
    EXPECT_TRUE(absl::IsInvalidArgument(CheckPolicy(policy)));
  }
}

}  // namespace
}  // namespace skontro::client

#include "cli/client/call_error.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::client {
namespace {

using grpc::StatusCode;

CallError Error(StatusCode code, const std::string& reason = "") {
  CallError error;
  error.code = code;
  error.reason = reason;
  error.message = "words";
  return error;
}

TEST(CallErrorTest, AStatusCarriesAllOfTheError) {
  CallError error = Error(StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED");
  error.metadata = {{"limit", "7"}, {"what", "calls_in_flight"}};
  error.violations = {{"trade.unit_leg", "is missing"}, {"", "and more"}};
  error.retry_delay = absl::Milliseconds(1'250);
  error.outcome = Outcome::kUnknown;
  error.request_id = "order-7";

  const absl::Status status = ToStatus(error);
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_NE(status.message().find("RATE_LIMITED"), absl::string_view::npos);
  EXPECT_NE(status.message().find("order-7"), absl::string_view::npos);
  const std::optional<CallError> back = ErrorOf(status);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->code, error.code);
  EXPECT_EQ(back->message, "words");
  EXPECT_EQ(back->reason, error.reason);
  EXPECT_EQ(back->metadata, error.metadata);
  EXPECT_EQ(back->violations, error.violations);
  EXPECT_EQ(back->retry_delay, error.retry_delay);
  EXPECT_EQ(back->outcome, Outcome::kUnknown);
  EXPECT_EQ(back->request_id, "order-7");
}

TEST(CallErrorTest, AStatusOfSomethingElseIsNoError) {
  EXPECT_FALSE(ErrorOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(ErrorOf(absl::InternalError("x")).has_value());
  absl::Status broken = absl::InternalError("x");
  broken.SetPayload("type.googleapis.com/google.rpc.Status",
                    absl::Cord("\xff\xff"));
  EXPECT_FALSE(ErrorOf(broken).has_value());
}

// docs/api.md, "When no answer comes".
TEST(CallErrorTest, WhatBecameOfAChange) {
  struct Case {
    CallError error;
    bool again;
    Outcome first;  // No attempt before it was without answer.
    Outcome later;  // One was.
  };
  const Case cases[] = {
      {Error(StatusCode::UNAVAILABLE), true, Outcome::kUnknown,
       Outcome::kUnknown},
      {Error(StatusCode::DEADLINE_EXCEEDED), true, Outcome::kUnknown,
       Outcome::kUnknown},
      {Error(StatusCode::CANCELLED), true, Outcome::kUnknown,
       Outcome::kUnknown},
      {Error(StatusCode::UNKNOWN), true, Outcome::kUnknown, Outcome::kUnknown},
      {Error(StatusCode::UNAVAILABLE, "SHUTTING_DOWN"), true, Outcome::kUnknown,
       Outcome::kUnknown},
      {Error(StatusCode::INTERNAL), false, Outcome::kUnknown,
       Outcome::kUnknown},
      {Error(StatusCode::DATA_LOSS), false, Outcome::kUnknown,
       Outcome::kUnknown},
      {Error(StatusCode::RESOURCE_EXHAUSTED), false, Outcome::kUnknown,
       Outcome::kUnknown},
      // This call did nothing, which says nothing of the one before it.
      {Error(StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL"), true,
       Outcome::kUnavailable, Outcome::kUnknown},
      {Error(StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED"), true,
       Outcome::kUnavailable, Outcome::kUnknown},
      {Error(StatusCode::RESOURCE_EXHAUSTED, "DISK_NEARLY_FULL"), true,
       Outcome::kUnavailable, Outcome::kUnknown},
      {Error(StatusCode::UNAUTHENTICATED), false, Outcome::kRefused,
       Outcome::kUnknown},
      {Error(StatusCode::PERMISSION_DENIED, "ROLE_MISSING"), false,
       Outcome::kRefused, Outcome::kUnknown},
      // The server looked for the request id before it said so.
      {Error(StatusCode::FAILED_PRECONDITION, "CREDIT_LINE_EXCEEDED"), false,
       Outcome::kRefused, Outcome::kRefused},
      {Error(StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"), false,
       Outcome::kRefused, Outcome::kRefused},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << static_cast<int>(c.error.code) << " " << c.error.reason);
    EXPECT_EQ(MayBeSentAgain(c.error), c.again);
    EXPECT_EQ(OutcomeOf(c.error, /*changes=*/true, /*unknown=*/false), c.first);
    EXPECT_EQ(OutcomeOf(c.error, /*changes=*/true, /*unknown=*/true), c.later);
  }
}

TEST(CallErrorTest, AReadIsNeverInDoubt) {
  for (const StatusCode code :
       {StatusCode::UNAVAILABLE, StatusCode::DEADLINE_EXCEEDED}) {
    EXPECT_EQ(OutcomeOf(Error(code), /*changes=*/false, /*unknown=*/true),
              Outcome::kUnavailable);
  }
  EXPECT_EQ(OutcomeOf(Error(StatusCode::UNAVAILABLE, "SEQUENCE_NOT_REACHED"),
                      /*changes=*/false, /*unknown=*/false),
            Outcome::kUnavailable);
  EXPECT_EQ(OutcomeOf(Error(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND"),
                      /*changes=*/false, /*unknown=*/false),
            Outcome::kRefused);
}

}  // namespace
}  // namespace skontro::client

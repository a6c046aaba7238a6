#include "cli/server_error.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "google/rpc/error_details.pb.h"

namespace skontro::cli {
namespace {

Unit Res() {
  Unit unit;
  unit.code = "RES";
  unit.decimals = 2;
  unit.peg_code = "EUR";
  unit.peg_decimals = 2;
  return unit;
}

google::rpc::Status Refused(
    grpc::StatusCode code, const std::string& message,
    const std::string& reason,
    const std::map<std::string, std::string>& metadata) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("skontro");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  status.add_details()->PackFrom(info);
  return status;
}

ServerError CreditLineExceeded() {
  return DecodeError(Refused(
      grpc::StatusCode::FAILED_PRECONDITION, "as sent", "CREDIT_LINE_EXCEEDED",
      {{"account", "networks/res/members/boulangerie/accounts/main"},
       {"spendable", "428000"},
       {"amount", "500000"},
       {"missing", "72000"}}));
}

TEST(ServerErrorTest, TheDetailsOfAGrpcStatusAreDecoded) {
  const google::rpc::Status details =
      Refused(grpc::StatusCode::NOT_FOUND, "no such", "RESOURCE_NOT_FOUND",
              {{"name", "networks/res"}});
  const ServerError error = DecodeError(grpc::Status(
      grpc::StatusCode::NOT_FOUND, "no such", details.SerializeAsString()));
  EXPECT_EQ(error.reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(error.metadata.at("name"), "networks/res");
  EXPECT_EQ(Explain(error, Res()), "no such (RESOURCE_NOT_FOUND)");
}

TEST(ServerErrorTest, AReasonOfAnotherDomainIsNone) {
  google::rpc::Status status;
  status.set_code(grpc::StatusCode::INTERNAL);
  google::rpc::ErrorInfo info;
  info.set_reason("X");
  info.set_domain("googleapis.com");
  status.add_details()->PackFrom(info);
  EXPECT_EQ(DecodeError(status).reason, "");
}

TEST(ServerErrorTest, ARefusedCreditLineIsSaidInUnitsWithTheNextStep) {
  EXPECT_EQ(Explain(CreditLineExceeded(), Res()),
            "boulangerie cannot spend that much: 5000.00 RES asked, 4280.00 "
            "RES spendable, 720.00 RES missing (CREDIT_LINE_EXCEEDED)\n"
            "Next: lower the amount, let boulangerie sell first, or raise its "
            "line: skontro credit set boulangerie --limit ... --reason "
            "\"...\"");
  EXPECT_TRUE(HasAmounts(CreditLineExceeded()));
}

TEST(ServerErrorTest, ARefusedBalanceLimitIsSaidInUnits) {
  ServerError error = CreditLineExceeded();
  error.reason = "BALANCE_LIMIT_EXCEEDED";
  error.metadata["room"] = "-100";
  EXPECT_NE(Explain(error, Res()).find("room for -1.00 RES, 720.00 RES too"),
            std::string::npos)
      << Explain(error, Res());
}

TEST(ServerErrorTest, WithoutUnitOrMetadataTheServersWordsAreUsed) {
  EXPECT_EQ(Explain(CreditLineExceeded(), std::nullopt),
            "as sent (CREDIT_LINE_EXCEEDED)");
  ServerError error = CreditLineExceeded();
  error.metadata.erase("missing");
  EXPECT_EQ(Explain(error, Res()), "as sent (CREDIT_LINE_EXCEEDED)");
  error.metadata["missing"] = "many";
  EXPECT_EQ(Explain(error, Res()), "as sent (CREDIT_LINE_EXCEEDED)");
}

TEST(ServerErrorTest, ViolationsAndRetryTimesAreShown) {
  google::rpc::Status status =
      Refused(grpc::StatusCode::RESOURCE_EXHAUSTED, "full", "QUEUE_FULL", {});
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  status.add_details()->PackFrom(retry);
  google::rpc::BadRequest bad;
  for (const char* field : {"a", "b"}) {
    auto& violation = *bad.add_field_violations();
    violation.set_field(field);
    violation.set_description("is wrong");
  }
  status.add_details()->PackFrom(bad);
  EXPECT_EQ(Explain(DecodeError(status), Res()),
            "full (QUEUE_FULL)\n  a: is wrong\n  b: is wrong\n"
            "Next: try again after 1.5s.");
}

TEST(ServerErrorTest, WhatTheServerSaysMovesNoCursor) {
  ServerError error;
  error.message = "bad\x1b[2J\n";
  EXPECT_EQ(Explain(error, Res()), "bad?[2J? (gRPC code 2)");
}

TEST(ServerErrorTest, TheExitCodeSaysWhetherAnythingMayHaveChanged) {
  struct Case {
    grpc::StatusCode code;
    const char* reason;
    ExitCode reads;
    ExitCode changes;
  };
  const Case kCases[] = {
      {grpc::StatusCode::UNAVAILABLE, "", ExitCode::kUnreachable,
       ExitCode::kUnknownOutcome},
      {grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", ExitCode::kUnreachable,
       ExitCode::kUnknownOutcome},
      {grpc::StatusCode::DEADLINE_EXCEEDED, "", ExitCode::kUnreachable,
       ExitCode::kUnknownOutcome},
      {grpc::StatusCode::CANCELLED, "", ExitCode::kUnreachable,
       ExitCode::kUnknownOutcome},
      {grpc::StatusCode::INTERNAL, "", ExitCode::kUnreachable,
       ExitCode::kUnknownOutcome},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "", ExitCode::kUnreachable,
       ExitCode::kUnknownOutcome},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL",
       ExitCode::kUnreachable, ExitCode::kUnreachable},
      {grpc::StatusCode::UNIMPLEMENTED, "", ExitCode::kUnreachable,
       ExitCode::kUnreachable},
      {grpc::StatusCode::FAILED_PRECONDITION, "CREDIT_LINE_EXCEEDED",
       ExitCode::kRefused, ExitCode::kRefused},
      {grpc::StatusCode::INVALID_ARGUMENT, "FIELD_INVALID", ExitCode::kRefused,
       ExitCode::kRefused},
      {grpc::StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", ExitCode::kRefused,
       ExitCode::kRefused},
      {grpc::StatusCode::DATA_LOSS, "JOURNAL_CHAIN_BROKEN", ExitCode::kBroken,
       ExitCode::kBroken},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.code);
    SCOPED_TRACE(c.reason);
    ServerError error;
    error.code = c.code;
    error.reason = c.reason;
    EXPECT_EQ(ExitCodeOf(error, /*changes=*/false), c.reads);
    EXPECT_EQ(ExitCodeOf(error, /*changes=*/true), c.changes);
  }
}

TEST(ServerErrorTest, ARefusalOfADryRunIsExplainedLikeAnError) {
  v1::Refusal refusal;
  refusal.set_reason(v1::CREDIT_LINE_EXCEEDED);
  refusal.set_message("as sent");
  for (const auto& [key, value] : CreditLineExceeded().metadata) {
    (*refusal.mutable_metadata())[key] = value;
  }
  EXPECT_EQ(Explain(DecodeError(refusal), Res()),
            Explain(CreditLineExceeded(), Res()));
  refusal.set_reason(static_cast<v1::ErrorReason>(99));
  EXPECT_EQ(DecodeError(refusal).reason, "REASON_99");
}

}  // namespace
}  // namespace skontro::cli

#include "server/error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/form.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

// A refusal of this reason with every key that its sentence names.
Refusal Sample(Reason reason) {
  Refusal refusal{reason, {}};
  for (const char* key :
       {"field",    "value",   "allowed",   "name",    "request_id", "number",
        "trade",    "account", "spendable", "room",    "amount",     "missing",
        "who",      "state",   "needed",    "method",  "role",       "limit",
        "sequence", "purpose", "wanted",    "network", "key_id",     "what"}) {
    refusal.metadata.emplace_back(key, std::string("<") + key + ">");
  }
  return refusal;
}

TEST(ErrorTest, EveryReasonHasExactlyOneErrorInfo) {
  for (const Reason reason : AllReasons()) {
    const Refusal refusal = Sample(reason);
    const grpc::Status status = ToGrpcStatus(std::span(&refusal, 1));
    EXPECT_EQ(static_cast<int>(status.error_code()),
              static_cast<int>(ReasonCode(reason)));
    EXPECT_EQ(status.error_message(), Explain(refusal));
    const Error error = ErrorIn(status);
    EXPECT_EQ(error.error_infos, 1);
    EXPECT_EQ(error.reason, ReasonName(reason));
    for (const auto& [key, value] : refusal.metadata) {
      EXPECT_EQ(error.metadata.at(key), value);
    }
    EXPECT_EQ(!error.fields.empty(), reason == Reason::kFieldInvalid);
    EXPECT_EQ(error.has_retry, reason == Reason::kQueueFull ||
                                   reason == Reason::kRateLimited ||
                                   reason == Reason::kDiskNearlyFull);
  }
}

TEST(ErrorTest, ARefusalInsideAStatusIsTheSame) {
  for (const Reason reason : AllReasons()) {
    const Refusal refusal = Sample(reason);
    const absl::Status status = ToStatus(refusal);
    EXPECT_EQ(IsOfServer(status), reason == Reason::kJournalChainBroken);
    EXPECT_EQ(ToRpcStatus(status).SerializeAsString(),
              ToRpcStatus(std::span(&refusal, 1)).SerializeAsString());
  }
}

TEST(ErrorTest, AllViolationsComeWithTheFirst) {
  const std::vector<Refusal> refusals = {FieldInvalid("a", "1", "2"),
                                         {Reason::kMemberNotActive, {}},
                                         FieldInvalid("b", "3", "4")};
  const Error error = ErrorIn(ToGrpcStatus(std::span(refusals)));
  EXPECT_EQ(error.error_infos, 1);
  EXPECT_EQ(error.metadata.at("field"), "a");
  EXPECT_EQ(error.fields, (std::vector<std::string>{"a", "b"}));
}

TEST(ErrorTest, TheFirstIsTheErrorWhateverCameAfter) {
  const std::vector<Refusal> refusals = {{Reason::kMemberNotActive, {}},
                                         FieldInvalid("b", "3", "4")};
  const Error error = ErrorIn(ToGrpcStatus(std::span(refusals)));
  EXPECT_EQ(error.reason, "MEMBER_NOT_ACTIVE");
  EXPECT_TRUE(error.fields.empty());
}

TEST(ErrorTest, FitsIntoATrailerHoweverMuchIsWrong) {
  Form form(std::string(60, 'p') + ".");
  for (int i = 0; i < 10'000; ++i) {
    form.Refuse("trade.invoice.tax_lines[31].category", std::string(5'000, 'x'),
                "1 to 500 bytes of UTF-8 without control characters");
  }
  const grpc::Status status = ToGrpcStatus(std::span(form.refusals()));
  // 8 KiB is what a peer takes, in base64, and the message goes beside it.
  EXPECT_LT(
      status.error_details().size() * 4 / 3 + status.error_message().size(),
      7u * 1024);
}

TEST(ErrorTest, ErrorsOfTheServerTellNothing) {
  for (const absl::Status& status :
       {absl::InternalError("/secret/path"), absl::UnavailableError("/secret"),
        absl::DataLossError("/secret/path"), absl::NotFoundError("/secret"),
        absl::UnknownError("/secret/path")}) {
    EXPECT_TRUE(IsOfServer(status));
    const grpc::Status wire = ToGrpcStatus(status);
    EXPECT_FALSE(wire.ok());
    EXPECT_EQ(wire.error_message().find("secret"), std::string::npos);
    EXPECT_FALSE(wire.error_message().empty());
    EXPECT_EQ(wire.error_details().find("secret"), std::string::npos);
    EXPECT_EQ(ErrorIn(wire).error_infos, 0);
  }
  EXPECT_EQ(ToGrpcStatus(absl::DataLossError("")).error_code(),
            grpc::StatusCode::DATA_LOSS);
}

TEST(ErrorTest, ACallThatWasCancelledIsNobodysMistake) {
  EXPECT_FALSE(IsOfServer(absl::CancelledError()));
  EXPECT_EQ(ToGrpcStatus(absl::CancelledError()).error_code(),
            grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace skontro::server

#include "server/http/connect.h"

#include <gtest/gtest.h>

#include "ledger/base/reason.h"
#include "server/error.h"

namespace skontro::server::http {
namespace {

TEST(ConnectTest, EveryCodeHasItsNameAndStatus) {
  const struct {
    grpc::StatusCode code;
    const char* name;
    int http_status;
  } kCases[] = {
      {grpc::StatusCode::CANCELLED, "canceled", 499},
      {grpc::StatusCode::UNKNOWN, "unknown", 500},
      {grpc::StatusCode::INVALID_ARGUMENT, "invalid_argument", 400},
      {grpc::StatusCode::DEADLINE_EXCEEDED, "deadline_exceeded", 504},
      {grpc::StatusCode::NOT_FOUND, "not_found", 404},
      {grpc::StatusCode::ALREADY_EXISTS, "already_exists", 409},
      {grpc::StatusCode::PERMISSION_DENIED, "permission_denied", 403},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "resource_exhausted", 429},
      {grpc::StatusCode::FAILED_PRECONDITION, "failed_precondition", 400},
      {grpc::StatusCode::ABORTED, "aborted", 409},
      {grpc::StatusCode::OUT_OF_RANGE, "out_of_range", 400},
      {grpc::StatusCode::UNIMPLEMENTED, "unimplemented", 501},
      {grpc::StatusCode::INTERNAL, "internal", 500},
      {grpc::StatusCode::UNAVAILABLE, "unavailable", 503},
      {grpc::StatusCode::DATA_LOSS, "data_loss", 500},
      {grpc::StatusCode::UNAUTHENTICATED, "unauthenticated", 401},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(ConnectCode(static_cast<int>(one.code)), one.name);
    EXPECT_EQ(HttpStatusOf(static_cast<int>(one.code)), one.http_status);
  }
  for (const int none : {-1, 17, 1'000}) {
    EXPECT_EQ(ConnectCode(none), "unknown");
  }
}

TEST(ConnectTest, AnErrorKeepsItsDetails) {
  const Refusal refusal{Reason::kQueueFull, {{"limit", "10"}}};
  const grpc::Status status = ToGrpcStatus(std::span(&refusal, 1));
  const Response response = ErrorResponse(StatusOf(status));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body.find("{\"code\":\"resource_exhausted\",\"message\":"),
            0u);
  EXPECT_NE(response.body.find("\"type\":\"google.rpc.ErrorInfo\""),
            std::string::npos);
  EXPECT_NE(response.body.find("\"reason\":\"QUEUE_FULL\""), std::string::npos);
  EXPECT_NE(response.body.find("{\"type\":\"google.rpc.RetryInfo\",\"value\":"
                               "\"CgUQgMLXLw\",\"debug\":{\"retryDelay\":"
                               "\"0.100s\"}}"),
            std::string::npos)
      << response.body;
}

TEST(ConnectTest, DetailsOfAnotherStatusAreNotBelieved) {
  google::rpc::Status other;
  other.set_code(5);
  other.set_message("other");
  other.add_details();
  const grpc::Status status(grpc::StatusCode::INTERNAL, "ours",
                            other.SerializeAsString());
  EXPECT_EQ(StatusOf(status).details_size(), 0);
  EXPECT_EQ(StatusOf(status).message(), "ours");
}

TEST(ConnectTest, EnvelopesHaveFlagAndLength) {
  EXPECT_EQ(Envelope("abc"), std::string("\0\0\0\0\3abc", 8));
  EXPECT_EQ(Envelope(std::string(0x1020304, 'x')).substr(0, 5),
            std::string("\0\1\2\3\4", 5));
  EXPECT_EQ(EndEnvelope(google::rpc::Status()), std::string("\2\0\0\0\2{}", 7));
  google::rpc::Status status;
  status.set_code(5);
  status.set_message("no");
  const std::string end = EndEnvelope(status);
  EXPECT_EQ(end.substr(5), R"({"error":{"code":"not_found","message":"no"}})");
  EXPECT_EQ(end[0], 2);
}

TEST(ConnectTest, ARequestOfAStreamIsOneEnvelope) {
  EXPECT_EQ(OnlyMessageOf(Envelope("abc"), false)->bytes, "abc");
  EXPECT_EQ(OnlyMessageOf(Envelope(""), true)->bytes, "");
  for (const std::string& bad :
       {std::string(), std::string(4, '\0'), Envelope("abc") + "x",
        Envelope("abc").substr(0, 7), Envelope("a") + Envelope("b"),
        std::string("\1\0\0\0\0", 5), std::string("\2\0\0\0\0", 5),
        std::string("\0\xff\xff\xff\xff", 5)}) {
    const auto message = OnlyMessageOf(bad, false);
    ASSERT_FALSE(message.ok());
    EXPECT_EQ(RefusalOf(message.status())->reason, Reason::kFieldInvalid);
  }
}

TEST(ConnectTest, ATimeoutIsOneToTenDigits) {
  EXPECT_EQ(ParseTimeout("1"), absl::Milliseconds(1));
  EXPECT_EQ(ParseTimeout("9999999999"), absl::Milliseconds(9'999'999'999));
  for (const char* bad : {"", "-1", "+1", " 1", "1.5", "1e3", "12345678901"}) {
    EXPECT_EQ(ParseTimeout(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace skontro::server::http

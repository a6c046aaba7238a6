#include "server/operations.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/error.h"

namespace skontro::server {
namespace {

constexpr std::string_view kVerify = "AuditService.Verify";

TEST(OperationsTest, OneRunsAtATimeForEachMethodOfANetwork) {
  Operations operations;
  const auto first = operations.Begin("res", kVerify, 1'000);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->is_new);
  const auto same = operations.Begin("res", kVerify, 2'000);
  ASSERT_TRUE(same.ok());
  EXPECT_FALSE(same->is_new);
  EXPECT_EQ(same->operation, first->operation);
  EXPECT_TRUE(operations.Begin("wir", kVerify, 2'000)->is_new);
  EXPECT_TRUE(operations.Begin("res", "FiscalService.Export", 2'000)->is_new);

  first->operation->Succeed({}, 3'000);
  EXPECT_TRUE(operations.Begin("res", kVerify, 4'000)->is_new);
}

TEST(OperationsTest, OneThatWasCancelledIsNotJoined) {
  Operations operations;
  const auto first = operations.Begin("res", kVerify, 1'000);
  first->operation->Cancel();
  EXPECT_TRUE(operations.Begin("res", kVerify, 1'000)->is_new);
}

TEST(OperationsTest, ItsEndIsKeptAndToldOnce) {
  Operations operations;
  const auto good = operations.Begin("res", kVerify, 1'000'000)->operation;
  good->SetProgress(5, 10);
  EXPECT_EQ(good->Get().done_count(), 5);
  EXPECT_FALSE(good->Get().has_end_time());
  v1::VerifyReport report;
  report.set_verdict(v1::VerifyReport::BROKEN);
  good->Succeed(report, 3'000'000);
  EXPECT_EQ(good->Get().state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(good->Get().end_time().seconds(), 3);
  EXPECT_EQ(good->Get().verify_report().verdict(), v1::VerifyReport::BROKEN);

  const auto gone = operations.Begin("res", kVerify, 1'000'000)->operation;
  gone->Fail(absl::CancelledError(), 4'000'000);
  EXPECT_EQ(gone->Get().state(), v1::Operation::CANCELLED);
  EXPECT_FALSE(gone->Get().has_error());

  const auto bad = operations.Begin("res", kVerify, 1'000'000)->operation;
  bad->Fail(absl::InternalError("/secret/path"), 4'000'000);
  EXPECT_EQ(bad->Get().state(), v1::Operation::FAILED);
  EXPECT_EQ(bad->Get().error().message().find("secret"), std::string::npos);
  EXPECT_DEATH(bad->Succeed({}, 5'000'000), "");
}

TEST(OperationsTest, ItIsFoundByItsIdAndNoOther) {
  Operations operations;
  const auto one = operations.Begin("res", kVerify, 1'234)->operation;
  EXPECT_EQ(one->Get().name(), "networks/res/operations/1234");
  EXPECT_EQ(operations.Find("res", "1234"), one);
  for (const char* id : {"", "0", "01234", "+1234", " 1234", "1234 ", "1235",
                         "99999999999999999999999", "abc"}) {
    EXPECT_EQ(operations.Find("res", id), nullptr) << id;
  }
  EXPECT_EQ(operations.Find("wir", "1234"), nullptr);
}

TEST(OperationsTest, TheNewestThatEndedAreKeptAndEveryOneThatRuns) {
  Operations operations;
  const auto running = operations.Begin("res", "other", 1)->operation;
  for (size_t i = 0; i < 3 * Operations::kKeptMax; ++i) {
    // The clock stands still: the numbers do not.
    operations.Begin("res", kVerify, 5)->operation->Succeed({}, 6);
  }
  const auto listed = operations.List("res", UINT64_MAX, 1'000);
  ASSERT_EQ(listed.size(), Operations::kKeptMax + 1);
  for (size_t i = 1; i < listed.size(); ++i) {
    EXPECT_LT(listed[i]->number(), listed[i - 1]->number());
  }
  EXPECT_EQ(listed.back(), running);
  EXPECT_EQ(operations.List("res", listed[10]->number(), 3).front(),
            listed[11]);
  EXPECT_EQ(operations.List("res", listed[10]->number(), 3).size(), 3U);
}

TEST(OperationsTest, AServerThatStopsCancelsAllAndTakesNoMore) {
  Operations operations;
  const auto one = operations.Begin("res", kVerify, 1)->operation;
  operations.CancelAll();
  EXPECT_TRUE(one->cancelled());
  const auto refused = operations.Begin("res", kVerify, 2);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(ToGrpcStatus(refused.status()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace skontro::server

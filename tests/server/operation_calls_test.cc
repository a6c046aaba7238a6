// Long work over gRPC: begun, watched, joined, cancelled, listed.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

v1::VerifyRequest VerifyRes() {
  return Text<v1::VerifyRequest>("name: 'networks/res'");
}

TEST(OperationCallsTest, TheResultIsKeptForWhoeverAsks) {
  Scene scene;
  scene.MakeNetwork();
  const v1::VerifyReport report = scene.Verify();
  EXPECT_EQ(report.verdict(), v1::VerifyReport::OK) << report.DebugString();
  const auto list =
      scene.Call(Text<v1::ListOperationsRequest>("parent: 'networks/res'"));
  ASSERT_TRUE(list.status.ok()) << list.status.error_message();
  ASSERT_EQ(list.response.operations_size(), 1);
  const v1::Operation& kept = list.response.operations(0);
  EXPECT_EQ(kept.method(), "AuditService.Verify");
  EXPECT_EQ(kept.state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(kept.done_count(), report.record_count());
  EXPECT_EQ(kept.total_count(), report.record_count());
  EXPECT_EQ(kept.verify_report().digest(), report.digest());
  EXPECT_GT(list.response.sequence(), 0);
}

TEST(OperationCallsTest, ItEndsWithoutTheOneWhoBeganIt) {
  Scene scene;
  scene.MakeNetwork();
  std::string name;
  {
    const auto channel = scene.NewChannel();
    grpc::ClientContext context;
    v1::VerifyResponse response;
    ASSERT_TRUE(v1::AuditService::NewStub(channel)
                    ->Verify(&context, VerifyRes(), &response)
                    .ok());
    name = response.operation().name();
  }
  v1::GetOperationRequest get;
  get.set_name(name);
  v1::Operation operation;
  do {
    operation = scene.Call(get).response.operation();
  } while (operation.state() == v1::Operation::RUNNING);
  EXPECT_EQ(operation.state(), v1::Operation::SUCCEEDED);
}

TEST(OperationCallsTest, CallsAtOnceShareWhatRuns) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::string> names(8);
  std::vector<std::thread> threads;
  for (std::string& name : names) {
    threads.emplace_back([&] {
      const auto begun = scene.Call(VerifyRes());
      EXPECT_TRUE(begun.status.ok()) << begun.status.error_message();
      name = begun.response.operation().name();
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto list =
      scene.Call(Text<v1::ListOperationsRequest>("parent: 'networks/res'"));
  std::set<std::string> listed;
  for (const v1::Operation& one : list.response.operations()) {
    listed.insert(one.name());
  }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), listed);
}

TEST(OperationCallsTest, CancellingEndsItAndDoesNoHarmAfterwards) {
  Scene scene;
  scene.MakeNetwork();
  const auto begun = scene.Call(VerifyRes());
  ASSERT_TRUE(begun.status.ok());
  v1::CancelOperationRequest cancel;
  cancel.set_name(begun.response.operation().name());
  ASSERT_TRUE(scene.Call(cancel).status.ok());
  v1::GetOperationRequest get;
  get.set_name(cancel.name());
  v1::Operation operation;
  do {
    operation = scene.Call(get).response.operation();
  } while (operation.state() == v1::Operation::RUNNING);
  // It may have been done before it was told.
  EXPECT_TRUE(operation.state() == v1::Operation::CANCELLED ||
              operation.state() == v1::Operation::SUCCEEDED);
  const auto again = scene.Call(cancel);
  ASSERT_TRUE(again.status.ok());
  EXPECT_EQ(again.response.operation().state(), operation.state());
  // And nobody is kept from verifying.
  EXPECT_EQ(scene.Verify().verdict(), v1::VerifyReport::OK);
}

TEST(OperationCallsTest, PagesHoldEachOnce) {
  Scene scene;
  scene.MakeNetwork();
  for (int i = 0; i < 7; ++i) scene.Verify();
  v1::ListOperationsRequest request;
  request.set_parent("networks/res");
  request.set_page_size(3);
  std::vector<std::string> names;
  for (int page = 0; page < 10; ++page) {
    const auto list = scene.Call(request);
    ASSERT_TRUE(list.status.ok()) << list.status.error_message();
    for (const v1::Operation& one : list.response.operations()) {
      names.push_back(one.name());
    }
    request.set_page_token(list.response.next_page_token());
    if (request.page_token().empty()) break;
  }
  EXPECT_EQ(names.size(), 7U);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 7U);
  request.set_page_token("not a token");
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"), "page_token");
}

TEST(OperationCallsTest, WhatIsWrongIsRefused) {
  Scene scene;
  scene.MakeNetwork();
  v1::GetOperationRequest get;
  for (const char* name :
       {"", "networks/res", "networks/res/operations", "operations/1",
        "networks/res/operations/", "networks/res/operations/1/x",
        "networks/res/trades/1", "networks/res/operations/a_b"}) {
    get.set_name(name);
    EXPECT_EQ(scene.Call(get).error().reason, "FIELD_INVALID") << name;
  }
  v1::CancelOperationRequest cancel;
  for (const char* name :
       {"networks/res/operations/17", "networks/none/operations/17",
        "networks/res/operations/99999999999999999999999999"}) {
    get.set_name(name);
    cancel.set_name(name);
    EXPECT_EQ(scene.Call(get).error().reason, "RESOURCE_NOT_FOUND") << name;
    EXPECT_EQ(scene.Call(cancel).error().reason, "RESOURCE_NOT_FOUND") << name;
  }
}

TEST(OperationCallsTest, ARestartForgetsThemAndTheirIdsDoNotComeBack) {
  Scene scene;
  scene.MakeNetwork();
  const std::string before =
      scene.Call(VerifyRes()).response.operation().name();
  scene.Restart();
  v1::GetOperationRequest get;
  get.set_name(before);
  EXPECT_EQ(scene.Call(get).error().reason, "RESOURCE_NOT_FOUND");
  scene.clock().Advance(1);
  EXPECT_NE(scene.Call(VerifyRes()).response.operation().name(), before);
}

}  // namespace
}  // namespace skontro::server

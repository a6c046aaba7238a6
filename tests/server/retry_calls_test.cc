// The same request gets the same answer: at once, later, after a restart, from
// many callers at a time, and also where the answer was a refusal.

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

// A call, as the bytes that came of it: the response, or the error with all of
// its details.
using Bytes = std::string;

template <typename Request>
Bytes BytesOf(Scene& scene, const Request& request) {
  const auto reply = scene.Call(request);
  if (reply.status.ok()) return reply.response.SerializeAsString();
  return absl::StrCat(static_cast<int>(reply.status.error_code()),
                      reply.status.error_message(),
                      reply.status.error_details());
}

struct Case {
  std::string name;
  std::function<Bytes(Scene&)> call;
};

template <typename Request>
Case MakeCase(const std::string& name, const Request& request) {
  return {name, [request](Scene& scene) { return BytesOf(scene, request); }};
}

template <typename Request>
Request Step(const std::string& request_id, const std::string& trade) {
  Request request;
  request.set_name("networks/res/trades/" + trade);
  request.set_request_id(request_id);
  return request;
}

v1::CreateTradeRequest Named(v1::CreateTradeRequest request,
                             const std::string& id) {
  request.set_trade_id(id);
  request.mutable_trade()->set_description("with a description");
  request.mutable_trade()->mutable_invoice()->set_number("F " + id);
  return request;
}

std::vector<Case> Story() {
  auto batch = Text<v1::BatchCreateTradesRequest>(R"pb(parent: "networks/res"
                                                       mode: ATOMIC
                                                       request_id: "c-9")pb");
  for (int i = 0; i < 3; ++i) {
    auto item = Sale("", 10 + i);
    *batch.add_requests() = item;
  }
  auto vat = MemberRequest("c-1", "late");
  vat.mutable_member()->add_address_lines("rue 1");
  return {
      MakeCase("a member", vat),
      MakeCase("a member again", MemberRequest("c-2", "late")),
      MakeCase("a line", LineRequest("c-3", "boulangerie", 300'000)),
      MakeCase("no line", LineRequest("c-4", "nobody", 300'000)),
      MakeCase("a payment", Sale("c-5", 700)),
      MakeCase("a proposal", Named(Proposal("c-6", 800), "f1")),
      MakeCase("a duplicate id", Named(Proposal("c-6b", 800), "f1")),
      MakeCase("a duplicate invoice",
               [] {
                 auto request = Named(Proposal("c-6c", 800), "f1");
                 request.set_trade_id("f2");
                 return request;
               }()),
      MakeCase("accepting", Step<v1::AcceptTradeRequest>("c-7", "f1")),
      MakeCase("accepting twice", Step<v1::AcceptTradeRequest>("c-8", "f1")),
      MakeCase("a group", batch),
      MakeCase("too much", Sale("c-10", 500'000)),
      MakeCase("reversing", Step<v1::ReverseTradeRequest>("c-11", "f1")),
      MakeCase("a second proposal", Named(Proposal("c-12", 5), "f3")),
      MakeCase("declining", Step<v1::DeclineTradeRequest>("c-13", "f3")),
      MakeCase("nothing", Step<v1::DeclineTradeRequest>("c-14", "none")),
  };
}

TEST(RetryCallsTest, EveryAnswerIsGivenAgainToTheByte) {
  Scene scene;
  scene.MakeNetwork();
  const std::vector<Case> story = Story();
  std::vector<Bytes> answers;
  for (const Case& one : story) {
    scene.clock().Advance(1'000'000);
    answers.push_back(one.call(scene));
  }
  const int64_t balance = scene.BalanceOf("boulangerie");
  for (int round = 0; round < 2; ++round) {
    scene.clock().Advance(int64_t{86'400} * 1'000'000);
    for (size_t i = 0; i < story.size(); ++i) {
      EXPECT_EQ(story[i].call(scene), answers[i]) << story[i].name;
    }
    scene.Restart();
  }
  for (size_t i = 0; i < story.size(); ++i) {
    EXPECT_EQ(story[i].call(scene), answers[i]) << story[i].name;
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), balance);
}

TEST(RetryCallsTest, ARequestIdIsForOneContent) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Sale("r-1", 700)).status.ok());
  const struct {
    std::function<void(v1::CreateTradeRequest*)> change;
    std::string field;
  } kCases[] = {
      {[](auto* r) {
         r->mutable_trade()->mutable_unit_leg()->set_minor_units(701);
       },
       "trade"},
      {[](auto* r) { r->mutable_trade()->set_description("x"); }, "trade"},
      {[](auto* r) { r->set_trade_id("mine"); }, "trade_id"},
      {[](auto* r) {
         r->mutable_trade()->set_description("x");
         r->set_trade_id("mine");
       },
       "trade"},
  };
  for (const auto& test : kCases) {
    auto request = Sale("r-1", 700);
    test.change(&request);
    const auto reply = scene.Call(request);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
    EXPECT_EQ(reply.error().reason, "REQUEST_ID_REUSED");
    EXPECT_EQ(reply.error().metadata.at("request_id"), "r-1");
    EXPECT_EQ(reply.error().metadata.at("field"), test.field);
  }
  // Another method with the same fields is another request.
  ASSERT_TRUE(scene.Call(Named(Proposal("r-2", 5), "f1")).status.ok());
  ASSERT_TRUE(
      scene.Call(Step<v1::DeclineTradeRequest>("r-3", "f1")).status.ok());
  const auto other = scene.Call(Step<v1::AcceptTradeRequest>("r-3", "f1"));
  EXPECT_EQ(other.error().reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(other.error().metadata.at("field"), "method");
  scene.Restart();
  EXPECT_EQ(scene.Call(Step<v1::AcceptTradeRequest>("r-3", "f1"))
                .error()
                .metadata.at("field"),
            "method");
}

TEST(RetryCallsTest, WhatIsNoContentMayDiffer) {
  Scene scene;
  scene.MakeNetwork();
  const auto first = scene.Call(Sale("r-1", 700));
  auto preview = Sale("r-1", 700);
  preview.set_validate_only(true);
  EXPECT_TRUE(scene.Call(preview).status.ok());
  EXPECT_EQ(scene.Call(Sale("r-1", 700)).response.SerializeAsString(),
            first.response.SerializeAsString());
}

TEST(RetryCallsTest, ManyCallersOfOneRequestMakeOneBooking) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::thread> threads;
  std::vector<Bytes> answers(32);
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back(
        [&, i] { answers[i] = BytesOf(scene, Sale("r-1", 700)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<Bytes>(answers.begin(), answers.end()).size(), 1u);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -700);
}

TEST(RetryCallsTest, ManyCallersWithRequestsOfTheirOwnLoseNothing) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::thread> threads;
  std::atomic<int> settled = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        // Each is sent twice, and half of them cannot be paid.
        const auto request = Sale(absl::StrCat("r-", t, "-", i), 600);
        const auto first = scene.Call(request);
        const auto second = scene.Call(request);
        EXPECT_EQ(first.status.error_code(), second.status.error_code());
        EXPECT_EQ(first.response.SerializeAsString(),
                  second.response.SerializeAsString());
        if (first.status.ok()) ++settled;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(settled, 100'000 / 600);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -600 * settled);
  EXPECT_EQ(scene.BalanceOf("imprimerie"), 600 * settled);
}

}  // namespace
}  // namespace skontro::server

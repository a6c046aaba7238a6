#include "bench/load/witness_log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace skontro::bench {
namespace {

using Outcome = WitnessedCall::Outcome;

class WitnessLogTest : public testing::Test {
 protected:
  WitnessLogTest()
      : path_(testing::TempDir() + "/witness-" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::remove(path_.c_str());
  }
  ~WitnessLogTest() override { std::remove(path_.c_str()); }

  std::unique_ptr<WitnessLog> Open() {
    auto log = WitnessLog::Open(path_);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }

  void Append(const std::string& text) {
    std::ofstream(path_, std::ios::app) << text;
  }

  static WitnessedCall Payment() {
    WitnessedCall call;
    call.key = 3;
    call.seller = 1;
    call.buyer = 2;
    call.units = 500;
    return call;
  }

  const std::string path_;
};

TEST_F(WitnessLogTest, WhatWasWrittenIsRead) {
  {
    const auto log = Open();
    log->Sent("a", Payment());
    log->Answered("a", "t7", 7);
    log->Sent("b", Payment());
    log->Refused("b", "9");
    log->Sent("c", Payment());
  }
  WitnessedCall accept;
  accept.kind = WitnessedCall::Kind::kAccept;
  accept.trade = "t9";
  Open()->Sent("d", accept);
  const auto calls = ReadWitnessLog(path_);
  ASSERT_TRUE(calls.ok()) << calls.status();
  ASSERT_EQ(calls->size(), 4u);
  EXPECT_EQ(calls->at("a").outcome, Outcome::kAnswered);
  EXPECT_EQ(calls->at("a").trade, "t7");
  EXPECT_EQ(calls->at("a").sequence, 7);
  EXPECT_EQ(calls->at("a").units, 500);
  EXPECT_EQ(calls->at("a").key, 3u);
  EXPECT_EQ(calls->at("b").outcome, Outcome::kRefused);
  EXPECT_EQ(calls->at("c").outcome, Outcome::kUnknown);
  EXPECT_EQ(calls->at("d").trade, "t9");
}

TEST_F(WitnessLogTest, ALineCutShortCountsForNothing) {
  Open()->Sent("a", Payment());
  Append("answered\ta\tt");
  auto calls = ReadWitnessLog(path_);
  ASSERT_TRUE(calls.ok()) << calls.status();
  EXPECT_EQ(calls->at("a").outcome, Outcome::kUnknown);
  Open()->Answered("a", "t7", 7);
  calls = ReadWitnessLog(path_);
  ASSERT_TRUE(calls.ok()) << calls.status();
  EXPECT_EQ(calls->at("a").trade, "t7");
}

TEST_F(WitnessLogTest, TheSameAnswerTwiceIsFineAndAnotherIsNot) {
  const auto log = Open();
  log->Sent("a", Payment());
  log->Answered("a", "t7", 7);
  log->Sent("a", Payment());
  log->Answered("a", "t7", 7);
  EXPECT_TRUE(ReadWitnessLog(path_).ok());
  log->Answered("a", "t8", 8);
  EXPECT_EQ(ReadWitnessLog(path_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(WitnessLogTest, LinesThatSayNothingAreNamed) {
  for (const char* line :
       {"nonsense\n", "answered\tnobody\tt1\t1\n", "refused\tnobody\t9\n",
        "sent\tx\t0\tsettle\t1\t2\n", "sent\tx\t0\tsettle\t1\t2\tmuch\n",
        "sent\tx\t0\taccept\t\n", "sent\tx\t-1\taccept\tt1\n"}) {
    std::remove(path_.c_str());
    Open()->Sent("a", Payment());
    Append(line);
    const auto calls = ReadWitnessLog(path_);
    ASSERT_FALSE(calls.ok()) << line;
    EXPECT_NE(calls.status().message().find(":2:"), absl::string_view::npos)
        << calls.status();
  }
}

TEST_F(WitnessLogTest, NoFileIsNoLog) {
  EXPECT_EQ(ReadWitnessLog(path_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(WitnessLog::Open("/nowhere/witness").ok());
}

}  // namespace
}  // namespace skontro::bench

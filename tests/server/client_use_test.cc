#include "server/client_use.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "ledger/base/reason.h"

namespace skontro::server {
namespace {

constexpr int64_t kNow = 1'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000;

ClientLimits Unlimited() { return {0, 0, 0, 0, 0}; }

// What of the limits a status names; empty for OK.
std::string WhatOf(const absl::Status& status) {
  if (status.ok()) return "";
  const auto refusal = RefusalOf(status);
  EXPECT_TRUE(refusal.has_value() && refusal->reason == Reason::kRateLimited);
  return std::string(MetadataOf(*refusal, "what"));
}

TEST(ClientUseTest, CallsAndStreamsAreCountedEachForItself) {
  ClientLimits limits = Unlimited();
  limits.calls_max = 2;
  limits.streams_max = 1;
  ClientUse use;
  EXPECT_EQ(WhatOf(use.Begin(limits, false, 0, kNow)), "");
  EXPECT_EQ(WhatOf(use.Begin(limits, false, 0, kNow)), "");
  const absl::Status third = use.Begin(limits, false, 0, kNow);
  EXPECT_EQ(WhatOf(third), "calls_in_flight");
  EXPECT_EQ(MetadataOf(*RefusalOf(third), "limit"), "2");
  EXPECT_EQ(MetadataOf(*RefusalOf(third), "retry_ms"), "100");
  EXPECT_EQ(WhatOf(use.Begin(limits, true, 0, kNow)), "");
  EXPECT_EQ(WhatOf(use.Begin(limits, true, 0, kNow)), "open_streams");
  use.End(false);
  use.End(true);
  EXPECT_EQ(WhatOf(use.Begin(limits, false, 0, kNow)), "");
  EXPECT_EQ(WhatOf(use.Begin(limits, true, 0, kNow)), "");
  EXPECT_EQ(use.calls(), 2);
  EXPECT_EQ(use.streams(), 1);
  EXPECT_EQ(use.refused(ClientLimit::kCalls), 1);
  EXPECT_EQ(use.refused(ClientLimit::kStreams), 1);
}

TEST(ClientUseTest, TradesOnTheirWayAreCountedAndALargeBatchAloneGoesIn) {
  ClientLimits limits = Unlimited();
  limits.items_max = 10;
  ClientUse use;
  EXPECT_EQ(WhatOf(use.TakeItems(limits, 8'192, kNow)), "");
  EXPECT_EQ(WhatOf(use.TakeItems(limits, 1, kNow)), "items_in_flight");
  use.GiveItems(8'192);
  EXPECT_EQ(WhatOf(use.TakeItems(limits, 9, kNow)), "");
  EXPECT_EQ(WhatOf(use.TakeItems(limits, 1, kNow)), "");
  EXPECT_EQ(WhatOf(use.TakeItems(limits, 1, kNow)), "items_in_flight");
  EXPECT_EQ(use.items(), 10);
}

TEST(ClientUseTest, ARateIsKeptInTheLongRun) {
  ClientLimits limits = Unlimited();
  limits.items_per_second = 100;
  ClientUse use;
  const auto calls_until_refused = [&](int64_t now) {
    int calls = 0;
    while (use.Begin(limits, false, 0, now).ok()) ++calls;
    return calls;
  };
  // Two seconds' worth at once, and one that comes on top.
  EXPECT_EQ(calls_until_refused(kNow), 201);
  EXPECT_EQ(calls_until_refused(kNow + kSecond / 100 - 1), 0);
  EXPECT_EQ(calls_until_refused(kNow + kSecond / 100), 1);
  EXPECT_EQ(calls_until_refused(kNow + kSecond), 99);
  // What was not used for an hour is not saved up.
  EXPECT_EQ(calls_until_refused(kNow + 3'600 * kSecond), 201);
  // What was refused is not in flight.
  EXPECT_EQ(use.calls(), 201 + 1 + 99 + 201);
}

TEST(ClientUseTest, TheTimeToComeBackIsSaid) {
  ClientLimits limits = Unlimited();
  limits.items_per_second = 100;
  ClientUse use;
  EXPECT_TRUE(use.TakeItems(limits, 500, kNow).ok());
  const absl::Status status = use.Begin(limits, false, 0, kNow);
  EXPECT_EQ(WhatOf(status), "items_per_second");
  EXPECT_EQ(MetadataOf(*RefusalOf(status), "retry_ms"), "3000");
  EXPECT_FALSE(use.Begin(limits, false, 0, kNow + 3 * kSecond - 1).ok());
  EXPECT_TRUE(use.Begin(limits, false, 0, kNow + 3 * kSecond).ok());
}

TEST(ClientUseTest, BytesOfBothDirectionsCount) {
  ClientLimits limits = Unlimited();
  limits.bytes_per_second = 1'000;
  ClientUse use;
  EXPECT_EQ(WhatOf(use.Begin(limits, false, 1'500, kNow)), "");
  EXPECT_EQ(use.Pay(limits, 0, 1'500, kNow), kSecond);  // Its answer.
  EXPECT_EQ(WhatOf(use.Begin(limits, false, 1, kNow)), "bytes_per_second");
  EXPECT_EQ(WhatOf(use.Begin(limits, false, 1, kNow + kSecond)), "");
}

TEST(ClientUseTest, ALargeDebtIsNotForgiven) {
  ClientLimits limits = Unlimited();
  limits.items_per_second = 100;
  ClientUse use;
  for (int stream = 0; stream < 7; ++stream) {
    use.Pay(limits, 1'024, 0, kNow);  // 71 s in all.
  }
  EXPECT_GT(use.Pay(limits, 0, 0, kNow), 50 * kSecond);
  // Also for a thread whose clock was read a little earlier.
  EXPECT_GT(use.Pay(limits, 0, 0, kNow - kSecond), 50 * kSecond);
  EXPECT_EQ(use.Pay(limits, 0, 0, kNow + 60 * kSecond), 0);
}

TEST(ClientUseTest, AClockThatWentBackKeepsNobodyOut) {
  ClientLimits limits = Unlimited();
  limits.items_per_second = 100;
  ClientUse use;
  EXPECT_TRUE(use.TakeItems(limits, 1'000, kNow).ok());
  EXPECT_TRUE(use.Begin(limits, false, 0, kNow - 3'600 * kSecond).ok());
}

TEST(ClientUseTest, ManyThreadsGetNoMoreThanOne) {
  ClientLimits limits = Unlimited();
  limits.calls_max = 50;
  limits.items_per_second = 1'000;
  ClientUse use;
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        if (!use.Begin(limits, false, 0, kNow).ok()) continue;
        EXPECT_LE(use.calls(), 50 + 4);
        ++admitted;
        use.End(false);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 2'001);
  EXPECT_EQ(use.calls(), 0);
}

TEST(ClientUseTest, WithoutLimitsNothingIsRefused) {
  ClientUse use;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(use.Begin(Unlimited(), i % 2 == 0, 1 << 30, kNow).ok());
    EXPECT_TRUE(use.TakeItems(Unlimited(), 1 << 30, kNow).ok());
    EXPECT_EQ(use.Pay(Unlimited(), 1 << 30, 1 << 30, kNow), 0);
  }
}

}  // namespace
}  // namespace skontro::server

// A disk that fills up, and a server on it. The disk is the test's own.

#include "server/disk_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/synchronization/notification.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

class DiskWatchTest : public testing::Test {
 protected:
  DiskWatchTest() {
    scene_.MakeNetwork();
    watch_ = NewWatch(80, absl::InfiniteDuration());
  }
  ~DiskWatchTest() override {
    watch_.reset();
    std::fclose(log_file_);
  }

  std::unique_ptr<DiskWatch> NewWatch(int percent, absl::Duration interval) {
    DiskWatch::Options options;
    options.full_percent = percent;
    options.interval = interval;
    options.read =
        [this](const std::string& path) -> absl::StatusOr<DiskSpace> {
      EXPECT_EQ(path, scene_.directory());
      const absl::MutexLock lock(&mutex_);
      return space_;
    };
    return std::make_unique<DiskWatch>(scene_.directory(), options,
                                       &scene_.networks(), &log_);
  }

  // Of 1,000 bytes.
  void SetUsed(uint64_t used) {
    const absl::MutexLock lock(&mutex_);
    space_ = DiskSpace{used, 1'000 - used};
  }
  void Use(uint64_t used) {
    SetUsed(used);
    watch_->Check();
  }
  void LoseSight() {
    {
      const absl::MutexLock lock(&mutex_);
      space_ = absl::UnavailableError("no answer");
    }
    watch_->Check();
  }

  // The error of a new trade; empty where it is made.
  Error Trade() {
    const auto reply =
        scene_.Call(Sale("trade-" + std::to_string(++trades_), 1));
    return reply.status.ok() ? Error() : reply.error();
  }

  std::string LogText() {
    std::fflush(log_file_);
    std::string text(1 << 16, '\0');
    const ssize_t size =
        pread(fileno(log_file_), text.data(), text.size(), /*offset=*/0);
    text.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
    return text;
  }
  ptrdiff_t LinesWith(const std::string& word) {
    std::istringstream lines(LogText());
    std::string line;
    ptrdiff_t count = 0;
    while (std::getline(lines, line)) {
      if (line.find(word) != std::string::npos) ++count;
    }
    return count;
  }

  std::FILE* const log_file_ = std::tmpfile();
  Log log_{fileno(log_file_), LogFormat::kText, LogLevel::kInfo};
  absl::Mutex mutex_;
  absl::StatusOr<DiskSpace> space_ ABSL_GUARDED_BY(mutex_) = DiskSpace{100,
                                                                       900};
  Scene scene_;
  std::unique_ptr<DiskWatch> watch_;
  int trades_ = 0;
};

TEST_F(DiskWatchTest, ChangesStopAtTheLimitAndNotBefore) {
  Use(799);
  EXPECT_EQ(Trade().reason, "");
  Use(800);
  const Error error = Trade();
  EXPECT_EQ(error.reason, "DISK_NEARLY_FULL");
  EXPECT_EQ(error.metadata.at("used"), "80");
  EXPECT_EQ(error.metadata.at("limit"), "80");
  EXPECT_TRUE(error.has_retry);
}

TEST_F(DiskWatchTest, ItIsResourceExhaustedAndNothingIsDone) {
  Use(900);
  const int64_t before = scene_.BalanceOf("imprimerie");
  const auto reply = scene_.Call(Sale("r", 5));
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), before);
  // The same request is carried out when there is space.
  Use(100);
  EXPECT_TRUE(scene_.Call(Sale("r", 5)).status.ok());
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), before + 5);
}

TEST_F(DiskWatchTest, ReadsPreviewsAndKnownRequestsGoOn) {
  const auto before = scene_.Call(Sale("known", 5));
  ASSERT_TRUE(before.status.ok());
  Use(950);
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 5);
  v1::GetStatementRequest statement;
  statement.set_name("networks/res/members/imprimerie/accounts/main");
  EXPECT_TRUE(scene_.Call(statement).status.ok());
  const auto again = scene_.Call(Sale("known", 5));
  EXPECT_TRUE(again.status.ok());
  EXPECT_EQ(again.response.SerializeAsString(),
            before.response.SerializeAsString());
  v1::CreateTradeRequest preview = Sale("", 5);
  preview.set_validate_only(true);
  EXPECT_TRUE(scene_.Call(preview).status.ok());
}

TEST_F(DiskWatchTest, EveryKindOfChangeStops) {
  Use(800);
  EXPECT_EQ(scene_.Call(MemberRequest("m", "m")).error().reason,
            "DISK_NEARLY_FULL");
  EXPECT_EQ(scene_.Call(LineRequest("l", "garage", 5)).error().reason,
            "DISK_NEARLY_FULL");
  EXPECT_EQ(scene_.Call(NetworkRequest("n", "n")).error().reason,
            "DISK_NEARLY_FULL");
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  *batch.add_requests() = Sale("b", 5);
  const auto reply = scene_.Call(batch);
  ASSERT_EQ(reply.response.results_size(), 1);
  EXPECT_EQ(ErrorIn(reply.response.results(0).error()).reason,
            "DISK_NEARLY_FULL");
}

TEST_F(DiskWatchTest, ItGoesOnByItselfOnePercentBelow) {
  Use(800);
  Use(790);
  EXPECT_EQ(Trade().reason, "DISK_NEARLY_FULL");
  Use(789);
  EXPECT_EQ(Trade().reason, "");
  Use(799);
  EXPECT_EQ(Trade().reason, "");
}

TEST_F(DiskWatchTest, EachChangeIsLoggedOnce) {
  for (const uint64_t used : {100u, 850u, 860u, 870u, 500u, 400u, 900u}) {
    Use(used);
  }
  EXPECT_EQ(LinesWith("disk_nearly_full"), 2) << LogText();
  EXPECT_EQ(LinesWith("disk_has_space"), 1) << LogText();
}

TEST_F(DiskWatchTest, WhatCannotBeReadChangesNothingAndIsLoggedOnce) {
  Use(900);
  LoseSight();
  LoseSight();
  EXPECT_EQ(Trade().reason, "DISK_NEARLY_FULL");
  Use(100);
  LoseSight();
  EXPECT_EQ(Trade().reason, "");
  EXPECT_EQ(LinesWith("disk_space_unknown"), 2) << LogText();
}

TEST_F(DiskWatchTest, ItLooksByItself) {
  watch_ = NewWatch(80, absl::Milliseconds(1));
  SetUsed(900);
  while (Trade().reason.empty()) continue;
  SetUsed(100);
  while (!Trade().reason.empty()) continue;
  EXPECT_GE(LinesWith("disk_has_space"), 1);
}

TEST_F(DiskWatchTest, AServerThatStartsOnAFullDiskTakesNoChanges) {
  SetUsed(900);
  watch_ = NewWatch(80, absl::InfiniteDuration());
  EXPECT_EQ(Trade().reason, "DISK_NEARLY_FULL");
}

TEST(ReadDiskSpaceTest, AFolderIsOnADiskWithSpaceAndNoPathIsNone) {
  const auto space = ReadDiskSpace("/tmp");
  ASSERT_TRUE(space.ok());
  EXPECT_GT(space->used + space->available, 0u);
  EXPECT_TRUE(absl::IsUnavailable(ReadDiskSpace("/no/such/path").status()));
}

}  // namespace
}  // namespace skontro::server

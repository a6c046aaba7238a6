// A clock that is wrong, and what the operator hears of it. Both clocks are the
// test's own.

#include "server/clock_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kDayUs = 24 * 3'600 * kSecondUs;

class ClockWatchTest : public testing::Test {
 protected:
  ClockWatchTest() { scene_.MakeNetwork(); }
  ~ClockWatchTest() override {
    watch_.reset();
    std::fclose(log_file_);
  }

  void Watch() {
    ClockWatch::Options options;
    options.interval = absl::InfiniteDuration();
    options.steady_us = [this] { return steady_us_.load(); };
    watch_ = std::make_unique<ClockWatch>(options, &scene_.clock(),
                                          scene_.networks(), &log_);
  }

  // Time passes, and the clock goes on by so much.
  void Pass(int64_t time_us, int64_t clock_us) {
    steady_us_ += time_us;
    scene_.clock().Advance(clock_us);
    watch_->Check();
  }

  std::string LogText() {
    std::fflush(log_file_);
    std::string text(1 << 16, '\0');
    const ssize_t size =
        pread(fileno(log_file_), text.data(), text.size(), /*offset=*/0);
    text.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
    return text;
  }
  bool Logged(const std::string& words) {
    return LogText().find(words) != std::string::npos;
  }

  Scene scene_;
  std::atomic<int64_t> steady_us_ = 5;
  std::FILE* const log_file_ = std::tmpfile();
  Log log_{fileno(log_file_), LogFormat::kText, LogLevel::kDebug};
  std::unique_ptr<ClockWatch> watch_;
};

TEST_F(ClockWatchTest, AClockThatGoesWithTimeIsNotTalkedOf) {
  Watch();
  for (int i = 0; i < 100; ++i) Pass(kSecondUs, kSecondUs + 1'000);
  EXPECT_EQ(LogText(), "");
}

TEST_F(ClockWatchTest, AJumpIsToldOnceInEitherDirection) {
  Watch();
  Pass(kSecondUs, 62 * kSecondUs);
  EXPECT_TRUE(Logged("clock_jumped seconds=61")) << LogText();
  const std::string told = LogText();
  Pass(kSecondUs, kSecondUs);
  EXPECT_EQ(LogText(), told);
  Pass(kSecondUs, -3'600 * kSecondUs);
  EXPECT_TRUE(Logged("clock_jumped seconds=-3601")) << LogText();
}

TEST_F(ClockWatchTest, ManySmallStepsAreAJump) {
  Watch();
  for (int i = 0; i < 7; ++i) Pass(kSecondUs, 11 * kSecondUs);
  EXPECT_TRUE(Logged("clock_jumped seconds=70")) << LogText();
}

TEST_F(ClockWatchTest, AClockBehindTheBooksIsToldAndTimeDoesNotGoBack) {
  scene_.clock().Advance(-kDayUs);
  Watch();
  EXPECT_TRUE(Logged("clock_behind network=res seconds=86")) << LogText();
  // The trade is a day later than the clock says: after the one before it.
  const auto sold = scene_.Call(Sale("sale-1", 1));
  ASSERT_TRUE(sold.status.ok()) << sold.status.error_message();
  EXPECT_GT(sold.response.trade().create_time().seconds(),
            scene_.clock().NowUs() / kSecondUs + 86'000);
}

TEST_F(ClockWatchTest, AClockFarAheadOfEveryRecordIsTold) {
  scene_.clock().Advance(6 * kDayUs);
  Watch();
  EXPECT_FALSE(Logged("clock_ahead"));
  watch_.reset();
  scene_.clock().Advance(2 * kDayUs);
  Watch();
  EXPECT_TRUE(Logged("clock_ahead")) << LogText();
}

}  // namespace
}  // namespace skontro::server

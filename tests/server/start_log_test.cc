// What the log says of a start, and how often.

#include "server/start_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace skontro::server {
namespace {

using engine::Sequence;
using Step = engine::StartProgress::Step;

class StartLogTest : public testing::Test {
 protected:
  StartLogTest() { EXPECT_EQ(pipe2(ends_, O_NONBLOCK), 0); }
  ~StartLogTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  // The lines of a start that begins with a checkpoint and reads `pieces`
  // pieces of the journal.
  std::string LinesOf(int pieces,
                      std::chrono::steady_clock::duration interval) {
    Log log(ends_[1], LogFormat::kText, LogLevel::kInfo);
    StartLog start(&log, "res", interval);
    start.Tell({Step::kCheckpoint, Sequence{1'000}, Sequence{9'000}, ""});
    for (int i = 1; i <= pieces; ++i) {
      const auto sequence = static_cast<uint64_t>(1'000 + 100 * i);
      start.Tell({Step::kReplay, Sequence{sequence}, Sequence{9'000}, ""});
    }
    start.Opened(Sequence{9'000});
    char bytes[65'536];
    const ssize_t length = read(ends_[0], bytes, sizeof(bytes));
    return length < 0 ? "" : std::string(bytes, static_cast<size_t>(length));
  }

  static int CountOf(const std::string& words, const std::string& text) {
    int count = 0;
    for (size_t at = text.find(words); at != std::string::npos;
         at = text.find(words, at + 1)) {
      ++count;
    }
    return count;
  }

  int ends_[2] = {-1, -1};
};

TEST_F(StartLogTest, AShortStartSaysWhereItBeganAndHowItEnded) {
  const std::string lines = LinesOf(50, std::chrono::hours(1));
  EXPECT_EQ(CountOf("\n", lines), 3) << lines;
  EXPECT_EQ(CountOf("network_opening network=res step=checkpoint sequence=1000 "
                    "last=9000",
                    lines),
            1);
  EXPECT_EQ(CountOf("step=journal sequence=1100 last=9000", lines), 1);
  EXPECT_EQ(CountOf("network_opened network=res sequence=9000 checkpoint=1000 "
                    "milliseconds=",
                    lines),
            1);
}

TEST_F(StartLogTest, ALongOneSaysHowFarItIs) {
  const std::string lines = LinesOf(50, std::chrono::seconds(0));
  EXPECT_EQ(CountOf("step=journal", lines), 50) << lines;
  EXPECT_EQ(CountOf("records_per_second=", lines), 49);
  EXPECT_EQ(CountOf("seconds_left=", lines), 49);
}

TEST_F(StartLogTest, ACheckpointThatIsNotUsedIsAWarning) {
  Log log(ends_[1], LogFormat::kText, LogLevel::kWarning);
  StartLog start(&log, "res");
  start.Tell({Step::kCheckpoint, Sequence{7}, Sequence{9}, ""});
  start.Tell({Step::kCheckpointIgnored, Sequence{7}, Sequence{9}, "it rotted"});
  start.Opened(Sequence{9});
  char bytes[4'096];
  const ssize_t length = read(ends_[0], bytes, sizeof(bytes));
  ASSERT_GT(length, 0);
  const std::string lines(bytes, static_cast<size_t>(length));
  EXPECT_EQ(CountOf("\n", lines), 1) << lines;
  EXPECT_EQ(CountOf("warning checkpoint_ignored network=res sequence=7 "
                    "why=\"it rotted\"",
                    lines),
            1)
      << lines;
}

}  // namespace
}  // namespace skontro::server

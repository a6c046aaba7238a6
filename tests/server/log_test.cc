#include "server/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace skontro::server {
namespace {

constexpr int64_t kTimeUs = 1'772'449'200'123'456;  // 2026-03-02T11:00:00 UTC.

TEST(LogTest, WritesOneLineOfText) {
  EXPECT_EQ(
      FormatLine(LogFormat::kText, kTimeUs, LogLevel::kInfo, "network_opened",
                 {{"network", "res"}, {"sequence", 84'211}}),
      "2026-03-02T11:00:00.123456Z info network_opened network=res "
      "sequence=84211\n");
}

TEST(LogTest, WritesOneLineOfJson) {
  EXPECT_EQ(FormatLine(LogFormat::kJson, kTimeUs, LogLevel::kError, "failed",
                       {{"error", "say \"no\""}, {"code", -3}}),
            R"({"time":"2026-03-02T11:00:00.123456Z","level":"error",)"
            R"("event":"failed","error":"say \"no\"","code":-3})"
            "\n");
}

TEST(LogTest, HostileValuesStayInTheirLine) {
  const struct {
    std::string value;
    std::string quoted;
  } kCases[] = {
      {"a\nlevel=error", R"("a\u000alevel=error")"},
      {"a\r\x1b[2Jb", R"("a\u000d\u001b[2Jb")"},
      {std::string("a\0b", 3), R"("a\u0000b")"},
      {"a\x7f\xc2\x85z", R"("a\u007f\u0085z")"},
      {"line\xe2\x80\xa8line", R"("line\u2028line")"},
      {"bad \xff\xc3", R"("bad \ufffd\ufffd")"},
      {"\\\"", R"("\\\"")"},
      {"a=b", R"("a=b")"},
      {"", R"("")"},
      {"é", "\"é\""},
  };
  for (const auto& test : kCases) {
    const std::string text = FormatLine(LogFormat::kText, 0, LogLevel::kInfo,
                                        "e", {{"v", test.value}});
    EXPECT_NE(text.find(" v=" + test.quoted + "\n"), std::string::npos) << text;
    const std::string json = FormatLine(LogFormat::kJson, 0, LogLevel::kInfo,
                                        "e", {{"v", test.value}});
    EXPECT_NE(json.find("\"v\":" + test.quoted + "}\n"), std::string::npos)
        << json;
  }
}

TEST(LogTest, CutsWhatIsTooLong) {
  const std::string line = FormatLine(LogFormat::kText, 0, LogLevel::kInfo, "e",
                                      {{"v", std::string(100'000, 'x')}});
  EXPECT_LT(line.size(), 1'100u);
  EXPECT_NE(line.find("xxx...\""), std::string::npos);
}

TEST(LogTest, LeavesOutWhatIsBelowItsLevel) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  Log log(ends[1], LogFormat::kText, LogLevel::kWarning);
  log.Write(LogLevel::kInfo, "quiet");
  log.Write(LogLevel::kWarning, "loud");
  char bytes[256];
  const ssize_t length = read(ends[0], bytes, sizeof(bytes));
  ASSERT_GT(length, 0);
  const std::string text(bytes, static_cast<size_t>(length));
  EXPECT_EQ(text.find("quiet"), std::string::npos);
  EXPECT_NE(text.find(" warning loud\n"), std::string::npos);
  close(ends[0]);
  close(ends[1]);
}

TEST(LogTest, AReaderThatWentAwayDoesNoHarm) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  // main() ignores the signal; so does this test.
  std::signal(SIGPIPE, SIG_IGN);
  Log log(ends[1], LogFormat::kText, LogLevel::kInfo);
  log.Write(LogLevel::kError, "nobody_listens");
  close(ends[1]);
}

}  // namespace
}  // namespace skontro::server

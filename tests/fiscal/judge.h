// Programs of others that judge our files: found on the path, run in a folder
// of the test. A judge that is not there skips the test, and says so where
// nobody overlooks it; `./dev deps` installs them all.

#ifndef SKONTRO_TESTS_FISCAL_JUDGE_H_
#define SKONTRO_TESTS_FISCAL_JUDGE_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace skontro::fiscal {

struct Verdict {
  int code = -1;
  std::string text;  // What it printed on both outputs.
};

inline Verdict Ask(const std::string& command) {
  Verdict verdict;
  std::FILE* pipe = ::popen(absl::StrCat("(", command, ") 2>&1").c_str(), "r");
  if (pipe == nullptr) return verdict;
  std::array<char, 4'096> buffer;
  size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    verdict.text.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  verdict.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return verdict;
}

inline bool HasTool(const std::string& tool) {
  return Ask(absl::StrCat("command -v ", tool, " >/dev/null")).code == 0;
}

// A folder that goes with its owner.
class JudgeFolder {
 public:
  JudgeFolder() {
    const testing::TestInfo* info =
        testing::UnitTest::GetInstance()->current_test_info();
    std::string name = absl::StrCat("skontro_judge_", ::getpid(), "_",
                                    info->test_suite_name(), "_", info->name());
    for (char& c : name) {
      if (c == '/') c = '_';
    }
    path_ = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~JudgeFolder() { std::filesystem::remove_all(path_); }
  JudgeFolder(const JudgeFolder&) = delete;
  JudgeFolder& operator=(const JudgeFolder&) = delete;

  // Writes a file and returns its path.
  std::string Put(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace skontro::fiscal

// Skips the test, loudly, unless `tool` is on the path.
#define SKONTRO_SKIP_WITHOUT_TOOL(tool)                                \
  do {                                                                 \
    if (!HasTool(tool)) {                                              \
      std::fprintf(stderr,                                             \
                   "SKIPPED, NOT TESTED: %s is not there; "            \
                   "./dev deps installs it\n",                         \
                   tool);                                              \
      GTEST_SKIP() << tool << " is not there; ./dev deps installs it"; \
    }                                                                  \
  } while (false)

#endif  // SKONTRO_TESTS_FISCAL_JUDGE_H_

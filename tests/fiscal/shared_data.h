// Published samples that lie beside the checkout, not in it. A test that does
// not find them is skipped, and says so where nobody overlooks it.

#ifndef SKONTRO_TESTS_FISCAL_SHARED_DATA_H_
#define SKONTRO_TESTS_FISCAL_SHARED_DATA_H_

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace skontro::fiscal {

// Where `name` should be. The environment goes before the build's setting.
inline std::filesystem::path SharedPath(const std::string& name) {
  const char* folder = std::getenv("SKONTRO_SHARED_DATA");
  return std::filesystem::path(folder != nullptr ? folder
                                                 : SKONTRO_SHARED_DATA) /
         name;
}

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

}  // namespace skontro::fiscal

// Skips the test, loudly, unless `path` exists.
#define SKONTRO_SKIP_WITHOUT(path)                                   \
  do {                                                               \
    if (!std::filesystem::exists(path)) {                            \
      std::fprintf(stderr, "SKIPPED, NOT TESTED: %s is not there\n", \
                   (path).string().c_str());                         \
      GTEST_SKIP() << (path).string() << " is not there";            \
    }                                                                \
  } while (false)

#endif  // SKONTRO_TESTS_FISCAL_SHARED_DATA_H_

// A TempDirectory is a new folder below $TMPDIR (else /tmp) that goes away with
// its object, unless somebody asks to keep it, to look at what a failure left.
//
// Thread safety: none; one thread owns a TempDirectory.

#ifndef SKONTRO_TESTS_INTEGRATION_TEMP_DIRECTORY_H_
#define SKONTRO_TESTS_INTEGRATION_TEMP_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "ledger/base/check.h"

namespace skontro::integration {

class TempDirectory {
 public:
  TempDirectory() {
    const char* const base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/skontro.XXXXXX";
    SKONTRO_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TempDirectory() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }

  // The path of `name` in the folder, whether it is there or not.
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }

  void Keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_TEMP_DIRECTORY_H_

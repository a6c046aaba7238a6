#include "bench/work_directory.h"

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "ledger/base/check.h"

namespace skontro::bench {

WorkDirectory::WorkDirectory() {
  const char* parent = std::getenv("SKONTRO_BENCH_DIR");
  const std::filesystem::path above =
      parent != nullptr ? std::filesystem::path(parent)
                        : std::filesystem::temp_directory_path();
  path_ = (above / "skontro-bench-XXXXXX").string();
  SKONTRO_CHECK(mkdtemp(path_.data()) != nullptr);
}

WorkDirectory::~WorkDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace skontro::bench

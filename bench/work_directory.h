// A directory for the files of one benchmark, which goes away with it.

#ifndef SKONTRO_BENCH_WORK_DIRECTORY_H_
#define SKONTRO_BENCH_WORK_DIRECTORY_H_

#include <string>

namespace skontro::bench {

// Made below the directory that SKONTRO_BENCH_DIR names, else below the one for
// temporary files. All that is compared has to be on one device: the one that
// the ledger would be on.
class WorkDirectory {
 public:
  // Stops the process where the directory cannot be made.
  WorkDirectory();
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_WORK_DIRECTORY_H_

// FamilySums reads the rows that are there, family after family, and adds them
// up (row_sums.h). It does not need to know what the journal says, so threads
// of its own can do it while the journal is read: what comes out does not
// depend on who read which family when.
//
// Thread safety: one thread uses a FamilySums.

#ifndef SKONTRO_CLI_VERIFIER_FAMILY_SUMS_H_
#define SKONTRO_CLI_VERIFIER_FAMILY_SUMS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "cli/verifier/families.h"
#include "cli/verifier/row_sums.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

class FamilySums {
 public:
  // Begins at once if there are `helpers`, threads beside the caller's. The
  // sums will be those of `key`. `source` must outlive it.
  // REQUIRES: `source` has these families.
  FamilySums(Source* source, std::vector<Family> families, int helpers,
             const SipKey& key);

  // Stops what is not finished.
  ~FamilySums();

  // Waits until every family was read, helps, and adds all to `sums`. After
  // every `interval` rows calls `go_on`; where that returns false the rest is
  // left out.
  void Finish(uint64_t interval, const std::function<bool()>& go_on,
              RowSums* sums);

  // How many rows were read so far.
  uint64_t rows() const { return rows_; }

  // Of a family, after Finish().
  struct Outcome {
    bool complete = false;  // It was not left out.
    uint64_t rows = 0;
    absl::Status status;  // Why rows behind these could not be read.
  };
  const Outcome& Of(Family family) const {
    return outcomes_[static_cast<size_t>(family)];
  }

 private:
  // Reads families that nobody reads yet. `count` is called for each row and
  // says whether to go on.
  void Work(RowSums* sums, const std::function<bool()>& count);
  void Read(Family family, RowSums* sums, const std::function<bool()>& count);
  void Help(RowSums* sums);

  Source& source_;
  const std::vector<Family> families_;
  std::array<Outcome, kFamilyCount> outcomes_;  // Each has one writer.

  std::atomic<size_t> next_ = 0;  // Into families_.
  std::atomic<uint64_t> rows_ = 0;
  std::atomic<bool> stop_ = false;
  absl::Mutex mutex_;
  int busy_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<RowSums>> sums_;  // One of each helper.
  std::vector<std::thread> helpers_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_FAMILY_SUMS_H_

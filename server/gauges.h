// The numbers of the networks and the disk, as they are now.
//
// Thread safety: may be called from any thread.

#ifndef SKONTRO_SERVER_GAUGES_H_
#define SKONTRO_SERVER_GAUGES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/metrics.h"
#include "server/network_registry.h"

namespace skontro::server {

// How many accounts of a network have a balance that their limits do not allow:
// the limits were lowered behind it. To look at every account takes a while, so
// that is done when records came and the last look is a minute ago, and not at
// all in a network of more than `members_max`.
class LimitsGauge {
 public:
  static constexpr uint64_t kMembersMax = 20'000;

  explicit LimitsGauge(absl::Duration interval = absl::Minutes(1),
                       uint64_t members_max = kMembersMax)
      : interval_(interval), members_max_(members_max) {}

  // nullopt where there are too many members, or rows cannot be read.
  std::optional<int64_t> Count(const Network& network)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Look {
    ledger::Sequence sequence{};
    absl::Time time = absl::InfinitePast();
    std::optional<int64_t> count;
  };

  const absl::Duration interval_;
  const uint64_t members_max_;
  absl::Mutex mutex_;
  std::map<std::string, Look> looks_ ABSL_GUARDED_BY(mutex_);
};

// `data_directory` is where the disk is looked at. What cannot be read is left
// out, and so are the limits without a `limits`.
std::vector<GaugeFamily> ReadGauges(const NetworkRegistry& networks,
                                    const std::string& data_directory,
                                    LimitsGauge* limits = nullptr);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_GAUGES_H_

// A HeadSigner makes the signed heads of one network. A signature costs as much
// as deciding dozens of trades, so a head is given out again for a second, or
// until another key is in force.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_HEAD_SIGNER_H_
#define SKONTRO_SERVER_HEAD_SIGNER_H_

#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "ledger/projection.h"
#include "ledger/signed_head.h"
#include "server/head_keys.h"

namespace skontro::server {

class HeadSigner {
 public:
  // How long a head is given out again, in the time of the server's clock.
  static constexpr int64_t kHeadAgeMaxUs = 1'000'000;

  // `keys` must outlive the signer.
  HeadSigner(HeadKeys* keys, const ledger::NetworkUid& uid,
             std::string network_id)
      : keys_(keys), uid_(uid), network_id_(std::move(network_id)) {}

  // A head of at least `min` records and at most those of `view`. Returns
  // HEAD_KEY_MISSING if the secret half of the key in force is not there;
  // JOURNAL_CHAIN_BROKEN if the tree cannot be read. REQUIRES: `min` is not
  // above the view.
  absl::StatusOr<ledger::SignedHead> HeadOf(const ledger::ReadView& view,
                                            ledger::Sequence min,
                                            int64_t now_us)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  HeadKeys* const keys_;
  const ledger::NetworkUid uid_;
  const std::string network_id_;
  absl::Mutex mutex_;
  std::optional<ledger::SignedHead> last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_HEAD_SIGNER_H_

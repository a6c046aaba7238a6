// Accepts, in a copy, that records of a network are lost: keeps what is sound,
// writes the acceptance into the journal and a new head anchor, so that a
// server opens the copy and everybody can see what happened to it.
//
// Thread safety: functions that touch the disk.

#ifndef SKONTRO_CLI_RECOVERY_ACCEPTANCE_H_
#define SKONTRO_CLI_RECOVERY_ACCEPTANCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/recovery_listing.h"
#include "ledger/anchor_slots.h"

namespace skontro::cli {

// Accepts the losses of `listing` in the data directory `data`, a copy, for
// `reason`. Where the journal is damaged, everything behind listing's sound
// sequence is left out, and the store is made anew from what is sound. Returns
// the new head. REQUIRES: the listing is of this copy, and needs acceptance.
//
// A failure kBroken where nothing can be saved or a record that was sound
// cannot be taken over; a local failure where the disk does not do.
absl::StatusOr<ledger::AnchoredHead> AcceptLosses(const std::string& data,
                                                  const NetworkListing& listing,
                                                  const std::string& reason);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RECOVERY_ACCEPTANCE_H_

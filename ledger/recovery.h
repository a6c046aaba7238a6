// Goes on with a journal that lost its newest records, once an operator has
// accepted the loss: the acceptance becomes the next record, so that it can
// never be hidden.
//
// Thread safety: the store belongs to one thread meanwhile.

#ifndef SKONTRO_LEDGER_RECOVERY_H_
#define SKONTRO_LEDGER_RECOVERY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/anchor_slots.h"
#include "ledger/civil_date.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

// What was accepted, by whom and when. Time and salts come from outside: the
// ledger has neither a clock nor random numbers.
struct Acceptance {
  // What the anchor said; none if it could not be read.
  std::optional<AnchoredHead> anchored;
  // The newest sequence that the store held; zero if it is the journal's end.
  Sequence stored_sequence{};

  std::string actor;
  std::string reason;  // Free text, kept as personal data like the author.
  std::string reason_salt;
  std::string author;
  std::string author_salt;

  int64_t time_us = 0;
  CivilDate booking_date;
};

// The time of the record of an acceptance behind `found`: that of the
// acceptance, but above every record that is there or is lost.
int64_t RecoveryTime(int64_t found_time_us, const Acceptance& acceptance);

// Appends the record of `acceptance` to the journal in `store` and syncs it.
// Returns the head after it, for a new anchor. Errors as ReadHead() and
// Store::Write(); an error leaves it open whether the record is there.
absl::StatusOr<AnchoredHead> AcceptRecovery(Store* store,
                                            const Acceptance& acceptance);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_RECOVERY_H_

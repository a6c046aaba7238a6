// What became of a payment run, for the ERP that sent it: ISO 20022
// pain.002.001.10. docs/fiscal/pain.md says which codes mean what.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_PAIN002_H_
#define SKONTRO_FISCAL_PAIN002_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fiscal/pain001.h"

namespace skontro::fiscal {

// What became of one transfer.
struct PainResult {
  enum class Status {
    kSettled,   // ACSC: the units have moved.
    kAccepted,  // ACCP: nothing stands against it, and nothing was done.
    kPending,   // PDNG: sent, and not settled or not known to be.
    kRejected,  // RJCT
  };
  Status status = Status::kRejected;
  std::optional<PainReason> reason;
  std::string reference;  // The trade; empty without one.
};

// The report of `message` as UTF-8, made at `created`
// ("2025-07-01T00:05:00Z"). `results` are those of all transfers, in the order
// of the file; of a message that is refused as a whole they are not looked at.
// REQUIRES: as many results as transfers, unless message.refused.
std::string WritePain002(const PainMessage& message,
                         const std::vector<PainResult>& results,
                         std::string_view created);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_PAIN002_H_

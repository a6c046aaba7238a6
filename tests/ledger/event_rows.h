// An EventProjector for tests of the ledger, which knows no events: it keeps
// the event of each record, and the newest record of each request.

#ifndef SKONTRO_TESTS_LEDGER_EVENT_ROWS_H_
#define SKONTRO_TESTS_LEDGER_EVENT_ROWS_H_

#include <string>

#include "ledger/big_endian.h"
#include "ledger/projection.h"

namespace skontro::ledger {

class EventRows : public EventProjector {
 public:
  // The event that it says it cannot read.
  static constexpr char kUnreadable[] = "unreadable";

  absl::Status Project(Sequence sequence, const Record& record,
                       RowBuffer* rows) override {
    if (record.event == kUnreadable) {
      return absl::DataLossError("an event that nobody can read");
    }
    std::string key;
    AppendBigEndian(&key, static_cast<uint64_t>(sequence));
    rows->Put(Family::kTradeStep, key, record.event);
    if (!record.request_id.empty()) {
      rows->Put(Family::kRequest, record.request_id, key);
    }
    return absl::OkStatus();
  }
};

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_EVENT_ROWS_H_

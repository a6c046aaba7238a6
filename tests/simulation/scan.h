// A Scan is a whole journal, read from the first record to the last with every
// digest recomputed: what any look-up by an index must agree with.
//
// Thread safety: a value.

#ifndef SKONTRO_TESTS_SIMULATION_SCAN_H_
#define SKONTRO_TESTS_SIMULATION_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/index_reader.h"
#include "ledger/account_codec.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"

namespace skontro::simulation {

class Scan {
 public:
  // Stops the process if the journal cannot be read.
  explicit Scan(const ledger::Snapshot& snapshot);

  uint64_t last() const { return records_.size(); }
  const ledger::Record& record(uint64_t sequence) const {
    return records_[sequence - 1];
  }
  const engine::Event& event(uint64_t sequence) const {
    return events_[sequence - 1];
  }

  // The postings of an account in a stretch of the journal, oldest first.
  std::vector<ledger::AccountPosting> PostingsOf(uint64_t account,
                                                 uint64_t first,
                                                 uint64_t last) const;

  // The trade as of a sequence, by the name under which it is known.
  std::optional<engine::TradeHistory> FindTrade(const std::string& id,
                                                uint64_t as_of) const;

  // Numbers of trades before `before`, newest first: of one member, or of all
  // where it is 0.
  std::vector<uint64_t> TradesOf(uint64_t member, uint64_t before) const;

  // Changes of the limits of an account before `before`, newest first.
  std::vector<uint64_t> LimitChangesOf(uint64_t account, uint64_t before) const;

  // The sequence that admitted the member; 0 if none did.
  uint64_t Admission(const std::string& id) const;

 private:
  static void TakeHold(const engine::Event& what,
                       const engine::TradeHistory::Step& step,
                       engine::TradeHistory* trade);

  std::vector<ledger::Record> records_;
  std::vector<engine::Event> events_;
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_SCAN_H_

// An Audit holds what is in a store against a full scan of its journal and
// against the Oracle. The questions are drawn without looking at the data: a
// question made to fit its answer finds nothing.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_SIMULATION_AUDIT_H_
#define SKONTRO_TESTS_SIMULATION_AUDIT_H_

#include <cstdint>
#include <string>

#include "ledger/projection.h"
#include "ledger/storage/memory_store.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/scan.h"

namespace skontro::simulation {

class Audit {
 public:
  // `view` must include the whole journal that its snapshot has.
  Audit(const ledger::ReadView& view, const Oracle& oracle, Dice* dice)
      : view_(view), scan_(*view.snapshot), oracle_(oracle), dice_(dice) {}

  // Each returns what is wrong, or an empty string.
  //
  // Every record is the row that the Oracle wrote.
  std::string CheckJournal() const;

  // As many random questions, to every kind of read.
  std::string CheckReads(int questions);

  // All rows come back from the journal alone.
  std::string CheckRebuild() const;

 private:
  std::string CheckBalance();
  std::string CheckHolds(uint64_t account, uint64_t as_of);
  std::string CheckStatement();
  std::string CheckTrade();
  std::string CheckTrades();
  std::string CheckLimits();
  std::string CheckMember();
  std::string CheckTaxId();
  std::string CheckRecord();

  uint64_t AnySequence();
  uint64_t AnyNumber();
  std::string AnyTradeName();

  const ledger::ReadView view_;
  const Scan scan_;
  const Oracle& oracle_;
  Dice* const dice_;
};

// A store that has only what must survive by itself of `snapshot`: the journal,
// its format and the personal texts.
std::unique_ptr<ledger::MemoryStore> OnlyTheJournalOf(
    const ledger::Snapshot& snapshot);

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_AUDIT_H_

// What a bank would call the statement of a member's account of units: balance
// before, every record that moved units, balance after. The formats of
// statements (camt, MT940, OFX, text) write it; entries of the books are in
// journal_entries.h.
//
// Credit and debit are those of a statement: units that come to the member are
// a credit, as on a statement from a bank.
//
// Memory: one trade at a time, whatever the length of the period.
//
// Thread safety: one thread at a time for one Source.

#ifndef SKONTRO_FISCAL_UNIT_STATEMENT_H_
#define SKONTRO_FISCAL_UNIT_STATEMENT_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

struct StatementEntry {
  const MemberTrade& trade;
  int64_t units = 0;    // Signed: above zero is a credit. Never zero.
  UnitBalance balance;  // After it.
};

// opening + credits - debits = closing, in units.
struct StatementSummary {
  UnitBalance opening;  // Before period.first_day.
  UnitBalance closing;  // At the end of period.last_day.
  int64_t credit_count = 0;
  int64_t debit_count = 0;
  int64_t credits = 0;    // Minor units of the unit, zero or above.
  int64_t debits = 0;     // The same.
  int64_t turnover = 0;   // credits + debits.
  int64_t reversals = 0;  // Records of the two counts that are reversals.

  int64_t entries() const { return credit_count + debit_count; }
};

// Calls `visit` for every record booked in the source's period, in the order of
// the journal, and returns what was visited.
//
// Errors, after which what `visit` got must be thrown away:
// - INVALID_ARGUMENT: the source's period or network is not of its form
// - DATA_LOSS: a record is not of its form, order is broken, or the source's
//   closing balance is not what its records add up to
// - OUT_OF_RANGE: a sum does not fit in 64 bits
// - the first error of `visit` or of reading the source
absl::StatusOr<StatementSummary> VisitStatement(
    Source& source,
    absl::FunctionRef<absl::Status(const StatementEntry&)> visit);

// The same without looking at the entries: for formats whose sums come first.
absl::StatusOr<StatementSummary> SumUpStatement(Source& source);

// How a statement names a counterparty: by its legal name, or by its id once
// that was erased; never empty. CleanText(), at most `length_max` characters.
std::string PartyName(const Counterparty& party, size_t length_max);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_UNIT_STATEMENT_H_

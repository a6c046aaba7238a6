// Turns the trades of a member into the entries of its books, the same for
// every format: an opening balance, sales, purchases, settlements in units, and
// for a reversal the opposite of each. docs/fiscal/fec.md shows them in
// numbers.
//
// Nothing that is written is believed for being written by us: balance of each
// entry, order of dates, sums of debits and credits, and the balance of units
// are derived again from the lines and compared with what the source says.
//
// Memory: one trade and its entries at a time, whatever the length of the year.
//
// Thread safety: one thread at a time for one Source.

#ifndef SKONTRO_FISCAL_JOURNAL_ENTRIES_H_
#define SKONTRO_FISCAL_JOURNAL_ENTRIES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_warning.h"
#include "fiscal/fiscal_entry.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// What was visited in one journal.
struct JournalRange {
  std::string code;
  std::string label;
  int64_t entries = 0;
  std::string first;  // Number of the first entry; empty when there is none.
  std::string last;

  friend bool operator==(const JournalRange&, const JournalRange&) = default;
};

// Sums over the entries visited, unless it says otherwise.
struct JournalSummary {
  int64_t rows = 0;
  int64_t entries = 0;
  int64_t debit = 0;  // Minor units of the national currency; credit is equal.
  std::array<JournalRange, kJournalKinds> journals;
  // Signed units on the lines of the unit account.
  int64_t units_written = 0;
  // Signed units that no line shows since their national value rounds to zero.
  int64_t units_without_value = 0;
  // Signed units of the year before period.first_day.
  int64_t units_before = 0;
  int64_t trades = 0;     // Records visited.
  int64_t reversals = 0;  // Of them.
  UnitBalance opening;    // At period.fiscal_year_start.
  UnitBalance closing;    // At the end of period.last_day.
  std::vector<ExportWarning> warnings;
};

// Calls `visit` for every entry booked in the source's period, in the order of
// the journal, and returns what was visited. Numbers count from the start of
// the fiscal year, also where the period starts later; the opening balance
// belongs to the first day of the fiscal year.
//
// What becomes of one trade (amounts opposite in a reversal, never negative):
//   seller  customer / sales and VAT by tax line        journal sales
//           units    / customer                         journal units
//   buyer   purchases and VAT by tax line / supplier    journal purchases
//           supplier / units                            journal units
// The cash leg is left open on customer or supplier. Without tax lines, or
// where these do not add up to the gross, the gross is booked whole on sales or
// purchases, with a warning. With neither gross nor invoice number the other
// side of the units is the suspense account. A customer's and supplier's lines
// are lettered when the unit leg pays the whole invoice. Lines of zero are left
// out, and with them an entry that would have none.
//
// Errors, after which what `visit` got must be thrown away:
// - INVALID_ARGUMENT: the source's period or network is not of its form
// - DATA_LOSS: a record is not of its form, order is broken, or the source's
//   closing balance is not what its records add up to
// - OUT_OF_RANGE: a sum does not fit in 64 bits
// - the first error of `visit` or of reading the source
absl::StatusOr<JournalSummary> VisitJournalEntries(
    Source& source, const ChartOfAccounts& chart,
    absl::FunctionRef<absl::Status(const FiscalEntry&)> visit);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_JOURNAL_ENTRIES_H_

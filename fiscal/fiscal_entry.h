// A FiscalEntry is one balanced entry of a member's books in national currency:
// what a format writes as rows. It is derived from one record of the journal
// and never kept.
//
// Debit and credit are those of the member, not of the network: a posting that
// credits the member's account in the ledger debits the member's own account
// of units, as with a bank.

#ifndef SKONTRO_FISCAL_FISCAL_ENTRY_H_
#define SKONTRO_FISCAL_FISCAL_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fiscal/chart_of_accounts.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

// Exactly one of debit and credit is above zero, the other is zero.
struct FiscalLine {
  AccountKind kind = AccountKind::kSuspense;  // What `account` is for.
  Account account;
  std::string auxiliary_number;  // Only for customers and suppliers.
  std::string auxiliary_label;   // Empty exactly when the number is.
  int64_t debit = 0;             // Minor units of the national currency.
  int64_t credit = 0;
  // Signed minor units of the unit, above zero with a debit. Only for the
  // account of units.
  std::optional<int64_t> units;
  std::string lettering;             // Empty when not lettered.
  ledger::CivilDate lettering_date;  // No date exactly then.
  std::string vat_code;  // "S 20", "O"; on lines that a tax line made.
};

struct FiscalEntry {
  JournalKind journal = JournalKind::kGeneral;
  // Rank in its journal in the fiscal year, from 1 without gaps.
  int64_t rank = 0;
  std::string number;            // Of the journal's code and the rank.
  ledger::CivilDate entry_date;  // When it was booked, and final since.
  std::string document;          // Invoice number or id of the record.
  ledger::CivilDate document_date;
  std::string label;
  // The record it comes from; 0 and empty for an opening balance.
  int64_t sequence = 0;
  std::string digest;
  std::string previous_digest;
  std::string rate;         // As FormatRate() writes it; on unit settlements.
  std::string rate_source;  // Which row of the rate table.
  std::vector<FiscalLine> lines;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_FISCAL_ENTRY_H_

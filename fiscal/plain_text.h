// The member's entries as text for beancount, and for ledger and hledger, which
// read the same file: independent programs that add up what we wrote, and tools
// that small companies keep their books with.
//
// docs/fiscal/plain_text.md describes the lines.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_PLAIN_TEXT_H_
#define SKONTRO_FISCAL_PLAIN_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_manifest.h"
#include "fiscal/fiscal_entry.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

enum class PlainTextDialect {
  kBeancount,
  kLedger,  // Also hledger's.
};

// The account of `line` as both dialects name it: "Assets:Units:512400",
// "Assets:Customers:411000:C-garage". Its root follows from what the account is
// for, whatever its number.
std::string PlainTextAccount(const FiscalLine& line);

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginPlainText(const Source& source, PlainTextDialect dialect);

// Writes the entries of the source's period to `sink`, and the balance of units
// that the reader is to find. A unit line carries its national value as a total
// price, so that a reader needs no rate and rounds nothing.
//
// Memory: the names of the accounts, one for each counterparty, and one trade.
// The same source gives the same bytes; the manifest that comes back has no
// hash yet. Returns the errors of VisitJournalEntries().
absl::StatusOr<ExportManifest> WritePlainText(Source& source,
                                              PlainTextDialect dialect,
                                              const ChartOfAccounts& chart,
                                              const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_PLAIN_TEXT_H_

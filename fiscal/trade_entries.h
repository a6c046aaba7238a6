// The entries of one trade in the books of one of its parties.
// journal_entries.h says what they are; this is where they are made and
// numbered.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_FISCAL_TRADE_ENTRIES_H_
#define SKONTRO_FISCAL_TRADE_ENTRIES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_warning.h"
#include "fiscal/fiscal_entry.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// "TX-0000000101": how a record is named in the books.
std::string RecordName(int64_t sequence);

// 1 where the units of `trade` come to the member, -1 where they go: to a
// seller and from a buyer, and in a reversal the other way round.
int64_t UnitsSign(const MemberTrade& trade);

// "AA", "AB" to "ZZ", then "AAA": the lettering of place `index` from 0.
std::string LetteringCode(int64_t index);

// "20", "5.5": a rate in percent.
std::string RatePercent(int64_t rate_ppm);

// Whether the tax of the invoice is known: it has lines, and they add up to its
// gross. Else it is booked whole, without VAT.
// REQUIRES: amounts up to kAmountMax, at most kTaxLinesMax tax lines.
bool TaxLinesAddUp(const MemberTrade& trade);

// "S 20", "S 5.5", "O": category and percentage of a tax line.
std::string VatCode(const TaxLine& line);

class TradeEntries {
 public:
  // `chart` and `warnings` must outlive this.
  TradeEntries(const NetworkInfo& network, const ChartOfAccounts& chart,
               WarningCounter* warnings);

  // The opening balance on `day`: one entry, or none for a national value of
  // zero.
  std::vector<FiscalEntry> Opening(const UnitBalance& balance,
                                   ledger::CivilDate day);

  // The entries of `trade`, at most two. To be called once for each trade of a
  // fiscal year and in its order, since numbers are ranks.
  // REQUIRES: amounts from 0 to kAmountMax, at most kTaxLinesMax tax lines.
  std::vector<FiscalEntry> From(const MemberTrade& trade);

 private:
  FiscalEntry Start(JournalKind journal, const MemberTrade& trade) const;
  void BookInvoice(const MemberTrade& trade, const std::string& lettering,
                   std::vector<FiscalEntry>* entries);
  void BookUnits(const MemberTrade& trade, const std::string& lettering,
                 std::vector<FiscalEntry>* entries);
  bool CanSplitTax(const MemberTrade& trade);
  FiscalLine ThirdParty(const MemberTrade& trade) const;
  // Puts the lines in order and gives the entry its number.
  void Finish(FiscalEntry* entry);

  const NetworkInfo network_;
  const ChartOfAccounts& chart_;
  WarningCounter* const warnings_;
  std::array<int64_t, kJournalKinds> ranks_ = {};
  int64_t letterings_ = 0;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_TRADE_ENTRIES_H_

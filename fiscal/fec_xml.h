// The XML variant of the FEC (LPF art. A47 A-1, VII-1): the rows of the flat
// file as a tree of journals, in them entries, in them lines. fec.h is the way
// in; docs/fiscal/fec.md describes the bytes.
//
// The schema has label, document and lettering on the entry. Our entries have
// one label and one document, so these lose nothing. Lettering is on lines: it
// stands at the end of each line that has it, where the schema lets any element
// stand, and on the entry too where all of its lettered lines agree.
//
// Thread safety: one thread at a time for one Source.

#ifndef SKONTRO_FISCAL_FEC_XML_H_
#define SKONTRO_FISCAL_FEC_XML_H_

#include <string>

#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/fiscal_entry.h"
#include "fiscal/journal_entries.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// The tax administration's schema, as the root of a file names it.
inline constexpr char kFecXmlSchema[] = "formatA47A-I-VII-1.xsd";

// Writes the fiscal year of `source` to `out`: every journal of `chart`, also
// one without entries, since a year without any needs one. A journal's entries
// stand together but come from the source mixed with others, so the source is
// read once for each journal that has some; nothing is kept between.
//
// Returns the errors of VisitJournalEntries(), and DATA_LOSS where the readings
// of the source differ.
absl::StatusOr<JournalSummary> WriteFecXml(Source& source,
                                           const ChartOfAccounts& chart,
                                           BufferedSink* out);

// `entry` as one element `ecriture`, a line of text for each of its lines.
// REQUIRES: at least two lines.
std::string FecXmlEntry(const NetworkInfo& network, const Journal& journal,
                        const FiscalEntry& entry);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_FEC_XML_H_

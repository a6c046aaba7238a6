// The FEC, fichier des ecritures comptables: the file of a member's entries
// that a French tax inspector may ask for (LPF art. L47 A-I, A47 A-1). What the
// network knows is only part of a member's books, so the file is what the
// accountant brings into them, and by itself passes the same checks.
//
// docs/fiscal/fec.md describes the bytes and shows them in numbers.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_FEC_H_
#define SKONTRO_FISCAL_FEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// What the law leaves open. The XML variant has no separator, and no character
// set but UTF-8.
struct FecForm {
  enum class Separator { kTab, kPipe };
  enum class Charset { kUtf8, kIso8859_15 };
  enum class Variant { kFlat, kXml };

  Separator separator = Separator::kTab;
  Charset charset = Charset::kUtf8;
  Variant variant = Variant::kFlat;
};

// The manifest of the FEC of `source` before a byte is written: everything but
// bytes, hash and summary, the name of the file above all. Returns the errors
// of WriteFec() that can be known by then.
absl::StatusOr<ExportManifest> BeginFec(const Source& source,
                                        const FecForm& form = {});

// Writes the fiscal year of `source` to `sink`, in bounded memory: UTF-8
// without a mark, one row of names, tabs, lines ended by CR LF; `form` may say
// otherwise, XML too: fec_xml.h. The manifest that comes back has no hash yet.
// The same source gives the same bytes.
//
// The name is that of the law, "732829320FEC20251231.txt" (".xml"), for a
// closed period of a real network; NameMarks() stand before any other.
//
// Returns, beside the errors of VisitJournalEntries(), and before the first
// byte where it can:
// - FAILED_PRECONDITION, INCOMPLETE_PROFILE: the member has no SIREN
// - INVALID_ARGUMENT, FIELD_INVALID: the SIREN fails its check; the national
//   currency is not EUR (Code de commerce L123-22); the period does not start
//   with the fiscal year; XML with bars or in ISO-8859-15
// - DATA_LOSS, for XML: the source showed one thing, and then another
absl::StatusOr<ExportManifest> WriteFec(Source& source,
                                        const ChartOfAccounts& chart,
                                        const Sink& sink,
                                        const FecForm& form = {});

// The description that article A47 A-1, XI asks for beside the file: fields,
// journals, accounts, separators, character set and what the network cannot
// know. French, UTF-8 whatever the form of the FEC, lines ended by CR LF.
std::string DescribeFec(const ExportManifest& manifest,
                        const ChartOfAccounts& chart, const FecForm& form = {});

// "732829320FEC20251231-description.txt", with the marks of `manifest`; of XML
// "732829320FEC20251231-xml-description.txt", for both may lie in one folder.
std::string FecDescriptionName(const ExportManifest& manifest);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_FEC_H_

// The formats of an export as the command line names them, and the call that
// brings one.
//
// Thread safety: functions of a Session; see there.

#ifndef SKONTRO_CLI_EXPORT_CALL_H_
#define SKONTRO_CLI_EXPORT_CALL_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/verbs.h"
#include "fiscal/export_format.h"
#include "ledger/civil_date.h"
#include "skontro/v1/fiscal_service.pb.h"

namespace skontro::cli {

struct ExportKind {
  const char* verb;  // "camt.053"
  v1::ExportRequest::Format format;
  fiscal::ExportFormat reading;  // How its bytes are read.
  bool has_entries;              // Else a statement: no chart of accounts.
  const char* description;       // For the help.
};

// Every format that `skontro export` knows, in the order of its help.
std::span<const ExportKind> ExportKinds();

// What is exported, as it was typed.
struct BooksOptions {
  std::string member;
  int year = 0;  // Zero where it was not given.
  std::string from;
  std::string to;
  std::string fiscal_year_start;
  std::string chart_path;
  int64_t as_of = 0;
};

// MEMBER, --year, --from, --to, --fiscal-year-start, --chart, --as-of.
void TakesBooks(Verbs& verbs, CLI::App* verb, BooksOptions* options);

struct BooksPeriod {
  ledger::CivilDate first_day;
  ledger::CivilDate last_day;
};

// The days that the options mean: the year, or --from and --to. A usage failure
// where they are neither, or both.
absl::StatusOr<BooksPeriod> PeriodOf(const BooksOptions& options);

// The request for books in `kind`; a chart of accounts is read and sent with
// formats of entries alone. Usage and local failures.
absl::StatusOr<v1::ExportRequest> ExportRequestFor(Session& session,
                                                   const BooksOptions& options,
                                                   const ExportKind& kind);

// Calls `take` with every piece of the export, and ends the call where that
// fails or Ctrl-C is pressed. `what` is shown while it lasts. A failure of the
// call, of `take`, or kInterrupted.
absl::Status ReceiveExport(
    Session& session, const v1::ExportRequest& request, const std::string& what,
    const std::function<absl::Status(const v1::ExportChunk&)>& take);

// Whether the last call that failed says only that this format is not for these
// books: a FEC without a SIREN, an amount that has no room.
bool IsNoFormatForThem(const Session& session);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EXPORT_CALL_H_

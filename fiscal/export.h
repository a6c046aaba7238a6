// One way in for every format: the files of an export, the manifest last.
//
// Thread safety: pure functions on a Source and files of the caller.

#ifndef SKONTRO_FISCAL_EXPORT_H_
#define SKONTRO_FISCAL_EXPORT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_format.h"
#include "fiscal/fec.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// Where the files of an export go, one after another. An error ends the export
// with that error; what came so far has then to be thrown away.
class ExportFiles {
 public:
  virtual ~ExportFiles() = default;

  // A file of this name begins, and the one before it has ended. The name holds
  // letters, digits, `-`, `_` and points; the type is "text/csv; charset=utf-8"
  // and so on.
  virtual absl::Status Begin(const std::string& name,
                             std::string_view media_type) = 0;

  // The next bytes of the file that began last.
  virtual absl::Status Write(std::string_view bytes) = 0;
};

// Writes the books of `source` in `format` to `files`: the file itself, for a
// FEC its description, then "<file>.manifest.json" with the SHA-256 and the
// sums of the first. `chart` counts for formats of entries, `fec` for a FEC. In
// bounded memory; the same source gives the same bytes.
//
// Returns the errors of the format's writer and of `files`.
absl::Status WriteExport(ExportFormat format, Source& source,
                         const ChartOfAccounts& chart, ExportFiles& files,
                         const FecForm& fec = {});

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_EXPORT_H_

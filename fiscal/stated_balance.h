// What balance of units an exported file comes to, read from its bytes alone:
// a second way to a figure that its writer knows already. It shares no code
// with the writers, and adds up what a reader of the file would add up.
//
// Memory: one line of the file.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_FISCAL_STATED_BALANCE_H_
#define SKONTRO_FISCAL_STATED_BALANCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/export_format.h"

namespace skontro::fiscal {

class StatedBalance {
 public:
  // For a file of `format` about a unit of this code and these decimals.
  StatedBalance(ExportFormat format, std::string unit_code, int unit_decimals);
  ~StatedBalance();
  StatedBalance(const StatedBalance&) = delete;
  StatedBalance& operator=(const StatedBalance&) = delete;

  // The next bytes of the file, cut anywhere.
  void Add(std::string_view bytes);

  // The balance in minor units: the sum of Montantdevise (FEC, journal), of the
  // postings of units (beancount, ledger), opening balance and entries
  // (camt.053, MT940, CODA); the entries of a notification and of OFX and the
  // rows of a VAT summary start from nothing and say what moved.
  //
  // DATA_LOSS where a line is not of its format or longer than 1 MiB, where a
  // sum does not fit, where the file's own closing balance is another, and
  // where the end of a format that has one is missing.
  absl::StatusOr<int64_t> Finish();

  // How one format is read, line by line.
  class Reader;

 private:
  void AddLine(std::string_view line);

  std::unique_ptr<Reader> reader_;
  const std::string_view last_line_;  // Of a whole file; empty for any.
  std::string line_;
  std::string line_before_;
  absl::Status status_;
};

// Whether StatedBalance reads a balance in such a file: in all but a PDF, which
// draws it. REQUIRES of a StatedBalance: it does.
bool StatesBalance(ExportFormat format);

// Whether the balance of such a file is the movement of the period alone.
bool StatesMovementOnly(ExportFormat format);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_STATED_BALANCE_H_

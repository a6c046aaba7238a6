// What programs of others find in a file that we exported: bean-query, hledger,
// ledger, ofxdump, aqbanking-cli and pdftotext, where they are installed. None
// of them shares a line with us.
//
// Thread safety: belongs to one thread.

#ifndef SKONTRO_CLI_SECOND_OPINION_H_
#define SKONTRO_CLI_SECOND_OPINION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "cli/unit.h"
#include "skontro/v1/fiscal_service.pb.h"

namespace skontro::cli {

// One such program.
struct Judge {
  const char* program;
  v1::ExportRequest::Format format;  // What it reads.
};

std::span<const Judge> Judges();

// The balance of units, in minor units, that `judge` finds in the file at
// `path`; nullopt where the program is not installed. `folder` is for its own
// files. A failure with kBroken where it refuses the file or says no balance of
// this unit.
absl::StatusOr<std::optional<int64_t>> AskJudge(const Judge& judge,
                                                const std::string& path,
                                                const std::string& folder,
                                                const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_SECOND_OPINION_H_

// How long work is shown: `skontro operation`, and what a verification found.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_OPERATION_VIEW_H_
#define SKONTRO_CLI_OPERATION_VIEW_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/listing.h"
#include "skontro/v1/operation_service.pb.h"

namespace skontro::cli {

View<v1::Operation> OperationView();

// The id of an operation, the last part of its name.
std::string OperationId(const v1::Operation& operation);

// What a verification of `network`, a name, found. REQUIRES: it has a report.
std::string VerifyText(const v1::Operation& operation,
                       const std::string& network);
std::string VerifyJson(const v1::Operation& operation,
                       const std::string& network);

// kDone, kBroken or kIncomplete.
ExitCode CodeOf(const v1::VerifyReport& report);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_OPERATION_VIEW_H_

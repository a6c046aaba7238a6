// What became of each line of a batch.

#ifndef SKONTRO_CLI_BATCH_REPORT_H_
#define SKONTRO_CLI_BATCH_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/listing.h"
#include "cli/server_error.h"
#include "cli/unit.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

struct BatchResult {
  int line = 0;
  std::string request_id;
  // As it was made or, of what was not made, as it was asked for.
  v1::Trade trade;
  std::optional<ServerError> error;
  std::string explanation;  // Of the error, one line.
};

// "SETTLED" and the other states; "REFUSED", "NOT_DONE" where the server was
// too busy, "UNKNOWN" where it did not say.
std::string ResultText(const BatchResult& result);

View<BatchResult> BatchResultView(const Unit& unit);

// "38 lines: 20 PROPOSED, 17 SETTLED, 1 REFUSED".
std::string BatchSummary(const std::vector<BatchResult>& results);

// kUnknownOutcome if any is unknown, else kRefused if any is not made, else
// kDone.
ExitCode BatchExitCode(const std::vector<BatchResult>& results);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_BATCH_REPORT_H_

// A batch file is a list of trades, one a line, as CSV or NDJSON.
//
// CSV (RFC 4180; comma, semicolon or tab) begins with a row of column names in
// any order; NDJSON has one object a line with the same names. They are
//
//   seller, buyer, units            required; `networks/...` or the short id
//   initiator                       `seller` requests, `buyer` pays at once;
//                                   `seller` unless given
//   cash, gross, prepaid            in the peg currency
//   invoice, invoice_date, supply_date, due_date, purchase_order, description
//   tax_lines                       like --tax-line, with blanks between them;
//                                   in NDJSON an array
//   id                              of the trade; the server chooses else
//   request_id                      the batch's id and the line's number unless
//                                   given
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_BATCH_FILE_H_
#define SKONTRO_CLI_BATCH_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/trade_draft.h"
#include "cli/unit.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::cli {

// What is wrong with one line.
struct BatchProblem {
  int line = 0;
  std::string message;
};

struct BatchItem {
  int line = 0;
  v1::CreateTradeRequest request;  // Its request id is empty unless given.
};

struct BatchFile {
  std::vector<BatchItem> items;  // In the order of the file.
  std::vector<BatchProblem> problems;
};

// Reads `text`, which is NDJSON if its first character is {, else CSV. Lines
// that are wrong are in `problems`, all of them; the others in `items`. A usage
// failure where the text as a whole cannot be read: an empty file, a header
// with an unknown, a missing or a repeated column, an open quote.
absl::StatusOr<BatchFile> ParseBatchFile(std::string_view text,
                                         const std::string& network,
                                         const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_BATCH_FILE_H_

// A Statement is what an account received and paid in a period, gathered from
// all pages that the server sends, and checked here once more: whoever books it
// must not depend on our addition alone.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_STATEMENT_H_
#define SKONTRO_CLI_STATEMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/listing.h"
#include "cli/unit.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::cli {

struct Statement {
  v1::Network network;
  std::string member;      // Name of the resource.
  std::string legal_name;  // Of the member; empty if it was erased.
  std::string from_date;   // As asked; empty for from the beginning.
  std::string to_date;     // As asked; empty for up to now.
  v1::Account account;
  int64_t opening_balance = 0;
  int64_t closing_balance = 0;
  std::vector<v1::StatementLine> lines;
  int64_t sequence = 0;
  // Sums of the lines, set by CheckStatement().
  int64_t total_in = 0;   // Of the lines above zero.
  int64_t total_out = 0;  // Of the lines below zero, as a number above zero.
};

// One line: its kind, and the members of its JSON object.
std::string EntryKindText(const v1::StatementLine& line);
void WriteEntry(const v1::StatementLine& line, const Unit& unit,
                JsonWriter* json);

// Adds a page to `statement`; the first one sets the balances. A failure with
// kBroken where a later page tells of other balances or another sequence.
absl::Status AddPage(const v1::GetStatementResponse& page, bool is_first,
                     Statement* statement);

// Adds up. A failure with kBroken, which names the line, where a balance after
// a line is not the one before it plus the line, a line is zero, or the closing
// balance is not the opening balance plus all lines.
absl::Status CheckStatement(Statement* statement);

// The statement in `format`. In CSV, the first and the last row have the kind
// OPENING and CLOSING and no amount, so that the column adds up.
std::string StatementIn(Format format, const Statement& statement);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_STATEMENT_H_

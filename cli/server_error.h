// What the server said in an error (client/call_error.h), in words for a
// terminal.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_SERVER_ERROR_H_
#define SKONTRO_CLI_SERVER_ERROR_H_

#include <optional>
#include <string>

#include "cli/client/call_error.h"
#include "cli/exit_code.h"
#include "cli/unit.h"

namespace skontro::cli {

using ServerError = client::CallError;
using client::DecodeError;

// What is wrong on the first line, with the reason in brackets; what to do next
// on the others. With `unit`, amounts of the reasons that are known are in
// units with decimals; without, in minor units as the server sends them.
std::string Explain(const ServerError& error, const std::optional<Unit>& unit);

// Whether Explain() has use for a unit.
bool HasAmounts(const ServerError& error);

// The exit code of a call that failed like this. `changes` is whether the call
// was to change something, so that no answer means an unknown outcome.
ExitCode ExitCodeOf(const ServerError& error, bool changes);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_SERVER_ERROR_H_

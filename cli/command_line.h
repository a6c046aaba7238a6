// The command line as a whole: reads the arguments, runs the verb, prints what
// went wrong.

#ifndef SKONTRO_CLI_COMMAND_LINE_H_
#define SKONTRO_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/exit_code.h"

namespace skontro::cli {

// Runs skontro with `arguments`, the program's name left out. What was asked
// for is in environment.out, what went wrong in environment.err, and the exit
// code says which of the two to look at.
ExitCode RunCommandLine(const std::vector<std::string>& arguments,
                        Environment& environment);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_COMMAND_LINE_H_

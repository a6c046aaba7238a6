// The Environment is all that skontro sees of the process that it runs in:
// where to write, what the shell set, whether a person is watching. A test
// gives another.

#ifndef SKONTRO_CLI_ENVIRONMENT_H_
#define SKONTRO_CLI_ENVIRONMENT_H_

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace skontro::cli {

struct Environment {
  std::ostream& out;  // What was asked for, and nothing else.
  std::ostream& err;  // What went wrong, progress, warnings.
  // Whether `err` is a terminal, where progress may rewrite its line.
  bool err_is_terminal = false;
  // Whether `out` is one, where words may have colours, a tour may wait, and a
  // line of progress would stand in the way.
  bool out_is_terminal = false;
  // The value of an environment variable, or nullopt where it is not set.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  // A new random UUID (version 4, RFC 9562) at every call.
  std::function<std::string()> new_request_id;
};

// Whether words on `out` may have colours: on a terminal, and where neither
// NO_COLOR is set nor TERM is dumb.
bool WantsColour(const Environment& environment);

// That of this process.
Environment ProcessEnvironment();

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_ENVIRONMENT_H_

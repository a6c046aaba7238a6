// What --check-config does: looks at all that a start would need, and says
// everything that is wrong at once, each with what to do. It starts nothing and
// changes nothing, so it may run beside a server.
//
// Thread safety: pure functions, but for what others do to the files meanwhile.

#ifndef SKONTRO_SERVER_CONFIG_CHECK_H_
#define SKONTRO_SERVER_CONFIG_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/config.h"

namespace skontro::server {

struct Finding {
  enum class Kind {
    kFine,
    kWarning,  // It starts, and somebody should see to it.
    kProblem,  // It does not start.
  };
  Kind kind = Kind::kFine;
  std::string subject;  // A setting, or what else it is about.
  std::string text;
};

// All that there is to say of `config` at `time_us`. In this order: settings,
// configuration file, user, data directory, anchors, disk, keys, certificates,
// addresses. The addresses of a data directory that a server has are not tried:
// they are that server's.
std::vector<Finding> CheckConfig(const Config& config, int64_t time_us);

// The findings as --check-config prints them; the last line counts.
std::string FindingsText(const std::vector<Finding>& findings);

// kConfigProblems if there is a problem, else kDone.
ExitCode ExitCodeOf(const std::vector<Finding>& findings);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONFIG_CHECK_H_

// What the exit code of skontro says. The numbers are a contract with scripts:
// `skontro --help` and docs/operating.md list them, and none is ever reused.

#ifndef SKONTRO_CLI_EXIT_CODE_H_
#define SKONTRO_CLI_EXIT_CODE_H_

namespace skontro::cli {

enum class ExitCode {
  // Done; of a dry run: nothing stands against it.
  kDone = 0,
  // The network refused, and nothing changed; in a batch, at least one item.
  kRefused = 1,
  // The command line, the configuration or an input file is wrong. Nothing was
  // sent.
  kUsage = 2,
  // The server cannot be reached or is too busy. Nothing was done.
  kUnreachable = 3,
  // A change was sent and no answer came: it may or may not have been made.
  // The same request id sent again finds out, and makes it at most once.
  kUnknownOutcome = 4,
  // The books do not hold: a verification found something broken, or a
  // statement or an export does not add up.
  kBroken = 5,
  // A file of this machine cannot be read or written.
  kLocalFailure = 6,
  // A verification could not read all that it would have to.
  kIncomplete = 7,
  // Ctrl-C ended it, of a tour also SIGTERM or SIGHUP: what a list printed
  // before is whole rows, and not all of them. As a shell counts it, 128 and
  // the number of the signal.
  kInterrupted = 130,
};

// The list above for the foot of the help.
inline constexpr char kExitCodeHelp[] =
    "Exit codes:\n"
    "  0  done; with --dry-run: nothing stands against it\n"
    "  1  refused by the network, nothing changed; in a batch: at least one "
    "item\n"
    "  2  the command line, configuration or input file is wrong; nothing was "
    "sent\n"
    "  3  the server cannot be reached or is too busy; nothing was done\n"
    "  4  a change was sent and its outcome is unknown: send the same "
    "--request-id again\n"
    "  5  the books do not hold: a verification, statement or export found "
    "something broken\n"
    "  6  a file of this machine cannot be read or written\n"
    "  7  a verification was incomplete: not everything could be read\n"
    "  130  ended by Ctrl-C: what a list has printed is not all of it\n";

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EXIT_CODE_H_

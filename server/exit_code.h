// What the exit code of skontrod says. The numbers are a contract with scripts
// and service managers: `skontrod --help` and docs/operating.md list them, and
// none is ever reused.

#ifndef SKONTRO_SERVER_EXIT_CODE_H_
#define SKONTRO_SERVER_EXIT_CODE_H_

namespace skontro::server {

enum class ExitCode {
  // Stopped as asked; with --check: everything opened.
  kDone = 0,
  // Something that should not happen; the log says what.
  kInternal = 1,
  // The command line is wrong, or asks for what this version refuses.
  kUsage = 2,
  // Another server has the data directory.
  kInUse = 3,
  // The data directory cannot be read or written: rights, a full disk.
  kNotWritable = 4,
  // The data directory was written by a newer version.
  kNewerFormat = 5,
  // The directory holds other things and no data of skontrod.
  kNotADataDirectory = 6,
  // A network is damaged.
  kDamaged = 7,
  // The address cannot be listened on: somebody else does.
  kCannotListen = 8,
  // A network is older than its head anchor says, or another.
  kHeadBehind = 9,
  // The head anchor of a network is missing or damaged.
  kAnchorLost = 10,
  // A file of a key or a certificate cannot be used.
  kCredentials = 11,
  // --check-config found what a start would fail with.
  kConfigProblems = 12,
};

// The list above for the foot of the help.
inline constexpr char kExitCodeHelp[] =
    "Exit codes:\n"
    "  0  stopped as asked; with --check: everything opened\n"
    "  1  something that should not happen; the log says what\n"
    "  2  the command line is wrong, or asks for what this version refuses\n"
    "  3  the data directory is in use by another server\n"
    "  4  the data directory cannot be read or written\n"
    "  5  the data directory was written by a newer version\n"
    "  6  the directory is not empty and not a data directory\n"
    "  7  a network is damaged\n"
    "  8  the address cannot be listened on\n"
    "  9  a network has lost records: it ends before what its head anchor "
    "says\n"
    " 10  the head anchor of a network is missing or damaged\n"
    " 11  a file of a key or a certificate cannot be used\n"
    " 12  --check-config found problems; it names them all\n";

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_EXIT_CODE_H_

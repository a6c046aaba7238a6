// The configuration file of one person: `key = value` lines, blank lines and
// lines that begin with #. The keys are
//
//   network    the network that verbs work on, such as `res`
//   endpoint   where the server listens, such as `127.0.0.1:7411`
//   key_file   a file with the key that proves who calls
//   ca_file    the certificate of who is trusted to be the server, in PEM
//   certificate_file, certificate_key_file
//              a certificate that proves who calls, and its private key
//
// Both are checked when they are set and when the file is read: a typing error
// must not send a payment to another network.
//
// A profile is such a file too, for somebody who works on several servers: it
// stands alone, and takes nothing from the default one.
//
// Thread safety: a ConfigFile belongs to one thread.

#ifndef SKONTRO_CLI_CONFIG_FILE_H_
#define SKONTRO_CLI_CONFIG_FILE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/environment.h"

namespace skontro::cli {

class ConfigFile {
 public:
  // The keys that there are, in alphabetical order.
  static const std::vector<std::string>& Keys();

  // `override` if it is not empty, else SKONTRO_CONFIG, else
  // $XDG_CONFIG_HOME/skontro/config, else ~/.config/skontro/config. A usage
  // failure where none of these variables is set.
  static absl::StatusOr<std::string> PathFor(const Environment& environment,
                                             std::string_view override);

  // The file of a profile: `profiles/NAME` beside the default configuration. A
  // usage failure for a name that is none, and as PathFor().
  static absl::StatusOr<std::string> ProfilePath(const Environment& environment,
                                                 const std::string& name);

  // The names of the profiles that are there, in alphabetical order.
  static absl::StatusOr<std::vector<std::string>> Profiles(
      const Environment& environment);

  // Reads the file at `path`; one that is not there is empty. A usage failure
  // names the line that is wrong, a local one why the file cannot be read.
  static absl::StatusOr<ConfigFile> Read(std::string path);

  const std::string& path() const { return path_; }

  // The value of `key`, or nullopt. REQUIRES: `key` is one of Keys().
  std::optional<std::string> Get(std::string_view key) const;

  // Sets `key` and leaves every other line as it is. A usage failure for a key
  // that is none or a value that is not allowed; changes nothing then.
  absl::Status Set(std::string_view key, std::string_view value);

  // Writes the file and its folders, whole or not at all.
  absl::Status Write() const;

  // What the file holds.
  std::string Text() const;

 private:
  explicit ConfigFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::vector<std::string> lines_;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CONFIG_FILE_H_

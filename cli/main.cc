#include <csignal>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/environment.h"

int main(int argc, char** argv) {
  // A reader that went away, such as `head`, is an error of writing, which is
  // reported; not a signal that ends an export half-way.
  std::signal(SIGPIPE, SIG_IGN);
  skontro::cli::Environment environment = skontro::cli::ProcessEnvironment();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(skontro::cli::RunCommandLine(arguments, environment));
}

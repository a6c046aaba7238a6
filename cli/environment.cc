#include "cli/environment.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

#include "absl/strings/str_format.h"

namespace skontro::cli {
namespace {

std::optional<std::string> ProcessVariable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::string RandomUuid() {
  std::random_device device;
  std::array<uint32_t, 4> words;
  for (uint32_t& word : words) word = device();
  words[1] = (words[1] & 0xffff0fff) | 0x00004000;  // Version 4.
  words[2] = (words[2] & 0x3fffffff) | 0x80000000;  // Variant of the RFC.
  return absl::StrFormat("%08x-%04x-%04x-%04x-%04x%08x", words[0],
                         words[1] >> 16, words[1] & 0xffff, words[2] >> 16,
                         words[2] & 0xffff, words[3]);
}

}  // namespace

bool WantsColour(const Environment& environment) {
  return environment.out_is_terminal &&
         environment.variable("NO_COLOR").value_or("").empty() &&
         environment.variable("TERM").value_or("") != "dumb";
}

Environment ProcessEnvironment() {
  return {.out = std::cout,
          .err = std::cerr,
          .err_is_terminal = isatty(STDERR_FILENO) == 1,
          .out_is_terminal = isatty(STDOUT_FILENO) == 1,
          .variable = ProcessVariable,
          .new_request_id = RandomUuid};
}

}  // namespace skontro::cli

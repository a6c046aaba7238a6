// The settings for people: as they are, as a file to begin with, and as the
// table of docs/operating.md.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONFIG_PRINT_H_
#define SKONTRO_SERVER_CONFIG_PRINT_H_

#include <string>
#include <vector>

#include "server/setting.h"

namespace skontro::server {

inline constexpr char kPrintEffective[] = "effective";
inline constexpr char kPrintExample[] = "example";
inline constexpr char kPrintReference[] = "reference";

// A configuration file with every setting that has a value, and behind each
// where it is from.
std::string EffectiveConfig(const std::vector<Setting>& settings);

// A configuration file for a service: what each setting does, and its default.
std::string ExampleConfig(const std::vector<Setting>& settings);

// The rows of a table in Markdown, with its head.
std::string ConfigReference(const std::vector<Setting>& settings);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONFIG_PRINT_H_

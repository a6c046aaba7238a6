#include "bench/load/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace skontro::bench {
namespace {

std::string FileOf(pid_t process, const char* name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number behind `label` in a file of lines "label number".
double NumberBehind(const std::string& text, const std::string& label) {
  const size_t at = text.find(label);
  return at == std::string::npos ? 0 : std::atof(&text[at + label.size()]);
}

}  // namespace

ProcessUsage UsageOf(pid_t process) {
  ProcessUsage usage;
  // Fields 14, 15 and 24 of proc(5); the second one is a name in brackets that
  // may hold anything.
  const std::string stat = FileOf(process, "stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return usage;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string field;
  for (int number = 3; fields >> field; ++number) {
    if (number == 14 || number == 15) {
      usage.cpu_seconds +=
          std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
    } else if (number == 24) {
      usage.resident_bytes =
          std::stod(field) * static_cast<double>(sysconf(_SC_PAGESIZE));
    }
  }
  // "\nwrite_bytes" and not "cancelled_write_bytes".
  usage.written_bytes = NumberBehind(FileOf(process, "io"), "\nwrite_bytes:");
  return usage;
}

}  // namespace skontro::bench

#include "server/auth/last_use_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace skontro::server {
namespace {

// An id, a blank, a number and the end of the line.
constexpr size_t kLineMax = 100;

absl::Status CannotWrite(const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
}

}  // namespace

std::string LastUsePath(const std::string& network_directory) {
  return absl::StrCat(network_directory, "/last_uses");
}

LastUses ReadLastUses(const std::string& path) {
  LastUses uses;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    int64_t time_us = 0;
    if (line.size() > kLineMax || parts.size() != 2 || parts[0].empty() ||
        !absl::SimpleAtoi(parts[1], &time_us) || time_us <= 0) {
      continue;
    }
    uses[parts[0]] = time_us;
  }
  return uses;
}

absl::Status WriteLastUses(const std::string& path, const LastUses& uses) {
  const std::string next = path + ".next";
  {
    std::ofstream out(next, std::ios::binary | std::ios::trunc);
    for (const auto& [id, time_us] : uses) out << id << ' ' << time_us << '\n';
    out.close();
    if (!out) return CannotWrite(next);
  }
  if (std::rename(next.c_str(), path.c_str()) != 0) return CannotWrite(path);
  return absl::OkStatus();
}

}  // namespace skontro::server

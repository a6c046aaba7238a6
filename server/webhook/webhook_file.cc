#include "server/webhook/webhook_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "ledger/base/status.h"
#include "ledger/crc32c.h"

namespace skontro::server {
namespace {

constexpr char kFirstLine[] = "skontro webhooks 1";
constexpr char kSumPrefix[] = "crc32c ";

absl::Status Failed(const char* what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

std::string Sum(std::string_view text) {
  return absl::StrFormat("%s%08x", kSumPrefix, ledger::Crc32c(text));
}

std::string TextOf(const WebhookPositions& positions) {
  std::string text = absl::StrCat(kFirstLine, "\n");
  for (const auto& [id, position] : positions) {
    absl::StrAppend(&text, "webhook ", id, " ", position.made, " ",
                    position.next, "\n");
    for (const auto& [sequence, dead] : position.dead_letters) {
      absl::StrAppend(&text, "dead ", sequence, " ", dead.time_us, " ",
                      dead.attempts, " ", dead.http_status, " ", dead.error,
                      "\n");
    }
  }
  return absl::StrCat(text, Sum(text), "\n");
}

bool ReadWebhook(const std::string& line, WebhookPositions* positions,
                 WebhookPosition** last) {
  const std::vector<std::string> parts = absl::StrSplit(line, ' ');
  WebhookPosition position;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[2], &position.made) ||
      !absl::SimpleAtoi(parts[3], &position.next)) {
    return false;
  }
  *last = &((*positions)[parts[1]] = position);
  return true;
}

bool ReadDead(const std::string& line, WebhookPosition* position) {
  const std::vector<std::string> parts =
      absl::StrSplit(line, absl::MaxSplits(' ', 5));
  uint64_t sequence = 0;
  DeadLetter dead;
  if (position == nullptr || parts.size() != 6 ||
      !absl::SimpleAtoi(parts[1], &sequence) ||
      !absl::SimpleAtoi(parts[2], &dead.time_us) ||
      !absl::SimpleAtoi(parts[3], &dead.attempts) ||
      !absl::SimpleAtoi(parts[4], &dead.http_status)) {
    return false;
  }
  dead.error = parts[5];
  position->dead_letters[sequence] = std::move(dead);
  return true;
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("sync", path);
}

}  // namespace

std::string WebhookPositionsPath(const std::string& network_directory) {
  return absl::StrCat(network_directory, "/webhook_positions");
}

absl::StatusOr<WebhookPositions> ReadWebhookPositions(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return WebhookPositions();
  std::ostringstream bytes;
  bytes << in.rdbuf();
  const std::string text = bytes.str();
  const absl::Status damaged =
      absl::DataLossError(absl::StrCat(path, " is damaged"));
  const size_t end = text.rfind(kSumPrefix);
  if (end == std::string::npos ||
      text.substr(end) !=
          absl::StrCat(Sum(std::string_view(text).substr(0, end)), "\n")) {
    return damaged;
  }
  WebhookPositions positions;
  WebhookPosition* last = nullptr;
  std::istringstream lines(text.substr(0, end));
  std::string line;
  if (!std::getline(lines, line) || line != kFirstLine) return damaged;
  while (std::getline(lines, line)) {
    const bool fits = line.starts_with("webhook ")
                          ? ReadWebhook(line, &positions, &last)
                          : line.starts_with("dead ") && ReadDead(line, last);
    if (!fits) return damaged;
  }
  return positions;
}

absl::Status WriteWebhookPositions(const std::string& path,
                                   const WebhookPositions& positions) {
  const std::string next = path + ".next";
  const int fd =
      open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return Failed("make", next);
  absl::Status written;
  {
    const absl::Cleanup close_it = [fd] { close(fd); };
    written = WriteAll(fd, TextOf(positions), next);
  }
  SKONTRO_RETURN_IF_ERROR(written);
  if (std::rename(next.c_str(), path.c_str()) != 0) {
    return Failed("replace", path);
  }
  const std::string directory = path.substr(0, path.rfind('/'));
  const int parent =
      open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return Failed("open", directory);
  const absl::Cleanup close_it = [parent] { close(parent); };
  return fsync(parent) == 0 ? absl::OkStatus() : Failed("sync", directory);
}

}  // namespace skontro::server

#include "server/disk_watch.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::server {
namespace {

// A disk that is filled and emptied around the limit must not flap.
constexpr unsigned kResumePercent = 1;

// Whether so much is used of all, in percent. No disk is near 2^64 bytes / 100.
bool IsUsed(const DiskSpace& space, unsigned percent) {
  return space.used * 100 >= (space.used + space.available) * percent;
}

// Rounded up, as df does.
uint64_t PercentOf(const DiskSpace& space) {
  const uint64_t all = space.used + space.available;
  return all == 0 ? 100 : (space.used * 100 + all - 1) / all;
}

}  // namespace

absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path) {
  struct statvfs found {};
  if (statvfs(path.c_str(), &found) != 0) {
    return absl::UnavailableError(absl::StrCat(
        "the free space of ", path, " cannot be read: ", strerror(errno)));
  }
  return DiskSpace{(found.f_blocks - found.f_bfree) * found.f_frsize,
                   found.f_bavail * found.f_frsize};
}

DiskWatch::DiskWatch(std::string path, Options options,
                     NetworkRegistry* networks, Log* log)
    : path_(std::move(path)),
      options_(std::move(options)),
      networks_(networks),
      log_(log) {
  SKONTRO_CHECK(options_.full_percent >= 1 && options_.full_percent <= 100);
  Check();
  thread_ = std::thread([this] { Run(); });
}

DiskWatch::~DiskWatch() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void DiskWatch::Run() {
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_),
                                  options_.interval)) {
        return;
      }
    }
    Check();
  }
}

void DiskWatch::Check() {
  const absl::MutexLock lock(&check_mutex_);
  const absl::StatusOr<DiskSpace> space = options_.read(path_);
  if (space.ok()) {
    is_unreadable_ = false;
    Judge(*space);
  } else if (!is_unreadable_) {
    is_unreadable_ = true;
    log_->Write(
        LogLevel::kWarning, "disk_space_unknown",
        {{"path", path_}, {"error", std::string(space.status().message())}});
  }
}

void DiskWatch::Judge(const DiskSpace& space) {
  const auto limit = static_cast<unsigned>(options_.full_percent);
  // An empty answer is of a file system that does not count: never full.
  if (space.used + space.available == 0) return;
  const bool is_full = IsUsed(space, is_full_ ? limit - kResumePercent : limit);
  if (is_full == is_full_) return;
  is_full_ = is_full;
  if (is_full) {
    networks_->PauseIntake({Reason::kDiskNearlyFull,
                            {{"used", absl::StrCat(PercentOf(space))},
                             {"limit", absl::StrCat(limit)}}});
  } else {
    networks_->ResumeIntake();
  }
  log_->Write(is_full ? LogLevel::kError : LogLevel::kInfo,
              is_full ? "disk_nearly_full" : "disk_has_space",
              {{"path", path_},
               {"used_percent", PercentOf(space)},
               {"limit_percent", options_.full_percent},
               {"available_bytes", space.available}});
}

}  // namespace skontro::server

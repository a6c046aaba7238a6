#include "server/clock_watch.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "ledger/store_journal.h"

namespace skontro::server {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

}  // namespace

int64_t SteadyNowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

ClockWatch::ClockWatch(const Options& options, const Clock* clock,
                       const NetworkRegistry& networks, Log* log)
    : options_(options), clock_(clock), log_(log), offset_us_(OffsetUs()) {
  CompareWithBooks(networks);
  thread_ = std::thread([this] { Run(); });
}

ClockWatch::~ClockWatch() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void ClockWatch::CompareWithBooks(const NetworkRegistry& networks) const {
  const int64_t now_us = clock_->NowUs();
  int64_t newest_us = 0;
  for (const Network* network : networks.All()) {
    const absl::StatusOr<ledger::JournalHead> head =
        ReadHead(*network->engine().view().snapshot);
    if (!head.ok()) continue;  // Whoever reads it next says so.
    newest_us = std::max(newest_us, head->time_us);
    // Many records within a microsecond are a little ahead of it.
    if (head->time_us < now_us + kSecondUs) continue;
    log_->Write(LogLevel::kWarning, "clock_behind",
                {{"network", network->id()},
                 {"seconds", (head->time_us - now_us) / kSecondUs}});
  }
  const int64_t ahead_us = now_us - newest_us;
  if (newest_us == 0 || absl::Microseconds(ahead_us) <= options_.ahead_max) {
    return;
  }
  log_->Write(LogLevel::kWarning, "clock_ahead",
              {{"seconds_since_newest_record", ahead_us / kSecondUs}});
}

void ClockWatch::Run() {
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

void ClockWatch::Check() {
  const absl::MutexLock lock(&check_mutex_);
  const int64_t offset_us = OffsetUs();
  const int64_t jump_us = offset_us - offset_us_;
  // A clock that is nudged all the time moves away slowly: that is no jump, but
  // many small ones are one.
  if (absl::Microseconds(std::abs(jump_us)) <= options_.jump_max) return;
  offset_us_ = offset_us;
  log_->Write(LogLevel::kWarning, "clock_jumped",
              {{"seconds", jump_us / kSecondUs}});
}

}  // namespace skontro::server

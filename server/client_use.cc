#include "server/client_use.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/reason.h"

namespace skontro::server {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
// What may be taken at once, as time.
constexpr int64_t kBurstUs = 2 * kSecondUs;
// What waits for longer has a clock that went back: nobody owes so much.
constexpr int64_t kWaitMaxUs = 60 * kSecondUs;
// Less by what the clocks of two threads can differ, and more.
constexpr int64_t kOwedMaxUs = kWaitMaxUs - kBurstUs;

// How soon something may have ended that is on its way now.
constexpr int64_t kCallRetryUs = kSecondUs / 10;
constexpr int64_t kStreamRetryUs = kSecondUs;

constexpr std::array<std::string_view, kClientLimits> kNames = {
    "calls_in_flight", "open_streams", "items_in_flight", "items_per_second",
    "bytes_per_second"};

int64_t CostUs(int64_t count, int64_t per_second) {
  const int64_t cost = static_cast<int64_t>(static_cast<__int128>(count) *
                                            kSecondUs / per_second);
  return std::min(cost, kOwedMaxUs);
}

// The time at which what is taken at `from` has been earned. A debt that would
// look like a clock that went back, and be forgiven, is cut before that.
int64_t EarnedAt(int64_t from, int64_t count, int64_t per_second,
                 int64_t now_us) {
  return std::min(std::max(from, now_us) + CostUs(count, per_second),
                  now_us + kOwedMaxUs);
}

// Adds `count` if the sum is within `most`, where there is such a limit. One
// that alone is more is let in where nothing else is.
bool Add(std::atomic<int64_t>* number, int64_t count, int64_t most) {
  const int64_t before = number->fetch_add(count);
  if (most == 0 || before == 0 || before + count <= most) return true;
  *number -= count;
  return false;
}

}  // namespace

std::string_view ClientLimitName(ClientLimit limit) {
  return kNames[static_cast<size_t>(limit)];
}

// `next_us_` is the time at which all that was taken has been earned.
int64_t Pace::TryTake(int64_t count, int64_t per_second, int64_t now_us) {
  int64_t next = next_us_.load(std::memory_order_relaxed);
  while (true) {
    // What is compared with is what is stored, whatever it is taken for.
    const int64_t from = next > now_us + kWaitMaxUs ? 0 : next;
    if (from > now_us + kBurstUs) return from - now_us - kBurstUs;
    if (next_us_.compare_exchange_weak(
            next, EarnedAt(from, count, per_second, now_us),
            std::memory_order_relaxed)) {
      return 0;
    }
  }
}

int64_t Pace::Take(int64_t count, int64_t per_second, int64_t now_us) {
  int64_t next = next_us_.load(std::memory_order_relaxed);
  while (true) {
    const int64_t from = next > now_us + kWaitMaxUs ? 0 : next;
    const int64_t after = EarnedAt(from, count, per_second, now_us);
    if (next_us_.compare_exchange_weak(next, after,
                                       std::memory_order_relaxed)) {
      return std::max<int64_t>(after - now_us - kBurstUs, 0);
    }
  }
}

absl::Status ClientUse::Begin(const ClientLimits& limits, bool is_stream,
                              int64_t bytes, int64_t now_us) {
  if (!is_stream && !Add(&calls_, 1, limits.calls_max)) {
    return Refuse(ClientLimit::kCalls, limits.calls_max, kCallRetryUs);
  }
  if (is_stream && !Add(&streams_, 1, limits.streams_max)) {
    return Refuse(ClientLimit::kStreams, limits.streams_max, kStreamRetryUs);
  }
  int64_t wait = 0;
  if (limits.items_per_second > 0) {
    wait = item_pace_.TryTake(1, limits.items_per_second, now_us);
    if (wait > 0) {
      End(is_stream);
      return Refuse(ClientLimit::kItemRate, limits.items_per_second, wait);
    }
  }
  if (limits.bytes_per_second > 0) {
    wait = byte_pace_.TryTake(bytes, limits.bytes_per_second, now_us);
    if (wait > 0) {
      End(is_stream);
      return Refuse(ClientLimit::kByteRate, limits.bytes_per_second, wait);
    }
  }
  return absl::OkStatus();
}

void ClientUse::End(bool is_stream) { --(is_stream ? streams_ : calls_); }

absl::Status ClientUse::TakeItems(const ClientLimits& limits, int64_t items,
                                  int64_t now_us) {
  if (!Add(&items_, items, limits.items_max)) {
    return Refuse(ClientLimit::kItems, limits.items_max, kCallRetryUs);
  }
  if (limits.items_per_second == 0) return absl::OkStatus();
  const int64_t wait =
      item_pace_.TryTake(items, limits.items_per_second, now_us);
  if (wait == 0) return absl::OkStatus();
  GiveItems(items);
  return Refuse(ClientLimit::kItemRate, limits.items_per_second, wait);
}

int64_t ClientUse::Pay(const ClientLimits& limits, int64_t items, int64_t bytes,
                       int64_t now_us) {
  int64_t wait = 0;
  if (limits.items_per_second > 0) {
    wait = item_pace_.Take(items, limits.items_per_second, now_us);
  }
  if (limits.bytes_per_second > 0) {
    wait =
        std::max(wait, byte_pace_.Take(bytes, limits.bytes_per_second, now_us));
  }
  return wait;
}

absl::Status ClientUse::Refuse(ClientLimit limit, int64_t most,
                               int64_t retry_us) {
  ++refused_[static_cast<size_t>(limit)];
  return ToStatus({Reason::kRateLimited,
                   {{"what", std::string(ClientLimitName(limit))},
                    {"limit", absl::StrCat(most)},
                    {"retry_ms", absl::StrCat((retry_us + 999) / 1'000)}}});
}

}  // namespace skontro::server

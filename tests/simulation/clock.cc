#include "tests/simulation/clock.h"

#include <chrono>

namespace skontro::simulation {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHour = 3'600 * kSecond;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kStart = 20'083 * kDay;  // 2024-12-26

int64_t FloorDays(int64_t us) {
  const int64_t days = us / kDay;
  return us % kDay < 0 ? days - 1 : days;
}

}  // namespace

Clock::Clock(Dice* dice)
    : time_us_(kStart + dice->UpTo(kDay)),
      zone_us_((dice->UpTo(25) - 11) * kHour) {}

int32_t Clock::day() const {
  return static_cast<int32_t>(FloorDays(time_us_ + zone_us_));
}

// A few microseconds before midnight, so that the next ticks pass it.
void Clock::GoToTheEndOf(int64_t local_midnight_us) {
  time_us_ = local_midnight_us - zone_us_ - 5;
}

void Clock::Tick(Dice* dice) {
  const int64_t roll = dice->UpTo(1'000);
  if (roll < 700) {
    time_us_ += dice->UpTo(10);  // May stand.
  } else if (roll < 900) {
    time_us_ += dice->UpTo(90 * kSecond);
  } else if (roll < 960) {
    time_us_ += dice->UpTo(5 * kHour);
  } else if (roll < 975) {
    time_us_ -= dice->UpTo(2 * kDay);
  } else if (roll < 985) {
    time_us_ += dice->UpTo(9 * kDay);
  } else if (roll < 995) {
    GoToTheEndOf((int64_t{day()} + 1) * kDay);
  } else {
    const std::chrono::year_month_day today{
        std::chrono::sys_days(std::chrono::days(day()))};
    const std::chrono::sys_days new_year =
        (today.year() + std::chrono::years(1)) / std::chrono::January / 1;
    GoToTheEndOf(new_year.time_since_epoch().count() * kDay);
  }
}

}  // namespace skontro::simulation

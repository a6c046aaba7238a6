// The clock of a simulation: mostly it runs, sometimes it is set back or
// forward, and now and then it stands just before the end of a day or a year.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_SIMULATION_CLOCK_H_
#define SKONTRO_TESTS_SIMULATION_CLOCK_H_

#include <cstdint>

#include "tests/simulation/dice.h"

namespace skontro::simulation {

class Clock {
 public:
  // Starts in the last days of 2024, in a time zone that the dice choose.
  explicit Clock(Dice* dice);

  // Goes on. May go back.
  void Tick(Dice* dice);

  int64_t time_us() const { return time_us_; }

  // The day of the calendar in the time zone, in days since 1970-01-01.
  int32_t day() const;

 private:
  void GoToTheEndOf(int64_t local_midnight_us);

  int64_t time_us_ = 0;
  int64_t zone_us_ = 0;  // East of Greenwich.
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_CLOCK_H_

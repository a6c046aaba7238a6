// How a simulation fails: it says what is wrong and how to see it again, and
// stops the process, as a broken invariant of the engine does.
//
// Thread safety: Fail() may be called from any thread; the rest belongs to one.

#ifndef SKONTRO_TESTS_SIMULATION_FAILURE_H_
#define SKONTRO_TESTS_SIMULATION_FAILURE_H_

#include <cstdint>
#include <string>

namespace skontro::simulation {

// From now on the end of the process by a failure or a broken invariant says
// that it was this seed, and how to repeat it.
void BeginSeed(uint64_t seed, uint64_t commands, bool threaded);

// The step of the run, for the same message.
void BeginStep(uint64_t step);

// Stops the process.
[[noreturn]] void Fail(const std::string& what);

// Stops the process unless `wrong` is empty.
void FailIf(const std::string& wrong);

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_FAILURE_H_

// Random commands over a few members, ids and invoices, so that most rules are
// met within a few dozen of them. The same seed gives the same commands.

#ifndef SKONTRO_TESTS_ENGINE_RANDOM_COMMANDS_H_
#define SKONTRO_TESTS_ENGINE_RANDOM_COMMANDS_H_

#include <cstdint>
#include <random>
#include <string>

#include "engine/command.h"

namespace skontro::engine {

class RandomCommands {
 public:
  explicit RandomCommands(uint64_t seed) : random_(seed) {}

  // Any command but the admission of the members that the others name; without
  // a request id. Trades are named by their ids or by numbers up to `newest`.
  Command Next(uint64_t newest);

  // A number from 0 to `bound` - 1.
  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  std::string AnyMember();
  std::string AnyTrade(uint64_t newest);
  CreateTrade AnyNewTrade();

  std::mt19937_64 random_;
};

// The members that RandomCommands names, with small limits.
inline constexpr const char* kRandomMembers[] = {"baker", "mason", "printer",
                                                 "smith"};

}  // namespace skontro::engine

#endif  // SKONTRO_TESTS_ENGINE_RANDOM_COMMANDS_H_

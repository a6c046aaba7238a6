// Coverage counts what a simulation has reached. A run that never met a rule,
// or only ever met it from one side, proves nothing about it.
//
// Thread safety: none.

#ifndef SKONTRO_TESTS_SIMULATION_COVERAGE_H_
#define SKONTRO_TESTS_SIMULATION_COVERAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace skontro::simulation {

class Coverage {
 public:
  void Hit(const std::string& what) { ++counts_[what]; }
  void Add(const Coverage& other);

  const std::map<std::string, uint64_t>& counts() const { return counts_; }

  // What a long run must have reached and has not.
  std::vector<std::string> Missing() const;

 private:
  std::map<std::string, uint64_t> counts_;
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_COVERAGE_H_

// Gives the inputs of tests/fuzz/corpus to one fuzzing function, and simple
// changes of each: a slice of what ./dev fuzz does at length.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>

#include "tests/fuzz/fuzz_input.h"

namespace skontro::fuzz {
namespace {

constexpr int kChangesOfEach = 4'000;

std::map<std::string, std::string> Corpus() {
  std::map<std::string, std::string> inputs;
  for (const auto& entry :
       std::filesystem::directory_iterator(SKONTRO_FUZZ_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs[entry.path().filename().string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return inputs;
}

int Give(const std::string& input) {
  return LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()),
                                input.size());
}

TEST(ReplayTest, EveryInputOfTheCorpusIsTaken) {
  const auto corpus = Corpus();
  EXPECT_FALSE(corpus.empty()) << SKONTRO_FUZZ_CORPUS;
  for (const auto& [name, input] : corpus) EXPECT_EQ(Give(input), 0) << name;
  EXPECT_EQ(Give(""), 0);
}

TEST(ReplayTest, ChangesOfTheCorpusAreTaken) {
  std::mt19937_64 random(20'261'122);
  const auto below = [&](size_t bound) { return random() % bound; };
  for (const auto& [name, input] : Corpus()) {
    for (int i = 0; i < kChangesOfEach; ++i) {
      std::string changed = input;
      for (uint64_t edits = 1 + below(4); edits > 0; --edits) {
        if (changed.empty()) break;
        const size_t at = below(changed.size());
        switch (below(4)) {
          case 0:
            changed[at] = static_cast<char>(random());
            break;
          case 1:
            changed.erase(at, 1 + below(16));
            break;
          case 2:
            changed.insert(at, changed.substr(below(changed.size()), 16));
            break;
          default:
            changed[at] = static_cast<char>(changed[at] ^ (1 << below(8)));
        }
      }
      EXPECT_EQ(Give(changed), 0) << name;
    }
  }
}

}  // namespace
}  // namespace skontro::fuzz

// A sample of the damages that a store can take; build/<preset>/tests/
// fault_matrix flip does all. SKONTRO_FAULT_SEED repeats a sample.

#include "tests/faults/damage.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/faults/child.h"
#include "tests/faults/seed.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::faults {
namespace {

class DamageTest : public testing::Test {
 protected:
  DamageTest() {
    ScriptOptions small;
    small.commands = 40;
    small.flushes = 1;
    small.reopens = false;
    script_ = WriteScript(small);
    // In a child: this process must have no thread.
    const ChildEnd made = RunInChild(
        [&](int) {
          const Victim victim = MakeVictim(script_, scratch_ / "script");
          ledger::WriteFiles(victim.files, scratch_ / "files");
          ledger::WriteFiles(victim.older, scratch_ / "older");
          return 0;
        },
        60);
    EXPECT_EQ(made.code, 0) << made.err;
    victim_ = {ledger::ReadFiles(scratch_ / "files"),
               ledger::ReadFiles(scratch_ / "older")};
  }

  const ledger::ScratchDirectory scratch_;
  Script script_;
  Victim victim_;
};

TEST_F(DamageTest, AStoreThatIsDamagedRefusesOrIsWhatItWas) {
  DamageOptions options;
  options.seed = SeedOfThisRun();
  options.sample = 100;
  options.time_max = absl::Seconds(45);
  const DamageReport report =
      RunDamages(script_, victim_, options, scratch_ / "damage");
  for (const std::string& failure : report.failures) ADD_FAILURE() << failure;
  EXPECT_GT(report.tried, 20);
  std::cout << "seed " << options.seed << ": " << report.tried << " of "
            << report.total << " damages\n";
  for (const auto& [what, count] : report.counts) {
    std::cout << "  " << what.first << ": " << NameOf(what.second) << " "
              << count << "\n";
  }
}

TEST_F(DamageTest, EveryByteOfEveryKindOfFileIsThere) {
  std::map<std::string, uint64_t> flips;
  uint64_t older = 0;
  for (const Damage& damage : AllDamages(victim_)) {
    if (damage.kind == Damage::Kind::kFlip) ++flips[KindOfFile(damage.file)];
    if (damage.kind == Damage::Kind::kOlder) ++older;
  }
  std::map<std::string, uint64_t> bytes;
  for (const auto& [name, content] : victim_.files) {
    if (!KindOfFile(name).empty()) bytes[KindOfFile(name)] += content.size();
  }
  EXPECT_EQ(flips, bytes);
  for (const char* kind : {"table", "log", "MANIFEST", "CURRENT", "IDENTITY"}) {
    EXPECT_GT(flips[kind], 0) << kind;
  }
  EXPECT_GT(older, 0);
}

}  // namespace
}  // namespace skontro::faults

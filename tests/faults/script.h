// The Script is some business of a small network that faults are tried on:
// members, limits, proposals, payments, answers to proposals, reversals, groups
// of trades, refusals and requests that are sent twice, with flushes and a stop
// in between. WriteScript() does it once, in memory, and keeps what happened;
// RunScript() does it again and compares; RecordScript() does it on a disk and
// keeps every call of the file system.
//
// The same seed gives the same script.

#ifndef SKONTRO_TESTS_FAULTS_SCRIPT_H_
#define SKONTRO_TESTS_FAULTS_SCRIPT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/command.h"
#include "engine/decider.h"
#include "ledger/anchor_slots.h"
#include "tests/faults/session.h"
#include "tests/ledger/storage/disk_model.h"

namespace skontro::faults {

// A part of a script: commands that are asked for together, or what is done
// where there are none.
struct Step {
  enum class Kind { kAsk, kFlush, kReopen } kind = Kind::kAsk;
  std::vector<engine::Command> commands;
  std::vector<engine::Answer> answers;  // Of the first time.
};

struct Script {
  std::vector<Step> steps;
  std::vector<ledger::Digest> digests;  // By sequence, from 1.
  std::string rows;                     // Every row at the end.
  // Digest of every row, by the sequence at which a batch ended.
  std::map<ledger::Sequence, ledger::Digest> states;
  uint64_t refused = 0;   // Answers that refuse.
  uint64_t repeated = 0;  // Answers that were given before.
};

struct ScriptOptions {
  uint64_t seed = 1;
  int commands = 200;
  // Flushes in the middle of it; and whether the store is closed and opened.
  int flushes = 3;
  bool reopens = true;
};

// What an anchor holds that is written before every answer, when `sequence` of
// the script is the newest that was answered.
ledger::AnchoredHead AnchorAt(const Script& script, ledger::Sequence sequence);

// Stops the process where the script does not do all that it is to do.
Script WriteScript(const ScriptOptions& options);

// What RunScript() tells while it runs: the newest sequence that was answered.
using OnAnswer = std::function<void(ledger::Sequence)>;

// Whether flushes and the stop are done again, or only the commands.
enum class Stops { kLeftOut, kDone };

// Does the business of `script` in the network of `session`, where some of it
// may have been done before. Returns an error where an answer is not as it was;
// OK where the network ends as it did then, row by row.
absl::Status RunScript(const Script& script, std::unique_ptr<Session> session,
                       Stops stops, const OnAnswer& on_answer);

// What the disk had seen when an answer was given.
struct Acknowledged {
  uint64_t calls = 0;
  ledger::Sequence sequence{};
};

struct Recording {
  ledger::DiskFiles base;               // The files of the new network.
  std::vector<ledger::FileCall> calls;  // Every call of the file system.
  std::vector<Acknowledged> acknowledged;
  ledger::DiskFiles left;  // The files as they are when a process is killed at
                           // the end: some in tables, some in the log.
};

// Makes a network in `directory` and does the business of `script` there.
// Stops the process where that does not end as it did then.
Recording RecordScript(const Script& script, const std::string& directory);

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_SCRIPT_H_

#include "tests/faults/damage.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "tests/faults/child.h"

namespace skontro::faults {
namespace {

using Kind = Damage::Kind;
using ledger::Sequence;

// Damages that one child does: a fork costs as much as some of them.
constexpr size_t kChunk = 64;
constexpr unsigned kChildSeconds = 300;

// RocksDB's log format: blocks, and in them a header and bytes per record.
constexpr size_t kBlockBytes = 32 * 1024;
constexpr size_t kHeaderBytes = 7;

// Where each record of a log begins, and the middle of each.
std::set<uint64_t> RecordPlaces(const std::string& log) {
  std::set<uint64_t> places;
  size_t at = 0;
  while (at + kHeaderBytes <= log.size()) {
    const size_t left = kBlockBytes - at % kBlockBytes;
    if (left < kHeaderBytes) {
      at += left;
      continue;
    }
    const size_t length =
        static_cast<uint8_t>(log[at + 4]) +
        (static_cast<size_t>(static_cast<uint8_t>(log[at + 5])) << 8);
    places.insert(at);
    places.insert(at + (kHeaderBytes + length) / 2);
    at += kHeaderBytes + length;
  }
  return places;
}

bool IsLogFormat(const std::string& kind) {
  return kind == "log" || kind == "MANIFEST";
}

std::string Describe(const Damage& damage) {
  switch (damage.kind) {
    case Kind::kFlip:
      return absl::StrCat("flip ", damage.file, " ", damage.at);
    case Kind::kCut:
      return absl::StrCat("cut ", damage.file, " ", damage.at);
    case Kind::kDelete:
      return absl::StrCat("delete ", damage.file, " 0");
    case Kind::kOlder:
      return absl::StrCat("older ", damage.file, " 0");
  }
  SKONTRO_CHECK(false);
  return "";
}

ledger::DiskFiles Harm(const Victim& victim, const Damage& damage,
                       uint64_t seed) {
  ledger::DiskFiles files = victim.files;
  std::string& bytes = files.at(damage.file);
  switch (damage.kind) {
    case Kind::kFlip: {
      std::seed_seq bit{seed, damage.at};
      std::mt19937_64 random(bit);
      bytes[damage.at] =
          static_cast<char>(bytes[damage.at] ^ (1 << random() % 8));
      break;
    }
    case Kind::kCut:
      bytes.resize(damage.at);
      break;
    case Kind::kDelete:
      files.erase(damage.file);
      break;
    case Kind::kOlder:
      bytes = victim.older.at(damage.file);
      break;
  }
  return files;
}

// Starts on the files in `directory`. Says more in `words` where it can.
Outcome Start(const Script& script, const std::string& directory,
              std::string* words) {
  const absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(
      directory, AnchorAt(script, Sequence{script.digests.size()}));
  if (!session.ok()) {
    *words = session.status().ToString();
    if (absl::IsDataLoss(session.status())) return Outcome::kRefused;
    if (absl::IsOutOfRange(session.status())) return Outcome::kNoticed;
    return absl::IsNotFound(session.status()) ? Outcome::kRecreatable
                                              : Outcome::kMisnamed;
  }
  const ledger::ReadView view = (*session)->view();
  const auto rows = ReadEveryRow(*view.snapshot);
  const auto digests = ReadDigests(*view.snapshot);
  if (!rows.ok() || !digests.ok()) {
    const absl::Status& status = rows.ok() ? digests.status() : rows.status();
    *words = status.ToString();
    return absl::IsDataLoss(status) ? Outcome::kUnread : Outcome::kMisnamed;
  }
  const auto state = script.states.find(view.sequence);
  const bool known = state != script.states.end() &&
                     state->second == ledger::HashOf(*rows) &&
                     digests->size() == static_cast<uint64_t>(view.sequence);
  if (!known) {
    *words = absl::StrCat("opens at sequence ",
                          static_cast<uint64_t>(view.sequence));
    return Outcome::kDiffers;
  }
  return digests->size() == script.digests.size() ? Outcome::kIdentical
                                                  : Outcome::kShorter;
}

// How a child that did not get through its damages ended.
Outcome OutcomeOf(const ChildEnd& end) {
  const bool asserted = end.signal == SIGABRT &&
                        absl::StrContains(end.err, "./table/block_based/") &&
                        absl::StrContains(end.err, "Assertion `");
  return asserted ? Outcome::kAssertion : Outcome::kDied;
}

// In a child: does the damages from `next` on, one line for each.
int DoChunk(const Script& script, const Victim& victim,
            const std::vector<Damage>& damages, size_t next, uint64_t seed,
            const std::string& directory, int out) {
  const size_t end = std::min(next + kChunk, damages.size());
  for (; next < end; ++next) {
    ledger::WriteFiles(Harm(victim, damages[next], seed), directory);
    std::string words;
    const Outcome outcome = Start(script, directory, &words);
    std::replace(words.begin(), words.end(), '\n', ' ');
    WriteLine(out, absl::StrCat(static_cast<int>(outcome), " ", words));
  }
  return 0;
}

class Matrix {
 public:
  Matrix(const Script& script, const Victim& victim,
         const DamageOptions& options, const std::string& scratch)
      : script_(script),
        victim_(victim),
        options_(options),
        directory_(scratch + "/damaged"),
        end_(absl::Now() + options.time_max) {
    ReadProgress();
    std::mt19937_64 choice(options.seed);
    const std::vector<Damage> all = AllDamages(victim);
    for (size_t i = 0; i < all.size(); ++i) {
      if (static_cast<int>(i % static_cast<size_t>(options.shards)) !=
          options.shard) {
        continue;
      }
      // Of what is not a flip there is little, so it is never left out.
      const bool chosen = options.sample == 0 || all[i].kind != Kind::kFlip ||
                          choice() % all.size() < options.sample;
      if (!chosen) continue;
      ++report_.total;
      if (!done_.contains(Describe(all[i]))) damages_.push_back(all[i]);
    }
    // In any order, so that a run that is cut short saw some of everything.
    std::shuffle(damages_.begin(), damages_.end(), choice);
  }

  DamageReport Run() {
    while (next_ < damages_.size() && absl::Now() < end_) {
      const size_t first = next_;
      const ChildEnd end = RunInChild(
          [&](int out) {
            return DoChunk(script_, victim_, damages_, first, options_.seed,
                           directory_, out);
          },
          kChildSeconds);
      std::istringstream lines(end.out);
      int outcome = 0;
      std::string words;
      while (lines >> outcome && std::getline(lines, words)) {
        Keep(damages_[next_++], static_cast<Outcome>(outcome), words);
      }
      if (end.code != 0) {
        SKONTRO_CHECK(next_ < damages_.size());
        Keep(damages_[next_++], OutcomeOf(end),
             absl::StrCat(" signal ", end.signal, ", code ", end.code, ": ",
                          end.err));
      }
    }
    return report_;
  }

 private:
  void ReadProgress() {
    std::ifstream progress(options_.progress);
    std::string what, file, at;
    int outcome = 0;
    std::string words;
    while (progress >> what >> file >> at >> outcome &&
           std::getline(progress, words)) {
      const std::string damage = absl::StrCat(what, " ", file, " ", at);
      if (!done_.insert(damage).second) continue;
      Count(damage, file, static_cast<Outcome>(outcome), words);
    }
  }

  void Keep(const Damage& damage, Outcome outcome, std::string words) {
    std::replace(words.begin(), words.end(), '\n', ' ');
    Count(Describe(damage), damage.file, outcome, words);
    if (options_.progress.empty()) return;
    std::ofstream progress(options_.progress, std::ios::app);
    progress << Describe(damage) << " " << static_cast<int>(outcome) << words
             << "\n";
  }

  void Count(const std::string& damage, const std::string& file,
             Outcome outcome, const std::string& words) {
    ++report_.tried;
    const std::string verb = damage.substr(0, damage.find(' '));
    ++report_.counts[{absl::StrCat(KindOfFile(file), " ", verb), outcome}];
    if (!IsFailure(outcome)) return;
    report_.failures.push_back(
        absl::StrCat("seed ", options_.seed, ", ", damage, ": ",
                     std::string(NameOf(outcome)), ":", words));
  }

  const Script& script_;
  const Victim& victim_;
  const DamageOptions options_;
  const std::string directory_;
  const absl::Time end_;
  std::set<std::string> done_;
  std::vector<Damage> damages_;
  size_t next_ = 0;
  DamageReport report_;
};

}  // namespace

std::string_view NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRefused:
      return "refused";
    case Outcome::kUnread:
      return "error on read";
    case Outcome::kIdentical:
      return "identical";
    case Outcome::kNoticed:
      return "refused by the anchor";
    case Outcome::kRecreatable:
      return "nothing there";
    case Outcome::kDiffers:
      return "DIFFERS";
    case Outcome::kDied:
      return "DIED";
    case Outcome::kShorter:
      return "SHORTER";
    case Outcome::kMisnamed:
      return "MISNAMED";
    case Outcome::kAssertion:
      return "assertion of RocksDB";
  }
  SKONTRO_CHECK(false);
  return {};
}

bool IsFailure(Outcome outcome) {
  return outcome >= Outcome::kDiffers && outcome != Outcome::kAssertion;
}

std::string KindOfFile(const std::string& name) {
  if (name.ends_with(".sst")) return "table";
  if (name.ends_with(".log")) return "log";
  if (name.starts_with("MANIFEST-")) return "MANIFEST";
  if (name == "CURRENT" || name == "IDENTITY") return name;
  return "";
}

Victim MakeVictim(const Script& script, const std::string& directory) {
  const Recording recording = RecordScript(script, directory);
  Victim victim;
  victim.files = recording.left;
  ledger::DiskModel disk(recording.base);
  // What a file was when the first half of the answers had been given.
  const uint64_t half =
      recording.acknowledged[recording.acknowledged.size() * 3 / 4].calls;
  for (uint64_t i = 0; i < half; ++i) disk.Apply(recording.calls[i]);
  for (const ledger::DiskFiles& earlier :
       {recording.base, disk.AfterCrash(ledger::Loss::kNone, nullptr)}) {
    for (const auto& [name, bytes] : earlier) {
      const auto now = victim.files.find(name);
      if (now != victim.files.end() && now->second != bytes) {
        victim.older[name] = bytes;
      }
    }
  }
  return victim;
}

std::vector<Damage> AllDamages(const Victim& victim) {
  std::vector<Damage> all;
  for (const auto& [name, bytes] : victim.files) {
    const std::string kind = KindOfFile(name);
    if (kind.empty()) continue;
    for (uint64_t at = 0; at < bytes.size(); ++at) {
      all.push_back({Kind::kFlip, name, at});
    }
    std::set<uint64_t> cuts = {0, bytes.size() / 4, bytes.size() / 2,
                               bytes.size() * 3 / 4};
    if (!bytes.empty()) cuts.insert(bytes.size() - 1);
    if (IsLogFormat(kind)) cuts.merge(RecordPlaces(bytes));
    for (const uint64_t at : cuts) {
      if (at < bytes.size()) all.push_back({Kind::kCut, name, at});
    }
    all.push_back({Kind::kDelete, name, 0});
    if (victim.older.contains(name)) all.push_back({Kind::kOlder, name, 0});
  }
  return all;
}

DamageReport RunDamages(const Script& script, const Victim& victim,
                        const DamageOptions& options,
                        const std::string& scratch) {
  std::filesystem::create_directories(scratch);
  return Matrix(script, victim, options, scratch).Run();
}

}  // namespace skontro::faults

#include "tests/faults/script.h"

#include <rocksdb/env.h>

#include <cstdio>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "tests/engine/commands.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::faults {
namespace {

using engine::Answer;
using engine::Command;

constexpr size_t kGroupMax = 4;
constexpr int kWholeCommands = 200;
// A member, a limit, and a trade that is made, accepted, declined or reversed.
constexpr size_t kKindsOfEvents = 6;
constexpr int64_t kDayUs = 24 * 3'600'000'000;

// Writes the next command of a script.
class Author {
 public:
  explicit Author(const ScriptOptions& options)
      : options_(options), random_(options.seed) {}

  bool finished() const { return written_ >= options_.commands; }

  std::vector<Command> NextGroup(uint64_t newest) {
    std::vector<Command> group;
    const size_t size =
        random_.Below(6) == 0 ? 1 + random_.Below(kGroupMax) : 1;
    while (group.size() < size && !finished()) {
      group.push_back(Next(newest));
      ++written_;
    }
    return group;
  }

  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  int written() const { return written_; }

 private:
  Command Next(uint64_t newest) {
    const auto number = static_cast<size_t>(written_);
    if (number < std::size(engine::kRandomMembers)) {
      return Fill(engine::AdmitWithVat(engine::kRandomMembers[number],
                                       absl::StrCat("BE012345674", number)));
    }
    if (random_.Below(20) == 0) return sent_[random_.Below(sent_.size())];
    return Fill(random_.Below(4) == 0 ? NextStep() : random_.Next(newest));
  }

  // The life of two small trades, one after another: chance alone seldom gets
  // to the end of one.
  Command NextStep() {
    const int step = steps_++;
    const std::string id = absl::StrCat("life-", step / 5);
    switch (step % 5) {
      case 0:
        return engine::Create(
            engine::WithId(engine::Sale("baker", "mason", 5), id));
      case 1:
        return engine::Accept(id);
      case 2:
        return engine::Create(
            engine::WithId(engine::Sale("mason", "smith", 7), id + "-b"));
      case 3:
        return engine::Decline(id + "-b");
      default:
        return engine::Reverse(id);
    }
  }

  Command Fill(Command command) {
    // A day has a fifth of the script.
    const int days = written_ * 5 / options_.commands;
    command.request_id = absl::StrCat("script-", written_);
    command.request_fields = engine::FieldsOf(command.body);
    command.time_us =
        engine::NoonOf(engine::Day(2026, 3, 3)) + days * kDayUs + written_;
    command.booking_date =
        ledger::CivilDate::FromDays(engine::Day(2026, 3, 3).days() + days);
    sent_.push_back(command);
    return command;
  }

  const ScriptOptions options_;
  engine::RandomCommands random_;
  std::vector<Command> sent_;
  int written_ = 0;
  int steps_ = 0;
};

bool IsIn(const Answer& answer, ledger::Sequence head) {
  return answer.first_sequence > ledger::Sequence{0} && answer.sequence <= head;
}

// Whether a command that was answered like `then` may be answered like `now`
// where the journal ended at `head` when it was asked again.
absl::Status Compare(const Answer& then, const absl::StatusOr<Answer>& now,
                     ledger::Sequence head) {
  SKONTRO_RETURN_IF_ERROR(now.status());
  if (now->refusals != then.refusals) {
    return absl::DataLossError("a command is refused in another way");
  }
  if (now->repeated != (then.repeated || IsIn(then, head))) {
    return absl::DataLossError(now->repeated
                                   ? "a command was known that was not done"
                                   : "a command that was done is not known");
  }
  // Nothing else of an answer that made no record is of that moment.
  if (then.first_sequence == ledger::Sequence{0}) return absl::OkStatus();
  if (now->first_sequence != then.first_sequence ||
      now->sequence != then.sequence) {
    return absl::DataLossError(absl::StrCat(
        "a command got the sequence ", static_cast<uint64_t>(now->sequence),
        " and had ", static_cast<uint64_t>(then.sequence)));
  }
  if (!now->repeated && now->digest != then.digest) {
    return absl::DataLossError(
        absl::StrCat("another record has the sequence ",
                     static_cast<uint64_t>(now->sequence)));
  }
  return absl::OkStatus();
}

Answer MustBe(const absl::StatusOr<Answer>& answer) {
  if (!answer.ok()) {
    std::fprintf(stderr, "%s\n", answer.status().ToString().c_str());
  }
  SKONTRO_CHECK(answer.ok());
  return *answer;
}

// Every kind of thing happened in it.
void CheckCoverage(const Script& script) {
  std::set<size_t> done;
  for (const Step& step : script.steps) {
    for (const Answer& answer : step.answers) {
      for (const engine::Event& event : answer.events) {
        done.insert(event.index());
      }
    }
  }
  // Refusals are counted apart.
  SKONTRO_CHECK(done.size() >= kKindsOfEvents);
  SKONTRO_CHECK(script.refused > 0);
  SKONTRO_CHECK(script.repeated > 0);
}

}  // namespace

ledger::AnchoredHead AnchorAt(const Script& script, ledger::Sequence sequence) {
  ledger::AnchoredHead head;
  head.uid = engine::kUid;
  head.sequence = sequence;
  head.digest = script.digests.at(static_cast<size_t>(sequence) - 1);
  return head;
}

Script WriteScript(const ScriptOptions& options) {
  Script script;
  std::unique_ptr<Session> session = Session::InMemory();
  Author author(options);
  int flushes = 0;
  bool reopened = !options.reopens;
  const auto keep_state = [&] {
    const ledger::ReadView view = session->view();
    script.states[view.sequence] =
        ledger::HashOf(ReadEveryRow(*view.snapshot).value());
  };
  keep_state();
  while (!author.finished()) {
    Step step;
    step.commands =
        author.NextGroup(static_cast<uint64_t>(session->view().sequence));
    for (const auto& answer : session->Ask(step.commands)) {
      step.answers.push_back(MustBe(answer));
      if (!answer->refusals.empty()) ++script.refused;
      if (answer->repeated) ++script.repeated;
    }
    script.steps.push_back(std::move(step));
    keep_state();
    // Flushes are spread over the script, the stop is in the middle.
    if (author.written() * (options.flushes + 1) >=
        options.commands * (flushes + 1)) {
      ++flushes;
      script.steps.push_back({Step::Kind::kFlush, {}, {}});
    }
    if (!reopened && author.written() * 2 > options.commands) {
      reopened = true;
      script.steps.push_back({Step::Kind::kReopen, {}, {}});
    }
  }
  const std::shared_ptr<const ledger::Snapshot> snapshot =
      session->view().snapshot;
  script.rows = ReadEveryRow(*snapshot).value();
  script.digests = ReadDigests(*snapshot).value();
  // A short one need not get to everything.
  if (options.commands >= kWholeCommands) CheckCoverage(script);
  return script;
}

absl::Status RunScript(const Script& script, std::unique_ptr<Session> session,
                       Stops stops, const OnAnswer& on_answer) {
  const ledger::Sequence head = session->view().sequence;
  for (const Step& step : script.steps) {
    if (step.kind != Step::Kind::kAsk) {
      if (stops == Stops::kLeftOut) continue;
      SKONTRO_RETURN_IF_ERROR(step.kind == Step::Kind::kFlush
                                  ? session->Flush()
                                  : session->Reopen());
      continue;
    }
    const Answers answers =
        session->Ask(step.commands, [&](const Answer& answer) {
          if (on_answer && answer.first_sequence > ledger::Sequence{0}) {
            on_answer(answer.sequence);
          }
        });
    for (size_t i = 0; i < answers.size(); ++i) {
      SKONTRO_RETURN_IF_ERROR(Compare(step.answers[i], answers[i], head));
    }
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::string rows,
                           ReadEveryRow(*session->view().snapshot));
  if (rows != script.rows) {
    return absl::DataLossError(
        "after all was sent again the rows are not what they were");
  }
  return absl::OkStatus();
}

Recording RecordScript(const Script& script, const std::string& directory) {
  SKONTRO_CHECK(Session::Create(directory).ok());
  Recording recording;
  recording.base = ledger::ReadFiles(directory);
  const auto disk = std::make_shared<ledger::FaultFileSystem>(directory);
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  auto session = Session::Open(directory, AnchorAt(script, ledger::Sequence{1}),
                               env.get());
  SKONTRO_CHECK(session.ok());
  const absl::Status status = RunScript(
      script, *std::move(session), Stops::kDone,
      [&](ledger::Sequence sequence) {
        recording.acknowledged.push_back({disk->call_count(), sequence});
      });
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  SKONTRO_CHECK(status.ok());
  recording.calls = disk->calls();
  // What there was before the store was closed.
  ledger::DiskModel model(recording.base);
  const uint64_t last = recording.acknowledged.back().calls;
  for (uint64_t i = 0; i < last; ++i) model.Apply(recording.calls[i]);
  recording.left = model.AfterCrash(ledger::Loss::kNone, nullptr);
  return recording;
}

}  // namespace skontro::faults

#include "engine/engine.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/checkpoint.h"
#include "engine/facts.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/store_journal.h"

namespace skontro::engine {
namespace {

// Tells how the projections are rolled forward.
std::function<void(Sequence)> TellOf(const OnStart& on_start, Sequence last) {
  if (!on_start) return {};
  return [&on_start, last](Sequence sequence) {
    on_start({StartProgress::Step::kProjection, sequence, last, ""});
  };
}

absl::Status QueueFull(size_t limit) {
  return ToStatus({Reason::kQueueFull, {{"limit", absl::StrCat(limit)}}});
}

// A request that the store knows is answered from there.
bool MayMakeRecord(const Command& command) {
  return !command.validate_only && !command.facts.request.has_value();
}

int64_t DeadlineOf(const State& state) {
  const std::optional<State::Deadline> next = state.NextDeadline();
  return next.has_value() ? next->time_us : INT64_MAX;
}

absl::Status ShuttingDown() { return ToStatus({Reason::kShuttingDown, {}}); }

}  // namespace

// A batch while it is decided: its records, and the answers that wait for it.
class Engine::Batch {
 public:
  void Add(Decider* decider, Pending pending) {
    const size_t before = pending_.payloads.size();
    Answer answer = decider->Decide(pending.command, &pending_);
    for (size_t i = before; i < pending_.payloads.size(); ++i) {
      bytes_ += pending_.payloads[i].size();
    }
    answers_.emplace_back(std::move(pending.reply), std::move(answer));
  }

  // Whether a command that makes up to `records` records still fits.
  bool HasRoom(size_t records) const {
    return bytes_ < kBatchBytesMax &&
           pending_.records.size() + records <= kBatchRecordsMax;
  }

  bool has_records() const { return !pending_.records.empty(); }
  bool empty() const { return answers_.empty(); }
  ledger::PendingBatch TakeRecords() {
    bytes_ = 0;
    return std::exchange(pending_, {});
  }
  std::vector<std::pair<Reply, Answer>> TakeAnswers() {
    return std::exchange(answers_, {});
  }

 private:
  ledger::PendingBatch pending_;
  size_t bytes_ = 0;
  std::vector<std::pair<Reply, Answer>> answers_;
};

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(ledger::Store* store,
                                                     const Options& options,
                                                     const OnStart& on_start) {
  SKONTRO_ASSIGN_OR_RETURN(
      Recovered recovered,
      Recover(*store->GetSnapshot(),
              {options.use_checkpoints, options.digest_interval}, on_start,
              /*go_on=*/{}));
  Replayed& replayed = recovered.replayed;
  const Sequence last = replayed.state->sequence();
  // What took long once need not take long again, and who did not want the old
  // checkpoints wants new ones.
  const uint64_t behind =
      static_cast<uint64_t>(last) - static_cast<uint64_t>(recovered.checkpoint);
  if (options.checkpoint_interval > 0 &&
      (behind >= options.checkpoint_interval || !options.use_checkpoints)) {
    SKONTRO_RETURN_IF_ERROR(
        SaveCheckpoint(store, replayed.uid, *replayed.state, replayed.digest));
    recovered.checkpoint = last;
  }
  auto projector = std::make_unique<IndexProjector>();
  SKONTRO_ASSIGN_OR_RETURN(
      std::unique_ptr<ledger::Projection> projection,
      ledger::Projection::Open(store, projector.get(), TellOf(on_start, last),
                               options.row_tail));
  SKONTRO_ASSIGN_OR_RETURN(std::unique_ptr<ledger::StoreJournal> journal,
                           ledger::StoreJournal::Open(store, options.anchor));
  const NetworkCreated terms = replayed.state->terms();
  auto decider = std::make_unique<Decider>(std::move(replayed.state));
  return std::unique_ptr<Engine>(
      new Engine(store, options, terms, replayed.uid, recovered.checkpoint,
                 std::move(projector), std::move(projection),
                 std::move(journal), std::move(decider)));
}

Engine::Engine(ledger::Store* store, const Options& options,
               const NetworkCreated& terms, const ledger::NetworkUid& uid,
               Sequence checkpoint, std::unique_ptr<IndexProjector> projector,
               std::unique_ptr<ledger::Projection> projection,
               std::unique_ptr<ledger::Journal> journal,
               std::unique_ptr<Decider> decider)
    : store_(store),
      options_(options),
      terms_(terms),
      uid_(uid),
      projector_(std::move(projector)),
      projection_(std::move(projection)),
      decider_(std::move(decider)),
      next_deadline_us_(DeadlineOf(decider_->state())),
      floor_(projection_->view().sequence),
      checkpointer_(store,
                    {options.checkpoint_interval, options.digest_interval},
                    checkpoint, options.on_checkpoint),
      journal_(std::move(journal)),
      writer_([this] { RunWriter(); }) {}

Engine::~Engine() {
  {
    const absl::MutexLock lock(&mutex_);
    intake_stopped_ = true;
    stopping_ = true;
  }
  writer_.join();
  // The writer leaves when every batch is durable and answered.
  const absl::Status settled = Settle();
  if (!settled.ok()) {
    std::fprintf(stderr,
                 "the checkpoint was not saved or the projections were not "
                 "flushed, and the next start will take longer: %s\n",
                 settled.ToString().c_str());
  }
}

// Leaves as little as possible to the next start.
absl::Status Engine::Settle() {
  const Sequence saved = checkpointer_.Stop();
  const State& state = decider_->state();
  absl::Status status;
  if (saved < state.sequence()) {
    status = SaveCheckpoint(store_, uid_, state, journal_->last_digest());
  }
  status.Update(projection_->Flush());
  return status;
}

void Engine::Submit(Command command, Reply reply) {
  std::vector<Command> commands;
  std::vector<Reply> replies;
  commands.push_back(std::move(command));
  replies.push_back(std::move(reply));
  SubmitAll(std::move(commands), std::move(replies));
}

void Engine::SubmitAll(std::vector<Command> commands,
                       std::vector<Reply> replies) {
  SKONTRO_CHECK(commands.size() == replies.size());
  std::deque<Pending> ready;
  for (size_t i = 0; i < commands.size(); ++i) {
    Pending pending{std::move(commands[i]), std::move(replies[i])};
    Prepare(terms_, &pending.command);
    if (AddFacts(&pending, Sequence{0})) ready.push_back(std::move(pending));
  }
  std::deque<std::pair<Reply, absl::Status>> turned_away;
  while (!ready.empty()) {
    Sequence floor{};
    {
      const absl::MutexLock lock(&mutex_);
      floor = floor_;
      while (!ready.empty()) {
        Pending& next = ready.front();
        if (intake_stopped_) {
          turned_away.emplace_back(std::move(next.reply), ShuttingDown());
        } else if (paused_.has_value() && MayMakeRecord(next.command)) {
          turned_away.emplace_back(std::move(next.reply), *paused_);
        } else if (queue_.size() >= options_.queue_length_max) {
          turned_away.emplace_back(std::move(next.reply),
                                   QueueFull(options_.queue_length_max));
        } else if (next.command.facts.sequence < floor_) {
          break;  // Looked up too long ago; once more, outside the lock.
        } else {
          queue_.push_back(std::move(next));
        }
        ready.pop_front();
      }
    }
    if (!ready.empty() && !AddFacts(&ready.front(), floor)) {
      ready.pop_front();
    }
  }
  for (auto& [reply, status] : turned_away) reply(status);
}

bool Engine::AddFacts(Pending* pending, Sequence at_least) {
  const ledger::ReadView view = projection_->view();
  SKONTRO_CHECK(view.sequence >= at_least);
  const absl::Status status = LookUp(view, &pending->command);
  if (!status.ok()) pending->reply(status);
  return status.ok();
}

void Engine::StopIntake() {
  const absl::MutexLock lock(&mutex_);
  intake_stopped_ = true;
}

void Engine::PauseIntake(const Refusal& refusal) {
  const absl::MutexLock lock(&mutex_);
  paused_ = ToStatus(refusal);
}

void Engine::ResumeIntake() {
  const absl::MutexLock lock(&mutex_);
  paused_.reset();
}

size_t Engine::queue_length() const {
  const absl::MutexLock lock(&mutex_);
  return queue_.size();
}

void Engine::RunWriter() {
  while (true) {
    std::deque<Pending> taken = TakePending();
    if (taken.empty()) return;
    DecideAll(std::move(taken));
  }
}

// Waits for commands and for room in the journal, and takes what is there.
// Empty: the engine stops, and nothing is on its way any more.
std::deque<Engine::Pending> Engine::TakePending() {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool room = releases_.size() < static_cast<size_t>(journal_->depth());
    return (!queue_.empty() && room) || (stopping_ && releases_.empty());
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&ready));
  std::deque<Pending> taken;
  taken.swap(queue_);
  Forget(taken);
  return taken;
}

// Raises the floor to the oldest facts that are still to be decided on, now and
// then: looking at all of them costs more than remembering a little longer.
void Engine::Forget(const std::deque<Pending>& taken) {
  if (decider_->state().recent_count() < options_.recent_max) return;
  Sequence floor = projection_->view().sequence;
  for (const Pending& pending : taken) {
    floor = std::min(floor, pending.command.facts.sequence);
  }
  if (floor <= floor_) return;
  floor_ = floor;
  decider_->ForgetUpTo(floor);
}

void Engine::DecideAll(std::deque<Pending> taken) {
  Batch batch;
  for (Pending& pending : taken) {
    if (!batch.HasRoom(Decider::RecordsOf(pending.command))) Append(&batch);
    batch.Add(decider_.get(), std::move(pending));
  }
  next_deadline_us_ = DeadlineOf(decider_->state());
  Append(&batch);
}

// Hands the batch to the journal. Answers that made no record wait for the
// batches before them: they may tell of records that are not durable yet.
void Engine::Append(Batch* batch) {
  if (batch->empty()) return;
  auto release = std::make_shared<Release>();
  release->answers = batch->TakeAnswers();
  if (!batch->has_records()) {
    {
      const absl::MutexLock lock(&mutex_);
      if (!releases_.empty()) {
        auto& last = releases_.back()->answers;
        std::move(release->answers.begin(), release->answers.end(),
                  std::back_inserter(last));
        return;
      }
    }
    for (auto& [reply, answer] : release->answers) reply(std::move(answer));
    return;
  }
  {
    const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return releases_.size() < static_cast<size_t>(journal_->depth());
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&has_room));
    releases_.push_back(release);
  }
  std::shared_ptr<const ledger::CommittedBatch> appended = journal_->Append(
      batch->TakeRecords(), [this](ledger::AppendOutcome outcome) {
        // An embedded journal is never deposed.
        SKONTRO_CHECK(outcome == ledger::AppendOutcome::kDurable);
        OnDurable();
      });
  const absl::MutexLock lock(&mutex_);
  release->batch = std::move(appended);
}

void Engine::OnDurable() {
  const auto handed_over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return releases_.front()->batch != nullptr;
  };
  std::shared_ptr<const ledger::CommittedBatch> batch;
  {
    // The disk may be faster than the thread that wrote to it.
    const absl::MutexLock lock(&mutex_, absl::Condition(&handed_over));
    batch = releases_.front()->batch;
  }
  projection_->Advance(*batch);
  checkpointer_.Advance(batch->last_sequence());
  std::shared_ptr<Release> release;
  {
    const absl::MutexLock lock(&mutex_);
    release = std::move(releases_.front());
    releases_.pop_front();
  }
  const auto first = static_cast<uint64_t>(batch->first_sequence);
  for (auto& [reply, answer] : release->answers) {
    if (!answer.repeated && answer.first_sequence > Sequence{0}) {
      SKONTRO_CHECK_AT(answer.first_sequence >= batch->first_sequence &&
                           answer.sequence <= batch->last_sequence(),
                       answer.sequence);
      answer.digest =
          batch->digests[static_cast<uint64_t>(answer.sequence) - first];
    }
    reply(std::move(answer));
  }
}

}  // namespace skontro::engine

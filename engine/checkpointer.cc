#include "engine/checkpointer.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "engine/checkpoint.h"

namespace skontro::engine {
namespace {

// Whatever else wants the processor goes before; on Linux, niceness is of one
// thread. Where it cannot be set the thread is as good as any other.
void GiveWay() {
  constexpr int kNicest = 19;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNicest);
}

[[noreturn]] void StopTheProcess(const absl::Status& status) {
  std::fprintf(stderr,
               "the journal on disk does not give the state in memory: %s\n"
               "stopping; run skontro verify, then start again\n",
               status.ToString().c_str());
  std::abort();
}

Sequence Later(Sequence sequence, uint64_t records) {
  return Sequence{static_cast<uint64_t>(sequence) + records};
}

}  // namespace

Checkpointer::Checkpointer(ledger::Store* store, const Options& options,
                           Sequence newest, OnCheckpoint on_checkpoint)
    : store_(store),
      options_(options),
      on_checkpoint_(std::move(on_checkpoint)),
      newest_(newest),
      next_(Later(newest, options.interval)) {
  if (options_.interval > 0) thread_ = std::thread([this] { Run(); });
}

void Checkpointer::Advance(Sequence durable) {
  const absl::MutexLock lock(&mutex_);
  durable_ = durable;
}

Sequence Checkpointer::Stop() {
  stopping_ = true;
  {
    const absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  if (thread_.joinable()) thread_.join();
  const absl::MutexLock lock(&mutex_);
  return newest_;
}

void Checkpointer::Run() {
  GiveWay();
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stop_ || durable_ >= next_;
  };
  while (true) {
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(&has_work));
      if (stop_) return;
    }
    const CheckpointReport report = Make();
    if (absl::IsCancelled(report.status)) return;
    if (absl::IsDataLoss(report.status)) StopTheProcess(report.status);
    if (on_checkpoint_) on_checkpoint_(report);
    const absl::MutexLock lock(&mutex_);
    if (report.status.ok()) newest_ = report.sequence;
    next_ = Later(durable_, options_.interval);
  }
}

CheckpointReport Checkpointer::Make() {
  CheckpointReport report;
  const absl::StatusOr<Recovered> recovered =
      Recover(*store_->GetSnapshot(),
              {/*use_checkpoints=*/true, options_.digest_interval},
              /*on_start=*/{}, [this](Sequence) { return !stopping_.load(); });
  report.status = recovered.status();
  if (!report.status.ok()) return report;
  const Replayed& replayed = recovered->replayed;
  report.sequence = replayed.state->sequence();
  report.replayed = static_cast<uint64_t>(report.sequence) -
                    static_cast<uint64_t>(recovered->checkpoint);
  report.status =
      SaveCheckpoint(store_, replayed.uid, *replayed.state, replayed.digest);
  return report;
}

}  // namespace skontro::engine

// A StartLog tells the log how one network is opened, so that whoever waits for
// a long start knows what it is at and how long it will take.
//
// Thread safety: belongs to the thread that opens the network.

#ifndef SKONTRO_SERVER_START_LOG_H_
#define SKONTRO_SERVER_START_LOG_H_

#include <chrono>
#include <string>

#include "engine/checkpointer.h"
#include "engine/replay.h"
#include "server/log.h"

namespace skontro::server {

class StartLog {
 public:
  using Clock = std::chrono::steady_clock;

  // `log` must outlive it. How far a step is, is told every `interval`.
  StartLog(Log* log, std::string network,
           Clock::duration interval = std::chrono::seconds(1));

  // A step of the start: where it begins or, while it lasts, how far it is, how
  // many records a second went by, and how many seconds are left at that rate.
  void Tell(const engine::StartProgress& progress);

  // It is open, with this newest record.
  void Opened(engine::Sequence sequence);

 private:
  void TellRate(const engine::StartProgress& progress, const char* step);

  Log* const log_;
  const std::string network_;
  const Clock::duration interval_;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point told_ = begun_;  // When a rate was told, or its step began.
  engine::Sequence checkpoint_{};
  // Where the step began that goes on.
  engine::StartProgress::Step step_ = engine::StartProgress::Step::kCheckpoint;
  engine::Sequence step_sequence_{};
  Clock::time_point step_begun_ = begun_;
};

// Tells the log of a checkpoint that was saved while the network runs.
void LogCheckpoint(const engine::CheckpointReport& report,
                   const std::string& network, Log* log);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_START_LOG_H_

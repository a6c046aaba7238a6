#include "server/start_log.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace skontro::server {
namespace {

using Step = engine::StartProgress::Step;

int64_t Number(engine::Sequence sequence) {
  return static_cast<int64_t>(sequence);
}

int64_t MillisecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace

StartLog::StartLog(Log* log, std::string network, Clock::duration interval)
    : log_(log), network_(std::move(network)), interval_(interval) {}

void StartLog::Tell(const engine::StartProgress& progress) {
  switch (progress.step) {
    case Step::kCheckpoint:
      checkpoint_ = progress.sequence;
      log_->Write(LogLevel::kInfo, "network_opening",
                  {{"network", network_},
                   {"step", "checkpoint"},
                   {"sequence", Number(progress.sequence)},
                   {"last", Number(progress.last)}});
      break;
    case Step::kCheckpointIgnored:
      checkpoint_ = engine::Sequence{0};
      log_->Write(LogLevel::kWarning, "checkpoint_ignored",
                  {{"network", network_},
                   {"sequence", Number(progress.sequence)},
                   {"why", progress.why}});
      break;
    case Step::kReplay:
      TellRate(progress, "journal");
      break;
    case Step::kProjection:
      TellRate(progress, "projections");
      break;
  }
}

void StartLog::TellRate(const engine::StartProgress& progress,
                        const char* step) {
  if (step_ != progress.step || progress.sequence <= step_sequence_) {
    step_ = progress.step;
    step_sequence_ = progress.sequence;
    step_begun_ = told_ = Clock::now();
    log_->Write(LogLevel::kInfo, "network_opening",
                {{"network", network_},
                 {"step", step},
                 {"sequence", Number(progress.sequence)},
                 {"last", Number(progress.last)}});
    return;
  }
  if (Clock::now() - told_ < interval_) return;
  told_ = Clock::now();
  const int64_t done = Number(progress.sequence) - Number(step_sequence_);
  const int64_t elapsed_ms =
      std::max<int64_t>(MillisecondsSince(step_begun_), 1);
  const int64_t rate = std::max<int64_t>(done * 1'000 / elapsed_ms, 1);
  log_->Write(LogLevel::kInfo, "network_opening",
              {{"network", network_},
               {"step", step},
               {"sequence", Number(progress.sequence)},
               {"last", Number(progress.last)},
               {"records_per_second", rate},
               {"seconds_left",
                (Number(progress.last) - Number(progress.sequence)) / rate}});
}

void StartLog::Opened(engine::Sequence sequence) {
  log_->Write(LogLevel::kInfo, "network_opened",
              {{"network", network_},
               {"sequence", Number(sequence)},
               {"checkpoint", Number(checkpoint_)},
               {"milliseconds", MillisecondsSince(begun_)}});
}

void LogCheckpoint(const engine::CheckpointReport& report,
                   const std::string& network, Log* log) {
  if (!report.status.ok()) {
    log->Write(LogLevel::kWarning, "checkpoint_failed",
               {{"network", network},
                {"error", std::string(report.status.message())}});
    return;
  }
  log->Write(LogLevel::kInfo, "checkpoint_saved",
             {{"network", network},
              {"sequence", Number(report.sequence)},
              {"replayed", report.replayed}});
}

}  // namespace skontro::server

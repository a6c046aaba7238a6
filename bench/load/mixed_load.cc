#include "bench/load/mixed_load.h"

#include <algorithm>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace skontro::bench {
namespace {

constexpr std::chrono::milliseconds kLookAround{200};

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(seconds));
}

int64_t Nanoseconds(Clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

// Calls options.tick about once a second.
class Ticker {
 public:
  explicit Ticker(const MixedLoad::Options& options)
      : options_(options), start_(Clock::now()), next_(start_) {}

  void Look() {
    const Clock::time_point now = Clock::now();
    if (!options_.tick || now < next_) return;
    options_.tick(std::chrono::duration<double>(now - start_).count());
    next_ = now + std::chrono::seconds(1);
  }

 private:
  const MixedLoad::Options& options_;
  const Clock::time_point start_;
  Clock::time_point next_;
};

}  // namespace

int64_t OperationResult::error_count() const {
  int64_t count = 0;
  for (const auto& [code, times] : errors) count += times;
  return count;
}

void MixedResult::Add(const MixedResult& other) {
  seconds += other.seconds;
  late.Add(other.late);
  for (size_t i = 0; i < kOperationCount; ++i) {
    OperationResult& mine = operations[i];
    mine.latency.Add(other.operations[i].latency);
    for (const auto& [code, times] : other.operations[i].errors) {
      mine.errors[code] += times;
    }
    if (mine.first_error.empty()) {
      mine.first_error = other.operations[i].first_error;
    }
  }
}

int64_t MixedResult::done() const {
  int64_t count = 0;
  for (const OperationResult& one : operations) count += one.latency.count();
  return count;
}

int64_t MixedResult::errors() const {
  int64_t count = 0;
  for (const OperationResult& one : operations) count += one.error_count();
  return count;
}

bool MixedLoad::Stopped(const Options& options) const {
  return options.stop != nullptr && options.stop->load();
}

void MixedLoad::StartJob(Clock::time_point intended) {
  std::unique_ptr<Job> job = maker_->Next();
  job->intended = intended;
  job.release()->Start(queue_.get());  // The queue has it from here on.
}

void MixedLoad::StartBySchedule(const Options& options) {
  std::mt19937_64 random(options.seed);
  std::exponential_distribution<double> gap(options.rate);
  Ticker ticker(options);
  Clock::time_point intended = Clock::now();
  const auto has_room = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return in_flight_ < options.in_flight;
  };
  while (!Stopped(options)) {
    intended += Seconds(gap(random));
    if (intended >= end_) break;
    // In pieces, so that a stop is noticed at a low rate too.
    for (auto now = Clock::now(); now < intended && !Stopped(options);
         now = Clock::now()) {
      ticker.Look();
      std::this_thread::sleep_until(
          std::min<Clock::time_point>(intended, now + kLookAround));
    }
    ticker.Look();
    {
      absl::MutexLock lock(&mutex_);
      while (!mutex_.AwaitWithTimeout(absl::Condition(&has_room),
                                      absl::FromChrono(kLookAround))) {
        if (Stopped(options)) return;
      }
      ++in_flight_;
    }
    if (Stopped(options)) {
      absl::MutexLock lock(&mutex_);
      --in_flight_;
      return;
    }
    if (intended >= counted_from_) {
      result_.late.Record(Nanoseconds(Clock::now() - intended));
    }
    StartJob(intended);
  }
}

void MixedLoad::KeepInFlight(const Options& options) {
  Ticker ticker(options);
  const auto has_room = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return in_flight_ < options.in_flight;
  };
  while (!Stopped(options) && Clock::now() < end_) {
    ticker.Look();
    {
      absl::MutexLock lock(&mutex_);
      if (!mutex_.AwaitWithTimeout(absl::Condition(&has_room),
                                   absl::FromChrono(kLookAround))) {
        continue;
      }
      ++in_flight_;
    }
    StartJob(Clock::now());
  }
}

void MixedLoad::Count(const Job& job, Clock::time_point now) {
  OperationResult& one =
      result_.operations[static_cast<size_t>(job.operation())];
  if (job.status().ok()) {
    if (job.intended < counted_from_) return;
    last_done_ = now;
    one.latency.Record(Nanoseconds(now - job.intended));
    return;
  }
  const auto code = static_cast<absl::StatusCode>(job.status().error_code());
  ++one.errors[absl::StatusCodeToString(code)];
  if (one.first_error.empty()) {
    one.first_error = absl::Status(code, job.status().error_message())
                          .ToString(absl::StatusToStringMode::kWithNoExtraData);
  }
}

void MixedLoad::TakeEvents() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    auto* job = static_cast<Job*>(tag);
    if (!job->Proceed(ok)) continue;
    Count(*job, Clock::now());
    delete job;  // The queue gave it back.
    absl::MutexLock lock(&mutex_);
    --in_flight_;
  }
}

MixedResult MixedLoad::Run(const Options& options) {
  queue_ = std::make_unique<grpc::CompletionQueue>();
  result_ = MixedResult();
  counted_from_ = Clock::now() + Seconds(options.warm_up_seconds);
  end_ = counted_from_ + Seconds(options.seconds);
  last_done_ = counted_from_;
  std::thread taker([this] { TakeEvents(); });
  if (options.rate > 0) {
    StartBySchedule(options);
  } else {
    KeepInFlight(options);
  }
  const auto all_done = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return in_flight_ == 0;
  };
  mutex_.LockWhen(absl::Condition(&all_done));
  mutex_.Unlock();
  queue_->Shutdown();
  taker.join();
  result_.seconds =
      std::chrono::duration<double>(
          std::max(last_done_, std::min(end_, Clock::now())) - counted_from_)
          .count();
  result_.seconds = std::max(result_.seconds, 1e-9);
  return std::move(result_);
}

}  // namespace skontro::bench

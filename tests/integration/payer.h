// Payers pay from one member to another, each in a thread, one unit after the
// other, until they are told to stop, and keep what they were answered.
//
// Thread safety: Stop() from any thread; the others from one at a time.

#ifndef SKONTRO_TESTS_INTEGRATION_PAYER_H_
#define SKONTRO_TESTS_INTEGRATION_PAYER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"
#include "tests/integration/load_client.h"

namespace skontro::integration {

// Makes the network `pay` with the members `a` and `b`; `a` may go far below
// zero. Repeating it changes nothing.
absl::Status MakePayNetwork(const std::shared_ptr<grpc::Channel>& channel);

// Pays one minor unit from `a` to `b` under this request id.
grpc::Status PayOne(v1::TradeService::Stub& trades,
                    const std::string& request_id, absl::Duration timeout,
                    v1::CreateTradeResponse* response);

// What `b` was paid so far, in minor units, and the sequence of that.
struct Paid {
  int64_t units = -1;  // -1: it cannot be read.
  int64_t sequence = 0;
};
Paid ReadPaid(const std::shared_ptr<grpc::Channel>& channel);

class Payers {
 public:
  // `count` threads, whose request ids begin with `prefix`.
  Payers(const std::shared_ptr<grpc::Channel>& channel, int count,
         const std::string& prefix);
  ~Payers();

  // Waits until at least so many payments were answered with OK; false if that
  // takes longer than a minute.
  bool AwaitPaid(int64_t count);

  // Asks the threads to end after the payment that they are at, and waits.
  void Stop();

  // REQUIRES: Stop() returned. The sequence and digest of each payment that was
  // answered, by request id; and those that were not, with the reason or, where
  // there is none, the code.
  const std::map<std::string, std::pair<int64_t, std::string>>& paid() const
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return paid_;
  }
  const std::map<std::string, std::string>& not_paid() const
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return not_paid_;
  }

 private:
  void Run(int thread);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string prefix_;
  std::atomic<bool> stopped_ = false;
  absl::Mutex mutex_;
  std::map<std::string, std::pair<int64_t, std::string>> paid_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> not_paid_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_PAYER_H_

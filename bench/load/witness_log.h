// A WitnessLog is what clients asked of a server and what they were answered,
// kept outside of it, so that its books can be compared with it afterwards.
//
// The file has one line for each of these, fields separated by tabs; a line
// without an end was cut short by a crash and counts for nothing:
//
//   sent      ID KEY settle|request SELLER BUYER UNITS   before the call
//   sent      ID KEY accept TRADE                        before the call
//   answered  ID TRADE SEQUENCE                          the first answer
//   refused   ID CODE                                    for good
//
// ID is the request id, KEY the number of the caller's key, SELLER and BUYER
// the numbers of members, TRADE the last part of a trade's name. What was sent
// and neither answered nor refused has an unknown outcome, until the same
// request is sent again.
//
// Thread safety: WitnessLog from any thread.

#ifndef SKONTRO_BENCH_LOAD_WITNESS_LOG_H_
#define SKONTRO_BENCH_LOAD_WITNESS_LOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace skontro::bench {

// One request that changes something.
struct WitnessedCall {
  enum class Kind { kSettle, kRequest, kAccept };
  enum class Outcome { kUnknown, kAnswered, kRefused };
  Kind kind = Kind::kSettle;
  size_t key = 0;
  uint64_t seller = 0;  // Of kSettle and kRequest, with the two below.
  uint64_t buyer = 0;
  int64_t units = 0;
  std::string trade;  // Of kAccept, and of the others once answered.
  Outcome outcome = Outcome::kUnknown;
  int64_t sequence = 0;  // Of the answer.
  std::string code;      // Of the refusal.
};
using WitnessedCalls = std::map<std::string, WitnessedCall>;  // By request id.

class WitnessLog {
 public:
  // Goes on behind what the file holds; makes it where it is not there. Returns
  // UNAVAILABLE where it cannot be written.
  static absl::StatusOr<std::unique_ptr<WitnessLog>> Open(
      const std::string& path);
  ~WitnessLog();
  WitnessLog(const WitnessLog&) = delete;
  WitnessLog& operator=(const WitnessLog&) = delete;

  // Each is with the kernel when it returns, so that a killed generator has
  // told of all it sent. A failed write stops the process.
  void Sent(const std::string& id, const WitnessedCall& call);
  void Answered(const std::string& id, const std::string& trade,
                int64_t sequence);
  void Refused(const std::string& id, const std::string& code);

 private:
  explicit WitnessLog(int file) : file_(file) {}
  void Write(absl::string_view line);

  absl::Mutex mutex_;
  const int file_ ABSL_GUARDED_BY(mutex_);
};

// What the file says. Returns NOT_FOUND where there is none, DATA_LOSS with the
// number of a line that says nothing, says another answer than one before, or
// answers what was never sent.
absl::StatusOr<WitnessedCalls> ReadWitnessLog(const std::string& path);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_WITNESS_LOG_H_

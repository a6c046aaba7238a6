// A WitnessCheck compares what clients witnessed with the books that a server
// shows afterwards: every event from the first one on, and every account. It
// has books of its own, in plain maps, and nothing of the ledger.
//
// It finds:
//   - a trade or an acceptance that was answered and is not at its sequence, or
//     is another one (lost);
//   - a trade that no request asked for, two for one request, a settlement
//     twice (duplicated);
//   - one that was refused and is there; one without an outcome;
//   - sequences that do not go up; balances that are not the sum of what moved.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_WITNESS_CHECK_H_
#define SKONTRO_BENCH_LOAD_WITNESS_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/load/witness_log.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/event_service.pb.h"

namespace skontro::bench {

class WitnessCheck {
 public:
  // Who answers for a sequence: its request, and what it did.
  explicit WitnessCheck(const WitnessedCalls& calls);

  // REQUIRES: in the order in which the server tells them, all of them.
  void AddEvent(const v1::Event& event);
  // REQUIRES: after all events, each account once.
  void AddAccount(const v1::Account& account);
  // What was witnessed and never told of.
  void Finish();

  // What does not hold, a sentence each: the first hundred.
  const std::vector<std::string>& findings() const { return findings_; }
  int64_t finding_count() const { return finding_count_; }

  int64_t trades() const { return trades_; }
  int64_t settlements() const { return settlements_; }
  int64_t refusals() const { return refusals_; }

 private:
  struct Seen {
    bool settled = false;
    const WitnessedCall* created = nullptr;
  };
  struct Sum {
    int64_t balance = 0;
    int64_t postings = 0;
  };

  void Find(std::string finding);
  void AddTrade(const v1::Event& event);
  void Create(const v1::Event& event, const std::string& trade);
  void Settle(const v1::Event& event, const std::string& trade);
  void Compare(const WitnessedCall& call, const v1::Event& event);

  std::map<int64_t, const WitnessedCall*> by_sequence_;
  std::map<std::string, Seen> seen_;  // By the trade's id.
  std::map<std::string, Sum> sums_;   // By account.
  int64_t last_sequence_ = 0;
  std::vector<std::string> findings_;
  int64_t finding_count_ = 0;
  int64_t trades_ = 0;
  int64_t settlements_ = 0;
  int64_t refusals_ = 0;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_WITNESS_CHECK_H_

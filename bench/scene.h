// A Scene is a barter network in memory that benchmarks draw trades from: real
// terms, members that were admitted through the rules, and a stream of trades
// that buyers pay at once. The same seed gives the same stream.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_SCENE_H_
#define SKONTRO_BENCH_SCENE_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/command.h"
#include "engine/decider.h"
#include "engine/event.h"
#include "ledger/journal.h"
#include "ledger/record.h"
#include "ledger/record_codec.h"

namespace skontro::bench {

// Who trades with whom.
enum class Parties {
  kUniform,    // Any member with any other.
  kHotSeller,  // Any member buys from member 1.
};

// What a trade carries beside its two parties and its units.
enum class Content {
  kBare,     // Nothing: the smallest trade.
  kInvoice,  // An invoice with two tax lines and an order number.
};

class Scene {
 public:
  // A network of `member_count` members, each with its account `main` at zero
  // and limits that no benchmark reaches. REQUIRES: at least two members.
  explicit Scene(uint64_t member_count);

  const engine::NetworkCreated& terms() const { return terms_; }
  const ledger::NetworkUid& uid() const { return uid_; }

  // The first record of the network's journal.
  const ledger::Record& genesis() const { return genesis_; }

  // The batches that admitted the members, from sequence 2 on.
  std::vector<ledger::PendingBatch> TakeMemberBatches() {
    return std::exchange(member_batches_, {});
  }

  // A buyer-paid trade as the edge hands it over: before Prepare(), with the
  // Facts that the store would give for a request that is new.
  engine::Command NextTrade(Parties parties, Content content);
  std::vector<engine::Command> NextTrades(size_t count, Parties parties,
                                          Content content);

  // Decides `count` trades: records and payloads, ready for a journal.
  ledger::PendingBatch NextBatch(size_t count, Parties parties,
                                 Content content);

  // Carries out one trade as the engine does; stops where it is refused.
  void Decide(engine::Command* command, ledger::PendingBatch* batch);

  // Forgets what memory holds of finished trades, as the engine does now and
  // then. REQUIRES: no command that was drawn waits to be decided.
  void Forget();
  size_t recent_count() const { return decider_->state().recent_count(); }

  const engine::State& state() const { return decider_->state(); }

 private:
  void AdmitMembers(uint64_t member_count);

  const engine::NetworkCreated terms_;
  const ledger::NetworkUid uid_;
  const ledger::Record genesis_;
  std::unique_ptr<engine::Decider> decider_;
  std::vector<ledger::PendingBatch> member_batches_;

  uint64_t member_count_ = 0;
  uint64_t request_count_ = 0;
  int64_t time_us_;
  ledger::Sequence floor_{1};
  std::mt19937_64 random_{20'261'122};
};

// The bytes of the frames that `batch` would have in a journal, without the
// header of the batch: what a digest is made over, and what a disk has to take.
size_t FrameBytes(const ledger::PendingBatch& batch);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_SCENE_H_

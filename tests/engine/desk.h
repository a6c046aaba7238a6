// A Desk is a network worked by hand: a Decider, a journal and a projection on
// a store in memory, with each step taken when the test says so. A step that a
// test does not name is taken by Run().
//
// Its end checks that the books balance, and that a second Desk that reads the
// journal back has the same members, accounts and limits.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_ENGINE_DESK_H_
#define SKONTRO_TESTS_ENGINE_DESK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/command.h"
#include "engine/decider.h"
#include "engine/event_projector.h"
#include "engine/state.h"
#include "ledger/projection.h"
#include "ledger/record_codec.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/engine/commands.h"

namespace skontro::engine {

inline constexpr ledger::NetworkUid kUid = {1, 2,  3,  4,  5,  6,  7,  8,
                                            9, 10, 11, 12, 13, 14, 15, 16};

// A store with the first record of a network in it.
std::unique_ptr<ledger::MemoryStore> NewNetwork(const NetworkCreated& terms);

// The state that the journal in `store` gives, as an engine that starts reads
// it.
std::unique_ptr<State> ReadBack(const ledger::Store& store,
                                uint64_t digest_interval = kDigestInterval);

class Desk {
 public:
  // A new network, with the clock at noon of 2026-03-02.
  // Rows come to the store only when the test says so.
  explicit Desk(const NetworkCreated& terms = EuroTerms(),
                uint64_t digest_interval = kDigestInterval,
                const ledger::RowTail::Options& tail = {.own_thread = false});

  // The network in `store`.
  explicit Desk(std::unique_ptr<ledger::MemoryStore> store,
                uint64_t digest_interval = kDigestInterval);

  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // Takes `command` all the way, looked up at the newest view. Where it names
  // no request id it gets one, and one microsecond passes.
  Answer Run(Command command);

  // The same for one that must be carried out: stops the process if it is not.
  Answer MustRun(Command command);

  // The steps of Run(). A command is made ready against a view, decided into
  // the open batch, committed and projected.
  Command Ready(Command command);
  Command Ready(Command command, const ledger::ReadView& view);
  Answer Decide(const Command& command);
  void Commit();
  void Project();

  // Moves or merges rows, if there are enough; adds a view if that made one.
  bool MoveRows();

  // What readers see, now or when the projection had come to `sequence`, which
  // must have been the end of a batch.
  ledger::ReadView view() const { return projection_->view(); }
  const ledger::ReadView& ViewAt(Sequence sequence) const;
  bool HasViewAt(Sequence sequence) const;

  // One of the views from `floor` on: that of the rank that `pick` returns when
  // it is told how many there are.
  const ledger::ReadView& AnyViewFrom(
      Sequence floor, const std::function<size_t(size_t)>& pick) const;

  // All of them, oldest first.
  const std::vector<ledger::ReadView>& views() const { return views_; }

  const ledger::Snapshot& snapshot() const { return *view_.snapshot; }
  const State& state() const { return decider_->state(); }
  Decider& decider() { return *decider_; }
  const NetworkCreated& terms() const { return state().terms(); }
  const ledger::MemoryStore& store() const { return *store_; }
  ledger::MemoryStore* mutable_store() { return store_.get(); }
  const ledger::PendingBatch& open_batch() const { return open_; }

  // Payloads of all records that were decided here, oldest first.
  const std::vector<std::string>& payloads() const { return payloads_; }

  // Moves the clock, either way.
  void SetTime(int64_t time_us) { time_us_ = time_us; }

  // Of a member that must be there.
  int64_t BalanceOf(std::string_view member) const;
  const Account& AccountOf(std::string_view member) const;
  MemberNumber NumberOf(std::string_view member) const;

 private:
  void Open(const ledger::RowTail::Options& tail);
  std::vector<ledger::ReadView>::const_iterator FirstFrom(
      Sequence sequence) const;

  const uint64_t digest_interval_;
  std::unique_ptr<ledger::MemoryStore> store_;
  IndexProjector projector_;
  std::unique_ptr<ledger::Projection> projection_;
  std::unique_ptr<ledger::StoreJournal> journal_;
  std::unique_ptr<Decider> decider_;

  ledger::PendingBatch open_;
  std::deque<std::shared_ptr<const ledger::CommittedBatch>> committed_;
  std::vector<std::string> payloads_;
  std::vector<ledger::ReadView> views_;
  ledger::ReadView view_;  // The newest.
  int64_t time_us_ = 0;
  uint64_t requests_ = 0;
};

// The id of the trade that the command made.
std::string TradeIdOf(const Answer& answer);

}  // namespace skontro::engine

#endif  // SKONTRO_TESTS_ENGINE_DESK_H_

// A SteppedRun is one seed of the simulation in one thread: clients, edge,
// queue, writer, disk, projection and crashes are stepped by dice, so that the
// same seed takes the same steps on every machine.
//
// The Decider is driven directly, and what an Engine would do around it is done
// here, at random moments instead of as soon as possible: views are old,
// batches wait for the disk, memory forgets, rows are not flushed, and the
// machine crashes. After each decision the answer and the books are held
// against the Oracle; now and then an Audit reads everything; at the end
// everything that was answered is asked once more.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_SIMULATION_STEPPED_RUN_H_
#define SKONTRO_TESTS_SIMULATION_STEPPED_RUN_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/decider.h"
#include "engine/event_projector.h"
#include "ledger/projection.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/crowd.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"

namespace skontro::simulation {

class SteppedRun {
 public:
  SteppedRun(uint64_t seed, Coverage* coverage, bool trace);

  // Sends so many new requests and takes every step that follows. Stops the
  // process where the engine and the Oracle do not agree.
  void Run(uint64_t requests);

  // Commands that were decided, repeated ones included.
  uint64_t decided() const { return decided_; }
  uint64_t records() const { return oracle_->sequence(); }

 private:
  // A request that was sent, and the last answer to it.
  struct Sent {
    Request request;
    std::optional<engine::Answer> answer;
    bool lost = false;  // A crash came before the answer.
  };
  // A command in the queue of the writer.
  struct Waiting {
    size_t ticket;    // kNoTicket for a tick of the clock.
    Request request;  // As it came this time.
    engine::Command command;
  };
  static constexpr size_t kNoTicket = SIZE_MAX;
  // A batch that is decided and not durable.
  struct Decided {
    ledger::PendingBatch pending;
    std::vector<std::pair<size_t, engine::Answer>> answers;
  };

  void Open();
  std::unique_ptr<engine::State> ReadBack();
  void Step(bool may_send);

  // The clients.
  void Send();
  void Resend(size_t ticket);
  void SendTick();
  void Enqueue(size_t ticket, Request request);
  void Answered(size_t ticket, const engine::Answer& answer);

  // The writer, the disk and the projection.
  void Forget();
  void DecideSome();
  void DecideOne(Waiting waiting, Decided* batch);
  void Commit(bool answer);
  void Project(size_t batches);
  void MoveRows();
  const ledger::ReadView& AnyView();

  // What may happen to them.
  void Crash();
  void SaveCheckpoint(ledger::Store* into);
  void RestoreOracle();

  // What must hold.
  void CheckBooks(const engine::Answer& answer);
  void CheckAll();
  void Drain();
  void ResendEverything();
  void DecideOneByOne();
  void NoteResent(const Sent& sent, const engine::Answer& answer);

  Dice dice_;
  Coverage* const coverage_;
  const bool trace_;
  Terms terms_;
  Clock clock_;
  int64_t genesis_time_us_;
  int32_t genesis_day_;
  Crowd crowd_;
  // So that a run has many state digests.
  const uint64_t digest_interval_;
  std::unique_ptr<Oracle> oracle_;

  std::unique_ptr<ledger::MemoryStore> store_;
  engine::IndexProjector projector_;
  std::unique_ptr<ledger::Projection> projection_;
  std::unique_ptr<ledger::StoreJournal> journal_;
  std::unique_ptr<engine::Decider> decider_;

  std::vector<Sent> sent_;
  std::deque<size_t> to_resend_;
  std::deque<Waiting> queue_;
  std::deque<Decided> in_flight_;
  std::deque<std::shared_ptr<const ledger::CommittedBatch>> unprojected_;
  std::deque<ledger::ReadView> views_;
  ledger::Sequence floor_{1};
  // What made records, with the first of them, in order.
  std::vector<std::pair<uint64_t, Request>> kept_;
  uint64_t decided_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_STEPPED_RUN_H_

// The Decider turns commands into records, one after another: it is the heart
// of the engine, without threads, clocks, disks or sockets. The same commands
// in the same order give the same records.
//
// Thread safety: none; the writer thread owns it, and simulations drive it.

#ifndef SKONTRO_ENGINE_DECIDER_H_
#define SKONTRO_ENGINE_DECIDER_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"
#include "engine/trade_rules.h"
#include "ledger/journal.h"

namespace skontro::engine {

// What a command led to.
struct Answer {
  // The command was answered before; the sequences and `refusals` are of then,
  // and nothing else is set.
  bool repeated = false;

  // Why not. Empty if the command was carried out, or would be. One, but all of
  // them in a preview and for mistakes of form.
  std::vector<Refusal> refusals;

  // The records that the command made: none for a refusal that is not kept and
  // for a preview. `sequence` is then the newest record that was known.
  Sequence first_sequence{};
  Sequence sequence{};

  // Of the record at `sequence`, if the command made it: set once it is
  // durable. Whoever wants that of an earlier record reads it.
  ledger::Digest digest{};

  // What happened or, in a preview, would happen. One per record.
  std::vector<Event> events;
  int64_t time_us = 0;  // Of the last record.
  CivilDate booking_date;
};

class Decider {
 public:
  explicit Decider(std::unique_ptr<State> state) : state_(std::move(state)) {}

  // Decides `command` and applies what was decided; adds the records, their
  // payloads and personal rows to `batch`, and behind them a state digest where
  // one is due.
  //
  // The order of the checks: authentication (whether the actor's key is still
  // of use), form (as Prepare() found it), idempotency, visibility, permission,
  // existence, state, limits. The first refusal is kept in the journal under
  // the request id, from visibility onward; CREDENTIAL_INVALID, FIELD_INVALID
  // and REQUEST_ID_REUSED are never kept. With validate_only nothing is kept
  // and idempotency is not looked at.
  //
  // A Tick ends the holds whose time is over at the time of the command, the
  // oldest deadline first and of equal ones the oldest trade. It is asked for
  // by nobody, so none of the above is looked at, and it has no request id.
  //
  // REQUIRES: command.facts.sequence is at or above the newest ForgetUpTo(),
  // and `batch` has room for the command's records.
  Answer Decide(const Command& command, ledger::PendingBatch* batch);

  // How many holds one Tick ends at most; the next one goes on.
  static constexpr size_t kTickHoldsMax = 256;

  // How many records the command may make at most, a state digest included.
  static size_t RecordsOf(const Command& command);

  const State& state() const { return *state_; }

  // See State::ForgetUpTo().
  void ForgetUpTo(Sequence floor) { state_->ForgetUpTo(floor); }

 private:
  struct Draft;

  Answer DecideCommand(const Command& command, ledger::PendingBatch* batch);
  Answer DecideTick(const Command& command, ledger::PendingBatch* batch);
  Answer DecideGroup(const Command& command, const CreateTrades& group,
                     ledger::PendingBatch* batch);
  Answer Refuse(const Command& command, std::vector<Refusal> refusals,
                ledger::PendingBatch* batch);
  Draft MakeDraft(const Command& command, std::vector<Refusal>* refusals) const;
  // When it happens.
  int64_t TimeOf(const Command& command) const;
  ledger::Record NewRecord(const Command& command) const;
  void DraftKey(const Command& command, Draft* draft,
                std::vector<Refusal>* refusals) const;
  void DraftTrade(const Command& command, const CreateTrade& trade,
                  const Facts::NewTrade& facts, Draft* draft,
                  std::vector<Refusal>* refusals) const;
  // The step of a trade that the command asks for, if it asks for one.
  std::optional<TradeStep> DecideStep(const Command& command,
                                      const ledger::Record& record,
                                      std::vector<Refusal>* refusals) const;
  // Returns the event of the draft.
  Event Append(Draft draft, ledger::PendingBatch* batch);
  void AppendDigest(ledger::PendingBatch* batch);

  std::unique_ptr<State> state_;
};

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_DECIDER_H_

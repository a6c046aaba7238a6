#include "tests/simulation/stepped_run.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "engine/checkpoint.h"
#include "engine/facts.h"
#include "engine/genesis.h"
#include "engine/replay.h"
#include "ledger/base/check.h"
#include "tests/engine/desk.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/edge.h"
#include "tests/simulation/failure.h"

namespace skontro::simulation {
namespace {

constexpr size_t kQueueMax = 24;
constexpr size_t kInFlightMax = 2;
constexpr size_t kViewsMax = 12;
constexpr uint64_t kAuditEvery = 1'500;  // Steps.
constexpr int kQuestions = 60;

// Rows come to the store in a step of their own: whatever runs beside the steps
// would not be the same again for the same seed.
constexpr ledger::RowTail::Options kTail = {
    .move_bytes = 16 << 10, .bytes_max = 64 << 10, .own_thread = false};

Terms AnyTerms(Dice* dice) {
  Terms terms;
  terms.id = "sim";
  terms.unit_decimals = static_cast<int>(dice->UpTo(5));
  terms.peg_currency = "EUR";
  terms.peg_decimals = static_cast<int>(dice->UpTo(5));
  terms.credit_line = dice->UpTo(1'500);
  terms.balance_limit = 500 + dice->UpTo(2'000);
  return terms;
}

std::unique_ptr<ledger::MemoryStore> NewStore(const Terms& terms,
                                              int64_t time_us, int32_t day) {
  auto store = std::make_unique<ledger::MemoryStore>();
  engine::GenesisRequest request;
  request.actor = engine::LocalOperator();
  request.request_id = "genesis";
  request.time_us = time_us;
  request.booking_date = engine::CivilDate::FromDays(day);
  SKONTRO_CHECK(engine::CreateNetwork(store.get(), engine::kUid,
                                      NetworkOf(terms), request)
                    .ok());
  return store;
}

uint64_t Number(ledger::Sequence sequence) {
  return static_cast<uint64_t>(sequence);
}

// Appends to the journal and waits for the disk.
std::shared_ptr<const ledger::CommittedBatch> AppendTo(
    ledger::StoreJournal* journal, ledger::PendingBatch pending) {
  absl::Notification durable;
  auto batch = journal->Append(
      std::move(pending), [&](ledger::AppendOutcome) { durable.Notify(); });
  durable.WaitForNotification();
  return batch;
}

// Lets so many writes and flushes pass; then the machine has stopped.
class StoppingStore : public ledger::Store {
 public:
  StoppingStore(ledger::Store* store, size_t calls)
      : store_(*store), calls_(calls) {}

  bool stopped() const { return stopped_; }

  absl::Status Write(const ledger::WriteBatch& batch,
                     ledger::Durability durability) override {
    return Passes() ? store_.Write(batch, durability) : Stopped();
  }
  absl::Status Ingest(const ledger::SortedRows& rows) override {
    return Passes() ? store_.Ingest(rows) : Stopped();
  }
  absl::Status Flush() override {
    return Passes() ? store_.Flush() : Stopped();
  }
  std::shared_ptr<const ledger::Snapshot> GetSnapshot() const override {
    return store_.GetSnapshot();
  }

 private:
  bool Passes() {
    stopped_ = stopped_ || calls_ == 0;
    if (!stopped_) --calls_;
    return !stopped_;
  }
  static absl::Status Stopped() { return absl::UnavailableError("stopped"); }

  ledger::Store& store_;
  size_t calls_;
  bool stopped_ = false;
};

}  // namespace

SteppedRun::SteppedRun(uint64_t seed, Coverage* coverage, bool trace)
    : dice_(seed),
      coverage_(coverage),
      trace_(trace),
      terms_(AnyTerms(&dice_)),
      clock_(&dice_),
      genesis_time_us_(clock_.time_us()),
      genesis_day_(clock_.day()),
      crowd_(seed + 1'000'003, "r", terms_),
      digest_interval_(static_cast<uint64_t>(7 + dice_.UpTo(60))),
      oracle_(std::make_unique<Oracle>(terms_, genesis_time_us_, genesis_day_,
                                       digest_interval_, coverage)),
      store_(NewStore(terms_, genesis_time_us_, genesis_day_)) {
  Open();
}

// As an engine that starts: state and projections from the journal.
void SteppedRun::Open() {
  journal_.reset();
  auto projection =
      ledger::Projection::Open(store_.get(), &projector_, {}, kTail);
  SKONTRO_CHECK(projection.ok());
  projection_ = *std::move(projection);
  auto journal = ledger::StoreJournal::Open(store_.get());
  SKONTRO_CHECK(journal.ok());
  journal_ = *std::move(journal);
  decider_ = std::make_unique<engine::Decider>(ReadBack());
  views_ = {projection_->view()};
  floor_ = views_.back().sequence;
}

// From the journal alone or, as an engine does, from a checkpoint if there is
// one; both come to the same next state digest, or the books are not the same.
std::unique_ptr<engine::State> SteppedRun::ReadBack() {
  std::unique_ptr<engine::State> whole =
      engine::ReadBack(*store_, digest_interval_);
  auto recovered =
      engine::Recover(*store_->GetSnapshot(), {true, digest_interval_}, {}, {});
  SKONTRO_CHECK(recovered.ok());
  if (Number(recovered->checkpoint) == 0) return whole;
  coverage_->Hit("checkpoint/begun with");
  engine::State& state = *recovered->replayed.state;
  if (state.sequence() != whole->sequence() ||
      state.DigestNow() != whole->DigestNow()) {
    Fail("a start from a checkpoint has another state than one without");
  }
  if (dice_.Percent(50)) return whole;
  return std::move(recovered->replayed.state);
}

// As the thread of an engine does it: from what is durable.
void SteppedRun::SaveCheckpoint(ledger::Store* into) {
  const auto recovered =
      engine::Recover(*store_->GetSnapshot(), {true, digest_interval_}, {}, {});
  SKONTRO_CHECK(recovered.ok());
  const engine::Replayed& replayed = recovered->replayed;
  const absl::Status saved = engine::SaveCheckpoint(
      into, replayed.uid, *replayed.state, replayed.digest);
  SKONTRO_CHECK(saved.ok() || into != store_.get());
}

void SteppedRun::Run(uint64_t requests) {
  while (sent_.size() < requests || !to_resend_.empty()) {
    Step(sent_.size() < requests);
    if (++steps_ % kAuditEvery == 0) CheckAll();
  }
  CheckAll();
  ResendEverything();
  DecideOneByOne();
}

void SteppedRun::Step(bool may_send) {
  BeginStep(steps_);
  const int64_t roll = dice_.UpTo(1'000);
  if (roll < 560) {
    if (queue_.size() >= kQueueMax) return;
    if (!to_resend_.empty() && (!may_send || dice_.Percent(50))) {
      const size_t ticket = to_resend_.front();
      to_resend_.pop_front();
      Resend(ticket);
    } else if (may_send) {
      Send();
    }
  } else if (roll < 700) {
    DecideSome();
  } else if (roll < 840) {
    if (!in_flight_.empty()) Commit(/*answer=*/true);
  } else if (roll < 930) {
    Project(dice_.Percent(30) ? 1 : unprojected_.size());
  } else if (roll < 950) {
    MoveRows();
  } else if (roll < 990) {
    Forget();
  } else if (roll < 994) {
    SKONTRO_CHECK(projection_->Flush().ok());
  } else if (roll < 997) {
    SaveCheckpoint(store_.get());
  } else {
    if (dice_.Percent(30)) {
      // In the middle of saving one.
      StoppingStore stopping(store_.get(), dice_.Below(4));
      SaveCheckpoint(&stopping);
      if (stopping.stopped())
        coverage_->Hit("crash/while a checkpoint is saved");
    }
    Crash();
  }
}

// --- Clients -----------------------------------------------------------------

void SteppedRun::Send() {
  if (dice_.Percent(6)) {
    SendTick();
    return;
  }
  if (!sent_.empty() && dice_.Percent(8)) {
    Resend(dice_.Below(sent_.size()));
    return;
  }
  Request request;
  if (!sent_.empty() && dice_.Percent(5)) {
    // Somebody who is known, or was heard of lately.
    const size_t back = std::min<size_t>(sent_.size(), 50);
    request =
        crowd_.Another(sent_[sent_.size() - 1 - dice_.Below(back)].request);
  } else {
    request = crowd_.Next(oracle_.get());
  }
  sent_.push_back({request, std::nullopt, false});
  Enqueue(sent_.size() - 1, std::move(request));
}

void SteppedRun::Resend(size_t ticket) {
  Enqueue(ticket, sent_[ticket].request);
}

// The timer of the server: it knows no answer, and sends none again.
void SteppedRun::SendTick() {
  Request tick;
  tick.method = Method::kTick;
  tick.client = "clock";
  Enqueue(kNoTicket, std::move(tick));
}

// The edge: dates the request, looks its names up and queues it.
void SteppedRun::Enqueue(size_t ticket, Request request) {
  clock_.Tick(&dice_);
  request.time_us = request.at_us.value_or(clock_.time_us());
  request.day = clock_.day();
  engine::Command command = CommandOf(request);
  engine::Prepare(decider_->state().terms(), &command);
  SKONTRO_CHECK(engine::LookUp(AnyView(), &command).ok());
  queue_.push_back({ticket, std::move(request), std::move(command)});
}

const ledger::ReadView& SteppedRun::AnyView() {
  if (dice_.Percent(40)) return views_.back();
  return views_[dice_.Below(views_.size())];
}

void SteppedRun::Answered(size_t ticket, const engine::Answer& answer) {
  if (ticket == kNoTicket) return;
  Sent& sent = sent_[ticket];
  if (sent.answer.has_value() && Number(sent.answer->first_sequence) > 0) {
    // A promise that was given is kept, crash or no crash.
    if (!answer.repeated ||
        answer.first_sequence != sent.answer->first_sequence ||
        answer.sequence != sent.answer->sequence ||
        answer.refusals != sent.answer->refusals) {
      Fail(absl::StrCat("another answer than before to: ",
                        ToText(sent.request)));
    }
  }
  sent.answer = answer;
  sent.lost = false;
}

// --- Writer, disk, projection ------------------------------------------------

// Raises the floor as far as the commands in the queue allow.
void SteppedRun::Forget() {
  ledger::Sequence highest = views_.back().sequence;
  for (const Waiting& waiting : queue_) {
    highest = std::min(highest, waiting.command.facts.sequence);
  }
  const uint64_t span = Number(highest) - Number(floor_);
  const uint64_t raise = dice_.Percent(50) ? span : dice_.Below(span + 1);
  floor_ = ledger::Sequence{Number(floor_) + raise};
  decider_->ForgetUpTo(floor_);
  while (views_.front().sequence < floor_) views_.pop_front();
  if (raise > 0) coverage_->Hit("memory/forgets");
}

void SteppedRun::DecideSome() {
  if (queue_.empty() || in_flight_.size() >= kInFlightMax) return;
  Decided batch;
  for (size_t count = 1 + dice_.Below(queue_.size()); count > 0; --count) {
    Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    DecideOne(std::move(waiting), &batch);
  }
  if (!batch.pending.records.empty()) {
    in_flight_.push_back(std::move(batch));
    return;
  }
  // Answers without a record wait for what they tell of.
  for (auto& [ticket, answer] : batch.answers) {
    if (in_flight_.empty()) {
      Answered(ticket, answer);
    } else {
      in_flight_.back().answers.emplace_back(ticket, std::move(answer));
    }
  }
}

void SteppedRun::DecideOne(Waiting waiting, Decided* batch) {
  const engine::Command& command = waiting.command;
  const Request& request = waiting.request;
  coverage_->Hit(command.facts.sequence == decider_->state().sequence()
                     ? "facts/as new as memory"
                     : "facts/behind memory");
  const size_t records_before = batch->pending.records.size();
  engine::Answer answer = decider_->Decide(command, &batch->pending);
  const Verdict verdict = oracle_->Decide(request);
  ++decided_;
  if (trace_) {
    std::printf(
        "%llu %s\n    -> %llu%s%s\n", static_cast<unsigned long long>(steps_),
        ToText(request).c_str(),
        static_cast<unsigned long long>(verdict.sequence),
        verdict.repeated ? " repeated" : "",
        verdict.why.empty()
            ? ""
            : absl::StrCat(" ", RefusalLine(verdict.why.front())).c_str());
  }
  const std::string difference =
      DifferenceOf(answer, verdict, request.validate_only);
  if (!difference.empty()) {
    Fail(absl::StrCat("the engine's answer is not the oracle's: ", difference,
                      "\n", ToText(request)));
  }
  size_t made = batch->pending.records.size() - records_before;
  if (made > 0 &&
      batch->pending.records.back().kind == ledger::RecordKind::kStateDigest) {
    --made;  // Nobody asked for it.
  }
  const bool kept = !verdict.repeated && verdict.first_sequence > 0;
  if (made != (kept ? verdict.sequence - verdict.first_sequence + 1 : 0)) {
    Fail(absl::StrCat(made, " records were written for: ", ToText(request)));
  }
  if (kept) {
    const Row& row = oracle_->rows()[verdict.sequence - 1];
    if (answer.time_us != row.time_us ||
        answer.booking_date.days() != row.day) {
      Fail(absl::StrCat("dated wrongly: ", ToText(request)));
    }
    kept_.emplace_back(verdict.first_sequence, request);
  }
  CheckBooks(answer);
  if (waiting.ticket != kNoTicket) NoteResent(sent_[waiting.ticket], answer);
  batch->answers.emplace_back(waiting.ticket, std::move(answer));
}

void SteppedRun::NoteResent(const Sent& sent, const engine::Answer& answer) {
  if (sent.answer.has_value() && Number(sent.answer->first_sequence) > 0) {
    coverage_->Hit("resend/of what was answered");
  } else if (sent.lost && answer.repeated) {
    coverage_->Hit("resend/of what was durable and not answered");
  } else if (sent.lost && Number(answer.first_sequence) > 0) {
    coverage_->Hit("resend/of what a crash lost");
  }
}

void SteppedRun::Commit(bool answer) {
  Decided batch = std::move(in_flight_.front());
  in_flight_.pop_front();
  unprojected_.push_back(AppendTo(journal_.get(), std::move(batch.pending)));
  if (!answer) return;
  for (const auto& [ticket, one] : batch.answers) Answered(ticket, one);
}

void SteppedRun::Project(size_t batches) {
  for (; batches > 0 && !unprojected_.empty(); --batches) {
    projection_->Advance(*unprojected_.front());
    unprojected_.pop_front();
    views_.push_back(projection_->view());
  }
  while (views_.size() > kViewsMax) views_.pop_front();
}

// What a tail does beside the steps: merges rows in memory, or moves them.
void SteppedRun::MoveRows() {
  const ledger::ReadView before = projection_->view();
  if (!projection_->WorkOnce()) return;
  const ledger::ReadView after = projection_->view();
  if (after.snapshot == before.snapshot) {
    coverage_->Hit("rows/merged, or moved behind a view");
    return;
  }
  coverage_->Hit("rows/moved to the store");
  views_.push_back(after);
  while (views_.size() > kViewsMax) views_.pop_front();
}

// --- Crashes -----------------------------------------------------------------

// The machine stops: what was not durable is gone, and so are the rows that
// were not flushed. Some batches became durable, but nobody heard of it.
void SteppedRun::Crash() {
  while (!in_flight_.empty() && dice_.Percent(40)) Commit(/*answer=*/false);
  if (!in_flight_.empty()) {
    coverage_->Hit("crash/with records that were not durable");
  }
  if (in_flight_.empty() && queue_.empty()) {
    coverage_->Hit("crash/while nothing is on its way");
  }
  if (trace_)
    std::printf("%llu crash\n", static_cast<unsigned long long>(steps_));
  in_flight_.clear();
  queue_.clear();
  unprojected_.clear();

  const ledger::Sequence projected = views_.back().sequence;
  views_.clear();
  std::unique_ptr<ledger::MemoryStore> after = store_->AfterCrash();
  if (!after->GetSnapshot()
           ->Get(ledger::Family::kMeta, "projected")
           .value()
           .has_value() &&
      Number(projected) > 1) {
    coverage_->Hit("crash/with rows that were not flushed");
  }
  journal_.reset();
  projection_.reset();
  store_ = std::move(after);
  Open();
  RestoreOracle();

  for (size_t ticket = 0; ticket < sent_.size(); ++ticket) {
    const bool open = !sent_[ticket].answer.has_value();
    if (open) sent_[ticket].lost = true;
    if (open || dice_.Percent(2)) to_resend_.push_back(ticket);
  }
}

// The Oracle forgets what the crash lost, by living its life again.
void SteppedRun::RestoreOracle() {
  const uint64_t durable = Number(decider_->state().sequence());
  while (!kept_.empty() && kept_.back().first > durable) kept_.pop_back();
  oracle_ = std::make_unique<Oracle>(terms_, genesis_time_us_, genesis_day_,
                                     digest_interval_, /*coverage=*/nullptr);
  for (const auto& [first, request] : kept_) oracle_->Decide(request);
  oracle_->set_coverage(coverage_);
  if (oracle_->sequence() != durable) {
    Fail(absl::StrCat("after a crash there are ", durable, " records, and not ",
                      oracle_->sequence()));
  }
}

// --- What must hold ----------------------------------------------------------

void SteppedRun::CheckBooks(const engine::Answer& answer) {
  const engine::State& state = decider_->state();
  state.CheckInvariants();
  Integer sum = 0;
  for (size_t i = 0; i < oracle_->members().size(); ++i) {
    const Oracle::Member& member = oracle_->members()[i];
    const engine::Account& account = state.account(engine::AccountId{i + 1});
    sum += account.balance.minor_units();
    if (member.balance != account.balance.minor_units() ||
        member.credit_line != account.credit_line.minor_units() ||
        member.balance_limit != account.balance_limit.minor_units() ||
        member.holds_out != account.holds_out.minor_units() ||
        member.holds_in != account.holds_in.minor_units()) {
      Fail(absl::StrCat("the account of ", member.id, " has ",
                        account.balance.minor_units(), " and not ",
                        member.balance.str(), ", or other limits or holds"));
    }
  }
  if (sum != 0) Fail("the balances do not add up to zero");
  if (answer.repeated || Number(answer.first_sequence) == 0) return;
  // Whoever paid has kept to the line, whoever received to the limit; but what
  // was held was promised before a limit was cut.
  const Row& row = oracle_->rows()[Number(answer.sequence) - 1];
  if (row.event.starts_with("part of ")) return;
  for (const Movement& move : row.movements) {
    const engine::Account& account =
        state.account(engine::AccountId{move.account});
    const bool kept =
        move.amount < 0
            ? account.balance.minor_units() - account.holds_out.minor_units() >=
                  -account.credit_line.minor_units()
            : account.balance.minor_units() + account.holds_in.minor_units() <=
                  account.balance_limit.minor_units();
    if (!kept) Fail(absl::StrCat("account ", move.account, " broke a limit"));
  }
}

void SteppedRun::Drain() {
  while (!queue_.empty() || !in_flight_.empty()) {
    if (!in_flight_.empty()) Commit(/*answer=*/true);
    DecideSome();
  }
  Project(unprojected_.size());
}

void SteppedRun::CheckAll() {
  Drain();
  Audit audit(views_.back(), *oracle_, &dice_);
  FailIf(audit.CheckJournal());
  FailIf(audit.CheckReads(kQuestions));
  FailIf(audit.CheckRebuild());
}

// Everything that was answered is answered again, and nothing happens.
void SteppedRun::ResendEverything() {
  views_ = {projection_->view()};
  floor_ = views_.back().sequence;
  decider_->ForgetUpTo(floor_);
  const uint64_t before = oracle_->sequence();
  for (size_t ticket = 0; ticket < sent_.size(); ++ticket) {
    if (!sent_[ticket].answer.has_value()) {
      Fail(absl::StrCat("never answered: ", ToText(sent_[ticket].request)));
    }
    if (Number(sent_[ticket].answer->first_sequence) == 0) continue;
    Resend(ticket);
    DecideSome();
  }
  if (!in_flight_.empty() || oracle_->sequence() != before ||
      Number(decider_->state().sequence()) != before) {
    Fail("something happened when everything was sent again");
  }
}

// A batch of n is n batches of one: the same requests, each looked up, decided,
// made durable and projected before the next, write the same bytes.
void SteppedRun::DecideOneByOne() {
  const Scan scan(*views_.back().snapshot);
  engine::Desk desk(NewStore(terms_, genesis_time_us_, genesis_day_),
                    digest_interval_);
  for (const auto& [first, request] : kept_) desk.Run(CommandOf(request));
  if (desk.payloads().size() + 1 != scan.last()) {
    Fail("one by one, another number of records");
  }
  for (uint64_t sequence = 2; sequence <= scan.last(); ++sequence) {
    if (desk.payloads()[sequence - 2] !=
        ledger::EncodePayload(scan.record(sequence))) {
      Fail(absl::StrCat("one by one, record ", sequence, " is another"));
    }
  }
}

}  // namespace skontro::simulation

#include "tests/engine/desk.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "engine/event_codec.h"
#include "engine/facts.h"
#include "engine/genesis.h"
#include "ledger/base/check.h"

namespace skontro::engine {
namespace {

constexpr int64_t kDayUs = 24 * 3'600'000'000;

CivilDate DayOf(int64_t time_us) {
  int64_t days = time_us / kDayUs;
  if (time_us % kDayUs < 0) --days;
  return CivilDate::FromDays(static_cast<int32_t>(days));
}

int64_t Begin() { return NoonOf(Day(2026, 3, 2)); }

}  // namespace

std::unique_ptr<ledger::MemoryStore> NewNetwork(const NetworkCreated& terms) {
  auto store = std::make_unique<ledger::MemoryStore>();
  GenesisRequest request;
  request.actor = LocalOperator();
  request.request_id = "genesis";
  request.request_fields = {{1, 1}};
  request.time_us = Begin();
  request.booking_date = DayOf(Begin());
  SKONTRO_CHECK(CreateNetwork(store.get(), kUid, terms, request).ok());
  return store;
}

std::unique_ptr<State> ReadBack(const ledger::Store& store,
                                uint64_t digest_interval) {
  const std::shared_ptr<const ledger::Snapshot> snapshot = store.GetSnapshot();
  ledger::JournalReader reader(snapshot.get(), Sequence{1},
                               ledger::Trust::kNothing);
  std::unique_ptr<State> state;
  while (true) {
    const auto next = reader.Next();
    SKONTRO_CHECK(next.ok());
    if (!next->has_value()) break;
    for (const ledger::Record& record : (*next)->batch.records) {
      const absl::StatusOr<Event> event = DecodeEvent(record.event);
      SKONTRO_CHECK(event.ok());
      if (const auto* created = std::get_if<NetworkCreated>(&*event)) {
        state = std::make_unique<State>(record, *created, digest_interval);
      } else {
        SKONTRO_CHECK(state->CheckDigest(*event).ok());
        state->Apply(record, *event);
      }
    }
    state->ForgetUpTo(state->sequence());
  }
  return state;
}

Desk::Desk(const NetworkCreated& terms, uint64_t digest_interval,
           const ledger::RowTail::Options& tail)
    : digest_interval_(digest_interval), store_(NewNetwork(terms)) {
  Open(tail);
}

Desk::Desk(std::unique_ptr<ledger::MemoryStore> store, uint64_t digest_interval)
    : digest_interval_(digest_interval), store_(std::move(store)) {
  Open({.own_thread = false});
}

void Desk::Open(const ledger::RowTail::Options& tail) {
  auto projection =
      ledger::Projection::Open(store_.get(), &projector_, {}, tail);
  SKONTRO_CHECK(projection.ok());
  projection_ = *std::move(projection);
  auto journal = ledger::StoreJournal::Open(store_.get());
  SKONTRO_CHECK(journal.ok());
  journal_ = *std::move(journal);
  decider_ = std::make_unique<Decider>(ReadBack(*store_, digest_interval_));
  time_us_ = state().time_us();
  view_ = projection_->view();
  views_.push_back(view_);
}

Desk::~Desk() {
  Commit();
  state().CheckInvariants();
  const std::unique_ptr<State> twin = ReadBack(*store_, digest_interval_);
  twin->CheckInvariants();
  SKONTRO_CHECK(twin->sequence() == state().sequence());
  SKONTRO_CHECK(twin->time_us() == state().time_us());
  SKONTRO_CHECK(twin->next_member() == state().next_member());
  SKONTRO_CHECK(twin->account_count() == state().account_count());
  for (uint64_t i = 1; i <= twin->member_count(); ++i) {
    const Member& a = twin->member(MemberNumber{i});
    const Member& b = state().member(MemberNumber{i});
    SKONTRO_CHECK(a.status == b.status && a.wind_down_date == b.wind_down_date);
  }
  for (uint64_t i = 1; i <= twin->account_count(); ++i) {
    const Account& a = twin->account(AccountId{i});
    const Account& b = state().account(AccountId{i});
    SKONTRO_CHECK(a.balance == b.balance && a.credit_line == b.credit_line &&
                  a.balance_limit == b.balance_limit && a.owner == b.owner &&
                  a.holds_out == b.holds_out && a.holds_in == b.holds_in);
  }
}

Answer Desk::Run(Command command) {
  const Answer answer = Decide(Ready(std::move(command)));
  Commit();
  Project();
  return answer;
}

Answer Desk::MustRun(Command command) {
  Answer answer = Run(std::move(command));
  if (!answer.refusals.empty()) {
    std::fprintf(stderr, "%s\n", Explain(answer.refusals.front()).c_str());
  }
  SKONTRO_CHECK(answer.refusals.empty());
  return answer;
}

Command Desk::Ready(Command command) {
  return Ready(std::move(command), projection_->view());
}

Command Desk::Ready(Command command, const ledger::ReadView& view) {
  if (command.request_id.empty()) {
    command.request_id = absl::StrCat("desk-", ++requests_);
  }
  if (command.request_fields.empty()) {
    command.request_fields = FieldsOf(command.body);
  }
  if (command.time_us == 0) command.time_us = ++time_us_;
  if (!command.booking_date.has_value()) {
    command.booking_date = DayOf(command.time_us);
  }
  Prepare(terms(), &command);
  SKONTRO_CHECK(LookUp(view, &command).ok());
  return command;
}

Answer Desk::Decide(const Command& command) {
  size_t next = open_.payloads.size();
  Answer answer = decider_->Decide(command, &open_);
  for (; next < open_.payloads.size(); ++next) {
    payloads_.push_back(open_.payloads[next]);
  }
  SKONTRO_CHECK(open_.records.size() == open_.payloads.size());
  return answer;
}

void Desk::Commit() {
  if (open_.records.empty()) return;
  absl::Notification durable;
  committed_.push_back(
      journal_->Append(std::exchange(open_, {}),
                       [&](ledger::AppendOutcome) { durable.Notify(); }));
  durable.WaitForNotification();
}

void Desk::Project() {
  while (!committed_.empty()) {
    projection_->Advance(*committed_.front());
    committed_.pop_front();
    view_ = projection_->view();
    views_.push_back(view_);
  }
}

bool Desk::MoveRows() {
  if (!projection_->WorkOnce()) return false;
  view_ = projection_->view();
  if (view_.snapshot != views_.back().snapshot) views_.push_back(view_);
  return true;
}

const ledger::ReadView& Desk::ViewAt(Sequence sequence) const {
  const auto view = FirstFrom(sequence);
  SKONTRO_CHECK(view != views_.end() && view->sequence == sequence);
  return *view;
}

bool Desk::HasViewAt(Sequence sequence) const {
  const auto view = FirstFrom(sequence);
  return view != views_.end() && view->sequence == sequence;
}

const ledger::ReadView& Desk::AnyViewFrom(
    Sequence floor, const std::function<size_t(size_t)>& pick) const {
  const auto first = FirstFrom(floor);
  SKONTRO_CHECK(first != views_.end());
  const auto count = static_cast<size_t>(views_.end() - first);
  return *(first + static_cast<std::ptrdiff_t>(pick(count)));
}

std::vector<ledger::ReadView>::const_iterator Desk::FirstFrom(
    Sequence sequence) const {
  return std::lower_bound(views_.begin(), views_.end(), sequence,
                          [](const ledger::ReadView& view, Sequence s) {
                            return view.sequence < s;
                          });
}

int64_t Desk::BalanceOf(std::string_view member) const {
  return AccountOf(member).balance.minor_units();
}

const Account& Desk::AccountOf(std::string_view member) const {
  return state().account(state().member(NumberOf(member)).main_account);
}

MemberNumber Desk::NumberOf(std::string_view member) const {
  const std::optional<MemberNumber> number = state().FindMember(member);
  SKONTRO_CHECK(number.has_value());
  return *number;
}

std::string TradeIdOf(const Answer& answer) {
  SKONTRO_CHECK(answer.refusals.empty() && !answer.events.empty());
  return TradeId(std::get<TradeCreated>(answer.events.front()),
                 TradeNumber{static_cast<uint64_t>(answer.first_sequence)});
}

}  // namespace skontro::engine

#include "tests/engine/counter.h"

#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "ledger/base/check.h"
#include "ledger/statement.h"
#include "tests/engine/desk.h"

namespace skontro::engine {

Counter::Counter(const Engine::Options& options,
                 std::unique_ptr<ledger::MemoryStore> store)
    : store_(store != nullptr ? std::move(store) : NewNetwork(EuroTerms())),
      disk_(store_.get()),
      time_us_(NoonOf(Day(2026, 3, 2))) {
  auto engine = Engine::Open(&disk_, options);
  SKONTRO_CHECK(engine.ok());
  engine_ = *std::move(engine);
  raw_engine_ = engine_.get();
}

Command Counter::Fill(Command command) {
  if (command.request_id.empty()) {
    command.request_id = absl::StrCat("counter-", ++requests_);
  }
  if (command.request_fields.empty()) {
    command.request_fields = FieldsOf(command.body);
  }
  if (command.time_us == 0) command.time_us = ++time_us_;
  if (!command.booking_date.has_value()) {
    command.booking_date = Day(2026, 3, 2);
  }
  return command;
}

Reply Counter::ReplyTo(std::shared_ptr<Awaited> awaited) {
  return [this, awaited](absl::StatusOr<Answer> answer) {
    SKONTRO_CHECK(!awaited->came_);
    if (answer.ok()) {
      const Sequence readable = raw_engine_->view().sequence;
      // Where nothing was written since the start, all is durable.
      const bool durable =
          disk_.durable() == Sequence{0} || answer->sequence <= disk_.durable();
      if (!durable || answer->sequence > readable) ++early_answers_;
    }
    awaited->answer_ = std::move(answer);
    awaited->came_ = true;
    awaited->given_.Notify();
  };
}

std::shared_ptr<Awaited> Counter::Send(Command command) {
  auto awaited = std::make_shared<Awaited>();
  engine_->Submit(Fill(std::move(command)), ReplyTo(awaited));
  return awaited;
}

std::vector<std::shared_ptr<Awaited>> Counter::SendAll(
    std::vector<Command> commands) {
  std::vector<std::shared_ptr<Awaited>> all;
  std::vector<Reply> replies;
  for (Command& command : commands) {
    command = Fill(std::move(command));
    all.push_back(std::make_shared<Awaited>());
    replies.push_back(ReplyTo(all.back()));
  }
  engine_->SubmitAll(std::move(commands), std::move(replies));
  return all;
}

absl::StatusOr<Answer> Counter::Ask(Command command) {
  return Send(std::move(command))->Wait();
}

Answer Counter::MustAsk(Command command) {
  absl::StatusOr<Answer> answer = Ask(std::move(command));
  SKONTRO_CHECK(answer.ok());
  if (!answer->refusals.empty()) {
    std::fprintf(stderr, "%s\n", Explain(answer->refusals.front()).c_str());
  }
  SKONTRO_CHECK(answer->refusals.empty());
  return *std::move(answer);
}

void Counter::WaitForEmptyQueue() {
  while (engine_->queue_length() > 0) std::this_thread::yield();
}

int64_t Counter::BalanceOf(std::string_view member) {
  const ledger::ReadView view = engine_->view();
  const auto row = FindMember(*view.snapshot, member, view.sequence);
  SKONTRO_CHECK(row.ok() && row->has_value());
  const auto state = ledger::AccountAt(
      *view.snapshot, (*row)->created.main_account, view.sequence);
  SKONTRO_CHECK(state.ok());
  return state->balance.minor_units();
}

}  // namespace skontro::engine

#include "tests/simulation/threaded_run.h"

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "engine/genesis.h"
#include "ledger/base/check.h"
#include "tests/engine/desk.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/edge.h"
#include "tests/simulation/failure.h"
#include "tests/simulation/scan.h"

namespace skontro::simulation {
namespace {

constexpr int kClients = 3;
constexpr int kQuestions = 200;
constexpr uint64_t kDigestInterval = 29;
constexpr int32_t kDay = 20'100;
constexpr int64_t kDayUs = 24 * 3'600'000'000;

Terms TermsOf(Dice* dice) {
  Terms terms;
  terms.id = "sim";
  terms.unit_decimals = static_cast<int>(dice->UpTo(5));
  terms.peg_currency = "EUR";
  terms.peg_decimals = static_cast<int>(dice->UpTo(5));
  terms.credit_line = 1'000;
  terms.balance_limit = 2'000;
  return terms;
}

// A request with its id and content: what makes it the same request.
std::string ContentKey(const std::string& client, const std::string& request_id,
                       const std::vector<ledger::FieldHash>& fields) {
  std::string key = absl::StrCat(client, "|", request_id);
  for (const ledger::FieldHash& field : fields) {
    absl::StrAppend(&key, "|", field.number, "=", field.hash);
  }
  return key;
}

std::string ContentKey(const Request& request, const Terms& terms) {
  engine::Command command = CommandOf(request);
  engine::Prepare(NetworkOf(terms), &command);
  return ContentKey(request.client, request.request_id, command.request_fields);
}

uint64_t Number(ledger::Sequence sequence) {
  return static_cast<uint64_t>(sequence);
}

}  // namespace

ThreadedRun::ThreadedRun(uint64_t seed, Coverage* coverage)
    : dice_(seed),
      coverage_(coverage),
      terms_(TermsOf(&dice_)),
      start_us_(kDay * kDayUs),
      time_us_(start_us_) {
  auto store = std::make_unique<ledger::MemoryStore>();
  engine::GenesisRequest request;
  request.actor = engine::LocalOperator();
  request.request_id = "genesis";
  request.time_us = start_us_;
  request.booking_date = engine::CivilDate::FromDays(kDay);
  SKONTRO_CHECK(engine::CreateNetwork(store.get(), engine::kUid,
                                      NetworkOf(terms_), request)
                    .ok());
  const absl::MutexLock engine_lock(&engine_mutex_);
  life_ = NewLife(std::move(store));
}

ThreadedRun::Life ThreadedRun::NewLife(
    std::unique_ptr<ledger::MemoryStore> store) {
  engine::Engine::Options options;
  options.queue_length_max = 48;
  options.recent_max = static_cast<size_t>(dice_.UpTo(40));
  options.digest_interval = kDigestInterval;
  options.checkpoint_interval = static_cast<uint64_t>(dice_.UpTo(60));
  auto engine = engine::Engine::Open(store.get(), options);
  SKONTRO_CHECK(engine.ok());
  return {std::move(store), *std::move(engine)};
}

// What was answered before this call is durable in the image that it takes;
// what the old engine still does happens in another world.
void ThreadedRun::Crash() {
  Life old;
  std::vector<size_t> open;
  {
    const absl::MutexLock engine_lock(&engine_mutex_);
    {
      const absl::MutexLock lock(&mutex_);
      ++lives_;  // From here on its replies are not heard.
      seen_.Hit("threads/crash");
      // Nobody knows which of these were done: all are sent again.
      for (size_t ticket = 0; ticket < sendings_.size(); ++ticket) {
        if (!sendings_[ticket].answer.has_value()) open.push_back(ticket);
      }
      unsent_.clear();
    }
    old = std::move(life_);
    life_ = NewLife(old.store->AfterCrash());
  }
  old.engine.reset();
  Submit(open);
}

void ThreadedRun::Run(uint64_t requests) {
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back(
        [this, i, requests, seed = dice_.Fork().UpTo(1 << 30)] {
          SendRequests(static_cast<uint64_t>(seed),
                       std::string(1, static_cast<char>('a' + i)),
                       requests / kClients);
        });
  }
  for (int crash = 1; crash <= 3; ++crash) {
    WaitUntilAnswered(static_cast<size_t>(
        requests * static_cast<uint64_t>(crash) / 5 + dice_.Below(20)));
    Crash();
  }
  for (std::thread& client : clients) client.join();
  size_t all = 0;
  while (true) {
    Submit(TakeUnsent());
    const absl::MutexLock lock(&mutex_);
    all = sendings_.size();
    const auto settled = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return answered_ == all || !unsent_.empty();
    };
    mutex_.Await(absl::Condition(&settled));
    if (answered_ == all) break;
  }
  decided_ = all;
  Verify();
}

// --- Clients -----------------------------------------------------------------

void ThreadedRun::SendRequests(uint64_t seed, const std::string& name,
                               uint64_t requests) {
  Dice dice(seed);
  Crowd crowd(seed + 1, name, terms_);
  std::vector<Request> sent;
  while (sent.size() < requests) {
    std::vector<size_t> tickets;
    for (size_t i = 1 + dice.Below(dice.Percent(5) ? 80 : 8); i > 0; --i) {
      crowd.Learn(newest_);
      Request request;
      if (!sent.empty() && dice.Percent(12)) {
        request = sent[dice.Below(sent.size())];
      } else if (!sent.empty() && dice.Percent(4)) {
        request = crowd.Another(sent.back());
      } else {
        request = crowd.Next(nullptr);
      }
      for (NewTrade& trade : request.trades) {
        // The day of arrival is not in the journal.
        if (trade.invoice.has_value() && !trade.invoice->issue_day) {
          trade.invoice->issue_day = kDay;
        }
      }
      // Nor is the time of a preview, from which a hold would last.
      const bool holds =
          request.method == Method::kAuthoriseTrade ||
          std::any_of(request.trades.begin(), request.trades.end(),
                      [](const NewTrade& trade) {
                        return trade.hold_until.has_value();
                      });
      if (holds) request.validate_only = false;
      sent.push_back(request);
      tickets.push_back(Add(std::move(request)));
    }
    Submit(tickets);
    if (dice.Percent(50)) Submit(TakeUnsent());
    if (dice.Percent(20)) WaitUntilAnswered(sent.size() / 2);
  }
}

size_t ThreadedRun::Add(Request request) {
  const absl::MutexLock lock(&mutex_);
  sendings_.push_back({std::move(request), std::nullopt});
  return sendings_.size() - 1;
}

void ThreadedRun::Submit(const std::vector<size_t>& tickets) {
  if (tickets.empty()) return;
  const absl::ReaderMutexLock engine_lock(&engine_mutex_);
  std::vector<engine::Command> commands;
  std::vector<engine::Reply> replies;
  {
    const absl::MutexLock lock(&mutex_);
    for (const size_t ticket : tickets) {
      Request request = sendings_[ticket].request;
      request.time_us = time_us_ += 1;
      request.day = kDay;
      commands.push_back(CommandOf(request));
      replies.push_back([this, ticket, life = lives_](const auto& answer) {
        OnReply(life, ticket, answer);
      });
    }
  }
  life_.engine->SubmitAll(std::move(commands), std::move(replies));
}

void ThreadedRun::OnReply(uint64_t life, size_t ticket,
                          const absl::StatusOr<engine::Answer>& answer) {
  const absl::MutexLock lock(&mutex_);
  if (life != lives_) {
    seen_.Hit("threads/answer that a crash swallowed");
    return;
  }
  Sending& sending = sendings_[ticket];
  if (!answer.ok()) {
    SKONTRO_CHECK(RefusalOf(answer.status())->reason == Reason::kQueueFull);
    seen_.Hit("threads/queue full");
    if (!sending.answer.has_value()) unsent_.push_back(ticket);
    return;
  }
  seen_.Hit(answer->repeated ? "threads/repeated" : "threads/answered");
  uint64_t newest = newest_;
  while (newest < Number(answer->sequence) &&
         !newest_.compare_exchange_weak(newest, Number(answer->sequence))) {
  }
  // It may have been sent twice, around a crash.
  if (!sending.answer.has_value()) {
    ++answered_;
    sending.answer = *answer;
  }
}

std::vector<size_t> ThreadedRun::TakeUnsent() {
  const absl::MutexLock lock(&mutex_);
  return std::exchange(unsent_, {});
}

void ThreadedRun::WaitUntilAnswered(size_t count) {
  while (true) {
    // Whoever waits sends again what found the queue full.
    Submit(TakeUnsent());
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return answered_ >= count || !unsent_.empty();
    };
    mutex_.Await(absl::Condition(&enough));
    if (answered_ >= count) return;
  }
}

// --- Afterwards --------------------------------------------------------------

std::map<std::string, Request> ThreadedRun::RequestsByContent() const {
  std::map<std::string, Request> requests;
  for (const Sending& sending : sendings_) {
    requests.emplace(ContentKey(sending.request, terms_), sending.request);
  }
  return requests;
}

void ThreadedRun::Verify() {
  coverage_->Add(seen_);
  const ledger::ReadView view = life_.engine->view();
  const Scan scan(*view.snapshot);
  records_ = scan.last();
  for (const Sending& sending : sendings_) {
    if (Number(sending.answer->first_sequence) == 0) {
      coverage_->Hit("threads/answer without a record");
      without_record_.emplace(Number(sending.answer->sequence), &sending);
    }
  }
  const std::map<std::string, Request> requests = RequestsByContent();
  Oracle oracle(terms_, start_us_, kDay, kDigestInterval,
                /*coverage=*/nullptr);
  CheckAnswersAt(1, &oracle);
  while (oracle.sequence() < scan.last()) {
    const uint64_t sequence = oracle.sequence() + 1;
    BeginStep(sequence);
    const ledger::Record& record = scan.record(sequence);
    const auto found = requests.find(
        ContentKey(record.actor, record.request_id, record.request_fields));
    if (found == requests.end()) {
      Fail(absl::StrCat("nobody asked for record ", sequence));
    }
    Request request = found->second;
    request.time_us = record.time_us;
    request.day = record.booking_date.days();
    const Verdict verdict = oracle.Decide(request);
    if (verdict.repeated || verdict.first_sequence != sequence) {
      Fail(absl::StrCat("record ", sequence,
                        " should not be there: ", ToText(request)));
    }
    CheckAnswersAt(oracle.sequence(), &oracle);
  }
  CheckKeptAnswers(&oracle);
  Audit audit(view, oracle, &dice_);
  FailIf(audit.CheckJournal());
  FailIf(audit.CheckReads(kQuestions));
  FailIf(audit.CheckRebuild());
}

// Answers that made no record are those of the books as of their sequence.
void ThreadedRun::CheckAnswersAt(uint64_t sequence, Oracle* oracle) {
  const auto [first, last] = without_record_.equal_range(sequence);
  for (auto it = first; it != last; ++it) {
    Request request = it->second->request;
    request.day = kDay;
    const Verdict verdict = oracle->Decide(request);
    if (verdict.first_sequence != 0) {
      Fail(absl::StrCat("nothing was kept of: ", ToText(request)));
    }
    const std::string difference =
        DifferenceOf(*it->second->answer, verdict, request.validate_only);
    if (!difference.empty()) {
      Fail(absl::StrCat("as of ", sequence, ": ", difference, "\n",
                        ToText(request)));
    }
  }
}

// Answers that made a record are what is answered now to the same request, and
// only one of them was the first.
void ThreadedRun::CheckKeptAnswers(Oracle* oracle) {
  std::map<uint64_t, int> firsts;
  for (const Sending& sending : sendings_) {
    engine::Answer answer = *sending.answer;
    const uint64_t first = Number(answer.first_sequence);
    if (first == 0) continue;
    if (!answer.repeated && ++firsts[first] > 1) {
      Fail(absl::StrCat("record ", first, " was made twice"));
    }
    for (size_t i = 0; i < answer.events.size(); ++i) {
      if (LineOf(answer.events[i], first + i) !=
          oracle->rows()[first + i - 1].event) {
        Fail(absl::StrCat("another event than in record ", first + i));
      }
    }
    answer.repeated = true;
    answer.events.clear();
    const Verdict verdict = oracle->Decide(sending.request);
    const std::string difference = DifferenceOf(answer, verdict, false);
    if (!difference.empty()) {
      Fail(absl::StrCat(difference, "\n", ToText(sending.request)));
    }
  }
}

}  // namespace skontro::simulation

#include "tests/integration/load_run.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "tests/integration/dice.h"
#include "tests/integration/network_reader.h"

namespace skontro::integration {
namespace {

using Kind = PlannedCall::Kind;

constexpr size_t kObservationsMax = 2'000;
constexpr int kTriesMax = 200;
constexpr absl::Duration kBetweenTries = absl::Milliseconds(20);
constexpr absl::Duration kStuck = absl::Minutes(1);
constexpr int64_t kShuffleWindow = 32;

// The indices of the calls in the order of a pass: the first goes straight on,
// the later ones disturb the order, though not by much: most calls build on
// others.
std::vector<int64_t> Order(int64_t calls, int64_t pass, Dice* dice) {
  std::vector<int64_t> order(static_cast<size_t>(calls));
  std::iota(order.begin(), order.end(), 0);
  if (pass == 0) return order;
  for (int64_t i = 0; i < calls; ++i) {
    const int64_t j = std::min(calls - 1, i + dice->Between(0, kShuffleWindow));
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]);
  }
  return order;
}

}  // namespace

LoadRun::LoadRun(const std::vector<Target>& targets, int64_t pass,
                 uint64_t seed)
    : targets_(targets), pass_(pass), seed_(seed) {
  {
    const absl::MutexLock lock(&mutex_);
    observations_.resize(targets_.size());
    for (const Target& target : targets_) {
      working_ += target.plan->options().clients;
    }
  }
  for (size_t i = 0; i < targets_.size(); ++i) {
    const int64_t clients = targets_[i].plan->options().clients;
    for (int64_t client = 0; client < clients; ++client) {
      threads_.emplace_back([this, i, client] { RunClient(i, client); });
    }
    threads_.emplace_back([this, i] { RunReader(i); });
  }
}

LoadRun::~LoadRun() {
  Stop();
  Join();
}

bool LoadRun::AwaitCalls(int64_t calls) {
  int64_t before = -1;
  const absl::MutexLock lock(&mutex_);
  while (calls_ < calls && working_ > 0 && calls_ != before) {
    before = calls_;
    const auto moved = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return calls_ >= calls || working_ == 0;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&moved), kStuck);
  }
  return working_ == 0;
}

void LoadRun::ExpectEnd() {
  const absl::MutexLock lock(&mutex_);
  expects_end_ = true;
}

void LoadRun::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

void LoadRun::Join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool LoadRun::stopped() const {
  const absl::MutexLock lock(&mutex_);
  return stopped_;
}

bool LoadRun::expects_end() const {
  const absl::MutexLock lock(&mutex_);
  return expects_end_;
}

void LoadRun::Find(std::string finding) {
  const absl::MutexLock lock(&mutex_);
  findings_.Add(std::move(finding));
}

void LoadRun::RunClient(size_t index, int64_t client) {
  const Target& target = targets_[index];
  Dice dice{seed_, index, static_cast<uint64_t>(client),
            static_cast<uint64_t>(pass_)};
  CallId id{target.log->round(), client, 0};
  for (const int64_t call : Order(target.plan->options().calls, pass_, &dice)) {
    id.index = call;
    if (stopped() || !MakeCall(target, target.plan->Call(id))) break;
  }
  const absl::MutexLock lock(&mutex_);
  --working_;
}

// Makes a call until it has an answer. Returns false where the server is gone.
bool LoadRun::MakeCall(const Target& target, const PlannedCall& call) {
  Dice dice{seed_, static_cast<uint64_t>(call.id.client),
            static_cast<uint64_t>(call.id.index), 7};
  const bool twice = call.kind == Kind::kCreate && dice.OneIn(12);
  for (int i = 0; i < kTriesMax; ++i) {
    target.log->Sent(call.id);
    const std::vector<CallAnswer> answers =
        twice ? target.client->SendTwice(call)
              : std::vector<CallAnswer>{target.client->Send(call)};
    Findings differ;
    for (const CallAnswer& answer : answers) {
      target.log->Answered(call.id, answer, &differ);
    }
    if (!differ.empty()) Find(differ.Text());
    if (answers.back().is_known()) {
      if (call.kind == Kind::kCreate && dice.OneIn(24)) Provoke(target, call);
      if (dice.OneIn(16)) ReadBack(target, call, answers.back());
      const absl::MutexLock lock(&mutex_);
      ++calls_;
      return true;
    }
    if (stopped()) return false;
    absl::SleepFor(kBetweenTries);
    if (i + 1 == kTriesMax && !expects_end()) {
      Find(absl::StrCat("call ", call.id.round, "-", call.id.client, "-",
                        call.id.index,
                        " gets no answer: ", answers.back().because.code, " ",
                        answers.back().because.message));
    }
  }
  return false;
}

// Asks for what must leave nothing behind: the same request id for something
// else, and a preview.
void LoadRun::Provoke(const Target& target, const PlannedCall& call) {
  const RefusedBecause reused = ReasonOf(target.client->SendAltered(call));
  if (!reused.reason.empty() && reused.reason != "SHUTTING_DOWN" &&
      (reused.reason != "REQUEST_ID_REUSED" ||
       reused.metadata.at("field") != "trade")) {
    Find(absl::StrCat("request id ", call.request_id,
                      " with another amount: ", reused.reason));
  }
  if (reused.code == grpc::StatusCode::OK) {
    Find(absl::StrCat("request id ", call.request_id,
                      " was carried out with another amount"));
  }
  const RefusedBecause preview =
      ReasonOf(target.client->Preview(call, call.request_id + "-preview"));
  if (!preview.reason.empty() && preview.reason != "SHUTTING_DOWN") {
    Find(absl::StrCat("a preview was refused: ", preview.message));
  }
}

// What was answered can be read at once.
void LoadRun::ReadBack(const Target& target, const PlannedCall& call,
                       const CallAnswer& answer) {
  const ItemAnswer& item = answer.items.front();
  if (call.trades.empty() || !item.done) return;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + LoadClient::kTimeout));
  v1::GetTradeRequest request;
  request.set_name(item.trade.name());
  v1::GetTradeResponse response;
  const grpc::Status status =
      target.client->trades().GetTrade(&context, request, &response);
  if (!status.ok() && ReasonOf(status).reason.empty()) return;  // It is gone.
  if (!status.ok() || response.sequence() < item.sequence ||
      response.trade().create_sequence() != item.sequence) {
    Find(absl::StrCat("what was done at ", item.sequence,
                      " is read back as: ", status.error_message(), " ",
                      response.ShortDebugString()));
  }
}

void LoadRun::RunReader(size_t index) {
  const Target& target = targets_[index];
  Dice dice{seed_, index, static_cast<uint64_t>(pass_), 99};
  const int64_t members = target.plan->options().members;
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (stopped_ || working_ == 0 ||
          observations_[index].size() >= kObservationsMax) {
        return;
      }
    }
    const int64_t member = dice.Between(0, members - 1);
    const auto seen = ReadAccount(*target.client, member, /*as_of=*/0);
    if (!seen.ok()) {
      absl::SleepFor(kBetweenTries);
      continue;
    }
    const absl::MutexLock lock(&mutex_);
    observations_[index].push_back({member, seen->sequence(),
                                    seen->account().balance().minor_units(),
                                    seen->account().posting_count()});
  }
}

}  // namespace skontro::integration

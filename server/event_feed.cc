#include "server/event_feed.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"
#include "server/error.h"

namespace skontro::server {
namespace {

constexpr size_t kEventsMax = 100;        // In one message.
constexpr size_t kBytesMax = 128 * 1024;  // About, in one message.
// Records that are looked at before it is the next one's turn.
constexpr size_t kTurnMax = 1'000;
// Records that may be passed over before the client is told.
constexpr uint64_t kSilenceMax = 10'000;
constexpr absl::Duration kLookEvery = absl::Seconds(1);

absl::Status ShuttingDown() { return ToStatus({Reason::kShuttingDown, {}}); }

}  // namespace

// One call. The feed's mutex guards its state; what is being sent belongs to
// gRPC while it is kSending, and else to the feed's thread.
class EventFeed::OneWatch
    : public grpc::ServerWriteReactor<v1::WatchEventsResponse> {
 public:
  enum class State { kReady, kServed, kSending, kWaiting, kEnded };

  OneWatch(std::shared_ptr<Shared> shared, grpc::CallbackServerContext* context,
           WatchTerms terms)
      : shared_(std::move(shared)),
        context_(context),
        terms_(std::move(terms)),
        next_(terms_.from),
        told_(terms_.from) {}

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&shared_->mutex);
    if (!ok) gone = true;
    state = State::kReady;
    shared_->ready.push_back(this);
  }

  void OnCancel() override {
    const absl::MutexLock lock(&shared_->mutex);
    gone = true;
    if (state != State::kWaiting) return;  // Its next step sees it.
    shared_->waiting[terms_.network].erase(this);
    state = State::kReady;
    shared_->ready.push_back(this);
  }

  void OnDone() override {
    {
      const absl::MutexLock lock(&shared_->mutex);
      shared_->watches.erase(this);
    }
    delete this;
  }

  // Of the feed's mutex.
  State state = State::kReady;
  bool gone = false;
  absl::Time sending_since;

  // Of the feed's thread.
  const WatchTerms& terms() const { return terms_; }
  grpc::CallbackServerContext* context() const { return context_; }
  ledger::Sequence next() const { return next_; }

  // Reads what comes next into the message. Returns whether it is to be sent.
  absl::StatusOr<bool> Read(EventReader* reader, const ledger::ReadView& view) {
    message_.Clear();
    size_t looked_at = 0;
    size_t bytes = 0;
    SKONTRO_RETURN_IF_ERROR(reader->Walk(
        view, next_, [&](SeenRecord& seen) -> absl::StatusOr<bool> {
          next_ = ledger::Next(seen.sequence);
          if (seen.type != v1::Event::TYPE_UNSPECIFIED && terms_.wants(seen)) {
            SKONTRO_ASSIGN_OR_RETURN(const v1::Event* const event,
                                     reader->Message(view, &seen));
            bytes += event->ByteSizeLong();
            v1::Event* const told = message_.add_events();
            *told = *event;
            if (terms_.hide) terms_.hide(told);
          }
          return ++looked_at < kTurnMax && bytes < kBytesMax &&
                 static_cast<size_t>(message_.events_size()) < kEventsMax;
        }));
    const bool silent_for_long =
        static_cast<uint64_t>(next_) - static_cast<uint64_t>(told_) >=
        kSilenceMax;
    if (began_ && message_.events().empty() && !silent_for_long) return false;
    began_ = true;
    told_ = next_;
    message_.set_sequence(WireSequence(ledger::Before(next_)));
    return true;
  }

  void Send() { StartWrite(&message_); }

 private:
  const std::shared_ptr<Shared> shared_;
  grpc::CallbackServerContext* const context_;
  const WatchTerms terms_;
  ledger::Sequence next_{};
  ledger::Sequence told_{};  // The client knows all before it.
  bool began_ = false;
  v1::WatchEventsResponse message_;
};

EventFeed::EventFeed(Log* log, absl::Duration patience)
    : log_(log), patience_(patience), thread_([this] { Run(); }) {}

EventFeed::~EventFeed() {
  {
    const absl::MutexLock lock(&shared_->mutex);
    SKONTRO_CHECK(shared_->watches.empty());
    shared_->leaving = true;
  }
  thread_.join();
}

absl::StatusOr<grpc::ServerWriteReactor<v1::WatchEventsResponse>*>
EventFeed::Watch(grpc::CallbackServerContext* context, WatchTerms terms) {
  const absl::MutexLock lock(&shared_->mutex);
  if (shared_->stopping) return ShuttingDown();
  if (shared_->watches.size() >= kWatchesMax) {
    return ToStatus(
        {Reason::kQueueFull, {{"limit", absl::StrCat(kWatchesMax)}}});
  }
  auto* const watch = new OneWatch(shared_, context, std::move(terms));
  shared_->watches.insert(watch);
  shared_->ready.push_back(watch);
  return watch;
}

void EventFeed::Stop() {
  const absl::MutexLock lock(&shared_->mutex);
  shared_->stopping = true;
  for (auto& [network, waiting] : shared_->waiting) {
    for (OneWatch* const watch : waiting) {
      watch->state = OneWatch::State::kReady;
      shared_->ready.push_back(watch);
    }
    waiting.clear();
  }
}

size_t EventFeed::watch_count() const {
  const absl::MutexLock lock(&shared_->mutex);
  return shared_->watches.size();
}

void EventFeed::Run() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(shared_->mutex) {
    return !shared_->ready.empty() || shared_->leaving;
  };
  absl::Time look_next = absl::Now() + kLookEvery;
  while (true) {
    OneWatch* watch = nullptr;
    {
      const absl::MutexLock lock(&shared_->mutex);
      shared_->mutex.AwaitWithDeadline(absl::Condition(&has_work), look_next);
      if (shared_->leaving) return;
      if (!shared_->ready.empty()) {
        watch = shared_->ready.front();
        shared_->ready.pop_front();
        watch->state = OneWatch::State::kServed;
      }
    }
    if (watch != nullptr) Serve(watch);
    if (absl::Now() < look_next) continue;
    GiveUpOnSlowReaders();
    look_next = absl::Now() + kLookEvery;
  }
}

void EventFeed::Serve(OneWatch* watch) {
  const WatchTerms& terms = watch->terms();
  absl::Status end;
  {
    const absl::MutexLock lock(&shared_->mutex);
    if (watch->gone) {
      end = absl::CancelledError("the client is gone, or takes nothing");
    } else if (shared_->stopping) {
      end = ShuttingDown();
    }
  }
  if (end.ok() && terms.may_go_on) end = terms.may_go_on();
  absl::StatusOr<bool> send = false;
  const ledger::ReadView view = terms.network->engine().view();
  if (end.ok()) {
    const auto [reader, is_new] =
        readers_.try_emplace(terms.network, *terms.network);
    send = watch->Read(&reader->second, view);
    end = send.status();
  }
  if (!end.ok()) {
    if (IsOfServer(end)) {
      log_->Write(
          LogLevel::kError, "call_failed",
          {{"method", "EventService.WatchEvents"}, {"error", end.ToString()}});
    }
    {
      const absl::MutexLock lock(&shared_->mutex);
      watch->state = OneWatch::State::kEnded;
    }
    watch->Finish(ToGrpcStatus(end));
    return;
  }
  if (*send) {
    {
      const absl::MutexLock lock(&shared_->mutex);
      watch->state = OneWatch::State::kSending;
      watch->sending_since = absl::Now();
    }
    watch->Send();
    return;
  }
  Park(watch, watch->next());
}

void EventFeed::Park(OneWatch* watch, ledger::Sequence next) {
  Network* const network = watch->terms().network;
  {
    const absl::MutexLock lock(&shared_->mutex);
    // One that has more to read gives the others their turn and goes on.
    if (next <= network->engine().view().sequence || watch->gone ||
        shared_->stopping) {
      watch->state = OneWatch::State::kReady;
      shared_->ready.push_back(watch);
      return;
    }
    watch->state = OneWatch::State::kWaiting;
    shared_->waiting[network].insert(watch);
    if (!shared_->armed.insert(network).second) return;
  }
  // Without the lock: it may call back at once.
  network->engine().WaitFor(
      next, [shared = shared_, network] { WakeAll(shared.get(), network); });
}

void EventFeed::WakeAll(Shared* shared, Network* network) {
  const absl::MutexLock lock(&shared->mutex);
  shared->armed.erase(network);
  auto& waiting = shared->waiting[network];
  for (OneWatch* const watch : waiting) {
    watch->state = OneWatch::State::kReady;
    shared->ready.push_back(watch);
  }
  waiting.clear();
}

void EventFeed::GiveUpOnSlowReaders() {
  std::vector<OneWatch*> slow;
  {
    const absl::MutexLock lock(&shared_->mutex);
    const absl::Time before = absl::Now() - patience_;
    for (OneWatch* const watch : shared_->watches) {
      if (watch->state == OneWatch::State::kSending && !watch->gone &&
          watch->sending_since < before) {
        watch->gone = true;
        slow.push_back(watch);
      }
    }
  }
  // Without the lock: gRPC may call back before it returns. They are there: no
  // other thread than this ends a watch.
  for (OneWatch* const watch : slow) watch->context()->TryCancel();
}

}  // namespace skontro::server

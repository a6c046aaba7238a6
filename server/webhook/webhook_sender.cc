#include "server/webhook/webhook_sender.h"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "engine/webhook_reader.h"
#include "ledger/base/status.h"
#include "server/auth/webhook_secret.h"
#include "server/resource_name.h"
#include "server/webhook/webhook_hook.h"
#include "server/webhook/webhook_post.h"
#include "server/webhook/webhook_read.h"

namespace skontro::server {
namespace {

namespace asio = boost::asio;

// Records that may be passed over before that is kept.
constexpr uint64_t kPassedMax = 10'000;

constexpr int64_t kSecondUs = 1'000'000;

// How soon a webhook is looked at again whose events cannot be read, whose key
// is of no use, or that has too many dead letters.
constexpr absl::Duration kLookAgain = absl::Minutes(1);

}  // namespace

// What the sender is. An engine may call back when the sender is gone, so it
// has it weakly; all else runs on the one thread, and ends with it.
class WebhookSender::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(const WebhookOptions& options, WebhookAccess access,
       const std::string& secret, const Clock* clock, Log* log)
      : options_(options),
        access_(std::move(access)),
        secret_(secret),
        clock_(*clock),
        log_(*log) {}

  absl::Status Start(const NetworkRegistry& networks) {
    SKONTRO_ASSIGN_OR_RETURN(poster_,
                             WebhookPoster::Make(options_, &access_, &io_));
    for (Network* network : networks.All()) Refresh(network);
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      for (auto& [network, of] : networks_) Save(&of);
      io_.stop();
    });
    thread_.join();
    poster_.reset();
  }

  const WebhookAccess& access() const { return access_; }

  void Refresh(Network* network) {
    asio::post(io_, [this, network] { RefreshNow(network); });
  }

  void Change(Network* network, std::string id, uint64_t sequence, bool resend,
              OnFound done) {
    asio::post(io_, [this, network, id = std::move(id), sequence, resend,
                     done = std::move(done)] {
      done(ChangeNow(network, id, sequence, resend));
    });
  }

  std::optional<WebhookProgress> ProgressOf(std::string_view network,
                                            std::string_view id) const {
    const absl::MutexLock lock(&mutex_);
    const auto found = progress_.find({std::string(network), std::string(id)});
    if (found == progress_.end()) return std::nullopt;
    return found->second;
  }

  template <typename Visit>
  void ForEach(Visit visit) const {
    const absl::MutexLock lock(&mutex_);
    for (const auto& [name, progress] : progress_) {
      visit(name.first, name.second, progress);
    }
  }

 private:
  using HookPtr = std::shared_ptr<WebhookHook>;

  struct OfNetwork {
    explicit OfNetwork(Network* of, asio::io_context* io)
        : network(of), reader(*of), save_timer(*io) {}

    Network* network;
    EventReader reader;
    std::map<std::string, HookPtr> hooks;
    WebhookPositions kept;  // As the file has them, of webhooks to come.
    bool armed = false;     // Whether somebody says when there are records.
    bool dirty = false;     // Whether the file is behind,
    bool saving = false;    // and whether a timer sees to that.
    asio::steady_timer save_timer;
  };

  OfNetwork& Of(Network* network) {
    const auto [place, is_new] = networks_.try_emplace(network, network, &io_);
    if (!is_new) return place->second;
    absl::StatusOr<WebhookPositions> kept =
        ReadWebhookPositions(WebhookPositionsPath(network->directory()));
    if (kept.ok()) {
      place->second.kept = *std::move(kept);
    } else {
      // More than once rather than never.
      Warn(network, "webhook_positions_lost", kept.status());
    }
    return place->second;
  }

  void RefreshNow(Network* network) {
    OfNetwork& of = Of(network);
    const ledger::ReadView view = network->engine().view();
    std::set<std::string> seen;
    const absl::Status walked =
        engine::WalkWebhooks(*view.snapshot, "", view.sequence,
                             [&](const engine::WebhookHistory& history) {
                               seen.insert(history.created.id);
                               Take(&of, view, history);
                               return true;
                             });
    if (!walked.ok()) return Warn(network, "webhooks_not_read", walked);
    std::erase_if(of.hooks, [&](const auto& hook) {
      if (seen.contains(hook.first)) return false;
      Drop(network, hook.second.get());
      of.dirty = true;
      return true;
    });
    of.kept.clear();
    SaveSoon(&of);
  }

  // Begins to tell a webhook, or sees whether it was paused.
  void Take(OfNetwork* of, const ledger::ReadView& view,
            const engine::WebhookHistory& history) {
    HookPtr& hook = of->hooks[history.created.id];
    if (hook != nullptr && hook->info.sequence == history.sequence) {
      hook->info.state = history.state;
      Serve(hook);
      return;
    }
    if (hook != nullptr) Drop(of->network, hook.get());
    hook = std::make_shared<WebhookHook>(of->network, history, &io_);
    hook->url = ParseWebhookUrl(history.created.url);
    hook->secret = WebhookSecret(secret_, of->network->id(), history.created.id,
                                 history.created.salt);
    hook->progress.secret_lost =
        ledger::BytesOf(WebhookSecretDigest(hook->secret)) !=
        history.created.digest;
    hook->progress.next = static_cast<uint64_t>(history.sequence) + 1;
    const auto kept = of->kept.find(history.created.id);
    if (kept != of->kept.end() &&
        kept->second.made == static_cast<uint64_t>(history.sequence)) {
      // Behind what an older copy of the books has, nothing was told of yet.
      hook->progress.next =
          std::min(std::max(kept->second.next, hook->progress.next),
                   static_cast<uint64_t>(view.sequence) + 1);
      hook->progress.dead_letters = kept->second.dead_letters;
    } else {
      of->dirty = true;
    }
    hook->kept_next = hook->progress.next;
    Publish(hook.get());
    Serve(hook);
  }

  void Drop(const Network* network, WebhookHook* hook) {
    hook->gone = true;
    hook->timer.cancel();
    const absl::MutexLock lock(&mutex_);
    progress_.erase({network->id(), hook->id()});
  }

  bool ChangeNow(Network* network, const std::string& id, uint64_t sequence,
                 bool resend) {
    OfNetwork& of = Of(network);
    const auto found = of.hooks.find(id);
    if (found == of.hooks.end()) return false;
    WebhookHook& hook = *found->second;
    const auto dead = hook.progress.dead_letters.find(sequence);
    if (dead == hook.progress.dead_letters.end()) return false;
    if (resend) {
      hook.resend.insert(sequence);
      Serve(found->second);
      return true;
    }
    hook.resend.erase(sequence);
    hook.progress.dead_letters.erase(dead);
    Publish(&hook);
    of.dirty = true;
    Save(&of);
    Serve(found->second);
    return true;
  }

  // Does the next thing for a webhook, if there is one. Nothing else makes an
  // attempt, so there is one at a time.
  void Serve(const HookPtr& hook) {
    if (hook->gone || hook->in_flight ||
        (hook->waits && hook->resend.empty()) ||
        hook->info.state != engine::WebhookState::kActive ||
        hook->progress.secret_lost || !hook->url.has_value()) {
      return;
    }
    OfNetwork& of = Of(hook->network);
    const ledger::ReadView view = hook->network->engine().view();
    absl::StatusOr<bool> may = LookAtKey(hook.get(), view, clock_.NowUs());
    if (!may.ok() || !*may) {
      if (!may.ok()) Warn(hook->network, "webhook_failed", may.status());
      return ServeAfter(hook, kLookAgain);
    }
    if (!hook->resend.empty()) return ResendNext(hook, &of, view);
    if (hook->waits) return;
    if (!hook->event.has_value()) {
      const absl::Status read = ReadNext(hook.get(), &of.reader, view);
      if (!read.ok()) {
        Warn(hook->network, "webhook_failed", read);
        return ServeAfter(hook, kLookAgain);
      }
      if (hook->progress.next >= hook->kept_next + kPassedMax) {
        of.dirty = true;
        SaveSoon(&of);
      }
    }
    if (hook->event.has_value()) return Attempt(hook, *hook->event, false);
    if (hook->progress.next <= static_cast<uint64_t>(view.sequence)) {
      // The others have their turn first.
      asio::post(io_, [this, hook] { Serve(hook); });
      return;
    }
    if (hook->published_next != hook->progress.next) Publish(hook.get());
    Arm(&of, ledger::Sequence{hook->progress.next});
  }

  // Tries the first dead letter that somebody wants tried.
  void ResendNext(const HookPtr& hook, OfNetwork* of,
                  const ledger::ReadView& view) {
    const uint64_t sequence = *hook->resend.begin();
    hook->resend.erase(hook->resend.begin());
    std::optional<WebhookEvent> event;
    const absl::Status read =
        ReadAt(*hook, &of->reader, view, sequence, &event);
    if (!read.ok()) Warn(hook->network, "webhook_failed", read);
    if (event.has_value()) return Attempt(hook, *event, true);
    asio::post(io_, [this, hook] { Serve(hook); });
  }

  void Attempt(const HookPtr& hook, const WebhookEvent& event, bool resent) {
    hook->in_flight = true;
    WebhookRequest request;
    request.url = *hook->url;
    request.body = event.body;
    const std::string id =
        absl::StrCat(WebhookName(hook->network->id(), hook->id()), "/events/",
                     event.sequence);
    const int64_t seconds = clock_.NowUs() / kSecondUs;
    request.headers = {
        {"webhook-id", id},
        {"webhook-timestamp", absl::StrCat(seconds)},
        {"webhook-signature",
         WebhookSignature(hook->secret, id, seconds, event.body)}};
    poster_->Post(std::move(request),
                  [this, hook, resent,
                   sequence = event.sequence](const WebhookReply& reply) {
                    OnReply(hook, sequence, resent, reply);
                  });
  }

  void OnReply(const HookPtr& hook, uint64_t sequence, bool resent,
               const WebhookReply& reply) {
    hook->in_flight = false;
    if (hook->gone) return;
    WebhookProgress& progress = hook->progress;
    ++(reply.ok() ? progress.taken : progress.failed);
    if (reply.ok()) progress.last_success_us = clock_.NowUs();
    if (resent) {
      hook->OnResent(sequence, reply.status, reply.error, clock_.NowUs());
    } else if (reply.ok()) {
      hook->OnTaken();
    } else {
      OnFailed(hook, reply);
    }
    Publish(hook.get());
    OfNetwork& of = Of(hook->network);
    of.dirty = true;
    SaveSoon(&of);
    Serve(hook);
  }

  void OnFailed(const HookPtr& hook, const WebhookReply& reply) {
    const int64_t now_us = clock_.NowUs();
    WebhookProgress& progress = hook->progress;
    if (progress.failed_attempts++ == 0) hook->first_failure_us = now_us;
    progress.last_error = reply.error;
    const bool over = progress.failed_attempts >= options_.attempts_max ||
                      now_us - hook->first_failure_us >=
                          absl::ToInt64Microseconds(options_.age_max);
    if (over && progress.dead_letters.size() < kDeadLettersMax) {
      hook->BecomeDead(reply.status, now_us);
      return;
    }
    ServeAfter(hook, Backoff(progress.failed_attempts));
  }

  // Twice as long from one to the next, and half of it by chance, so that those
  // who failed together do not come back together.
  absl::Duration Backoff(int attempts) const {
    constexpr int kDoublingsMax = 30;
    const absl::Duration longest =
        std::min(options_.backoff_max,
                 options_.backoff_first *
                     (int64_t{1} << std::min(attempts - 1, kDoublingsMax)));
    constexpr uint32_t kParts = 1'000;
    return longest / 2 +
           longest / 2 * randombytes_uniform(kParts) / int64_t{kParts};
  }

  void ServeAfter(const HookPtr& hook, absl::Duration time) {
    hook->waits = true;
    hook->progress.next_attempt_us =
        clock_.NowUs() + absl::ToInt64Microseconds(time);
    Publish(hook.get());
    hook->timer.expires_after(absl::ToChronoMicroseconds(time));
    hook->timer.async_wait(
        [this, hook](const boost::system::error_code& error) {
          if (error) return;
          hook->waits = false;
          hook->progress.next_attempt_us = 0;
          Serve(hook);
        });
  }

  // Has somebody say when there are records that nobody has seen yet.
  void Arm(OfNetwork* of, ledger::Sequence next) {
    if (of->armed) return;
    of->armed = true;
    Network* const network = of->network;
    // It may call back at once, or when there is no sender any more.
    network->engine().WaitFor(next, [weak = weak_from_this(), network] {
      const std::shared_ptr<Core> self = weak.lock();
      if (self == nullptr) return;
      asio::post(self->io_,
                 [core = self.get(), network] { core->OnRecords(network); });
    });
  }

  void OnRecords(Network* network) {
    OfNetwork& of = Of(network);
    of.armed = false;
    // One that has nothing to do arms it again.
    for (const auto& [id, hook] : of.hooks) Serve(hook);
  }

  void SaveSoon(OfNetwork* of) {
    if (!of->dirty || of->saving) return;
    of->saving = true;
    of->save_timer.expires_after(
        absl::ToChronoMicroseconds(options_.save_interval));
    of->save_timer.async_wait(
        [this, of](const boost::system::error_code& error) {
          of->saving = false;
          if (!error) Save(of);
        });
  }

  void Save(OfNetwork* of) {
    if (!of->dirty) return;
    WebhookPositions positions;
    for (const auto& [id, hook] : of->hooks) {
      positions[id] = {static_cast<uint64_t>(hook->info.sequence),
                       hook->progress.next, hook->progress.dead_letters};
      hook->kept_next = hook->progress.next;
    }
    const absl::Status written = WriteWebhookPositions(
        WebhookPositionsPath(of->network->directory()), positions);
    of->dirty = !written.ok();
    if (written.ok()) return;
    Warn(of->network, "webhook_positions_not_kept", written);
  }

  void Publish(WebhookHook* hook) {
    hook->published_next = hook->progress.next;
    const absl::MutexLock lock(&mutex_);
    progress_[{hook->network->id(), hook->id()}] = hook->progress;
  }

  void Warn(const Network* network, std::string_view event,
            const absl::Status& status) {
    log_.Write(
        LogLevel::kWarning, event,
        {{"network", network->id()}, {"error", std::string(status.message())}});
  }

  const WebhookOptions options_;
  const WebhookAccess access_;
  const std::string secret_;
  const Clock& clock_;
  Log& log_;
  asio::io_context io_{1};
  const asio::executor_work_guard<asio::io_context::executor_type> work_ =
      asio::make_work_guard(io_);  // It waits for more.
  std::unique_ptr<WebhookPoster> poster_;
  std::map<Network*, OfNetwork> networks_;  // Of the thread.

  mutable absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, WebhookProgress> progress_
      ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<WebhookSender>> WebhookSender::Start(
    const WebhookOptions& options, const std::string& secret,
    const NetworkRegistry* networks, const Clock* clock, Log* log) {
  SKONTRO_ASSIGN_OR_RETURN(WebhookAccess access, WebhookAccess::Of(options));
  auto core =
      std::make_shared<Core>(options, std::move(access), secret, clock, log);
  SKONTRO_RETURN_IF_ERROR(core->Start(*networks));
  return std::unique_ptr<WebhookSender>(new WebhookSender(std::move(core)));
}

WebhookSender::WebhookSender(std::shared_ptr<Core> core)
    : core_(std::move(core)) {}

WebhookSender::~WebhookSender() { core_->Stop(); }

void WebhookSender::Stop() { core_->Stop(); }

const WebhookAccess& WebhookSender::access() const { return core_->access(); }

void WebhookSender::Refresh(Network* network) { core_->Refresh(network); }

std::optional<WebhookProgress> WebhookSender::ProgressOf(
    std::string_view network, std::string_view id) const {
  return core_->ProgressOf(network, id);
}

void WebhookSender::Resend(Network* network, std::string id, uint64_t sequence,
                           OnFound done) {
  core_->Change(network, std::move(id), sequence, true, std::move(done));
}

void WebhookSender::Skip(Network* network, std::string id, uint64_t sequence,
                         OnFound done) {
  core_->Change(network, std::move(id), sequence, false, std::move(done));
}

void WebhookSender::AddGauges(std::vector<GaugeFamily>* families) const {
  GaugeFamily next = {"skontro_webhook_sequence",
                      "The newest record that a webhook was told of.",
                      {}};
  GaugeFamily dead = {"skontro_webhook_dead_letters",
                      "Events that the receiver of a webhook did not take.",
                      {}};
  GaugeFamily attempts = {
      "skontro_webhook_attempts", "Attempts of a webhook since the start.", {}};
  core_->ForEach([&](const std::string& network, const std::string& id,
                     const WebhookProgress& progress) {
    const std::vector<std::pair<std::string, std::string>> labels = {
        {"network", network}, {"webhook", id}};
    const auto add = [&labels](GaugeFamily* family, double value,
                               const char* result) {
      family->values.push_back({labels, value});
      if (result == nullptr) return;
      family->values.back().labels.emplace_back("result", result);
    };
    add(&next, static_cast<double>(progress.next - 1), nullptr);
    add(&dead, static_cast<double>(progress.dead_letters.size()), nullptr);
    add(&attempts, static_cast<double>(progress.taken), "taken");
    add(&attempts, static_cast<double>(progress.failed), "failed");
  });
  families->push_back(std::move(next));
  families->push_back(std::move(dead));
  families->push_back(std::move(attempts));
}

}  // namespace skontro::server

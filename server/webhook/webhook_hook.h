// What a WebhookSender has in memory of one webhook.
//
// Thread safety: none; the thread of the sender owns it.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_HOOK_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_HOOK_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/webhook_reader.h"
#include "server/event_lens.h"
#include "server/network.h"
#include "server/webhook/webhook_sender.h"
#include "server/webhook/webhook_url.h"

namespace skontro::server {

// An event, as it is sent.
struct WebhookEvent {
  uint64_t sequence = 0;
  std::string body;
};

struct WebhookHook {
  WebhookHook(Network* of, engine::WebhookHistory history,
              boost::asio::io_context* io)
      : network(of), info(std::move(history)), timer(*io) {}

  const std::string& id() const { return info.created.id; }

  // The event that was tried was taken.
  void OnTaken() {
    progress.next = event->sequence + 1;
    progress.failed_attempts = 0;
    progress.last_error.clear();
    event.reset();
  }

  // The event that was tried is given up.
  void BecomeDead(int status, int64_t now_us) {
    progress.dead_letters[event->sequence] = {now_us, progress.failed_attempts,
                                              status, progress.last_error};
    OnTaken();
  }

  // A dead letter was tried once more; it may have been taken off the list
  // meanwhile.
  void OnResent(uint64_t sequence, int status, const std::string& error,
                int64_t now_us) {
    const auto dead = progress.dead_letters.find(sequence);
    if (dead == progress.dead_letters.end()) return;
    if (error.empty()) {
      progress.dead_letters.erase(dead);
    } else {
      dead->second = {now_us, dead->second.attempts + 1, status, error};
    }
  }

  Network* const network;
  engine::WebhookHistory info;
  std::optional<WebhookUrl> url;
  std::string secret;
  WebhookProgress progress;
  uint64_t kept_next = 0;       // As the file has it,
  uint64_t published_next = 0;  // and as others see it.

  // What its key sees, and by which key that is.
  std::optional<EventLens> lens;
  std::string lens_key;

  std::optional<WebhookEvent> event;  // The one at `progress.next`.
  int64_t first_failure_us = 0;       // Of that one.
  std::set<uint64_t> resend;          // Dead letters to be tried once more.
  bool in_flight = false;
  bool waits = false;  // For the timer.
  bool gone = false;   // Deleted; what comes back finds that.
  boost::asio::steady_timer timer;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_HOOK_H_

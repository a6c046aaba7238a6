// A WebhookSender tells the webhooks of every network what happens, on one
// thread: it reads the journal from where each webhook is, asks each time anew
// what its key may see, and makes one attempt at a time for each. Where a
// webhook is moves only when the receiver has taken the event, or the event has
// become a dead letter, and is kept in a file beside the books.
//
// A receiver that is slow, or does not answer, holds up its own webhook alone:
// nothing waits for it, and of each webhook there is one event in memory.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_SENDER_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_SENDER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/network_registry.h"
#include "server/webhook/webhook_access.h"
#include "server/webhook/webhook_file.h"
#include "server/webhook/webhook_options.h"

namespace skontro::server {

// So many dead letters of one webhook are kept; with more it waits.
inline constexpr size_t kDeadLettersMax = 1'000;

// How the deliveries of a webhook go.
struct WebhookProgress {
  uint64_t next = 0;  // The first sequence that it was not told of.
  int failed_attempts = 0;
  std::string last_error;
  int64_t next_attempt_us = 0;  // 0 where none waits.
  int64_t last_success_us = 0;  // 0 for never.
  int64_t taken = 0;            // Attempts since the start that were,
  int64_t failed = 0;           // and that were not.
  bool secret_lost = false;
  std::map<uint64_t, DeadLetter> dead_letters;
};

class WebhookSender {
 public:
  // Starts to tell the webhooks of all networks there are. `secret` is what
  // keys are made with. All must outlive it. Returns INVALID_ARGUMENT for
  // options that cannot be.
  static absl::StatusOr<std::unique_ptr<WebhookSender>> Start(
      const WebhookOptions& options, const std::string& secret,
      const NetworkRegistry* networks, const Clock* clock, Log* log);

  // Stops, if Stop() was not called.
  ~WebhookSender();

  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  // Makes no more attempts, gives up those that are under way, which are made
  // again, and keeps where each webhook is. From then on only what is read may
  // be asked for.
  void Stop();

  // Whom webhooks may call.
  const WebhookAccess& access() const;

  // Webhooks of the network were made, changed or deleted.
  void Refresh(Network* network);

  // How it goes with a webhook; nothing where the sender does not know it yet.
  std::optional<WebhookProgress> ProgressOf(std::string_view network,
                                            std::string_view id) const;

  // Tries a dead letter once more, or takes it off the list; then calls `done`
  // with whether there was one. Taking it off is durable then.
  using OnFound = std::function<void(bool found)>;
  void Resend(Network* network, std::string id, uint64_t sequence,
              OnFound done);
  void Skip(Network* network, std::string id, uint64_t sequence, OnFound done);

  // What Prometheus reads of webhooks.
  void AddGauges(std::vector<GaugeFamily>* families) const;

 private:
  class Core;
  explicit WebhookSender(std::shared_ptr<Core> core);

  const std::shared_ptr<Core> core_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_SENDER_H_

// How webhooks are told, and whom the operator lets be called.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_OPTIONS_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace skontro::server {

struct WebhookOptions {
  // Whether http:// will do.
  bool plain_http = false;
  // Addresses that may be called beside those of the public internet, such as
  // 10.1.0.0/16.
  std::vector<std::string> networks;
  // Hosts that may be called, such as erp.example.org or *.example.org; empty
  // for any.
  std::vector<std::string> hosts;
  // Who signs certificates of receivers, beside those that the system trusts;
  // empty for nobody.
  std::string ca_file;

  // From the beginning of an attempt to the answer.
  absl::Duration attempt_timeout = absl::Seconds(15);
  // The time to the second attempt, which doubles from one to the next.
  absl::Duration backoff_first = absl::Seconds(1);
  absl::Duration backoff_max = absl::Hours(1);
  // When an event becomes a dead letter: after so many attempts, or so long
  // after the first.
  int attempts_max = 15;
  absl::Duration age_max = absl::Hours(24);
  // How long positions may be in memory alone; a crash repeats what came since.
  absl::Duration save_interval = absl::Milliseconds(200);
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_OPTIONS_H_

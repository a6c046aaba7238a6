// How far each webhook of a network was told, and what nobody took, in a file
// beside the books: it says nothing of the books, and is no part of the
// journal.
//
//   NETWORK/webhook_positions   text, one line for each thing:
//     skontro webhooks 1
//     webhook ID MADE NEXT      MADE is the sequence of the record that made
//     it,
//                               NEXT the first that it was not told of
//     dead SEQUENCE TIME_US ATTEMPTS STATUS ERROR
//                               of the webhook above; ERROR is the rest of the
//                               line
//     crc32c HEX                of all lines above
//
// It is replaced as a whole and synced, so it is never half of one; a file that
// is damaged is as if it were not there, and then every webhook is told of
// everything since it was made: more than once rather than never.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_FILE_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_FILE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::server {

// An event that nobody took.
struct DeadLetter {
  int64_t time_us = 0;  // When it was given up.
  int attempts = 0;
  int http_status = 0;  // Of the last answer; 0 for none.
  std::string error;    // One line.

  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

struct WebhookPosition {
  uint64_t made = 0;
  uint64_t next = 0;
  std::map<uint64_t, DeadLetter> dead_letters;  // By sequence.

  friend bool operator==(const WebhookPosition&,
                         const WebhookPosition&) = default;
};

// By the id of the webhook.
using WebhookPositions = std::map<std::string, WebhookPosition>;

std::string WebhookPositionsPath(const std::string& network_directory);

// Nothing where there is no file; DATA_LOSS for one that is damaged.
absl::StatusOr<WebhookPositions> ReadWebhookPositions(const std::string& path);

// Replaces the file as a whole. Returns UNAVAILABLE where that fails; the file
// is then as it was, or as it is to be.
absl::Status WriteWebhookPositions(const std::string& path,
                                   const WebhookPositions& positions);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_FILE_H_

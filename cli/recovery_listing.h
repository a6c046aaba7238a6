// Lists what of a network is missing or damaged: what its head anchor says
// against what its store holds, record by record. Reads only, with the
// verifier's own reader; the ledger's codecs decode nothing here.
//
// Thread safety: functions that touch the disk; values.

#ifndef SKONTRO_CLI_RECOVERY_LISTING_H_
#define SKONTRO_CLI_RECOVERY_LISTING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/json_writer.h"
#include "cli/verifier/hashes.h"
#include "cli/verifier/report.h"
#include "ledger/anchor_slots.h"

namespace skontro::cli {

// A text that a record commits to and whose row is not there.
struct MissingText {
  uint64_t sequence = 0;
  uint64_t subject = 0;
  uint32_t field = 0;
};

struct NetworkListing {
  static constexpr size_t kMissingTextsMax = 100;

  std::string network;
  std::string time_zone;  // Empty where the genesis cannot be read.

  // What the anchor says, or why it says nothing.
  std::optional<ledger::AnchoredHead> anchored;
  std::string anchor_trouble;

  // Why the store does not open as it is; empty if it does.
  std::string store_trouble;
  // Why nothing at all can be read; everything below is empty then.
  std::string unreadable;

  // The newest record that the store holds, and the last up to which every
  // byte holds, at the end of a batch: what can be kept.
  uint64_t stored_sequence = 0;
  uint64_t sound_sequence = 0;
  verifier::Digest sound_digest;
  int64_t sound_time_us = 0;
  // The first damage of the journal, if there is any.
  std::optional<verifier::Finding> damage;
  // The record at the anchored sequence is another.
  bool differs = false;

  std::vector<MissingText> missing_texts;  // The first kMissingTextsMax.
  uint64_t missing_text_count = 0;

  // What the verifier says of all that can be read.
  std::optional<verifier::Report> report;

  // Records that the anchor says were durable and that are gone.
  uint64_t lost_count() const;
  // Keeping what is sound means to cut what the store holds behind it, or
  // behind what RocksDB cannot read.
  bool needs_cut() const;
  // The families other than journal and personal have to be made again.
  bool needs_rebuild() const;
  // Anything that is not as it should be and that an operator has to accept.
  bool needs_acceptance() const;
  // There is a record to go on from.
  bool can_be_accepted() const;
};

// Told of the records, or rows, that were read.
using OnListing = std::function<void(const std::string& what)>;

// Lists the network `id` of the data directory `data`. Trouble is in the
// listing.
NetworkListing ListNetworkLosses(const std::string& data, const std::string& id,
                                 const OnListing& on_progress);

// "OK", "LOST" (records that were durable are gone), "DAMAGED" or "NO ANCHOR".
std::string VerdictOf(const NetworkListing& listing);

// The listing for a person, and as members of a JSON object.
std::string ToText(const NetworkListing& listing);
void WriteJson(const NetworkListing& listing, JsonWriter* json);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RECOVERY_LISTING_H_

// A Record is one row of the journal: what happened, who asked for it, and the
// entries that it causes. The ledger balances, chains and stores records; what
// an event means is the engine's affair.

#ifndef SKONTRO_LEDGER_RECORD_H_
#define SKONTRO_LEDGER_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/civil_date.h"
#include "ledger/digest.h"
#include "ledger/entry.h"

namespace skontro::ledger {

// The place of a record in its journal. The first record has sequence 1 and
// there are no gaps; 0 is before the first.
enum class Sequence : uint64_t {};

constexpr Sequence Next(Sequence sequence) {
  return Sequence{static_cast<uint64_t>(sequence) + 1};
}
constexpr Sequence Before(Sequence sequence) {
  return Sequence{static_cast<uint64_t>(sequence) - 1};
}

// The numbers are on disk; docs/journal_format.md lists them.
enum class RecordKind : uint16_t {
  kGenesis = 1,
  kEvent = 2,
  kRefusal = 3,
  kStateDigest = 4,
  kRecovery = 9,
};

// Keyed hash of one top-level field of a request.
struct FieldHash {
  uint32_t number = 0;
  uint64_t hash = 0;

  friend bool operator==(const FieldHash&, const FieldHash&) = default;
};

// Ties a row of personal data to a record; see docs/journal_format.md.
struct Commitment {
  uint64_t subject = 0;
  uint32_t field = 0;
  Digest digest{};

  friend bool operator==(const Commitment&, const Commitment&) = default;
};

struct Record {
  RecordKind kind = RecordKind::kEvent;
  int64_t time_us = 0;  // Microseconds since 1970-01-01 UTC.
  CivilDate booking_date;
  std::string actor;
  std::string request_id;
  std::vector<FieldHash> request_fields;  // Ascending by number.
  uint32_t group_count = 1;               // Records that the request made.
  std::vector<Entry> entries;
  std::string event;  // Opaque to the ledger.
  std::vector<Commitment> commitments;

  friend bool operator==(const Record&, const Record&) = default;
};

// A text about a person or a company, kept beside the hashed journal so that it
// can be erased.
struct PersonalRow {
  uint64_t subject = 0;
  Sequence sequence{};
  uint32_t field = 0;
  std::string salt;  // kSaltLength bytes.
  std::string text;
};

inline constexpr size_t kSaltLength = 16;

// Records that are in the journal, in order, with the digest of each.
struct CommittedBatch {
  Sequence first_sequence{};
  std::vector<Record> records;
  std::vector<Digest> digests;  // One per record.

  Sequence last_sequence() const {
    return Sequence{static_cast<uint64_t>(first_sequence) + records.size() - 1};
  }
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_RECORD_H_

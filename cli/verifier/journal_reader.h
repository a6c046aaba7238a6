// A JournalReader walks the batches of a journal and the frames in them, and
// checks everything that can be checked without looking into a payload: keys,
// headers, lengths, checksums, times and the chain of digests.
//
// What does not hold becomes a finding, and the walk goes on as far as the
// bytes can be followed: a frame whose checksum does not hold ends its batch,
// since its length cannot be believed; the next batch is read again. From the
// first record that is missing or cannot be read, whole() is false: the records
// after it can be read, but not understood.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_JOURNAL_READER_H_
#define SKONTRO_CLI_VERIFIER_JOURNAL_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/verifier/hashes.h"
#include "cli/verifier/report.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

enum class RecordKind : uint16_t {
  kGenesis = 1,
  kEvent = 2,
  kRefusal = 3,
  kStateDigest = 4,
  kRecovery = 9,
};

// One record as it lies in the journal.
struct Frame {
  uint64_t sequence = 0;
  RecordKind kind{};
  int64_t time_us = 0;
  std::string_view payload;    // Until the next call of Next().
  uint32_t left_in_batch = 0;  // Records that follow it in its batch.
  Digest previous;             // The digest that its own is chained to.
};

class JournalReader {
 public:
  // Both must outlive the reader. REQUIRES: `source` has a family `journal`.
  JournalReader(Source* source, Findings* findings);

  // The next frame whose bytes can be believed, or nullopt at the end.
  std::optional<Frame> Next();

  // Whether every record up to the frame that Next() returned last is there and
  // could be read; after the end, whether all could.
  bool whole() const { return whole_; }

  // Of the frame that Next() returned last.
  uint64_t last_sequence() const { return last_sequence_; }
  const Digest& last_digest() const { return last_digest_; }

  // 16 bytes; empty before the first batch.
  const std::string& uid() const { return uid_; }

 private:
  struct Header {
    uint64_t epoch = 0;
    std::string_view epoch_bytes;
    std::string_view batch_id;
    uint64_t first_sequence = 0;
    uint32_t count = 0;
    Digest previous;
  };

  // Goes to the next batch whose header can be believed. False at the end.
  bool NextBatch();

  // The header of the batch at `key`, or nullopt after a finding.
  std::optional<Header> ReadHeader(std::string_view key,
                                   std::string_view value);

  // Why the fields of a header whose checksum holds cannot be right; empty if
  // they can.
  static std::string HeaderFault(std::string_view key, std::string_view value);

  // Compare the header with the batch before. Findings only, but that false
  // says that the records of the batch were there before.
  bool FollowsInSequence(const Header& header);
  void CheckIdentity(const Header& header);
  void CheckPreviousDigest(const Header& header);

  // The next frame of the batch; nullopt at its end, and after a finding that
  // ends it.
  std::optional<Frame> NextFrame();

  // Compare the frame at the start of `bytes_` with the record before it.
  void CheckTime(int64_t time_us);
  void CheckDigest(std::string_view header, std::string_view payload,
                   const Digest& stored);

  // What cannot be read ends the batch.
  void GiveUpBatch(const std::string& why);
  void Add(const std::string& message) { AddAt(next_sequence_, message); }
  void AddAt(uint64_t sequence, const std::string& message) {
    findings_.Add(sequence, message);
  }

  Findings& findings_;
  const std::unique_ptr<Cursor> cursor_;
  Sha256 sha256_;

  bool started_ = false;   // Whether the cursor was looked at.
  bool at_batch_ = false;  // Whether `header_` and `bytes_` are of a batch.
  Header header_;
  std::string_view bytes_;  // What is left of the batch.
  uint32_t left_ = 0;       // Frames that are left of it.

  bool whole_ = true;
  bool counted_ = true;         // Whether next_sequence_ is known.
  bool chained_ = true;         // Whether previous_ is the digest before.
  bool alternative_ = false;    // Whether header_.previous may be it instead.
  uint64_t next_sequence_ = 1;  // Of the frame that comes next.
  uint64_t last_sequence_ = 0;
  Digest previous_;
  Digest last_digest_;
  int64_t last_time_us_ = 0;
  uint64_t last_epoch_ = 0;
  std::string uid_;
};

// The sequence of the newest record, as the header of the last batch says it
// without any check; 0 for an empty journal.
absl::StatusOr<uint64_t> NewestSequence(Source* source);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_JOURNAL_READER_H_

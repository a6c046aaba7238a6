// CheckpointRows compares the checkpoints of a store with the state that the
// journal gives at their sequences: members, accounts with balances and limits,
// open trades, tax ids, and where the state digests stand.
//
// A checkpoint without a header was cut short by a crash, and is none.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_CHECKPOINT_ROWS_H_
#define SKONTRO_CLI_VERIFIER_CHECKPOINT_ROWS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "cli/verifier/books.h"
#include "cli/verifier/checkpoint_messages.h"
#include "cli/verifier/hashes.h"
#include "cli/verifier/journal_reader.h"
#include "cli/verifier/report.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

class CheckpointRows {
 public:
  // All must outlive it. REQUIRES: `source` has a family `checkpoint`.
  CheckpointRows(Source* source, Findings* findings)
      : source_(*source), findings_(*findings) {}

  // Looks which checkpoints there are and reads their headers. Returns an error
  // if the family cannot be walked.
  absl::Status Find();

  // Compares the checkpoint after `frame`, if there is one, with the books
  // after it; `reader` has just returned that frame.
  void Compare(const Frame& frame, const Record& record,
               const JournalReader& reader, const Books& books);

  // Tells which checkpoints are of records that are not there; the journal ends
  // at `last`. REQUIRES: every record of it was compared.
  void Finish(uint64_t last);

  // How many have a header, and how many were compared.
  uint64_t count() const { return count_; }
  uint64_t compared() const { return compared_; }

 private:
  void ReadHeader(uint64_t sequence, std::string_view value);
  void CompareHeader(const CheckpointHeader& header, const Frame& frame,
                     const Record& record, const JournalReader& reader,
                     const Books& books);
  void CompareRows(const CheckpointHeader& header, const Books& books);

  void Add(uint64_t sequence, const std::string& message);

  Source& source_;
  Findings& findings_;
  std::map<uint64_t, CheckpointHeader> headers_;  // That were not compared.
  uint64_t count_ = 0;
  uint64_t compared_ = 0;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_CHECKPOINT_ROWS_H_

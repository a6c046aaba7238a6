// A journal file carries a whole journal, and the personal texts that go with
// it, from one place to another: an archive, an auditor, another machine.
// docs/journal_format.md describes its bytes. It is written and read in one
// pass from beginning to end, so a pipe will do.
//
// The batches in it are the very bytes of the journal: whoever reads them gets
// the same digests. An end block says that nothing is missing behind them.
//
// Thread safety: a writer or a reader belongs to one thread.

#ifndef SKONTRO_LEDGER_JOURNAL_FILE_H_
#define SKONTRO_LEDGER_JOURNAL_FILE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/digest.h"
#include "ledger/record.h"
#include "ledger/record_codec.h"

namespace skontro::ledger {

// What the end block says of the blocks before it.
struct JournalFileEnd {
  Sequence sequence{};  // Of the newest record.
  Digest digest{};      // Of the newest record.
  uint64_t batch_count = 0;
  uint64_t personal_count = 0;
};

class JournalFileWriter {
 public:
  // Takes the bytes of the file, piece by piece.
  using Sink = std::function<absl::Status(std::string_view bytes)>;

  explicit JournalFileWriter(Sink sink);

  JournalFileWriter(const JournalFileWriter&) = delete;
  JournalFileWriter& operator=(const JournalFileWriter&) = delete;

  // In this order: Begin() once, the batches, the personal rows in the order of
  // their keys, End() once. Each returns what the sink returned; after an error
  // the file is of no use.
  absl::Status Begin(const NetworkUid& uid);
  absl::Status AddBatch(std::string_view batch);
  absl::Status AddPersonal(std::string_view key, std::string_view value);
  absl::Status End(Sequence sequence, const Digest& digest);

  uint64_t batch_count() const { return batch_count_; }

 private:
  absl::Status Write(std::string_view bytes);
  absl::Status WriteBlock(char kind, std::string_view body);

  const Sink sink_;
  Sha256 hash_;
  uint64_t batch_count_ = 0;
  uint64_t personal_count_ = 0;
};

class JournalFileReader {
 public:
  struct Batch {
    std::string bytes;
  };
  struct Personal {
    std::string key;
    std::string value;
  };
  using Block = std::variant<Batch, Personal, JournalFileEnd>;

  // Fills `buffer` with up to `size` bytes and returns how many; zero at the
  // end of the file.
  using Pull = std::function<absl::StatusOr<size_t>(char* buffer, size_t size)>;

  explicit JournalFileReader(Pull pull);

  JournalFileReader(const JournalFileReader&) = delete;
  JournalFileReader& operator=(const JournalFileReader&) = delete;

  // Reads the beginning. Returns INVALID_ARGUMENT for what is no journal file,
  // UNIMPLEMENTED for a later version, or what `pull` returned.
  absl::StatusOr<NetworkUid> Begin();

  // Returns the next block; the end block is the last. Returns DATA_LOSS where
  // the file is damaged, cut short or goes on behind its end, or what `pull`
  // returned. What is inside a batch is not looked at.
  // REQUIRES: Begin() returned OK, and no end block or error came before.
  absl::StatusOr<Block> Next();

 private:
  // Reads exactly so many bytes; DATA_LOSS if there are fewer.
  absl::StatusOr<std::string> Take(size_t size);
  absl::StatusOr<JournalFileEnd> ReadEnd(std::string_view body,
                                         const Digest& before);
  absl::StatusOr<Block> ReadPersonal(std::string_view body);

  const Pull pull_;
  Sha256 hash_;
  uint64_t position_ = 0;
  uint64_t batch_count_ = 0;
  uint64_t personal_count_ = 0;
  std::string last_key_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_JOURNAL_FILE_H_

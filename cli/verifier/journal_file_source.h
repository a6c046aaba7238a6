// A journal file (docs/journal_format.md), or the files of a backup one after
// another, as a Source: the families `journal` and `personal`, and no others.
// Shares no code with the ledger that writes such files.
//
// Each file is read whole once when it is opened, and its checksums with it;
// the blocks are read again as they are asked for. 40 bytes of memory for each
// personal text, 24 for each batch.
//
// Thread safety: none; one thread uses it.

#ifndef SKONTRO_CLI_VERIFIER_JOURNAL_FILE_SOURCE_H_
#define SKONTRO_CLI_VERIFIER_JOURNAL_FILE_SOURCE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

class JournalFileSource : public Source {
 public:
  // Opens the files at `paths`, each of which goes on where the one before it
  // ended. A last file that was cut short opens, and is not whole().
  //
  //   INVALID_ARGUMENT     one is no journal file
  //   FAILED_PRECONDITION  its version is newer than this program
  //   DATA_LOSS            a checksum does not hold, a block or a file is out
  //                        of place, or another file than the last was cut
  //   PERMISSION_DENIED, UNAVAILABLE  it cannot be read
  static absl::StatusOr<std::unique_ptr<JournalFileSource>> Open(
      const std::vector<std::string>& paths);

  ~JournalFileSource() override;

  // Whether the last end block is there, and nothing missing before it.
  bool whole() const { return whole_; }

  std::vector<std::string> Families() const override;
  std::unique_ptr<Cursor> Scan(std::string_view family) override;
  absl::StatusOr<std::optional<std::string>> Get(std::string_view family,
                                                 std::string_view key) override;
  absl::StatusOr<std::optional<Row>> Last(std::string_view family) override;

 private:
  class Walk;
  class Indexer;

  // Where the value of a row is.
  struct Place {
    uint64_t offset = 0;
    uint32_t length = 0;
    uint32_t file = 0;  // Rank.
  };
  struct Batch {
    uint64_t first_sequence = 0;
    Place place;
  };
  struct Text {
    std::array<char, 20> key{};
    Place place;

    std::string_view key_bytes() const { return {key.data(), key.size()}; }
  };

  JournalFileSource() = default;

  absl::Status Add(const std::string& path);
  absl::StatusOr<std::string> ReadAt(const Place& place) const;
  absl::StatusOr<Row> ReadRow(bool journal, size_t rank) const;

  std::vector<int> files_;
  bool whole_ = true;
  std::vector<Batch> batches_;
  std::vector<Text> texts_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_JOURNAL_FILE_SOURCE_H_

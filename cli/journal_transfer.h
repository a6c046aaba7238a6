// Carries the journal of a network, and its personal texts, from a store into
// a journal file and from journal files into a store. Progress is shown on the
// terminal.
//
// The errors are failures that name the place: kUsage for what does not fit
// together or was asked for and is not there, kBroken for what is damaged,
// kLocalFailure for the disk.

#ifndef SKONTRO_CLI_JOURNAL_TRANSFER_H_
#define SKONTRO_CLI_JOURNAL_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/session.h"
#include "cli/verifier/source.h"
#include "ledger/journal_file.h"
#include "ledger/storage/store.h"
#include "ledger/store_journal.h"

namespace skontro::cli {

// The name that means standard input or output.
inline constexpr char kStandardStream[] = "-";

// What was carried over.
struct Carried {
  ledger::JournalHead head;  // Where it ends.
  uint64_t record_count = 0;
  uint64_t batch_count = 0;
  uint64_t personal_count = 0;
};

// Which records are wanted.
struct Range {
  // The last record that is not: the journal must have it. Nothing means from
  // the beginning.
  std::optional<ledger::JournalHead> after;
  ledger::Sequence last{};  // Zero means all.
};

// Writes that part of the journal in `source`, the store at `place`, as one
// whole journal file to `sink`. Every digest is checked. A journal without
// anything behind `after` gives a file without a batch: look at record_count.
// kBroken where the journal ends before `after` or is another one there.
absl::StatusOr<Carried> WriteJournalFile(
    Session& session, verifier::Source* source, const std::string& place,
    const Range& range, const ledger::JournalFileWriter::Sink& sink);

// Fills an empty store from journal files, each of which goes on where the one
// before it ended; the standard stream may be the only one. All are read to
// their ends, also behind `last`: a file that is not whole is not taken over in
// part.
absl::StatusOr<Carried> FillStore(Session& session,
                                  const std::vector<std::string>& files,
                                  ledger::Sequence last, ledger::Store* store);

// Where the journal file at `path` ends. It is read as a whole, and its digests
// are checked; that it goes on from another file is not.
absl::StatusOr<ledger::JournalHead> EndOfJournalFile(const std::string& path);

// What the ledger or the disk says of the books, as a failure.
absl::Status BooksFailure(const std::string& place, const absl::Status& status);

// Verifies what was just made, before anybody relies on it; returns the id of
// its network.
absl::StatusOr<std::string> VerifyMade(Session& session,
                                       const std::string& path);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_JOURNAL_TRANSFER_H_

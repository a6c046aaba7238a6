#include "cli/journal_transfer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <variant>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/progress_line.h"
#include "cli/verifier/directory.h"
#include "ledger/base/status.h"
#include "ledger/journal_copy.h"

namespace skontro::cli {
namespace {

using ledger::JournalFileEnd;
using ledger::JournalFileReader;
using ledger::JournalFileWriter;
using ledger::JournalHead;
using ledger::Sequence;

constexpr uint64_t kProgressEvery = 16'384;
constexpr size_t kPersonalKeyLength = 20;

uint64_t Number(Sequence sequence) { return static_cast<uint64_t>(sequence); }

// Says on the terminal how many records were carried.
class RecordLine {
 public:
  explicit RecordLine(Session& session) : line_(session.environment()) {}

  void Reached(Sequence sequence) {
    if (Number(sequence) / kProgressEvery == told_) return;
    told_ = Number(sequence) / kProgressEvery;
    line_.Show(absl::StrCat(Number(sequence), " records"));
  }

 private:
  ProgressLine line_;
  uint64_t told_ = 0;
};

absl::StatusOr<ledger::DecodedBatch> Decode(std::string_view batch) {
  return ledger::DecodeBatch(batch, ledger::Trust::kNothing);
}

// The head of the journal in `source`.
absl::StatusOr<JournalHead> HeadOf(verifier::Source* source) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<verifier::Row> last,
                           source->Last("journal"));
  if (!last.has_value()) return absl::NotFoundError("it holds no journal");
  SKONTRO_ASSIGN_OR_RETURN(const ledger::DecodedBatch batch,
                           Decode(last->value));
  return ledger::HeadAfter(batch.uid, batch.batch);
}

// Whether a journal that ends at `head` can go on behind `after`.
absl::Status CheckGoesOn(const JournalHead& head, const JournalHead& after) {
  if (head.uid != after.uid) {
    return absl::DataLossError(
        "this is another network than the one that was saved before");
  }
  if (head.sequence < after.sequence) {
    return absl::DataLossError(absl::StrCat(
        "its journal ends at sequence ", Number(head.sequence),
        ", and sequence ", Number(after.sequence),
        " was saved before: it is older than its backup, or has lost records"));
  }
  if (head.sequence == after.sequence && head.digest != after.digest) {
    return absl::DataLossError(
        absl::StrCat("sequence ", Number(head.sequence),
                     " is another record than the one that was saved before: "
                     "it is another history"));
  }
  return absl::OkStatus();
}

// Adds the batches of `range` up to `head`, the newest there is, and returns
// where they end.
absl::StatusOr<JournalHead> AddBatches(Session& session,
                                       verifier::Source* source,
                                       const JournalHead& head,
                                       const Range& range,
                                       JournalFileWriter* writer) {
  const Sequence last = range.last == Sequence{0} ? head.sequence : range.last;
  if (head.sequence < last) {
    return absl::OutOfRangeError(
        absl::StrCat("the journal ends at sequence ", Number(head.sequence)));
  }
  RecordLine line(session);
  std::optional<JournalHead> reached = range.after;
  while (!reached.has_value() || reached->sequence < last) {
    const Sequence next =
        reached.has_value() ? ledger::Next(reached->sequence) : Sequence{1};
    SKONTRO_ASSIGN_OR_RETURN(std::optional<std::string> batch,
                             source->Get("journal", ledger::JournalKey(next)));
    if (!batch.has_value()) {
      return absl::DataLossError(
          absl::StrCat("the journal has no batch that begins with sequence ",
                       Number(next), " and goes on behind it"));
    }
    SKONTRO_ASSIGN_OR_RETURN(ledger::DecodedBatch decoded, Decode(*batch));
    SKONTRO_RETURN_IF_ERROR(ledger::CheckFollows(reached, decoded));
    if (decoded.batch.last_sequence() > last) {
      SKONTRO_ASSIGN_OR_RETURN(batch, ledger::CutBatch(*batch, last));
      SKONTRO_ASSIGN_OR_RETURN(decoded, Decode(*batch));
    }
    SKONTRO_RETURN_IF_ERROR(writer->AddBatch(*batch));
    reached = ledger::HeadAfter(decoded.uid, decoded.batch);
    line.Reached(reached->sequence);
  }
  return *reached;
}

// Adds the texts of the records behind `after` and up to `last`.
absl::StatusOr<uint64_t> AddTexts(verifier::Source* source, Sequence after,
                                  Sequence last, JournalFileWriter* writer) {
  uint64_t count = 0;
  const std::unique_ptr<verifier::Cursor> cursor = source->Scan("personal");
  for (; cursor->Valid(); cursor->Next()) {
    // A text without a record is what a recovery left; it is not carried over.
    if (cursor->key().size() != kPersonalKeyLength) continue;
    const std::string_view sequence = cursor->key().substr(8, 8);
    if (sequence <= ledger::JournalKey(after) ||
        sequence > ledger::JournalKey(last)) {
      continue;
    }
    SKONTRO_RETURN_IF_ERROR(
        writer->AddPersonal(cursor->key(), cursor->value()));
    ++count;
  }
  SKONTRO_RETURN_IF_ERROR(cursor->status());
  return count;
}

// A journal file that is read from the disk or the standard input.
class InputFile {
 public:
  explicit InputFile(const std::string& path)
      : path_(path),
        descriptor_(path == kStandardStream
                        ? STDIN_FILENO
                        : open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        error_(errno),
        reader_(
            [this](char* buffer, size_t size) { return Read(buffer, size); }) {}
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (descriptor_ > STDIN_FILENO) close(descriptor_);
  }

  absl::StatusOr<ledger::NetworkUid> Begin() {
    if (descriptor_ < 0) return FileFailure("read", path_, error_);
    return reader_.Begin();
  }
  JournalFileReader& reader() { return reader_; }

 private:
  absl::StatusOr<size_t> Read(char* buffer, size_t size) {
    while (true) {
      const ssize_t count = read(descriptor_, buffer, size);
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) return FileFailure("read", path_, errno);
    }
  }

  const std::string path_;
  const int descriptor_;
  const int error_;
  JournalFileReader reader_;
};

// Where a file ends must be where its last batch does.
absl::Status CheckEnd(const JournalFileEnd& end,
                      const std::optional<JournalHead>& head) {
  if (head.has_value() && head->sequence == end.sequence &&
      head->digest == end.digest) {
    return absl::OkStatus();
  }
  return absl::DataLossError("the file ends with another record than it says");
}

absl::Status AddFile(InputFile* input, Sequence last, RecordLine* line,
                     ledger::JournalCopy* copy) {
  SKONTRO_RETURN_IF_ERROR(input->Begin().status());
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const JournalFileReader::Block block,
                             input->reader().Next());
    if (const auto* batch = std::get_if<JournalFileReader::Batch>(&block)) {
      SKONTRO_RETURN_IF_ERROR(copy->AddBatch(batch->bytes));
      line->Reached(copy->head()->sequence);
    } else if (const auto* row =
                   std::get_if<JournalFileReader::Personal>(&block)) {
      SKONTRO_RETURN_IF_ERROR(copy->AddPersonal(row->key, row->value));
    } else if (last != Sequence{0}) {
      return absl::OkStatus();
    } else {
      return CheckEnd(std::get<JournalFileEnd>(block), copy->head());
    }
  }
}

}  // namespace

absl::StatusOr<Carried> WriteJournalFile(Session& session,
                                         verifier::Source* source,
                                         const std::string& place,
                                         const Range& range,
                                         const JournalFileWriter::Sink& sink) {
  const auto write = [&]() -> absl::StatusOr<Carried> {
    SKONTRO_ASSIGN_OR_RETURN(const JournalHead head, HeadOf(source));
    Sequence after{};
    if (range.after.has_value()) {
      SKONTRO_RETURN_IF_ERROR(CheckGoesOn(head, *range.after));
      after = range.after->sequence;
    }
    JournalFileWriter writer(sink);
    SKONTRO_RETURN_IF_ERROR(writer.Begin(head.uid));
    Carried carried;
    SKONTRO_ASSIGN_OR_RETURN(carried.head,
                             AddBatches(session, source, head, range, &writer));
    SKONTRO_ASSIGN_OR_RETURN(
        carried.personal_count,
        AddTexts(source, after, carried.head.sequence, &writer));
    SKONTRO_RETURN_IF_ERROR(
        writer.End(carried.head.sequence, carried.head.digest));
    carried.record_count = Number(carried.head.sequence) - Number(after);
    carried.batch_count = writer.batch_count();
    return carried;
  };
  absl::StatusOr<Carried> carried = write();
  if (!carried.ok()) return BooksFailure(place, carried.status());
  return carried;
}

absl::StatusOr<Carried> FillStore(Session& session,
                                  const std::vector<std::string>& files,
                                  Sequence last, ledger::Store* store) {
  RecordLine line(session);
  ledger::JournalCopy copy(store, last);
  for (const std::string& file : files) {
    InputFile input(file);
    const absl::Status added = AddFile(&input, last, &line, &copy);
    if (!added.ok()) return BooksFailure(file, added);
  }
  const absl::StatusOr<JournalHead> head = copy.Finish();
  if (!head.ok()) {
    return BooksFailure(files.empty() ? "nothing" : files.back(),
                        head.status());
  }
  return Carried{*head, Number(head->sequence), copy.batch_count(),
                 copy.personal_count()};
}

absl::StatusOr<JournalHead> EndOfJournalFile(const std::string& path) {
  const auto read_all = [&]() -> absl::StatusOr<JournalHead> {
    InputFile input(path);
    SKONTRO_RETURN_IF_ERROR(input.Begin().status());
    std::optional<JournalHead> head;
    while (true) {
      SKONTRO_ASSIGN_OR_RETURN(const JournalFileReader::Block block,
                               input.reader().Next());
      if (const auto* batch = std::get_if<JournalFileReader::Batch>(&block)) {
        SKONTRO_ASSIGN_OR_RETURN(const ledger::DecodedBatch decoded,
                                 Decode(batch->bytes));
        if (head.has_value()) {
          SKONTRO_RETURN_IF_ERROR(ledger::CheckFollows(head, decoded));
        }
        head = ledger::HeadAfter(decoded.uid, decoded.batch);
      } else if (const auto* end = std::get_if<JournalFileEnd>(&block)) {
        SKONTRO_RETURN_IF_ERROR(CheckEnd(*end, head));
        return *head;
      }
    }
  };
  absl::StatusOr<JournalHead> head = read_all();
  if (!head.ok()) return BooksFailure(path, head.status());
  return head;
}

absl::Status BooksFailure(const std::string& place,
                          const absl::Status& status) {
  ExitCode code = ExitCode::kLocalFailure;
  if (absl::IsDataLoss(status)) code = ExitCode::kBroken;
  if (absl::IsInvalidArgument(status) || absl::IsOutOfRange(status) ||
      absl::IsNotFound(status) || absl::IsUnimplemented(status)) {
    code = ExitCode::kUsage;
  }
  return Failure(code,
                 absl::StrCat(place, ": ", std::string(status.message())));
}

absl::StatusOr<std::string> VerifyMade(Session& session,
                                       const std::string& path) {
  ProgressLine line(session.environment());
  const auto results = verifier::VerifyDirectory(
      path, {}, [&](const std::string&, const verifier::Progress& progress) {
        line.Show("verifying: " +
                  ProgressText(static_cast<int64_t>(progress.records),
                               static_cast<int64_t>(progress.records_total),
                               "records"));
        return true;
      });
  line.End();
  if (!results.ok()) {
    return Failure(ExitCode::kIncomplete,
                   std::string(results.status().message()));
  }
  if (results->size() != 1 || !results->front().report.ok()) {
    return Failure(
        ExitCode::kBroken,
        results->empty()
            ? "nothing was made"
            : std::string(results->front().report.status().message()));
  }
  const verifier::Report& report = *results->front().report;
  if (report.verdict() == verifier::Verdict::kOk) return report.network_id;
  return Failure(
      ExitCode::kBroken,
      absl::StrCat("the books in it do not hold, so it was not kept\n",
                   verifier::ToText(report)));
}

}  // namespace skontro::cli

// skontro journal: the journal of a network as one file, and a network from
// such a file.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cli/data_folder.h"
#include "cli/failure.h"
#include "cli/json_writer.h"
#include "cli/output_file.h"
#include "cli/progress_line.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/verifier/directory.h"
#include "cli/verifier/readonly_store_opener.h"
#include "ledger/head_check.h"
#include "ledger/journal_copy.h"
#include "ledger/journal_file.h"
#include "ledger/storage/rocksdb_store.h"

namespace skontro::cli {
namespace {

using ledger::JournalFileEnd;
using ledger::JournalFileReader;
using ledger::JournalFileWriter;
using ledger::Sequence;

constexpr char kStandardStream[] = "-";
constexpr size_t kCacheBytes = 64u << 20;
constexpr uint64_t kProgressEvery = 16'384;

uint64_t Number(Sequence sequence) { return static_cast<uint64_t>(sequence); }

// What was carried over, for the person who asked.
struct Summary {
  std::string network;
  JournalFileEnd end;
  std::string place;
};

std::string SummaryOf(Format format, const Summary& summary) {
  const std::string digest = ledger::ToHex(summary.end.digest);
  if (format == Format::kJson) {
    JsonWriter json;
    json.BeginObject();
    json.String("network", summary.network);
    json.Number("sequence", static_cast<int64_t>(Number(summary.end.sequence)));
    json.String("digest", digest);
    json.Number("batch_count", static_cast<int64_t>(summary.end.batch_count));
    json.Number("personal_count",
                static_cast<int64_t>(summary.end.personal_count));
    json.String("place", summary.place);
    json.EndObject();
    return json.Finish();
  }
  return TitledLines(
      {{"Network", summary.network},
       {"Sequence", absl::StrCat(Number(summary.end.sequence))},
       {"Digest", digest},
       {"Batches", absl::StrCat(summary.end.batch_count)},
       {"Personal texts", absl::StrCat(summary.end.personal_count)},
       {"Place", summary.place}});
}

// Verifies what was just made, before anybody relies on it; returns the id of
// its network.
absl::StatusOr<std::string> VerifyResult(Session& session,
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

// --- export ------------------------------------------------------------------

struct ExportOptions {
  std::string directory;
  std::string out;
  uint64_t to_sequence = 0;
};

// Where the bytes of an export go: a file that gets its name when all is well,
// or the standard output.
class Destination {
 public:
  static absl::StatusOr<std::unique_ptr<Destination>> Open(
      Session& session, const std::string& path) {
    auto destination = std::unique_ptr<Destination>(new Destination(session));
    if (path == kStandardStream) return destination;
    SKONTRO_ASSIGN_OR_RETURN(destination->file_, OutputFile::Create(path));
    return destination;
  }

  absl::Status Write(std::string_view bytes) {
    if (file_ != nullptr) return file_->Write(bytes);
    session_.out().write(bytes.data(),
                         static_cast<std::streamsize>(bytes.size()));
    if (session_.out().good()) return absl::OkStatus();
    return FileFailure("write", "standard output", EIO);
  }

  // The file, or nothing for the standard output.
  OutputFile* file() { return file_.get(); }

 private:
  explicit Destination(Session& session) : session_(session) {}

  Session& session_;
  std::unique_ptr<OutputFile> file_;
};

// Writes the batches up to `last`, or all, and says where they end.
absl::StatusOr<ledger::JournalHead> WriteBatches(Session& session,
                                                 verifier::Source* source,
                                                 Sequence last,
                                                 JournalFileWriter* writer) {
  ProgressLine line(session.environment());
  std::optional<ledger::JournalHead> head;
  uint64_t told = 0;
  const std::unique_ptr<verifier::Cursor> cursor = source->Scan("journal");
  for (; cursor->Valid(); cursor->Next()) {
    std::string batch(cursor->value());
    SKONTRO_ASSIGN_OR_RETURN(
        ledger::DecodedBatch decoded,
        ledger::DecodeBatch(batch, ledger::Trust::kNothing));
    SKONTRO_RETURN_IF_ERROR(ledger::CheckFollows(head, decoded));
    if (last != Sequence{0} && decoded.batch.last_sequence() > last) {
      SKONTRO_ASSIGN_OR_RETURN(batch, ledger::CutBatch(batch, last));
      SKONTRO_ASSIGN_OR_RETURN(
          decoded, ledger::DecodeBatch(batch, ledger::Trust::kNothing));
    }
    if (!head.has_value()) SKONTRO_RETURN_IF_ERROR(writer->Begin(decoded.uid));
    SKONTRO_RETURN_IF_ERROR(writer->AddBatch(batch));
    head = ledger::HeadAfter(decoded.uid, decoded.batch);
    if (Number(head->sequence) / kProgressEvery != told) {
      told = Number(head->sequence) / kProgressEvery;
      line.Show(absl::StrCat(Number(head->sequence), " records"));
    }
    if (head->sequence == last) break;
  }
  line.End();
  SKONTRO_RETURN_IF_ERROR(cursor->status());
  if (!head.has_value()) return absl::NotFoundError("it holds no journal");
  if (head->sequence < last) {
    return absl::OutOfRangeError(
        absl::StrCat("the journal ends at sequence ", Number(head->sequence)));
  }
  return *head;
}

absl::StatusOr<uint64_t> WriteTexts(verifier::Source* source, Sequence last,
                                    JournalFileWriter* writer) {
  uint64_t count = 0;
  const std::unique_ptr<verifier::Cursor> cursor = source->Scan("personal");
  for (; cursor->Valid(); cursor->Next()) {
    // A text without a record is what a recovery left; it is not exported.
    if (cursor->key().size() != 20 ||
        cursor->key().substr(8, 8) > ledger::JournalKey(last)) {
      continue;
    }
    SKONTRO_RETURN_IF_ERROR(
        writer->AddPersonal(cursor->key(), cursor->value()));
    ++count;
  }
  SKONTRO_RETURN_IF_ERROR(cursor->status());
  return count;
}

// What the ledger or the disk says of the books, as a failure.
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

absl::StatusOr<ExitCode> Export(Session& session,
                                const ExportOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string folder,
      FindNetworkFolder(options.directory, session.options().network));
  const auto source = verifier::OpenReadonlyStore(folder);
  if (!source.ok()) return BooksFailure(folder, source.status());
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<Destination> destination,
                           Destination::Open(session, options.out));
  JournalFileWriter writer(
      [&](std::string_view bytes) { return destination->Write(bytes); });
  const auto write = [&]() -> absl::StatusOr<JournalFileEnd> {
    SKONTRO_ASSIGN_OR_RETURN(
        const ledger::JournalHead head,
        WriteBatches(session, source->get(), Sequence{options.to_sequence},
                     &writer));
    SKONTRO_ASSIGN_OR_RETURN(const uint64_t texts,
                             WriteTexts(source->get(), head.sequence, &writer));
    SKONTRO_RETURN_IF_ERROR(writer.End(head.sequence, head.digest));
    return JournalFileEnd{head.sequence, head.digest, writer.batch_count(),
                          texts};
  };
  const absl::StatusOr<JournalFileEnd> end = write();
  if (!end.ok()) return BooksFailure(folder, end.status());
  if (destination->file() == nullptr) return ExitCode::kDone;
  SKONTRO_RETURN_IF_ERROR(destination->file()->Finish());
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string network,
      VerifyResult(session, destination->file()->partial_path()));
  SKONTRO_RETURN_IF_ERROR(
      destination->file()->Publish(OutputFile::Existing::kKeep));
  session.out() << SummaryOf(session.format(), {network, *end, options.out});
  return ExitCode::kDone;
}

// --- import ------------------------------------------------------------------

struct ImportOptions {
  std::string file;
  std::string to;
  uint64_t to_sequence = 0;
};

// Reads the file to its end, also behind `last`: a file that is not whole is
// not imported in part. Says what the store holds then.
absl::StatusOr<JournalFileEnd> Fill(Session& session, JournalFileReader* reader,
                                    Sequence last, ledger::Store* store) {
  ProgressLine line(session.environment());
  ledger::JournalCopy copy(store, last);
  uint64_t told = 0;
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const JournalFileReader::Block block,
                             reader->Next());
    if (const auto* batch = std::get_if<JournalFileReader::Batch>(&block)) {
      SKONTRO_RETURN_IF_ERROR(copy.AddBatch(batch->bytes));
      const uint64_t reached = Number(copy.head()->sequence) / kProgressEvery;
      if (reached == told) continue;
      told = reached;
      line.Show(absl::StrCat(Number(copy.head()->sequence), " records"));
    } else if (const auto* row =
                   std::get_if<JournalFileReader::Personal>(&block)) {
      SKONTRO_RETURN_IF_ERROR(copy.AddPersonal(row->key, row->value));
    } else {
      const auto& end = std::get<JournalFileEnd>(block);
      SKONTRO_ASSIGN_OR_RETURN(const ledger::JournalHead head, copy.Finish());
      if (last == Sequence{0} &&
          (head.sequence != end.sequence || head.digest != end.digest)) {
        return absl::DataLossError(
            "the file ends with another record than it says");
      }
      return JournalFileEnd{head.sequence, head.digest, copy.batch_count(),
                            copy.personal_count()};
    }
  }
}

absl::StatusOr<ExitCode> Import(Session& session,
                                const ImportOptions& options) {
  const bool is_stdin = options.file == kStandardStream;
  const int input = is_stdin ? STDIN_FILENO
                             : open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (input < 0) return FileFailure("read", options.file, errno);
  const absl::Cleanup closer = [&] {
    if (!is_stdin) close(input);
  };
  JournalFileReader reader(
      [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
        while (true) {
          const ssize_t count = read(input, buffer, size);
          if (count >= 0) return static_cast<size_t>(count);
          if (errno != EINTR) return FileFailure("read", options.file, errno);
        }
      });
  const auto begun = reader.Begin();
  if (!begun.ok()) return BooksFailure(options.file, begun.status());

  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<NewDataFolder> folder,
                           NewDataFolder::Create(options.to));
  absl::StatusOr<JournalFileEnd> end;
  absl::StatusOr<ledger::JournalHead> head;
  {
    ledger::RocksdbResources resources(kCacheBytes, kCacheBytes);
    const auto store = ledger::RocksdbStore::Open(
        folder->network_path(), ledger::OpenMode::kCreate, &resources);
    if (!store.ok()) return BooksFailure(options.to, store.status());
    end = Fill(session, &reader, Sequence{options.to_sequence}, store->get());
    head = ReadHead(*(*store)->GetSnapshot());
  }
  if (!end.ok()) return BooksFailure(options.file, end.status());
  if (!head.ok()) return BooksFailure(options.to, head.status());
  SKONTRO_ASSIGN_OR_RETURN(const std::string network,
                           VerifyResult(session, folder->network_path()));
  SKONTRO_RETURN_IF_ERROR(folder->Publish(network, ToAnchored(*head)));
  session.out() << SummaryOf(session.format(), {network, *end, options.to});
  if (session.format() == Format::kText) {
    session.out() << "Next: skontrod --data-dir " << ShellQuoted(options.to)
                  << "\n";
  }
  return ExitCode::kDone;
}

}  // namespace

void AddJournalVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "journal", "The journal of a network as one file, and back");

  const auto exporting = std::make_shared<ExportOptions>();
  CLI::App* const out = verbs.AddLocal(
      group, "export", "Write the journal of a network to one file",
      "  skontro journal export /var/lib/skontro --network res --out res.skj\n"
      "  skontro journal export /var/lib/skontro --out - | zstd > res.skj.zst\n"
      "\n"
      "A server may be writing to the directory: what it has acknowledged is "
      "in "
      "the\nfile. The file is verified before it gets its name; one that is "
      "there is not\noverwritten. skontro verify FILE checks it anywhere.",
      [&verbs, exporting] { return Export(verbs.session(), *exporting); });
  out->add_option("DIR", exporting->directory,
                  "A data directory, or one network of it")
      ->required();
  out->add_option("--out", exporting->out, "The file; - for standard output")
      ->required()
      ->type_name("FILE");
  out->add_option("--to-sequence", exporting->to_sequence,
                  "The newest record in the file (all)")
      ->type_name("SEQUENCE")
      ->check(CLI::PositiveNumber);
  verbs.TakesNetwork(out);
  verbs.TakesFormat(out);

  const auto importing = std::make_shared<ImportOptions>();
  CLI::App* const in = verbs.AddLocal(
      group, "import", "Make a data directory from such a file",
      "  skontro journal import res.skj --to /var/lib/skontro\n"
      "  zstd -dc res.skj.zst | skontro journal import - --to copy\n"
      "\n"
      "The digests of all records stay the same. Every one is checked, and the "
      "books\nare verified, before the directory gets its name; one that is "
      "there is not\ntouched. The server builds the projections when it "
      "starts.",
      [&verbs, importing] { return Import(verbs.session(), *importing); });
  in->add_option("FILE", importing->file, "The file; - for standard input")
      ->required();
  in->add_option("--to", importing->to, "The data directory to make")
      ->required()
      ->type_name("DIR");
  in->add_option("--to-sequence", importing->to_sequence,
                 "The newest record to take over (all)")
      ->type_name("SEQUENCE")
      ->check(CLI::PositiveNumber);
  verbs.TakesFormat(in);
}

}  // namespace skontro::cli

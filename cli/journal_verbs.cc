// skontro journal: the journal of a network as one file, and a network from
// such a file.

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/data_folder.h"
#include "cli/failure.h"
#include "cli/journal_transfer.h"
#include "cli/json_writer.h"
#include "cli/output_file.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/verifier/readonly_store_opener.h"
#include "ledger/base/status.h"
#include "ledger/head_check.h"
#include "ledger/storage/rocksdb_store.h"

namespace skontro::cli {
namespace {

using ledger::Sequence;

constexpr size_t kCacheBytes = 64u << 20;

// What was carried over, for the person who asked.
struct Summary {
  std::string network;
  Carried carried;
  std::string place;
};

std::string SummaryOf(Format format, const Summary& summary) {
  const Carried& carried = summary.carried;
  const auto sequence = static_cast<int64_t>(carried.head.sequence);
  const std::string digest = ledger::ToHex(carried.head.digest);
  if (format == Format::kJson) {
    JsonWriter json;
    json.BeginObject();
    json.String("network", summary.network);
    json.Number("sequence", sequence);
    json.String("digest", digest);
    json.Number("batch_count", static_cast<int64_t>(carried.batch_count));
    json.Number("personal_count", static_cast<int64_t>(carried.personal_count));
    json.String("place", summary.place);
    json.EndObject();
    return json.Finish();
  }
  return TitledLines({{"Network", summary.network},
                      {"Sequence", absl::StrCat(sequence)},
                      {"Digest", digest},
                      {"Batches", absl::StrCat(carried.batch_count)},
                      {"Personal texts", absl::StrCat(carried.personal_count)},
                      {"Place", summary.place}});
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

absl::StatusOr<ExitCode> Export(Session& session,
                                const ExportOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string folder,
      FindNetworkFolder(options.directory, session.options().network));
  const auto source = verifier::OpenReadonlyStore(folder);
  if (!source.ok()) return BooksFailure(folder, source.status());
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<Destination> destination,
                           Destination::Open(session, options.out));
  SKONTRO_ASSIGN_OR_RETURN(
      const Carried carried,
      WriteJournalFile(
          session, source->get(), folder,
          {.after = {}, .last = Sequence{options.to_sequence}},
          [&](std::string_view bytes) { return destination->Write(bytes); }));
  if (destination->file() == nullptr) return ExitCode::kDone;
  SKONTRO_RETURN_IF_ERROR(destination->file()->Finish());
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string network,
      VerifyMade(session, destination->file()->partial_path()));
  SKONTRO_RETURN_IF_ERROR(
      destination->file()->Publish(OutputFile::Existing::kKeep));
  session.out() << SummaryOf(session.format(), {network, carried, options.out});
  return ExitCode::kDone;
}

// --- import ------------------------------------------------------------------

struct ImportOptions {
  std::string file;
  std::string to;
  uint64_t to_sequence = 0;
};

absl::StatusOr<ExitCode> Import(Session& session,
                                const ImportOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<NewDataFolder> folder,
                           NewDataFolder::Create(options.to));
  absl::StatusOr<Carried> carried;
  {
    ledger::RocksdbResources resources(kCacheBytes, kCacheBytes);
    const auto store = ledger::RocksdbStore::Open(
        folder->network_path(), ledger::OpenMode::kCreate, &resources);
    if (!store.ok()) return BooksFailure(options.to, store.status());
    carried = FillStore(session, {options.file}, Sequence{options.to_sequence},
                        store->get());
  }
  SKONTRO_RETURN_IF_ERROR(carried.status());
  SKONTRO_ASSIGN_OR_RETURN(const std::string network,
                           VerifyMade(session, folder->network_path()));
  SKONTRO_RETURN_IF_ERROR(
      folder->AddNetwork(network, ToAnchored(carried->head)));
  SKONTRO_RETURN_IF_ERROR(folder->Publish());
  session.out() << SummaryOf(session.format(), {network, *carried, options.to});
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

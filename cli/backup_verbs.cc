// skontro backup and restore: the networks of a server in a folder that grows
// with them, and a data directory from such a folder.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/backup_folder.h"
#include "cli/data_folder.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/journal_transfer.h"
#include "cli/json_writer.h"
#include "cli/output_file.h"
#include "cli/progress_line.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/verifier/directory.h"
#include "cli/verifier/readonly_store_opener.h"
#include "ledger/base/status.h"
#include "ledger/head_check.h"
#include "ledger/storage/rocksdb_store.h"

namespace skontro::cli {
namespace {

using ledger::JournalHead;
using ledger::Sequence;

constexpr size_t kCacheBytes = 64u << 20;

// What was done for one network.
struct Done {
  std::string network;
  JournalHead head;
  uint64_t record_count = 0;
  int64_t bytes = 0;
  std::string file;  // Empty where nothing was new.
};

std::string ReportOf(Format format, const std::vector<Done>& networks) {
  if (format == Format::kJson) {
    JsonWriter json;
    json.BeginObject();
    json.BeginArray("networks");
    for (const Done& done : networks) {
      json.BeginObject();
      json.String("network", done.network);
      json.Number("sequence", static_cast<int64_t>(done.head.sequence));
      json.String("digest", ledger::ToHex(done.head.digest));
      json.Number("record_count", static_cast<int64_t>(done.record_count));
      json.Number("byte_count", done.bytes);
      json.String("file", done.file);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
    return json.Finish();
  }
  Table table({{"NETWORK"},
               {"SEQUENCE", CellKind::kNumber},
               {"NEW RECORDS", CellKind::kNumber},
               {"BYTES", CellKind::kNumber},
               {"FILE"}});
  for (const Done& done : networks) {
    table.Add({done.network,
               absl::StrCat(static_cast<uint64_t>(done.head.sequence)),
               absl::StrCat(done.record_count), absl::StrCat(done.bytes),
               done.file.empty() ? "nothing new" : done.file});
  }
  return format == Format::kCsv ? table.Csv() : table.Text();
}

// --- backup ------------------------------------------------------------------

struct BackupOptions {
  std::string directory;
  std::string to;
  bool quick = false;
};

// Adds to the backup what the store in `folder` has that is not in it yet.
absl::StatusOr<Done> BackUpNetwork(Session& session, const std::string& folder,
                                   const BackupFolder& backup) {
  Done done;
  done.network = std::filesystem::path(folder).filename().string();
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                           backup.Files(done.network));
  Range range;
  if (!files.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(range.after, EndOfJournalFile(files.back()));
  }
  const auto source = verifier::OpenReadonlyStore(folder);
  if (!source.ok()) return BooksFailure(folder, source.status());
  const Sequence first = range.after.has_value()
                             ? ledger::Next(range.after->sequence)
                             : Sequence{1};
  SKONTRO_ASSIGN_OR_RETURN(const std::string path,
                           backup.NewFile(done.network, first));
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                           OutputFile::Create(path));
  SKONTRO_ASSIGN_OR_RETURN(const Carried carried,
                           WriteJournalFile(session, source->get(), folder,
                                            range, [&](std::string_view bytes) {
                                              return file->Write(bytes);
                                            }));
  done.head = carried.head;
  done.record_count = carried.record_count;
  if (carried.record_count == 0) return done;
  SKONTRO_RETURN_IF_ERROR(file->Finish());
  // What is on the disk now, not what was meant to be.
  SKONTRO_ASSIGN_OR_RETURN(const JournalHead written,
                           EndOfJournalFile(file->partial_path()));
  if (written.digest != carried.head.digest) {
    return Failure(ExitCode::kBroken,
                   absl::StrCat(path,
                                " does not hold what was written to it; "
                                "look after the disk"));
  }
  SKONTRO_RETURN_IF_ERROR(file->Publish(OutputFile::Existing::kKeep));
  SKONTRO_RETURN_IF_ERROR(
      SyncFolder(std::filesystem::path(path).parent_path().string()));
  done.bytes = file->size();
  done.file = path;
  return done;
}

// Verifies the whole backup of `network`, from its first record on.
absl::Status VerifyBackup(Session& session, const BackupFolder& backup,
                          const std::string& network) {
  verifier::DirectoryOptions options;
  options.network = network;
  ProgressLine line(session.environment());
  const auto results = verifier::VerifyDirectory(
      backup.path(), options,
      [&](const std::string& name, const verifier::Progress& progress) {
        line.Show(absl::StrCat(
            "verifying ", name, ": ",
            ProgressText(static_cast<int64_t>(progress.records),
                         static_cast<int64_t>(progress.records_total),
                         "records")));
        return true;
      });
  line.End();
  if (!results.ok()) {
    return Failure(ExitCode::kIncomplete,
                   std::string(results.status().message()));
  }
  for (const verifier::NetworkResult& result : *results) {
    if (!result.report.ok()) {
      return Failure(ExitCode::kBroken,
                     std::string(result.report.status().message()));
    }
    if (result.report->verdict() != verifier::Verdict::kOk) {
      return Failure(
          ExitCode::kBroken,
          absl::StrCat("what was saved of ", network,
                       " is in the backup, and its books do not hold\n",
                       verifier::ToText(*result.report),
                       "Next: skontro verify the data directory"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Backup(Session& session,
                                const BackupOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::vector<std::string> folders,
      ListNetworkFolders(options.directory, session.options().network));
  SKONTRO_ASSIGN_OR_RETURN(const BackupFolder backup,
                           BackupFolder::OpenOrMake(options.to));
  std::vector<Done> networks;
  // One that fails keeps no other from being saved.
  absl::Status failed;
  for (const std::string& folder : folders) {
    absl::StatusOr<Done> done = BackUpNetwork(session, folder, backup);
    absl::Status status = done.status();
    if (done.ok()) networks.push_back(*std::move(done));
    if (status.ok() && !options.quick) {
      status = VerifyBackup(session, backup, networks.back().network);
    }
    if (failed.ok()) failed = status;
  }
  session.out() << ReportOf(session.format(), networks);
  if (!failed.ok()) return failed;
  return ExitCode::kDone;
}

// --- restore -----------------------------------------------------------------

struct RestoreOptions {
  std::string backup;
  std::string to;
  uint64_t to_sequence = 0;
};

absl::StatusOr<Done> RestoreNetwork(Session& session,
                                    const std::vector<std::string>& files,
                                    const std::string& network, Sequence last,
                                    NewDataFolder* folder) {
  absl::StatusOr<Carried> carried;
  {
    ledger::RocksdbResources resources(kCacheBytes, kCacheBytes);
    const auto store = ledger::RocksdbStore::Open(
        folder->network_path(), ledger::OpenMode::kCreate, &resources);
    if (!store.ok()) return BooksFailure(network, store.status());
    carried = FillStore(session, files, last, store->get());
  }
  SKONTRO_RETURN_IF_ERROR(carried.status());
  SKONTRO_ASSIGN_OR_RETURN(const std::string id,
                           VerifyMade(session, folder->network_path()));
  if (id != network) {
    return Failure(ExitCode::kBroken,
                   absl::StrCat("the backup of ", network,
                                " has the journal of the network ", id));
  }
  SKONTRO_RETURN_IF_ERROR(folder->AddNetwork(id, ToAnchored(carried->head)));
  return Done{id, carried->head, carried->record_count, 0, ""};
}

std::string RestoredText(const std::vector<Done>& networks,
                         const std::string& to) {
  Table table({{"NETWORK"}, {"SEQUENCE", CellKind::kNumber}, {"DIGEST"}});
  for (const Done& done : networks) {
    table.Add({done.network,
               absl::StrCat(static_cast<uint64_t>(done.head.sequence)),
               ledger::ToHex(done.head.digest)});
  }
  return absl::StrCat(table.Text(), "Next: skontrod --data-dir ",
                      ShellQuoted(to), "\n");
}

absl::StatusOr<ExitCode> Restore(Session& session,
                                 const RestoreOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const BackupFolder backup,
                           BackupFolder::Open(options.backup));
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           backup.Networks(session.options().network));
  if (options.to_sequence != 0 && names.size() != 1) {
    return UsageFailure(
        absl::StrCat("--to-sequence is of one network, and the backup has ",
                     absl::StrJoin(names, ", "), "\nNext: add --network ID"));
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<NewDataFolder> folder,
                           NewDataFolder::Create(options.to));
  std::vector<Done> networks;
  for (const std::string& name : names) {
    SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                             backup.Files(name));
    SKONTRO_ASSIGN_OR_RETURN(
        Done done, RestoreNetwork(session, files, name,
                                  Sequence{options.to_sequence}, folder.get()));
    networks.push_back(std::move(done));
  }
  SKONTRO_RETURN_IF_ERROR(folder->Publish());
  session.out() << (session.format() == Format::kText
                        ? RestoredText(networks, options.to)
                        : ReportOf(session.format(), networks));
  return ExitCode::kDone;
}

}  // namespace

void AddBackupVerbs(Verbs& verbs) {
  const auto backing = std::make_shared<BackupOptions>();
  CLI::App* const backup = verbs.AddLocal(
      &verbs.app(), "backup", "Save the networks of a server to a folder",
      "  skontro backup /var/lib/skontro --to /mnt/backup\n"
      "  skontro backup /var/lib/skontro --to /mnt/backup --network res\n"
      "\n"
      "A server may be running: what it has acknowledged is saved. The first "
      "time all\nrecords are, later only those that are new, in a file of "
      "their own. Then the\nwhole backup is verified, unless --quick says not "
      "to. A data directory that is\nolder than its backup is refused: so an "
      "old copy started by mistake shows.\n"
      "The secret keys of heads are not saved: keep them apart.",
      [&verbs, backing] { return Backup(verbs.session(), *backing); });
  backup->add_option("DIR", backing->directory, "The data directory")
      ->required();
  backup
      ->add_option("--to", backing->to,
                   "The folder; made where there is none yet")
      ->required()
      ->type_name("BACKUP");
  backup->add_flag("--quick", backing->quick,
                   "Check what is new, and not the whole backup");
  verbs.TakesNetwork(backup);
  verbs.TakesFormat(backup);

  const auto restoring = std::make_shared<RestoreOptions>();
  CLI::App* const restore = verbs.AddLocal(
      &verbs.app(), "restore", "Make a data directory from such a folder",
      "  skontro restore /mnt/backup --to /var/lib/skontro\n"
      "  skontro restore /mnt/backup --to then --network res --to-sequence "
      "4711\n"
      "\n"
      "Every digest is checked, and the books are verified, before the "
      "directory gets\nits name; one that is there is not touched. The server "
      "builds the projections\nwhen it starts.",
      [&verbs, restoring] { return Restore(verbs.session(), *restoring); });
  restore->add_option("BACKUP", restoring->backup, "The folder of the backup")
      ->required();
  restore->add_option("--to", restoring->to, "The data directory to make")
      ->required()
      ->type_name("DIR");
  restore
      ->add_option("--to-sequence", restoring->to_sequence,
                   "The newest record to take over (all)")
      ->type_name("SEQUENCE")
      ->check(CLI::PositiveNumber);
  verbs.TakesNetwork(restore);
  verbs.TakesFormat(restore);
}

}  // namespace skontro::cli

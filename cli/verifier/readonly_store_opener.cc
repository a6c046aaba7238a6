#include "cli/verifier/readonly_store_opener.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace skontro::verifier {
namespace {

constexpr size_t kBlockCacheBytes = 32 * 1024 * 1024;
constexpr size_t kReadaheadBytes = 2 * 1024 * 1024;
// A server that flushes all the time on a busy machine lets a reader in late.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kPause{20};

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view FromSlice(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

absl::Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(
        text, ". The store is damaged: keep it as it is, and verify a backup"));
  }
  if (text.find("Permission denied") != std::string::npos) {
    return absl::PermissionDeniedError(
        absl::StrCat(text, ". Verify as a user who may read it, or a copy"));
  }
  if (text.find("Too many open files") != std::string::npos) {
    return absl::ResourceExhaustedError(
        absl::StrCat(text, ". Raise the limit, such as with ulimit -n 65536"));
  }
  return absl::UnavailableError(text);
}

// Says nothing: RocksDB would write a file LOG otherwise.
class SilentLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// The file system of the machine, without anything that changes it.
class ReadonlyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  ReadonlyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "ReadonlyFileSystem"; }

  using Status = rocksdb::IOStatus;
  using Path = const std::string&;
  using File = std::unique_ptr<rocksdb::FSWritableFile>*;
  using FileOptions = rocksdb::FileOptions;
  using Options = rocksdb::IOOptions;
  using Context = rocksdb::IODebugContext*;

  Status NewWritableFile(Path path, const FileOptions&, File,
                         Context) override {
    return Refuse(path);
  }
  Status ReopenWritableFile(Path path, const FileOptions&, File,
                            Context) override {
    return Refuse(path);
  }
  Status ReuseWritableFile(Path path, Path, const FileOptions&, File,
                           Context) override {
    return Refuse(path);
  }
  Status NewRandomRWFile(Path path, const FileOptions&,
                         std::unique_ptr<rocksdb::FSRandomRWFile>*,
                         Context) override {
    return Refuse(path);
  }
  Status NewMemoryMappedFileBuffer(
      Path path, std::unique_ptr<rocksdb::MemoryMappedFileBuffer>*) override {
    return Refuse(path);
  }
  Status NewLogger(Path path, const Options&, std::shared_ptr<rocksdb::Logger>*,
                   Context) override {
    return Refuse(path);
  }
  Status DeleteFile(Path path, const Options&, Context) override {
    return Refuse(path);
  }
  Status Truncate(Path path, size_t, const Options&, Context) override {
    return Refuse(path);
  }
  Status CreateDir(Path path, const Options&, Context) override {
    return Refuse(path);
  }
  Status CreateDirIfMissing(Path path, const Options&, Context) override {
    return Refuse(path);
  }
  Status DeleteDir(Path path, const Options&, Context) override {
    return Refuse(path);
  }
  Status RenameFile(Path path, Path, const Options&, Context) override {
    return Refuse(path);
  }
  Status LinkFile(Path path, Path, const Options&, Context) override {
    return Refuse(path);
  }
  Status LockFile(Path path, const Options&, rocksdb::FileLock**,
                  Context) override {
    return Refuse(path);
  }

 private:
  static Status Refuse(Path path) {
    return Status::IOError("a verifier does not write", path);
  }
};

class StoreCursor : public Cursor {
 public:
  explicit StoreCursor(std::unique_ptr<rocksdb::Iterator> rows)
      : rows_(std::move(rows)) {
    rows_->SeekToFirst();
  }

  bool Valid() const override { return rows_->Valid(); }
  void Next() override { rows_->Next(); }
  std::string_view key() const override { return FromSlice(rows_->key()); }
  std::string_view value() const override { return FromSlice(rows_->value()); }
  absl::Status status() const override { return ToStatus(rows_->status()); }

 private:
  const std::unique_ptr<rocksdb::Iterator> rows_;
};

class ReadonlyStore : public Source {
 public:
  static absl::StatusOr<std::unique_ptr<Source>> Open(
      const std::string& directory, Reach reach);

  ~ReadonlyStore() override {
    for (const auto& [name, family] : families_) {
      db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    }
  }

  std::vector<std::string> Families() const override {
    std::vector<std::string> names;
    for (const auto& [name, family] : families_) names.push_back(name);
    return names;
  }

  std::unique_ptr<Cursor> Scan(std::string_view family) override {
    rocksdb::ReadOptions options = Options();
    options.fill_cache = false;
    options.readahead_size = kReadaheadBytes;
    return std::make_unique<StoreCursor>(std::unique_ptr<rocksdb::Iterator>(
        db_->NewIterator(options, Handle(family))));
  }

  absl::StatusOr<std::optional<std::string>> Get(
      std::string_view family, std::string_view key) override {
    std::string value;
    const rocksdb::Status status =
        db_->Get(Options(), Handle(family), ToSlice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return ToStatus(status);
    return std::optional<std::string>(std::move(value));
  }

  absl::StatusOr<std::optional<Row>> Last(std::string_view family) override {
    const std::unique_ptr<rocksdb::Iterator> rows(
        db_->NewIterator(Options(), Handle(family)));
    rows->SeekToLast();
    if (rows->Valid()) {
      return std::optional<Row>(
          Row{rows->key().ToString(), rows->value().ToString()});
    }
    if (!rows->status().ok()) return ToStatus(rows->status());
    return std::optional<Row>();
  }

 private:
  static rocksdb::ReadOptions Options() {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    options.total_order_seek = true;
    return options;
  }

  rocksdb::ColumnFamilyHandle* Handle(std::string_view family) const {
    return families_.find(family)->second;
  }

  // In this order: the database goes before what it uses.
  const std::unique_ptr<rocksdb::Env> env_ =
      rocksdb::NewCompositeEnv(std::make_shared<ReadonlyFileSystem>());
  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>> families_;
};

absl::StatusOr<std::unique_ptr<Source>> ReadonlyStore::Open(
    const std::string& directory, Reach reach) {
  auto store = std::make_unique<ReadonlyStore>();
  rocksdb::DBOptions options;
  options.env = store->env_.get();
  options.info_log = std::make_shared<SilentLogger>();
  options.paranoid_checks = true;
  options.max_open_files = -1;  // Opens all, and keeps what is deleted later.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // As the ledger opens it: a torn tail was never acknowledged.
  options.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  if (reach == Reach::kSalvage) {
    options.paranoid_checks = false;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    options.track_and_verify_wals_in_manifest = false;
  }

  std::vector<std::string> names;
  rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(options, directory, &names);
  if (!status.ok()) return ToStatus(status);

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(names.size());
  for (const std::string& name : names) descriptors.emplace_back(name, family);

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  status = rocksdb::DB::OpenForReadOnly(options, directory, descriptors,
                                        &handles, &db);
  if (!status.ok()) return ToStatus(status);
  store->db_.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    store->families_.emplace(handle->GetName(), handle);
  }
  return store;
}

// The files of a store, each with its size if a server appends to it.
using Files = std::map<std::string, uint64_t>;

bool IsLog(const std::string& name) { return absl::EndsWith(name, ".log"); }

absl::StatusOr<Files> ListFiles(const std::string& directory) {
  Files files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code gone;
    const bool grows = IsLog(name) || absl::StartsWith(name, "MANIFEST");
    files[name] = grows ? entry->file_size(gone) : 0;
  }
  if (!error) return files;
  const std::string text = absl::StrCat(directory, ": ", error.message());
  return error == std::errc::permission_denied
             ? absl::PermissionDeniedError(absl::StrCat(
                   text, ". Verify as a user who may read it, or a copy"))
             : absl::UnavailableError(text);
}

// Whether all logs that were there before are still there. RocksDB first reads
// which logs it needs and then reads those that it finds: records of a log that
// went away in between are in neither, and it does not notice. Logs go away in
// their order, so a log that came and went meanwhile took one from before
// along.
bool KeepsLogs(const Files& before, const Files& after) {
  return std::all_of(before.begin(), before.end(), [&](const auto& file) {
    return !IsLog(file.first) || after.contains(file.first);
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Source>> OpenReadonlyStore(
    const std::string& directory, Reach reach) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const absl::StatusOr<Files> before = ListFiles(directory);
    if (!before.ok()) return before.status();
    if (!before->contains("CURRENT")) {
      return absl::NotFoundError(
          absl::StrCat(directory,
                       " holds no store: it has no file CURRENT. Name the "
                       "directory of a network, DATA/networks/<id>"));
    }
    absl::StatusOr<std::unique_ptr<Source>> store =
        ReadonlyStore::Open(directory, reach);
    const absl::StatusOr<Files> after = ListFiles(directory);
    if (!after.ok()) return after.status();
    if (store.ok() && KeepsLogs(*before, *after)) return store;
    // If nobody writes, another attempt would end the same way.
    if (!store.ok() && *before == *after) return store;
    if (std::chrono::steady_clock::now() >= deadline) {
      return absl::UnavailableError(absl::StrCat(
          directory,
          " changes faster than it can be opened; verify a backup, "
          "or let the server verify it"));
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace skontro::verifier

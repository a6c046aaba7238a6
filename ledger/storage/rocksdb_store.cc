#include "ledger/storage/rocksdb_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::ledger {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// RocksDB has no codes for these, only words, in the middle of which is a path
// that may hold any word: so the two ends of the text are compared.
bool IsLockHeld(std::string_view text) {
  return text.starts_with("IO error: While lock file: ") ||
         text.starts_with("IO error: lock hold by current process");
}

bool IsRefusedBySystem(std::string_view text) {
  return text.ends_with(": Permission denied") ||
         text.ends_with(": Operation not permitted") ||
         text.ends_with(": Read-only file system");
}

absl::Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(
        "the store is damaged; keep it as it is and start from a copy: ",
        text));
  }
  if (IsLockHeld(text)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store is in use by another server; stop that one first: ", text));
  }
  if (IsRefusedBySystem(text)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the store may not be written; let the user of this process own it: ",
        text));
  }
  if (status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(
        "the store has lost a file; keep it as it is and start from a copy: ",
        text));
  }
  if (status.IsNoSpace()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the disk is full; make room and start again: ", text));
  }
  if (status.IsIOError()) {
    return absl::UnavailableError(
        absl::StrCat("the disk cannot be read or written: ", text));
  }
  return absl::InternalError(text);
}

// What is at a path before RocksDB looks: it has one code for most of these,
// and makes a new store where the remains of an old one are.
enum class Place {
  kNowhere,  // Not even the directory above is there.
  kNothing,
  kFile,
  kEmpty,
  kStore,
  kRemains,  // Files of a store without the one that names the others.
  kOther,
};

absl::StatusOr<Place> LookAt(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status found = fs::status(directory, error);
  if (found.type() == fs::file_type::not_found) {
    const fs::path above = fs::absolute(directory, error).parent_path();
    return fs::is_directory(above, error) ? Place::kNothing : Place::kNowhere;
  }
  if (!error && found.type() != fs::file_type::directory) return Place::kFile;
  Place place = Place::kEmpty;
  fs::directory_iterator file(directory, error);
  for (; !error && file != fs::directory_iterator(); file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (name == "CURRENT") return Place::kStore;
    const bool of_a_store = name.starts_with("MANIFEST-") ||
                            name.ends_with(".sst") || name.ends_with(".log");
    if (of_a_store) place = Place::kRemains;
    if (place == Place::kEmpty) place = Place::kOther;
  }
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the directory ", directory, " cannot be read: ", error.message()));
  }
  return place;
}

// Returns OK iff RocksDB may try to open `directory` in this mode.
absl::Status CheckPlace(const std::string& directory, OpenMode mode) {
  SKONTRO_ASSIGN_OR_RETURN(const Place place, LookAt(directory));
  if (place == Place::kFile) {
    return absl::FailedPreconditionError(absl::StrCat(
        directory, " is a file; a store needs a directory of its own"));
  }
  if (place == Place::kNowhere) {
    return absl::NotFoundError(absl::StrCat("there is no directory to hold ",
                                            directory, "; check the path"));
  }
  if (mode == OpenMode::kCreate) {
    if (place == Place::kNothing || place == Place::kEmpty) {
      return absl::OkStatus();
    }
    return absl::AlreadyExistsError(
        absl::StrCat("the directory ", directory,
                     " is not empty; a new store needs an empty one"));
  }
  if (place == Place::kRemains) {
    return absl::DataLossError(
        absl::StrCat("the store in ", directory,
                     " has lost its file CURRENT; keep it as "
                     "it is and start from a copy"));
  }
  if (place != Place::kStore) {
    return absl::NotFoundError(
        absl::StrCat("there is no store in ", directory, "; check the path"));
  }
  return absl::OkStatus();
}

// Returns UNIMPLEMENTED if the store holds families that we do not know.
absl::Status CheckFamilies(const rocksdb::DBOptions& options,
                           const std::string& directory) {
  std::vector<std::string> present;
  SKONTRO_RETURN_IF_ERROR(
      ToStatus(rocksdb::DB::ListColumnFamilies(options, directory, &present)));
  for (const std::string& name : present) {
    if (name != rocksdb::kDefaultColumnFamilyName &&
        std::find(kFamilyNames.begin(), kFamilyNames.end(), name) ==
            kFamilyNames.end()) {
      return absl::UnimplementedError(absl::StrCat(
          "the store in ", directory, " has a family '", name,
          "' that this program does not know; start a newer skontrod"));
    }
  }
  return absl::OkStatus();
}

rocksdb::DBOptions DatabaseOptions(
    OpenMode mode, std::shared_ptr<rocksdb::WriteBufferManager> buffers,
    rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = mode == OpenMode::kCreate;
  options.create_missing_column_families = true;
  options.error_if_exists = mode == OpenMode::kCreate;
  options.paranoid_checks = true;
  options.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.recycle_log_file_num = 0;
  options.wal_compression = rocksdb::kNoCompression;
  options.atomic_flush = true;
  options.avoid_flush_during_shutdown = false;
  options.avoid_flush_during_recovery = false;
  options.file_checksum_gen_factory =
      rocksdb::GetFileChecksumGenCrc32cFactory();
  options.write_buffer_manager = std::move(buffers);
  options.max_background_jobs = 2;
  options.keep_log_file_num = 10;
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(
    Family family, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  if (family == Family::kJournal) {
    // Batches are read in order and once.
    table.block_size = 64 * 1024;
  } else {
    // Most look-ups are for what is not there: a new request, a new invoice.
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = true;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  options.write_buffer_size = 32 * 1024 * 1024;
  return options;
}

}  // namespace

struct RocksdbResources::Shared {
  rocksdb::Env* env = nullptr;
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers;
};

RocksdbResources::RocksdbResources(size_t cache_bytes,
                                   size_t write_buffer_bytes, rocksdb::Env* env)
    : shared_(std::make_unique<Shared>()) {
  shared_->env = env != nullptr ? env : rocksdb::Env::Default();
  shared_->cache = rocksdb::NewLRUCache(cache_bytes);
  shared_->buffers = std::make_shared<rocksdb::WriteBufferManager>(
      write_buffer_bytes, shared_->cache);
}

RocksdbResources::~RocksdbResources() = default;

// The open database. Snapshots share it, so that closing waits for them.
struct RocksdbStore::Database {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // By Family.
  rocksdb::ColumnFamilyHandle* unused_default = nullptr;

  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return families[static_cast<size_t>(family)];
  }

  ~Database() {
    for (rocksdb::ColumnFamilyHandle* handle : families) {
      db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    db->DestroyColumnFamilyHandle(unused_default).PermitUncheckedError();
    db->Close().PermitUncheckedError();
  }
};

class RocksdbStore::Walk : public Iterator {
 public:
  explicit Walk(std::unique_ptr<rocksdb::Iterator> it) : it_(std::move(it)) {}

  bool Valid() const override { return it_->Valid(); }
  void Seek(std::string_view key) override { it_->Seek(ToSlice(key)); }
  void SeekForPrev(std::string_view key) override {
    it_->SeekForPrev(ToSlice(key));
  }
  void Next() override { it_->Next(); }
  void Prev() override { it_->Prev(); }
  std::string_view key() const override { return ToView(it_->key()); }
  std::string_view value() const override { return ToView(it_->value()); }
  absl::Status status() const override { return ToStatus(it_->status()); }

 private:
  const std::unique_ptr<rocksdb::Iterator> it_;
};

class RocksdbStore::View : public Snapshot {
 public:
  explicit View(std::shared_ptr<const Database> database)
      : database_(std::move(database)),
        snapshot_(database_->db->GetSnapshot()) {}
  ~View() override { database_->db->ReleaseSnapshot(snapshot_); }

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    std::string value;
    const rocksdb::Status status = database_->db->Get(
        options, database_->Handle(family), ToSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    SKONTRO_RETURN_IF_ERROR(ToStatus(status));
    return value;
  }

  std::unique_ptr<Iterator> NewIterator(Family family) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    return std::make_unique<Walk>(std::unique_ptr<rocksdb::Iterator>(
        database_->db->NewIterator(options, database_->Handle(family))));
  }

 private:
  const std::shared_ptr<const Database> database_;
  const rocksdb::Snapshot* const snapshot_;
};

RocksdbStore::RocksdbStore(std::shared_ptr<Database> database)
    : database_(std::move(database)) {}

RocksdbStore::~RocksdbStore() = default;

absl::StatusOr<std::unique_ptr<RocksdbStore>> RocksdbStore::Open(
    const std::string& directory, OpenMode mode, RocksdbResources* resources) {
  SKONTRO_RETURN_IF_ERROR(CheckPlace(directory, mode));
  const rocksdb::DBOptions options = DatabaseOptions(
      mode, resources->shared_->buffers, resources->shared_->env);
  if (mode == OpenMode::kExisting) {
    SKONTRO_RETURN_IF_ERROR(CheckFamilies(options, directory));
  }

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    descriptors.emplace_back(
        std::string(kFamilyNames[i]),
        FamilyOptions(static_cast<Family>(i), resources->shared_->cache));
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName,
                           rocksdb::ColumnFamilyOptions());

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  SKONTRO_RETURN_IF_ERROR(ToStatus(
      rocksdb::DB::Open(options, directory, descriptors, &handles, &db)));
  auto database = std::make_shared<Database>();
  database->db.reset(db);
  database->unused_default = handles.back();
  handles.pop_back();
  database->families = std::move(handles);
  return std::unique_ptr<RocksdbStore>(new RocksdbStore(std::move(database)));
}

absl::Status RocksdbStore::Write(const WriteBatch& batch,
                                 Durability durability) {
  rocksdb::WriteBatch rows;
  for (const WriteBatch::Operation& operation : batch.operations()) {
    rocksdb::ColumnFamilyHandle* handle = database_->Handle(operation.family);
    const rocksdb::Status status =
        operation.value.has_value()
            ? rows.Put(handle, operation.key, *operation.value)
            : rows.Delete(handle, operation.key);
    SKONTRO_RETURN_IF_ERROR(ToStatus(status));
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  options.disableWAL = durability == Durability::kUnlogged;
  return ToStatus(database_->db->Write(options, &rows));
}

std::shared_ptr<const Snapshot> RocksdbStore::GetSnapshot() const {
  return std::make_shared<View>(database_);
}

absl::Status RocksdbStore::Flush() {
  return ToStatus(
      database_->db->Flush(rocksdb::FlushOptions(), database_->families));
}

}  // namespace skontro::ledger

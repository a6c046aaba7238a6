#include "ledger/storage/rocksdb_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/storage/rocksdb_store_files.h"
#include "ledger/storage/rocksdb_store_place.h"
#include "ledger/storage/rocksdb_store_status.h"
#include "ledger/storage/sorted_rows.h"

namespace skontro::ledger {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// Rows on their way into the store are in files beside its own, with a name
// that RocksDB passes by; a crash may leave them behind.
constexpr std::string_view kNewFileSuffix = ".new";

absl::Status RemoveNewFiles(rocksdb::Env* env, const std::string& directory) {
  std::vector<std::string> names;
  SKONTRO_RETURN_IF_ERROR(ToStatus(env->GetChildren(directory, &names)));
  for (const std::string& name : names) {
    if (!name.ends_with(kNewFileSuffix)) continue;
    SKONTRO_RETURN_IF_ERROR(
        ToStatus(env->DeleteFile(absl::StrCat(directory, "/", name))));
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
  options.info_log_level = rocksdb::INFO_LEVEL;
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
  if (family == Family::kJournal) {
    // Batches come in the order of their keys: compressed alike on every level,
    // a table is moved down as it is. It is written once more at most, when the
    // last snapshot from before it ends.
    options.compression = rocksdb::kZSTD;
    options.compression_opts.level = 1;
    options.bottommost_compression = rocksdb::kDisableCompressionOption;
  } else {
    // Files of rows with keys all over the family come in: merged with their
    // like, a row is rewritten some times only, however large the family is. A
    // long merge must not hold up the journal meanwhile.
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.level0_file_num_compaction_trigger = 8;
    options.level0_slowdown_writes_trigger = 40;
    options.level0_stop_writes_trigger = 64;
  }
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
  std::string directory;
  std::unique_ptr<rocksdb::Env> env;  // Behind what uses it.
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // By Family.
  rocksdb::ColumnFamilyHandle* unused_default = nullptr;

  // Held while files are written.
  absl::Mutex ingesting;

  // Files that were written so far. No name is used twice: a table of the store
  // is the file that was ingested, linked, and if its old name could not be
  // deleted, writing to that name again would write over the table.
  uint64_t files_written ABSL_GUARDED_BY(ingesting) = 0;

  // Held while the database changes. After a change that failed nobody may
  // touch its log again: the packaged RocksDB has its assertions on and would
  // end the process before anybody said why. RocksDB lets only one thread
  // change it at a time anyway.
  absl::Mutex changing ABSL_ACQUIRED_AFTER(ingesting);
  absl::Status failed ABSL_GUARDED_BY(changing);

  // Runs `change`, unless one failed before: then returns that error.
  template <typename Change>
  absl::Status DoChange(const Change& change) ABSL_LOCKS_EXCLUDED(changing) {
    const absl::MutexLock lock(&changing);
    if (failed.ok()) failed = ToStatus(change());
    return failed;
  }

  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return families[static_cast<size_t>(family)];
  }

  // Writes the rows of one family to a file that can be ingested.
  absl::StatusOr<rocksdb::IngestExternalFileArg> WriteFile(
      Family family, const SortedRows& rows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(ingesting) {
    rocksdb::ColumnFamilyHandle* const handle = Handle(family);
    // A writer would compress as on the lowest level, where few of these files
    // stay: most are merged soon, and compressed well then.
    rocksdb::Options options = db->GetOptions(handle);
    options.bottommost_compression = rocksdb::kDisableCompressionOption;
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, handle,
                                  /*invalidate_page_cache=*/false);
    const std::string path =
        absl::StrCat(directory, "/", std::string(handle->GetName()), ".",
                     ++files_written, std::string(kNewFileSuffix));
    SKONTRO_RETURN_IF_ERROR(ToStatus(writer.Open(path)));
    for (size_t row = rows.begin(family); row < rows.end(family); ++row) {
      const rocksdb::Slice key = ToSlice(rows.key(row));
      SKONTRO_RETURN_IF_ERROR(ToStatus(
          rows.deletes(row) ? writer.Delete(key)
                            : writer.Put(key, ToSlice(rows.value(row)))));
    }
    SKONTRO_RETURN_IF_ERROR(ToStatus(writer.Finish()));
    rocksdb::IngestExternalFileArg file;
    file.column_family = handle;
    file.external_files = {path};
    file.options.move_files = true;
    // An old version would look for it in the file; ours reads the manifest.
    file.options.write_global_seqno = false;
    return file;
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
  SKONTRO_RETURN_IF_ERROR(CheckPlace(directory, mode == OpenMode::kCreate));
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(
      std::make_shared<StoreFiles>(resources->shared_->env->GetFileSystem()));
  const rocksdb::DBOptions options =
      DatabaseOptions(mode, resources->shared_->buffers, env.get());
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
  database->directory = directory;
  database->env = std::move(env);
  database->db.reset(db);
  database->unused_default = handles.back();
  handles.pop_back();
  database->families = std::move(handles);
  SKONTRO_RETURN_IF_ERROR(RemoveNewFiles(options.env, directory));
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
  return database_->DoChange(
      [&] { return database_->db->Write(options, &rows); });
}

absl::Status RocksdbStore::Ingest(const SortedRows& rows) {
  const absl::MutexLock one_at_a_time(&database_->ingesting);
  std::vector<rocksdb::IngestExternalFileArg> files;
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    const auto family = static_cast<Family>(i);
    if (rows.begin(family) == rows.end(family)) continue;
    SKONTRO_ASSIGN_OR_RETURN(files.emplace_back(),
                             database_->WriteFile(family, rows));
  }
  if (files.empty()) return absl::OkStatus();
  // Rows that overlap nothing get a sequence number of their own only while
  // somebody holds a snapshot. Without one, a snapshot that is taken while the
  // manifest is written sees them as soon as their family shows them: in one
  // family and not yet in the other. So a snapshot is held here, always.
  const View held(database_);
  return database_->DoChange(
      [&] { return database_->db->IngestExternalFiles(files); });
}

std::shared_ptr<const Snapshot> RocksdbStore::GetSnapshot() const {
  return std::make_shared<View>(database_);
}

absl::Status RocksdbStore::Flush() {
  // Without the lock: a flush takes long, and the log is written meanwhile.
  SKONTRO_RETURN_IF_ERROR(
      database_->DoChange([] { return rocksdb::Status::OK(); }));
  return ToStatus(
      database_->db->Flush(rocksdb::FlushOptions(), database_->families));
}

StoreNumbers RocksdbStore::ReadNumbers() const {
  rocksdb::DB& db = *database_->db;
  // Of all families together, or of the whole database, which any one knows.
  const auto sum = [&](const std::string& property) {
    uint64_t value = 0;
    return db.GetAggregatedIntProperty(property, &value) ? value : 0;
  };
  const auto one = [&](const std::string& property) {
    uint64_t value = 0;
    return db.GetIntProperty(database_->Handle(Family::kJournal), property,
                             &value)
               ? value
               : 0;
  };
  using Properties = rocksdb::DB::Properties;
  StoreNumbers numbers;
  numbers.table_bytes = sum(Properties::kLiveSstFilesSize);
  numbers.memtable_bytes = sum(Properties::kCurSizeAllMemTables);
  numbers.block_cache_bytes = one(Properties::kBlockCacheUsage);
  numbers.pending_compaction_bytes =
      sum(Properties::kEstimatePendingCompactionBytes);
  numbers.compactions = one(Properties::kNumRunningCompactions);
  numbers.flushes = one(Properties::kNumRunningFlushes);
  numbers.background_errors = one(Properties::kBackgroundErrors);
  numbers.write_stopped = one(Properties::kIsWriteStopped);
  return numbers;
}

}  // namespace skontro::ledger

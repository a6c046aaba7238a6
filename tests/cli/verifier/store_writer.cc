#include "tests/cli/verifier/store_writer.h"

#include <rocksdb/file_checksum.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace skontro::verifier {
namespace {

void Require(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "RocksDB: %s\n", status.ToString().c_str());
  std::abort();
}

bool IsLogged(const std::string& family) {
  return family == "journal" || family == "personal";
}

}  // namespace

StoreWriter::StoreWriter(const std::string& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.atomic_flush = true;
  options.avoid_flush_during_shutdown = false;
  options.file_checksum_gen_factory =
      rocksdb::GetFileChecksumGenCrc32cFactory();
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;

  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, directory, &names).ok()) {
    names = {rocksdb::kDefaultColumnFamilyName};
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) descriptors.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  Require(rocksdb::DB::Open(options, directory, descriptors, &handles, &db));
  db_.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    families_[handle->GetName()] = handle;
  }
}

StoreWriter::~StoreWriter() {
  for (const auto& [name, handle] : families_) {
    Require(db_->DestroyColumnFamilyHandle(handle));
  }
  Require(db_->Close());
}

void StoreWriter::Write(const Store& store) {
  std::vector<std::string> names;
  for (const auto& [family, rows] : store) {
    if (!families_.contains(family)) names.push_back(family);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  Require(db_->CreateColumnFamilies({}, names, &handles));
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    families_[handle->GetName()] = handle;
  }
  WriteFamilies(store, true);
  WriteFamilies(store, false);
  written_ = store;
}

void StoreWriter::Flush() {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  for (const auto& [name, handle] : families_) handles.push_back(handle);
  Require(db_->Flush({}, handles));
}

void StoreWriter::Compact() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForce;
  for (const auto& [name, handle] : families_) {
    Require(db_->CompactRange(options, handle, nullptr, nullptr));
  }
}

void StoreWriter::WriteFamilies(const Store& store, bool logged) {
  rocksdb::WriteBatch batch;
  for (const auto& [family, rows] : store) {
    if (IsLogged(family) != logged) continue;
    rocksdb::ColumnFamilyHandle* handle = families_.at(family);
    const Rows& before = written_[family];
    for (const auto& [key, value] : before) {
      if (!rows.contains(key)) Require(batch.Delete(handle, key));
    }
    for (const auto& [key, value] : rows) {
      const auto row = before.find(key);
      if (row != before.end() && row->second == value) continue;
      Require(batch.Put(handle, key, value));
    }
  }
  rocksdb::WriteOptions options;
  options.sync = logged;
  options.disableWAL = !logged;
  Require(db_->Write(options, &batch));
}

}  // namespace skontro::verifier

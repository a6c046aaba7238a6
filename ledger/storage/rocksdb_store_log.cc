#include "ledger/storage/rocksdb_store_log.h"

#include <rocksdb/system_clock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>

namespace skontro::ledger {
namespace {

// RocksDB prints its options in texts of a few kilobytes; what is longer is
// cut.
constexpr size_t kTextMax = 32 * 1024;

// The time stands as RocksDB's own logs have it, and as tools read it.
std::string Stamp() {
  const auto clock = rocksdb::SystemClock::Default();
  const uint64_t now = clock->NowMicros();
  std::array<char, 16> fraction;
  std::snprintf(fraction.data(), fraction.size(), ".%06llu ",
                static_cast<unsigned long long>(now % 1'000'000));
  // What the clock returns is a buffer, with zeros behind the text.
  const std::string day_and_time = clock->TimeToString(now / 1'000'000);
  std::string stamp = day_and_time.c_str();
  while (!stamp.empty() && stamp.back() == ' ') stamp.pop_back();
  return stamp + fraction.data();
}

}  // namespace

StoreLog::StoreLog(std::unique_ptr<rocksdb::FSWritableFile> file)
    : file_(std::move(file)) {}

StoreLog::~StoreLog() {
  if (closed_) return;
  closed_ = true;
  CloseImpl().PermitUncheckedError();
}

void StoreLog::Logv(const char* format, va_list arguments) {
  std::string line = Stamp();
  const size_t start = line.size();
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  if (length > 0) {
    const size_t size = std::min(static_cast<size_t>(length), kTextMax);
    line.resize(start + size + 1);  // And the end that vsnprintf writes.
    std::vsnprintf(line.data() + start, size + 1, format, again);
    line.pop_back();
  }
  va_end(again);
  if (line.back() != '\n') line.push_back('\n');

  const absl::MutexLock lock(&mutex_);
  const rocksdb::IOStatus status =
      file_->Append(line, rocksdb::IOOptions(), /*dbg=*/nullptr);
  if (status.ok()) size_ += line.size();
}

size_t StoreLog::GetLogFileSize() const {
  const absl::MutexLock lock(&mutex_);
  return size_;
}

rocksdb::Status StoreLog::CloseImpl() {
  const absl::MutexLock lock(&mutex_);
  return file_->Close(rocksdb::IOOptions(), /*dbg=*/nullptr);
}

}  // namespace skontro::ledger

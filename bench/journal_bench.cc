// The claim: a journal in a store, one value a batch, makes records durable
// nearly as fast as the device takes their bytes, and much faster than one row
// per record would.
//
// Every benchmark makes the same records durable before it goes on: batches of
// 1, 16, 128 and 1,000 trades that a buyer paid. The journal includes what it
// adds, which is CRC, digest and the hand-over to the committer. The others are
// given finished bytes.
//
// RocksDB is included here, past the rule for the product's folders, since it
// is what the journal is compared with: bare, with
// the options of the journal's that matter here.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "bench/claims.h"
#include "bench/scene.h"
#include "bench/work_directory.h"
#include "ledger/base/check.h"
#include "ledger/big_endian.h"
#include "ledger/storage/rocksdb_store.h"
#include "ledger/store_journal.h"

namespace skontro::bench {
namespace {

using ledger::Sequence;

constexpr uint64_t kMembers = 10'000;
constexpr size_t kCacheBytes = 64 << 20;
constexpr size_t kWriteBufferBytes = 64 << 20;

// A database of one family, with the options of the journal's that matter here.
std::unique_ptr<rocksdb::DB> OpenPlain(const std::string& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 32 << 20;
  options.max_background_jobs = 2;
  rocksdb::DB* opened = nullptr;
  SKONTRO_CHECK(rocksdb::DB::Open(options, directory, &opened).ok());
  return std::unique_ptr<rocksdb::DB>(opened);
}

// A journal in a store of its own, as a server has it.
class JournalOnDisk {
 public:
  JournalOnDisk(const std::string& directory, const Scene& scene)
      : resources_(kCacheBytes, kWriteBufferBytes) {
    auto store = ledger::RocksdbStore::Open(
        directory, ledger::OpenMode::kCreate, &resources_);
    SKONTRO_CHECK(store.ok());
    store_ = *std::move(store);
    SKONTRO_CHECK(ledger::StoreJournal::Create(store_.get(), scene.uid(),
                                               scene.genesis(), /*personal=*/{})
                      .ok());
    auto journal = ledger::StoreJournal::Open(store_.get());
    SKONTRO_CHECK(journal.ok());
    journal_ = *std::move(journal);
  }

  void Append(ledger::PendingBatch batch) {
    absl::Notification durable;
    journal_->Append(std::move(batch),
                     [&](ledger::AppendOutcome) { durable.Notify(); });
    durable.WaitForNotification();
  }

 private:
  ledger::RocksdbResources resources_;
  std::unique_ptr<ledger::RocksdbStore> store_;
  std::unique_ptr<ledger::StoreJournal> journal_;
};

// What all benchmarks share: one device, and one source of records.
struct Rivals {
  WorkDirectory directory;
  Scene scene{kMembers};
  JournalOnDisk journal{directory.File("journal"), scene};
  std::unique_ptr<rocksdb::DB> plain = OpenPlain(directory.File("plain"));
  int file = open(directory.File("file").c_str(),
                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  uint64_t next_key = 1;

  ~Rivals() { close(file); }
};

Rivals* rivals = nullptr;  // Lives as long as main().

ledger::PendingBatch NextBatch(const benchmark::State& state) {
  return rivals->scene.NextBatch(static_cast<size_t>(state.range(0)),
                                 Parties::kUniform, Content::kBare);
}

// The bytes of each record of `batch` as a frame, digest included.
std::vector<std::string> Frames(const ledger::PendingBatch& batch) {
  std::vector<std::string> frames;
  for (const std::string& payload : batch.payloads) {
    frames.push_back(std::string(ledger::kFrameOverhead, 'f') + payload);
  }
  return frames;
}

std::string Joined(const std::vector<std::string>& frames) {
  std::string all(ledger::kBatchHeaderLength, 'h');
  for (const std::string& frame : frames) all += frame;
  return all;
}

void SetItems(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void JournalAppend(benchmark::State& state) {
  for (auto unused : state) {
    state.PauseTiming();
    ledger::PendingBatch batch = NextBatch(state);
    state.ResumeTiming();
    rivals->journal.Append(std::move(batch));
  }
  SetItems(state);
}

std::string NextKey() {
  std::string key;
  ledger::AppendBigEndian(&key, rivals->next_key++);
  return key;
}

void WriteSynced(rocksdb::WriteBatch* rows) {
  rocksdb::WriteOptions options;
  options.sync = true;
  SKONTRO_CHECK(rivals->plain->Write(options, rows).ok());
}

void RocksdbKeyPerRecord(benchmark::State& state) {
  for (auto unused : state) {
    state.PauseTiming();
    const std::vector<std::string> frames = Frames(NextBatch(state));
    state.ResumeTiming();
    rocksdb::WriteBatch rows;
    for (const std::string& frame : frames) {
      SKONTRO_CHECK(rows.Put(NextKey(), frame).ok());
    }
    WriteSynced(&rows);
  }
  SetItems(state);
}

void RocksdbValuePerBatch(benchmark::State& state) {
  for (auto unused : state) {
    state.PauseTiming();
    const std::string bytes = Joined(Frames(NextBatch(state)));
    state.ResumeTiming();
    rocksdb::WriteBatch rows;
    SKONTRO_CHECK(rows.Put(NextKey(), bytes).ok());
    WriteSynced(&rows);
  }
  SetItems(state);
}

void WriteAndFdatasync(benchmark::State& state) {
  const int file = rivals->file;
  for (auto unused : state) {
    state.PauseTiming();
    const std::string bytes = Joined(Frames(NextBatch(state)));
    state.ResumeTiming();
    SKONTRO_CHECK(write(file, bytes.data(), bytes.size()) ==
                  static_cast<ssize_t>(bytes.size()));
    SKONTRO_CHECK(fdatasync(file) == 0);
  }
  SetItems(state);
}

void Batches(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(16)->Arg(128)->Arg(1'000);
  benchmark->UseRealTime()->MeasureProcessCPUTime();
}
BENCHMARK(JournalAppend)->Apply(Batches);
BENCHMARK(RocksdbKeyPerRecord)->Apply(Batches);
BENCHMARK(RocksdbValuePerBatch)->Apply(Batches);
BENCHMARK(WriteAndFdatasync)->Apply(Batches);

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  std::vector<skontro::bench::Claim> claims;
  for (const char* const size : {"/1", "/16", "/128", "/1000"}) {
    for (const char* const rival :
         {"RocksdbKeyPerRecord", "RocksdbValuePerBatch", "WriteAndFdatasync"}) {
      claims.push_back(
          {std::string("JournalAppend") + size, std::string(rival) + size});
    }
  }
  skontro::bench::Rivals rivals;
  skontro::bench::rivals = &rivals;
  return skontro::bench::RunClaims(argc, argv, claims);
}

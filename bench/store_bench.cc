// Claims about a store that holds many trades: what a trade takes on disk, how
// long a start and a verification take, and how fast an old statement comes.
//
// Builds a store of SKONTRO_BENCH_TRADES trades (300,000 unless set) through
// journal and projection, as a server does. One trade in four is a sale of
// member 1, whose account is the one with a long history. Then compacts it,
// weighs each family, opens it again and reads.
//
// RocksDB is included past the rule for the product's folders: a store cannot
// be told to compact, and weighing is no affair of the ledger's.

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "bench/metrics.h"
#include "bench/scene.h"
#include "bench/work_directory.h"
#include "cli/verifier/directory.h"
#include "engine/engine.h"
#include "engine/event_projector.h"
#include "ledger/base/check.h"
#include "ledger/projection.h"
#include "ledger/statement.h"
#include "ledger/storage/rocksdb_store.h"
#include "ledger/store_journal.h"

namespace skontro::bench {
namespace {

using ledger::Sequence;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kMembers = 10'000;
constexpr size_t kBatch = 1'000;
constexpr size_t kCacheBytes = 64 << 20;
constexpr size_t kWriteBufferBytes = 128 << 20;
constexpr int kReads = 2'000;
constexpr int kPageRows = 100;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

size_t TradeCount() {
  const char* text = std::getenv("SKONTRO_BENCH_TRADES");
  const size_t count =
      text == nullptr ? 300'000 : std::strtoul(text, nullptr, 10);
  return std::max(count / kBatch, size_t{1}) * kBatch;
}

std::unique_ptr<ledger::RocksdbStore> OpenStore(
    const std::string& directory, ledger::OpenMode mode,
    ledger::RocksdbResources* resources) {
  auto store = ledger::RocksdbStore::Open(directory, mode, resources);
  SKONTRO_CHECK(store.ok());
  return *std::move(store);
}

// Appends and projects batches one after another.
class Writer {
 public:
  Writer(ledger::Store* store, const Scene& scene) {
    SKONTRO_CHECK(ledger::StoreJournal::Create(store, scene.uid(),
                                               scene.genesis(), /*personal=*/{})
                      .ok());
    auto projection = ledger::Projection::Open(store, &projector_);
    SKONTRO_CHECK(projection.ok());
    projection_ = *std::move(projection);
    auto journal = ledger::StoreJournal::Open(store);
    SKONTRO_CHECK(journal.ok());
    journal_ = *std::move(journal);
  }
  ~Writer() { SKONTRO_CHECK(projection_->Flush().ok()); }

  void Write(ledger::PendingBatch pending) {
    absl::Notification durable;
    const auto batch = journal_->Append(
        std::move(pending), [&](ledger::AppendOutcome) { durable.Notify(); });
    durable.WaitForNotification();
    projection_->Advance(*batch);
  }

 private:
  engine::IndexProjector projector_;
  std::unique_ptr<ledger::Projection> projection_;
  std::unique_ptr<ledger::StoreJournal> journal_;
};

void Build(const std::string& directory, size_t trades) {
  ledger::RocksdbResources resources(kCacheBytes, kWriteBufferBytes);
  const auto store =
      OpenStore(directory, ledger::OpenMode::kCreate, &resources);
  Scene scene(kMembers);
  Writer writer(store.get(), scene);
  for (ledger::PendingBatch& batch : scene.TakeMemberBatches()) {
    writer.Write(std::move(batch));
  }
  for (size_t done = 0; done < trades; done += kBatch) {
    const Parties parties =
        done / kBatch % 4 == 0 ? Parties::kHotSeller : Parties::kUniform;
    writer.Write(scene.NextBatch(kBatch, parties, Content::kBare));
  }
}

// Compacts every family to its last level, and weighs it.
void WeighCompacted(const std::string& directory, size_t trades,
                    Metrics* metrics) {
  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  SKONTRO_CHECK(rocksdb::LoadLatestOptions(rocksdb::ConfigOptions(), directory,
                                           &options, &families)
                    .ok());
  options.error_if_exists = false;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  SKONTRO_CHECK(
      rocksdb::DB::Open(options, directory, families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  double total = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    rocksdb::CompactRangeOptions whole;
    whole.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForceOptimized;
    SKONTRO_CHECK(database->CompactRange(whole, handle, nullptr, nullptr).ok());
    uint64_t bytes = 0;
    SKONTRO_CHECK(database->GetIntProperty(
        handle, rocksdb::DB::Properties::kLiveSstFilesSize, &bytes));
    const double each =
        static_cast<double>(bytes) / static_cast<double>(trades);
    total += each;
    if (each >= 0.5) {
      std::printf("  %-14s %7.1f bytes a trade\n", handle->GetName().c_str(),
                  each);
      (*metrics)["disk." + handle->GetName()] = each;
    }
    SKONTRO_CHECK(database->DestroyColumnFamilyHandle(handle).ok());
  }
  std::printf("  %-14s %7.1f bytes a trade\n", "together", total);
  (*metrics)["disk.total"] = total;
}

// Reads every file of `directory` from front to back.
double ReadFilesSeconds(const std::string& directory) {
  const Clock::time_point start = Clock::now();
  std::vector<char> buffer(1 << 20);
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    SKONTRO_CHECK(file >= 0);
    while (read(file, buffer.data(), buffer.size()) > 0) {
    }
    close(file);
  }
  return SecondsSince(start);
}

// Opens the store and an engine on it; the engine saves a checkpoint when it
// stops.
double StartSeconds(const std::string& directory, bool use_checkpoints) {
  ledger::RocksdbResources resources(kCacheBytes, kWriteBufferBytes);
  engine::Engine::Options options;
  options.use_checkpoints = use_checkpoints;
  const Clock::time_point start = Clock::now();
  const auto store =
      OpenStore(directory, ledger::OpenMode::kExisting, &resources);
  const auto engine = engine::Engine::Open(store.get(), options);
  SKONTRO_CHECK(engine.ok());
  return SecondsSince(start);
}

void MeasureStart(const std::string& directory, size_t trades,
                  Metrics* metrics) {
  const double read_seconds = ReadFilesSeconds(directory);
  const double seconds = StartSeconds(directory, /*use_checkpoints=*/false);
  const double from_checkpoint =
      StartSeconds(directory, /*use_checkpoints=*/true);
  const double records = static_cast<double>(trades + kMembers + 1);
  std::printf(
      "start: %.0f records in %.2f s, %.0f /s; reading the same files "
      "%.2f s; with a checkpoint %.3f s\n",
      records, seconds, records / seconds, read_seconds, from_checkpoint);
  (*metrics)["start.checkpoint_seconds"] = from_checkpoint;
  (*metrics)["start.seconds"] = seconds;
  (*metrics)["start.rate"] = records / seconds;
  (*metrics)["start.read_seconds"] = read_seconds;
}

// What `skontro verify` does with it.
void MeasureVerify(const std::string& directory, Metrics* metrics) {
  const Clock::time_point start = Clock::now();
  const auto results = verifier::VerifyDirectory(directory, {}, nullptr);
  const double seconds = SecondsSince(start);
  SKONTRO_CHECK(results.ok() && results->size() == 1);
  const absl::StatusOr<verifier::Report>& report = results->front().report;
  SKONTRO_CHECK(report.ok() && report->verdict() == verifier::Verdict::kOk);
  const auto records = static_cast<double>(report->records);
  std::printf("verification: %.0f records and all rows in %.2f s, %.0f /s\n",
              records, seconds, records / seconds);
  (*metrics)["verify.seconds"] = seconds;
  (*metrics)["verify.rate"] = records / seconds;
}

void PrintLatency(const char* what, const std::string& name,
                  const std::vector<double>& us, Metrics* metrics) {
  (*metrics)[name + ".p50_us"] = Quantile(us, 0.5);
  (*metrics)[name + ".p99_us"] = Quantile(us, 0.99);
  std::printf("%s: p50 %.0f us, p99 %.0f us\n", what, Quantile(us, 0.5),
              Quantile(us, 0.99));
}

// Pages of 100 rows and balances of the long account, at random places.
void MeasureReads(const std::string& directory, size_t trades,
                  Metrics* metrics) {
  ledger::RocksdbResources resources(kCacheBytes, kWriteBufferBytes);
  const auto store =
      OpenStore(directory, ledger::OpenMode::kExisting, &resources);
  const auto snapshot = store->GetSnapshot();
  const ledger::AccountId account{1};
  const uint64_t last = trades + kMembers + 1;
  std::mt19937_64 random(1);
  std::vector<double> pages;
  std::vector<double> balances;
  for (int i = 0; i < kReads; ++i) {
    const Sequence place{kMembers + 2 + random() % (trades * 9 / 10)};
    Clock::time_point start = Clock::now();
    ledger::PostingWalk walk(snapshot.get(), account, {place, Sequence{last}});
    for (int row = 0; row < kPageRows; ++row) {
      const auto posting = walk.Next();
      SKONTRO_CHECK(posting.ok());
    }
    pages.push_back(SecondsSince(start) * 1e6);
    start = Clock::now();
    SKONTRO_CHECK(ledger::AccountAt(*snapshot, account, place).ok());
    balances.push_back(SecondsSince(start) * 1e6);
  }
  const auto newest = ledger::AccountAt(*snapshot, account, Sequence{last});
  SKONTRO_CHECK(newest.ok());
  (*metrics)["statement.rows"] = static_cast<double>(newest->posting_count);
  std::printf("account with %llu postings\n",
              static_cast<unsigned long long>(newest->posting_count));
  PrintLatency("  page of 100 rows", "statement", pages, metrics);
  PrintLatency("  balance as of a sequence", "balance", balances, metrics);
}

int Run() {
  const size_t trades = TradeCount();
  const WorkDirectory work;
  const std::string directory = work.File("store");
  Metrics metrics;
  metrics["store.trades"] = static_cast<double>(trades);
  const Clock::time_point start = Clock::now();
  Build(directory, trades);
  const double seconds = SecondsSince(start);
  std::printf("%zu trades written in batches of %zu in %.1f s\n", trades,
              kBatch, seconds);
  WeighCompacted(directory, trades, &metrics);
  MeasureStart(directory, trades, &metrics);
  MeasureReads(directory, trades, &metrics);
  MeasureVerify(directory, &metrics);
  AppendMetrics(metrics);
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main() { return skontro::bench::Run(); }

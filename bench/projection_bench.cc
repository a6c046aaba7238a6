// The claim: projecting a batch costs little beside making it durable, so that
// a reply can wait until what it says can be read.
//
// Projection::Advance on RocksDB, the rows on their way to the store included,
// against its two halves: making the same rows without a store, and ingesting
// as many rows, made before.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>

#include "bench/claims.h"
#include "bench/scene.h"
#include "bench/work_directory.h"
#include "engine/event_projector.h"
#include "ledger/base/check.h"
#include "ledger/projection.h"
#include "ledger/storage/memory_store.h"
#include "ledger/storage/rocksdb_store.h"
#include "ledger/storage/row_buffer.h"
#include "ledger/storage/sorted_rows.h"
#include "ledger/store_journal.h"

namespace skontro::bench {
namespace {

using ledger::Sequence;

constexpr uint64_t kMembers = 10'000;
constexpr size_t kCacheBytes = 64 << 20;
constexpr size_t kWriteBufferBytes = 64 << 20;

// Keeps the rows that were ingested last instead of writing them.
class RowCatcher : public ledger::Store {
 public:
  explicit RowCatcher(ledger::Store* reads) : reads_(reads) {}

  absl::Status Write(const ledger::WriteBatch&, ledger::Durability) override {
    return absl::OkStatus();
  }
  absl::Status Ingest(const ledger::SortedRows& rows) override {
    if (!keep_) return absl::OkStatus();
    ledger::RowBuffer copy;
    for (size_t i = 0; i < ledger::kFamilyNames.size(); ++i) {
      const auto family = static_cast<ledger::Family>(i);
      for (size_t row = rows.begin(family); row < rows.end(family); ++row) {
        copy.Put(family, rows.key(row), rows.value(row));
      }
    }
    rows_ = copy.Sort();
    return absl::OkStatus();
  }
  std::shared_ptr<const ledger::Snapshot> GetSnapshot() const override {
    return reads_->GetSnapshot();
  }
  absl::Status Flush() override { return absl::OkStatus(); }

  void set_keep(bool keep) { keep_ = keep; }
  const ledger::SortedRows& rows() const { return *rows_; }

 private:
  ledger::Store* const reads_;
  bool keep_ = false;
  std::shared_ptr<const ledger::SortedRows> rows_;
};

// A projection and the sequence that it has reached.
class Projected {
 public:
  Projected(ledger::Store* store, Scene* scene) : scene_(scene) {
    auto projection = ledger::Projection::Open(store, &projector_);
    SKONTRO_CHECK(projection.ok());
    projection_ = *std::move(projection);
  }

  // The next batch, as the journal would give it back, but for its digests.
  ledger::CommittedBatch NextBatch(size_t count) {
    ledger::PendingBatch pending =
        scene_->NextBatch(count, Parties::kUniform, Content::kBare);
    ledger::CommittedBatch batch;
    batch.first_sequence = ledger::Next(reached_);
    batch.records = std::move(pending.records);
    batch.digests.resize(count);
    reached_ = batch.last_sequence();
    return batch;
  }

  void Advance(const ledger::CommittedBatch& batch) {
    projection_->Advance(batch);
  }
  void Flush() { SKONTRO_CHECK(projection_->Flush().ok()); }

 private:
  Scene* const scene_;
  engine::IndexProjector projector_;
  std::unique_ptr<ledger::Projection> projection_;
  Sequence reached_{1};
};

std::unique_ptr<ledger::RocksdbStore> OpenStore(
    const std::string& directory, ledger::RocksdbResources* resources) {
  auto store = ledger::RocksdbStore::Open(directory, ledger::OpenMode::kCreate,
                                          resources);
  SKONTRO_CHECK(store.ok());
  return *std::move(store);
}

ledger::Store* WithGenesis(ledger::Store* store, const Scene& scene) {
  SKONTRO_CHECK(ledger::StoreJournal::Create(store, scene.uid(),
                                             scene.genesis(), /*personal=*/{})
                    .ok());
  return store;
}

// What all benchmarks share.
struct World {
  WorkDirectory directory;
  Scene scene{kMembers};
  ledger::RocksdbResources resources{kCacheBytes, kWriteBufferBytes};
  std::unique_ptr<ledger::RocksdbStore> store =
      OpenStore(directory.File("store"), &resources);
  std::unique_ptr<ledger::RocksdbStore> rows_only =
      OpenStore(directory.File("rows"), &resources);
  ledger::MemoryStore empty;
  RowCatcher catcher{WithGenesis(&empty, scene)};

  Projected on_disk{WithGenesis(store.get(), scene), &scene};
  Projected in_memory{&catcher, &scene};
};

World* world = nullptr;  // Lives as long as main().

// Projects so many trades, in batches, and has all rows come to the store: what
// a thread of the projection does beside counts too.
constexpr size_t kTrades = 40'000;

void Project(benchmark::State& state, Projected* projected) {
  const auto size = static_cast<size_t>(state.range(0));
  for (auto unused : state) {
    state.PauseTiming();
    std::vector<ledger::CommittedBatch> batches;
    for (size_t made = 0; made < kTrades; made += size) {
      batches.push_back(projected->NextBatch(size));
    }
    state.ResumeTiming();
    for (const ledger::CommittedBatch& batch : batches) {
      projected->Advance(batch);
    }
    projected->Flush();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kTrades));
}

void Advance(benchmark::State& state) { Project(state, &world->on_disk); }
void MakeRows(benchmark::State& state) { Project(state, &world->in_memory); }

void IngestRows(benchmark::State& state) {
  world->in_memory.Flush();
  world->catcher.set_keep(true);
  size_t rows = 0;
  size_t bytes = 0;
  for (auto unused : state) {
    state.PauseTiming();
    for (int64_t made = 0; made < state.range(0); made += 1'000) {
      world->in_memory.Advance(world->in_memory.NextBatch(1'000));
    }
    world->in_memory.Flush();
    rows += world->catcher.rows().size();
    bytes += world->catcher.rows().byte_size();
    state.ResumeTiming();
    SKONTRO_CHECK(world->rows_only->Ingest(world->catcher.rows()).ok());
  }
  world->catcher.set_keep(false);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  const auto trades = static_cast<double>(state.iterations() * state.range(0));
  state.counters["rows"] = static_cast<double>(rows) / trades;
  state.counters["row_bytes"] = static_cast<double>(bytes) / trades;
}

void Batches(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(16)->Arg(125)->Arg(1'000)->Iterations(1);
  benchmark->UseRealTime()->MeasureProcessCPUTime();
}
BENCHMARK(Advance)->Apply(Batches);
BENCHMARK(MakeRows)->Apply(Batches);
BENCHMARK(IngestRows)
    ->Arg(20'000)
    ->Iterations(3)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  std::vector<skontro::bench::Claim> claims;
  for (const std::string size : {"/1", "/16", "/125", "/1000"}) {
    claims.push_back({"Advance" + size, "MakeRows" + size});
    claims.push_back({"Advance" + size, "IngestRows/20000"});
  }
  skontro::bench::World world;
  skontro::bench::world = &world;
  return skontro::bench::RunClaims(argc, argv, claims);
}

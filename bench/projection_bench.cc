// The claim: projecting a batch costs little beside making it durable, so that
// a reply can wait until what it says can be read.
//
// Projection::Advance on RocksDB, against its two halves: making the same rows
// without a store, and writing the same rows made before.

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
#include "ledger/store_journal.h"

namespace skontro::bench {
namespace {

using ledger::Sequence;

constexpr uint64_t kMembers = 10'000;
constexpr size_t kCacheBytes = 64 << 20;
constexpr size_t kWriteBufferBytes = 64 << 20;

// Keeps the rows of the last write instead of writing them.
class RowCatcher : public ledger::Store {
 public:
  explicit RowCatcher(ledger::Store* reads) : reads_(reads) {}

  absl::Status Write(const ledger::WriteBatch& batch,
                     ledger::Durability) override {
    if (keep_) rows_ = batch;
    return absl::OkStatus();
  }
  std::shared_ptr<const ledger::Snapshot> GetSnapshot() const override {
    return reads_->GetSnapshot();
  }
  absl::Status Flush() override { return absl::OkStatus(); }

  void set_keep(bool keep) { keep_ = keep; }
  const ledger::WriteBatch& rows() const { return rows_; }

 private:
  ledger::Store* const reads_;
  bool keep_ = false;
  ledger::WriteBatch rows_;
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

void SetItems(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void Advance(benchmark::State& state) {
  for (auto unused : state) {
    state.PauseTiming();
    const ledger::CommittedBatch batch =
        world->on_disk.NextBatch(static_cast<size_t>(state.range(0)));
    state.ResumeTiming();
    world->on_disk.Advance(batch);
  }
  SetItems(state);
}

void MakeRows(benchmark::State& state) {
  world->catcher.set_keep(false);
  for (auto unused : state) {
    state.PauseTiming();
    const ledger::CommittedBatch batch =
        world->in_memory.NextBatch(static_cast<size_t>(state.range(0)));
    state.ResumeTiming();
    world->in_memory.Advance(batch);
  }
  SetItems(state);
}

void WriteRows(benchmark::State& state) {
  world->catcher.set_keep(true);
  size_t rows = 0;
  size_t bytes = 0;
  for (auto unused : state) {
    state.PauseTiming();
    world->in_memory.Advance(
        world->in_memory.NextBatch(static_cast<size_t>(state.range(0))));
    rows += world->catcher.rows().operations().size();
    for (const auto& row : world->catcher.rows().operations()) {
      bytes += row.key.size() + row.value.value_or("").size();
    }
    state.ResumeTiming();
    SKONTRO_CHECK(
        world->rows_only
            ->Write(world->catcher.rows(), ledger::Durability::kUnlogged)
            .ok());
  }
  SetItems(state);
  const auto trades = static_cast<double>(state.iterations() * state.range(0));
  state.counters["rows"] = static_cast<double>(rows) / trades;
  state.counters["row_bytes"] = static_cast<double>(bytes) / trades;
}

void Batches(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(16)->Arg(128)->Arg(1'000);
  benchmark->UseRealTime()->MeasureProcessCPUTime();
}
BENCHMARK(Advance)->Apply(Batches);
BENCHMARK(MakeRows)->Apply(Batches);
BENCHMARK(WriteRows)->Apply(Batches);

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  std::vector<skontro::bench::Claim> claims;
  for (const std::string size : {"/1", "/16", "/128", "/1000"}) {
    claims.push_back({"Advance" + size, "MakeRows" + size});
    claims.push_back({"Advance" + size, "WriteRows" + size});
  }
  skontro::bench::World world;
  skontro::bench::world = &world;
  return skontro::bench::RunClaims(argc, argv, claims);
}

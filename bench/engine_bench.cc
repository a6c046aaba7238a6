// The claim: the engine alone decides, applies and encodes 600,000 trades a
// second on one core, and what the digest costs is what SHA-256 costs. Also how
// fast a journal is read back.
//
// Everything is in memory and on one thread, so the clock is that of the CPU:
// other work on the machine slows the caches, but does not count.

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/claims.h"
#include "bench/scene.h"
#include "engine/engine.h"
#include "engine/event_projector.h"
#include "engine/replay.h"
#include "engine/row.h"
#include "engine/state.h"
#include "ledger/base/check.h"
#include "ledger/digest.h"
#include "ledger/record_codec.h"
#include "ledger/storage/memory_store.h"
#include "ledger/storage/row_buffer.h"
#include "ledger/store_journal.h"

namespace skontro::bench {
namespace {

using ledger::Sequence;

// As many commands as a busy server has in one batch.
constexpr size_t kBatch = 1'000;

// The engine forgets when this much is remembered.
const size_t kRecentMax = engine::Engine::Options().recent_max;

// Scenes are made once: a million members take seconds.
Scene* SceneOf(uint64_t members) {
  static auto* scenes = new std::map<uint64_t, std::unique_ptr<Scene>>;
  std::unique_ptr<Scene>& scene = (*scenes)[members];
  if (scene == nullptr) {
    scene = std::make_unique<Scene>(members);
    scene->TakeMemberBatches();
  }
  return scene.get();
}

// Adds frames and digests to `batch`, which begins at `first`.
ledger::EncodedBatch Encode(const Scene& scene, Sequence first,
                            const ledger::Digest& previous,
                            const ledger::PendingBatch& batch) {
  return ledger::EncodeBatch(scene.uid(), /*epoch=*/0, first, previous,
                             batch.records, batch.payloads);
}

void Trade(benchmark::State& state, Parties parties, Content content,
           bool with_digest) {
  Scene* scene = SceneOf(static_cast<uint64_t>(state.range(0)));
  ledger::Digest digest{};
  size_t bytes = 0;
  for (auto unused : state) {
    if (scene->recent_count() >= kRecentMax) scene->Forget();
    state.PauseTiming();
    std::vector<engine::Command> commands =
        scene->NextTrades(kBatch, parties, content);
    const Sequence first = ledger::Next(scene->state().sequence());
    state.ResumeTiming();
    ledger::PendingBatch batch;
    for (engine::Command& command : commands) {
      scene->Decide(&command, &batch);
    }
    if (with_digest) {
      digest = Encode(*scene, first, digest, batch).digests.back();
    }
    benchmark::DoNotOptimize(digest);
    state.PauseTiming();
    bytes = FrameBytes(batch);
    commands.clear();
    batch = {};
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
  state.counters["frame_bytes"] =
      static_cast<double>(bytes) / static_cast<double>(kBatch);
}

void Decide(benchmark::State& state) {
  Trade(state, Parties::kUniform, Content::kBare, /*with_digest=*/false);
}
void DecideHot(benchmark::State& state) {
  Trade(state, Parties::kHotSeller, Content::kBare, /*with_digest=*/false);
}
void DecideInvoice(benchmark::State& state) {
  Trade(state, Parties::kUniform, Content::kInvoice, /*with_digest=*/false);
}
void DecideAndChain(benchmark::State& state) {
  Trade(state, Parties::kUniform, Content::kBare, /*with_digest=*/true);
}
BENCHMARK(Decide)->Arg(10'000)->Arg(1'000'000);
BENCHMARK(DecideHot)->Arg(10'000);
BENCHMARK(DecideInvoice)->Arg(10'000);
BENCHMARK(DecideAndChain)->Arg(10'000)->Arg(1'000'000);

// SHA-256 as OpenSSL does it, straight, of what the digests are made over: the
// frame without its digest, and 56 bytes that chain it to the one before.
void OpensslSha256(benchmark::State& state) {
  const ledger::PendingBatch batch =
      SceneOf(10'000)->NextBatch(kBatch, Parties::kUniform, Content::kBare);
  const size_t length = FrameBytes(batch) / kBatch + 24;
  const std::string bytes(length, 'x');
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  unsigned char digest[EVP_MAX_MD_SIZE];
  for (auto unused : state) {
    EVP_DigestInit_ex2(context, algorithm, nullptr);
    EVP_DigestUpdate(context, bytes.data(), bytes.size());
    EVP_DigestFinal_ex(context, digest, nullptr);
    benchmark::DoNotOptimize(digest);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(algorithm);
  state.SetItemsProcessed(state.iterations());
  state.counters["hashed_bytes"] = static_cast<double>(length);
}
BENCHMARK(OpensslSha256);

// Batches of a journal with 10,000 members and some trades, and its genesis.
struct EncodedJournal {
  std::vector<std::string> batches;
  int64_t records = 0;
  int64_t bytes = 0;
};

const EncodedJournal& Journal() {
  static const EncodedJournal* const journal = [] {
    constexpr size_t kBatches = 100;
    Scene scene(10'000);
    auto* out = new EncodedJournal;
    std::vector<ledger::PendingBatch> pending = scene.TakeMemberBatches();
    for (size_t i = 0; i < kBatches; ++i) {
      pending.push_back(
          scene.NextBatch(kBatch, Parties::kUniform, Content::kBare));
    }
    Sequence next{2};
    const std::string genesis = ledger::EncodePayload(scene.genesis());
    ledger::Digest previous =
        ledger::EncodeBatch(scene.uid(), /*epoch=*/0, Sequence{1},
                            ledger::GenesisPredecessor(scene.uid()),
                            {&scene.genesis(), 1}, {&genesis, 1})
            .digests.back();
    for (const ledger::PendingBatch& batch : pending) {
      ledger::EncodedBatch encoded = Encode(scene, next, previous, batch);
      previous = encoded.digests.back();
      next = Sequence{static_cast<uint64_t>(next) + batch.records.size()};
      out->records += static_cast<int64_t>(batch.records.size());
      out->bytes += static_cast<int64_t>(encoded.bytes.size());
      out->batches.push_back(std::move(encoded.bytes));
    }
    return out;
  }();
  return *journal;
}

// What a start without a checkpoint does with a journal.
void Replay(benchmark::State& state) {
  const EncodedJournal& journal = Journal();
  Scene* scene = SceneOf(10'000);
  ledger::MemoryStore store;
  SKONTRO_CHECK(ledger::StoreJournal::Create(&store, scene->uid(),
                                             scene->genesis(), /*personal=*/{})
                    .ok());
  ledger::WriteBatch rows;
  uint64_t first = 2;
  for (const std::string& bytes : journal.batches) {
    rows.Put(ledger::Family::kJournal, engine::NumberValue(first), bytes);
    first +=
        ledger::DecodeBatch(bytes, ledger::Trust::kCrc)->batch.records.size();
  }
  SKONTRO_CHECK(store.Write(rows, ledger::Durability::kSynced).ok());
  const auto snapshot = store.GetSnapshot();
  for (auto unused : state) {
    auto replayed = engine::BeginReplay(*snapshot, engine::kDigestInterval);
    SKONTRO_CHECK(replayed.ok());
    SKONTRO_CHECK(engine::RollForward(*snapshot, {}, &*replayed).ok());
  }
  state.SetItemsProcessed(state.iterations() * journal.records);
}
BENCHMARK(Replay)->Unit(benchmark::kMillisecond);

// The same without the engine: bytes to records, CRC only or every digest.
void ReadRecords(benchmark::State& state, ledger::Trust trust) {
  const EncodedJournal& journal = Journal();
  ledger::DecodedBatch batch;  // Used again, as whoever reads a journal does.
  for (auto unused : state) {
    for (const std::string& bytes : journal.batches) {
      SKONTRO_CHECK(ledger::DecodeBatch(bytes, trust, &batch).ok());
    }
  }
  state.SetItemsProcessed(state.iterations() * journal.records);
  state.SetBytesProcessed(state.iterations() * journal.bytes);
}
void Read(benchmark::State& state) { ReadRecords(state, ledger::Trust::kCrc); }
void Verify(benchmark::State& state) {
  ReadRecords(state, ledger::Trust::kNothing);
}
BENCHMARK(Read)->Unit(benchmark::kMillisecond);
BENCHMARK(Verify)->Unit(benchmark::kMillisecond);

size_t BytesIn(const ledger::SortedRows& rows) {
  size_t bytes = 0;
  for (size_t i = 0; i < ledger::kFamilyNames.size(); ++i) {
    const auto family = static_cast<ledger::Family>(i);
    for (size_t row = rows.begin(family); row < rows.end(family); ++row) {
      bytes += rows.key(row).size() + rows.value(row).size();
    }
  }
  return bytes;
}

// The rows of the engine's families that one trade gives.
void ProjectRows(benchmark::State& state) {
  const ledger::PendingBatch batch =
      SceneOf(10'000)->NextBatch(kBatch, Parties::kUniform, Content::kBare);
  engine::IndexProjector projector;
  size_t rows = 0;
  size_t bytes = 0;
  for (auto unused : state) {
    ledger::RowBuffer out;
    Sequence sequence{20'000};
    for (const ledger::Record& record : batch.records) {
      SKONTRO_CHECK(projector.Project(sequence, record, &out).ok());
      sequence = ledger::Next(sequence);
    }
    benchmark::DoNotOptimize(out);
    state.PauseTiming();
    const std::shared_ptr<const ledger::SortedRows> sorted = out.Sort();
    rows = sorted->size();
    bytes = BytesIn(*sorted);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
  state.counters["rows"] =
      static_cast<double>(rows) / static_cast<double>(kBatch);
  state.counters["row_bytes"] =
      static_cast<double>(bytes) / static_cast<double>(kBatch);
}
BENCHMARK(ProjectRows);

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  return skontro::bench::RunClaims(argc, argv,
                                   {{"Decide/10000", "OpensslSha256"},
                                    {"Decide/1000000", "Decide/10000"},
                                    {"DecideHot/10000", "Decide/10000"},
                                    {"DecideInvoice/10000", "Decide/10000"},
                                    {"DecideAndChain/10000", "Decide/10000"},
                                    {"DecideAndChain/10000", "OpensslSha256"},
                                    {"Verify", "OpensslSha256"},
                                    {"Replay", "Read"}});
}

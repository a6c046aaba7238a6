// The claim: a member's account and an open trade take at most 256 bytes of the
// writer's memory each, so that a million members fit in a quarter gigabyte.
//
// Counts the bytes that the allocator gave out, its own overhead not included,
// for a network of half a million members and then for 200,000 proposals.

#include <malloc.h>

#include <cstdio>
#include <utility>

#include "bench/metrics.h"
#include "bench/scene.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

constexpr uint64_t kMembers = 500'000;
constexpr size_t kProposals = 200'000;

double AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

void Propose(Scene* scene) {
  engine::Command command = scene->NextTrade(Parties::kUniform, Content::kBare);
  std::get<engine::CreateTrade>(command.body).initiator =
      engine::Initiator::kSeller;
  ledger::PendingBatch batch;
  scene->Decide(&command, &batch);
}

int Run() {
  const double before = AllocatedBytes();
  Scene scene(kMembers);
  scene.TakeMemberBatches();
  const double with_members = AllocatedBytes();
  for (size_t i = 0; i < kProposals; ++i) {
    Propose(&scene);
    if (i % 1'000 == 0) scene.Forget();  // As the engine does, now and then.
  }
  scene.Forget();
  const double with_trades = AllocatedBytes();

  Metrics metrics;
  metrics["memory.member"] =
      (with_members - before) / static_cast<double>(kMembers);
  metrics["memory.open_trade"] =
      (with_trades - with_members) / static_cast<double>(kProposals);
  std::printf("%.0f bytes a member, %.0f bytes an open trade\n",
              metrics["memory.member"], metrics["memory.open_trade"]);
  AppendMetrics(metrics);
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main() { return skontro::bench::Run(); }

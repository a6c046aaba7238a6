// How cost grows with the number of trades. One program, one step a call, so
// that each step starts with an empty memory; bench/scale.sh makes the table.
//
//   scale build DIR TRADES   grows the store to so many trades, through
//                            an engine, from wherever it stands
//   scale compact DIR        compacts all families and weighs them
//   scale start DIR          opens it: with a checkpoint
//   scale replay DIR         opens it: from the journal alone
//   scale verify DIR         verifies it, as skontro verify does
//   scale read DIR           pages and balances of the longest account, and
//                            ids of old requests
//
// Every trade is paid by its buyer and follows from its number alone, so a
// build that was stopped goes on where it was. One in four is a sale of member
// 1. The network has 10,000 members.
//
// RocksDB is included past the rule for the product's folders: a store cannot
// be told to compact.

#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "bench/metrics.h"
#include "cli/verifier/directory.h"
#include "engine/engine.h"
#include "engine/genesis.h"
#include "engine/row.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/big_endian.h"
#include "ledger/statement.h"
#include "ledger/storage/rocksdb_store.h"

namespace skontro::bench {
namespace {

using engine::Command;
using ledger::Sequence;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kMembers = 10'000;
constexpr size_t kBatch = 1'000;
constexpr size_t kBatchesInFlight = 8;
constexpr uint64_t kTradesPerDay = 50'000;
constexpr size_t kCacheBytes = 256 << 20;
constexpr size_t kWriteBufferBytes = 128 << 20;
constexpr int32_t kFirstDay = 20'775;
constexpr int64_t kDayUs = 86'400'000'000;
constexpr int kReads = 2'000;
constexpr int kPageRows = 100;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// SplitMix64: the n-th number of a sequence, without the ones before.
uint64_t Random(uint64_t n) {
  uint64_t z = n * 0x9e37'79b9'7f4a'7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11ebU;
  return z ^ (z >> 31U);
}

engine::NetworkCreated Terms() {
  engine::NetworkCreated terms;
  terms.id = "scale";
  terms.display_name = "Scale";
  terms.unit_code = "RES";
  terms.unit_decimals = 2;
  terms.peg_currency = "EUR";
  terms.peg_decimals = 2;
  terms.time_zone = "Europe/Brussels";
  terms.default_credit_line = engine::Amount::FromMinorUnits(kAmountMax);
  terms.default_balance_limit = engine::Amount::FromMinorUnits(kAmountMax);
  terms.request_key = std::string(16, 'k');
  return terms;
}

std::string MemberId(uint64_t number) {
  return absl::StrFormat("m%07d", number);
}

Command NewCommand(std::string_view method, std::string request_id,
                   uint64_t rank) {
  Command command;
  command.actor = engine::LocalOperator();
  command.method = method;
  command.request_id = std::move(request_id);
  const auto day = kFirstDay + static_cast<int32_t>(rank / kTradesPerDay);
  command.booking_date = engine::CivilDate::FromDays(day);
  command.time_us =
      day * kDayUs + static_cast<int64_t>(rank % kTradesPerDay) * 1'000'000;
  return command;
}

Command MemberCommand(uint64_t number) {
  Command command = NewCommand("MemberService.CreateMember",
                               absl::StrFormat("member-%d", number), 0);
  engine::CreateMember create;
  create.member_id = MemberId(number);
  create.country = "BE";
  command.body = std::move(create);
  return command;
}

// The trade of that number, from 1.
Command TradeCommand(uint64_t number) {
  const uint64_t dice = Random(number);
  // As long as a UUID, which is what most clients send.
  Command command =
      NewCommand("TradeService.CreateTrade",
                 absl::StrFormat("%016x-%019x", dice, number), number);
  command.request_fields = {{1, dice}, {2, Random(dice)}};
  const uint64_t seller = number % 4 == 0 ? 1 : 1 + dice % kMembers;
  uint64_t buyer = 1 + (dice >> 32U) % (kMembers - 1);
  if (buyer >= seller) ++buyer;
  engine::CreateTrade trade;
  trade.seller = MemberId(seller);
  trade.buyer = MemberId(buyer);
  trade.initiator = engine::Initiator::kBuyer;
  trade.units = engine::Amount::FromMinorUnits(
      static_cast<int64_t>(1'000 + dice % 1'000'000));
  command.body = std::move(trade);
  return command;
}

std::unique_ptr<ledger::RocksdbStore> OpenStore(
    const std::string& directory, ledger::OpenMode mode,
    ledger::RocksdbResources* resources) {
  auto store = ledger::RocksdbStore::Open(directory, mode, resources);
  if (!store.ok())
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
  SKONTRO_CHECK(store.ok());
  return *std::move(store);
}

// Sends commands to an engine, some batches ahead of their answers.
class Sender {
 public:
  explicit Sender(engine::Engine* engine) : engine_(*engine) {}
  ~Sender() { WaitFor(0); }

  void Send(std::vector<Command> commands) {
    WaitFor((kBatchesInFlight - 1) * kBatch);
    std::vector<engine::Reply> replies;
    for (size_t i = 0; i < commands.size(); ++i) {
      replies.push_back([this](const absl::StatusOr<engine::Answer>& answer) {
        SKONTRO_CHECK(answer.ok() && answer->refusals.empty());
        const absl::MutexLock lock(&mutex_);
        --open_;
      });
    }
    {
      const absl::MutexLock lock(&mutex_);
      open_ += commands.size();
    }
    engine_.SubmitAll(std::move(commands), std::move(replies));
  }

 private:
  void WaitFor(size_t open_max) {
    const auto few = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return open_ <= open_max;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&few));
  }

  engine::Engine& engine_;
  absl::Mutex mutex_;
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Where the store stands: how many of our members and trades it has. A request
// is known or not, whatever else is in the journal.
bool Has(const ledger::Snapshot& snapshot, const Command& command) {
  const auto row = snapshot.Get(
      ledger::Family::kRequest,
      engine::RequestKey(command.actor.identity, command.request_id));
  SKONTRO_CHECK(row.ok());
  return row->has_value();
}

uint64_t CountOf(const ledger::Snapshot& snapshot, Command (*make)(uint64_t),
                 uint64_t max) {
  uint64_t low = 0;
  uint64_t high = max;
  while (low < high) {
    const uint64_t middle = (low + high + 1) / 2;
    if (Has(snapshot, make(middle))) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

void Send(engine::Engine* engine, Command (*make)(uint64_t), uint64_t from,
          uint64_t to) {
  Sender sender(engine);
  const Clock::time_point start = Clock::now();
  for (uint64_t next = from + 1; next <= to;) {
    std::vector<Command> batch;
    for (; next <= to && batch.size() < kBatch; ++next) {
      batch.push_back(make(next));
    }
    sender.Send(std::move(batch));
    if ((next - 1) % 100'000 == 0) {
      std::fprintf(stderr, "  %llu of %llu, %.0f /s\n",
                   static_cast<unsigned long long>(next - 1),
                   static_cast<unsigned long long>(to),
                   static_cast<double>(next - 1 - from) / SecondsSince(start));
    }
  }
}

void Build(const std::string& directory, uint64_t trades) {
  ledger::RocksdbResources resources(kCacheBytes, kWriteBufferBytes);
  const bool there = std::filesystem::exists(directory + "/CURRENT");
  const auto store =
      OpenStore(directory,
                there ? ledger::OpenMode::kExisting : ledger::OpenMode::kCreate,
                &resources);
  if (!there) {
    engine::GenesisRequest genesis;
    genesis.actor = engine::LocalOperator();
    genesis.request_id = "genesis";
    genesis.time_us = kFirstDay * kDayUs - 1;
    genesis.booking_date = engine::CivilDate::FromDays(kFirstDay);
    SKONTRO_CHECK(
        engine::CreateNetwork(store.get(), {0x53, 0x43}, Terms(), genesis)
            .ok());
  }
  const auto engine = engine::Engine::Open(store.get(), {});
  SKONTRO_CHECK(engine.ok());
  const auto snapshot = store->GetSnapshot();
  if (Has(*snapshot, TradeCommand(trades + 1))) {
    std::fprintf(stderr, "%s has more than %llu trades\n", directory.c_str(),
                 static_cast<unsigned long long>(trades));
    std::exit(1);
  }
  const Clock::time_point start = Clock::now();
  Send(engine->get(), MemberCommand,
       CountOf(*snapshot, MemberCommand, kMembers), kMembers);
  const uint64_t before = CountOf(*snapshot, TradeCommand, trades);
  Send(engine->get(), TradeCommand, before, trades);
  const double seconds = SecondsSince(start);
  Metrics metrics;
  if (before < trades) {
    metrics["build.rate"] = static_cast<double>(trades - before) / seconds;
  }
  metrics["trades"] = static_cast<double>(trades);
  AppendMetrics(metrics);
}

void Compact(const std::string& directory) {
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
  Metrics metrics;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    rocksdb::CompactRangeOptions whole;
    whole.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForceOptimized;
    SKONTRO_CHECK(database->CompactRange(whole, handle, nullptr, nullptr).ok());
    uint64_t bytes = 0;
    SKONTRO_CHECK(database->GetIntProperty(
        handle, rocksdb::DB::Properties::kLiveSstFilesSize, &bytes));
    metrics["disk." + handle->GetName()] = static_cast<double>(bytes);
    metrics["disk"] += static_cast<double>(bytes);
    SKONTRO_CHECK(database->DestroyColumnFamilyHandle(handle).ok());
  }
  AppendMetrics(metrics);
}

// Of this process, in bytes.
double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void Start(const std::string& directory, bool use_checkpoints) {
  const std::string name = use_checkpoints ? "start" : "replay";
  engine::Engine::Options options;
  options.use_checkpoints = use_checkpoints;
  Metrics metrics;
  ledger::RocksdbResources resources(kCacheBytes, kWriteBufferBytes);
  const Clock::time_point start = Clock::now();
  const auto store =
      OpenStore(directory, ledger::OpenMode::kExisting, &resources);
  const double opened = SecondsSince(start);
  double replayed = 0;
  const auto engine = engine::Engine::Open(
      store.get(), options, [&](const engine::StartProgress& progress) {
        if (progress.step == engine::StartProgress::Step::kReplay) {
          replayed = SecondsSince(start) - opened;
        }
      });
  SKONTRO_CHECK(engine.ok());
  metrics[name + ".seconds"] = SecondsSince(start);
  metrics[name + ".store_seconds"] = opened;
  metrics[name + ".resident"] = ResidentBytes();
  if (replayed > 0) {
    metrics[name + ".rate"] = static_cast<double>((*engine)->view().sequence) /
                              (metrics[name + ".seconds"] - opened);
  }
  AppendMetrics(metrics);
}

void Verify(const std::string& directory) {
  const Clock::time_point start = Clock::now();
  const auto results = verifier::VerifyDirectory(
      directory, {},
      [](const std::string&, const verifier::Progress&) { return true; });
  SKONTRO_CHECK(results.ok() && results->size() == 1);
  const auto& report = results->front().report;
  SKONTRO_CHECK(report.ok() && report->verdict() == verifier::Verdict::kOk);
  const double seconds = SecondsSince(start);
  Metrics metrics;
  metrics["verify.seconds"] = seconds;
  metrics["verify.rate"] = static_cast<double>(report->records) / seconds;
  metrics["verify.resident"] = ResidentBytes();
  AppendMetrics(metrics);
}

void Read(const std::string& directory) {
  ledger::RocksdbResources resources(kCacheBytes, kWriteBufferBytes);
  const auto store =
      OpenStore(directory, ledger::OpenMode::kExisting, &resources);
  const auto snapshot = store->GetSnapshot();
  const ledger::AccountId account{1};
  const auto newest =
      ledger::AccountAt(*snapshot, account, Sequence{UINT64_MAX});
  SKONTRO_CHECK(newest.ok());
  const auto newest_row = snapshot->Get(ledger::Family::kMeta, "projected");
  SKONTRO_CHECK(newest_row.ok() && newest_row->has_value());
  const auto last = ledger::ReadBigEndian<uint64_t>(**newest_row);
  std::vector<double> pages;
  std::vector<double> balances;
  std::vector<double> known;
  std::vector<double> unknown;
  const auto look_up = [&](uint64_t trade, bool is_there) {
    const Command command = TradeCommand(trade);
    const std::string key =
        engine::RequestKey(command.actor.identity, command.request_id);
    const Clock::time_point start = Clock::now();
    const auto row = snapshot->Get(ledger::Family::kRequest, key);
    (is_there ? known : unknown).push_back(SecondsSince(start) * 1e6);
    SKONTRO_CHECK(row.ok() && row->has_value() == is_there);
  };
  const uint64_t trades = CountOf(*snapshot, TradeCommand, last);
  for (uint64_t i = 1; i <= kReads; ++i) {
    const Sequence place{kMembers + 2 + Random(i) % (last - kMembers - 2)};
    Clock::time_point start = Clock::now();
    ledger::PostingWalk walk(snapshot.get(), account, {place, Sequence{last}});
    for (int row = 0; row < kPageRows; ++row) SKONTRO_CHECK(walk.Next().ok());
    pages.push_back(SecondsSince(start) * 1e6);
    start = Clock::now();
    SKONTRO_CHECK(ledger::AccountAt(*snapshot, account, place).ok());
    balances.push_back(SecondsSince(start) * 1e6);
    look_up(1 + Random(~i) % trades, /*is_there=*/true);
    look_up(trades + i, /*is_there=*/false);
  }
  Metrics metrics;
  metrics["read.rows"] = static_cast<double>(newest->posting_count);
  metrics["read.page.p50_us"] = Quantile(pages, 0.5);
  metrics["read.page.p99_us"] = Quantile(pages, 0.99);
  metrics["read.balance.p50_us"] = Quantile(balances, 0.5);
  metrics["read.balance.p99_us"] = Quantile(balances, 0.99);
  metrics["read.known.p50_us"] = Quantile(known, 0.5);
  metrics["read.known.p99_us"] = Quantile(known, 0.99);
  metrics["read.unknown.p50_us"] = Quantile(unknown, 0.5);
  metrics["read.unknown.p99_us"] = Quantile(unknown, 0.99);
  AppendMetrics(metrics);
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "build") {
    Build(arguments[1], std::strtoull(arguments[2].c_str(), nullptr, 10));
  } else if (arguments.size() == 2 && arguments[0] == "compact") {
    Compact(arguments[1]);
  } else if (arguments.size() == 2 && arguments[0] == "start") {
    Start(arguments[1], /*use_checkpoints=*/true);
  } else if (arguments.size() == 2 && arguments[0] == "replay") {
    Start(arguments[1], /*use_checkpoints=*/false);
  } else if (arguments.size() == 2 && arguments[0] == "verify") {
    Verify(arguments[1]);
  } else if (arguments.size() == 2 && arguments[0] == "read") {
    Read(arguments[1]);
  } else {
    std::fprintf(stderr,
                 "usage: scale build DIR TRADES\n"
                 "       scale compact|start|replay|verify|read DIR\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  return skontro::bench::Run({argv + 1, argv + argc});
}

#include "server/gauges.h"

#include <unistd.h>

#include <fstream>
#include <functional>
#include <utility>

#include "absl/time/clock.h"
#include "engine/checkpoint.h"
#include "engine/index_reader.h"
#include "ledger/base/status.h"
#include "ledger/statement.h"
#include "server/disk_watch.h"

namespace skontro::server {
namespace {

using ledger::StoreNumbers;

GaugeFamily OfNetworks(const std::vector<Network*>& networks, std::string name,
                       std::string help,
                       const std::function<double(const Network&)>& read) {
  GaugeFamily family{std::move(name), std::move(help), {}};
  for (const Network* network : networks) {
    family.values.push_back({{{"network", network->id()}}, read(*network)});
  }
  return family;
}

void AddStores(const std::vector<Network*>& networks,
               std::vector<GaugeFamily>* families) {
  struct Number {
    const char* name;
    const char* help;
    uint64_t StoreNumbers::*value;
  };
  static constexpr Number kNumbers[] = {
      {"skontro_store_table_bytes", "Bytes of the tables on disk.",
       &StoreNumbers::table_bytes},
      {"skontro_store_memtable_bytes", "Bytes of rows not yet in tables.",
       &StoreNumbers::memtable_bytes},
      {"skontro_store_block_cache_bytes",
       "Bytes in the block cache, which all networks share.",
       &StoreNumbers::block_cache_bytes},
      {"skontro_store_pending_compaction_bytes",
       "Bytes that wait to be compacted.",
       &StoreNumbers::pending_compaction_bytes},
      {"skontro_store_compactions", "Compactions that run now.",
       &StoreNumbers::compactions},
      {"skontro_store_flushes", "Flushes that run now.",
       &StoreNumbers::flushes},
      {"skontro_store_background_errors",
       "Errors of flushes and compactions since the start.",
       &StoreNumbers::background_errors},
      {"skontro_store_write_stopped", "1 where writes wait for compactions.",
       &StoreNumbers::write_stopped}};
  std::vector<std::pair<std::string, StoreNumbers>> read;
  for (const Network* network : networks) {
    read.emplace_back(network->id(), network->ReadStoreNumbers());
  }
  for (const Number& number : kNumbers) {
    GaugeFamily family{number.name, number.help, {}};
    for (const auto& [network, numbers] : read) {
      family.values.push_back(
          {{{"network", network}}, static_cast<double>(numbers.*number.value)});
    }
    families->push_back(std::move(family));
  }
}

// How many records a start would read behind the newest checkpoint.
double CheckpointLag(const Network& network) {
  const ledger::ReadView view = network.engine().view();
  const auto checkpoints = engine::ListCheckpoints(*view.snapshot);
  const uint64_t newest = checkpoints.ok() && !checkpoints->empty()
                              ? static_cast<uint64_t>(checkpoints->front())
                              : 0;
  return static_cast<double>(static_cast<uint64_t>(view.sequence) - newest);
}

void AddLimits(const std::vector<Network*>& networks, LimitsGauge* limits,
               std::vector<GaugeFamily>* families) {
  GaugeFamily family{"skontro_accounts_out_of_limits",
                     "Accounts with a balance that their limits do not allow.",
                     {}};
  for (const Network* network : networks) {
    const std::optional<int64_t> count = limits->Count(*network);
    if (!count.has_value()) continue;
    family.values.push_back(
        {{{"network", network->id()}}, static_cast<double>(*count)});
  }
  families->push_back(std::move(family));
}

// Whether the balance of a member's account is within its limits.
absl::StatusOr<bool> IsWithinLimits(const ledger::ReadView& view,
                                    const engine::NetworkCreated& terms,
                                    ledger::AccountId account) {
  SKONTRO_ASSIGN_OR_RETURN(const ledger::AccountState state,
                           AccountAt(*view.snapshot, account, view.sequence));
  SKONTRO_ASSIGN_OR_RETURN(
      const engine::Limits limits,
      engine::LimitsAt(*view.snapshot, terms, account, view.sequence));
  // Both are at most 10^15 either way.
  const int64_t balance = state.balance.minor_units();
  return balance >= -limits.credit_line.minor_units() &&
         balance <= limits.balance_limit.minor_units();
}

std::optional<int64_t> CountOutOfLimits(const Network& network,
                                        const ledger::ReadView& view,
                                        uint64_t members_max) {
  uint64_t members = 0;
  int64_t count = 0;
  absl::Status status;
  const absl::Status walked = engine::WalkMembers(
      *view.snapshot, engine::MemberNumber{1}, view.sequence,
      [&](const engine::MemberRow& member) {
        const absl::StatusOr<bool> within =
            IsWithinLimits(view, network.terms(), member.created.main_account);
        status.Update(within.status());
        if (!status.ok() || ++members > members_max) return false;
        if (!*within) ++count;
        return true;
      });
  if (!walked.ok() || !status.ok() || members > members_max) {
    return std::nullopt;
  }
  return count;
}

void AddDisk(const std::string& data_directory,
             std::vector<GaugeFamily>* families) {
  const absl::StatusOr<DiskSpace> space = ReadDiskSpace(data_directory);
  if (!space.ok()) return;
  families->push_back({"skontro_disk_used_bytes",
                       "Bytes used on the disk of the data directory.",
                       {{{}, static_cast<double>(space->used)}}});
  families->push_back({"skontro_disk_available_bytes",
                       "Bytes available on the disk of the data directory.",
                       {{{}, static_cast<double>(space->available)}}});
}

void AddProcess(std::vector<GaugeFamily>* families) {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  if (!(file >> pages >> resident)) return;
  families->push_back(
      {"process_resident_memory_bytes",
       "Memory of the process.",
       {{{}, static_cast<double>(resident * sysconf(_SC_PAGESIZE))}}});
}

// Of those clients alone that have or had something, so that the text is as
// long as there are clients, not keys.
void AddClients(const std::vector<Network*>& networks,
                std::vector<GaugeFamily>* families) {
  GaugeFamily in_use = {
      "skontro_client_in_use", "What a client has at the moment.", {}};
  GaugeFamily limited = {"skontro_client_limited",
                         "How often a client asked for more than one may have.",
                         {}};
  for (const Network* network : networks) {
    for (const auto& client : network->key_ring().Uses()) {
      const ClientUse* const use = client.second.get();
      const auto add = [&](GaugeFamily* family, std::string_view what,
                           int64_t value) {
        if (value == 0) return;
        family->values.push_back({{{"network", network->id()},
                                   {"identity", client.first},
                                   {"what", std::string(what)}},
                                  static_cast<double>(value)});
      };
      add(&in_use, ClientLimitName(ClientLimit::kCalls), use->calls());
      add(&in_use, ClientLimitName(ClientLimit::kStreams), use->streams());
      add(&in_use, ClientLimitName(ClientLimit::kItems), use->items());
      for (size_t i = 0; i < kClientLimits; ++i) {
        const auto limit = static_cast<ClientLimit>(i);
        add(&limited, ClientLimitName(limit), use->refused(limit));
      }
    }
  }
  families->push_back(std::move(in_use));
  families->push_back(std::move(limited));
}

}  // namespace

std::optional<int64_t> LimitsGauge::Count(const Network& network) {
  const ledger::ReadView view = network.engine().view();
  const absl::Time now = absl::Now();
  const absl::MutexLock lock(&mutex_);
  Look& look = looks_[network.id()];
  if (look.sequence == view.sequence || now - look.time < interval_) {
    return look.count;
  }
  look.count = CountOutOfLimits(network, view, members_max_);
  look.sequence = view.sequence;
  look.time = now;
  return look.count;
}

std::vector<GaugeFamily> ReadGauges(const NetworkRegistry& networks,
                                    const std::string& data_directory,
                                    LimitsGauge* limits) {
  const std::vector<Network*> all = networks.All();
  std::vector<GaugeFamily> families;
  families.push_back({"skontro_networks",
                      "Networks that are open.",
                      {{{}, static_cast<double>(all.size())}}});
  families.push_back(
      OfNetworks(all, "skontro_sequence", "The newest record that readers see.",
                 [](const Network& network) {
                   return static_cast<double>(network.engine().view().sequence);
                 }));
  families.push_back(OfNetworks(
      all, "skontro_queue_length", "Commands that wait to be decided.",
      [](const Network& network) {
        return static_cast<double>(network.engine().queue_length());
      }));
  families.push_back(OfNetworks(
      all, "skontro_checkpoint_lag_records",
      "Records that a start would read behind the newest checkpoint.",
      CheckpointLag));
  if (limits != nullptr) AddLimits(all, limits, &families);
  AddStores(all, &families);
  AddClients(all, &families);
  AddDisk(data_directory, &families);
  AddProcess(&families);
  return families;
}

}  // namespace skontro::server

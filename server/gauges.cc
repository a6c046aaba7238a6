#include "server/gauges.h"

#include <unistd.h>

#include <fstream>
#include <functional>
#include <utility>

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

}  // namespace

std::vector<GaugeFamily> ReadGauges(const NetworkRegistry& networks,
                                    const std::string& data_directory) {
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
  AddStores(all, &families);
  AddDisk(data_directory, &families);
  AddProcess(&families);
  return families;
}

}  // namespace skontro::server

#include "server/status_reader.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/api_key_reader.h"
#include "engine/checkpoint.h"
#include "engine/permission.h"
#include "ledger/anchor_slots.h"
#include "ledger/storage/anchor_file.h"
#include "server/auth/certificates.h"
#include "server/convert_amount.h"
#include "server/disk_watch.h"
#include "server/record_reader.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr char kMethod[] = "AdminService.GetServerStatus";
constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kHourUs = 60 * kMinuteUs;

int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  if (!(file >> pages >> resident)) return 0;
  return resident * sysconf(_SC_PAGESIZE);
}

// The time of a record; 0 where it cannot be read.
int64_t TimeOf(RecordReader* records, ledger::Sequence sequence) {
  const auto record = records->RecordAt(sequence);
  return record.ok() ? (*record)->time_us : 0;
}

void ReadAnchor(const std::string& directory, const std::string& id,
                v1::NetworkStatus* status) {
  const absl::StatusOr<std::string> bytes = ledger::ReadAnchorFile(
      absl::StrCat(directory, "/", id, ".anchor"), ledger::kAnchorFileLength);
  if (!bytes.ok()) return;
  const absl::StatusOr<ledger::AnchorContents> anchor =
      ledger::DecodeAnchor(*bytes);
  if (!anchor.ok()) return;
  status->set_anchor_sequence(WireSequence(anchor->newest.sequence));
  WriteTime(anchor->newest.time_us, status->mutable_anchor_time());
}

void ReadCheckpoint(const ledger::ReadView& view, RecordReader* records,
                    v1::NetworkStatus* status) {
  const auto checkpoints = engine::ListCheckpoints(*view.snapshot);
  if (!checkpoints.ok() || checkpoints->empty()) return;
  const ledger::Sequence newest = checkpoints->front();
  status->set_checkpoint_sequence(WireSequence(newest));
  const int64_t time_us = TimeOf(records, newest);
  if (time_us != 0) WriteTime(time_us, status->mutable_checkpoint_time());
}

void CountKeys(const Network& network, const ledger::ReadView& view,
               int64_t now_us, v1::NetworkStatus* status) {
  int64_t active = 0;
  int64_t seen = 0;
  engine::WalkApiKeys(*view.snapshot, "", view.sequence,
                      [&](const engine::ApiKeyHistory& key) {
                        if (key.revoked || key.ExpiredAt(now_us)) return true;
                        ++active;
                        const int64_t used =
                            network.key_ring().LastUseUs(key.created.id);
                        if (used != 0 && used >= now_us - kHourUs) ++seen;
                        return true;
                      })
      .IgnoreError();
  status->set_keys_active(active);
  status->set_keys_seen_last_hour(seen);
}

void ReadNetwork(const StatusSource& source, const Network& network,
                 int64_t now_us, v1::NetworkStatus* status) {
  const ledger::ReadView view = network.engine().view();
  RecordReader records(view.snapshot);
  status->set_name(NetworkName(network.id()));
  status->set_sequence(WireSequence(view.sequence));
  const int64_t time_us = TimeOf(&records, view.sequence);
  if (time_us != 0) WriteTime(time_us, status->mutable_sequence_time());
  status->set_records_last_minute(RecordsSince(view, now_us - kMinuteUs));
  status->set_queue_length(
      static_cast<int64_t>(network.engine().queue_length()));
  status->set_queue_length_max(
      static_cast<int64_t>(engine::Engine::Options().queue_length_max));
  ReadAnchor(source.anchor_directory.empty()
                 ? absl::StrCat(source.data_directory, "/anchors")
                 : source.anchor_directory,
             network.id(), status);
  ReadCheckpoint(view, &records, status);
  status->set_store_bytes(
      static_cast<int64_t>(network.ReadStoreNumbers().table_bytes));
  CountKeys(network, view, now_us, status);
}

void ReadCertificate(const std::string& file, v1::ServerStatus* status) {
  std::ifstream in(file, std::ios::binary);
  const std::string pem(std::istreambuf_iterator<char>(in), {});
  const int64_t end_us = CertificateEndUs(pem);
  if (end_us == 0) return;
  v1::CertificateStatus* const certificate = status->add_certificates();
  certificate->set_file(file);
  WriteTime(end_us, certificate->mutable_expire_time());
}

}  // namespace

v1::ServerStatus ReadStatus(const StatusSource& source,
                            const NetworkRegistry& networks,
                            const Caller& caller, int64_t now_us) {
  v1::ServerStatus status;
  status.set_version(source.version);
  WriteTime(source.start_time_us, status.mutable_start_time());
  WriteTime(now_us, status.mutable_now());
  status.set_insecure(source.insecure);
  status.set_memory_bytes(ResidentBytes());
  const absl::StatusOr<DiskSpace> disk = ReadDiskSpace(source.data_directory);
  if (disk.ok()) {
    status.mutable_disk()->set_used_bytes(static_cast<int64_t>(disk->used));
    status.mutable_disk()->set_available_bytes(
        static_cast<int64_t>(disk->available));
    status.mutable_disk()->set_full_percent(source.disk_full_percent);
  }
  for (const std::string& file : source.certificates) {
    ReadCertificate(file, &status);
  }
  for (const Network* network : networks.All()) {
    const engine::Actor* const actor = caller.In(network->id());
    if (actor == nullptr ||
        engine::AccessOf(actor->role, kMethod) != engine::Access::kNetwork) {
      continue;
    }
    ReadNetwork(source, *network, now_us, status.add_networks());
  }
  return status;
}

int64_t RecordsSince(const ledger::ReadView& view, int64_t from_us) {
  RecordReader records(view.snapshot);
  // Times of records never go back: the first that is not older.
  auto first = uint64_t{1};
  uint64_t end = static_cast<uint64_t>(view.sequence) + 1;
  while (first < end) {
    const uint64_t middle = first + (end - first) / 2;
    const auto record = records.RecordAt(ledger::Sequence{middle});
    if (!record.ok()) return 0;
    if ((*record)->time_us < from_us) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return static_cast<int64_t>(static_cast<uint64_t>(view.sequence) + 1 - first);
}

}  // namespace skontro::server

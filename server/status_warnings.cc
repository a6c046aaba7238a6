#include "server/status_warnings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace skontro::server {
namespace {

using v1::StatusWarning;

constexpr int64_t kDaySeconds = 24 * 3600;
constexpr int64_t kCertificateDays = 30;
constexpr int64_t kClockBehindSeconds = 5;
constexpr int64_t kAnchorBehindSeconds = 10;
constexpr int64_t kDiskMarginPercent = 5;
constexpr uint64_t kCheckpointIntervals = 3;

void Add(v1::ServerStatus* status, StatusWarning::Severity severity,
         const char* code, std::string subject, std::string message,
         std::string next_step) {
  StatusWarning* const warning = status->add_warnings();
  warning->set_severity(severity);
  warning->set_code(code);
  warning->set_subject(std::move(subject));
  warning->set_message(std::move(message));
  warning->set_next_step(std::move(next_step));
}

void CheckDisk(v1::ServerStatus* status) {
  const v1::DiskStatus& disk = status->disk();
  const int64_t all = disk.used_bytes() + disk.available_bytes();
  if (all == 0) return;
  const int64_t percent = disk.used_bytes() / (all / 100 + 1);
  if (percent < disk.full_percent() - kDiskMarginPercent) return;
  const bool full = percent >= disk.full_percent();
  Add(status, full ? StatusWarning::CRITICAL : StatusWarning::WARNING,
      "DISK_NEARLY_FULL", "the disk of the data directory",
      absl::StrCat("it is ", percent, " % full; from ", disk.full_percent(),
                   " % on changes are refused"),
      full ? "make room; changes go on by themselves then"
           : "make room before changes are refused");
}

void CheckCertificates(v1::ServerStatus* status) {
  const int64_t now = status->now().seconds();
  for (const v1::CertificateStatus& certificate : status->certificates()) {
    const int64_t left = certificate.expire_time().seconds() - now;
    if (left >= kCertificateDays * kDaySeconds) continue;
    Add(status, left <= 0 ? StatusWarning::CRITICAL : StatusWarning::WARNING,
        "CERTIFICATE_EXPIRES", certificate.file(),
        left <= 0 ? std::string("it is expired: clients refuse it")
                  : absl::StrCat("it expires in ", left / kDaySeconds, " days"),
        "put a new one in its place, which is taken over at once; one that "
        "the server made itself is made anew at the next start");
  }
}

void CheckAnchor(const v1::NetworkStatus& network, v1::ServerStatus* status) {
  if (network.anchor_sequence() == 0) {
    Add(status, StatusWarning::CRITICAL, "ANCHOR_UNREADABLE", network.name(),
        "its head anchor cannot be read: the next start would refuse it",
        "look at the directory of the anchors (--anchor-dir) and its rights");
    return;
  }
  const int64_t behind =
      status->now().seconds() - network.sequence_time().seconds();
  if (network.anchor_sequence() < network.sequence() &&
      behind >= kAnchorBehindSeconds) {
    Add(status, StatusWarning::WARNING, "ANCHOR_OLD", network.name(),
        absl::StrCat("its head anchor is at sequence ",
                     network.anchor_sequence(), " of ", network.sequence(),
                     ", for ", behind, " s"),
        "look whether the disk of the anchors answers");
  }
}

void CheckNetwork(const v1::NetworkStatus& network,
                  uint64_t checkpoint_interval, v1::ServerStatus* status) {
  const int64_t ahead =
      network.sequence_time().seconds() - status->now().seconds();
  if (ahead > kClockBehindSeconds) {
    Add(status, StatusWarning::CRITICAL, "CLOCK_BEHIND", network.name(),
        absl::StrCat("its newest record is ", ahead,
                     " s later than this machine's clock says"),
        "set the clock right, with NTP; records made until then have the time "
        "of the one before");
  }
  if (network.queue_length() * 2 >= network.queue_length_max()) {
    Add(status, StatusWarning::WARNING, "QUEUE_LONG", network.name(),
        absl::StrCat(network.queue_length(), " commands wait, of ",
                     network.queue_length_max(), " that may"),
        "see which client sends so many (skontro_call_duration_seconds), and "
        "whether the disk is slow (skontro_commit_duration_seconds)");
  }
  CheckAnchor(network, status);
  const auto behind =
      static_cast<uint64_t>(network.sequence() - network.checkpoint_sequence());
  if (checkpoint_interval != 0 &&
      behind >= kCheckpointIntervals * checkpoint_interval) {
    Add(status, StatusWarning::WARNING, "CHECKPOINT_OLD", network.name(),
        absl::StrCat("a start would read ", behind, " records"),
        "look for checkpoint_failed in the log; a stop saves one too");
  }
}

}  // namespace

void AddWarnings(uint64_t checkpoint_interval, v1::ServerStatus* status) {
  CheckDisk(status);
  CheckCertificates(status);
  for (const v1::NetworkStatus& network : status->networks()) {
    CheckNetwork(network, checkpoint_interval, status);
  }
  if (status->insecure()) {
    Add(status, StatusWarning::WARNING, "INSECURE", "the addresses",
        "calls are neither encrypted nor authenticated: who reaches the "
        "loopback of this machine is the operator",
        "start without --insecure-loopback for anything but trying out");
  }
}

void AddWarningsOf(const Network& network, v1::ServerStatus* status) {
  const std::string name = absl::StrCat("networks/", network.id());
  const ledger::StoreNumbers numbers = network.ReadStoreNumbers();
  if (numbers.background_errors > 0) {
    Add(status, StatusWarning::CRITICAL, "STORE_ERRORS", name,
        absl::StrCat(numbers.background_errors,
                     " flushes or compactions failed since the start"),
        "look at the disk (dmesg, df) and the LOG of the store");
  }
  if (numbers.write_stopped > 0) {
    Add(status, StatusWarning::CRITICAL, "WRITES_STOPPED", name,
        "writes wait for compactions", "see whether the disk is too slow");
  }
  const absl::Status key = network.CheckHeadKey();
  if (!key.ok()) {
    Add(status, StatusWarning::WARNING, "HEAD_KEY_MISSING", name,
        std::string(key.message()),
        "put the file back, or: skontro head rotate-key");
  }
}

void SortWarnings(v1::ServerStatus* status) {
  std::stable_sort(status->mutable_warnings()->begin(),
                   status->mutable_warnings()->end(),
                   [](const StatusWarning& a, const StatusWarning& b) {
                     return a.severity() < b.severity();
                   });
}

}  // namespace skontro::server

#include "cli/recovery_acceptance.h"

#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/recovery_copy.h"
#include "cli/verifier/readonly_store_opener.h"
#include "ledger/base/status.h"
#include "ledger/journal_copy.h"
#include "ledger/recovery.h"
#include "ledger/storage/anchor_file.h"
#include "ledger/storage/rocksdb_store.h"

namespace skontro::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCacheBytes = 32u << 20;
constexpr char kActor[] = "operator/local";

// A failure for what the ledger or the verifier said.
absl::Status Fails(const std::string& what, const absl::Status& status) {
  const ExitCode code =
      absl::IsDataLoss(status) ? ExitCode::kBroken : ExitCode::kLocalFailure;
  return Failure(code, absl::StrCat(what, ": ", std::string(status.message())));
}

absl::StatusOr<std::string> NewSalt() {
  std::string salt(ledger::kSaltLength, '\0');
  const ssize_t count = getrandom(salt.data(), salt.size(), 0);
  if (count != static_cast<ssize_t>(salt.size())) {
    return Failure(ExitCode::kLocalFailure, "no random numbers");
  }
  return salt;
}

// Who runs this program, as user@host.
std::string Author() {
  const passwd* const user = getpwuid(geteuid());
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '\0';
  return absl::StrCat(
      user != nullptr ? user->pw_name : absl::StrCat("uid ", geteuid()), "@",
      host);
}

absl::StatusOr<ledger::Acceptance> MakeAcceptance(const NetworkListing& listing,
                                                  const std::string& reason) {
  ledger::Acceptance acceptance;
  acceptance.anchored = listing.anchored;
  acceptance.stored_sequence = ledger::Sequence{listing.stored_sequence};
  acceptance.actor = kActor;
  acceptance.reason = reason;
  acceptance.author = Author();
  SKONTRO_ASSIGN_OR_RETURN(acceptance.reason_salt, NewSalt());
  SKONTRO_ASSIGN_OR_RETURN(acceptance.author_salt, NewSalt());
  acceptance.time_us = absl::ToUnixMicros(absl::Now());
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(listing.time_zone, &zone)) {
    return Failure(ExitCode::kLocalFailure,
                   absl::StrCat("this machine does not know the time zone ",
                                listing.time_zone,
                                " of the network; install the time zone data"));
  }
  const int64_t time_us =
      ledger::RecoveryTime(listing.sound_time_us, acceptance);
  acceptance.booking_date = ledger::CivilDate::FromDays(static_cast<int32_t>(
      absl::ToCivilDay(absl::FromUnixMicros(time_us), zone) -
      absl::CivilDay(1970, 1, 1)));
  return acceptance;
}

// Copies the rows of one family up to the first that cannot be read: what is
// behind the sound records may be anything.
template <typename Add>
absl::Status CopyRows(verifier::Source* source, const char* family, Add add) {
  const std::unique_ptr<verifier::Cursor> rows = source->Scan(family);
  for (; rows->Valid(); rows->Next()) {
    SKONTRO_RETURN_IF_ERROR(add(*rows));
  }
  return absl::OkStatus();
}

absl::Status CopySound(verifier::Source* source, ledger::Sequence last,
                       ledger::Store* store) {
  ledger::JournalCopy copy(store, last);
  SKONTRO_RETURN_IF_ERROR(
      CopyRows(source, "journal", [&](const verifier::Cursor& row) {
        if (copy.reached_last()) return absl::OkStatus();
        return copy.AddBatch(row.value());
      }));
  SKONTRO_RETURN_IF_ERROR(
      CopyRows(source, "personal", [&](const verifier::Cursor& row) {
        return copy.AddPersonal(row.key(), row.value());
      }));
  return copy.Finish().status();
}

// Makes the store of the network anew from its sound records.
absl::Status Rebuild(const std::string& directory,
                     const NetworkListing& listing,
                     ledger::RocksdbResources* resources) {
  const fs::path made = absl::StrCat(directory, ".rebuilt");
  {
    auto source = verifier::OpenReadonlyStore(
        directory, listing.store_trouble.empty() ? verifier::Reach::kAll
                                                 : verifier::Reach::kSalvage);
    if (!source.ok()) return Fails(directory, source.status());
    auto store = ledger::RocksdbStore::Open(
        made.string(), ledger::OpenMode::kCreate, resources);
    if (!store.ok()) return Fails(made.string(), store.status());
    const absl::Status copied = CopySound(
        source->get(), ledger::Sequence{listing.sound_sequence}, store->get());
    if (!copied.ok()) return Fails(directory, copied);
  }
  std::error_code error;
  fs::permissions(made, fs::status(directory, error).permissions(), error);
  const fs::path keys = fs::path(directory) / kKeysFolder;
  if (fs::exists(keys, error)) fs::rename(keys, made / kKeysFolder, error);
  if (!error) fs::remove_all(directory, error);
  if (!error) fs::rename(made, directory, error);
  if (error) return FileFailure("replace", directory, error.value());
  return SyncFolder(fs::path(directory).parent_path().string());
}

absl::Status WriteAnchor(const std::string& path,
                         const ledger::AnchoredHead& head) {
  std::error_code error;
  fs::remove(path, error);
  if (error) return FileFailure("remove", path, error.value());
  const absl::Status written =
      ledger::CreateAnchorFile(path, ledger::EncodeNewAnchor(head));
  return written.ok() ? written : Fails("head anchor", written);
}

}  // namespace

absl::StatusOr<ledger::AnchoredHead> AcceptLosses(const std::string& data,
                                                  const NetworkListing& listing,
                                                  const std::string& reason) {
  if (!listing.can_be_accepted()) {
    return Failure(ExitCode::kBroken,
                   absl::StrCat("network ", listing.network,
                                ": no record of it can be saved\nNext: restore "
                                "a backup"));
  }
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Acceptance acceptance,
                           MakeAcceptance(listing, reason));
  const std::string directory = NetworkDirectory(data, listing.network);
  ledger::RocksdbResources resources(kCacheBytes, kCacheBytes);
  if (listing.needs_rebuild()) {
    SKONTRO_RETURN_IF_ERROR(Rebuild(directory, listing, &resources));
  }
  const auto store = ledger::RocksdbStore::Open(
      directory, ledger::OpenMode::kExisting, &resources);
  if (!store.ok()) return Fails(directory, store.status());
  const absl::StatusOr<ledger::AnchoredHead> head =
      ledger::AcceptRecovery(store->get(), acceptance);
  if (!head.ok()) return Fails(directory, head.status());
  SKONTRO_RETURN_IF_ERROR(
      WriteAnchor(AnchorPath(data, listing.network), *head));
  return *head;
}

}  // namespace skontro::cli

#include "ledger/storage/rocksdb_store_status.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace skontro::ledger {
namespace {

// RocksDB has no codes for these, only words, in the middle of which is a path
// that may hold any word: so the two ends of the text are compared.
bool IsLockHeld(std::string_view text) {
  return text.starts_with("IO error: While lock file: ") ||
         text.starts_with("IO error: lock hold by current process");
}

bool IsRefusedBySystem(std::string_view text) {
  return text.ends_with(": Permission denied") ||
         text.ends_with(": Operation not permitted") ||
         text.ends_with(": Read-only file system");
}

}  // namespace

absl::Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(
        "the store is damaged; keep it as it is and start from a copy: ",
        text));
  }
  if (IsLockHeld(text)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store is in use by another server; stop that one first: ", text));
  }
  if (IsRefusedBySystem(text)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the store may not be written; let the user of this process own it: ",
        text));
  }
  if (status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(
        "the store has lost a file; keep it as it is and start from a copy: ",
        text));
  }
  if (status.IsNoSpace()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the disk is full; make room and start again: ", text));
  }
  if (status.IsIOError()) {
    return absl::UnavailableError(
        absl::StrCat("the disk cannot be read or written: ", text));
  }
  return absl::InternalError(text);
}

}  // namespace skontro::ledger

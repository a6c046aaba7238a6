// Opens the directory of one network as a Source, for reading only: while a
// server writes to it, on a disk that is mounted read-only, or without the
// right to write. Nothing is written into the directory, not even a log; the
// file system that RocksDB is given refuses to.
//
// The view is what is on disk at the moment of opening: all synced records, and
// the projections as they were flushed last. Every file is held open, so that
// the server may delete it meanwhile.
//
// The only file here that includes RocksDB is readonly_store_opener.cc.

#ifndef SKONTRO_CLI_VERIFIER_READONLY_STORE_OPENER_H_
#define SKONTRO_CLI_VERIFIER_READONLY_STORE_OPENER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

// How much of a store that is damaged is opened.
enum class Reach {
  // All, or nothing: as a server opens it.
  kAll,
  // What can be read: the log up to where it is damaged, and every table that
  // is there. Not a state that ever was, but one to save records from.
  kSalvage,
};

// Tries again when a server flushed or compacted meanwhile, so that what it
// opens has no gap; a store that nobody writes to is tried once.
//
//   NOT_FOUND           there is no store in `directory`
//   PERMISSION_DENIED   a file may not be read
//   RESOURCE_EXHAUSTED  the process may not open as many files
//   DATA_LOSS           the store is damaged, or has lost a file
//   UNAVAILABLE         the server was faster every time; or anything else,
//   such
//                       as an error of the disk
absl::StatusOr<std::unique_ptr<Source>> OpenReadonlyStore(
    const std::string& directory, Reach reach = Reach::kAll);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_READONLY_STORE_OPENER_H_

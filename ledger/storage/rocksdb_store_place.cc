#include "ledger/storage/rocksdb_store_place.h"

#include <filesystem>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"

namespace skontro::ledger {
namespace {

// What is at a path before RocksDB looks: it has one code for most of these,
// and makes a new store where the remains of an old one are.
enum class Place {
  kNowhere,  // Not even the directory above is there.
  kNothing,
  kFile,
  kEmpty,
  kStore,
  kRemains,  // Files of a store without the one that names the others.
  kOther,
};

absl::StatusOr<Place> LookAt(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status found = fs::status(directory, error);
  if (found.type() == fs::file_type::not_found) {
    const fs::path above = fs::absolute(directory, error).parent_path();
    return fs::is_directory(above, error) ? Place::kNothing : Place::kNowhere;
  }
  if (!error && found.type() != fs::file_type::directory) return Place::kFile;
  Place place = Place::kEmpty;
  fs::directory_iterator file(directory, error);
  for (; !error && file != fs::directory_iterator(); file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (name == "CURRENT") return Place::kStore;
    const bool of_a_store = name.starts_with("MANIFEST-") ||
                            name.ends_with(".sst") || name.ends_with(".log");
    if (of_a_store) place = Place::kRemains;
    if (place == Place::kEmpty) place = Place::kOther;
  }
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the directory ", directory, " cannot be read: ", error.message()));
  }
  return place;
}

}  // namespace

absl::Status CheckPlace(const std::string& directory, bool create) {
  SKONTRO_ASSIGN_OR_RETURN(const Place place, LookAt(directory));
  if (place == Place::kFile) {
    return absl::FailedPreconditionError(absl::StrCat(
        directory, " is a file; a store needs a directory of its own"));
  }
  if (place == Place::kNowhere) {
    return absl::NotFoundError(absl::StrCat("there is no directory to hold ",
                                            directory, "; check the path"));
  }
  if (create) {
    if (place == Place::kNothing || place == Place::kEmpty) {
      return absl::OkStatus();
    }
    return absl::AlreadyExistsError(
        absl::StrCat("the directory ", directory,
                     " is not empty; a new store needs an empty one"));
  }
  if (place == Place::kRemains) {
    return absl::DataLossError(
        absl::StrCat("the store in ", directory,
                     " has lost its file CURRENT; keep it as "
                     "it is and start from a copy"));
  }
  if (place != Place::kStore) {
    return absl::NotFoundError(
        absl::StrCat("there is no store in ", directory, "; check the path"));
  }
  return absl::OkStatus();
}

}  // namespace skontro::ledger

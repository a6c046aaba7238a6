#include "tests/ledger/storage/disk_model.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

namespace fs = std::filesystem;

using Kind = FileCall::Kind;

bool IsLog(const std::string& name) {
  return name == "LOG" || name.starts_with("LOG.old");
}

// How many bytes two texts have in common at the front.
size_t CommonPrefix(const std::string& a, const std::string& b) {
  return static_cast<size_t>(
      std::mismatch(
          a.begin(),
          a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
          b.begin())
          .first -
      a.begin());
}

}  // namespace

std::string_view NameOf(Loss loss) {
  switch (loss) {
    case Loss::kNone:
      return "kept";
    case Loss::kAll:
      return "lost";
    case Loss::kTorn:
      return "torn";
    case Loss::kHoles:
      return "holes";
  }
  SKONTRO_CHECK(false);
  return {};
}

DiskFiles ReadFiles(const std::string& directory) {
  DiskFiles files;
  for (const auto& file : fs::directory_iterator(directory)) {
    const std::string name = file.path().filename();
    if (IsLog(name)) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    files[name] = std::string(std::istreambuf_iterator<char>(stream), {});
  }
  return files;
}

void WriteFiles(const DiskFiles& files, const std::string& directory) {
  fs::remove_all(directory);
  fs::create_directories(directory);
  for (const auto& [name, bytes] : files) {
    std::ofstream stream(directory + "/" + name, std::ios::binary);
    stream << bytes;
    stream.close();
    SKONTRO_CHECK(stream.good());
  }
}

DiskModel::DiskModel(const DiskFiles& files) {
  for (const auto& [name, bytes] : files) {
    names_[name] = std::make_shared<File>(File{bytes, bytes});
  }
  synced_names_ = names_;
}

void DiskModel::Apply(const FileCall& call) {
  if (call.kind == Kind::kNothing) return;
  if (call.kind == Kind::kSyncDirectory) {
    synced_names_ = names_;
    return;
  }
  if (IsLog(call.path)) return;
  if (call.kind == Kind::kCreate) {
    names_[call.path] = std::make_shared<File>();
    return;
  }
  const auto found = names_.find(call.path);
  // A file may be closed after it was deleted.
  if (found == names_.end()) return;
  const std::shared_ptr<File> file = found->second;
  switch (call.kind) {
    case Kind::kAppend:
      file->bytes += call.bytes;
      break;
    case Kind::kTruncate:
      file->bytes.resize(call.size);
      break;
    case Kind::kSync:
      if (!file->sync_failed) file->synced = file->bytes;
      break;
    case Kind::kSyncFailed:
      file->sync_failed = true;
      break;
    case Kind::kRename:
      names_.erase(call.path);
      names_[call.target] = file;
      break;
    case Kind::kLink:
      names_[call.target] = file;
      break;
    case Kind::kDelete:
      names_.erase(call.path);
      break;
    default:
      break;
  }
}

std::string DiskModel::BytesAfter(const File& file, Loss loss,
                                  std::mt19937_64* random) {
  if (loss == Loss::kNone) return file.bytes;
  if (loss == Loss::kAll) return file.synced;
  // Sectors from the one that holds the first byte that was not synced.
  const size_t kept = CommonPrefix(file.bytes, file.synced);
  if (kept == file.bytes.size()) return file.bytes;
  const size_t first = kept / kSectorBytes;
  const size_t sectors =
      (file.bytes.size() + kSectorBytes - 1) / kSectorBytes - first;
  if (loss == Loss::kTorn) {
    // From no sector at all to all but the last.
    const size_t end = (first + (*random)() % sectors) * kSectorBytes;
    return file.bytes.substr(0, std::max(end, kept));
  }
  std::string bytes = file.bytes;
  for (size_t i = 0; i < sectors; ++i) {
    if ((*random)() % 2 == 0) continue;
    const size_t begin = std::max((first + i) * kSectorBytes, kept);
    const size_t end = std::min((first + i + 1) * kSectorBytes, bytes.size());
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
              bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  }
  return bytes;
}

DiskFiles DiskModel::AfterCrash(Loss loss, std::mt19937_64* random) const {
  DiskFiles files;
  for (const auto& [name, file] : loss == Loss::kAll ? synced_names_ : names_) {
    files[name] = BytesAfter(*file, loss, random);
  }
  return files;
}

}  // namespace skontro::ledger

#include "cli/verifier/directory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/journal_file_source.h"
#include "cli/verifier/readonly_store_opener.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = "SKONTRO";
constexpr const char* kNetworks = "networks";
constexpr std::string_view kMarkerText = "skontro data directory\nformat ";
constexpr const char* kBackupMarker = "SKONTRO-BACKUP";
constexpr std::string_view kBackupMarkerText = "skontro backup\nformat ";
constexpr uint32_t kFormat = 1;
constexpr std::streamsize kMarkerLengthMax = 256;

absl::Status ToStatus(const fs::path& path, const std::error_code& error) {
  const std::string what = absl::StrCat(path.string(), ": ", error.message());
  if (error == std::errc::permission_denied) {
    return absl::PermissionDeniedError(
        absl::StrCat(what, ". Verify as a user who may read it, or a copy"));
  }
  return absl::UnavailableError(what);
}

// Whether there is something at `path`.
absl::StatusOr<bool> Exists(const fs::path& path) {
  std::error_code error;
  const bool exists = fs::exists(path, error);
  if (error) return ToStatus(path, error);
  return exists;
}

// Checks the text of the file at `path`: `start` and the number of a format.
absl::Status CheckMarker(const fs::path& path, std::string_view start) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return ToStatus(path, std::make_error_code(std::errc::permission_denied));
  }
  std::string text(kMarkerLengthMax, '\0');
  file.read(text.data(), kMarkerLengthMax);
  text.resize(static_cast<size_t>(file.gcount()));

  uint32_t format = 0;
  if (text.compare(0, start.size(), start) != 0 || text.back() != '\n' ||
      !absl::SimpleAtoi(
          text.substr(start.size(), text.size() - start.size() - 1), &format) ||
      format == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path.string(), " is not what Skontro writes: ", Quoted(text),
        ". Restore it from a copy, or verify what is in networks/ by itself"));
  }
  if (format > kFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        path.string(), " has format ", format, "; this program reads format ",
        kFormat, ". Verify it with a newer program"));
  }
  return absl::OkStatus();
}

// The ids of the networks in a data directory, ascending.
absl::StatusOr<std::vector<std::string>> ListNetworks(const fs::path& data) {
  std::vector<std::string> ids;
  const fs::path networks = data / kNetworks;
  const absl::StatusOr<bool> exists = Exists(networks);
  if (!exists.ok()) return exists.status();
  if (!*exists) return ids;

  std::error_code error;
  for (fs::directory_iterator entry(networks, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string id = entry->path().filename().string();
    // A name with a dot is a network whose creation was cut short.
    if (id.front() != '.' && entry->is_directory(error)) ids.push_back(id);
  }
  if (error) return ToStatus(networks, error);
  std::sort(ids.begin(), ids.end());
  return ids;
}

// One for each core, as far as they find something to do: two or three families
// have nearly all of the rows.
int Threads() {
  return static_cast<int>(
      std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
}

// `id` is what the journal must name; empty for any.
absl::StatusOr<Report> VerifyNetwork(const fs::path& directory,
                                     const std::string& name,
                                     const std::string& id,
                                     const DirectoryOptions& options,
                                     const OnNetworkProgress& on_progress) {
  absl::StatusOr<std::unique_ptr<Source>> source =
      OpenReadonlyStore(directory.string());
  if (!source.ok()) return source.status();
  OnProgress tell;
  if (on_progress) {
    tell = [&](const Progress& progress) {
      return on_progress(name, progress);
    };
  }
  return Verify(source->get(),
                {.network_id = id,
                 .threads = Threads(),
                 .progress_interval = options.progress_interval},
                tell);
}

absl::StatusOr<Report> VerifyFiles(const std::vector<std::string>& paths,
                                   const std::string& id,
                                   const DirectoryOptions& options,
                                   const OnProgress& on_progress) {
  const absl::StatusOr<std::unique_ptr<JournalFileSource>> source =
      JournalFileSource::Open(paths);
  if (!source.ok()) return source.status();
  absl::StatusOr<Report> report =
      Verify(source->get(),
             {.network_id = id,
              .journal_only = true,
              .progress_interval = options.progress_interval},
             on_progress);
  if (report.ok() && !(*source)->whole()) {
    report->not_checked.push_back(absl::StrCat(
        "what came after sequence ", report->last_sequence,
        ", and personal texts: the file was cut short. Export it again"));
  }
  return report;
}

// Verifies networks one after another, until one is cancelled.
class Walk {
 public:
  Walk(const DirectoryOptions& options, const OnNetworkProgress& on_progress)
      : options_(options) {
    if (!on_progress) return;
    on_progress_ = [this, &on_progress](const std::string& network,
                                        const Progress& progress) {
      cancelled_ = cancelled_ || !on_progress(network, progress);
      return !cancelled_;
    };
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  void Visit(const fs::path& directory, const std::string& name,
             const std::string& id) {
    results_.push_back(
        {name, absl::CancelledError("cancelled before it was opened")});
    if (cancelled_) return;
    results_.back().report =
        VerifyNetwork(directory, name, id, options_, on_progress_);
  }

  // Journal files, one after another; `id` as for a directory.
  absl::Status VisitFiles(const std::vector<std::string>& files,
                          const std::string& name, const std::string& id) {
    if (cancelled_) {
      results_.push_back(
          {name, absl::CancelledError("cancelled before it was opened")});
      return absl::OkStatus();
    }
    OnProgress tell;
    if (on_progress_) {
      tell = [&](const Progress& progress) {
        return on_progress_(name, progress);
      };
    }
    absl::StatusOr<Report> report = VerifyFiles(files, id, options_, tell);
    // What is no journal file at all is a mistake of whoever named it.
    if (!report.ok() && !absl::IsDataLoss(report.status())) {
      return report.status();
    }
    results_.push_back({name, std::move(report)});
    return absl::OkStatus();
  }

  std::vector<NetworkResult> Results() && { return std::move(results_); }

 private:
  const DirectoryOptions& options_;
  OnNetworkProgress on_progress_;
  bool cancelled_ = false;
  std::vector<NetworkResult> results_;
};

absl::Status NoSuchNetwork(const fs::path& data, const std::string& network,
                           const std::vector<std::string>& ids) {
  return absl::NotFoundError(absl::StrCat(
      data.string(), " has no network ", Quoted(network), ". It has ",
      ids.empty() ? "none" : absl::StrJoin(ids, ", ")));
}

// A directory with a file SKONTRO.
absl::Status VisitData(const fs::path& data, const std::string& network,
                       Walk* walk) {
  const absl::Status marker = CheckMarker(data / kMarker, kMarkerText);
  if (!marker.ok()) return marker;
  const absl::StatusOr<std::vector<std::string>> ids = ListNetworks(data);
  if (!ids.ok()) return ids.status();
  if (!network.empty() &&
      std::find(ids->begin(), ids->end(), network) == ids->end()) {
    return NoSuchNetwork(data, network, *ids);
  }
  for (const std::string& id : *ids) {
    if (!network.empty() && id != network) continue;
    walk->Visit(data / kNetworks / id, id, id);
  }
  return absl::OkStatus();
}

// The journal files in `directory`, from the first sequence on: their names
// begin with the sequence, all of one length.
absl::StatusOr<std::vector<std::string>> ListJournalFiles(
    const fs::path& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".skj") {
      files.push_back(entry->path().string());
    }
  }
  if (error) return ToStatus(directory, error);
  std::sort(files.begin(), files.end());
  return files;
}

// A directory with a file SKONTRO-BACKUP.
absl::Status VisitBackup(const fs::path& backup, const std::string& network,
                         Walk* walk) {
  const absl::Status marker =
      CheckMarker(backup / kBackupMarker, kBackupMarkerText);
  if (!marker.ok()) return marker;
  const absl::StatusOr<std::vector<std::string>> ids = ListNetworks(backup);
  if (!ids.ok()) return ids.status();
  if (!network.empty() &&
      std::find(ids->begin(), ids->end(), network) == ids->end()) {
    return NoSuchNetwork(backup, network, *ids);
  }
  for (const std::string& id : *ids) {
    if (!network.empty() && id != network) continue;
    const absl::StatusOr<std::vector<std::string>> files =
        ListJournalFiles(backup / kNetworks / id);
    if (!files.ok()) return files.status();
    const absl::Status visited = walk->VisitFiles(*files, id, id);
    if (!visited.ok()) return visited;
  }
  return absl::OkStatus();
}

// A directory with a store in it.
absl::Status VisitNetwork(const fs::path& directory, const std::string& network,
                          Walk* walk) {
  const std::string name = directory.filename().string();
  if (!network.empty() && network != name) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory.string(), " is the directory of one network, ",
                     Quoted(name), "; leave out the network ", Quoted(network),
                     " or name the data directory"));
  }
  // In a data directory its name is its id, and the format is that of all.
  const fs::path parent = directory.parent_path();
  const fs::path marker = parent.parent_path() / kMarker;
  const absl::StatusOr<bool> in_data = Exists(marker);
  if (!in_data.ok() || !*in_data || parent.filename() != kNetworks) {
    walk->Visit(directory, name, "");
    return absl::OkStatus();
  }
  const absl::Status status = CheckMarker(marker, kMarkerText);
  if (!status.ok()) return status;
  walk->Visit(directory, name, name);
  return absl::OkStatus();
}

absl::Status VisitPath(const std::string& given, const std::string& network,
                       Walk* walk) {
  std::error_code error;
  fs::path path = fs::canonical(given, error);
  if (error == std::errc::no_such_file_or_directory) {
    return absl::NotFoundError(absl::StrCat(
        given, " does not exist. Name the data directory of the server"));
  }
  if (error) return ToStatus(given, error);
  if (!fs::is_directory(path, error)) {
    return walk->VisitFiles({path.string()}, path.filename().string(), network);
  }
  const absl::StatusOr<bool> is_data = Exists(path / kMarker);
  if (!is_data.ok()) return is_data.status();
  if (*is_data) return VisitData(path, network, walk);
  const absl::StatusOr<bool> is_backup = Exists(path / kBackupMarker);
  if (!is_backup.ok()) return is_backup.status();
  if (*is_backup) return VisitBackup(path, network, walk);
  const absl::StatusOr<bool> is_network = Exists(path / "CURRENT");
  if (!is_network.ok()) return is_network.status();
  if (*is_network) return VisitNetwork(path, network, walk);
  return absl::InvalidArgumentError(absl::StrCat(
      given, " is neither a data directory nor a backup: it has no file ",
      kMarker, " or ", kBackupMarker,
      ". Name the data directory of the server, or DATA/networks/<id>"));
}

}  // namespace

absl::StatusOr<std::vector<NetworkResult>> VerifyDirectory(
    const std::string& path, const DirectoryOptions& options,
    const OnNetworkProgress& on_progress) {
  Walk walk(options, on_progress);
  const absl::Status status = VisitPath(path, options.network, &walk);
  if (!status.ok()) return status;
  return std::move(walk).Results();
}

}  // namespace skontro::verifier

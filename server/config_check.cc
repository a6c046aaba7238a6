#include "server/config_check.h"

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/auth/certificates.h"
#include "server/auth/credentials.h"
#include "server/auth/secret_file.h"
#include "server/data_directory.h"
#include "server/disk_watch.h"

namespace skontro::server {
namespace {

using Kind = Finding::Kind;

constexpr int64_t kMonthUs = int64_t{30} * 24 * 3600 * 1'000'000;

// Tables of the stores and connections of clients, together.
constexpr rlim_t kFilesMin = 4'096;

class Check {
 public:
  Check(const Config& config, int64_t time_us)
      : config_(config), time_us_(time_us) {}

  std::vector<Finding> Run() {
    for (const std::string& wrong : config_.wrong) {
      Say(Kind::kProblem, "settings", wrong);
    }
    for (const std::string& name : config_.unknown_variables) {
      Say(Kind::kWarning, "environment",
          absl::StrCat(name,
                       " is no setting; if it is a typing error, "
                       "`skontrod --print-config=reference` lists them"));
    }
    LookAtFile();
    LookAtProcess();
    if (!config_.data_directory.empty()) LookAtData();
    if (!config_.insecure_loopback) LookAtCertificates();
    if (in_use_by_ == 0) {
      LookAtAddress("grpc-listen", config_.grpc_listen);
      LookAtAddress("http-listen", config_.http_listen);
    }
    return std::move(findings_);
  }

 private:
  void Say(Kind kind, std::string subject, std::string text) {
    findings_.push_back({kind, std::move(subject), std::move(text)});
  }

  // Says the error if there is one; whether there is none.
  bool Holds(const std::string& subject, const absl::Status& status) {
    if (!status.ok()) {
      Say(Kind::kProblem, subject, std::string(status.message()));
    }
    return status.ok();
  }

  void LookAtFile() {
    struct stat status {};
    if (config_.config_file.empty() ||
        stat(config_.config_file.c_str(), &status) != 0) {
      return;
    }
    if ((status.st_mode & S_IWOTH) != 0) {
      Say(Kind::kWarning, "config",
          absl::StrCat(config_.config_file,
                       " may be written by everybody on this machine; chmod "
                       "o-w it"));
    } else {
      Say(Kind::kFine, "config", config_.config_file);
    }
  }

  void LookAtProcess() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < kFilesMin) {
      Say(Kind::kWarning, "open files",
          absl::StrCat("this process may have ", limit.rlim_max,
                       " files and connections open; allow ", kFilesMin,
                       " or more (LimitNOFILE= of systemd, ulimit -Hn)"));
    }
    if (geteuid() != 0) return;
    struct stat status {};
    const std::string& path = config_.data_directory;
    const bool foreign = stat(path.c_str(), &status) == 0 && status.st_uid != 0;
    Say(Kind::kWarning, "user",
        foreign ? absl::StrCat(path,
                               " belongs to another user than root, who "
                               "asks; check as that user: runuser -u "
                               "USER -- skontrod ...")
                : "the user is root; give the server a user of its own, so "
                  "that a fault of it is none of the machine");
  }

  void LookAtData() {
    const std::string& path = config_.data_directory;
    const absl::StatusOr<DataDirectory::Glance> glance =
        DataDirectory::Inspect(path);
    if (!Holds("data-dir", glance.status())) return;
    in_use_by_ = glance->in_use_by;
    Say(Kind::kFine, "data-dir",
        glance->exists
            ? absl::StrCat(path, ", networks: ", glance->networks.size())
            : absl::StrCat(path, " will be made"));
    if (in_use_by_ != 0) {
      Say(Kind::kWarning, "data-dir",
          absl::StrCat(
              "a server is running on it",
              in_use_by_ > 0 ? absl::StrCat(" (process ", in_use_by_, ")") : "",
              ", so whether the addresses are free was not tried"));
    }
    LookAtAnchors(*glance);
    LookAtDisk();
    if (glance->exists) LookAtKeys();
  }

  void LookAtAnchors(const DataDirectory::Glance& glance) {
    const std::string directory =
        config_.anchor_directory.empty()
            ? absl::StrCat(config_.data_directory, "/anchors")
            : config_.anchor_directory;
    for (const std::string& id : glance.networks) {
      const std::string name = absl::StrCat(directory, "/", id, ".anchor");
      if (access(name.c_str(), R_OK | W_OK) == 0) continue;
      Say(Kind::kProblem, "anchor-dir",
          absl::StrCat("the head anchor of network ", id, ", ", name,
                       ", cannot be used: ", std::strerror(errno),
                       "; name the directory that has it with --anchor-dir, "
                       "or see `skontro recover`"));
    }
    struct stat status {};
    if (stat(directory.c_str(), &status) == 0 &&
        access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
      Say(Kind::kProblem, "anchor-dir",
          absl::StrCat("cannot write ", directory, ": ", std::strerror(errno),
                       "; let the user of this process own it"));
    }
  }

  void LookAtDisk() {
    const absl::StatusOr<DiskSpace> space =
        ReadDiskSpace(config_.data_directory);
    if (!space.ok() || space->used + space->available == 0) return;
    const uint64_t percent =
        100 * space->used / (space->used + space->available);
    const std::string text =
        absl::StrCat("the disk of ", config_.data_directory, " is ", percent,
                     " % full, ", space->available >> 20, " MiB are left");
    if (percent >= static_cast<uint64_t>(config_.disk_full_percent)) {
      Say(Kind::kWarning, "disk-full-percent",
          absl::StrCat(text, "; from ", config_.disk_full_percent,
                       " % on changes are refused: make room"));
    } else {
      Say(Kind::kFine, "disk-full-percent", text);
    }
  }

  void LookAtKeys() {
    for (const std::string& path :
         {ServerKeyPath(config_.data_directory),
          absl::StrCat(config_.data_directory, "/api_key_secret")}) {
      const absl::Status status = ReadSecretFile(path).status();
      if (absl::IsNotFound(status)) continue;  // Made at the start.
      Holds("data-dir", status);
    }
  }

  void LookAtCertificates() {
    if (config_.tls_certificate.empty() != config_.tls_key.empty()) return;
    CertificateFiles files{config_.tls_certificate, config_.tls_key,
                           config_.tls_client_ca};
    const bool own = files.certificate.empty();
    if (own) {
      // The server's is made anew when it is due; its authority is not.
      const std::string directory = config_.data_directory + "/tls";
      files.certificate = CaPath(config_.data_directory);
      files.key = directory + "/ca.key";
      if (access(files.certificate.c_str(), F_OK) != 0 &&
          access(files.key.c_str(), F_OK) != 0) {
        Say(Kind::kFine, "tls-certificate", "will be made");
        return;
      }
    }
    if (!Holds(own ? "tls" : "tls-certificate",
               ReadCertificates(files, time_us_).status())) {
      return;
    }
    const absl::Status later =
        ReadCertificates(files, time_us_ + kMonthUs).status();
    Say(later.ok() ? Kind::kFine : Kind::kWarning, "tls-certificate",
        later.ok() ? files.certificate
                   : absl::StrCat("in 30 days ", later.message()));
  }

  void LookAtAddress(const std::string& setting, const std::string& address) {
    if (address.empty()) return;
    const size_t colon = address.rfind(':');
    if (colon == std::string::npos) return;  // Said with the settings.
    std::string host = address.substr(0, colon);
    if (host.starts_with("[") && host.ends_with("]")) {
      host = host.substr(1, host.size() - 2);
    }
    const std::string port = address.substr(colon + 1);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
    if (error != 0) {
      Say(Kind::kProblem, setting,
          absl::StrCat(address, ": ", gai_strerror(error),
                       "; name an address of this machine"));
      return;
    }
    const absl::Cleanup free_it = [list] { freeaddrinfo(list); };
    const int failed = TryToListen(*list);
    if (failed == 0) {
      Say(Kind::kFine, setting, absl::StrCat(address, " is free"));
      return;
    }
    const std::string next =
        failed == EACCES
            ? absl::StrCat(
                  "; forward it to a port from 1024 on, or allow it "
                  "to everybody on this machine: sysctl "
                  "net.ipv4.ip_unprivileged_port_start=",
                  port)
            : absl::StrCat("; stop who does, or choose another with --",
                           setting);
    Say(Kind::kProblem, setting,
        absl::StrCat(address, " cannot be listened on: ", std::strerror(failed),
                     next));
  }

  // 0, or why not.
  static int TryToListen(const addrinfo& address) {
    const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno;
    const absl::Cleanup close_it = [fd] { close(fd); };
    const int on = 1;
    // As the server does: connections that linger are none of others.
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, address.ai_addr, address.ai_addrlen) != 0) return errno;
    return listen(fd, 1) == 0 ? 0 : errno;
  }

  const Config& config_;
  const int64_t time_us_;
  int64_t in_use_by_ = 0;
  std::vector<Finding> findings_;
};

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kFine:
      return "fine     ";
    case Kind::kWarning:
      return "WARNING  ";
    case Kind::kProblem:
      return "PROBLEM  ";
  }
  return "";
}

int64_t CountOf(const std::vector<Finding>& findings, Kind kind) {
  return std::count_if(
      findings.begin(), findings.end(),
      [kind](const Finding& finding) { return finding.kind == kind; });
}

}  // namespace

std::vector<Finding> CheckConfig(const Config& config, int64_t time_us) {
  return Check(config, time_us).Run();
}

std::string FindingsText(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    absl::StrAppend(&text, NameOf(finding.kind), finding.subject, ": ",
                    finding.text, "\n");
  }
  absl::StrAppend(&text, "problems: ", CountOf(findings, Kind::kProblem),
                  ", warnings: ", CountOf(findings, Kind::kWarning), "\n");
  return text;
}

ExitCode ExitCodeOf(const std::vector<Finding>& findings) {
  return CountOf(findings, Kind::kProblem) == 0 ? ExitCode::kDone
                                                : ExitCode::kConfigProblems;
}

}  // namespace skontro::server

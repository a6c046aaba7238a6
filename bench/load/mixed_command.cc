#include "bench/load/mixed_command.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "bench/load/job.h"
#include "bench/load/mixed_load.h"
#include "bench/load/mixed_report.h"
#include "bench/load/process_usage.h"
#include "bench/load/target_flags.h"
#include "bench/load/trade_mix.h"
#include "bench/load/witness_log.h"
#include "bench/load/witness_resend.h"
#include "skontro/v1/key_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"

ABSL_DECLARE_FLAG(int, server_pid);
ABSL_DECLARE_FLAG(int, echo_pid);
ABSL_DECLARE_FLAG(int, rounds);
ABSL_DECLARE_FLAG(double, seconds);

ABSL_FLAG(std::string, mix, "",
          "A mixed load instead of the comparisons: operations with weights, "
          "such as settle:60,request:10,read:20,statement:5,stream:5.");
ABSL_FLAG(double, rate, 0,
          "With --mix: an open loop of so many operations a second; 0 for a "
          "closed loop.");
ABSL_FLAG(int, in_flight, 64,
          "With --mix: operations on their way, in a closed loop; at most so "
          "many in an open one.");
ABSL_FLAG(int, connections, 4, "With --mix: connections to each server.");
ABSL_FLAG(std::string, partners, "uniform",
          "With --mix: who trades: uniform, zipf, or zipf:S.");
ABSL_FLAG(double, warm_up, 1,
          "With --mix: seconds of load before each round that do not count.");
ABSL_FLAG(double, echo_seconds, 0,
          "With --mix: seconds of a round on the echo; 0 for --seconds.");
ABSL_FLAG(uint64_t, seed, 0,
          "With --mix: of schedule, partners and amounts; 0 for the time.");
ABSL_FLAG(int, make_keys, 0,
          "Make so many keys of operators first, and call with them.");
ABSL_FLAG(std::string, new_keys_file, "", "Where --make_keys writes them.");
ABSL_FLAG(std::string, json, "", "With --mix: write the result here too.");
ABSL_FLAG(std::string, hgrm, "",
          "With --mix: write a percentile distribution of each operation, as "
          "HdrHistogram does, into this folder.");
ABSL_FLAG(std::string, witness, "",
          "With --mix: append all that is sent to skontrod, and its answers, "
          "to this file, for skontro_witness_check; what it says was sent and "
          "not answered is sent again, first and last.");

namespace skontro::bench {
namespace {

std::atomic<bool> stop{false};

// The first signal ends the load and what it measured is said; a second one
// ends the process.
void EndOnSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

// What the flags ask for.
struct Wanted {
  Mix mix;
  Partners partners;
  Target server;
  Target echo;
  MixedLoad::Options load;
  uint64_t seed;
};

absl::StatusOr<Wanted> ReadFlags(const Target& server, int members) {
  const absl::StatusOr<Mix> mix = Mix::Parse(absl::GetFlag(FLAGS_mix));
  if (!mix.ok()) return mix.status();
  const absl::StatusOr<Partners> partners = Partners::Parse(
      absl::GetFlag(FLAGS_partners), static_cast<uint64_t>(members));
  if (!partners.ok()) return partners.status();
  const absl::StatusOr<Target> echo = EchoTarget();
  if (!echo.ok()) return echo.status();
  MixedLoad::Options load;
  load.rate = absl::GetFlag(FLAGS_rate);
  load.in_flight = absl::GetFlag(FLAGS_in_flight);
  load.warm_up_seconds = absl::GetFlag(FLAGS_warm_up);
  load.seconds = absl::GetFlag(FLAGS_seconds);
  load.stop = &stop;
  if (!(load.rate >= 0) || load.in_flight < 1 || !(load.seconds > 0) ||
      !(load.warm_up_seconds >= 0) || absl::GetFlag(FLAGS_connections) < 1 ||
      absl::GetFlag(FLAGS_rounds) < 1) {
    return absl::InvalidArgumentError(
        "--rate and --warm_up are zero or above, --in_flight, --connections, "
        "--rounds and --seconds above zero");
  }
  const uint64_t seed = absl::GetFlag(FLAGS_seed);
  const auto now = static_cast<uint64_t>(absl::ToUnixMicros(absl::Now()));
  return Wanted{*mix, *partners, server, *echo, load, seed == 0 ? now : seed};
}

// One server, what is asked of it, and what it was like so far.
class MixedPeer {
 public:
  // `name` begins the request ids, which must be new for the network.
  MixedPeer(const Wanted& wanted, const Target& target, int pid,
            const std::string& name)
      : pid_(pid) {
    scene_.target = target;
    for (const auto& channel :
         Connect(target, absl::GetFlag(FLAGS_connections))) {
      scene_.connections.emplace_back(channel);
    }
    maker_ = std::make_unique<JobMaker>(
        &scene_, wanted.mix, wanted.partners,
        absl::StrCat(name, absl::Hex(absl::ToUnixMillis(absl::Now()))),
        wanted.seed);
  }

  JobScene* scene() { return &scene_; }
  const PeerResult& result() const { return result_; }

  void Run(const MixedLoad::Options& asked) {
    MixedLoad::Options options = asked;
    // Usage is asked for at the first tick of what counts, so that the warm-up
    // is left out.
    ProcessUsage before;
    ProcessUsage client_before;
    bool counting = false;
    const double offset = seconds_;
    options.tick = [&](double seconds) {
      const ProcessUsage now = UsageOf(pid_);
      seconds_ = offset + seconds + 1e-3;
      if (seconds < asked.warm_up_seconds) return;
      if (!counting) {
        counting = true;
        before = now;
        client_before = UsageOf(getpid());
      }
      result_.memory.Add(seconds_, now.resident_bytes);
    };
    MixedLoad load(&scene_, maker_.get());
    result_.load.Add(load.Run(options));
    if (!counting) return;
    result_.cpu_seconds += UsageOf(pid_).cpu_seconds - before.cpu_seconds;
    result_.client_cpu_seconds +=
        UsageOf(getpid()).cpu_seconds - client_before.cpu_seconds;
  }

 private:
  const int pid_;
  JobScene scene_;
  std::unique_ptr<JobMaker> maker_;
  PeerResult result_;
  double seconds_ = 0;  // Of all rounds, for the samples of memory.
};

absl::Status LearnNewest(JobScene* scene) {
  const auto stub =
      v1::NetworkService::NewStub(Connect(scene->target, 1).front());
  v1::GetNetworkRequest request;
  request.set_name(kNetworkName);
  v1::GetNetworkResponse response;
  const auto context = scene->NewContext(0);
  const grpc::Status status =
      stub->GetNetwork(context.get(), request, &response);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                        status.error_message());
  }
  scene->Saw(response.sequence());
  return absl::OkStatus();
}

MixedReport NewReport(const Wanted& wanted) {
  MixedReport report;
  report.mix = absl::GetFlag(FLAGS_mix);
  report.partners = absl::GetFlag(FLAGS_partners);
  report.rate = wanted.load.rate;
  report.in_flight = wanted.load.in_flight;
  report.seed = wanted.seed;
  report.encrypted = !wanted.server.ca.empty();
  report.keys = wanted.server.keys.size();
  return report;
}

void RunRounds(const Wanted& wanted, MixedPeer* server, MixedPeer* echo,
               MixedReport* report) {
  MixedLoad::Options options = wanted.load;
  MixedLoad::Options echo_options = wanted.load;
  if (absl::GetFlag(FLAGS_echo_seconds) > 0) {
    echo_options.seconds = absl::GetFlag(FLAGS_echo_seconds);
  }
  for (int i = 0; i < absl::GetFlag(FLAGS_rounds) && !stop; ++i) {
    options.seed = echo_options.seed = wanted.seed + static_cast<uint64_t>(i);
    server->Run(options);
    if (echo != nullptr && !stop) echo->Run(echo_options);
    ++report->rounds;
  }
  report->interrupted = stop;
  report->server = server->result();
  // It may have been interrupted before it was the echo's turn.
  if (echo != nullptr && echo->result().load.seconds > 0) {
    report->echo = echo->result();
  }
}

absl::Status WriteResults(const MixedReport& report) {
  const std::string json = absl::GetFlag(FLAGS_json);
  if (!json.empty()) {
    std::ofstream file(json);
    file << JsonOf(report);
    file.close();
    if (!file) {
      return absl::UnavailableError(absl::StrCat(json, " cannot be written"));
    }
  }
  const std::string hgrm = absl::GetFlag(FLAGS_hgrm);
  return hgrm.empty() ? absl::OkStatus() : WriteHgrm(report, hgrm);
}

absl::StatusOr<MixedReport> Measure(const Wanted& wanted) {
  MixedPeer server(wanted, wanted.server, absl::GetFlag(FLAGS_server_pid), "w");
  absl::Status status = LearnNewest(server.scene());
  if (!status.ok()) return status;
  const std::string path = absl::GetFlag(FLAGS_witness);
  std::unique_ptr<WitnessLog> witness;
  if (!path.empty()) {
    absl::StatusOr<std::unique_ptr<WitnessLog>> opened = WitnessLog::Open(path);
    if (!opened.ok()) return opened.status();
    witness = *std::move(opened);
    server.scene()->witness = witness.get();
    status = ResendUnknown(server.scene(), path);
    if (!status.ok()) return status;
  }
  std::unique_ptr<MixedPeer> echo;
  if (!wanted.echo.address.empty()) {
    echo = std::make_unique<MixedPeer>(wanted, wanted.echo,
                                       absl::GetFlag(FLAGS_echo_pid), "e");
    echo->scene()->Saw(server.scene()->newest);
  }
  MixedReport report = NewReport(wanted);
  RunRounds(wanted, &server, echo.get(), &report);
  if (witness != nullptr) status = ResendUnknown(server.scene(), path);
  if (!status.ok()) return status;
  return report;
}

int Say(const absl::Status& status, int code) {
  std::fprintf(stderr, "skontro_load: %s\n", status.ToString().c_str());
  return code;
}

}  // namespace

bool WantsMixedLoad() { return !absl::GetFlag(FLAGS_mix).empty(); }

absl::Status MakeKeys(Target* target) {
  const int count = absl::GetFlag(FLAGS_make_keys);
  if (count == 0) return absl::OkStatus();
  const std::string path = absl::GetFlag(FLAGS_new_keys_file);
  if (count < 0 || path.empty()) {
    return absl::InvalidArgumentError(
        "--make_keys is a number above zero and goes with --new_keys_file");
  }
  const auto stub = v1::KeyService::NewStub(Connect(*target, 1).front());
  std::vector<std::string> keys;
  for (int i = 1; i <= count; ++i) {
    v1::CreateApiKeyRequest request;
    request.set_parent(kNetworkName);
    request.set_api_key_id(absl::StrCat("load-", i));
    request.set_request_id(absl::StrCat("load-key-", i));
    request.mutable_api_key()->set_identity(absl::StrCat("load-", i));
    request.mutable_api_key()->set_role(v1::ApiKey::OPERATOR);
    v1::CreateApiKeyResponse response;
    grpc::ClientContext context;
    Authenticate(*target, 0, &context);
    const grpc::Status status =
        stub->CreateApiKey(&context, request, &response);
    if (!status.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          status.error_message());
    }
    if (response.secret().empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the key load-", i, " was shown before; use the file it is in"));
    }
    keys.push_back(response.secret());
  }
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const std::string text = absl::StrCat(absl::StrJoin(keys, "\n"), "\n");
  const bool written = file >= 0 && write(file, text.data(), text.size()) ==
                                        static_cast<ssize_t>(text.size());
  if (file >= 0) close(file);
  if (!written) {
    return absl::UnavailableError(
        absl::StrCat(path, " is there already, or cannot be written"));
  }
  target->keys = std::move(keys);
  return absl::OkStatus();
}

int RunMixedLoad(const Target& server, int members) {
  const absl::StatusOr<Wanted> wanted = ReadFlags(server, members);
  if (!wanted.ok()) return Say(wanted.status(), 2);
  EndOnSignals();
  const absl::StatusOr<MixedReport> report = Measure(*wanted);
  if (!report.ok()) return Say(report.status(), 1);
  std::fputs(TextOf(*report).c_str(), stdout);
  const absl::Status written = WriteResults(*report);
  if (!written.ok()) return Say(written, 1);
  if (report->interrupted) return 130;
  return report->server.load.errors() == 0 ? 0 : 1;
}

}  // namespace skontro::bench

// The load generator: skontrod over gRPC against a server that only echoes, the
// same messages, alternating rounds, client and servers on the same cores.
// bench/run.sh starts the servers and calls it.
//
// With --mix it is a mixed load instead, in an open or a closed loop
// (mixed_load.h); --mix together with --set_up makes the network first.
//
// --wait_only waits until the server answers a read, prints the journal's
// newest sequence, and ends: for the time from a crash to the first answer.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "bench/load/caller.h"
#include "bench/load/mixed_command.h"
#include "bench/load/peer.h"
#include "bench/load/target_flags.h"
#include "bench/load/trade_mix.h"
#include "bench/metrics.h"
#include "bench/work_directory.h"
#include "ledger/base/check.h"
#include "skontro/v1/member_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"

ABSL_FLAG(int, server_pid, 0, "Its process.");
ABSL_FLAG(int, echo_pid, 0, "Its process.");
ABSL_FLAG(int, rounds, 5, "Rounds of each load on each server.");
ABSL_FLAG(double, seconds, 2.0, "Seconds of one round.");
ABSL_FLAG(int, members, 10'000, "Members of the network.");
ABSL_FLAG(bool, set_up, true,
          "Create the network and its members; off: compare two echoes.");
ABSL_FLAG(bool, set_up_only, false, "End after --set_up and --make_keys.");
ABSL_FLAG(std::string, only, "",
          "Run only this load, such as batch.1000; all where it is empty.");
ABSL_FLAG(bool, wait_only, false, "Only wait until the server answers.");

namespace skontro::bench {
namespace {

constexpr int kSetUpInFlight = 128;
constexpr double kNoLimit = 3'600;
constexpr int kSyncsPerRound = 100;
constexpr size_t kSyncBytes = 512;  // A batch of one trade is about as long.

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "skontro_load: %s\n", status.ToString().c_str());
  std::exit(1);
}

void FailUnless(const grpc::Status& status) {
  if (status.ok()) return;
  Fail(absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                    status.error_message()));
}

// Waits until the server answers a read of the network; the newest sequence.
int64_t WaitForAnswer(const Target& target) {
  const auto channel = Connect(target, 1).front();
  grpc::ClientContext context;
  Authenticate(target, 0, &context);
  v1::GetNetworkRequest request;
  request.set_name("networks/bench");
  v1::GetNetworkResponse response;
  FailUnless(v1::NetworkService::NewStub(channel)->GetNetwork(&context, request,
                                                              &response));
  return response.sequence();
}

// Creates the network and admits its members.
void SetUp(const Target& target, int64_t members) {
  const auto channel = Connect(target, 1).front();
  {
    grpc::ClientContext context;
    Authenticate(target, 0, &context);
    v1::CreateNetworkResponse response;
    FailUnless(v1::NetworkService::NewStub(channel)->CreateNetwork(
        &context, NetworkRequest(), &response));
  }
  const auto stub = v1::MemberService::NewStub(channel);
  uint64_t next = 1;
  Method<v1::CreateMemberRequest, v1::CreateMemberResponse> method;
  method.fill = [&](auto* request) { *request = MemberRequest(next++); };
  method.prepare = [&](size_t, auto* context, const auto& request,
                       auto* queue) {
    Authenticate(target, 0, context);
    return stub->PrepareAsyncCreateMember(context, request, queue);
  };
  method.check = [](const auto&) { return absl::OkStatus(); };
  const CallRound round = RunCalls(
      method, kSetUpInFlight, std::chrono::duration<double>(kNoLimit), members);
  if (!round.status.ok()) Fail(round.status);
  std::printf("%zu members admitted in %.1f s\n", round.latency_us.size(),
              round.seconds);
}

// Medians of a write of a trade's bytes and an fdatasync, on the ledger's
// device.
class Device {
 public:
  Device()
      : file_(open(directory_.File("sync").c_str(),
                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    SKONTRO_CHECK(file_ >= 0);
  }
  ~Device() { close(file_); }

  void Measure() {
    const std::string bytes(kSyncBytes, 'x');
    std::vector<double> us;
    for (int i = 0; i < kSyncsPerRound; ++i) {
      const Clock::time_point start = Clock::now();
      SKONTRO_CHECK(write(file_, bytes.data(), bytes.size()) ==
                    static_cast<ssize_t>(bytes.size()));
      SKONTRO_CHECK(fdatasync(file_) == 0);
      us.push_back(
          std::chrono::duration<double, std::micro>(Clock::now() - start)
              .count());
    }
    medians_us_.push_back(Quantile(us, 0.5));
  }

  double MedianUs() const { return Quantile(medians_us_, 0.5); }

 private:
  const WorkDirectory directory_;
  const int file_;
  std::vector<double> medians_us_;
};

void Print(const Load& load, const char* peer, const Metrics& metrics) {
  const auto of = [&](const char* measure) {
    return metrics.at(absl::StrCat(load.name, ".", peer, ".", measure));
  };
  std::printf(
      "%-12s %-8s %10.0f trades/s  p50 %8.0f us  p99 %8.0f us  p99.9 %8.0f us"
      "  CPU %6.2f us a trade, client %6.2f  written %5.0f B\n",
      load.name.c_str(), peer, of("rate"), of("p50_us"), of("p99_us"),
      of("p999_us"), of("cpu_us"), of("client_cpu_us"), of("written"));
}

// Runs all that is to be compared and keeps the medians.
class Generator {
 public:
  Generator()
      : server_("server", absl::GetFlag(FLAGS_server),
                absl::GetFlag(FLAGS_server_pid)),
        echo_("echo", absl::GetFlag(FLAGS_echo), absl::GetFlag(FLAGS_echo_pid)),
        uniform_("uni", Members(), /*hot=*/false),
        hot_("hot", Members(), /*hot=*/true) {}

  // The server against the echo.
  void Compare(Load load) {
    Begin(&load);
    for (int i = 0; i < rounds_; ++i) {
      Run(&server_, load, &uniform_);
      Run(&echo_, load, &uniform_);
    }
    Keep(&server_, load, "server");
    Keep(&echo_, load, "echo");
  }

  // The same with the device: what one call costs beside one sync.
  void CompareWithDevice(Load load) {
    Device device;
    Begin(&load);
    for (int i = 0; i < rounds_; ++i) {
      Run(&server_, load, &uniform_);
      Run(&echo_, load, &uniform_);
      device.Measure();
    }
    Keep(&server_, load, "server");
    Keep(&echo_, load, "echo");
    metrics_["device.sync_p50_us"] = device.MedianUs();
    std::printf("%-12s %-8s p50 %.0f us\n", load.name.c_str(), "sync",
                device.MedianUs());
  }

  // The server alone: all members alike, then one that sells everything.
  void CompareHot(Load load) {
    Begin(&load);
    Load hot = load;
    hot.name = absl::StrCat(load.name, ".hot");
    for (int i = 0; i < rounds_; ++i) {
      Run(&server_, load, &uniform_);
      Run(&hot_server_, hot, &hot_);
    }
    Keep(&server_, load, "server");
    Keep(&hot_server_, hot, "server");
  }

  void Finish() {
    metrics_["server.resident_bytes"] = server_.ResidentBytes();
    AppendMetrics(metrics_);
  }

 private:
  static uint64_t Members() {
    return static_cast<uint64_t>(absl::GetFlag(FLAGS_members));
  }

  // A short round of each first, which is not kept: connections and caches.
  void Begin(Load* load) {
    load->seconds = seconds_ / 4;
    Run(&server_, *load, &uniform_);
    if (!absl::GetFlag(FLAGS_echo).empty()) Run(&echo_, *load, &uniform_);
    server_.TakeMedians(*load);
    echo_.TakeMedians(*load);
    load->seconds = seconds_;
  }

  static void Run(Peer* peer, const Load& load, TradeMix* mix) {
    const absl::Status status = peer->Run(load, mix);
    if (!status.ok()) Fail(status);
  }

  void Keep(Peer* peer, const Load& load, const char* name) {
    const Metrics medians = peer->TakeMedians(load);
    Print(load, name, medians);
    metrics_.insert(medians.begin(), medians.end());
  }

  const int rounds_ = absl::GetFlag(FLAGS_rounds);
  const double seconds_ = absl::GetFlag(FLAGS_seconds);
  Peer server_;
  Peer echo_;
  Peer hot_server_{"server", absl::GetFlag(FLAGS_server),
                   absl::GetFlag(FLAGS_server_pid)};
  TradeMix uniform_;
  TradeMix hot_;
  Metrics metrics_;
};

int Run() {
  absl::StatusOr<Target> target = ServerTarget();
  if (!target.ok()) Fail(target.status());
  if (absl::GetFlag(FLAGS_wait_only)) {
    std::printf("%lld\n", static_cast<long long>(WaitForAnswer(*target)));
    return 0;
  }
  if (absl::GetFlag(FLAGS_set_up)) {
    SetUp(*target, absl::GetFlag(FLAGS_members));
  }
  const absl::Status keys = MakeKeys(&*target);
  if (!keys.ok()) Fail(keys);
  if (absl::GetFlag(FLAGS_set_up_only)) return 0;
  if (WantsMixedLoad()) {
    return RunMixedLoad(*target, absl::GetFlag(FLAGS_members));
  }
  Generator generator;
  const std::string only = absl::GetFlag(FLAGS_only);
  const auto wanted = [&](const std::string& name) {
    return only.empty() || only == name;
  };
  if (wanted("unary.1")) generator.CompareWithDevice({"unary.1", 1, 1});
  for (const int in_flight : {16, 64, 128}) {
    const std::string name = absl::StrCat("unary.", in_flight);
    if (wanted(name)) generator.Compare({name, in_flight, 4});
  }
  if (wanted("batch.1000")) generator.Compare({"batch.1000", 4, 2, 1'000});
  for (const int batch : {1, 100}) {
    const std::string name = absl::StrCat("stream.", batch);
    const int in_flight = batch == 1 ? 64 : 8;
    if (wanted(name)) generator.Compare({name, in_flight, 2, batch, 0, true});
  }
  if (wanted("clients.32")) generator.CompareHot({"clients.32", 32, 32});
  generator.Finish();
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  absl::ParseCommandLine(argc, argv);
  return skontro::bench::Run();
}

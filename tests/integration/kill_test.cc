// A real skontrod under load is killed at random moments, again and again.
//
// SKONTRO_KILL_SEED repeats a seed, SKONTRO_KILL_SECONDS sets how long the
// rounds go on.

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "tests/integration/crash_run.h"
#include "tests/integration/dice.h"
#include "tests/integration/network_reader.h"
#include "tests/integration/scene.h"
#include "tests/integration/server_process.h"
#include "tests/integration/temp_directory.h"

namespace skontro::integration {
namespace {

constexpr int64_t kSeconds = 20;

int64_t FromEnvironment(const char* name, int64_t fallback) {
  const char* const text = std::getenv(name);
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : fallback;
}

uint64_t Seed() {
  return static_cast<uint64_t>(FromEnvironment(
      "SKONTRO_KILL_SEED", static_cast<int64_t>(std::random_device()())));
}

TEST(KillTest, NothingAcknowledgedIsLostAndNothingIsHalfDone) {
  TempDirectory directory;
  CrashRun::Options options;
  options.seed = Seed();
  SCOPED_TRACE(testing::Message() << "SKONTRO_KILL_SEED=" << options.seed
                                  << ", data kept in " << directory.path());
  std::cout << "seed " << options.seed << "\n";
  options.directory = directory.path();
  options.skontrod = ProgramPath("skontrod");
  options.skontro = ProgramPath("skontro");
  const auto run = CrashRun::Open(options);
  ASSERT_TRUE(run.ok()) << run.status();

  const absl::Time end = absl::Now() + absl::Seconds(FromEnvironment(
                                           "SKONTRO_KILL_SECONDS", kSeconds));
  absl::Status status;
  do {
    status = (*run)->RunRound();
  } while (status.ok() && (absl::Now() < end || (*run)->totals().kills < 3 ||
                           (*run)->totals().rounds < 2));
  if (status.ok()) status = (*run)->Close();
  if (!status.ok()) directory.Keep();
  EXPECT_TRUE(status.ok()) << status;

  // Both sides were reached.
  const CrashRun::Totals& totals = (*run)->totals();
  EXPECT_GT(totals.trades, 0);
  EXPECT_GT(totals.refusals, 0);
  EXPECT_GT(totals.unknown, 0);
  EXPECT_GT(totals.repeated, 0);
  EXPECT_GT(totals.observations, 0);
  std::cout << totals.rounds << " rounds, " << totals.kills << " kills, "
            << totals.kills_at_start << " at start, " << totals.stops
            << " stops, " << totals.trades << " trades, " << totals.refusals
            << " refusals, " << totals.unknown << " answers lost, "
            << totals.repeated << " repeated, " << totals.observations
            << " reads, " << totals.verifications << " verifications\n";
}

// What a server answered to who asked for networks, by the id of the network.
using Made = std::map<std::string, std::string>;

// Asks for networks until the server is gone.
void MakeNetworks(const std::shared_ptr<grpc::Channel>& channel,
                  const std::string& prefix, int count, Made* made) {
  const auto networks = v1::NetworkService::NewStub(channel);
  for (int i = 0; i < count; ++i) {
    v1::CreateNetworkRequest request;
    request.set_network_id(absl::StrCat(prefix, i));
    request.set_request_id(absl::StrCat("make-", prefix, i));
    request.mutable_network()->set_display_name(request.network_id());
    request.mutable_network()->set_unit_code("RES");
    request.mutable_network()->set_peg_currency_code("EUR");
    grpc::ClientContext context;
    v1::CreateNetworkResponse response;
    const grpc::Status status =
        networks->CreateNetwork(&context, request, &response);
    if (!status.ok()) return;
    (*made)[request.network_id()] = response.SerializeAsString();
  }
}

std::set<std::string> ListNetworks(
    const std::shared_ptr<grpc::Channel>& channel) {
  const auto networks = v1::NetworkService::NewStub(channel);
  v1::ListNetworksRequest request;
  request.set_page_size(1'000);
  grpc::ClientContext context;
  v1::ListNetworksResponse response;
  EXPECT_TRUE(networks->ListNetworks(&context, request, &response).ok());
  std::set<std::string> ids;
  for (const v1::Network& network : response.networks()) {
    ids.insert(IdOf(network.name()));
  }
  return ids;
}

TEST(KillTest, ANetworkIsThereWholeOrNotAtAll) {
  constexpr int kNetworks = 3;
  const uint64_t seed = Seed();
  SCOPED_TRACE(testing::Message() << "SKONTRO_KILL_SEED=" << seed);
  Dice dice{seed, 1};
  Scene scene;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(scene.StartServer().ok());
    const std::string prefix = absl::StrCat("r", round, "-");
    Made made;
    std::thread maker([&, channel = scene.server().channel()] {
      MakeNetworks(channel, prefix, kNetworks, &made);
    });
    scene.server().Wait(absl::Milliseconds(dice.Between(0, 250)));
    scene.KillServer();
    maker.join();

    ASSERT_TRUE(scene.StartServer().ok());
    const std::set<std::string> there = ListNetworks(scene.server().channel());
    for (const auto& [id, answer] : made) {
      EXPECT_TRUE(there.contains(id)) << id << " was made and is lost";
    }
    EXPECT_LE(there.size(),
              static_cast<size_t>(round * kNetworks) + made.size() + 1);
    Made again;
    MakeNetworks(scene.server().channel(), prefix, kNetworks, &again);
    EXPECT_EQ(again.size(), static_cast<size_t>(kNetworks));
    for (const auto& [id, answer] : made) EXPECT_EQ(again[id], answer) << id;
    const Finished verified = scene.Skontro({"verify", scene.data_dir()});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_EQ(scene.StopServer(), 0);
  }
}

}  // namespace
}  // namespace skontro::integration

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

v1::GetNetworkRequest Get(const std::string& name) {
  v1::GetNetworkRequest request;
  request.set_name(name);
  return request;
}

TEST(NetworkCallsTest, ANewNetworkCanBeReadBack) {
  Scene scene;
  const auto made = scene.Call(NetworkRequest("r-1", "res"));
  ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  const v1::Network& network = made.response.network();
  EXPECT_EQ(network.name(), "networks/res");
  EXPECT_EQ(network.peg_currency_decimals(), 2);
  EXPECT_EQ(network.parity().numerator(), 1);
  EXPECT_EQ(network.default_balance_limit().minor_units(),
            1'000'000'000'000'000);
  EXPECT_EQ(network.uid().size(), 16u);
  EXPECT_EQ(network.create_time().seconds(), scene.clock().NowUs() / 1'000'000);
  EXPECT_EQ(made.response.outcome().sequence(), 1);
  const auto got = scene.Call(Get("networks/res"));
  ASSERT_TRUE(got.status.ok());
  EXPECT_EQ(got.response.network().SerializeAsString(),
            network.SerializeAsString());
  EXPECT_EQ(got.response.sequence(), 1);
  EXPECT_EQ(got.response.digest(), made.response.outcome().digest());
}

TEST(NetworkCallsTest, TheSameRequestCreatesOnceAlsoAfterARestart) {
  Scene scene;
  const auto first = scene.Call(NetworkRequest("r-1", "res"));
  const auto again = scene.Call(NetworkRequest("r-1", "res"));
  scene.Restart();
  const auto later = scene.Call(NetworkRequest("r-1", "res"));
  ASSERT_TRUE(first.status.ok());
  EXPECT_EQ(again.response.SerializeAsString(),
            first.response.SerializeAsString());
  EXPECT_EQ(later.response.SerializeAsString(),
            first.response.SerializeAsString());
}

TEST(NetworkCallsTest, AnotherRequestForTheSameIdIsRefused) {
  Scene scene;
  ASSERT_TRUE(scene.Call(NetworkRequest("r-1", "res")).status.ok());
  const auto other = scene.Call(NetworkRequest("r-2", "res"));
  EXPECT_EQ(other.status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(other.error().reason, "RESOURCE_EXISTS");
  EXPECT_EQ(other.error().metadata.at("name"), "networks/res");
}

TEST(NetworkCallsTest, ARequestIdIsForOneRequest) {
  Scene scene;
  ASSERT_TRUE(scene.Call(NetworkRequest("r-1", "res")).status.ok());
  auto changed = NetworkRequest("r-1", "res");
  changed.mutable_network()->set_display_name("Other");
  EXPECT_EQ(scene.Call(changed).error().metadata.at("field"), "network");
  const auto elsewhere = scene.Call(NetworkRequest("r-1", "other"));
  EXPECT_EQ(elsewhere.error().reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(elsewhere.error().metadata.at("field"), "network_id");
  // The id is taken inside the network too.
  const auto member = scene.Call(MemberRequest("r-1", "imprimerie"));
  EXPECT_EQ(member.error().reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(member.error().metadata.at("field"), "method");
}

TEST(NetworkCallsTest, APreviewCreatesNothing) {
  Scene scene;
  auto preview = NetworkRequest("r-1", "res");
  preview.set_validate_only(true);
  const auto would = scene.Call(preview);
  ASSERT_TRUE(would.status.ok());
  EXPECT_EQ(would.response.network().name(), "networks/res");
  EXPECT_TRUE(would.response.outcome().refusals().empty());
  EXPECT_EQ(scene.Call(Get("networks/res")).error().reason,
            "RESOURCE_NOT_FOUND");
  ASSERT_TRUE(scene.Call(NetworkRequest("r-1", "res")).status.ok());
  preview.set_request_id("r-2");
  const auto taken = scene.Call(preview);
  ASSERT_TRUE(taken.status.ok());
  ASSERT_EQ(taken.response.outcome().refusals_size(), 1);
  EXPECT_EQ(taken.response.outcome().refusals(0).reason(), v1::RESOURCE_EXISTS);
}

TEST(NetworkCallsTest, ABadFormIsRefusedWithEveryField) {
  Scene scene;
  const auto refused = scene.Call(v1::CreateNetworkRequest());
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const Error error = refused.error();
  EXPECT_EQ(error.reason, "FIELD_INVALID");
  EXPECT_GE(error.fields.size(), 5u);
  auto euros = NetworkRequest("r-1", "res");
  euros.mutable_network()->set_unit_code("EUR");
  EXPECT_EQ(scene.Call(euros).error().metadata.at("field"),
            "network.unit_code");
  EXPECT_EQ(scene.Call(Get("res")).error().metadata.at("field"), "name");
}

TEST(NetworkCallsTest, ConcurrentRequestsForOneIdMakeOneNetwork) {
  Scene scene;
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto reply =
          scene.Call(NetworkRequest(absl::StrCat("r-", i % 4), "res"));
      if (reply.status.ok()) {
        ++made;
      } else if (reply.error().reason == "RESOURCE_EXISTS") {
        ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Each id came twice: the one that won, twice the same answer.
  EXPECT_EQ(made, 2);
  EXPECT_EQ(refused, 6);
}

TEST(NetworkCallsTest, ListsByIdInPages) {
  Scene scene;
  for (const char* id : {"c", "a", "d", "b", "e"}) {
    ASSERT_TRUE(
        scene.Call(NetworkRequest(absl::StrCat("r-", id), id)).status.ok());
  }
  std::string names;
  v1::ListNetworksRequest request;
  request.set_page_size(2);
  int pages = 0;
  while (true) {
    const auto page = scene.Call(request);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    ++pages;
    for (const auto& network : page.response.networks()) {
      names += network.name() + " ";
    }
    if (page.response.next_page_token().empty()) break;
    request.set_page_token(page.response.next_page_token());
    if (pages == 1) scene.Restart();
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(names, "networks/a networks/b networks/c networks/d networks/e ");
  request.set_page_token("AAAA" + request.page_token().substr(4));
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"), "page_token");
  request.set_page_token("");
  request.set_page_size(-1);
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"), "page_size");
}

TEST(NetworkCallsTest, EverythingIsThereAfterARestart) {
  Scene scene;
  scene.MakeNetwork();
  const auto before = scene.Call(Get("networks/res"));
  scene.Restart();
  const auto after = scene.Call(Get("networks/res"));
  ASSERT_TRUE(after.status.ok());
  EXPECT_EQ(after.response.SerializeAsString(),
            before.response.SerializeAsString());
}

TEST(NetworkCallsTest, LeavesNothingBesideTheNetwork) {
  Scene scene;
  scene.MakeNetwork();
  std::set<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(scene.directory() + "/networks")) {
    names.insert(entry.path().filename().string());
  }
  EXPECT_EQ(names, std::set<std::string>{"res"});
}

TEST(NetworkCallsTest, ADirectoryUnderAnotherNameDoesNotOpen) {
  TemporaryDirectory top;
  Log log(STDERR_FILENO, LogFormat::kText, LogLevel::kError);
  {
    Scene scene;
    scene.MakeNetwork();
    std::filesystem::copy(scene.directory(), top.path() + "/data",
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::rename(top.path() + "/data/networks/res",
                          top.path() + "/data/networks/other");
  const auto data = DataDirectory::Open(top.path() + "/data");
  ASSERT_TRUE(data.ok()) << data.status();
  // The network that has an anchor is gone.
  const auto lost = NetworkRegistry::Open(data->get(), {}, &log);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(ExitCodeOf(lost.status()), ExitCode::kHeadBehind);
  // Nor does it with its anchor under that name as well.
  std::filesystem::rename(top.path() + "/data/anchors/res.anchor",
                          top.path() + "/data/anchors/other.anchor");
  const auto registry = NetworkRegistry::Open(data->get(), {}, &log);
  ASSERT_FALSE(registry.ok());
  EXPECT_EQ(ExitCodeOf(registry.status()), ExitCode::kDamaged);
}

TEST(NetworkCallsTest, AnEmptyDirectoryIsNoNetwork) {
  TemporaryDirectory top;
  Log log(STDERR_FILENO, LogFormat::kText, LogLevel::kError);
  const auto data = DataDirectory::Open(top.path());
  ASSERT_TRUE(data.ok());
  std::filesystem::create_directory((*data)->NetworkPath("empty"));
  const auto registry = NetworkRegistry::Open(data->get(), {}, &log);
  ASSERT_FALSE(registry.ok());
  EXPECT_EQ(ExitCodeOf(registry.status()), ExitCode::kDamaged);
  EXPECT_NE(std::string(registry.status().message()).find("empty"),
            std::string::npos);
}

}  // namespace
}  // namespace skontro::server

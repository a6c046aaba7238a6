// The registry without a server: what it does where gRPC is not in the way.

#include "server/network_registry.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/national_value.h"

namespace skontro::server {
namespace {

class RegistryTest : public testing::Test {
 protected:
  RegistryTest() {
    std::string name = (std::filesystem::temp_directory_path() /
                        "skontro-registry-test-XXXXXX")
                           .string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
    Open();
  }
  ~RegistryTest() override {
    registry_.reset();
    data_.reset();
    std::filesystem::remove_all(path_);
  }

  void Open() {
    registry_.reset();
    data_.reset();
    auto data = DataDirectory::Open(path_);
    ASSERT_TRUE(data.ok()) << data.status();
    data_ = *std::move(data);
    NetworkRegistry::Options options;
    options.cache_bytes = 8u << 20;
    options.write_buffer_bytes = 8u << 20;
    options.anchor_directory = anchors_;
    options.anchor.mode = ledger::AnchorMode::kSync;
    auto registry = NetworkRegistry::Open(data_.get(), options, &log_);
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
  }

  static NewNetwork Request(const std::string& request_id,
                            const std::string& id) {
    NewNetwork request;
    request.actor = engine::LocalOperator();
    request.request_id = request_id;
    request.hash_fields = [id](std::string_view key) {
      EXPECT_EQ(key.size(), 16u);
      return std::vector<ledger::FieldHash>{{1, id.size() * 7}};
    };
    request.field_name = [](uint32_t) -> std::string_view { return "field"; };
    request.terms.id = id;
    request.terms.display_name = "Test";
    request.terms.unit_code = "TST";
    request.terms.peg_currency = "EUR";
    request.terms.peg_decimals = 2;
    request.terms.parity = engine::ParityOf(0, 2);
    request.terms.time_zone = "UTC";
    request.terms.default_balance_limit =
        ledger::Amount::FromMinorUnits(1'000'000);
    request.time_us = 1'772'449'200'000'000;
    return request;
  }

  std::string path_;
  std::string anchors_;  // Empty: in the data directory.
  Log log_{STDERR_FILENO, LogFormat::kText, LogLevel::kError};
  std::unique_ptr<DataDirectory> data_;
  std::unique_ptr<NetworkRegistry> registry_;
};

TEST_F(RegistryTest, FindsWhatItCreatedAlsoLater) {
  ASSERT_TRUE(registry_->Create(Request("r", "a")).ok());
  ASSERT_NE(registry_->Find("a"), nullptr);
  EXPECT_EQ(registry_->Find("b"), nullptr);
  EXPECT_EQ(registry_->Find(""), nullptr);
  const ledger::NetworkUid uid = registry_->Find("a")->engine().uid();
  Open();
  ASSERT_NE(registry_->Find("a"), nullptr);
  EXPECT_EQ(registry_->Find("a")->engine().uid(), uid);
}

TEST_F(RegistryTest, TwoNetworksOfOneNameElsewhereAreNotTheSame) {
  ASSERT_TRUE(registry_->Create(Request("r", "a")).ok());
  ASSERT_TRUE(registry_->Create(Request("s", "b")).ok());
  EXPECT_NE(registry_->Find("a")->engine().uid(),
            registry_->Find("b")->engine().uid());
  EXPECT_NE(registry_->Find("a")->terms().request_key,
            registry_->Find("b")->terms().request_key);
}

TEST_F(RegistryTest, AnotherActorHasRequestIdsOfItsOwn) {
  ASSERT_TRUE(registry_->Create(Request("r", "a")).ok());
  NewNetwork other = Request("r", "b");
  other.actor.identity = "operator/other";
  const auto created = registry_->Create(other);
  ASSERT_TRUE(created.ok());
  EXPECT_TRUE(created->refusals.empty());
}

TEST_F(RegistryTest, AnActorWithoutTheRoleIsRefused) {
  NewNetwork request = Request("r", "a");
  request.actor.role = engine::Role::kAuditor;
  const auto created = registry_->Create(request);
  ASSERT_TRUE(created.ok());
  ASSERT_EQ(created->refusals.size(), 1u);
  EXPECT_EQ(created->refusals[0].reason, Reason::kRoleMissing);
  EXPECT_EQ(registry_->Find("a"), nullptr);
}

TEST_F(RegistryTest, WhatIsInTheWayIsNotOverwritten) {
  std::filesystem::create_directories(data_->NetworkPath("a"));
  EXPECT_FALSE(registry_->Create(Request("r", "a")).ok());
  EXPECT_FALSE(std::filesystem::exists(data_->CreatingPath("a")));
  EXPECT_TRUE(std::filesystem::is_empty(data_->NetworkPath("a")));
}

TEST_F(RegistryTest, ANetworkHasItsAnchorWhereTheOptionSays) {
  ASSERT_TRUE(registry_->Create(Request("r", "a")).ok());
  EXPECT_TRUE(std::filesystem::exists(path_ + "/anchors/a.anchor"));
  anchors_ = path_ + "/elsewhere";
  std::filesystem::rename(path_ + "/anchors", anchors_);
  Open();
  ASSERT_TRUE(registry_->Create(Request("s", "b")).ok());
  EXPECT_TRUE(std::filesystem::exists(anchors_ + "/b.anchor"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/anchors/b.anchor"));
}

TEST_F(RegistryTest, ANetworkIsNotMadeOverTheAnchorOfOneThatIsGone) {
  std::filesystem::create_directories(path_ + "/anchors");
  std::ofstream(path_ + "/anchors/a.anchor") << "of one that is gone";
  const auto created = registry_->Create(Request("r", "a"));
  EXPECT_TRUE(absl::IsAlreadyExists(created.status())) << created.status();
  EXPECT_EQ(registry_->Find("a"), nullptr);
  EXPECT_FALSE(std::filesystem::exists(data_->CreatingPath("a")));
}

TEST_F(RegistryTest, ALeftoverOfACreationIsNoObstacle) {
  std::filesystem::create_directories(data_->CreatingPath("a") + "/junk");
  const auto created = registry_->Create(Request("r", "a"));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_NE(created->network, nullptr);
}

TEST_F(RegistryTest, NothingIsCreatedAfterTheIntakeStopped) {
  ASSERT_TRUE(registry_->Create(Request("r", "a")).ok());
  registry_->StopIntake();
  const auto created = registry_->Create(Request("s", "b"));
  ASSERT_TRUE(created.ok());
  ASSERT_EQ(created->refusals.size(), 1u);
  EXPECT_EQ(created->refusals[0].reason, Reason::kShuttingDown);
}

TEST_F(RegistryTest, DaysAreThoseOfTheZone) {
  absl::TimeZone paris;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Paris", &paris));
  const int64_t eleven_pm_utc = 1'772'492'400'000'000;  // 2026-03-02T23:00Z
  EXPECT_EQ(FormatDate(DayIn(absl::UTCTimeZone(), eleven_pm_utc)),
            "2026-03-02");
  EXPECT_EQ(FormatDate(DayIn(paris, eleven_pm_utc)), "2026-03-03");
  EXPECT_EQ(FormatDate(DayIn(paris, eleven_pm_utc - 1)), "2026-03-02");
  EXPECT_EQ(FormatDate(DayIn(absl::UTCTimeZone(), -1)), "1969-12-31");
}

}  // namespace
}  // namespace skontro::server

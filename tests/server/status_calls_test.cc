// What a server says of itself, to whom, and what it warns of.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/status_reader.h"
#include "server/status_warnings.h"
#include "skontro/v1/admin_service.grpc.pb.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

class StatusTest : public testing::Test {
 protected:
  Reply<v1::GetServerStatusResponse> Get() {
    grpc::ClientContext context;
    if (!scene_.key().empty()) {
      context.AddMetadata("authorization", "Bearer " + scene_.key());
    }
    Reply<v1::GetServerStatusResponse> reply;
    reply.status = v1::AdminService::NewStub(scene_.channel())
                       ->GetServerStatus(&context, {}, &reply.response);
    return reply;
  }

  v1::ServerStatus Status() {
    const Reply<v1::GetServerStatusResponse> reply = Get();
    EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
    return reply.response.status();
  }

  std::string MakeKey(v1::ApiKey::Role role) {
    v1::CreateApiKeyRequest request;
    request.set_parent("networks/res");
    request.set_request_id(absl::StrCat("key-", static_cast<int>(role)));
    request.mutable_api_key()->set_identity(request.request_id());
    request.mutable_api_key()->set_role(role);
    if (role == v1::ApiKey::MEMBER_USER) {
      request.mutable_api_key()->add_members("networks/res/members/garage");
    }
    const auto made = scene_.Call(request);
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    return made.response.secret();
  }

  Scene scene_;
};

std::set<std::string> Codes(const v1::ServerStatus& status) {
  std::set<std::string> codes;
  for (const auto& warning : status.warnings()) {
    EXPECT_FALSE(warning.message().empty());
    EXPECT_FALSE(warning.next_step().empty());
    codes.insert(warning.code());
  }
  return codes;
}

TEST_F(StatusTest, ANetworkIsShownWithWhereItsJournalAnchorAndCheckpointAre) {
  scene_.MakeNetwork();
  const v1::ServerStatus status = Status();
  EXPECT_EQ(status.version(), "test");
  EXPECT_EQ(status.now().seconds(), scene_.clock().NowUs() / 1'000'000);
  EXPECT_GT(status.memory_bytes(), 1 << 20);
  EXPECT_GT(status.disk().used_bytes(), 0);
  ASSERT_EQ(status.networks_size(), 1);
  const v1::NetworkStatus& network = status.networks(0);
  EXPECT_EQ(network.name(), "networks/res");
  EXPECT_EQ(network.sequence(), 4);  // The network, and three members.
  EXPECT_EQ(network.records_last_minute(), 4);
  EXPECT_EQ(network.queue_length(), 0);
  EXPECT_EQ(network.checkpoint_sequence(), 0);
  EXPECT_EQ(Codes(status), std::set<std::string>{"INSECURE"});
  // A stop anchors the newest head and saves a checkpoint.
  scene_.Restart();
  const v1::ServerStatus again = Status();
  EXPECT_EQ(again.networks(0).anchor_sequence(), 4);
  EXPECT_EQ(again.networks(0).checkpoint_sequence(), 4);
}

TEST_F(StatusTest, TheRateCountsTheRecordsOfTheLastMinuteAndNoOlderOnes) {
  scene_.MakeNetwork();
  scene_.clock().Advance(59'000'000);
  EXPECT_EQ(Status().networks(0).records_last_minute(), 4);
  scene_.clock().Advance(2'000'000);
  EXPECT_EQ(Status().networks(0).records_last_minute(), 0);
  ASSERT_TRUE(scene_
                  .Call(TradeRequest("r-1", "imprimerie", "garage", 1,
                                     v1::Trade::BUYER))
                  .status.ok());
  EXPECT_EQ(Status().networks(0).records_last_minute(), 1);
}

TEST_F(StatusTest, AuditorsAndOperatorsSeeTheirNetworkAndOthersNothing) {
  scene_.MakeNetwork("res");
  scene_.MakeNetwork("autre");
  const std::string auditor = MakeKey(v1::ApiKey::AUDITOR);
  const std::string user = MakeKey(v1::ApiKey::MEMBER_USER);
  scene_.DistrustAnybody();
  scene_.set_key(scene_.server_key());
  EXPECT_EQ(Status().networks_size(), 2);
  scene_.set_key(auditor);
  const v1::ServerStatus seen = Status();
  ASSERT_EQ(seen.networks_size(), 1);
  EXPECT_EQ(seen.networks(0).name(), "networks/res");
  EXPECT_EQ(seen.networks(0).keys_active(), 2);
  EXPECT_EQ(seen.networks(0).keys_seen_last_hour(), 1);
  EXPECT_EQ(Codes(seen), std::set<std::string>{});
  scene_.set_key(user);
  const auto refused = Get();
  EXPECT_EQ(refused.error().reason, "ROLE_MISSING");
  scene_.set_key("");
  EXPECT_EQ(Get().error().reason, "CREDENTIAL_INVALID");
}

TEST_F(StatusTest, AnAnchorThatIsGoneIsTold) {
  scene_.MakeNetwork();
  std::filesystem::rename(scene_.directory() + "/anchors/res.anchor",
                          scene_.directory() + "/anchors/elsewhere");
  EXPECT_TRUE(Codes(Status()).contains("ANCHOR_UNREADABLE"));
  std::filesystem::rename(scene_.directory() + "/anchors/elsewhere",
                          scene_.directory() + "/anchors/res.anchor");
}

// --- Warnings, at the limit and one past it ----------------------------------

constexpr int64_t kNow = 1'800'000'000;

v1::ServerStatus Calm() {
  v1::ServerStatus status;
  status.mutable_now()->set_seconds(kNow);
  status.mutable_disk()->set_used_bytes(500);
  status.mutable_disk()->set_available_bytes(500);
  status.mutable_disk()->set_full_percent(80);
  v1::NetworkStatus* const network = status.add_networks();
  network->set_name("networks/res");
  network->set_sequence(1'000);
  network->mutable_sequence_time()->set_seconds(kNow);
  network->set_anchor_sequence(1'000);
  network->set_checkpoint_sequence(1'000);
  network->set_queue_length_max(100);
  return status;
}

std::set<std::string> Warned(v1::ServerStatus status) {
  AddWarnings(/*checkpoint_interval=*/100, &status);
  return Codes(status);
}

using Set = std::set<std::string>;

TEST(StatusWarningsTest, NothingIsWarnedOfWhereAllIsWell) {
  EXPECT_EQ(Warned(Calm()), Set{});
}

TEST(StatusWarningsTest, ADiskIsToldFivePercentBeforeChangesAreRefused) {
  v1::ServerStatus status = Calm();
  status.mutable_disk()->set_used_bytes(74'000);
  status.mutable_disk()->set_available_bytes(26'000);
  EXPECT_EQ(Warned(status), Set{});
  status.mutable_disk()->set_used_bytes(76'000);
  status.mutable_disk()->set_available_bytes(24'000);
  EXPECT_EQ(Warned(status), Set{"DISK_NEARLY_FULL"});
}

TEST(StatusWarningsTest, ACertificateIsToldThirtyDaysBeforeItEnds) {
  constexpr int64_t kMonth = int64_t{30} * 24 * 3600;
  v1::ServerStatus status = Calm();
  v1::CertificateStatus* const certificate = status.add_certificates();
  certificate->mutable_expire_time()->set_seconds(kNow + kMonth);
  EXPECT_EQ(Warned(status), Set{});
  certificate->mutable_expire_time()->set_seconds(kNow + kMonth - 1);
  EXPECT_EQ(Warned(status), Set{"CERTIFICATE_EXPIRES"});
  certificate->mutable_expire_time()->set_seconds(kNow);
  AddWarnings(100, &status);
  EXPECT_EQ(status.warnings(0).severity(), v1::StatusWarning::CRITICAL);
}

TEST(StatusWarningsTest, WhatANetworkIsBehindWithIsToldAtItsLimit) {
  struct Case {
    const char* code;
    void (*change)(v1::NetworkStatus*, int64_t);
    int64_t last_fine;
  };
  for (const Case& test :
       {Case{"CLOCK_BEHIND",
             [](v1::NetworkStatus*network, int64_t value) {
               network->mutable_sequence_time()->set_seconds(kNow + value);
             },
             5},
        Case{"QUEUE_LONG",
             [](v1::NetworkStatus*network, int64_t value) {
               network->set_queue_length(value);
             },
             49},
        Case{"ANCHOR_OLD",
             [](v1::NetworkStatus*network, int64_t value) {
               network->set_anchor_sequence(999);
               network->mutable_sequence_time()->set_seconds(kNow - value);
             },
             9},
        Case{"CHECKPOINT_OLD",
             [](v1::NetworkStatus*network, int64_t value) {
               network->set_checkpoint_sequence(1'000 - value);
             },
             299}}) {
    v1::ServerStatus status = Calm();
    test.change(status.mutable_networks(0), test.last_fine);
    EXPECT_EQ(Warned(status), Set{}) << test.code;
    test.change(status.mutable_networks(0), test.last_fine + 1);
    EXPECT_EQ(Warned(status), Set{test.code});
  }
}

TEST(StatusWarningsTest, TheWorstComesFirst) {
  v1::ServerStatus status = Calm();
  status.set_insecure(true);
  status.mutable_networks(0)->set_queue_length(99);
  status.mutable_networks(0)->set_anchor_sequence(0);
  AddWarnings(100, &status);
  SortWarnings(&status);
  ASSERT_EQ(status.warnings_size(), 3);
  EXPECT_EQ(status.warnings(0).code(), "ANCHOR_UNREADABLE");
  EXPECT_EQ(status.warnings(1).code(), "QUEUE_LONG");
}

}  // namespace
}  // namespace skontro::server

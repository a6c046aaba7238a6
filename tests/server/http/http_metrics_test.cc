// What /metrics says, and what the dashboard asks it for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

using ::testing::HasSubstr;

TEST(HttpMetricsTest, CallsAreCountedByMethodAndReasonWhicheverWayTheyCome) {
  HttpScene http;
  http.scene().MakeNetwork();
  EXPECT_TRUE(http.scene().Call(Sale("r-1", 5)).status.ok());
  EXPECT_EQ(http.Call("TradeService/CreateTrade", SaleJson("r-2", "5")).status,
            200);
  EXPECT_EQ(
      http.Call("TradeService/CreateTrade", SaleJson("r-3", "100001")).status,
      400);
  const Answer answer = http.Get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Type"),
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body,
              HasSubstr("skontro_call_duration_seconds_count{method="
                        "\"TradeService/CreateTrade\",reason=\"OK\"} 2\n"));
  EXPECT_THAT(
      answer.body,
      HasSubstr("skontro_call_duration_seconds_count{method=\"TradeService/"
                "CreateTrade\",reason=\"CREDIT_LINE_EXCEEDED\"} 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("skontro_calls_in_flight 0\n"));
}

TEST(HttpMetricsTest, NetworksTellTheirSequenceQueueAndCommits) {
  HttpScene http;
  http.scene().MakeNetwork();
  // The network, three members, two trades.
  EXPECT_TRUE(http.scene().Call(Sale("r-1", 5)).status.ok());
  EXPECT_TRUE(http.scene().Call(Sale("r-2", 5)).status.ok());
  const std::string text = http.Get("/metrics").body;
  EXPECT_THAT(text, HasSubstr("skontro_networks 1\n"));
  EXPECT_THAT(text, HasSubstr("skontro_sequence{network=\"res\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("skontro_queue_length{network=\"res\"} 0\n"));
  // The first record was written before the network had its watch.
  EXPECT_THAT(
      text,
      HasSubstr("skontro_commit_duration_seconds_count{network=\"res\"} 5\n"));
  EXPECT_THAT(text,
              HasSubstr("skontro_store_write_stopped{network=\"res\"} 0"));
  EXPECT_THAT(text, HasSubstr("skontro_store_block_cache_bytes{"));
  EXPECT_THAT(text, HasSubstr("skontro_disk_available_bytes "));
}

// A key of a network, made by who runs the server.
std::string Key(Scene& scene, const std::string& network,
                v1::ApiKey::Role role) {
  v1::CreateApiKeyRequest request;
  request.set_parent("networks/" + network);
  request.set_request_id(absl::StrCat("key-", static_cast<int>(role)));
  request.mutable_api_key()->set_identity(
      absl::StrCat("id-", static_cast<int>(role)));
  request.mutable_api_key()->set_role(role);
  if (role == v1::ApiKey::MEMBER_USER) {
    request.mutable_api_key()->add_members(
        absl::StrCat("networks/", network, "/members/garage"));
  }
  const auto made = scene.Call(request);
  EXPECT_TRUE(made.status.ok()) << made.status.error_message();
  return made.response.secret();
}

TEST(HttpMetricsTest, MetricsAreForWhoRunsTheServerAndANetwork) {
  HttpScene http(Options(), false);
  EXPECT_EQ(http.Get("/metrics").status, 503);
  Scene& scene = http.scene();
  scene.MakeNetwork("other");
  scene.MakeNetwork();
  scene.DistrustAnybody();
  scene.set_key(scene.server_key());
  http.Serve();
  const auto get = [&](const std::string& key) {
    Wire wire(http.port());
    wire.Send(absl::StrCat("GET /metrics HTTP/1.1\r\nHost: localhost\r\n",
                           key.empty() ? "" : "Authorization: Bearer ", key,
                           "\r\n\r\n"));
    return wire.Receive();
  };
  const auto shows = [](const Answer& answer, const char* network) {
    return answer.body.find(absl::StrCat("skontro_sequence{network=\"", network,
                                         "\"}")) != std::string::npos;
  };
  EXPECT_EQ(http.Get("/metrics").status, 401);
  EXPECT_EQ(get("skontro-server.nonsense").status, 401);
  const Answer all = get(scene.server_key());
  EXPECT_EQ(all.status, 200);
  EXPECT_TRUE(shows(all, "res") && shows(all, "other"));
  for (const auto role : {v1::ApiKey::OPERATOR, v1::ApiKey::AUDITOR}) {
    const Answer own = get(Key(scene, "res", role));
    EXPECT_EQ(own.status, 200) << own.body;
    EXPECT_TRUE(shows(own, "res"));
    EXPECT_EQ(own.body.find("other"), std::string::npos);
    EXPECT_THAT(own.body, HasSubstr("skontro_calls_in_flight"));
  }
  const Answer member = get(Key(scene, "res", v1::ApiKey::MEMBER_USER));
  EXPECT_EQ(member.status, 403);
  EXPECT_THAT(member.body, HasSubstr("ROLE_MISSING"));
  // What says nothing of anybody is for everybody.
  for (const char* page : {"/healthz", "/readyz", "/openapi.json"}) {
    EXPECT_EQ(http.Get(page).status, 200) << page;
  }
}

TEST(HttpMetricsTest, ByAnOptionTheyAreForAllOnThisMachine) {
  Options options;
  options.metrics_on_loopback = true;
  HttpScene http(options, false);
  http.scene().MakeNetwork();
  http.scene().DistrustAnybody();
  http.Serve();
  EXPECT_EQ(http.Get("/metrics").status, 200);
  EXPECT_EQ(http.Call("NetworkService/ListNetworks", "{}").status, 401);
}

TEST(HttpMetricsTest, TheDashboardAsksForWhatThereIs) {
  HttpScene http;
  http.scene().MakeNetwork();
  const std::string text = http.Get("/metrics").body;
  std::ifstream file(SKONTRO_SOURCE_DIR "/docs/grafana/skontro.json");
  const std::string dashboard(std::istreambuf_iterator<char>(file), {});
  std::set<std::string> asked;
  const std::regex name("(skontro|process)_[a-z_]+");
  for (std::sregex_iterator it(dashboard.begin(), dashboard.end(), name), end;
       it != end; ++it) {
    asked.insert(it->str());
  }
  // That of the listener is the program's own.
  asked.erase("skontro_http_connections");
  EXPECT_GE(asked.size(), 12u);
  for (const std::string& one : asked) {
    EXPECT_TRUE(text.find(absl::StrCat("\n", one, " ")) != std::string::npos ||
                text.find(absl::StrCat("\n", one, "{")) != std::string::npos)
        << one;
  }
}

}  // namespace
}  // namespace skontro::server::http

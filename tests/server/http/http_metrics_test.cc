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

#include "cli/verifier/report.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::verifier {
namespace {

Report Small() {
  Report report;
  report.network_id = "res";
  report.network_uid = "\x01\x02";
  report.unit_code = "RES";
  report.unit_decimals = 2;
  report.records = 3;
  report.last_sequence = 3;
  report.last_digest.bytes.fill('\xab');
  report.projected = 2;
  report.compared = {{"personal", 1}, {"account", 4}};
  report.accounts = 2;
  report.members = 2;
  report.trades = 1;
  report.personal_rows = 1;
  report.personal_erased = 5;
  return report;
}

TEST(ReportTest, AVerdictIsOkOnlyIfAllWasChecked) {
  Report report = Small();
  EXPECT_EQ(NameOf(report.verdict()), "OK");
  report.not_checked.push_back("the family limit");
  EXPECT_EQ(NameOf(report.verdict()), "INCOMPLETE");
  report.finding_count = 1;
  EXPECT_EQ(NameOf(report.verdict()), "BROKEN");
}

TEST(ReportTest, AsText) {
  EXPECT_EQ(ToText(Small()),
            "network res: OK\n"
            "  records      3, the last is sequence 3\n"
            "  digest       abababababababababababababababababababababababab"
            "abababababababab\n"
            "  projections  at sequence 2 of 3\n"
            "  rows         5 of 2 families compared\n"
            "  books        2 members, 2 accounts, 1 trades\n"
            "  balances     add up to 0\n"
            "  personal     1 texts match, 5 were erased\n");
}

TEST(ReportTest, FindingsAsText) {
  Report report;
  report.not_checked = {"the family limit"};
  report.findings = {{0, "no genesis"}, {7, "odd"}};
  report.finding_count = 9;
  const std::string text = ToText(report);
  EXPECT_EQ(text.substr(0, text.find('\n')), "network (no genesis): BROKEN");
  EXPECT_NE(text.find("  not checked: the family limit\n"
                      "  findings     9\n"
                      "    no genesis\n"
                      "    sequence 7: odd\n"
                      "    and 7 more\n"),
            std::string::npos)
      << text;
}

TEST(ReportTest, WhatAnAcceptanceSaysWasLost) {
  const std::pair<Recovery, const char*> cases[] = {
      {{.sequence = 3, .anchored_sequence = 3}, "record 3 was lost"},
      {{.sequence = 3, .anchored_sequence = 7}, "records 3 to 7 were lost"},
      {{.sequence = 3, .stored_sequence = 5}, "records 3 to 5 were lost"},
      {{.sequence = 3, .anchored_sequence = 2, .another_history = true},
       "another history than the head anchor's"},
      {{.sequence = 3, .anchored_sequence = 2}, "no record was lost"},
      {{.sequence = 3}, "without a head anchor"}};
  for (const auto& [recovery, words] : cases) {
    Report report = Small();
    report.recoveries = {recovery};
    EXPECT_NE(ToText(report).find(words), std::string::npos) << ToText(report);
  }
}

TEST(ReportTest, AsJson) {
  Report report = Small();
  report.balances_sum = __int128{-1} << 100;
  report.recoveries = {{.sequence = 3,
                        .time_us = 9,
                        .anchored_sequence = 7,
                        .stored_sequence = 2,
                        .reason = "rot"}};
  report.not_checked = {"a", "b"};
  report.findings = {{7, "the id \"a\\b\"\n"}, {0, "x"}};
  report.finding_count = 2;
  EXPECT_EQ(ToJson(report),
            R"({"verdict":"BROKEN","network_id":"res","network_uid":"0102",)"
            R"("unit_code":"RES","unit_decimals":2,"records":3,"sequence":3,)"
            R"("digest":"abababababababababababababababababababababababab)"
            R"(abababababababab","projection_sequence":2,)"
            R"("rows_compared":{"personal":1,"account":4},)"
            R"("balances_sum":"-1267650600228229401496703205376",)"
            R"("accounts":2,"members":2,"trades":1,"personal_rows":1,)"
            R"("personal_erased":5,"recoveries":[{"sequence":3,"time_us":9,)"
            R"("anchored_sequence":7,"stored_sequence":2,)"
            R"("another_history":false,"reason":"rot","author":""}],)"
            R"("not_checked":["a","b"],"finding_count":2,)"
            R"("findings":[{"sequence":7,"message":"the id \"a\\b\"\u000a"},)"
            R"({"sequence":0,"message":"x"}]})");
}

}  // namespace
}  // namespace skontro::verifier

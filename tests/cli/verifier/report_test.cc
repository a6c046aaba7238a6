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

TEST(ReportTest, AsJson) {
  Report report = Small();
  report.balances_sum = __int128{-1} << 100;
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
            R"("personal_erased":5,"not_checked":["a","b"],"finding_count":2,)"
            R"("findings":[{"sequence":7,"message":"the id \"a\\b\"\u000a"},)"
            R"({"sequence":0,"message":"x"}]})");
}

}  // namespace
}  // namespace skontro::verifier

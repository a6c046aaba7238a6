#include "server/currency.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace skontro::server {
namespace {

TEST(CurrencyTest, KnowsDecimals) {
  EXPECT_EQ(CurrencyDecimals("EUR"), 2);
  EXPECT_EQ(CurrencyDecimals("CHF"), 2);
  EXPECT_EQ(CurrencyDecimals("JPY"), 0);
  EXPECT_EQ(CurrencyDecimals("KWD"), 3);
  EXPECT_EQ(CurrencyDecimals("XOF"), 0);
}

TEST(CurrencyTest, KnowsNoOthers) {
  for (const char* code : {"", "EU", "EURO", "eur", "XBU", "XXX", "XTS", "XAU",
                           "CHW", "CHE", "DEM", "CLF", "ZZZ", "AAA"}) {
    EXPECT_FALSE(CurrencyDecimals(code).has_value()) << code;
  }
}

TEST(CurrencyTest, CodesOfAnotherNetworkAreReserved) {
  EXPECT_TRUE(IsReservedUnitCode("EUR"));
  EXPECT_TRUE(IsReservedUnitCode("CHW"));
  EXPECT_TRUE(IsReservedUnitCode("CHE"));
  EXPECT_FALSE(IsReservedUnitCode("XBU"));
  EXPECT_FALSE(IsReservedUnitCode("RES"));
}

// Reads one line of CSV whose fields may stand between quotation marks.
std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back().push_back(c);
    }
  }
  return fields;
}

TEST(CurrencyTest, TableIsThatOfThePublishedList) {
  const char* folder = std::getenv("SKONTRO_SHARED_DATA");
  const std::filesystem::path path =
      std::filesystem::path(folder != nullptr ? folder : SKONTRO_SHARED_DATA) /
      "iso4217/codes-all.csv";
  if (!std::filesystem::exists(path)) {
    std::fprintf(stderr, "SKIPPED, NOT TESTED: %s is not there\n",
                 path.c_str());
    GTEST_SKIP() << path << " is not there";
  }
  // Funds and units of account: active, with decimals, and nobody's money.
  const std::set<std::string> no_money = {"BOV", "CHE", "CHW", "CLF", "COU",
                                          "MXV", "USN", "UYI", "UYW", "XAD"};
  std::map<std::string, int> published;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = Fields(line);
    ASSERT_EQ(fields.size(), 6u) << line;
    const bool active = fields[5].empty();
    const bool decimal =
        fields[4].find_first_not_of("0123456789") == std::string::npos &&
        !fields[4].empty();
    if (active && decimal) published[fields[2]] = std::stoi(fields[4]);
  }
  ASSERT_GT(published.size(), 150u);
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) {
        const std::string code = {a, b, c};
        const auto found = published.find(code);
        const bool expected =
            found != published.end() && no_money.count(code) == 0;
        ASSERT_EQ(CurrencyDecimals(code).has_value(), expected) << code;
        if (expected) EXPECT_EQ(CurrencyDecimals(code), found->second) << code;
      }
    }
  }
}

}  // namespace
}  // namespace skontro::server

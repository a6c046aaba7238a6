// Second opinions on the FEC: a checker that shares no code with us, and sums
// of arbitrary precision over files of random trades.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "fiscal/fec.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "tests/fiscal/list_source.h"
#include "tests/fiscal/random_source.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

using boost::multiprecision::cpp_int;

struct Verdict {
  int exit_code = -1;
  std::string output;
};

// What feccheck.py says of `bytes` under `name`.
Verdict Check(const std::string& name, const std::string& bytes) {
  std::string folder = testing::TempDir() + "fec-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return {};
  const std::filesystem::path file = std::filesystem::path(folder) / name;
  std::ofstream(file, std::ios::binary) << bytes;
  const std::string command =
      "python3 '" + SharedPath("worked-example/feccheck.py").string() + "' '" +
      file.string() + "' 2>&1";
  Verdict verdict;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return verdict;
  char buffer[4096];
  while (size_t count = fread(buffer, 1, sizeof(buffer), pipe)) {
    verdict.output.append(buffer, count);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) verdict.exit_code = WEXITSTATUS(status);
  std::filesystem::remove_all(folder);
  return verdict;
}

// Needs the checker and something to run it with.
#define SKONTRO_NEEDS_FECCHECK()                                           \
  do {                                                                     \
    SKONTRO_SKIP_WITHOUT(SharedPath("worked-example/feccheck.py"));        \
    if (std::system("python3 -c '' 2>/dev/null") != 0) {                   \
      std::fprintf(stderr, "SKIPPED, NOT TESTED: python3 is not there\n"); \
      GTEST_SKIP() << "python3 is not there";                              \
    }                                                                      \
  } while (false)

std::string Export(Source& source, ExportManifest* manifest) {
  std::string bytes;
  const absl::StatusOr<ExportManifest> written =
      WriteFec(source, ChartOfAccounts::Default("XBU"), Into(&bytes));
  EXPECT_TRUE(written.ok()) << written.status();
  if (written.ok()) *manifest = *written;
  return bytes;
}

TEST(FecCheckTest, TheCheckerPassesAYearOfEveryKindOfTrade) {
  SKONTRO_NEEDS_FECCHECK();
  ListSource source;
  source.opening = {50'000, 50'000};
  source.Add(MemberTrade::Role::kSeller, "2025-03-14", 72'000, 120'000)
      .tax_lines = {{"S", 200'000, 100'000, 20'000}};
  source.Add(MemberTrade::Role::kBuyer, "2025-05-06", 60'000, 60'000)
      .tax_lines = {{"S", 200'000, 50'000, 10'000}};
  source.Add(MemberTrade::Role::kBuyer, "2025-06-10", 5'000, 0);
  source.Reverse(2, "2025-06-11");
  source.Reverse(0, "2025-12-31");
  ExportManifest manifest;
  const std::string bytes = Export(source, &manifest);
  const Verdict verdict = Check(manifest.file_name, bytes);
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  EXPECT_NE(verdict.output.find("OK 9 entries"), std::string::npos)
      << verdict.output;
  // 500 - 600.
  EXPECT_NE(verdict.output.find("units ('512400', 'XBU') -100.00"),
            std::string::npos)
      << verdict.output;
}

TEST(FecCheckTest, TheCheckerSeesWhatWeWouldBreak) {
  SKONTRO_NEEDS_FECCHECK();
  ListSource source;
  source.Add(MemberTrade::Role::kSeller, "2025-03-14", 72'000, 120'000);
  source.Add(MemberTrade::Role::kSeller, "2025-03-15", 72'000, 72'000);
  ExportManifest manifest;
  const std::string good = Export(source, &manifest);
  EXPECT_EQ(Check(manifest.file_name, good).exit_code, 0);
  const struct {
    const char* what;
    const char* from;
    const char* to;
  } kCases[] = {
      {"balance", "1200,00\t0,00", "1200,01\t0,00"},
      {"gap", "VE000002", "VE000003"},
      {"decimal point", "720,00\tXBU", "720.00\tXBU"},
      {"order", "\t20250314\t720,00\tXBU", "\t20250316\t720,00\tXBU"},
      {"units without a code", "720,00\tXBU", "720,00\t"},
      {"letters without a date", "AA\t20250315", "AA\t"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    std::string bad = good;
    const size_t at = bad.find(c.from);
    ASSERT_NE(at, std::string::npos);
    bad.replace(at, std::string(c.from).size(), c.to);
    EXPECT_EQ(Check(manifest.file_name, bad).exit_code, 1);
  }
  EXPECT_EQ(Check("PROVISIONAL-" + manifest.file_name, good).exit_code, 1);
}

// "1200,00" as hundredths.
cpp_int Hundredths(std::string text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.erase(0, 1);
  const size_t comma = text.find(',');
  EXPECT_EQ(text.size() - comma, 3u) << text;
  text.erase(comma, 1);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  const cpp_int value(text);
  return negative ? cpp_int(-value) : value;
}

struct Sums {
  cpp_int debit = 0;
  cpp_int credit = 0;
  cpp_int units = 0;
};

// Adds up a file and asserts what holds for each of its rows.
Sums AddUp(const std::string& bytes) {
  Sums sums;
  std::map<std::string, cpp_int> balance;
  std::map<std::string, int> last;
  std::string valid_date;
  std::vector<std::string> lines = Cut(bytes, '\n');
  EXPECT_EQ(lines.back(), "");
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> f =
        Cut(lines[i].substr(0, lines[i].size() - 1), '\t');
    EXPECT_EQ(f.size(), kFecFields) << lines[i];
    if (f.size() != kFecFields) break;
    for (const std::string& field : f) EXPECT_TRUE(IsPlainText(field));
    for (const size_t k : {1u, 5u, 6u, 7u, 8u, 10u}) {
      EXPECT_EQ(CleanLabel(f[k]), f[k]) << f[k];
    }
    EXPECT_NE(f[11] == "0,00", f[12] == "0,00");
    EXPECT_GE(f[15], valid_date);
    valid_date = f[15];
    balance[f[2]] += Hundredths(f[11]) - Hundredths(f[12]);
    sums.debit += Hundredths(f[11]);
    sums.credit += Hundredths(f[12]);
    if (!f[16].empty()) sums.units += Hundredths(f[16]);
    const int rank = std::stoi(f[2].substr(2));
    EXPECT_TRUE(rank == last[f[0]] || rank == last[f[0]] + 1) << f[2];
    last[f[0]] = rank;
  }
  for (const auto& [number, difference] : balance) {
    EXPECT_EQ(difference, 0) << number;
  }
  return sums;
}

TEST(FecCheckTest, EveryRandomFileBalancesAndItsUnitsAddUp) {
  constexpr uint64_t kSeed = 732'829'320;
  for (uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    RandomSource source(kSeed + i, 80);
    ExportManifest manifest;
    const Sums sums = AddUp(Export(source, &manifest));
    EXPECT_EQ(sums.debit, sums.credit);
    EXPECT_EQ(sums.debit, source.expected_debit);
    EXPECT_EQ(sums.units, source.expected_units);
    EXPECT_EQ(cpp_int(manifest.summary.debit), sums.debit);
    EXPECT_EQ(cpp_int(manifest.summary.closing.units), sums.units);
    EXPECT_GT(manifest.summary.reversals, 0);
    EXPECT_GT(manifest.summary.trades, manifest.summary.reversals);
  }
}

TEST(FecCheckTest, TheCheckerPassesRandomYears) {
  SKONTRO_NEEDS_FECCHECK();
  constexpr uint64_t kSeed = 404'833'048;
  for (uint64_t i = 0; i < 5; ++i) {
    RandomSource source(kSeed + i, 400);
    ExportManifest manifest;
    const std::string bytes = Export(source, &manifest);
    const Verdict verdict = Check(manifest.file_name, bytes);
    EXPECT_EQ(verdict.exit_code, 0) << verdict.output.substr(0, 2'000);
  }
}

}  // namespace
}  // namespace skontro::fiscal

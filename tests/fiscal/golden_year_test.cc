// Every member of the golden year in every format: the bytes are those that
// were kept, and another version of a writer gives another file here first. To
// keep new ones:
//
//   SKONTRO_WRITE_GOLDEN=1 build/asan/tests/fiscal_golden_year_test

#include "tests/fiscal/golden_year.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "ledger/digest.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

const std::filesystem::path kFolder = "tests/golden/fiscal";

class GoldenYearTest : public testing::TestWithParam<const char*> {};

// A file for the French member, for whom all is kept; the other members' are
// known by their hash.
void Compare(const std::string& name, const std::string& bytes) {
  const std::filesystem::path path =
      std::filesystem::path(SKONTRO_SOURCE_DIR) / kFolder / name;
  if (std::getenv("SKONTRO_WRITE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path;
  EXPECT_EQ(ReadFile(path), bytes) << path;
}

TEST_P(GoldenYearTest, EveryFormatGivesTheBytesThatWereKept) {
  std::string hashes;
  for (const FormatInfo& info : Formats()) {
    ListSource source = GoldenYear(GetParam());
    KeptFiles kept;
    const absl::Status status =
        WriteExport(info.format, source,
                    ChartOfAccounts::Default(source.network.unit_code), kept);
    if (info.format == ExportFormat::kFec &&
        std::string(GetParam()) != "atelier") {
      EXPECT_FALSE(status.ok()) << "only France has a SIREN";
      continue;
    }
    ASSERT_TRUE(status.ok()) << info.id << " " << status;
    ASSERT_GE(kept.files.size(), 2u);
    EXPECT_TRUE(absl::EndsWith(kept.files.back().first, ".manifest.json"));
    const std::string& books = kept.files.front().second;
    EXPECT_TRUE(absl::StrContains(kept.files.back().second,
                                  ledger::ToHex(ledger::HashOf(books))))
        << info.id;
    for (const auto& [name, bytes] : kept.files) {
      absl::StrAppend(&hashes, ledger::ToHex(ledger::HashOf(bytes)), "  ", name,
                      "\n");
      if (std::string(GetParam()) == "atelier") Compare(name, bytes);
    }
  }
  Compare(absl::StrCat(GetParam(), ".sha256"), hashes);
}

INSTANTIATE_TEST_SUITE_P(Members, GoldenYearTest,
                         testing::ValuesIn(kGoldenMembers));

}  // namespace
}  // namespace skontro::fiscal

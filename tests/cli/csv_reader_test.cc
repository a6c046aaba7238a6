#include "cli/csv_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace skontro::cli {
namespace {

std::vector<std::vector<std::string>> CellsOf(std::string_view text) {
  const absl::StatusOr<std::vector<CsvRow>> rows = ParseCsv(text);
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::vector<std::vector<std::string>> cells;
  if (!rows.ok()) return cells;
  for (const CsvRow& row : *rows) cells.push_back(row.cells);
  return cells;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(CsvReaderTest, ReadsWhatRfc4180Writes) {
  EXPECT_EQ(CellsOf("a,b\r\n1,\"x, \"\"y\"\"\"\r\n"),
            (Rows{{"a", "b"}, {"1", "x, \"y\""}}));
  EXPECT_EQ(CellsOf("a,b\n,\n"), (Rows{{"a", "b"}, {"", ""}}));
  EXPECT_EQ(CellsOf("a,\"two\r\nlines\"\n"), (Rows{{"a", "two\r\nlines"}}));
  EXPECT_EQ(CellsOf("a,b"), (Rows{{"a", "b"}}));
  EXPECT_EQ(CellsOf("a,"), (Rows{{"a", ""}}));
}

TEST(CsvReaderTest, ReadsWhatSpreadsheetsWrite) {
  EXPECT_EQ(CellsOf("\xef\xbb\xbf"
                    "a;b\r\n1;2,5\r\n"),
            (Rows{{"a", "b"}, {"1", "2,5"}}));
  EXPECT_EQ(CellsOf("a\tb\n1\t2\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(CellsOf("\"a,x\";b\n"), (Rows{{"a,x", "b"}}));
}

TEST(CsvReaderTest, EmptyLinesAreLeftOutAndLinesAreCounted) {
  const auto rows = ParseCsv("\n\na,b\n\n\"x\ny\",2\n3,4\n");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].line, 3);
  EXPECT_EQ((*rows)[1].line, 5);
  EXPECT_EQ((*rows)[2].line, 7);
  EXPECT_TRUE(CellsOf("").empty());
}

TEST(CsvReaderTest, QuotesThatDoNotMatchAreRefusedByTheirLine) {
  const absl::Status open = ParseCsv("a,b\n1,\"2\n3,4\n").status();
  EXPECT_EQ(open.message(), "line 2: a quote is opened and never closed");
  const absl::Status more = ParseCsv("a,b\n1,\"2\"x\n").status();
  EXPECT_EQ(more.message().substr(0, 6), "line 2");
}

}  // namespace
}  // namespace skontro::cli

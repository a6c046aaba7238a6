// The family `tree` against rows that are made here from the words of RFC 9162:
// every defect in them is found.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

// The last record below the subtree with this key.
uint64_t LastRecordOf(const std::string& key) {
  return (static_cast<uint64_t>(key.back()) + 1) << key.front();
}

// The standard scene with as many trades behind it that `records` are there, in
// batches of five.
Scene LongScene(uint64_t records) {
  Scene scene;
  while (scene.last() < records) {
    scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 7), scene.last() % 5 != 0);
  }
  return scene;
}

TEST(TreeRowsTest, AJournalOfAnyLengthHasTheRowsOfTheRfc) {
  for (const uint64_t records : {14U, 31U, 32U, 33U, 63U, 64U, 65U, 130U}) {
    SCOPED_TRACE(records);
    Store store = LongScene(records).Write();
    size_t rows = 0;
    for (uint64_t leaves = 32; leaves <= records; leaves *= 2) {
      rows += records / leaves;
    }
    EXPECT_EQ(store.at("tree").size(), rows);
    ExpectFindings(store, {});
  }
}

TEST(TreeRowsTest, RowsGoUpToTheWatermark) {
  Scene scene = LongScene(100);
  for (const uint64_t projected : {1U, 31U, 32U, 64U, 99U, 100U}) {
    SCOPED_TRACE(projected);
    ExpectFindings(scene.Write(projected), {});
  }
  Store store = scene.Write(63);
  store["tree"] = scene.Write(64).at("tree");
  ExpectFindings(store,
                 {{0,
                   "family tree, level 5, index 1: the row is there, and no "
                   "record makes it"},
                  {0, "family tree, level 6, index 0: the row is there"}});
}

TEST(TreeRowsTest, EveryMissingChangedAndAddedRowIsFound) {
  const Store good = LongScene(130).Write();
  for (const auto& [key, value] : good.at("tree")) {
    Store store = good;
    store["tree"].erase(key);
    ExpectFindings(store, {{LastRecordOf(key), "the row is missing"}});
    for (size_t at = 0; at < value.size(); at += 5) {
      store = good;
      store["tree"][key][at] ^= static_cast<char>(1 << (at % 8));
      ExpectFindings(store, {{LastRecordOf(key), "the value differs"}});
    }
    store = good;
    store["tree"][key].pop_back();
    ExpectFindings(store,
                   {{LastRecordOf(key), "the value has 31 bytes, not 32"}});
  }
  Store store = good;
  store["tree"][std::string(1, '\x04') + Big(0, 8)] = std::string(32, 'x');
  ExpectFindings(store, {{0, "level 4, index 0: the row is there, and no"}});
}

TEST(TreeRowsTest, ARowOfAnotherJournalIsFound) {
  Store store = LongScene(64).Write();
  Scene other = LongScene(64);
  other.at(20).time_us += 1;
  store["tree"] = other.Write().at("tree");
  ExpectFindings(store, {{32, "level 5, index 0: the value differs"},
                         {64, "level 5, index 1: the value differs"},
                         {64, "level 6, index 0: the value differs"}});
}

TEST(TreeRowsTest, AStoreWithoutTheFamilyIsFound) {
  Store store = LongScene(40).Write();
  store.erase("tree");
  const Report report =
      ExpectFindings(store, {{0, "the family tree is missing"}});
  EXPECT_TRUE(report.incomplete());
}

}  // namespace
}  // namespace skontro::verifier

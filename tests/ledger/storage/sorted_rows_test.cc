#include "ledger/storage/sorted_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/storage/row_buffer.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

using std::string_literals::operator""s;

constexpr Family kFirst = Family::kJournal;
constexpr Family kOther = Family::kHeadKey;

// What rows say of a family: a value, or nothing where they delete the row.
using Model = std::map<std::string, std::optional<std::string>>;

Model ModelOf(const SortedRows& rows, Family family) {
  Model model;
  for (size_t i = rows.begin(family); i < rows.end(family); ++i) {
    const std::string key(rows.key(i));
    EXPECT_TRUE(model.empty() || model.rbegin()->first < key) << "not in order";
    model[key] = rows.deletes(i) ? std::nullopt
                                 : std::optional(std::string(rows.value(i)));
  }
  return model;
}

TEST(SortedRowsTest, OfOneKeyTheLastWordHolds) {
  RowBuffer buffer;
  buffer.Put(kFirst, "a", "1");
  buffer.Put(kFirst, "b", "1");
  buffer.Delete(kFirst, "b");
  buffer.Delete(kFirst, "c");
  buffer.Put(kFirst, "c", "1");
  buffer.Put(kFirst, "a", "2");
  buffer.Put(kOther, "a", "other");
  const auto rows = buffer.Sort();
  EXPECT_EQ(ModelOf(*rows, kFirst),
            (Model{{"a", "2"}, {"b", std::nullopt}, {"c", "1"}}));
  EXPECT_EQ(ModelOf(*rows, kOther), (Model{{"a", "other"}}));
  EXPECT_EQ(rows->size(), 4U);
}

TEST(SortedRowsTest, ABufferThatWasSortedIsEmpty) {
  RowBuffer buffer;
  buffer.Put(kFirst, "a", "1");
  const auto first = buffer.Sort();
  EXPECT_TRUE(buffer.empty());
  EXPECT_TRUE(buffer.Sort()->empty());
  buffer.Put(kFirst, "b", "2");
  EXPECT_EQ(ModelOf(*buffer.Sort(), kFirst), (Model{{"b", "2"}}));
  EXPECT_EQ(ModelOf(*first, kFirst), (Model{{"a", "1"}})) << "it stays";
}

TEST(SortedRowsTest, RowsAreInTheOrderOfUnsignedBytes) {
  const std::vector<std::string> kKeys = {
      "\0"s,      "\0\0"s,      "\x01",       "1234567",    "1234567\0"s,
      "12345678", "12345678\0", "12345678\1", "1234567890", "a",
      "aa",       "\x7f",       "\x80",       "\xff"};
  RowBuffer buffer;
  for (auto key = kKeys.rbegin(); key != kKeys.rend(); ++key) {
    buffer.Put(kFirst, *key, "");
  }
  const auto rows = buffer.Sort();
  std::vector<std::string> found;
  for (size_t i = rows->begin(kFirst); i < rows->end(kFirst); ++i) {
    found.emplace_back(rows->key(i));
  }
  std::vector<std::string> want = kKeys;
  want.erase(std::unique(want.begin(), want.end()), want.end());
  EXPECT_EQ(found, want);
  for (const std::string& key : want) {
    EXPECT_TRUE(rows->Find({kFirst, key}).has_value());
    EXPECT_FALSE(rows->Find({kOther, key}).has_value());
  }
  EXPECT_FALSE(rows->Find({kFirst, "123456"}).has_value());
  EXPECT_FALSE(rows->Find({kFirst, ""}).has_value());
}

TEST(SortedRowsTest, NoRowsHaveNoPlaces) {
  RowBuffer buffer;
  const auto none = buffer.Sort();
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(none->FirstFrom(kFirst, "a"), none->end(kFirst));
  EXPECT_FALSE(none->Find({kFirst, "a"}).has_value());
  EXPECT_TRUE(Merge({})->empty());
}

class SortedRowsModelTest : public testing::TestWithParam<uint64_t> {
 protected:
  // Short and long ones, many of which have their first bytes in common.
  std::string AnyKey() {
    std::string key(Below(&random_, 2) * 8, 'k');
    for (uint64_t length = 1 + Below(&random_, 3); length > 0; --length) {
      key.push_back(static_cast<char>(Below(&random_, 3)));
    }
    return key;
  }
  Family AnyFamily() { return Below(&random_, 3) == 0 ? kOther : kFirst; }

  // Rows, and what they do to a model.
  std::shared_ptr<const SortedRows> AnyRows(std::map<Family, Model>* models) {
    RowBuffer buffer;
    for (uint64_t count = Below(&random_, 60); count > 0; --count) {
      const Family family = AnyFamily();
      const std::string key = AnyKey();
      std::optional<std::string> value;
      if (Below(&random_, 4) > 0) value = std::to_string(++values_);
      if (value.has_value()) {
        buffer.Put(family, key, *value);
      } else {
        buffer.Delete(family, key);
      }
      (*models)[family][key] = value;
    }
    return buffer.Sort();
  }

  void ExpectIsModel(const SortedRows& rows, Family family,
                     const Model& model) {
    ASSERT_EQ(ModelOf(rows, family), model);
    for (int i = 0; i < 50; ++i) {
      const std::string key = AnyKey();
      const auto place_of = [&](Model::const_iterator it) {
        return rows.begin(family) +
               static_cast<size_t>(std::distance(model.begin(), it));
      };
      EXPECT_EQ(rows.FirstFrom(family, key), place_of(model.lower_bound(key)));
      EXPECT_EQ(rows.FirstBehind(family, key),
                place_of(model.upper_bound(key)));
      const auto found = rows.Find({family, key});
      ASSERT_EQ(found.has_value(), model.contains(key));
      if (found.has_value()) {
        EXPECT_EQ(*found, place_of(model.find(key)));
      }
    }
  }

  Random random_{GetParam()};
  int values_ = 0;
};

TEST_P(SortedRowsModelTest, RowsAreFoundAsInAMap) {
  for (int round = 0; round < 20; ++round) {
    std::map<Family, Model> models;
    const auto rows = AnyRows(&models);
    ExpectIsModel(*rows, kFirst, models[kFirst]);
    ExpectIsModel(*rows, kOther, models[kOther]);
  }
}

TEST_P(SortedRowsModelTest, MergedRowsAreThoseWrittenOneAfterAnother) {
  std::map<Family, Model> models;
  std::vector<std::shared_ptr<const SortedRows>> all;
  for (uint64_t count = 1 + Below(&random_, 12); count > 0; --count) {
    all.push_back(AnyRows(&models));
  }
  const auto whole = Merge(all);
  ExpectIsModel(*whole, kFirst, models[kFirst]);
  ExpectIsModel(*whole, kOther, models[kOther]);
  // In parts, too.
  const auto half = static_cast<ptrdiff_t>(Below(&random_, all.size() + 1));
  const std::vector<std::shared_ptr<const SortedRows>> parts = {
      Merge(std::vector(all.begin(), all.begin() + half)),
      Merge(std::vector(all.begin() + half, all.end()))};
  ExpectIsModel(*Merge(parts), kFirst, models[kFirst]);
}

TEST(SortedRowsTest, TheFilterHidesNoRow) {
  RowBuffer buffer;
  for (int i = 0; i < 10'000; ++i) {
    buffer.Put(kFirst, "here " + std::to_string(i), "");
  }
  const auto rows = buffer.Sort();
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(rows->Find({kFirst, "here " + std::to_string(i)}).has_value());
    ASSERT_FALSE(rows->Find({kFirst, "gone " + std::to_string(i)}).has_value());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SortedRowsModelTest,
                         testing::Range<uint64_t>(0, 10));

}  // namespace
}  // namespace skontro::ledger

// Whatever the layers are, and however many of them have reached the store, a
// LayeredSnapshot shows what a plain map would hold.

#include "ledger/storage/layered_snapshot.h"

#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ledger/storage/memory_store.h"
#include "ledger/storage/row_buffer.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

constexpr Family kFirst = Family::kAccount;
constexpr Family kOther = Family::kRequest;

std::shared_ptr<const SortedRows> OneRow(const std::string& key,
                                         std::optional<std::string> value) {
  RowBuffer buffer;
  if (value.has_value()) {
    buffer.Put(kFirst, key, *value);
  } else {
    buffer.Delete(kFirst, key);
  }
  return buffer.Sort();
}

class LayeredSnapshotTest : public testing::Test {
 protected:
  void Put(const std::string& key, const std::string& value) {
    WriteBatch rows;
    rows.Put(kFirst, key, value);
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
  }
  std::shared_ptr<const Snapshot> With(LayeredSnapshot::Layers oldest_first) {
    return std::make_shared<LayeredSnapshot>(store_.GetSnapshot(),
                                             std::move(oldest_first));
  }

  MemoryStore store_;
};

TEST_F(LayeredSnapshotTest, ANewerLayerHidesWhatIsBelow) {
  Put("a", "store");
  Put("b", "store");
  const auto view = With({OneRow("a", "older"), OneRow("a", "newer")});
  EXPECT_EQ(view->Get(kFirst, "a").value(), "newer");
  EXPECT_EQ(view->Get(kFirst, "b").value(), "store");
  EXPECT_EQ(view->Get(kOther, "a").value(), std::nullopt);
  EXPECT_EQ(RowsOf(*view, kFirst),
            (FamilyRows{{"a", "newer"}, {"b", "store"}}));
}

TEST_F(LayeredSnapshotTest, ADeletedRowIsNotThereUntilItComesBack) {
  Put("a", "store");
  const auto deleted = OneRow("a", std::nullopt);
  EXPECT_EQ(With({deleted})->Get(kFirst, "a").value(), std::nullopt);
  EXPECT_TRUE(RowsOf(*With({deleted}), kFirst).empty());
  const auto back = With({deleted, OneRow("a", "back")});
  EXPECT_EQ(back->Get(kFirst, "a").value(), "back");
  EXPECT_EQ(RowsOf(*back, kFirst), (FamilyRows{{"a", "back"}}));
}

TEST_F(LayeredSnapshotTest, AWalkThatEndedCanBeginAnew) {
  const auto view = With({OneRow("b", "1"), OneRow("c", std::nullopt)});
  const auto it = view->NewIterator(kFirst);
  EXPECT_FALSE(it->Valid()) << "it stands nowhere yet";
  it->Seek("c");
  EXPECT_FALSE(it->Valid());
  it->SeekForPrev("c");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key(), "b");
  it->Prev();
  EXPECT_FALSE(it->Valid());
  it->Seek("a");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->value(), "1");
  EXPECT_TRUE(it->status().ok());
}

// Below the layers a store that cannot be read: a walk must not pass over what
// it cannot see.
class BrokenSnapshot : public Snapshot {
 public:
  absl::StatusOr<std::optional<std::string>> Get(
      Family, std::string_view) const override {
    return absl::DataLossError("broken");
  }
  std::unique_ptr<Iterator> NewIterator(Family) const override {
    class Broken : public Iterator {
     public:
      bool Valid() const override { return false; }
      void Seek(std::string_view) override {}
      void SeekForPrev(std::string_view) override {}
      void Next() override {}
      void Prev() override {}
      std::string_view key() const override { return ""; }
      std::string_view value() const override { return ""; }
      absl::Status status() const override {
        return absl::DataLossError("broken");
      }
    };
    return std::make_unique<Broken>();
  }
};

TEST_F(LayeredSnapshotTest, AStoreThatCannotBeReadEndsTheWalk) {
  const LayeredSnapshot view(std::make_shared<BrokenSnapshot>(),
                             {OneRow("a", "1")});
  EXPECT_EQ(view.Get(kFirst, "a").value(), "1");
  EXPECT_EQ(view.Get(kFirst, "b").status(), absl::DataLossError("broken"));
  const auto it = view.NewIterator(kFirst);
  for (const bool forward : {true, false}) {
    forward ? it->Seek("a") : it->SeekForPrev("b");
    EXPECT_FALSE(it->Valid());
    EXPECT_EQ(it->status(), absl::DataLossError("broken"));
  }
}

// --- Any layers over any store, against a map --------------------------------

class LayeredWalkTest
    : public testing::TestWithParam<std::tuple<StoreKind, uint64_t>> {
 protected:
  std::string AnyKey() { return std::to_string(Below(&random_, 80)); }

  // Rows, and what they do to the map.
  std::shared_ptr<const SortedRows> AnyRows() {
    RowBuffer buffer;
    for (uint64_t count = Below(&random_, 25); count > 0; --count) {
      const std::string key = AnyKey();
      if (Below(&random_, 3) == 0) {
        buffer.Delete(kFirst, key);
        rows_.erase(key);
      } else {
        const std::string value = std::to_string(++values_);
        buffer.Put(kFirst, key, value);
        rows_[key] = value;
      }
    }
    return buffer.Sort();
  }

  void ExpectSameGets(const Snapshot& view) {
    for (int i = 0; i < 100; ++i) {
      const std::string key = AnyKey();
      const auto want = rows_.find(key);
      const auto found = view.Get(kFirst, key).value();
      ASSERT_EQ(found.has_value(), want != rows_.end()) << key;
      if (found.has_value()) {
        ASSERT_EQ(*found, want->second);
      }
    }
  }

  // A walk that turns round again and again.
  void ExpectSameWalk(const Snapshot& view) {
    const auto it = view.NewIterator(kFirst);
    auto want = rows_.end();
    for (int i = 0; i < 400; ++i) {
      const std::string key = AnyKey();
      switch (want == rows_.end() ? Below(&random_, 2) : Below(&random_, 12)) {
        case 0:
          it->Seek(key);
          want = rows_.lower_bound(key);
          break;
        case 1:
          it->SeekForPrev(key);
          want = rows_.upper_bound(key);
          want = want == rows_.begin() ? rows_.end() : std::prev(want);
          break;
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
          it->Next();
          ++want;
          break;
        default:
          it->Prev();
          want = want == rows_.begin() ? rows_.end() : std::prev(want);
      }
      ASSERT_EQ(it->Valid(), want != rows_.end()) << "step " << i;
      ASSERT_TRUE(it->status().ok());
      if (want == rows_.end()) continue;
      ASSERT_EQ(it->key(), want->first);
      ASSERT_EQ(it->value(), want->second);
    }
  }

  Random random_{std::get<1>(GetParam())};
  FamilyRows rows_;
  int values_ = 0;
};

TEST_P(LayeredWalkTest, AnyLayersLookAsAMapWould) {
  const auto place = std::get<0>(GetParam()).make();
  for (int round = 0; round < 6; ++round) {
    // In the store: what was before, and of these layers the oldest ones; the
    // view has some of those that are in the store already, too.
    LayeredSnapshot::Layers layers;
    for (uint64_t count = Below(&random_, 9); count > 0; --count) {
      layers.push_back(AnyRows());
    }
    const auto in_store =
        static_cast<ptrdiff_t>(Below(&random_, layers.size() + 1));
    const auto merged =
        Merge(std::vector(layers.begin(), layers.begin() + in_store));
    ASSERT_TRUE(place->store()->Ingest(*merged).ok());
    const auto first = static_cast<ptrdiff_t>(
        Below(&random_, static_cast<uint64_t>(in_store) + 1));
    const LayeredSnapshot view(
        place->store()->GetSnapshot(),
        LayeredSnapshot::Layers(layers.begin() + first, layers.end()));
    EXPECT_EQ(RowsOf(view, kFirst), rows_);
    EXPECT_TRUE(RowsOf(view, kOther).empty());
    ExpectSameGets(view);
    ExpectSameWalk(view);
    // The rest reaches the store; the view stays.
    const auto rest =
        Merge(std::vector(layers.begin() + in_store, layers.end()));
    ASSERT_TRUE(place->store()->Ingest(*rest).ok());
    ExpectSameWalk(view);
    EXPECT_EQ(RowsOf(*place->store()->GetSnapshot(), kFirst), rows_);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LayeredWalkTest,
                         testing::Combine(testing::ValuesIn(StoreKinds()),
                                          testing::Range<uint64_t>(0, 8)),
                         [](const auto& of) {
                           return std::get<0>(of.param).name +
                                  std::string("_") +
                                  std::to_string(std::get<1>(of.param));
                         });

}  // namespace
}  // namespace skontro::ledger

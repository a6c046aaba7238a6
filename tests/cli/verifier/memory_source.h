// Rows in a map, as a Source.

#ifndef SKONTRO_TESTS_CLI_VERIFIER_MEMORY_SOURCE_H_
#define SKONTRO_TESTS_CLI_VERIFIER_MEMORY_SOURCE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/verifier/source.h"

namespace skontro::verifier {

// Family to key to value. A family without rows is there.
using Rows = std::map<std::string, std::string>;
using Store = std::map<std::string, Rows>;

class MemorySource : public Source {
 public:
  explicit MemorySource(Store store) : store_(std::move(store)) {}

  // From its row `index` on, the family cannot be read.
  void Damage(const std::string& family, size_t index) {
    damaged_[family] = index;
  }

  std::vector<std::string> Families() const override {
    std::vector<std::string> names;
    for (const auto& [name, rows] : store_) names.push_back(name);
    return names;
  }

  std::unique_ptr<Cursor> Scan(std::string_view family) override {
    const std::string name(family);
    return std::make_unique<MapCursor>(store_.at(name), damaged_.contains(name)
                                                            ? damaged_.at(name)
                                                            : SIZE_MAX);
  }

  absl::StatusOr<std::optional<std::string>> Get(
      std::string_view family, std::string_view key) override {
    const Rows& rows = store_.at(std::string(family));
    const auto row = rows.find(std::string(key));
    if (row == rows.end()) return std::optional<std::string>();
    return std::optional<std::string>(row->second);
  }

  absl::StatusOr<std::optional<Row>> Last(std::string_view family) override {
    const Rows& rows = store_.at(std::string(family));
    if (rows.empty()) return std::optional<Row>();
    return std::optional<Row>(Row{rows.rbegin()->first, rows.rbegin()->second});
  }

 private:
  class MapCursor : public Cursor {
   public:
    MapCursor(const Rows& rows, size_t damaged)
        : at_(rows.begin()), end_(rows.end()), left_(damaged) {}

    bool Valid() const override { return left_ > 0 && at_ != end_; }
    void Next() override {
      ++at_;
      --left_;
    }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return at_->second; }
    absl::Status status() const override {
      if (left_ > 0) return absl::OkStatus();
      return absl::DataLossError("block checksum mismatch");
    }

   private:
    Rows::const_iterator at_;
    const Rows::const_iterator end_;
    size_t left_;
  };

  const Store store_;
  std::map<std::string, size_t> damaged_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_TESTS_CLI_VERIFIER_MEMORY_SOURCE_H_

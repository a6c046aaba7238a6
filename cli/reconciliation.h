// A Reconciliation compares what sources that know nothing of each other say of
// one balance of units.
//
// Thread safety: none; one thread owns a Reconciliation.

#ifndef SKONTRO_CLI_RECONCILIATION_H_
#define SKONTRO_CLI_RECONCILIATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/listing.h"
#include "cli/unit.h"

namespace skontro::cli {

struct ReconciliationTitle {
  std::string member;  // Name of the resource.
  std::string from_date;
  std::string to_date;
  int64_t sequence = 0;  // Of the journal that all sources show.
};

class Reconciliation {
 public:
  Reconciliation(ReconciliationTitle title, Unit unit, int64_t expected)
      : title_(std::move(title)), unit_(std::move(unit)), expected_(expected) {}

  // What `source` says, in minor units.
  void Add(const std::string& source, int64_t units);

  // A source that was asked and gave no balance: counts as a difference.
  void AddBroken(const std::string& source, const absl::Status& why);

  // A source that could not be asked, with the reason: counts as nothing.
  void AddUnasked(const std::string& source, const std::string& why);

  // Whether at least one source was asked, and none differs.
  bool agrees() const { return asked_ > 0 && differing_ == 0; }
  int asked() const { return asked_; }
  int differing() const { return differing_; }

  std::string In(Format format) const;

 private:
  enum class Result { kAgrees, kDiffers, kBroken, kNotAsked };
  struct Line {
    std::string source;
    Result result = Result::kNotAsked;
    int64_t units = 0;  // Of the first two.
    std::string note;
  };

  static const char* ResultName(Result result);
  std::string NoteOf(const Line& line) const;
  std::string Text() const;
  std::string Csv() const;
  std::string Json() const;

  const ReconciliationTitle title_;
  const Unit unit_;
  const int64_t expected_;
  std::vector<Line> lines_;
  int asked_ = 0;
  int differing_ = 0;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RECONCILIATION_H_

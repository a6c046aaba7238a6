// RowDifference keeps the rows that the journal gives for some buckets of a
// family, compares them with the rows that are there one by one, and says what
// is missing, what is too many and in which fields a row differs.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_ROW_DIFFERENCE_H_
#define SKONTRO_CLI_VERIFIER_ROW_DIFFERENCE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/verifier/report.h"
#include "cli/verifier/row_sink.h"

namespace skontro::verifier {

class RowDifference : public RowSink {
 public:
  // How many rows are kept for a family at most, about: where more are in
  // buckets that differ, a whole family is wrong, and not all need be listed.
  static constexpr uint64_t kRowsMax = 200'000;

  // `findings` must outlive this.
  explicit RowDifference(Findings* findings) : findings_(*findings) {}

  // Asks for these buckets of `family`, which has `rows` rows in all; for the
  // first of them, after a finding, where they hold more than kRowsMax rows.
  void Watch(Family family, const std::vector<size_t>& buckets, uint64_t rows);
  bool watches() const { return !watched_.empty(); }

  // What the journal gives; a key of a unique family that is put twice is a
  // finding. Rows of other buckets are ignored.
  void Put(Family family, std::string_view key, std::string_view value,
           uint64_t sequence) override;
  void Erase(Family family, std::string_view key, std::string_view value,
             uint64_t sequence) override;

  // A row that is there, as it is stored. Compares it.
  void CompareActual(Family family, std::string_view key,
                     std::string_view stored);

  // After all rows of `family`: what is left is missing.
  void FinishFamily(Family family);

 private:
  struct Expected {
    std::string value;
    uint64_t sequence = 0;
    bool disputed = false;  // Put twice: there is a finding already.
  };
  using Rows = std::map<std::string, Expected, std::less<>>;

  bool Watches(Family family, std::string_view key) const;

  Findings& findings_;
  std::set<std::pair<Family, size_t>> watched_;
  std::map<Family, Rows> rows_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ROW_DIFFERENCE_H_

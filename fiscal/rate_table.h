// What one unit was worth in a national currency, on which day, and who says
// so. A table is only ever added to: a correction is a later version of the
// same day, and what was valued with an earlier version is valued the same for
// ever.
//
// Two questions are kept apart. A *trade* is valued by parity or by a reference
// rate, and VAT is owed on that value. A *holding* may besides be valued by a
// discount, at the end of a period. A discount is never asked for the value of
// a trade, so it cannot lower a VAT base (for Switzerland: MWSTV art. 46).
//
// Thread safety: const methods from any thread.

#ifndef SKONTRO_FISCAL_RATE_TABLE_H_
#define SKONTRO_FISCAL_RATE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/exact_rate.h"
#include "fiscal/rounding.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

enum class RateKind {
  kParity,     // What the network's rules say.
  kReference,  // What was observed; for trades and holdings.
  kDiscount,   // What units fetch when sold; for holdings only.
};

struct RateRow {
  std::string unit_code;  // Three capital letters.
  std::string currency;   // Three capital letters, another code.
  ledger::CivilDate valid_from;
  // Minor units of the currency for minor units of the unit; both above zero,
  // at most kRateTermMax, neither more than kRateFactorMax times the other.
  int64_t numerator = 1;
  int64_t denominator = 1;
  RateKind kind = RateKind::kParity;
  // 1 to 200 bytes each, not only blanks. A rate without evidence is worth
  // nothing to a court.
  std::string source;
  std::string evidence;  // Where the proof lies.
  std::string proposed_by;
  // Another person: blanks and the case of ASCII letters make no difference.
  std::string approved_by;
};

inline constexpr int64_t kRateTermMax = 1'000'000'000'000;
inline constexpr int64_t kRateFactorMax = 1'000'000;
inline constexpr size_t kRateRowsMax = 100'000;

class RateTable {
 public:
  // Adds a row and returns its version, which counts from 1.
  //
  // INVALID_ARGUMENT with FIELD_INVALID naming the field where a row is not of
  // the form above, where the two people are one, and where a discount is more
  // than the parity or reference rate of its day; RESOURCE_EXHAUSTED at
  // kRateRowsMax. Nothing is added then.
  absl::StatusOr<int64_t> Append(RateRow row);

  // The rate for a trade on `day`, as the table was at `version`: of the rows
  // of kParity and kReference that are valid by then, the one of the latest
  // day, and of that day the latest version.
  //
  // INVALID_ARGUMENT with FIELD_INVALID where there is none.
  absl::StatusOr<ExactRate> ForTrade(const std::string& unit_code,
                                     const std::string& currency,
                                     ledger::CivilDate day,
                                     int64_t version) const;

  // The same for a holding: a discount counts like any other row.
  absl::StatusOr<ExactRate> ForHolding(const std::string& unit_code,
                                       const std::string& currency,
                                       ledger::CivilDate day,
                                       int64_t version) const;

  // The version of the last row; 0 for an empty table.
  int64_t version() const { return static_cast<int64_t>(rows_.size()); }

  // REQUIRES: 1 <= version <= version().
  const RateRow& Row(int64_t version) const;

 private:
  absl::StatusOr<ExactRate> Find(const std::string& unit_code,
                                 const std::string& currency,
                                 ledger::CivilDate day, int64_t version,
                                 bool with_discounts) const;

  std::vector<RateRow> rows_;  // rows_[i] is of version i + 1.
};

// What `units` are worth at `rate`, in minor units of the currency: one value,
// rounded once. OUT_OF_RANGE where it does not fit.
absl::StatusOr<int64_t> ValueAt(int64_t units, const ExactRate& rate,
                                Rounding rounding);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_RATE_TABLE_H_

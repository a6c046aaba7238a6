#include "fiscal/rate_table.h"

#include <cstdint>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "ledger/base/check.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kTextLengthMax = 200;

absl::Status Refused(std::string_view field, std::string value,
                     std::string_view allowed) {
  return ToStatus(
      FieldInvalid(absl::StrCat("rate.", std::string(field)), value, allowed));
}

bool IsCode(const std::string& code) {
  if (code.size() != 3) return false;
  for (const char c : code) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

// Two ways to write a name that no clerk would take for two people.
bool IsOnePerson(const std::string& a, const std::string& b) {
  return absl::EqualsIgnoreCase(CleanText(a, kTextLengthMax),
                                CleanText(b, kTextLengthMax));
}

absl::Status CheckTexts(const RateRow& row) {
  const std::pair<const char*, const std::string*> texts[] = {
      {"source", &row.source},
      {"evidence", &row.evidence},
      {"proposed_by", &row.proposed_by},
      {"approved_by", &row.approved_by}};
  for (const auto& [name, text] : texts) {
    if (text->size() <= kTextLengthMax && IsPlainText(*text) &&
        !CleanText(*text, kTextLengthMax).empty()) {
      continue;
    }
    return Refused(name, Quoted(*text),
                   "1 to 200 bytes of plain text, not only blanks");
  }
  if (IsOnePerson(row.proposed_by, row.approved_by)) {
    return Refused("approved_by", Quoted(row.approved_by),
                   "another person than the one who proposed the rate");
  }
  return absl::OkStatus();
}

absl::Status CheckNumbers(const RateRow& row) {
  for (const auto& [name, term] : {std::pair("numerator", row.numerator),
                                   std::pair("denominator", row.denominator)}) {
    if (term > 0 && term <= kRateTermMax) continue;
    return Refused(name, absl::StrCat(term),
                   absl::StrCat("1 to ", kRateTermMax));
  }
  static_assert(kRateTermMax <= INT64_MAX / kRateFactorMax);
  if (row.numerator > row.denominator * kRateFactorMax ||
      row.denominator > row.numerator * kRateFactorMax) {
    return Refused("numerator",
                   absl::StrCat(row.numerator, "/", row.denominator),
                   absl::StrCat("at most a factor of ", kRateFactorMax,
                                " between the two; check the decimals"));
  }
  return absl::OkStatus();
}

absl::Status CheckForm(const RateRow& row) {
  if (!IsCode(row.unit_code)) {
    return Refused("unit_code", Quoted(row.unit_code), "three capital letters");
  }
  if (!IsCode(row.currency) || row.currency == row.unit_code) {
    return Refused("currency", Quoted(row.currency),
                   "three capital letters, not those of the unit");
  }
  if (!row.valid_from.has_value()) {
    return Refused("valid_from", "no date", "a day");
  }
  SKONTRO_RETURN_IF_ERROR(CheckNumbers(row));
  return CheckTexts(row);
}

bool IsAbove(const RateRow& row, const ExactRate& rate) {
  return absl::int128(row.numerator) * rate.denominator >
         absl::int128(rate.numerator) * row.denominator;
}

}  // namespace

absl::StatusOr<int64_t> RateTable::Append(RateRow row) {
  SKONTRO_RETURN_IF_ERROR(CheckForm(row));
  if (rows_.size() >= kRateRowsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the table has ", kRateRowsMax, " rates already"));
  }
  if (row.kind == RateKind::kDiscount) {
    SKONTRO_ASSIGN_OR_RETURN(
        const ExactRate full,
        ForTrade(row.unit_code, row.currency, row.valid_from, version()));
    if (IsAbove(row, full)) {
      return Refused("numerator",
                     absl::StrCat(row.numerator, "/", row.denominator),
                     absl::StrCat("at most the rate that it is a discount on, ",
                                  full.numerator, "/", full.denominator));
    }
  }
  rows_.push_back(std::move(row));
  return version();
}

absl::StatusOr<ExactRate> RateTable::ForTrade(const std::string& unit_code,
                                              const std::string& currency,
                                              ledger::CivilDate day,
                                              int64_t version) const {
  return Find(unit_code, currency, day, version, /*with_discounts=*/false);
}

absl::StatusOr<ExactRate> RateTable::ForHolding(const std::string& unit_code,
                                                const std::string& currency,
                                                ledger::CivilDate day,
                                                int64_t version) const {
  return Find(unit_code, currency, day, version, /*with_discounts=*/true);
}

const RateRow& RateTable::Row(int64_t version) const {
  SKONTRO_CHECK(version >= 1 && version <= this->version());
  return rows_[static_cast<size_t>(version - 1)];
}

absl::StatusOr<ExactRate> RateTable::Find(const std::string& unit_code,
                                          const std::string& currency,
                                          ledger::CivilDate day,
                                          int64_t version,
                                          bool with_discounts) const {
  const RateRow* found = nullptr;
  ExactRate rate;
  for (int64_t v = 1; v <= version && v <= this->version(); ++v) {
    const RateRow& row = Row(v);
    if (row.unit_code != unit_code || row.currency != currency) continue;
    if (row.kind == RateKind::kDiscount && !with_discounts) continue;
    if (row.valid_from > day) continue;
    if (found != nullptr && row.valid_from < found->valid_from) continue;
    found = &row;
    rate = {row.numerator, row.denominator, v};
  }
  if (found != nullptr) return rate;
  return ToStatus(FieldInvalid(
      "rate",
      absl::StrCat("no rate of ", Quoted(unit_code), " in ", Quoted(currency),
                   " on ", ledger::FormatDate(day), " in version ", version),
      "a rate that is valid from that day or before; add one"));
}

absl::StatusOr<int64_t> ValueAt(int64_t units, const ExactRate& rate,
                                Rounding rounding) {
  return MultiplyDivide(units, rate.numerator, rate.denominator, rounding);
}

}  // namespace skontro::fiscal

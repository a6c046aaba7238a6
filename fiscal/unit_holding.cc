#include "fiscal/unit_holding.h"

#include <algorithm>
#include <cstdlib>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "fiscal/source_check.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

using Wide = absl::int128;

int64_t SignOf(int64_t value) { return value < 0 ? -1 : 1; }

}  // namespace

absl::StatusOr<UnitMovement> UnitHolding::Move(int64_t units, int64_t value) {
  SKONTRO_CHECK(units != 0 && units != INT64_MIN && value >= 0);
  const int64_t held = balance_.units;
  if (held == 0 || (held > 0) == (units > 0)) {
    SKONTRO_RETURN_IF_ERROR(Open(units, value));
    return UnitMovement{};
  }
  const int64_t closed = std::min(std::abs(held), std::abs(units));
  SKONTRO_ASSIGN_OR_RETURN(
      const int64_t closed_value,
      MultiplyDivide(value, closed, std::abs(units), rounding_));
  UnitMovement movement;
  SKONTRO_ASSIGN_OR_RETURN(movement.cost, Close(closed));
  // What is held is given for its value; what is owed is settled by it.
  movement.realised =
      held > 0 ? closed_value - movement.cost : movement.cost - closed_value;
  const int64_t rest = std::abs(units) - closed;
  if (rest > 0) {
    SKONTRO_RETURN_IF_ERROR(Open(SignOf(units) * rest, value - closed_value));
  }
  return movement;
}

absl::Status UnitHolding::Open(int64_t units, int64_t value) {
  SKONTRO_RETURN_IF_ERROR(AddTo(&balance_.units, units));
  SKONTRO_RETURN_IF_ERROR(
      AddTo(&balance_.national_value, SignOf(units) * value));
  if (method_ != CostMethod::kFifo) return absl::OkStatus();
  const int64_t size = std::abs(units);
  if (!lots_.empty() &&
      Wide(lots_.back().value) * size == Wide(value) * lots_.back().units) {
    lots_.back().units += size;
    lots_.back().value += value;
    return absl::OkStatus();
  }
  if (lots_.size() >= kLotsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", kLotsMax,
                     " lots of units are open at once; use the "
                     "moving average"));
  }
  lots_.push_back({size, value});
  return absl::OkStatus();
}

absl::StatusOr<int64_t> UnitHolding::Close(int64_t size) {
  const int64_t sign = SignOf(balance_.units);
  const int64_t held = std::abs(balance_.units);
  const int64_t book = std::abs(balance_.national_value);
  SKONTRO_CHECK(size <= held);
  int64_t cost = book;  // The last one takes the rest.
  if (method_ == CostMethod::kFifo) {
    SKONTRO_ASSIGN_OR_RETURN(cost, CloseLots(size));
  } else if (size < held) {
    SKONTRO_ASSIGN_OR_RETURN(cost, MultiplyDivide(book, size, held, rounding_));
  }
  balance_.units -= sign * size;
  balance_.national_value -= sign * cost;
  SKONTRO_CHECK(balance_.units != 0 || balance_.national_value == 0);
  return cost;
}

absl::StatusOr<int64_t> UnitHolding::CloseLots(int64_t size) {
  int64_t cost = 0;  // At most the book value, which fits.
  while (size > 0) {
    SKONTRO_CHECK(!lots_.empty());
    Lot& lot = lots_.front();
    if (lot.units <= size) {
      size -= lot.units;
      cost += lot.value;
      lots_.pop_front();
      continue;
    }
    SKONTRO_ASSIGN_OR_RETURN(
        const int64_t part,
        MultiplyDivide(lot.value, size, lot.units, rounding_));
    lot.units -= size;
    lot.value -= part;
    cost += part;
    size = 0;
  }
  return cost;
}

absl::StatusOr<int64_t> UnitHolding::Revalue(int64_t book_value) {
  const int64_t sign = SignOf(balance_.units);
  SKONTRO_CHECK(book_value == 0 ||
                (balance_.units != 0 && SignOf(book_value) == sign));
  int64_t growth = book_value;
  SKONTRO_RETURN_IF_ERROR(AddTo(&growth, -balance_.national_value));
  int64_t units_left = std::abs(balance_.units);
  int64_t value_left = std::abs(book_value);
  for (Lot& lot : lots_) {
    SKONTRO_ASSIGN_OR_RETURN(lot.value, MultiplyDivide(value_left, lot.units,
                                                       units_left, rounding_));
    units_left -= lot.units;
    value_left -= lot.value;
  }
  balance_.national_value = book_value;
  return growth;
}

}  // namespace skontro::fiscal

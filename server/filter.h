// A Filter is the text of the field `filter` of a list, taken apart: a subset
// of AIP-160 that docs/api.md describes. What a list can be filtered by is a
// table of fields; the filter is checked against it once, before anything is
// read, and then asked row by row.
//
// A row may be asked before all of it is read: whoever does not know a field
// yet says so, and the answer may be that it does not matter.
//
// Thread safety: a Filter is never changed once it was parsed.

#ifndef SKONTRO_SERVER_FILTER_H_
#define SKONTRO_SERVER_FILTER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "server/form.h"

namespace skontro::server {

// What a field holds, and how it is written in a filter.
enum class FieldKind {
  kChoice,  // One of some names, such as SETTLED. = and !=
  kNumber,  // A whole number, such as -7200. All but :
  kDate,    // Such as 2026-03-31. All but :
  kTime,    // RFC 3339, such as 2026-03-31T12:00:00Z. All but :
  kMember,  // A member of the network, by name or id. = and !=
  kTrade,   // A trade of the network, by name or id. = and !=
  kCode,    // A text whose form does not matter, as an id. = and !=
  kText,    // = and !=, and : for "holds". Neither case nor accents matter.
};

// One field that a list can be filtered by.
struct FilterField {
  int id = 0;  // Of the list's own counting.
  std::string_view name;
  FieldKind kind = FieldKind::kText;
  // The names and numbers of a kChoice.
  std::span<const std::pair<std::string_view, int64_t>> choices = {};
};

enum class FilterOp {
  kEqual,
  kNotEqual,
  kLess,
  kAtMost,
  kMore,
  kAtLeast,
  kHas
};

// The names of an enum but the first, which is of no value.
std::vector<std::pair<std::string_view, int64_t>> ChoicesOf(
    const google::protobuf::EnumDescriptor* descriptor);

// What is asked of one field. A word without a field is a kHas of `kAnyText`.
struct Comparison {
  int field = 0;
  FilterOp op = FilterOp::kEqual;
  // Of kChoice and kNumber the number, of kDate the days since 1970-01-01, of
  // kTime the microseconds since then.
  int64_t number = 0;
  // Of kMember and kTrade the id, of kText the folded text, of kCode the text.
  std::string text;
  std::string raw;  // As it was written, without quotes.
};

// The field of a word that stands alone: any text that the list has.
inline constexpr int kAnyText = -1;

enum class Truth { kFalse, kUnknown, kTrue };

class Filter {
 public:
  // One step of a filter in Polish notation, operands after their operator.
  struct Node {
    enum class Kind { kCompare, kAnd, kOr, kNot } kind = Kind::kCompare;
    size_t comparison = 0;  // Of kCompare: which.
    size_t operands = 0;    // Of kAnd and kOr: how many, at least two.
  };

  // A filter that every row passes.
  Filter() = default;

  // Parses `text`, whose names are of `network`. What is wrong with it goes to
  // `form` as `filter`, with the place where it went wrong and what would have
  // done there; then the filter is the empty one.
  static Filter Parse(std::string_view text,
                      std::span<const FilterField> fields,
                      std::string_view network, Form* form);

  bool empty() const { return nodes_.empty(); }

  // Whether a row passes, of which `ask` knows what it can tell so far.
  using Ask = std::function<Truth(const Comparison&)>;
  Truth Test(const Ask& ask) const;

  // The comparisons that hold for every row that passes: those that are joined
  // by AND alone.
  std::vector<const Comparison*> Required() const;

  // The one value that every row that passes has in `field`, if the filter says
  // so with = and is joined by AND alone.
  const Comparison* RequiredEqual(int field) const;

  // The comparisons, as they come in the text, and the place of one of them.
  const std::vector<Comparison>& comparisons() const { return comparisons_; }
  size_t PlaceOf(const Comparison& comparison) const {
    return static_cast<size_t>(&comparison - comparisons_.data());
  }

 private:
  friend class FilterParser;

  Truth TestNode(size_t* at, const Ask* ask) const;
  void AddRequired(size_t* at, bool required,
                   std::vector<const Comparison*>* out) const;

  std::vector<Node> nodes_;
  std::vector<Comparison> comparisons_;
};

inline Truth TruthOf(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
}

// What a comparison of numbers, days or times says of a value; of nullopt,
// which is a field that the row does not have, only != is true.
Truth Compare(const Comparison& comparison, std::optional<int64_t> value);

// The same of a member, a trade or a code, each compared byte by byte.
Truth CompareExactly(const Comparison& comparison, std::string_view value);

// The same of a text as it is kept. One that is not there is empty.
Truth CompareText(const Comparison& comparison, std::string_view value);

// The same of the number of an invoice, for which neither blanks nor case of
// ASCII make a difference, but accents do: as where it may be traded once.
Truth CompareInvoiceNumber(const Comparison& comparison,
                           std::string_view value);

// A range of numbers, both ends included.
struct NumberRange {
  int64_t first = INT64_MIN;
  int64_t last = INT64_MAX;

  bool empty() const { return last < first; }
};

// What the required comparisons of a field leave over.
NumberRange RangeOf(const Filter& filter, int field);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_FILTER_H_

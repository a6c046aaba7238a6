// A UblCursor is a place in an invoice's tree that knows its path, so that
// every refusal names the element it is about.
//
// Thread safety: values that point into an XmlNode, which must outlive them.

#ifndef SKONTRO_FISCAL_UBL_CURSOR_H_
#define SKONTRO_FISCAL_UBL_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/xml_tree.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

inline constexpr size_t kUblTextLengthMax = 1'000;  // A name or a reference.
inline constexpr size_t kUblCodeLengthMax = 8;      // A code of a list.

// What an amount has to be written in.
struct UblMoney {
  std::string currency;
  int decimals = 2;
};

// Every error is INVALID_ARGUMENT with FIELD_INVALID and the path.
class UblCursor {
 public:
  explicit UblCursor(const XmlNode& root) : node_(&root), path_(root.name) {}

  const std::string& path() const { return path_; }
  const std::string& text() const { return node_->text; }

  // Empty when there is none.
  std::string_view Attribute(std::string_view name) const;

  // The children of that name; refused beyond `count_max`. Where there are
  // several each path ends in its place from 1: "Invoice/InvoiceLine[2]".
  absl::StatusOr<std::vector<UblCursor>> All(std::string_view name,
                                             size_t count_max) const;

  // The one child of that name, or none; refused when there are more.
  absl::StatusOr<std::optional<UblCursor>> Optional(
      std::string_view name) const;

  // The one child of that name; refused when there is none or more.
  absl::StatusOr<UblCursor> Required(std::string_view name) const;

  // The text at the end of `names`, or empty where a link is missing.
  absl::StatusOr<std::string> TextBelow(
      std::initializer_list<std::string_view> names) const;

  // The date at the end of `names`, or no date where a link is missing.
  absl::StatusOr<ledger::CivilDate> OptionalDate(
      std::initializer_list<std::string_view> names) const;

  // The amount of the one child of that name; OptionalAmount() is 0 without.
  absl::StatusOr<int64_t> RequiredAmount(std::string_view name,
                                         const UblMoney& money) const;
  absl::StatusOr<int64_t> OptionalAmount(std::string_view name,
                                         const UblMoney& money) const;

  // The text here, of 1 to `length_max` bytes.
  absl::StatusOr<std::string> Text(size_t length_max) const;

  // Three capital letters.
  absl::StatusOr<std::string> CurrencyCode() const;

  absl::StatusOr<ledger::CivilDate> Date() const;

  // The amount here in minor units, at most kAmountMax from zero, whose
  // currencyID is `money`'s.
  absl::StatusOr<int64_t> Amount(const UblMoney& money) const;

  // A percentage from 0 to 100 with at most four decimals, in parts per million
  // of one whole.
  absl::StatusOr<int64_t> Percent() const;

  // The error for this element, and for one that is not below it.
  absl::Status Invalid(std::string_view allowed) const;
  absl::Status Missing(std::string_view below, std::string_view allowed) const;

 private:
  UblCursor(const XmlNode* node, std::string path)
      : node_(node), path_(std::move(path)) {}

  const XmlNode* node_;
  std::string path_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_UBL_CURSOR_H_

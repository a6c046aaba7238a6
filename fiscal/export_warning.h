// What an export has to tell the accountant beside the figures: each kind of
// thing once, how often it came, and the first records it concerns. Bounded,
// whatever the length of the export.

#ifndef SKONTRO_FISCAL_EXPORT_WARNING_H_
#define SKONTRO_FISCAL_EXPORT_WARNING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skontro::fiscal {

enum class WarningKind {
  kOpeningContra,    // The opening balance has a provisional other side.
  kNoTaxLines,       // Gross booked whole: the tax lines are not known.
  kTaxLinesDiffer,   // Gross booked whole: the lines do not add up to it.
  kReverseCharge,    // The buyer has to assess the VAT itself.
  kReversal,         // The law wants a credit note beside it.
  kPaidTwice,        // Prepaid and unit leg are more than the gross.
  kNoNationalValue,  // Units whose value rounds to zero: no row shows them.
};
inline constexpr size_t kWarningKinds = 7;
inline constexpr size_t kWarningExamplesMax = 20;

struct ExportWarning {
  WarningKind kind = WarningKind::kNoTaxLines;
  int64_t count = 0;
  std::vector<std::string> examples;  // Names of records, in their order.
};

// "NO_TAX_LINES".
std::string_view WarningName(WarningKind kind);

// One or two French sentences: what it is, and what is to be done.
std::string_view WarningText(WarningKind kind);

// Counts warnings. Thread safety: one thread at a time.
class WarningCounter {
 public:
  WarningCounter();

  void Add(WarningKind kind, std::string_view example);

  // Those that came at least once, in the order of the kinds.
  std::vector<ExportWarning> Take() const;

 private:
  std::vector<ExportWarning> warnings_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_EXPORT_WARNING_H_

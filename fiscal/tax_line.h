// A TaxLine is what an invoice charges at one rate of one VAT category.

#ifndef SKONTRO_FISCAL_TAX_LINE_H_
#define SKONTRO_FISCAL_TAX_LINE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace skontro::fiscal {

// Parts per million of one whole: 20 % is 200,000, 5.5 % is 55,000.
inline constexpr int64_t kRateOne = 1'000'000;

struct TaxLine {
  // Code of UNTDID 5305 as EN 16931 uses it: S standard, Z zero rated, E
  // exempt, AE reverse charge, K within the EU, G export, O outside the scope
  // of VAT, L and M the Canary Islands, Ceuta and Melilla.
  std::string category;
  // Parts per million; none for O, which has no rate.
  std::optional<int64_t> rate_ppm;
  // Signed minor units of the invoice's currency. Below zero where an allowance
  // outweighs what it is given on.
  int64_t base = 0;
  int64_t tax = 0;

  friend bool operator==(const TaxLine&, const TaxLine&) = default;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_TAX_LINE_H_

// The 18 fields of the fichier des ecritures comptables (LPF art. A47 A-1,
// VII-1), which the FEC and the journal CSV both write.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_FEC_FIELDS_H_
#define SKONTRO_FISCAL_FEC_FIELDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fiscal/fiscal_entry.h"
#include "fiscal/source.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

inline constexpr size_t kFecFields = 18;

// The place of each field in a row, by its name.
enum FecField : size_t {
  kFecJournalCode,
  kFecJournalLib,
  kFecEcritureNum,
  kFecEcritureDate,
  kFecCompteNum,
  kFecCompteLib,
  kFecCompAuxNum,
  kFecCompAuxLib,
  kFecPieceRef,
  kFecPieceDate,
  kFecEcritureLib,
  kFecDebit,
  kFecCredit,
  kFecEcritureLet,
  kFecDateLet,
  kFecValidDate,
  kFecMontantdevise,
  kFecIdevise,
};
static_assert(kFecIdevise + 1 == kFecFields);

// JournalCode to Idevise, in the order of the law.
extern const std::array<const char*, kFecFields> kFecNames;

// "1200,00", "-0,05".
std::string DecimalComma(int64_t amount, int decimals);

// "20251231". REQUIRES: date.has_value().
std::string CompactDate(ledger::CivilDate date);

// JournalLib: in a simulated network it says so.
std::string FecJournalLib(const NetworkInfo& network, const Journal& journal);

// One row: `line` of `entry`, which belongs to `journal`. No field has a
// separator or a line end, and none but a number starts with a sign. Amounts
// have a decimal comma.
std::array<std::string, kFecFields> FecFields(const NetworkInfo& network,
                                              const Journal& journal,
                                              const FiscalEntry& entry,
                                              const FiscalLine& line);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_FEC_FIELDS_H_

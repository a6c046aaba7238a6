#include "fiscal/export_warning.h"

#include <iterator>

namespace skontro::fiscal {
namespace {

struct Row {
  WarningKind kind;
  const char* name;
  const char* text;
};

constexpr Row kRows[] = {
    {WarningKind::kOpeningContra, "OPENING_CONTRA",
     "Le solde d'ouverture du compte d'unités a pour contrepartie un compte "
     "d'attente : le réseau ne connaît pas le bilan du membre. À rapprocher "
     "des à-nouveaux du membre, puis à solder."},
    {WarningKind::kNoTaxLines, "NO_TAX_LINES",
     "Opérations sans détail de TVA : comptabilisées pour leur montant TTC, "
     "sans TVA. À ventiler d'après la facture."},
    {WarningKind::kTaxLinesDiffer, "TAX_LINES_DIFFER",
     "Le détail de TVA ne correspond pas au montant TTC : opérations "
     "comptabilisées pour leur montant TTC, sans TVA. À ventiler d'après la "
     "facture."},
    {WarningKind::kReverseCharge, "REVERSE_CHARGE",
     "Achats en autoliquidation (catégorie AE ou K) : la TVA due par "
     "l'acquéreur n'est pas comptabilisée ici. À ajouter."},
    {WarningKind::kReversal, "REVERSAL",
     "Contre-passations : le réseau a annulé l'opération, il n'établit pas "
     "d'avoir. Le vendeur doit en établir un si la facture a été remise."},
    {WarningKind::kPaidTwice, "PAID_TWICE",
     "L'acompte et la part en unités dépassent le total de la facture : le "
     "compte du tiers présente un trop-perçu."},
    {WarningKind::kNoNationalValue, "NO_NATIONAL_VALUE",
     "Unités dont la valeur en monnaie nationale s'arrondit à zéro : aucune "
     "ligne ne les montre, le total des unités en tient compte."},
};
static_assert(std::size(kRows) == kWarningKinds);

const Row& RowOf(WarningKind kind) { return kRows[static_cast<size_t>(kind)]; }

}  // namespace

std::string_view WarningName(WarningKind kind) { return RowOf(kind).name; }
std::string_view WarningText(WarningKind kind) { return RowOf(kind).text; }

WarningCounter::WarningCounter() {
  for (const Row& row : kRows) warnings_.push_back({row.kind, 0, {}});
}

void WarningCounter::Add(WarningKind kind, std::string_view example) {
  ExportWarning& warning = warnings_[static_cast<size_t>(kind)];
  ++warning.count;
  if (warning.examples.size() < kWarningExamplesMax) {
    warning.examples.emplace_back(example);
  }
}

std::vector<ExportWarning> WarningCounter::Take() const {
  std::vector<ExportWarning> seen;
  for (const ExportWarning& warning : warnings_) {
    if (warning.count > 0) seen.push_back(warning);
  }
  return seen;
}

}  // namespace skontro::fiscal

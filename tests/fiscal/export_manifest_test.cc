#include "fiscal/export_manifest.h"

#include <gtest/gtest.h>

#include "fiscal/fec.h"
#include "tests/fiscal/list_source.h"

namespace skontro::fiscal {
namespace {

TEST(ExportManifestTest, ItSaysWhatTheFileIsAndWhereItCameFrom) {
  ListSource source;
  source.opening = {-50, -50};
  source.member.legal_name = "Atelier \"A\\B\"\n";
  source.period.closed = false;
  source.Add(MemberTrade::Role::kSeller, "2025-03-14", 72'000, 120'000);
  std::string bytes;
  absl::StatusOr<ExportManifest> manifest =
      WriteFec(source, ChartOfAccounts::Default("XBU"), Into(&bytes));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  manifest->sha256 = "0123";
  const std::string kWanted = R"json({
  "format": "FEC",
  "file_name": "PROVISIONAL-732829320FEC20251231.txt",
  "bytes": )json" + std::to_string(bytes.size()) +
                              R"json(,
  "sha256": "0123",
  "provisional": true,
  "simulated": false,
  "member": {
    "id": "atelier",
    "legal_name": "Atelier \"A\\B\"",
    "siren": "732829320",
    "vat_id": "FR44732829320"
  },
  "network": {
    "id": "demo",
    "name": "Réseau de démonstration",
    "unit_code": "XBU",
    "unit_decimals": 2,
    "national_currency": "EUR",
    "national_decimals": 2
  },
  "period": {
    "fiscal_year_start": "2025-01-01",
    "first_day": "2025-01-01",
    "last_day": "2025-12-31"
  },
  "journal": {
    "sequence": 900,
    "digest": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  },
  "rows": 6,
  "entries": 3,
  "trades": 1,
  "reversals": 0,
  "debit": "1920.50",
  "credit": "1920.50",
  "units": {
    "opening": "-0.50",
    "opening_value": "-0.50",
    "written": "719.50",
    "without_value": "0.00",
    "before_first_day": "0.00",
    "closing": "719.50",
    "closing_value": "719.50"
  },
  "journals": [
    {
      "code": "AN",
      "label": "A nouveaux",
      "entries": 1,
      "first": "AN000001",
      "last": "AN000001"
    },
    {
      "code": "VE",
      "label": "Ventes",
      "entries": 1,
      "first": "VE000001",
      "last": "VE000001"
    },
    {
      "code": "AC",
      "label": "Achats",
      "entries": 0,
      "first": "",
      "last": ""
    },
    {
      "code": "UN",
      "label": "Réseau XBU (unités)",
      "entries": 1,
      "first": "UN000001",
      "last": "UN000001"
    },
    {
      "code": "OD",
      "label": "Opérations diverses",
      "entries": 0,
      "first": "",
      "last": ""
    }
  ],
  "warnings": [
    {
      "code": "OPENING_CONTRA",
      "text": "Le solde d'ouverture du compte d'unités a pour contrepartie un compte d'attente : le réseau ne connaît pas le bilan du membre. À rapprocher des à-nouveaux du membre, puis à solder.",
      "count": 1,
      "examples": [
        "AN000001"
      ]
    },
    {
      "code": "NO_TAX_LINES",
      "text": "Opérations sans détail de TVA : comptabilisées pour leur montant TTC, sans TVA. À ventiler d'après la facture.",
      "count": 1,
      "examples": [
        "TX-0000000101 t101"
      ]
    }
  ]
}
)json";
  EXPECT_EQ(ToJson(*manifest), kWanted);
}

TEST(ExportManifestTest, AWarningNamesOnlyTheFirstRecords) {
  ListSource source;
  for (int i = 0; i < 100; ++i) {
    source.Add(MemberTrade::Role::kSeller, "2025-03-14", 100, 100);
  }
  std::string bytes;
  const absl::StatusOr<ExportManifest> manifest =
      WriteFec(source, ChartOfAccounts::Default("XBU"), Into(&bytes));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  ASSERT_EQ(manifest->summary.warnings.size(), 1u);
  EXPECT_EQ(manifest->summary.warnings[0].count, 100);
  EXPECT_EQ(manifest->summary.warnings[0].examples.size(), kWarningExamplesMax);
}

TEST(ExportManifestTest, OnlyBooksOfARealAndClosedPeriodHaveNoMark) {
  NetworkInfo network;
  Period period;
  period.closed = true;
  EXPECT_EQ(NameMarks(network, period), "");
  network.simulated = true;
  EXPECT_EQ(NameMarks(network, period), "SIMULATED-");
  period.closed = false;
  EXPECT_EQ(NameMarks(network, period), "SIMULATED-PROVISIONAL-");
}

}  // namespace
}  // namespace skontro::fiscal

// The golden year: a leap year of members in four countries, that every format
// and every judge goes through. Names, numbers and amounts are as bad as
// members can make them.

#ifndef SKONTRO_TESTS_FISCAL_GOLDEN_YEAR_H_
#define SKONTRO_TESTS_FISCAL_GOLDEN_YEAR_H_

#include <string>
#include <vector>

#include "fiscal/export.h"
#include "tests/fiscal/list_source.h"

namespace skontro::fiscal {

inline constexpr const char* kGoldenMembers[] = {"atelier", "brasserie",
                                                 "uhrwerk", "hardware"};

namespace golden {

using Role = MemberTrade::Role;

inline void SetScene(ListSource* source, const std::string& currency) {
  source->network.national_currency = currency;
  source->period = {Day("2024-01-01"), Day("2024-01-01"), Day("2024-12-31"),
                    true};
  source->position.time_us = 1'735'689'900'000'000;  // 2025-01-01T00:05:00Z
}

// The French member of the worked example: a sale paid in part, a credit, a
// purchase, an error and its reversal, on days that calendars get wrong.
inline void FillFrance(ListSource* source) {
  SetScene(source, "EUR");
  source->opening = {50'000, 50'000};
  MemberTrade& sale = source->Add(Role::kSeller, "2024-02-29", 72'000, 120'000);
  sale.invoice.number = "F2024-0001";
  sale.tax_lines = {{"S", 200'000, 100'000, 20'000}};
  MemberTrade& purchase =
      source->Add(Role::kBuyer, "2024-05-06", 60'000, 60'000);
  purchase.invoice.number = "FL-8841";
  purchase.tax_lines = {{"S", 200'000, 50'000, 10'000}};
  source->Add(Role::kBuyer, "2024-06-10", 5'000, 0);
  source->Reverse(2, "2024-06-11");
  MemberTrade& hostile = source->Add(Role::kSeller, "2024-12-31", 1'234, 1'234);
  hostile.counterparty = {"evil",
                          "=1+1|\tA\"B\\C;D[E]\xC2\xA0<F>&'\r\n\x07"
                          "\xE2\x80\xAE"
                          "G\xFF \xD7\xA9\xD7\x9C"};
  hostile.invoice.number = "-2024/17;<&>\"";
}

// A Belgian member that owes the network, with rates of 6 and 21 %.
inline void FillBelgium(ListSource* source) {
  SetScene(source, "EUR");
  source->member = {"brasserie", "Brasserie Brûlée & Fils SRL", "",
                    "BE0123456749"};
  source->network.name = "Réseau coopératif / Coöperatief netwerk";
  MemberTrade& purchase =
      source->Add(Role::kBuyer, "2024-01-01", 121'000, 121'000);
  purchase.tax_lines = {{"S", 210'000, 100'000, 21'000}};
  MemberTrade& sale = source->Add(Role::kSeller, "2024-12-31", 5'300, 10'600);
  sale.invoice.number = std::string(64, '9');
  sale.tax_lines = {{"S", 60'000, 10'000, 600}};
}

// A Swiss member of a network whose unit is worth 0.8 francs at first and two
// thirds later, with names of the greatest length.
inline void FillSwitzerland(ListSource* source) {
  SetScene(source, "CHF");
  source->member = {"uhrwerk-" + std::string(55, 'z'), std::string(200, 'U'),
                    "", "CHE-123.456.788 MWST"};
  source->opening = {-10'000, -8'000};
  MemberTrade& sale = source->Add(Role::kSeller, "2024-03-31", 100'001, 80'001);
  sale.national_value = 80'001;
  sale.rate = {4, 5, 1};
  sale.counterparty = {std::string(63, 'k'), std::string(10'240, 'K')};
  MemberTrade& purchase = source->Add(Role::kBuyer, "2024-10-27", 7, 5);
  purchase.national_value = 5;
  purchase.rate = {2, 3, 2};
  MemberTrade& large = source->Add(Role::kSeller, "2024-11-30",
                                   1'000'000'000'000, 1'000'000'000'000);
  large.invoice.number = "GROSS";
  source->Reverse(2, "2024-12-01");
}

// An American member without VAT, without invoices, without an opening balance.
inline void FillAmerica(ListSource* source) {
  SetScene(source, "USD");
  source->member = {"hardware", "Hardware & Sons, Inc.", "", ""};
  source->network.unit_code = "TRD";
  source->Add(Role::kSeller, "2024-07-04", 100'000, 0);
  source->Add(Role::kBuyer, "2024-07-05", 1, 0);
}

}  // namespace golden

inline ListSource GoldenYear(const std::string& member) {
  ListSource source;
  if (member == "atelier") golden::FillFrance(&source);
  if (member == "brasserie") golden::FillBelgium(&source);
  if (member == "uhrwerk") golden::FillSwitzerland(&source);
  if (member == "hardware") golden::FillAmerica(&source);
  return source;
}

// What an export wrote: names and contents, in their order.
class KeptFiles : public ExportFiles {
 public:
  absl::Status Begin(const std::string& name,
                     std::string_view media_type) override {
    EXPECT_FALSE(media_type.empty()) << name;
    files.emplace_back(name, "");
    return absl::OkStatus();
  }
  absl::Status Write(std::string_view bytes) override {
    files.back().second.append(bytes);
    return absl::OkStatus();
  }

  std::vector<std::pair<std::string, std::string>> files;
};

// The first file of the export: the books themselves.
inline std::string BooksOf(Source& source, ExportFormat format) {
  KeptFiles kept;
  const absl::Status status =
      WriteExport(format, source,
                  ChartOfAccounts::Default(source.Network().unit_code), kept);
  EXPECT_TRUE(status.ok()) << status;
  return kept.files.empty() ? "" : kept.files.front().second;
}

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_GOLDEN_YEAR_H_

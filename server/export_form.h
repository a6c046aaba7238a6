// What an ExportRequest asks for, read field by field.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_EXPORT_FORM_H_
#define SKONTRO_SERVER_EXPORT_FORM_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_format.h"
#include "fiscal/fec.h"
#include "fiscal/source.h"
#include "ledger/record.h"
#include "server/form.h"
#include "skontro/v1/fiscal_service.pb.h"

namespace skontro::server {

struct ExportTerms {
  std::string network;  // Ids.
  std::string member;
  fiscal::ExportFormat format = fiscal::ExportFormat::kFec;
  fiscal::FecForm fec;
  fiscal::Period period;  // Whether it is closed is not known yet.
  ledger::Sequence min_sequence{};
  ledger::Sequence as_of{};
  std::string chart;  // As it was sent.
};

// Reads all of `request` but the chart, which needs the network's unit. Refuses
// in `form` what is wrong; the result is then not to be used.
ExportTerms ReadExportRequest(const v1::ExportRequest& request, Form* form);

// The chart of a request; the default of the unit where it has none.
// FIELD_INVALID, with the line that is wrong.
absl::StatusOr<fiscal::ChartOfAccounts> ReadChart(const std::string& text,
                                                  const std::string& unit);

// An error of fiscal/ in the words of the request: its period has the fields
// of the request, and what a format has no room for is refused as `format`.
absl::Status InRequest(const ExportTerms& terms, const absl::Status& status);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_EXPORT_FORM_H_

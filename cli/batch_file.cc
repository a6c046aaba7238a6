#include "cli/batch_file.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/argument.h"
#include "cli/csv_reader.h"
#include "cli/failure.h"
#include "cli/flat_json.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

// A line's cells: column and value.
using Cells = std::vector<std::pair<std::string, std::string>>;

const std::map<std::string, std::string TradeDraft::*>& TextColumns() {
  static const auto* const kColumns =
      new std::map<std::string, std::string TradeDraft::*>{
          {"seller", &TradeDraft::seller},
          {"buyer", &TradeDraft::buyer},
          {"units", &TradeDraft::units},
          {"cash", &TradeDraft::cash},
          {"invoice", &TradeDraft::invoice},
          {"invoice_date", &TradeDraft::invoice_date},
          {"supply_date", &TradeDraft::supply_date},
          {"due_date", &TradeDraft::due_date},
          {"purchase_order", &TradeDraft::purchase_order},
          {"description", &TradeDraft::description},
          {"gross", &TradeDraft::gross},
          {"prepaid", &TradeDraft::prepaid},
          {"id", &TradeDraft::id}};
  return *kColumns;
}

const char* const kOtherColumns[] = {"initiator", "request_id", "tax_lines"};
const char* const kRequiredColumns[] = {"seller", "buyer", "units"};

absl::Status CheckColumn(const std::string& column) {
  const bool other =
      std::find(std::begin(kOtherColumns), std::end(kOtherColumns), column) !=
      std::end(kOtherColumns);
  if (other || TextColumns().contains(column)) return absl::OkStatus();
  std::vector<std::string> known(std::begin(kOtherColumns),
                                 std::end(kOtherColumns));
  for (const auto& [name, member] : TextColumns()) known.push_back(name);
  std::sort(known.begin(), known.end());
  return UsageFailure(absl::StrCat("there is no column '", Shown(column),
                                   "'; the columns are ",
                                   absl::StrJoin(known, ", ")));
}

absl::StatusOr<v1::Trade::Initiator> ParseInitiator(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower.empty() || lower == "seller") return v1::Trade::SELLER;
  if (lower == "buyer") return v1::Trade::BUYER;
  return UsageFailure(absl::StrCat("initiator: '", Shown(text),
                                   "' is neither seller nor buyer"));
}

// REQUIRES: every column passed CheckColumn().
absl::StatusOr<v1::CreateTradeRequest> WireLine(const Cells& cells,
                                                const std::string& network,
                                                const Unit& unit) {
  TradeDraft draft;
  draft.initiator = v1::Trade::SELLER;
  std::string request_id;
  for (const auto& [column, value] : cells) {
    SKONTRO_RETURN_IF_ERROR(CheckText(column, value));
    const auto text = TextColumns().find(column);
    if (text != TextColumns().end()) {
      draft.*(text->second) = value;
    } else if (column == "initiator") {
      SKONTRO_ASSIGN_OR_RETURN(draft.initiator, ParseInitiator(value));
    } else if (column == "request_id") {
      request_id = value;
      if (!value.empty()) SKONTRO_RETURN_IF_ERROR(CheckRequestId(value));
    } else {
      draft.tax_lines = absl::StrSplit(value, ' ', absl::SkipEmpty());
    }
  }
  SKONTRO_ASSIGN_OR_RETURN(v1::CreateTradeRequest request,
                           WireTrade(draft, network, unit, Wording::kColumns));
  request.set_request_id(request_id);
  return request;
}

class Collector {
 public:
  Collector(const std::string& network, const Unit& unit)
      : network_(network), unit_(unit) {}

  void Add(int line, const absl::StatusOr<Cells>& cells) {
    if (!cells.ok()) {
      AddProblem(line, cells.status());
      return;
    }
    absl::StatusOr<v1::CreateTradeRequest> request =
        WireLine(*cells, network_, unit_);
    if (!request.ok()) {
      AddProblem(line, request.status());
      return;
    }
    file_.items.push_back({line, *std::move(request)});
  }

  BatchFile Take() { return std::move(file_); }

 private:
  void AddProblem(int line, const absl::Status& status) {
    file_.problems.push_back({line, std::string(status.message())});
  }

  const std::string& network_;
  const Unit& unit_;
  BatchFile file_;
};

absl::Status CheckHeader(const CsvRow& header) {
  std::vector<std::string> seen;
  for (const std::string& column : header.cells) {
    SKONTRO_RETURN_IF_ERROR(CheckColumn(column));
    if (std::find(seen.begin(), seen.end(), column) != seen.end()) {
      return UsageFailure("the column " + column + " is there twice");
    }
    seen.push_back(column);
  }
  for (const char* column : kRequiredColumns) {
    if (std::find(seen.begin(), seen.end(), column) == seen.end()) {
      return UsageFailure(absl::StrCat("the column ", column, " is missing"));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseCsvFile(std::string_view text, Collector* collector) {
  SKONTRO_ASSIGN_OR_RETURN(std::vector<CsvRow> rows, ParseCsv(text));
  if (rows.empty()) return UsageFailure("the file is empty");
  CsvRow& header = rows[0];
  for (std::string& column : header.cells) {
    absl::StripAsciiWhitespace(&column);
  }
  if (const absl::Status status = CheckHeader(header); !status.ok()) {
    return Prefixed(absl::StrCat("line ", header.line), status);
  }
  for (size_t i = 1; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    if (row.cells.size() != header.cells.size()) {
      collector->Add(row.line, UsageFailure(absl::StrCat(
                                   row.cells.size(), " cells, and the header ",
                                   "has ", header.cells.size())));
      continue;
    }
    Cells cells;
    for (size_t j = 0; j < row.cells.size(); ++j) {
      cells.emplace_back(header.cells[j],
                         absl::StripAsciiWhitespace(row.cells[j]));
    }
    collector->Add(row.line, cells);
  }
  return absl::OkStatus();
}

absl::StatusOr<Cells> ParseJsonLine(const std::string& text) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<FlatMember> members,
                           ParseFlatJson(text));
  Cells cells;
  for (const FlatMember& member : members) {
    SKONTRO_RETURN_IF_ERROR(CheckColumn(member.key));
    if (member.values.size() != 1 && member.key != "tax_lines") {
      return UsageFailure(member.key + " is an array; one text is expected");
    }
    cells.emplace_back(member.key, absl::StrJoin(member.values, " "));
  }
  return cells;
}

void ParseJsonFile(std::string_view text, Collector* collector) {
  int number = 0;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    ++number;
    const std::string stripped(absl::StripAsciiWhitespace(line));
    if (!stripped.empty()) collector->Add(number, ParseJsonLine(stripped));
  }
}

}  // namespace

absl::StatusOr<BatchFile> ParseBatchFile(std::string_view text,
                                         const std::string& network,
                                         const Unit& unit) {
  Collector collector(network, unit);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    ParseJsonFile(text, &collector);
  } else {
    SKONTRO_RETURN_IF_ERROR(ParseCsvFile(text, &collector));
  }
  return collector.Take();
}

}  // namespace skontro::cli

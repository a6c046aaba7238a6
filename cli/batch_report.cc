#include "cli/batch_report.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/resource_name.h"
#include "cli/trade_view.h"

namespace skontro::cli {
namespace {

using v1::Trade;

constexpr char kUnknown[] = "UNKNOWN";
constexpr char kNotDone[] = "NOT_DONE";
constexpr char kRefusedText[] = "REFUSED";

std::vector<Column<BatchResult>> Columns(const Unit& unit) {
  const CellKind number = CellKind::kNumber;
  return {
      {.key = "line",
       .title = "Line",
       .kind = number,
       .value = [](const BatchResult& r) { return absl::StrCat(r.line); }},
      {.key = "result", .title = "Result", .value = ResultText},
      {.key = "trade",
       .title = "Trade",
       .value = [](const BatchResult& r) { return ShortName(r.trade.name()); }},
      {.key = "seller",
       .title = "Seller",
       .value =
           [](const BatchResult& r) { return ShortName(r.trade.seller()); }},
      {.key = "buyer",
       .title = "Buyer",
       .value =
           [](const BatchResult& r) { return ShortName(r.trade.buyer()); }},
      {.key = "units",
       .title = unit.code,
       .kind = number,
       .value =
           [unit](const BatchResult& r) {
             return UnitNumber(r.trade.unit_leg().minor_units(), unit);
           }},
      {.key = "invoice",
       .title = "Invoice",
       .value =
           [](const BatchResult& r) { return r.trade.invoice().number(); }},
      {.key = "request_id",
       .title = "Request id",
       .place = Place::kCsvOnly,
       .value = [](const BatchResult& r) { return r.request_id; }},
      {.key = "reason",
       .title = "Reason",
       .place = Place::kCsvOnly,
       .value =
           [](const BatchResult& r) {
             return r.error.has_value() ? r.error->reason : "";
           }},
      {.key = "message",
       .title = "Why",
       .value = [](const BatchResult& r) { return r.explanation; }},
  };
}

}  // namespace

std::string ResultText(const BatchResult& result) {
  if (!result.error.has_value()) return Trade::State_Name(result.trade.state());
  switch (ExitCodeOf(*result.error, /*changes=*/true)) {
    case ExitCode::kUnknownOutcome:
      return kUnknown;
    case ExitCode::kUnreachable:
      return kNotDone;
    default:
      return kRefusedText;
  }
}

View<BatchResult> BatchResultView(const Unit& unit) {
  View<BatchResult> view;
  view.singular = "result";
  view.plural = "results";
  view.columns = Columns(unit);
  view.members = [trades = TradeView(unit)](const BatchResult& result,
                                            JsonWriter* json) {
    json->Number("line", result.line);
    json->String("result", ResultText(result));
    json->String("request_id", result.request_id);
    if (!result.error.has_value()) {
      WriteObject(trades, result.trade, "trade", json);
      return;
    }
    json->BeginObject("error");
    json->String("reason", result.error->reason);
    json->String("message", result.error->message);
    json->BeginObject("metadata");
    for (const auto& [key, value] : result.error->metadata) {
      json->String(key, value);
    }
    json->EndObject();
    json->EndObject();
  };
  return view;
}

std::string BatchSummary(const std::vector<BatchResult>& results) {
  std::map<std::string, int> counts;
  for (const BatchResult& result : results) ++counts[ResultText(result)];
  std::vector<std::string> parts;
  for (const auto& [text, count] : counts) {
    parts.push_back(absl::StrCat(count, " ", text));
  }
  return absl::StrCat(
      results.size(),
      results.size() == 1 ? " line: " : " lines: ", absl::StrJoin(parts, ", "));
}

ExitCode BatchExitCode(const std::vector<BatchResult>& results) {
  ExitCode code = ExitCode::kDone;
  for (const BatchResult& result : results) {
    if (!result.error.has_value()) continue;
    if (ResultText(result) == kUnknown) return ExitCode::kUnknownOutcome;
    code = ExitCode::kRefused;
  }
  return code;
}

}  // namespace skontro::cli

// skontro trade batch: many trades from a file.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/batch_file.h"
#include "cli/batch_report.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/progress_line.h"
#include "cli/verbs.h"
#include "ledger/base/limits.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::BatchCreateTradesRequest;
using v1::BatchCreateTradesResponse;
using v1::TradeService;

constexpr size_t kFileBytesMax = 256 * 1024 * 1024;
// Half of what the server takes, so that no call comes near its limits.
constexpr size_t kCallItemsMax = kBatchItemsMax / 2;
constexpr size_t kCallBytesMax = kMessageBytesMax / 2;

struct BatchOptions {
  std::string path;
  bool atomic = false;
};

// One run of the verb.
class Batch {
 public:
  Batch(Session& session, Unit unit, std::string network,
        std::vector<BatchItem> items)
      : session_(session),
        unit_(std::move(unit)),
        network_(std::move(network)),
        items_(std::move(items)),
        progress_(session.environment()) {}

  // Gives each item without request id the batch's id and its line.
  absl::Status NameItems(const std::string& batch_id);

  absl::Status SendIndependent();
  absl::Status SendAtomic(const std::string& batch_id);
  // Each item by itself against the books as they are now.
  absl::Status TryAll();

  // Prints the results that there are.
  void Print();
  const std::vector<BatchResult>& results() const { return results_; }

 private:
  size_t ChunkEnd(size_t begin) const;
  absl::Status Take(const BatchCreateTradesResponse& response, size_t begin,
                    size_t end);
  // `status` with the line that it is about.
  absl::Status AtomicFailure(const absl::Status& status) const;
  void AddError(const BatchItem& item, ServerError error);
  void AddTrade(const BatchItem& item, const v1::Trade& trade);
  void ShowProgress(size_t done) {
    progress_.Show(ProgressText(static_cast<int64_t>(done),
                                static_cast<int64_t>(items_.size()), "trades"));
  }

  Session& session_;
  const Unit unit_;
  const std::string network_;
  std::vector<BatchItem> items_;
  std::vector<BatchResult> results_;
  ProgressLine progress_;
};

absl::Status Batch::NameItems(const std::string& batch_id) {
  for (BatchItem& item : items_) {
    if (!item.request.request_id().empty()) continue;
    const std::string id = absl::StrCat(batch_id, "-", item.line);
    if (id.size() > kRequestIdLengthMax) {
      return UsageFailure(absl::StrCat(
          "--request-id: with a line's number behind it '", Shown(batch_id),
          "' is longer than ", kRequestIdLengthMax, " characters"));
    }
    item.request.set_request_id(id);
  }
  return absl::OkStatus();
}

size_t Batch::ChunkEnd(size_t begin) const {
  size_t bytes = 0;
  size_t end = begin;
  while (end < items_.size() && end - begin < kCallItemsMax) {
    bytes += items_[end].request.ByteSizeLong();
    if (bytes > kCallBytesMax && end > begin) break;
    ++end;
  }
  return end;
}

absl::Status Batch::SendIndependent() {
  for (size_t begin = 0; begin < items_.size();) {
    const size_t end = ChunkEnd(begin);
    BatchCreateTradesRequest request;
    request.set_parent(network_);
    request.set_mode(BatchCreateTradesRequest::INDEPENDENT);
    for (size_t i = begin; i < end; ++i) {
      *request.add_requests() = items_[i].request;
    }
    SKONTRO_ASSIGN_OR_RETURN(
        const BatchCreateTradesResponse response,
        session_.Change<TradeService>(&TradeService::Stub::BatchCreateTrades,
                                      request));
    SKONTRO_RETURN_IF_ERROR(Take(response, begin, end));
    begin = end;
    ShowProgress(end);
  }
  return absl::OkStatus();
}

absl::Status Batch::SendAtomic(const std::string& batch_id) {
  if (items_.size() > kGroupItemsMax) {
    return UsageFailure(absl::StrCat("--atomic: ", items_.size(),
                                     " trades are more than ", kGroupItemsMax));
  }
  BatchCreateTradesRequest request;
  request.set_parent(network_);
  request.set_mode(BatchCreateTradesRequest::ATOMIC);
  request.set_request_id(batch_id);
  for (const BatchItem& item : items_) {
    if (!item.request.request_id().empty()) {
      return UsageFailure(absl::StrCat("line ", item.line,
                                       ": --atomic takes no request_id of ",
                                       "a line; the batch has one"));
    }
    *request.add_requests() = item.request;
  }
  const absl::StatusOr<BatchCreateTradesResponse> response =
      session_.Change<TradeService>(&TradeService::Stub::BatchCreateTrades,
                                    request);
  if (!response.ok()) return AtomicFailure(response.status());
  return Take(*response, 0, items_.size());
}

absl::Status Batch::TryAll() {
  size_t done = 0;
  for (const BatchItem& item : items_) {
    v1::CreateTradeRequest request = item.request;
    request.set_validate_only(true);
    if (request.request_id().empty()) {
      // An atomic batch: the id only has to be new, nothing is kept of it.
      request.set_request_id(session_.environment().new_request_id());
    }
    SKONTRO_ASSIGN_OR_RETURN(const v1::CreateTradeResponse response,
                             session_.Change<TradeService>(
                                 &TradeService::Stub::CreateTrade, request));
    const v1::Outcome& outcome = response.outcome();
    if (outcome.refusals().empty()) {
      AddTrade(item, response.trade());
    }
    for (const v1::Refusal& refusal : outcome.refusals()) {
      AddError(item, DecodeError(refusal));
    }
    ShowProgress(++done);
  }
  return absl::OkStatus();
}

absl::Status Batch::Take(const BatchCreateTradesResponse& response,
                         size_t begin, size_t end) {
  const auto count = static_cast<size_t>(response.results_size());
  if (count != end - begin) {
    return session_.CallFailure(
        grpc::Status(grpc::StatusCode::INTERNAL,
                     absl::StrCat("the server answered ", count, " of ",
                                  end - begin, " items")),
        /*changes=*/true);
  }
  for (size_t i = begin; i < end; ++i) {
    const auto& result = response.results(static_cast<int>(i - begin));
    if (result.has_response()) {
      AddTrade(items_[i], result.response().trade());
    } else {
      AddError(items_[i], DecodeError(result.error()));
    }
  }
  return absl::OkStatus();
}

void Batch::AddTrade(const BatchItem& item, const v1::Trade& trade) {
  BatchResult& result = results_.emplace_back();
  result.line = item.line;
  result.request_id = item.request.request_id();
  result.trade = trade;
}

void Batch::AddError(const BatchItem& item, ServerError error) {
  std::string words = session_.ExplainError(error);
  words.erase(std::min(words.find('\n'), words.size()));
  BatchResult result = {.line = item.line,
                        .request_id = item.request.request_id(),
                        .trade = item.request.trade(),
                        .error = std::move(error),
                        .explanation = std::move(words)};
  if (!item.request.trade_id().empty()) {
    result.trade.set_name(
        absl::StrCat(network_, "/trades/", item.request.trade_id()));
  }
  results_.push_back(std::move(result));
}

void Batch::Print() {
  progress_.End();
  session_.out() << ListIn(session_.format(), BatchResultView(unit_), results_,
                           /*sequence=*/-1);
  std::ostream& summary =
      session_.format() == Format::kText ? session_.out() : session_.err();
  if (session_.dry_run()) summary << "Dry run: nothing was changed. ";
  summary << BatchSummary(results_) << "\n";
}

// The index of the item that an atomic batch was refused for, where the server
// tells: as metadata, or in the path of a field.
std::optional<size_t> RefusedItem(const ServerError& error) {
  const auto value = [&](const char* key) {
    const auto found = error.metadata.find(key);
    return found == error.metadata.end() ? std::string() : found->second;
  };
  constexpr std::string_view kPrefix = "requests[";
  std::string digits = value("item");
  if (const std::string field = value("field");
      digits.empty() && field.starts_with(kPrefix)) {
    digits = field.substr(kPrefix.size(),
                          field.find(']', kPrefix.size()) - kPrefix.size());
  }
  size_t index = 0;
  if (!absl::SimpleAtoi(digits, &index)) return std::nullopt;
  return index;
}

absl::Status Batch::AtomicFailure(const absl::Status& status) const {
  if (ExitCodeOf(status) != ExitCode::kRefused ||
      !session_.last_error().has_value()) {
    return status;
  }
  const std::optional<size_t> index = RefusedItem(*session_.last_error());
  const std::string where =
      index.has_value() && *index < items_.size()
          ? absl::StrCat("line ", items_[*index].line, ": ")
          : "";
  return Prefixed(where + "no trade of the file was made", status);
}

absl::Status ReportProblems(Session& session, const std::string& path,
                            const BatchFile& file) {
  for (const BatchProblem& problem : file.problems) {
    session.err() << path << ":" << problem.line << ": " << problem.message
                  << "\n";
  }
  return UsageFailure(absl::StrCat(
      path, ": ", file.problems.size(),
      file.problems.size() == 1 ? " line is wrong" : " lines are wrong",
      "; nothing was sent"));
}

absl::Status SendAll(Session& session, const BatchOptions& options,
                     const std::string& batch_id, Batch& batch) {
  if (!options.atomic) SKONTRO_RETURN_IF_ERROR(batch.NameItems(batch_id));
  if (session.dry_run()) return batch.TryAll();
  if (!options.atomic) return batch.SendIndependent();
  return batch.SendAtomic(batch_id);
}

absl::StatusOr<ExitCode> Run(Session& session, const BatchOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(options.path, kFileBytesMax));
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(const std::string batch_id, session.RequestId());
  absl::StatusOr<BatchFile> file = ParseBatchFile(text, network, unit);
  if (!file.ok()) return Prefixed(options.path, file.status());
  if (!file->problems.empty()) {
    return ReportProblems(session, options.path, *file);
  }
  if (file->items.empty()) {
    return UsageFailure(options.path + " has no trade");
  }
  Batch batch(session, unit, network, std::move(file->items));
  const absl::Status sent = SendAll(session, options, batch_id, batch);
  // Also of a batch that broke off: what is known is known.
  if (!batch.results().empty()) batch.Print();
  SKONTRO_RETURN_IF_ERROR(sent);
  const ExitCode code = BatchExitCode(batch.results());
  if (code == ExitCode::kUnknownOutcome) {
    return Failure(code,
                   "the outcome of some lines is unknown. Next: send "
                   "exactly the same again; what was made is not made "
                   "twice:\n  " +
                       session.ResendCommand());
  }
  return code;
}

constexpr char kColumnHelp[] =
    "The file is CSV with a header row, or NDJSON with one object a line.\n"
    "Columns, in any order:\n"
    "  seller, buyer, units         required; units as a decimal: 720.50\n"
    "  initiator                    seller: requests, the buyer has to accept\n"
    "                               (default); buyer: pays at once\n"
    "  cash, gross, prepaid         in the national currency: 480 or 480 EUR\n"
    "  invoice                      the seller's number; needed by the next "
    "ones\n"
    "  invoice_date, supply_date, due_date    YYYY-MM-DD\n"
    "  purchase_order, description\n"
    "  tax_lines                    S:20%:1000.00:200.00, more after a blank; "
    "in\n"
    "                               NDJSON an array\n"
    "  id                           of the trade\n"
    "  request_id                   the batch's id and the line's number "
    "unless given\n"
    "A file with a wrong line is not sent; every wrong line is reported.\n"
    "Exit code 1 if a trade was refused; the others are made, unless "
    "--atomic.\n"
    "\n"
    "Examples:\n"
    "  skontro trade batch --file trades.csv\n"
    "  skontro trade batch --file trades.ndjson --atomic --request-id "
    "2026-03-31\n"
    "  skontro trade batch --file trades.csv --format csv > results.csv\n"
    "\n"
    "trades.csv:\n"
    "  seller,buyer,units,cash,invoice,initiator\n"
    "  imprimerie,boulangerie,720.00,480.00,F2025-0001,seller\n"
    "  imprimerie,boulangerie,50.00,,F2025-0002,buyer";

}  // namespace

void AddTradeBatchVerb(Verbs& verbs, CLI::App* trade) {
  const auto options = std::make_shared<BatchOptions>();
  CLI::App* const verb =
      verbs.Add(trade, "batch", "Make many trades from a file", "",
                [&verbs, options] { return Run(verbs.session(), *options); });
  verb->footer(kColumnHelp);
  verb->add_option("--file", options->path, "CSV or NDJSON; - is the input")
      ->required()
      ->type_name("FILE");
  verb->add_flag("--atomic", options->atomic,
                 absl::StrCat("All trades or none; at most ", kGroupItemsMax));
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli

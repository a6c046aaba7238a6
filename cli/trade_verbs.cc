// skontro trade request|pay|accept|decline|reverse|get|list

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/outcome.h"
#include "cli/paging.h"
#include "cli/resource_name.h"
#include "cli/send_trade.h"
#include "cli/trade_draft.h"
#include "cli/trade_view.h"
#include "cli/verbs.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::Trade;
using v1::TradeService;

absl::StatusOr<ExitCode> Create(Session& session, const TradeDraft& draft) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(const v1::CreateTradeRequest request,
                           WireTrade(draft, network, unit, Wording::kOptions));
  return SendTrade(session, request, unit);
}

// Accept, decline and reverse take the same and answer the same.
template <typename Request, typename Response>
absl::StatusOr<ExitCode> Step(
    Session& session, const std::string& trade,
    grpc::Status (TradeService::Stub::*method)(grpc::ClientContext*,
                                               const Request&, Response*)) {
  Request request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), TradeName(network, trade));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const Response response,
                           session.Change<TradeService>(method, request));
  return PrintChange(session, TradeView(unit), response.trade(),
                     response.outcome(),
                     TradeHeadline(response.trade(), unit, session.dry_run()));
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& trade,
                             int64_t as_of) {
  v1::GetTradeRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), TradeName(network, trade));
  request.set_as_of_sequence(as_of);
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetTradeResponse response,
      session.Read<TradeService>(&TradeService::Stub::GetTrade, request));
  session.out() << OneIn(session.format(), TradeView(unit), response.trade(),
                         response.sequence());
  return ExitCode::kDone;
}

struct ListOptions {
  std::string member;
  std::string state;
  int limit = 0;  // Zero means all.
};

absl::StatusOr<Trade::State> ParseState(const std::string& text) {
  Trade::State state = Trade::STATE_UNSPECIFIED;
  if (text.empty()) return state;
  if (Trade::State_Parse(absl::AsciiStrToUpper(text), &state) &&
      state != Trade::STATE_UNSPECIFIED) {
    return state;
  }
  return UsageFailure(absl::StrCat("--state: '", Shown(text),
                                   "' is no state; try proposed, settled, "
                                   "declined or reversed"));
}

absl::StatusOr<ExitCode> List(Session& session, const ListOptions& options) {
  using Request = v1::ListTradesRequest;
  using Response = v1::ListTradesResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  if (!options.member.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(*first.mutable_member(),
                             MemberName(first.parent(), options.member));
  }
  SKONTRO_ASSIGN_OR_RETURN(const Trade::State state, ParseState(options.state));
  first.set_state(state);
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  const size_t limit = static_cast<size_t>(options.limit);
  std::vector<Trade> trades;
  int64_t sequence = 0;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<TradeService>(&TradeService::Stub::ListTrades,
                                          request);
      },
      [&](const Response& page) {
        trades.insert(trades.end(), page.trades().begin(), page.trades().end());
        sequence = page.sequence();
        return limit == 0 || trades.size() < limit;
      })));
  if (limit > 0 && trades.size() > limit) trades.resize(limit);
  session.out() << ListIn(session.format(), TradeView(unit), trades, sequence);
  return ExitCode::kDone;
}

void TakesDraft(CLI::App* verb, TradeDraft* draft) {
  const auto text = [verb](const char* name, std::string& value,
                           const char* description, const char* type) {
    return verb->add_option(name, value, description)->type_name(type);
  };
  text("--seller", draft->seller, "The member who sells", "MEMBER")->required();
  text("--buyer", draft->buyer, "The member who buys", "MEMBER")->required();
  text("--units", draft->units, "What is paid in units, tax included", "UNITS")
      ->required();
  text("--cash", draft->cash,
       "What is paid in national currency besides, such as \"480 EUR\"",
       "AMOUNT");
  text("--id", draft->id,
       "Id of the trade: small letters, digits, hyphens (chosen by the server)",
       "ID");
  text("--description", draft->description, "What was sold", "TEXT");
  const char* const group = "Invoice";
  text("--invoice", draft->invoice, "The seller's invoice number", "NUMBER")
      ->group(group);
  text("--invoice-date", draft->invoice_date,
       "When it was issued; may be long ago (today)", "YYYY-MM-DD")
      ->group(group);
  text("--supply-date", draft->supply_date, "When goods or services came",
       "YYYY-MM-DD")
      ->group(group);
  text("--due-date", draft->due_date, "When payment is due", "YYYY-MM-DD")
      ->group(group);
  text("--purchase-order", draft->purchase_order, "The buyer's order number",
       "NUMBER")
      ->group(group);
  text("--gross", draft->gross, "The invoice's total with tax (units + cash)",
       "AMOUNT")
      ->group(group);
  text("--prepaid", draft->prepaid, "What was paid before and elsewhere",
       "AMOUNT")
      ->group(group);
  verb->add_option("--tax-line", draft->tax_lines,
                   "Category, rate, base and tax, such as "
                   "S:20%:1000.00:200.00; repeatable")
      ->type_name("LINE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(group);
}

void AddCreate(Verbs& verbs, CLI::App* group, const char* name,
               const char* description, const char* examples,
               Trade::Initiator initiator) {
  const auto draft = std::make_shared<TradeDraft>();
  draft->initiator = initiator;
  CLI::App* const verb =
      verbs.Add(group, name, description, examples,
                [&verbs, draft] { return Create(verbs.session(), *draft); });
  TakesDraft(verb, draft.get());
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

template <typename Request, typename Response>
void AddStep(Verbs& verbs, CLI::App* group, const char* name,
             const char* description, const char* example,
             grpc::Status (TradeService::Stub::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*)) {
  const auto trade = std::make_shared<std::string>();
  CLI::App* const verb =
      verbs.Add(group, name, description, example, [&verbs, trade, method] {
        return Step(verbs.session(), *trade, method);
      });
  verb->add_option("TRADE", *trade, "Which trade")->required();
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

void AddReads(Verbs& verbs, CLI::App* group) {
  const auto trade = std::make_shared<std::string>();
  const auto as_of = std::make_shared<int64_t>(0);
  CLI::App* const get = verbs.Add(
      group, "get", "Show a trade",
      "  skontro trade get f2025-0001\n"
      "  skontro trade get f2025-0001 --format json",
      [&verbs, trade, as_of] { return Get(verbs.session(), *trade, *as_of); });
  get->add_option("TRADE", *trade, "Which trade")->required();
  verbs.TakesAsOf(get, as_of.get());
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto options = std::make_shared<ListOptions>();
  CLI::App* const list =
      verbs.Add(group, "list", "List trades, newest first",
                "  skontro trade list --member boulangerie --state proposed\n"
                "  skontro trade list --limit 20\n"
                "  skontro trade list --format csv > trades.csv",
                [&verbs, options] { return List(verbs.session(), *options); });
  list->add_option("--member", options->member,
                   "Only trades of this member, as seller or buyer")
      ->type_name("MEMBER");
  list->add_option("--state", options->state,
                   "Only trades in this state: proposed, settled, declined or "
                   "reversed")
      ->type_name("STATE");
  list->add_option("--limit", options->limit, "Only so many, the newest")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verbs.TakesNetwork(list);
  verbs.TakesFormat(list);
}

}  // namespace

void AddTradeVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("trade", "Request, pay, accept and read trades");
  AddCreate(verbs, group, "request",
            "The seller requests a trade; the buyer has to accept",
            "  skontro trade request --seller imprimerie --buyer boulangerie "
            "\\\n"
            "      --units 720 --cash \"480 EUR\" --invoice F2025-0001 --id "
            "f2025-0001\n"
            "  skontro trade request --seller imprimerie --buyer boulangerie "
            "\\\n"
            "      --units 720 --cash \"480 EUR\" --invoice F2025-0001 \\\n"
            "      --invoice-date 2025-03-14 --tax-line "
            "S:20%:1000.00:200.00 --dry-run",
            Trade::SELLER);
  AddCreate(verbs, group, "pay", "The buyer pays a trade at once",
            "  skontro trade pay --buyer boulangerie --seller imprimerie "
            "--units 50 \\\n"
            "      --invoice F2025-0002",
            Trade::BUYER);
  AddTradeSubmitVerb(verbs, group);
  AddTradeBatchVerb(verbs, group);
  AddStep(verbs, group, "accept",
          "The buyer accepts a proposed trade, and the units move",
          "  skontro trade accept f2025-0001",
          &TradeService::Stub::AcceptTrade);
  AddStep(
      verbs, group, "decline",
      "The buyer declines a proposed trade; its invoice may be traded again",
      "  skontro trade decline f2025-0001", &TradeService::Stub::DeclineTrade);
  AddStep(verbs, group, "reverse",
          "Undo a settled trade: the units go back to the buyer",
          "  skontro trade reverse f2025-0001 --dry-run\n"
          "  skontro trade reverse f2025-0001",
          &TradeService::Stub::ReverseTrade);
  AddReads(verbs, group);
}

}  // namespace skontro::cli

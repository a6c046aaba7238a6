// skontro trade request|pay|accept|decline|reverse|get|list; the verbs of holds
// are in hold_verbs.cc.

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/list_options.h"
#include "cli/list_stream.h"
#include "cli/outcome.h"
#include "cli/resource_name.h"
#include "cli/send_trade.h"
#include "cli/trade_draft.h"
#include "cli/trade_step.h"
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

struct TradeListOptions {
  ListOptions common;
  std::string member;
  std::string seller;
  std::string buyer;
  std::string state;
  std::string from;
  std::string to;
  std::string at_least;
  std::string at_most;
  std::string invoice;
  std::string purchase_order;
  std::string text;
};

// "proposed, authorised, ... or adjusted".
std::string StateWords() {
  const auto* const states = Trade::State_descriptor();
  std::string words;
  for (int i = 1; i < states->value_count(); ++i) {
    const bool last = i + 1 == states->value_count();
    absl::StrAppend(&words,
                    i == 1 ? ""
                    : last ? " or "
                           : ", ",
                    absl::AsciiStrToLower(states->value(i)->name()));
  }
  return words;
}

absl::StatusOr<Trade::State> ParseState(const std::string& text) {
  Trade::State state = Trade::STATE_UNSPECIFIED;
  if (text.empty()) return state;
  if (Trade::State_Parse(absl::AsciiStrToUpper(text), &state) &&
      state != Trade::STATE_UNSPECIFIED) {
    return state;
  }
  return UsageFailure(absl::StrCat("--state: '", Shown(text),
                                   "' is no state; try ", StateWords()));
}

absl::StatusOr<std::string> TradeFilter(const TradeListOptions& options,
                                        const Unit& unit) {
  constexpr char kUnits[] = "unit_leg.minor_units";
  FilterText filter(options.common.filter);
  filter.Add("seller", "=", options.seller);
  filter.Add("buyer", "=", options.buyer);
  SKONTRO_RETURN_IF_ERROR(
      AddDay("--from", options.from, "booking_date", ">=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddDay("--to", options.to, "booking_date", "<=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddUnits("--at-least", options.at_least, unit, kUnits, ">=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddUnits("--at-most", options.at_most, unit, kUnits, "<=", &filter));
  filter.Add("invoice.number", "=", options.invoice);
  filter.Add("invoice.purchase_order", "=", options.purchase_order);
  filter.AddWords(options.text);
  return filter.text();
}

absl::StatusOr<ExitCode> List(Session& session,
                              const TradeListOptions& options) {
  v1::ListTradesRequest first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  if (!options.member.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(*first.mutable_member(),
                             MemberName(first.parent(), options.member));
  }
  SKONTRO_ASSIGN_OR_RETURN(const Trade::State state, ParseState(options.state));
  first.set_state(state);
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_filter(), TradeFilter(options, unit));
  first.set_order_by(options.common.order_by);
  first.set_as_of_sequence(options.common.as_of);
  return StreamList<TradeService>(session, TradeView(unit), first,
                                  static_cast<size_t>(options.common.limit),
                                  &TradeService::Stub::ListTrades,
                                  &v1::ListTradesResponse::trades);
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

CLI::App* AddCreate(Verbs& verbs, CLI::App* group, const char* name,
                    const char* description, const char* examples,
                    const std::shared_ptr<TradeDraft>& draft) {
  CLI::App* const verb =
      verbs.Add(group, name, description, examples,
                [&verbs, draft] { return Create(verbs.session(), *draft); });
  TakesDraft(verb, draft.get());
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
  return verb;
}

void AddPay(Verbs& verbs, CLI::App* group) {
  const auto draft = std::make_shared<TradeDraft>();
  draft->initiator = Trade::BUYER;
  CLI::App* const pay = AddCreate(
      verbs, group, "pay", "The buyer pays a trade at once, or with a hold",
      "  skontro trade pay --buyer boulangerie --seller imprimerie "
      "--units 50 \\\n"
      "      --invoice F2025-0002\n"
      "  skontro trade pay --buyer boulangerie --seller imprimerie "
      "--units 900 \\\n"
      "      --hold --hold-until 2026-12-31",
      draft);
  pay->add_flag("--hold", draft->holds,
                "Hold the units until the seller has delivered; nothing moves "
                "yet");
  pay->add_option("--hold-until", draft->hold_until,
                  "Hold them up to this day, UTC (14 days)")
      ->type_name("YYYY-MM-DD");
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
        return TakeStep(verbs.session(), *trade, method, Request());
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

  const auto options = std::make_shared<TradeListOptions>();
  CLI::App* const list = verbs.Add(
      group, "list", "List trades, newest first",
      "  skontro trade list --member boulangerie --state proposed\n"
      "  skontro trade list --seller imprimerie --from 2026-01-01 --at-least "
      "500\n"
      "  skontro trade list --invoice F2025-0001\n"
      "  skontro trade list --filter 'state = SETTLED OR state = REVERSED' \\\n"
      "      --order-by create_time --output ndjson > trades.ndjson",
      [&verbs, options] { return List(verbs.session(), *options); });
  TakesText(list, "--member", &options->member,
            "Only trades of this member, as seller or buyer", "MEMBER");
  TakesText(list, "--seller", &options->seller, "Only what this member sold",
            "MEMBER");
  TakesText(list, "--buyer", &options->buyer, "Only what this member bought",
            "MEMBER");
  list->add_option("--state", options->state,
                   "Only trades in this state: " + StateWords())
      ->type_name("STATE");
  TakesText(list, "--from", &options->from, "First day of creation",
            "YYYY-MM-DD");
  TakesText(list, "--to", &options->to, "Last day of creation", "YYYY-MM-DD");
  TakesText(list, "--at-least", &options->at_least, "Of so many units or more",
            "UNITS");
  TakesText(list, "--at-most", &options->at_most, "Of so many units or less",
            "UNITS");
  TakesText(list, "--invoice", &options->invoice,
            "Only the invoice of this number; blanks and case do not matter",
            "NUMBER");
  TakesText(list, "--purchase-order", &options->purchase_order,
            "Only this order number of the buyer", "NUMBER");
  TakesText(list, "--text", &options->text,
            "Only what has this in its description, invoice number or purchase "
            "order",
            "TEXT");
  verbs.TakesAsOf(list, &options->common.as_of);
  TakesListOptions(verbs, list,
                   "create_time, or \"create_time desc\" (default)",
                   &options->common);
}

}  // namespace

void AddTradeVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("trade", "Request, pay, accept and read trades");
  const auto request = std::make_shared<TradeDraft>();
  request->initiator = Trade::SELLER;
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
            request);
  AddPay(verbs, group);
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
  AddHoldVerbs(verbs, group);
  AddReads(verbs, group);
}

}  // namespace skontro::cli

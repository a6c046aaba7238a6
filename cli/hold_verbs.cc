// skontro trade authorise|settle|release|withdraw

#include <memory>
#include <string>

#include "cli/argument.h"
#include "cli/trade_step.h"
#include "cli/verbs.h"

namespace skontro::cli {
namespace {

using v1::TradeService;

struct HoldOptions {
  std::string trade;
  std::string until;
  std::string units;
  bool release_rest = false;
};

absl::StatusOr<ExitCode> Authorise(Session& session,
                                   const HoldOptions& options) {
  v1::AuthoriseTradeRequest request;
  if (!options.until.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t seconds,
                             ParseDaySeconds("--until", options.until));
    request.mutable_expire_time()->set_seconds(seconds);
  }
  return TakeStep(session, options.trade, &TradeService::Stub::AuthoriseTrade,
                  request);
}

absl::StatusOr<ExitCode> Settle(Session& session, const HoldOptions& options) {
  v1::SettleTradeRequest request;
  if (!options.units.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
    SKONTRO_ASSIGN_OR_RETURN(const int64_t units,
                             ParseUnits("--units", options.units, unit));
    request.mutable_units()->set_minor_units(units);
  }
  request.set_release_rest(options.release_rest);
  return TakeStep(session, options.trade, &TradeService::Stub::SettleTrade,
                  request);
}

absl::StatusOr<ExitCode> Release(Session& session, const HoldOptions& options) {
  return TakeStep(session, options.trade, &TradeService::Stub::ReleaseTrade,
                  v1::ReleaseTradeRequest());
}

absl::StatusOr<ExitCode> Withdraw(Session& session,
                                  const HoldOptions& options) {
  return TakeStep(session, options.trade, &TradeService::Stub::WithdrawTrade,
                  v1::WithdrawTradeRequest());
}

using Take = absl::StatusOr<ExitCode> (*)(Session&, const HoldOptions&);

CLI::App* Add(Verbs& verbs, CLI::App* group, const char* name,
              const char* description, const char* examples,
              const std::shared_ptr<HoldOptions>& options, Take take) {
  CLI::App* const verb = verbs.Add(
      group, name, description, examples,
      [&verbs, options, take] { return take(verbs.session(), *options); });
  verb->add_option("TRADE", options->trade, "Which trade")->required();
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
  return verb;
}

}  // namespace

void AddHoldVerbs(Verbs& verbs, CLI::App* trade) {
  const auto authorise = std::make_shared<HoldOptions>();
  Add(verbs, trade, "authorise",
      "The buyer accepts a proposed trade with a hold: its units move when "
      "they are settled",
      "  skontro trade authorise f2025-0001\n"
      "  skontro trade authorise f2025-0001 --until 2026-12-31",
      authorise, &Authorise)
      ->add_option("--until", authorise->until,
                   "Hold them up to this day, UTC (14 days)")
      ->type_name("YYYY-MM-DD");

  const auto settle = std::make_shared<HoldOptions>();
  CLI::App* const verb =
      Add(verbs, trade, "settle",
          "Move what is held of an authorised trade, or a part of it",
          "  skontro trade settle f2025-0001\n"
          "  skontro trade settle f2025-0001 --units 300\n"
          "  skontro trade settle f2025-0001 --units 250 --release-rest",
          settle, &Settle);
  verb->add_option("--units", settle->units, "How much (all that is held)")
      ->type_name("UNITS");
  verb->add_flag("--release-rest", settle->release_rest,
                 "Give the rest back to the buyer");

  Add(verbs, trade, "release",
      "The seller gives back what is still held of an authorised trade",
      "  skontro trade release f2025-0001", std::make_shared<HoldOptions>(),
      &Release);
  Add(verbs, trade, "withdraw",
      "The seller takes back a proposed trade; its invoice may be traded again",
      "  skontro trade withdraw f2025-0001", std::make_shared<HoldOptions>(),
      &Withdraw);
}

}  // namespace skontro::cli

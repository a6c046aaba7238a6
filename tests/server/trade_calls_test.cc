#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

v1::GetTradeRequest Get(const std::string& name, int64_t as_of = 0) {
  v1::GetTradeRequest request;
  request.set_name(name);
  request.set_as_of_sequence(as_of);
  return request;
}

// A step of a trade: accept, decline, reverse.
template <typename Request>
Request Step(const std::string& request_id, const std::string& trade) {
  Request request;
  request.set_name(trade);
  request.set_request_id(request_id);
  return request;
}
using Accept = v1::AcceptTradeRequest;
using Decline = v1::DeclineTradeRequest;
using Reverse = v1::ReverseTradeRequest;

v1::CreateTradeRequest WithInvoice(const std::string& request_id) {
  auto request = Proposal(request_id, 72'000);
  request.set_trade_id("f2025-0001");
  v1::Trade& trade = *request.mutable_trade();
  trade.set_description("Affiches et dépliants");
  trade.mutable_cash_leg()->set_currency_code("EUR");
  trade.mutable_cash_leg()->set_minor_units(48'000);
  *trade.mutable_invoice() = Text<v1::Invoice>(R"pb(
    number: "F2025-0001"
    issue_date { year: 2025 month: 12 day: 31 }
    supply_date { year: 2025 month: 12 day: 1 }
    due_date { year: 2026 month: 1 day: 30 }
    purchase_order: "PO 7"
    tax_lines {
      category: "S"
      rate_ppm: 200000
      base_minor_units: 100000
      tax_minor_units: 20000
    })pb");
  return request;
}

TEST(TradeCallsTest, ThePathFromProposalToReversal) {
  Scene scene;
  scene.MakeNetwork();
  const auto proposed = scene.Call(WithInvoice("r-1"));
  ASSERT_TRUE(proposed.status.ok()) << proposed.status.error_message();
  const std::string name = proposed.response.trade().name();
  EXPECT_EQ(name, "networks/res/trades/f2025-0001");
  EXPECT_EQ(proposed.response.trade().state(), v1::Trade::PROPOSED);
  EXPECT_EQ(proposed.response.trade().invoice().gross_minor_units(), 120'000);
  EXPECT_EQ(scene.BalanceOf("imprimerie"), 0);

  scene.clock().Advance(1'000'000);
  const auto accepted = scene.Call(Step<Accept>("r-2", name));
  ASSERT_TRUE(accepted.status.ok()) << accepted.status.error_message();
  EXPECT_EQ(accepted.response.trade().state(), v1::Trade::SETTLED);
  EXPECT_EQ(accepted.response.trade().value_date().day(), 2);
  EXPECT_EQ(accepted.response.trade().settle_sequence(),
            accepted.response.outcome().sequence());
  EXPECT_EQ(scene.BalanceOf("imprimerie"), 72'000);
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -72'000);

  const auto reversed = scene.Call(Step<Reverse>("r-3", name));
  ASSERT_TRUE(reversed.status.ok()) << reversed.status.error_message();
  EXPECT_EQ(reversed.response.trade().state(), v1::Trade::REVERSED);
  EXPECT_EQ(scene.BalanceOf("imprimerie"), 0);

  // What each call answered is what can be read as of its sequence.
  for (const auto* trade :
       {&proposed.response.trade(), &accepted.response.trade(),
        &reversed.response.trade()}) {
    const int64_t sequence =
        std::max({trade->create_sequence(), trade->settle_sequence(),
                  trade->end_sequence()});
    const auto got = scene.Call(Get(name, sequence));
    EXPECT_EQ(got.response.trade().SerializeAsString(),
              trade->SerializeAsString());
  }
  EXPECT_EQ(scene.Call(Get(name, proposed.response.outcome().sequence() - 1))
                .error()
                .reason,
            "RESOURCE_NOT_FOUND");
}

TEST(TradeCallsTest, APaymentIsOneRecordAndGetsANameOfTheServers) {
  Scene scene;
  scene.MakeNetwork();
  const auto paid = scene.Call(Sale("r-1", 5'000));
  ASSERT_TRUE(paid.status.ok());
  const v1::Trade& trade = paid.response.trade();
  EXPECT_EQ(trade.name(), absl::StrCat("networks/res/trades/t",
                                       paid.response.outcome().sequence()));
  EXPECT_EQ(trade.state(), v1::Trade::SETTLED);
  EXPECT_EQ(trade.create_sequence(), trade.settle_sequence());
  EXPECT_FALSE(trade.has_cash_leg());
  EXPECT_FALSE(trade.has_invoice());
  EXPECT_EQ(trade.national_value().currency_code(), "EUR");
  EXPECT_EQ(trade.national_value().minor_units(), 5'000);
  const auto got = scene.Call(Get(trade.name()));
  EXPECT_EQ(got.response.trade().SerializeAsString(),
            trade.SerializeAsString());
}

TEST(TradeCallsTest, ADeclinedTradeMovesNothingAndFreesItsInvoice) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(WithInvoice("r-1")).status.ok());
  auto again = WithInvoice("r-2");
  again.set_trade_id("other");
  const auto duplicate = scene.Call(again);
  EXPECT_EQ(duplicate.status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(duplicate.error().reason, "DUPLICATE_INVOICE");
  EXPECT_EQ(duplicate.error().metadata.at("trade"),
            "networks/res/trades/f2025-0001");
  const auto declined =
      scene.Call(Step<Decline>("r-3", "networks/res/trades/f2025-0001"));
  ASSERT_TRUE(declined.status.ok());
  EXPECT_EQ(declined.response.trade().state(), v1::Trade::DECLINED);
  EXPECT_FALSE(declined.response.trade().has_settle_time());
  EXPECT_TRUE(declined.response.trade().has_end_time());
  again.set_request_id("r-4");
  EXPECT_TRUE(scene.Call(again).status.ok());
  EXPECT_EQ(scene.BalanceOf("imprimerie"), 0);
}

TEST(TradeCallsTest, OneMinorUnitPastALimitIsRefused) {
  Scene scene;
  scene.MakeNetwork();
  const auto past = scene.Call(Sale("r-1", 100'001));
  EXPECT_EQ(past.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(past.error().reason, "CREDIT_LINE_EXCEEDED");
  EXPECT_EQ(past.error().metadata.at("account"),
            "networks/res/members/boulangerie/accounts/main");
  EXPECT_EQ(past.error().metadata.at("missing"), "1");
  EXPECT_TRUE(scene.Call(Sale("r-2", 100'000)).status.ok());
  auto limit = LineRequest("r-3", "garage", 100'000);
  limit.mutable_credit_line()->mutable_balance_limit()->set_minor_units(500);
  ASSERT_TRUE(scene.Call(limit).status.ok());
  const auto full = scene.Call(
      TradeRequest("r-4", "garage", "imprimerie", 501, v1::Trade::BUYER));
  EXPECT_EQ(full.error().reason, "BALANCE_LIMIT_EXCEEDED");
  EXPECT_EQ(full.error().metadata.at("room"), "500");
}

TEST(TradeCallsTest, AStepNeedsItsState) {
  Scene scene;
  scene.MakeNetwork();
  const std::string paid = scene.Call(Sale("r-1", 1)).response.trade().name();
  const auto accept = scene.Call(Step<Accept>("r-2", paid));
  EXPECT_EQ(accept.error().reason, "TRADE_STATE");
  EXPECT_EQ(accept.error().metadata.at("state"), "SETTLED");
  EXPECT_EQ(accept.error().metadata.at("needed"), "PROPOSED");
  const std::string open =
      scene.Call(Proposal("r-3", 1)).response.trade().name();
  EXPECT_EQ(scene.Call(Step<Reverse>("r-4", open)).error().reason,
            "TRADE_STATE");
  for (const char* name :
       {"networks/res/trades/none", "networks/res/trades/t999999",
        "networks/res/trades/t18446744073709551616",
        "networks/none/trades/t1"}) {
    EXPECT_EQ(
        scene
            .Call(Step<Accept>(
                absl::StrCat("r-missing-", std::string(name).size()), name))
            .error()
            .reason,
        "RESOURCE_NOT_FOUND")
        << name;
  }
  EXPECT_EQ(scene.Call(Step<Accept>("r-9", "t1")).error().metadata.at("field"),
            "name");
  EXPECT_EQ(scene.Call(Step<Accept>("", open)).error().metadata.at("field"),
            "request_id");
}

TEST(TradeCallsTest, TheFormIsRefusedFieldByField) {
  Scene scene;
  scene.MakeNetwork();
  const struct {
    std::function<void(v1::CreateTradeRequest*)> change;
    std::string field;
  } kCases[] = {
      {[](auto* r) { r->set_parent("res"); }, "parent"},
      {[](auto* r) { r->clear_request_id(); }, "request_id"},
      {[](auto* r) { r->set_trade_id("t12"); }, "trade_id"},
      {[](auto* r) { r->mutable_trade()->set_buyer(r->trade().seller()); },
       "trade.buyer"},
      {[](auto* r) { r->mutable_trade()->clear_unit_leg(); },
       "trade.unit_leg.minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_unit_leg()->set_minor_units(-1);
       },
       "trade.unit_leg.minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_unit_leg()->set_minor_units(INT64_MIN);
       },
       "trade.unit_leg.minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_unit_leg()->set_minor_units(
             1'000'000'000'000'001);
       },
       "trade.unit_leg.minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_cash_leg()->set_currency_code("USD");
       },
       "trade.cash_leg.currency_code"},
      {[](auto* r) {
         r->mutable_trade()->mutable_cash_leg()->set_currency_code("EUR");
         r->mutable_trade()->mutable_cash_leg()->set_minor_units(-1);
       },
       "trade.cash_leg.minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_invoice()->set_number("F");
         r->mutable_trade()->mutable_invoice()->set_gross_minor_units(1);
       },
       "trade.invoice.gross_minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_invoice()->set_number("F");
         r->mutable_trade()->mutable_invoice()->set_prepaid_minor_units(-1);
       },
       "trade.invoice.prepaid_minor_units"},
      {[](auto* r) {
         r->mutable_trade()->mutable_invoice()->set_number("F");
         auto* line = r->mutable_trade()->mutable_invoice()->add_tax_lines();
         line->set_category("S");
         line->set_rate_ppm(1'000'001);
       },
       "trade.invoice.tax_lines[0].rate_ppm"},
      {[](auto* r) {
         r->mutable_trade()->mutable_invoice()->set_number("F");
         auto* line = r->mutable_trade()->mutable_invoice()->add_tax_lines();
         line->set_category("S");
         line->set_base_minor_units(INT64_MIN);
         line->set_tax_minor_units(INT64_MIN);
       },
       "trade.invoice.tax_lines[0].base_minor_units"},
  };
  for (const auto& test : kCases) {
    auto request = Sale("r-1", 100);
    test.change(&request);
    const auto reply = scene.Call(request);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(reply.error().metadata.at("field"), test.field);
  }
  // None of them used the id up.
  EXPECT_TRUE(scene.Call(Sale("r-1", 100)).status.ok());
}

TEST(TradeCallsTest, APreviewSaysWhatTheCallWouldSay) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(WithInvoice("r-0")).status.ok());
  std::vector<v1::CreateTradeRequest> requests = {
      Sale("p-1", 100),          Sale("p-2", 100'001), Proposal("p-3", 5),
      WithInvoice("p-4"),        Sale("p-5", 0),       Sale("p-6", 5),
      Proposal("p-7", 5'000'000)};
  requests[5].mutable_trade()->set_buyer("networks/res/members/nobody");
  for (v1::CreateTradeRequest& request : requests) {
    auto preview = request;
    preview.set_validate_only(true);
    const auto would = scene.Call(preview);
    const auto done = scene.Call(request);
    ASSERT_TRUE(would.status.ok()) << would.status.error_message();
    const auto& refusals = would.response.outcome().refusals();
    ASSERT_EQ(refusals.empty(), done.status.ok()) << request.DebugString();
    if (!done.status.ok()) {
      EXPECT_EQ(v1::ErrorReason_Name(refusals[0].reason()),
                done.error().reason);
      EXPECT_EQ(refusals[0].message(), done.status.error_message());
      continue;
    }
    // The same trade but for what only the journal can give.
    v1::Trade expected = done.response.trade();
    v1::Trade trade = would.response.trade();
    expected.clear_name();
    trade.clear_name();
    for (v1::Trade* each : {&expected, &trade}) {
      each->clear_create_sequence();
      each->clear_settle_sequence();
      each->clear_create_time();
      each->clear_settle_time();
    }
    EXPECT_EQ(trade.DebugString(), expected.DebugString());
  }
}

TEST(TradeCallsTest, APreviewOfAStepShowsTheTradeAfterIt) {
  Scene scene;
  scene.MakeNetwork();
  const std::string name =
      scene.Call(WithInvoice("r-1")).response.trade().name();
  auto accept = Step<Accept>("r-2", name);
  accept.set_validate_only(true);
  const auto would = scene.Call(accept);
  ASSERT_TRUE(would.status.ok());
  EXPECT_EQ(would.response.trade().state(), v1::Trade::SETTLED);
  EXPECT_EQ(would.response.trade().settle_sequence(), 0);
  EXPECT_EQ(scene.Call(Get(name)).response.trade().state(),
            v1::Trade::PROPOSED);
  auto reverse = Step<Reverse>("r-3", name);
  reverse.set_validate_only(true);
  const auto refused = scene.Call(reverse);
  ASSERT_TRUE(refused.status.ok());
  EXPECT_EQ(refused.response.outcome().refusals(0).reason(), v1::TRADE_STATE);
  EXPECT_EQ(refused.response.trade().state(), v1::Trade::PROPOSED);
  auto unknown = Step<Decline>("r-4", "networks/res/trades/none");
  unknown.set_validate_only(true);
  EXPECT_EQ(scene.Call(unknown).response.outcome().refusals(0).reason(),
            v1::RESOURCE_NOT_FOUND);
}

TEST(TradeCallsTest, DatesFollowTheNetworksZone) {
  Scene scene;
  scene.MakeNetwork();
  // From noon in Paris to half past midnight: still yesterday in UTC.
  scene.clock().Advance(int64_t{45'000} * 1'000'000);
  const auto paid = scene.Call(Sale("r-1", 1));
  EXPECT_EQ(paid.response.trade().value_date().day(), 3);
}

TEST(TradeCallsTest, AClockThatIsSetBackStopsNothing) {
  Scene scene;
  scene.MakeNetwork();
  const auto first = scene.Call(Sale("r-1", 1));
  scene.clock().Advance(-int64_t{10} * 86'400 * 1'000'000);
  const auto second = scene.Call(Sale("r-2", 1));
  ASSERT_TRUE(second.status.ok());
  EXPECT_EQ(second.response.trade().value_date().SerializeAsString(),
            first.response.trade().value_date().SerializeAsString());
}

}  // namespace
}  // namespace skontro::server

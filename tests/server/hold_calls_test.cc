#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/index_reader.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

template <typename Request>
Request Step(const std::string& request_id, const std::string& trade) {
  Request request;
  request.set_name(trade);
  request.set_request_id(request_id);
  return request;
}
using Authorise = v1::AuthoriseTradeRequest;
using Settle = v1::SettleTradeRequest;
using Release = v1::ReleaseTradeRequest;
using Withdraw = v1::WithdrawTradeRequest;
using Reverse = v1::ReverseTradeRequest;

Settle Part(const std::string& request_id, const std::string& trade,
            int64_t units) {
  Settle request = Step<Settle>(request_id, trade);
  request.mutable_units()->set_minor_units(units);
  return request;
}

// The boulangerie buys of the imprimerie.
class HoldCallsTest : public testing::Test {
 protected:
  HoldCallsTest() { scene_.MakeNetwork(); }

  std::string NewHold(const std::string& request_id, int64_t units) {
    auto request = Sale(request_id, units);
    request.mutable_trade()->mutable_hold();
    const auto made = scene_.Call(request);
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    EXPECT_EQ(made.response.trade().state(), v1::Trade::AUTHORISED);
    return made.response.trade().name();
  }
  v1::Account AccountOf(const std::string& member, int64_t as_of = 0) {
    v1::GetAccountRequest request;
    request.set_name("networks/res/members/" + member + "/accounts/main");
    request.set_as_of_sequence(as_of);
    return scene_.Call(request).response.account();
  }
  v1::Trade TradeOf(const std::string& name, int64_t as_of = 0) {
    v1::GetTradeRequest request;
    request.set_name(name);
    request.set_as_of_sequence(as_of);
    return scene_.Call(request).response.trade();
  }
  // Waits for the watch, which looks once a second.
  v1::Trade::State StateWithin(const std::string& name,
                               v1::Trade::State wanted) {
    for (int i = 0; i < 200; ++i) {
      const v1::Trade::State state = TradeOf(name).state();
      if (state == wanted) return state;
      absl::SleepFor(absl::Milliseconds(50));
    }
    return TradeOf(name).state();
  }

  Scene scene_;
};

TEST_F(HoldCallsTest, AnAccountShowsWhatIsHeldAndWhatIsSpendable) {
  NewHold("r-1", 30'000);
  const v1::Account buyer = AccountOf("boulangerie");
  EXPECT_EQ(buyer.balance().minor_units(), 0);
  EXPECT_EQ(buyer.holds_out().minor_units(), 30'000);
  EXPECT_EQ(buyer.holds_in().minor_units(), 0);
  EXPECT_EQ(buyer.spendable().minor_units(), 70'000);
  const v1::Account seller = AccountOf("imprimerie");
  EXPECT_EQ(seller.holds_in().minor_units(), 30'000);
  EXPECT_EQ(seller.spendable().minor_units(), 100'000);
  v1::ListAccountsRequest list;
  list.set_parent("networks/res");
  list.set_filter("spendable.minor_units < 100000");
  const auto accounts = scene_.Call(list);
  ASSERT_EQ(accounts.response.accounts_size(), 1);
  EXPECT_EQ(accounts.response.accounts(0).holds_out().minor_units(), 30'000);
}

TEST_F(HoldCallsTest, ThePathFromARequestToPartsAndBack) {
  auto proposal = Proposal("r-1", 30'000);
  proposal.mutable_trade()->mutable_cash_leg()->set_currency_code("EUR");
  proposal.mutable_trade()->mutable_cash_leg()->set_minor_units(5'000);
  const auto proposed = scene_.Call(proposal);
  ASSERT_TRUE(proposed.status.ok()) << proposed.status.error_message();
  const std::string name = proposed.response.trade().name();
  std::vector<v1::Trade> seen = {proposed.response.trade()};

  const auto authorised = scene_.Call(Step<Authorise>("r-2", name));
  ASSERT_TRUE(authorised.status.ok()) << authorised.status.error_message();
  seen.push_back(authorised.response.trade());
  EXPECT_EQ(seen.back().state(), v1::Trade::AUTHORISED);
  EXPECT_EQ(seen.back().hold().held().minor_units(), 30'000);
  EXPECT_EQ(seen.back().hold().expire_time().seconds(),
            scene_.clock().NowUs() / 1'000'000 + 14 * 86'400);

  const auto part = scene_.Call(Part("r-3", name, 10'000));
  ASSERT_TRUE(part.status.ok()) << part.status.error_message();
  seen.push_back(part.response.trade());
  EXPECT_EQ(seen.back().state(), v1::Trade::AUTHORISED);
  EXPECT_EQ(seen.back().hold().held().minor_units(), 20'000);
  EXPECT_EQ(seen.back().hold().settled().minor_units(), 10'000);
  EXPECT_EQ(seen.back().hold().settled_national_value().minor_units(), 10'000);
  EXPECT_EQ(seen.back().hold().settled_cash().minor_units(), 1'667);
  EXPECT_EQ(seen.back().settle_sequence(), part.response.outcome().sequence());
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 10'000);

  Settle last = Part("r-4", name, 5'000);
  last.set_release_rest(true);
  const auto settled = scene_.Call(last);
  ASSERT_TRUE(settled.status.ok()) << settled.status.error_message();
  seen.push_back(settled.response.trade());
  EXPECT_EQ(seen.back().state(), v1::Trade::SETTLED);
  EXPECT_EQ(seen.back().hold().held().minor_units(), 0);
  EXPECT_EQ(seen.back().hold().settled_cash().minor_units(), 2'500);
  EXPECT_EQ(AccountOf("boulangerie").holds_out().minor_units(), 0);

  const auto reversed = scene_.Call(Step<Reverse>("r-5", name));
  ASSERT_TRUE(reversed.status.ok()) << reversed.status.error_message();
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 0);
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), 0);

  // What each call answered is what can be read as of its sequence.
  int64_t sequence = proposed.response.outcome().sequence();
  for (const v1::Trade& trade : seen) {
    EXPECT_EQ(TradeOf(name, sequence++).DebugString(), trade.DebugString());
  }
  // Each line of the statement has its own value.
  v1::GetStatementRequest statement;
  statement.set_name("networks/res/members/imprimerie/accounts/main");
  const auto lines = scene_.Call(statement);
  ASSERT_EQ(lines.response.lines_size(), 3);
  EXPECT_EQ(lines.response.lines(0).national_value().minor_units(), 10'000);
  EXPECT_EQ(lines.response.lines(1).national_value().minor_units(), 5'000);
  EXPECT_EQ(lines.response.lines(2).national_value().minor_units(), -15'000);
  EXPECT_EQ(scene_.Verify().verdict(), v1::VerifyReport::OK);
}

TEST_F(HoldCallsTest, APreviewSaysWhatWouldBeAndHoldsNothing) {
  auto request = Sale("r-1", 30'000);
  request.mutable_trade()->mutable_hold();
  request.set_validate_only(true);
  const auto preview = scene_.Call(request);
  ASSERT_TRUE(preview.status.ok()) << preview.status.error_message();
  EXPECT_EQ(preview.response.trade().state(), v1::Trade::AUTHORISED);
  EXPECT_EQ(preview.response.trade().hold().held().minor_units(), 30'000);
  EXPECT_EQ(AccountOf("boulangerie").holds_out().minor_units(), 0);

  const std::string name = NewHold("r-2", 30'000);
  Settle part = Part("r-3", name, 10'000);
  part.set_validate_only(true);
  const auto would_be = scene_.Call(part);
  ASSERT_TRUE(would_be.status.ok());
  EXPECT_EQ(would_be.response.trade().hold().settled().minor_units(), 10'000);
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 0);
}

TEST_F(HoldCallsTest, WhatIsOfBadFormIsRefusedWithItsField) {
  auto sale = Proposal("r-1", 100);
  sale.mutable_trade()->mutable_hold();
  EXPECT_EQ(scene_.Call(sale).error().fields,
            std::vector<std::string>{"trade.hold"});
  auto payment = Sale("r-2", 100);
  payment.mutable_trade()->mutable_hold()->mutable_expire_time()->set_seconds(
      -5);
  EXPECT_EQ(scene_.Call(payment).error().fields,
            std::vector<std::string>{"trade.hold.expire_time"});
  payment.mutable_trade()->mutable_hold()->mutable_expire_time()->set_seconds(
      scene_.clock().NowUs() / 1'000'000);
  EXPECT_EQ(scene_.Call(payment).error().fields,
            std::vector<std::string>{"trade.hold.expire_time"});
  // It was kept of nobody: the request id is free.
  payment.mutable_trade()->mutable_hold()->clear_expire_time();
  const auto made = scene_.Call(payment);
  ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  const std::string name = made.response.trade().name();
  EXPECT_EQ(scene_.Call(Part("r-3", name, 0)).error().fields,
            std::vector<std::string>{"units.minor_units"});
  EXPECT_EQ(scene_.Call(Step<Settle>("", name)).error().fields,
            std::vector<std::string>{"request_id"});
  EXPECT_EQ(scene_.Call(Step<Release>("r-4", "networks/res")).error().fields,
            std::vector<std::string>{"name"});
  const auto more = scene_.Call(Part("r-5", name, 101)).error();
  EXPECT_EQ(more.reason, "HOLD_EXCEEDED");
  EXPECT_EQ(more.metadata.at("held"), "100");
  EXPECT_EQ(more.metadata.at("missing"), "1");
}

TEST_F(HoldCallsTest, ARequestThatComesTwiceSettlesOnce) {
  const std::string name = NewHold("r-1", 30'000);
  const auto first = scene_.Call(Part("r-2", name, 10'000));
  const auto again = scene_.Call(Part("r-2", name, 10'000));
  ASSERT_TRUE(again.status.ok());
  EXPECT_EQ(again.response.outcome().sequence(),
            first.response.outcome().sequence());
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 10'000);
  const auto other = scene_.Call(Part("r-2", name, 10'001));
  EXPECT_EQ(other.error().reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(other.error().metadata.at("field"), "units");
  Settle rest = Part("r-2", name, 10'000);
  rest.set_release_rest(true);
  EXPECT_EQ(scene_.Call(rest).error().metadata.at("field"), "release_rest");
}

TEST_F(HoldCallsTest, ManyWhoSettleAtOnceNeverMoveMoreThanIsHeld) {
  const std::string name = NewHold("r-1", 1'000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) {
        scene_.Call(Part(absl::StrCat("s-", i, "-", k), name, 90));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 990);
  EXPECT_EQ(TradeOf(name).hold().held().minor_units(), 10);
}

TEST_F(HoldCallsTest, AHoldEndsByItselfAndAfterARestartToo) {
  const std::string first = NewHold("r-1", 30'000);
  const std::string second = NewHold("r-2", 20'000);
  ASSERT_TRUE(scene_.Call(Part("r-3", second, 5'000)).status.ok());
  scene_.clock().Advance(14 * kDayUs + 1'000);
  EXPECT_EQ(scene_.Call(Part("r-4", first, 1)).error().reason,
            StateWithin(first, v1::Trade::AUTHORISED) == v1::Trade::AUTHORISED
                ? "HOLD_EXPIRED"
                : "TRADE_STATE");
  EXPECT_EQ(StateWithin(first, v1::Trade::EXPIRED), v1::Trade::EXPIRED);
  EXPECT_EQ(StateWithin(second, v1::Trade::SETTLED), v1::Trade::SETTLED);
  EXPECT_EQ(AccountOf("boulangerie").holds_out().minor_units(), 0);

  const std::string third = NewHold("r-5", 1'000);
  scene_.clock().Advance(15 * kDayUs);
  scene_.Restart();
  EXPECT_EQ(StateWithin(third, v1::Trade::EXPIRED), v1::Trade::EXPIRED);
  EXPECT_EQ(scene_.Verify().verdict(), v1::VerifyReport::OK);
}

TEST_F(HoldCallsTest, HoldsAreThereAfterARestart) {
  const std::string name = NewHold("r-1", 30'000);
  ASSERT_TRUE(scene_.Call(Part("r-2", name, 10'000)).status.ok());
  scene_.Restart();
  EXPECT_EQ(AccountOf("boulangerie").holds_out().minor_units(), 20'000);
  const auto over = scene_.Call(Part("r-3", name, 20'001));
  EXPECT_EQ(over.error().reason, "HOLD_EXCEEDED");
  ASSERT_TRUE(scene_.Call(Step<Settle>("r-4", name)).status.ok());
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 30'000);
}

TEST_F(HoldCallsTest, TradesWithAHoldAreListedByTheirState) {
  const std::string held = NewHold("r-1", 30'000);
  const std::string let_go = NewHold("r-2", 1'000);
  ASSERT_TRUE(scene_.Call(Step<Release>("r-3", let_go)).status.ok());
  const auto proposed = scene_.Call(Proposal("r-4", 5'000));
  ASSERT_TRUE(
      scene_.Call(Step<Withdraw>("r-5", proposed.response.trade().name()))
          .status.ok());
  const auto listed = [&](v1::Trade::State state, const std::string& filter) {
    v1::ListTradesRequest request;
    request.set_parent("networks/res");
    request.set_state(state);
    request.set_filter(filter);
    std::vector<std::string> names;
    const auto reply = scene_.Call(request);
    for (const v1::Trade& trade : reply.response.trades()) {
      names.push_back(trade.name());
    }
    return names;
  };
  EXPECT_EQ(listed(v1::Trade::AUTHORISED, ""), std::vector<std::string>{held});
  EXPECT_EQ(listed(v1::Trade::STATE_UNSPECIFIED,
                   "state = AUTHORISED AND member = boulangerie"),
            std::vector<std::string>{held});
  EXPECT_EQ(listed(v1::Trade::WITHDRAWN, "").size(), 2u);
}

TEST_F(HoldCallsTest, AnExportHasTheShareOfEachPart) {
  auto request = Sale("r-1", 10'000);
  request.mutable_trade()->mutable_hold();
  v1::Invoice& invoice = *request.mutable_trade()->mutable_invoice();
  invoice = Text<v1::Invoice>(R"pb(
    number: "F1"
    tax_lines {
      category: "S"
      rate_ppm: 200000
      base_minor_units: 8333
      tax_minor_units: 1667
    })pb");
  const auto made = scene_.Call(request);
  ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  const std::string name = made.response.trade().name();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(
        scene_.Call(Part(absl::StrCat("p-", i), name, 3'333)).status.ok());
  }
  ASSERT_TRUE(scene_.Call(Step<Settle>("p-3", name)).status.ok());
  scene_.clock().Advance(365 * kDayUs);
  ASSERT_TRUE(scene_.Call(Sale("next-year", 1)).status.ok());
  v1::ExportRequest csv;
  csv.set_format(v1::ExportRequest::JOURNAL_CSV);
  csv.set_member("networks/res/members/imprimerie");
  csv.set_year(2026);
  const auto exported = scene_.Call(csv);
  ASSERT_TRUE(exported.status.ok()) << exported.status.error_message();
  EXPECT_FALSE(exported.files.empty());
}

}  // namespace
}  // namespace skontro::server

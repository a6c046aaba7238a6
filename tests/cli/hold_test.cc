// The verbs of holds, as far as the client decides.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;

// What the server answers: 300.00 of 720.00 are settled.
v1::Trade HeldTrade(const std::string& name) {
  v1::Trade trade;
  trade.set_name(name);
  trade.set_state(v1::Trade::AUTHORISED);
  trade.mutable_unit_leg()->set_minor_units(72'000);
  v1::Trade::Hold& hold = *trade.mutable_hold();
  hold.mutable_held()->set_minor_units(42'000);
  hold.mutable_settled()->set_minor_units(30'000);
  hold.mutable_settled_national_value()->set_minor_units(30'000);
  hold.mutable_settled_national_value()->set_currency_code("EUR");
  hold.mutable_expire_time()->set_seconds(1'798'675'200);  // 2026-12-31
  return trade;
}

class HoldTest : public testing::Test {
 protected:
  HoldTest() {
    server_.handlers().authorise_trade =
        [this](const v1::AuthoriseTradeRequest& request,
               v1::AuthoriseTradeResponse* response) {
          authorised_ = request;
          *response->mutable_trade() = HeldTrade(request.name());
          return grpc::Status::OK;
        };
    server_.handlers().settle_trade = [this](
                                          const v1::SettleTradeRequest& request,
                                          v1::SettleTradeResponse* response) {
      settled_ = request;
      *response->mutable_trade() = HeldTrade(request.name());
      return grpc::Status::OK;
    };
    server_.handlers().create_trade = [this](
                                          const v1::CreateTradeRequest& request,
                                          v1::CreateTradeResponse* response) {
      created_ = request;
      *response->mutable_trade() = HeldTrade("networks/res/trades/f2025-0001");
      return grpc::Status::OK;
    };
  }

  FakeServer server_;
  v1::AuthoriseTradeRequest authorised_;
  v1::SettleTradeRequest settled_;
  v1::CreateTradeRequest created_;
};

TEST_F(HoldTest, AuthoriseNamesTheTradeAndTheDay) {
  const CliRun run = server_.Run(
      {"trade", "authorise", "f2025-0001", "--until", "2026-12-31"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(authorised_.name(), "networks/res/trades/f2025-0001");
  EXPECT_EQ(authorised_.expire_time().seconds(), 1'798'675'200);
  EXPECT_EQ(authorised_.request_id(), "id-1");
  EXPECT_THAT(run.out, HasSubstr("Trade f2025-0001 is AUTHORISED"));
  EXPECT_THAT(run.out, HasSubstr("held"));
  server_.Run({"trade", "authorise", "f2025-0001"});
  EXPECT_FALSE(authorised_.has_expire_time());
}

TEST_F(HoldTest, ADayThatIsNoneIsAMistakeOfUsage) {
  const CliRun run =
      server_.Run({"trade", "authorise", "f2025-0001", "--until", "soon"});
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("--until"));
}

TEST_F(HoldTest, SettleSendsHowMuchAndWhatBecomesOfTheRest) {
  EXPECT_EQ(server_
                .Run({"trade", "settle", "f2025-0001", "--units", "300",
                      "--release-rest"})
                .code,
            ExitCode::kDone);
  EXPECT_EQ(settled_.units().minor_units(), 30'000);
  EXPECT_TRUE(settled_.release_rest());
  server_.Run({"trade", "settle", "f2025-0001", "--dry-run"});
  EXPECT_FALSE(settled_.has_units());
  EXPECT_FALSE(settled_.release_rest());
  EXPECT_TRUE(settled_.validate_only());
  EXPECT_EQ(
      server_.Run({"trade", "settle", "f2025-0001", "--units", "much"}).code,
      ExitCode::kUsage);
}

TEST_F(HoldTest, ThePartsAreInTheJson) {
  const CliRun run =
      server_.Run({"trade", "settle", "f2025-0001", "--format", "json"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\"hold\""));
  EXPECT_THAT(run.out, HasSubstr("\"held\""));
  EXPECT_THAT(run.out, HasSubstr("2026-12-31T00:00:00"));
}

TEST_F(HoldTest, PayWithAHoldAsksForOne) {
  const CliRun run =
      server_.Run({"trade", "pay", "--buyer", "boulangerie", "--seller",
                   "imprimerie", "--units", "720", "--hold"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_TRUE(created_.trade().has_hold());
  EXPECT_FALSE(created_.trade().hold().has_expire_time());
  server_.Run({"trade", "pay", "--buyer", "boulangerie", "--seller",
               "imprimerie", "--units", "720", "--hold-until", "2026-12-31"});
  EXPECT_EQ(created_.trade().hold().expire_time().seconds(), 1'798'675'200);
  server_.Run({"trade", "pay", "--buyer", "boulangerie", "--seller",
               "imprimerie", "--units", "720"});
  EXPECT_FALSE(created_.trade().has_hold());
}

TEST_F(HoldTest, ReleaseAndWithdrawNameTheTrade) {
  v1::ReleaseTradeRequest released;
  server_.handlers().release_trade = [&](const v1::ReleaseTradeRequest& request,
                                         v1::ReleaseTradeResponse* response) {
    released = request;
    response->mutable_trade()->set_name(request.name());
    response->mutable_trade()->set_state(v1::Trade::WITHDRAWN);
    return grpc::Status::OK;
  };
  v1::WithdrawTradeRequest withdrawn;
  server_.handlers().withdraw_trade =
      [&](const v1::WithdrawTradeRequest& request,
          v1::WithdrawTradeResponse* response) {
        withdrawn = request;
        response->mutable_trade()->set_name(request.name());
        response->mutable_trade()->set_state(v1::Trade::WITHDRAWN);
        return grpc::Status::OK;
      };
  EXPECT_EQ(server_.Run({"trade", "release", "t5"}).code, ExitCode::kDone);
  EXPECT_EQ(released.name(), "networks/res/trades/t5");
  EXPECT_EQ(server_.Run({"trade", "withdraw", "t6"}).code, ExitCode::kDone);
  EXPECT_EQ(withdrawn.name(), "networks/res/trades/t6");
  EXPECT_FALSE(withdrawn.request_id().empty());
}

}  // namespace
}  // namespace skontro::cli

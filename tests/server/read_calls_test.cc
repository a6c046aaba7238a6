#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr char kAccount[] = "networks/res/members/boulangerie/accounts/main";
constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

v1::GetAccountRequest Account(int64_t min = 0, int64_t as_of = 0) {
  v1::GetAccountRequest request;
  request.set_name(kAccount);
  request.set_min_sequence(min);
  request.set_as_of_sequence(as_of);
  return request;
}

void SetDate(v1::Date* date, int day) {
  date->set_year(2026);
  date->set_month(3);
  date->set_day(day);
}

v1::GetStatementRequest Statement(int from = 0, int to = 0) {
  v1::GetStatementRequest request;
  request.set_name(kAccount);
  if (from != 0) SetDate(request.mutable_from_date(), from);
  if (to != 0) SetDate(request.mutable_to_date(), to);
  return request;
}

TEST(ReadCallsTest, AnAccountIsTheSumOfItsPostings) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Sale("r-1", 700)).status.ok());
  const auto account = scene.Call(Account()).response.account();
  EXPECT_EQ(account.name(), kAccount);
  EXPECT_EQ(account.balance().minor_units(), -700);
  EXPECT_EQ(account.credit_line().minor_units(), 100'000);
  EXPECT_EQ(account.spendable().minor_units(), 99'300);
  EXPECT_EQ(account.posting_count(), 1);
  EXPECT_FALSE(account.has_own_limits());
}

TEST(ReadCallsTest, AsOfShowsWhatWas) {
  Scene scene;
  scene.MakeNetwork();
  const auto first = scene.Call(Sale("r-1", 700)).response.outcome();
  ASSERT_TRUE(scene.Call(Sale("r-2", 50)).status.ok());
  const auto then = scene.Call(Account(0, first.sequence()));
  EXPECT_EQ(then.response.account().balance().minor_units(), -700);
  EXPECT_EQ(then.response.sequence(), first.sequence());
  EXPECT_EQ(scene.Call(Account(0, 3)).response.account().posting_count(), 0);
  EXPECT_EQ(scene.Call(Account(0, 1)).error().reason, "RESOURCE_NOT_FOUND");
  const auto ahead = scene.Call(Account(0, 99));
  EXPECT_EQ(ahead.status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(ahead.error().reason, "SEQUENCE_NOT_REACHED");
  EXPECT_EQ(ahead.error().metadata.at("wanted"), "99");
  EXPECT_EQ(ahead.error().metadata.at("sequence"), "6");
}

TEST(ReadCallsTest, AWaitingReadSeesWhatItWaitedFor) {
  Scene scene;
  scene.MakeNetwork();
  std::thread reader([&] {
    const auto account = scene.Call(Account(6));
    EXPECT_TRUE(account.status.ok()) << account.status.error_message();
    EXPECT_GE(account.response.sequence(), 6);
    EXPECT_EQ(account.response.account().balance().minor_units(), -750);
  });
  EXPECT_TRUE(scene.Call(Sale("r-1", 700)).status.ok());
  EXPECT_TRUE(scene.Call(Sale("r-2", 50)).status.ok());
  reader.join();
}

TEST(ReadCallsTest, ManyWaitingReadsAreAllAnswered) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::thread> readers;
  for (int i = 0; i < 16; ++i) {
    readers.emplace_back([&, i] {
      const auto account = scene.Call(Account(5 + i));
      EXPECT_TRUE(account.status.ok()) << account.status.error_message();
      EXPECT_GE(account.response.sequence(), 5 + i);
    });
  }
  for (int i = 0; i < 16; ++i) {
    EXPECT_TRUE(scene.Call(Sale(absl::StrCat("r-", i), 1)).status.ok());
  }
  for (std::thread& reader : readers) reader.join();
}

TEST(ReadCallsTest, AWaitThatIsTooLongIsAnsweredBeforeTheDeadline) {
  Scene scene;
  scene.MakeNetwork();
  scene.set_deadline(absl::Seconds(1));
  const auto account = scene.Call(Account(99));
  EXPECT_EQ(account.status.error_code(), grpc::StatusCode::OUT_OF_RANGE)
      << account.status.error_message();
  EXPECT_EQ(account.error().reason, "SEQUENCE_NOT_REACHED");
}

TEST(ReadCallsTest, AReaderThatGoesAwayWhileItWaitsDoesNoHarm) {
  Scene scene;
  scene.MakeNetwork();
  const auto stub = v1::AccountService::NewStub(scene.channel());
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    std::thread caller([&] {
      v1::GetAccountResponse response;
      EXPECT_EQ(
          stub->GetAccount(&context, Account(5 + i), &response).error_code(),
          grpc::StatusCode::CANCELLED);
    });
    context.TryCancel();
    caller.join();
  }
  // The sequences that nobody waits for any more come.
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(scene.Call(Sale(absl::StrCat("r-", i), 1)).status.ok());
  }
  EXPECT_EQ(scene.BalanceOf("boulangerie"), -20);
}

TEST(ReadCallsTest, WhatIsWrongIsRefused) {
  Scene scene;
  scene.MakeNetwork();
  EXPECT_EQ(scene.Call(Account(-1)).error().metadata.at("field"),
            "min_sequence");
  EXPECT_EQ(scene.Call(Account(0, -1)).error().metadata.at("field"),
            "as_of_sequence");
  auto request = Account();
  request.set_name("networks/res/members/boulangerie/accounts/other");
  EXPECT_EQ(scene.Call(request).error().reason, "RESOURCE_NOT_FOUND");
  request.set_name("networks/res/members/boulangerie");
  EXPECT_EQ(scene.Call(request).error().metadata.at("field"), "name");
}

TEST(ReadCallsTest, AStatementAddsUpOverItsPages) {
  Scene scene;
  scene.MakeNetwork();
  auto with_invoice = Sale("r-0", 100);
  with_invoice.mutable_trade()->mutable_invoice()->set_number("F-1");
  ASSERT_TRUE(scene.Call(with_invoice).status.ok());
  for (int i = 1; i < 7; ++i) {
    scene.clock().Advance(kDayUs);
    ASSERT_TRUE(scene.Call(Sale(absl::StrCat("r-", i), 100 + i)).status.ok());
  }
  auto request = Statement();
  request.set_page_size(3);
  int64_t balance = 0;
  int lines = 0;
  int64_t sequence = 0;
  do {
    const auto page = scene.Call(request);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    if (sequence == 0) {
      sequence = page.response.sequence();
      // What comes now is not on later pages.
      ASSERT_TRUE(scene.Call(Sale("late", 7)).status.ok());
    }
    EXPECT_EQ(page.response.sequence(), sequence);
    EXPECT_EQ(page.response.opening_balance().minor_units(), 0);
    EXPECT_EQ(page.response.closing_balance().minor_units(), -721);
    EXPECT_EQ(page.response.account().balance().minor_units(), -721);
    for (const auto& line : page.response.lines()) {
      balance += line.amount().minor_units();
      EXPECT_EQ(line.balance_after().minor_units(), balance);
      EXPECT_EQ(line.counterparty(), "networks/res/members/imprimerie");
      EXPECT_EQ(line.counterparty_legal_name(), "Entreprise imprimerie");
      EXPECT_EQ(line.national_value().minor_units(),
                line.amount().minor_units());
      EXPECT_EQ(line.kind(), v1::StatementLine::TRADE);
      ++lines;
    }
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(lines, 7);
  EXPECT_EQ(balance, -721);
}

TEST(ReadCallsTest, APeriodHasItsOwnBalances) {
  Scene scene;
  scene.MakeNetwork();
  // 100 on the 2nd, 10 on the 4th, 1 on the 6th.
  ASSERT_TRUE(scene.Call(Sale("r-1", 100)).status.ok());
  scene.clock().Advance(2 * kDayUs);
  ASSERT_TRUE(scene.Call(Sale("r-2", 10)).status.ok());
  scene.clock().Advance(2 * kDayUs);
  ASSERT_TRUE(scene.Call(Sale("r-3", 1)).status.ok());
  const struct {
    int from, to;
    int64_t opening, closing;
    int lines;
  } kCases[] = {
      {0, 0, 0, -111, 3},    {2, 6, 0, -111, 3},    {3, 5, -100, -110, 1},
      {4, 4, -100, -110, 1}, {3, 3, -100, -100, 0}, {5, 5, -110, -110, 0},
      {1, 1, 0, 0, 0},       {7, 9, -111, -111, 0}, {6, 0, -110, -111, 1},
      {0, 2, 0, -100, 1},
  };
  for (const auto& test : kCases) {
    const auto page = scene.Call(Statement(test.from, test.to));
    ASSERT_TRUE(page.status.ok());
    EXPECT_EQ(page.response.opening_balance().minor_units(), test.opening)
        << test.from << " " << test.to;
    EXPECT_EQ(page.response.closing_balance().minor_units(), test.closing)
        << test.from << " " << test.to;
    EXPECT_EQ(page.response.lines_size(), test.lines);
  }
  EXPECT_EQ(scene.Call(Statement(4, 3)).error().metadata.at("field"),
            "to_date");
}

TEST(ReadCallsTest, AReversalIsALineOfItsOwn) {
  Scene scene;
  scene.MakeNetwork();
  const std::string name = scene.Call(Sale("r-1", 100)).response.trade().name();
  v1::ReverseTradeRequest reverse;
  reverse.set_name(name);
  reverse.set_request_id("r-2");
  ASSERT_TRUE(scene.Call(reverse).status.ok());
  const auto page = scene.Call(Statement());
  ASSERT_EQ(page.response.lines_size(), 2);
  EXPECT_EQ(page.response.lines(1).kind(), v1::StatementLine::REVERSAL);
  EXPECT_EQ(page.response.lines(1).amount().minor_units(), 100);
  EXPECT_EQ(page.response.lines(1).trade(), name);
}

TEST(ReadCallsTest, AStatementTokenBelongsToItsAccountAndPeriod) {
  Scene scene;
  scene.MakeNetwork();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(scene.Call(Sale(absl::StrCat("r-", i), 1)).status.ok());
  }
  auto request = Statement();
  request.set_page_size(1);
  const std::string token = scene.Call(request).response.next_page_token();
  request.set_page_token(token);
  EXPECT_TRUE(scene.Call(request).status.ok());
  auto other = request;
  other.set_name("networks/res/members/imprimerie/accounts/main");
  EXPECT_EQ(scene.Call(other).error().metadata.at("field"), "page_token");
  other = Statement(1, 9);
  other.set_page_token(token);
  EXPECT_EQ(scene.Call(other).error().metadata.at("field"), "page_token");
}

TEST(ReadCallsTest, TradesAreListedNewestFirstByMemberAndState) {
  Scene scene;
  scene.MakeNetwork();
  ASSERT_TRUE(scene.Call(Sale("r-1", 1)).status.ok());
  ASSERT_TRUE(scene.Call(Proposal("r-2", 2)).status.ok());
  ASSERT_TRUE(scene
                  .Call(TradeRequest("r-3", "garage", "imprimerie", 3,
                                     v1::Trade::BUYER))
                  .status.ok());
  const auto names = [&](const std::string& member, v1::Trade::State state) {
    v1::ListTradesRequest request;
    request.set_parent("networks/res");
    if (!member.empty()) request.set_member("networks/res/members/" + member);
    request.set_state(state);
    request.set_page_size(1);
    std::string out;
    do {
      const auto page = scene.Call(request);
      EXPECT_TRUE(page.status.ok()) << page.status.error_message();
      for (const auto& trade : page.response.trades()) {
        absl::StrAppend(&out, trade.name().substr(20), " ");
      }
      request.set_page_token(page.response.next_page_token());
    } while (!request.page_token().empty());
    return out;
  };
  EXPECT_EQ(names("", v1::Trade::STATE_UNSPECIFIED), "t7 t6 t5 ");
  EXPECT_EQ(names("", v1::Trade::PROPOSED), "t6 ");
  EXPECT_EQ(names("", v1::Trade::EXPIRED), "");
  EXPECT_EQ(names("boulangerie", v1::Trade::STATE_UNSPECIFIED), "t6 t5 ");
  EXPECT_EQ(names("garage", v1::Trade::STATE_UNSPECIFIED), "t7 ");
  EXPECT_EQ(names("imprimerie", v1::Trade::SETTLED), "t7 t5 ");
  v1::ListTradesRequest bad;
  bad.set_parent("networks/res");
  bad.set_member("networks/res/members/nobody");
  EXPECT_EQ(scene.Call(bad).error().reason, "RESOURCE_NOT_FOUND");
  bad.set_member("networks/other/members/garage");
  EXPECT_EQ(scene.Call(bad).error().metadata.at("field"), "member");
  bad.clear_member();
  bad.set_state(static_cast<v1::Trade::State>(99));
  EXPECT_EQ(scene.Call(bad).error().metadata.at("field"), "state");
}

TEST(ReadCallsTest, PagesOfTradesShowTheStateOfTheFirst) {
  Scene scene;
  scene.MakeNetwork();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(scene.Call(Proposal(absl::StrCat("r-", i), 1)).status.ok());
  }
  v1::ListTradesRequest request;
  request.set_parent("networks/res");
  request.set_page_size(1);
  const auto first = scene.Call(request);
  v1::AcceptTradeRequest accept;
  accept.set_name("networks/res/trades/t5");
  accept.set_request_id("accept");
  ASSERT_TRUE(scene.Call(accept).status.ok());
  ASSERT_TRUE(scene.Call(Sale("late", 1)).status.ok());
  scene.Restart();
  request.set_page_size(10);
  request.set_page_token(first.response.next_page_token());
  const auto rest = scene.Call(request);
  ASSERT_EQ(rest.response.trades_size(), 2);
  EXPECT_EQ(rest.response.sequence(), first.response.sequence());
  EXPECT_EQ(rest.response.trades(1).name(), "networks/res/trades/t5");
  EXPECT_EQ(rest.response.trades(1).state(), v1::Trade::PROPOSED);
}

}  // namespace
}  // namespace skontro::server

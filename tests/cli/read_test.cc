// The verbs that read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReadTest : public testing::Test {
 protected:
  FakeServer server_;
};

TEST_F(ReadTest, EveryPageOfAListIsRead) {
  int pages = 0;
  server_.handlers().list_trades = [&](const v1::ListTradesRequest& request,
                                       v1::ListTradesResponse* response) {
    EXPECT_EQ(request.page_size(), 1'000);
    EXPECT_EQ(request.member(), "networks/res/members/boulangerie");
    EXPECT_EQ(request.state(), v1::Trade::SETTLED);
    EXPECT_EQ(request.page_token(), pages == 0 ? "" : absl::StrCat(pages));
    ++pages;
    // The second page is empty, and there are more.
    if (pages != 2) {
      v1::Trade& trade = *response->add_trades();
      trade.set_name(absl::StrCat("networks/res/trades/t", pages));
      trade.set_state(v1::Trade::SETTLED);
      trade.mutable_unit_leg()->set_minor_units(100 * pages);
    }
    if (pages < 3) response->set_next_page_token(absl::StrCat(pages));
    response->set_sequence(9);
    return grpc::Status::OK;
  };
  const CliRun run = server_.Run(
      {"trade", "list", "--member", "boulangerie", "--state", "settled"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(run.out, HasSubstr("t1     SETTLED"));
  EXPECT_THAT(run.out, HasSubstr("t3     SETTLED"));

  pages = 0;
  server_.Run({"trade", "list", "--member", "boulangerie", "--state", "settled",
               "--limit", "1"});
  EXPECT_EQ(pages, 1);
}

TEST_F(ReadTest, OptionsOfAListAreAFilter) {
  std::string filter;
  std::string order_by;
  int64_t as_of = 0;
  server_.handlers().list_trades = [&](const v1::ListTradesRequest& request,
                                       v1::ListTradesResponse*) {
    filter = request.filter();
    order_by = request.order_by();
    as_of = request.as_of_sequence();
    return grpc::Status::OK;
  };
  const CliRun run = server_.Run(
      {"trade",      "list",        "--seller",  "imprimerie",
       "--from",     "2026-01-01",  "--to",      "2026-01-31",
       "--at-least", "7.20",        "--invoice", "F\"1\\",
       "--text",     "d'été",       "--filter",  "state = SETTLED OR a",
       "--order-by", "create_time", "--as-of",   "7"});
  ASSERT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(filter,
            "state = SETTLED OR a AND seller = \"imprimerie\" AND "
            "booking_date >= \"2026-01-01\" AND booking_date <= "
            "\"2026-01-31\" AND unit_leg.minor_units >= 720 AND "
            "invoice.number = \"F\\\"1\\\\\" AND \"d'été\"");
  EXPECT_EQ(order_by, "create_time");
  EXPECT_EQ(as_of, 7);
  EXPECT_EQ(server_.Run({"trade", "list"}).code, ExitCode::kDone);
  EXPECT_EQ(filter, "");
  for (const std::vector<std::string>& bad :
       {std::vector<std::string>{"--from", "yesterday"},
        {"--at-least", "7.205"},
        {"--limit", "0"},
        {"--output", "xml"}}) {
    std::vector<std::string> words = {"trade", "list"};
    words.insert(words.end(), bad.begin(), bad.end());
    EXPECT_EQ(server_.Run(words).code, ExitCode::kUsage) << bad[0];
  }
}

TEST_F(ReadTest, AccountsAndEntriesAndMembersAreListedWithFilters) {
  server_.handlers().list_accounts = [](const v1::ListAccountsRequest& request,
                                        v1::ListAccountsResponse* response) {
    EXPECT_EQ(request.filter(),
              "spendable.minor_units < 50000 AND line_used_percent >= 80");
    EXPECT_EQ(request.order_by(), "spendable desc");
    v1::Account& account = *response->add_accounts();
    account.set_name("networks/res/members/garage/accounts/main");
    account.set_line_used_percent(93);
    return grpc::Status::OK;
  };
  const CliRun accounts =
      server_.Run({"account", "list", "--below", "500", "--used", "80",
                   "--order-by", "spendable desc", "--output", "ndjson"});
  EXPECT_EQ(accounts.code, ExitCode::kDone) << accounts.err;
  EXPECT_THAT(accounts.out, HasSubstr("\"line_used_percent\":93}\n"));
  server_.handlers().list_entries = [](const v1::ListEntriesRequest& request,
                                       v1::ListEntriesResponse* response) {
    EXPECT_EQ(request.parent(), "networks/res/members/garage/accounts/main");
    EXPECT_EQ(request.filter(),
              "value_date >= \"2026-03-01\" AND amount.minor_units <= -100 AND "
              "counterparty = \"imprimerie\"");
    v1::StatementLine& line = *response->add_entries();
    line.set_kind(v1::StatementLine::TRADE);
    line.mutable_amount()->set_minor_units(-250);
    return grpc::Status::OK;
  };
  const CliRun entries = server_.Run(
      {"account", "entries", "garage", "--value-from", "2026-03-01",
       "--at-most=-1.00", "--counterparty", "imprimerie", "-o", "csv"});
  EXPECT_EQ(entries.code, ExitCode::kDone) << entries.err;
  EXPECT_THAT(entries.out, HasSubstr(",TRADE,"));
  EXPECT_THAT(entries.out, HasSubstr(",-2.50,"));
  server_.handlers().list_members = [](const v1::ListMembersRequest& request,
                                       v1::ListMembersResponse*) {
    EXPECT_EQ(
        request.filter(),
        "status = \"EARN_ONLY\" AND country_code = \"FR\" AND \"martin\"");
    return grpc::Status::OK;
  };
  const CliRun members =
      server_.Run({"member", "list", "--status", "earn-only", "--country", "FR",
                   "--text", "martin", "--output", "json"});
  EXPECT_EQ(members.code, ExitCode::kDone) << members.err;
  EXPECT_THAT(members.out, HasSubstr("\"members\": []"));
  const CliRun none = server_.Run({"member", "list", "--status", "earn-ful"});
  EXPECT_EQ(none.code, ExitCode::kUsage);
  EXPECT_THAT(none.err, HasSubstr("'earn-ful' is no status; there are active"));
}

TEST_F(ReadTest, EveryFormatHasOneHeaderAndEveryRowOverAllPages) {
  int pages = 0;
  server_.handlers().list_trades = [&](const v1::ListTradesRequest&,
                                       v1::ListTradesResponse* response) {
    ++pages;
    v1::Trade& trade = *response->add_trades();
    trade.set_name(absl::StrCat("networks/res/trades/trade-", pages));
    if (pages % 3 != 0) response->set_next_page_token(absl::StrCat(pages));
    response->set_sequence(9);
    return grpc::Status::OK;
  };
  const auto lines = [&](const char* format) {
    const CliRun run = server_.Run({"trade", "list", "--output", format});
    EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
    return std::count(run.out.begin(), run.out.end(), '\n');
  };
  EXPECT_EQ(lines("table"), 4);
  EXPECT_EQ(lines("csv"), 4);
  EXPECT_EQ(lines("ndjson"), 3);
  const CliRun json = server_.Run({"trade", "list", "--output", "json"});
  EXPECT_THAT(json.out, HasSubstr("trade-10"));
  EXPECT_THAT(json.out, HasSubstr("trade-12"));
  EXPECT_THAT(json.out, HasSubstr("  ],\n  \"sequence\": 9\n}\n"));
}

TEST_F(ReadTest, APageThatComesAgainAndAgainEndsTheList) {
  server_.handlers().list_trades = [](const v1::ListTradesRequest&,
                                      v1::ListTradesResponse* response) {
    response->set_next_page_token("same");
    return grpc::Status::OK;
  };
  EXPECT_EQ(server_.Run({"trade", "list"}).code, ExitCode::kBroken);
}

TEST_F(ReadTest, AStateThatIsNoneIsAUsageError) {
  const CliRun run = server_.Run({"trade", "list", "--state", "paid"});
  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("try proposed, authorised, settled, "));
}

TEST_F(ReadTest, ATradeIsShownShortInTextAndWholeInJson) {
  server_.handlers().get_trade = [](const v1::GetTradeRequest& request,
                                    v1::GetTradeResponse* response) {
    EXPECT_EQ(request.as_of_sequence(), 7);
    v1::Trade& trade = *response->mutable_trade();
    trade.set_name(request.name());
    trade.set_seller("networks/res/members/imprimerie");
    trade.set_buyer("networks/res/members/boulangerie");
    trade.set_state(v1::Trade::SETTLED);
    trade.set_initiator(v1::Trade::SELLER);
    trade.mutable_unit_leg()->set_minor_units(72'000);
    trade.mutable_invoice()->set_number("F2025-0001");
    trade.mutable_invoice()->set_gross_minor_units(120'000);
    v1::TaxLine& line = *trade.mutable_invoice()->add_tax_lines();
    line.set_category("S");
    line.set_rate_ppm(55'000);
    line.set_base_minor_units(100'000);
    line.set_tax_minor_units(5'500);
    trade.set_create_sequence(5);
    trade.mutable_create_time()->set_seconds(1'767'225'600);
    response->set_sequence(7);
    return grpc::Status::OK;
  };
  const CliRun text =
      server_.Run({"trade", "get", "f2025-0001", "--as-of", "7"});
  EXPECT_EQ(text.code, ExitCode::kDone) << text.err;
  EXPECT_THAT(text.out, HasSubstr("Seller            imprimerie\n"));
  EXPECT_THAT(text.out, HasSubstr("Tax lines         S:5.5%:1000.00:55.00\n"));
  EXPECT_THAT(text.out, HasSubstr("2026-01-01T00:00:00.000000Z"));
  EXPECT_THAT(text.out, Not(HasSubstr("Settled")));
  const CliRun json = server_.Run(
      {"trade", "get", "f2025-0001", "--as-of", "7", "--format", "json"});
  EXPECT_THAT(json.out,
              HasSubstr("\"seller\": \"networks/res/members/imprimerie\""));
  EXPECT_THAT(json.out, HasSubstr("\"rate_ppm\": 55000"));
  const CliRun csv = server_.Run(
      {"trade", "get", "f2025-0001", "--as-of", "7", "--format", "csv"});
  EXPECT_THAT(csv.out, HasSubstr("f2025-0001,SETTLED,imprimerie,boulangerie,"
                                 "SELLER,720.00,"));
}

TEST_F(ReadTest, AMemberIsFoundByItsTaxId) {
  server_.handlers().list_members = [](const v1::ListMembersRequest& request,
                                       v1::ListMembersResponse* response) {
    EXPECT_EQ(request.tax_id(), "BE 0123.456.749");
    v1::Member& member = *response->add_members();
    member.set_name("networks/res/members/boulangerie");
    member.set_legal_name("=Boulangerie\x1b");
    member.set_vat_id("BE0123456749");
    member.set_status(v1::Member::ACTIVE);
    return grpc::Status::OK;
  };
  const CliRun text =
      server_.Run({"member", "list", "--tax-id", "BE 0123.456.749"});
  EXPECT_THAT(text.out, HasSubstr("boulangerie  =Boulangerie?"));
  const CliRun csv = server_.Run(
      {"member", "list", "--tax-id", "BE 0123.456.749", "--format", "csv"});
  EXPECT_THAT(csv.out, HasSubstr("boulangerie,'=Boulangerie?,"));
}

TEST_F(ReadTest, AnAccountShowsWhatItCanSpend) {
  server_.handlers().get_account = [](const v1::GetAccountRequest& request,
                                      v1::GetAccountResponse* response) {
    v1::Account& account = *response->mutable_account();
    account.set_name(request.name());
    account.mutable_balance()->set_minor_units(-72'000);
    account.mutable_credit_line()->set_minor_units(500'000);
    account.mutable_spendable()->set_minor_units(428'000);
    return grpc::Status::OK;
  };
  const CliRun run = server_.Run({"account", "get", "boulangerie"});
  EXPECT_THAT(run.out, HasSubstr("Account           boulangerie\n"));
  EXPECT_THAT(run.out, HasSubstr("Spendable         4280.00\n"));
}

TEST_F(ReadTest, AHistoryOfLimitsIsListed) {
  server_.handlers().list_credit_line_changes =
      [](const v1::ListCreditLineChangesRequest& request,
         v1::ListCreditLineChangesResponse* response) {
        EXPECT_EQ(request.parent(),
                  "networks/res/members/boulangerie/accounts/main/creditLine");
        v1::CreditLineChange& change = *response->add_changes();
        change.set_sequence(4);
        change.mutable_new_credit_line()->set_minor_units(500'000);
        change.set_reason("annual sales 45,000 / 9");
        change.set_author("operator/local");
        return grpc::Status::OK;
      };
  EXPECT_THAT(server_.Run({"credit", "history", "boulangerie"}).out,
              HasSubstr("annual sales 45,000 / 9"));
}

TEST_F(ReadTest, AStatementIsReadToItsEndAndMustAddUp) {
  int64_t closing = 30;
  server_.handlers().get_member = [](const v1::GetMemberRequest& request,
                                     v1::GetMemberResponse* response) {
    response->mutable_member()->set_name(request.name());
    response->mutable_member()->set_legal_name("Boulangerie Dupont SPRL");
    return grpc::Status::OK;
  };
  server_.handlers().get_statement = [&](const v1::GetStatementRequest& request,
                                         v1::GetStatementResponse* response) {
    EXPECT_EQ(request.from_date().year(), 2026);
    EXPECT_EQ(request.to_date().month(), 12);
    const bool first = request.page_token().empty();
    response->mutable_closing_balance()->set_minor_units(closing);
    v1::StatementLine& line = *response->add_lines();
    line.mutable_amount()->set_minor_units(first ? 10 : 20);
    line.mutable_balance_after()->set_minor_units(first ? 10 : 30);
    if (first) response->set_next_page_token("2");
    return grpc::Status::OK;
  };
  const std::vector<std::string> arguments = {
      "statement", "boulangerie", "--from", "2026-01-01", "--to", "2026-12-31"};
  const CliRun good = server_.Run(arguments);
  EXPECT_EQ(good.code, ExitCode::kDone) << good.err;
  EXPECT_THAT(good.out, HasSubstr("Total in          0.30 RES\n"));
  EXPECT_THAT(good.out, HasSubstr("Boulangerie Dupont SPRL (boulangerie)"));

  closing = 31;
  const CliRun bad = server_.Run(arguments);
  EXPECT_EQ(bad.code, ExitCode::kBroken);
  EXPECT_EQ(bad.out, "");
  EXPECT_THAT(bad.err, HasSubstr("does not add up"));
  EXPECT_EQ(
      server_
          .Run({"statement", "a", "--from", "2026-02-01", "--to", "2026-01-01"})
          .code,
      ExitCode::kUsage);
}

TEST_F(ReadTest, NetworksAreListedWithoutOneInUse) {
  server_.handlers().list_networks = [this](
                                         const v1::ListNetworksRequest&,
                                         v1::ListNetworksResponse* response) {
    v1::GetNetworkRequest request;
    request.set_name("networks/res");
    v1::GetNetworkResponse one;
    server_.handlers().get_network(request, &one);
    *response->add_networks() = one.network();
    return grpc::Status::OK;
  };
  const CliRun run = RunCli({"network", "list", "--format", "json"},
                            {{"SKONTRO_ENDPOINT", server_.endpoint()},
                             {"SKONTRO_CONFIG", "/nonexistent/config"}});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\"name\": \"networks/res\""));
  EXPECT_THAT(run.out, Not(HasSubstr("sequence")));
}

TEST_F(ReadTest, ANetworkWithNumbersThatCannotBeIsNotUsed) {
  server_.handlers().get_network = [](const v1::GetNetworkRequest&,
                                      v1::GetNetworkResponse* response) {
    response->mutable_network()->set_unit_decimals(40);
    return grpc::Status::OK;
  };
  EXPECT_EQ(server_.Run({"network", "get"}).code, ExitCode::kBroken);
  EXPECT_EQ(server_.Run({"trade", "list"}).code, ExitCode::kBroken);
}

TEST_F(ReadTest, AVerificationEndsWithItsVerdict) {
  v1::VerifyReport::Verdict verdict = v1::VerifyReport::OK;
  server_.handlers().verify = [&](const v1::VerifyRequest& request,
                                  v1::VerifyResponse* response) {
    EXPECT_EQ(request.name(), "networks/res");
    v1::Operation& operation = *response->mutable_operation();
    operation.set_name("networks/res/operations/7");
    operation.set_state(v1::Operation::RUNNING);
    return grpc::Status::OK;
  };
  int asked = 0;
  server_.handlers().get_operation = [&](const v1::GetOperationRequest& request,
                                         v1::GetOperationResponse* response) {
    EXPECT_EQ(request.name(), "networks/res/operations/7");
    v1::Operation& operation = *response->mutable_operation();
    operation.set_name(request.name());
    operation.set_done_count(50);
    operation.set_total_count(100);
    operation.set_state(v1::Operation::RUNNING);
    if (++asked % 2 == 1) return grpc::Status::OK;
    if (verdict == v1::VerifyReport::VERDICT_UNSPECIFIED) {
      operation.set_state(v1::Operation::CANCELLED);
      return grpc::Status::OK;
    }
    operation.set_state(v1::Operation::SUCCEEDED);
    v1::VerifyReport& report = *operation.mutable_verify_report();
    report.set_verdict(verdict);
    report.set_record_count(100);
    if (verdict == v1::VerifyReport::BROKEN) {
      report.set_finding_count(2);
      report.add_findings()->set_message("balances do not add up");
    }
    if (verdict == v1::VerifyReport::INCOMPLETE) {
      report.add_not_checked("the family tree");
    }
    return grpc::Status::OK;
  };
  const CliRun good = server_.Run({"verify", "--online"});
  EXPECT_EQ(good.code, ExitCode::kDone);
  EXPECT_THAT(good.out, HasSubstr("Verdict           OK\n"));
  EXPECT_EQ(good.err, "");
  EXPECT_EQ(asked, 2);
  verdict = v1::VerifyReport::BROKEN;
  const CliRun bad = server_.Run({"verify", "--online"});
  EXPECT_EQ(bad.code, ExitCode::kBroken);
  EXPECT_THAT(bad.out, HasSubstr("balances do not add up\n  and 1 more"));
  EXPECT_THAT(server_.Run({"verify", "--online", "--format", "json"}).out,
              HasSubstr("\"verdict\": \"BROKEN\""));
  verdict = v1::VerifyReport::INCOMPLETE;
  const CliRun part = server_.Run({"verify", "--online"});
  EXPECT_EQ(part.code, ExitCode::kIncomplete);
  EXPECT_THAT(part.out, HasSubstr("not checked: the family tree"));
  verdict = v1::VerifyReport::VERDICT_UNSPECIFIED;
  const CliRun cancelled = server_.Run({"verify", "--online"});
  EXPECT_EQ(cancelled.code, ExitCode::kIncomplete);
  EXPECT_THAT(cancelled.err, HasSubstr("was cancelled"));

  const CliRun detached = server_.Run({"verify", "--online", "--detach"});
  EXPECT_EQ(detached.code, ExitCode::kDone);
  EXPECT_THAT(detached.out, HasSubstr("RUNNING"));
  EXPECT_EQ(server_.Run({"verify"}).code, ExitCode::kUsage);
  EXPECT_EQ(server_.Run({"verify", "--online", "dir"}).code, ExitCode::kUsage);
  EXPECT_EQ(server_.Run({"verify", "dir", "--detach"}).code, ExitCode::kUsage);
}

TEST_F(ReadTest, LongWorkIsListedAndCancelled) {
  const auto fill = [](v1::Operation* operation) {
    operation->set_name("networks/res/operations/7");
    operation->set_method("AuditService.Verify");
    operation->set_state(v1::Operation::RUNNING);
    operation->set_done_count(50);
    operation->set_total_count(100);
    operation->mutable_start_time()->set_seconds(1'700'000'000);
  };
  server_.handlers().list_operations =
      [&](const v1::ListOperationsRequest& request,
          v1::ListOperationsResponse* response) {
        EXPECT_EQ(request.parent(), "networks/res");
        fill(response->add_operations());
        response->set_sequence(9);
        return grpc::Status::OK;
      };
  server_.handlers().cancel_operation =
      [&](const v1::CancelOperationRequest& request,
          v1::CancelOperationResponse* response) {
        EXPECT_EQ(request.name(), "networks/res/operations/7");
        fill(response->mutable_operation());
        return grpc::Status::OK;
      };
  const CliRun list = server_.Run({"operation", "list"});
  EXPECT_EQ(list.code, ExitCode::kDone);
  EXPECT_THAT(list.out, HasSubstr("50 of 100 records, 50 %"));
  EXPECT_THAT(server_.Run({"operation", "list", "--format", "json"}).out,
              HasSubstr("\"method\": \"AuditService.Verify\""));
  EXPECT_EQ(server_.Run({"operation", "cancel", "7"}).code, ExitCode::kDone);
  EXPECT_EQ(server_.Run({"operation", "cancel", "a/b"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace skontro::cli

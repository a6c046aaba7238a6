// The verbs that change something, as far as the client decides.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kRequest = {
    "trade",       "request",    "--seller", "imprimerie", "--buyer",
    "boulangerie", "--units",    "720",      "--cash",     "480 EUR",
    "--invoice",   "F2025-0001", "--id",     "f2025-0001"};

std::vector<std::string> With(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

class ChangeTest : public testing::Test {
 protected:
  ChangeTest() {
    server_.handlers().create_trade = [this](
                                          const v1::CreateTradeRequest& request,
                                          v1::CreateTradeResponse* response) {
      requests_.push_back(request);
      if (!answer_.ok()) return answer_;
      v1::Trade& trade = *response->mutable_trade();
      trade = request.trade();
      trade.set_name(request.parent() + "/trades/" + request.trade_id());
      trade.set_state(v1::Trade::PROPOSED);
      response->mutable_outcome()->set_sequence(5);
      response->mutable_outcome()->set_digest(std::string(32, '\xab'));
      return grpc::Status::OK;
    };
  }

  FakeServer server_;
  std::vector<v1::CreateTradeRequest> requests_;
  grpc::Status answer_;
};

TEST_F(ChangeTest, ARequestIsSentAsItWasTyped) {
  const CliRun run = server_.Run(With(
      kRequest, {"--invoice-date", "2025-03-14", "--due-date", "2025-04-13",
                 "--tax-line", "S:20%:900:180", "--tax-line", "Z:0%:120:0",
                 "--gross", "1200", "--description", "Cartes de visite"}));
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  ASSERT_EQ(requests_.size(), 1u);
  const v1::CreateTradeRequest& request = requests_[0];
  EXPECT_EQ(request.parent(), "networks/res");
  EXPECT_EQ(request.trade_id(), "f2025-0001");
  EXPECT_EQ(request.request_id(), "id-1");
  EXPECT_FALSE(request.validate_only());
  const v1::Trade& trade = request.trade();
  EXPECT_EQ(trade.seller(), "networks/res/members/imprimerie");
  EXPECT_EQ(trade.initiator(), v1::Trade::SELLER);
  EXPECT_EQ(trade.unit_leg().minor_units(), 72'000);
  EXPECT_EQ(trade.cash_leg().minor_units(), 48'000);
  EXPECT_EQ(trade.cash_leg().currency_code(), "EUR");
  EXPECT_EQ(trade.invoice().number(), "F2025-0001");
  EXPECT_EQ(trade.invoice().gross_minor_units(), 120'000);
  EXPECT_EQ(trade.invoice().tax_lines_size(), 2);
  EXPECT_EQ(trade.description(), "Cartes de visite");
  EXPECT_THAT(run.out,
              HasSubstr("Trade f2025-0001 is PROPOSED: 720.00 RES + 480.00 EUR "
                        "from boulangerie to imprimerie\n"));
  EXPECT_THAT(run.out, HasSubstr("skontro trade accept f2025-0001"));
  EXPECT_THAT(run.out, HasSubstr("Digest            abababab"));
}

TEST_F(ChangeTest, PayingMakesTheBuyerTheInitiator) {
  std::vector<std::string> pay = kRequest;
  pay[1] = "pay";
  server_.Run(pay);
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].trade().initiator(), v1::Trade::BUYER);
}

TEST_F(ChangeTest, TheJsonHasAmountsTwice) {
  const CliRun run = server_.Run(With(kRequest, {"--format", "json"}));
  EXPECT_THAT(run.out, HasSubstr("\"unit_leg\": {\n"
                                 "      \"amount\": \"720.00\",\n"
                                 "      \"minor_units\": 72000\n"
                                 "    }"));
  EXPECT_THAT(run.out,
              HasSubstr("\"buyer\": \"networks/res/members/boulangerie\""));
  EXPECT_THAT(run.out, HasSubstr("\"sequence\": 5,\n    \"digest\": \"abab"));
}

TEST_F(ChangeTest, WhatIsWrongWithTheArgumentsIsNeverSent) {
  const std::vector<std::vector<std::string>> kWrong = {
      {"--units", "-720"},   {"--units", "0"},
      {"--units", "720,00"}, {"--cash", "480 CHF"},
      {"--cash", "-1"},      {"--seller", "Imprimerie Martin"},
      {"--id", "F2025"},     {"--invoice-date", "14.03.2025"},
      {"--tax-line", "20%"}, {"--request-id", ""},
      {"--cash", ""},        {"--request-id", std::string(65, 'x')}};
  for (const std::vector<std::string>& wrong : kWrong) {
    std::vector<std::string> arguments = kRequest;
    const auto found = std::find(arguments.begin(), arguments.end(), wrong[0]);
    if (found != arguments.end()) {
      *(found + 1) = wrong[1];
    } else {
      arguments = With(arguments, wrong);
    }
    const CliRun run = server_.Run(arguments);
    EXPECT_EQ(run.code, ExitCode::kUsage) << wrong[0] << " " << wrong[1];
    EXPECT_THAT(run.err, HasSubstr(wrong[0]));
  }
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ChangeTest, ARefusalIsSaidInUnits) {
  answer_ = Refused(grpc::StatusCode::FAILED_PRECONDITION, "minor units",
                    "CREDIT_LINE_EXCEEDED",
                    {{"account",
                      "networks/res/members/boulangerie/accounts/"
                      "main"},
                     {"spendable", "50000"},
                     {"amount", "72000"},
                     {"missing", "22000"}});
  const CliRun run = server_.Run(kRequest);
  EXPECT_EQ(run.code, ExitCode::kRefused);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err,
              HasSubstr("skontro: refused: boulangerie cannot spend that much: "
                        "720.00 RES asked, 500.00 RES spendable, 220.00 RES "
                        "missing (CREDIT_LINE_EXCEEDED)\nNext: "));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ChangeTest, AnUnknownOutcomeIsNotSentAgainAndSaysHow) {
  answer_ = grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection reset");
  std::vector<std::string> arguments = kRequest;
  arguments.insert(arguments.end(), {"--description", "l'été"});
  const CliRun run = server_.Run(arguments);
  EXPECT_EQ(run.code, ExitCode::kUnknownOutcome);
  EXPECT_EQ(requests_.size(), 1u);
  EXPECT_THAT(
      run.err,
      HasSubstr("  skontro trade request --seller imprimerie --buyer "
                "boulangerie --units 720 --cash '480 EUR' --invoice F2025-0001 "
                "--id f2025-0001 --description 'l'\\''été' --request-id id-1 "
                "--network res --endpoint " +
                server_.endpoint()));
}

TEST_F(ChangeTest, AResentRequestHasTheSameIdAndContent) {
  answer_ = grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late");
  server_.Run(kRequest);
  answer_ = grpc::Status::OK;
  const CliRun run =
      server_.Run(With(kRequest, {"--request-id", "id-1", "--network", "res"}));
  EXPECT_EQ(run.code, ExitCode::kDone);
  ASSERT_EQ(requests_.size(), 2u);
  EXPECT_EQ(requests_[0].SerializeAsString(), requests_[1].SerializeAsString());
}

TEST_F(ChangeTest, ADeadlineThatPassesIsAnUnknownOutcome) {
  server_.handlers().create_trade = [this](const v1::CreateTradeRequest& sent,
                                           v1::CreateTradeResponse*) {
    requests_.push_back(sent);
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return grpc::Status::OK;
  };
  const CliRun run = server_.Run(With(kRequest, {"--timeout", "200ms"}));
  EXPECT_EQ(run.code, ExitCode::kUnknownOutcome);
  EXPECT_THAT(run.err, HasSubstr("--timeout 200ms --request-id id-1"));
}

TEST_F(ChangeTest, ADryRunPrintsEveryReasonAndNoOutcomeIsUnknown) {
  server_.handlers().create_trade = [this](const v1::CreateTradeRequest& sent,
                                           v1::CreateTradeResponse* response) {
    requests_.push_back(sent);
    *response->mutable_trade() = sent.trade();
    for (const v1::ErrorReason reason :
         {v1::DUPLICATE_INVOICE, v1::MEMBER_NOT_ACTIVE}) {
      v1::Refusal& refusal = *response->mutable_outcome()->add_refusals();
      refusal.set_reason(reason);
      refusal.set_message("because");
    }
    return grpc::Status::OK;
  };
  const CliRun text = server_.Run(With(kRequest, {"--dry-run"}));
  EXPECT_EQ(text.code, ExitCode::kRefused);
  EXPECT_TRUE(requests_[0].validate_only());
  EXPECT_THAT(text.out, HasSubstr("for 2 reasons:\n"
                                  "  1. because (DUPLICATE_INVOICE)\n"
                                  "  2. because (MEMBER_NOT_ACTIVE)\n"));
  const CliRun csv =
      server_.Run(With(kRequest, {"--dry-run", "--format", "csv"}));
  EXPECT_THAT(csv.err, HasSubstr("2. because"));
  EXPECT_THAT(csv.out, Not(HasSubstr("because")));
  const CliRun json =
      server_.Run(With(kRequest, {"--dry-run", "--format", "json"}));
  EXPECT_THAT(json.out, HasSubstr("\"reason\": \"MEMBER_NOT_ACTIVE\""));

  server_.handlers().create_trade = [](const v1::CreateTradeRequest&,
                                       v1::CreateTradeResponse*) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  };
  EXPECT_EQ(server_.Run(With(kRequest, {"--dry-run"})).code,
            ExitCode::kUnreachable);
}

TEST_F(ChangeTest, AMemberIsAdmittedWithItsIds) {
  v1::CreateMemberRequest sent;
  server_.handlers().create_member = [&](const v1::CreateMemberRequest& request,
                                         v1::CreateMemberResponse* response) {
    sent = request;
    *response->mutable_member() = request.member();
    return grpc::Status::OK;
  };
  const CliRun run = server_.Run(
      {"member", "create", "imprimerie", "--name", "Imprimerie Martin SARL",
       "--country", "FR", "--siren", "732 829 320", "--vat-id", "FR44732829320",
       "--company-id", "siret:73282932000074", "--address", "1 rue A",
       "--address", "69001 Lyon"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(sent.member_id(), "imprimerie");
  ASSERT_EQ(sent.member().company_ids_size(), 2);
  EXPECT_EQ(sent.member().company_ids(0).scheme(), "siren");
  EXPECT_EQ(sent.member().company_ids(0).value(), "732829320");
  EXPECT_EQ(sent.member().company_ids(1).value(), "73282932000074");
  EXPECT_THAT(sent.member().address_lines(),
              ElementsAre("1 rue A", "69001 Lyon"));

  const CliRun wrong = server_.Run({"member", "create", "x", "--name", "X",
                                    "--country", "FR", "--siren", "732829321"});
  EXPECT_EQ(wrong.code, ExitCode::kUsage);
  EXPECT_THAT(wrong.err, HasSubstr("no SIREN"));
}

TEST_F(ChangeTest, ACreditLineIsAPositiveNumber) {
  v1::SetCreditLineRequest sent;
  server_.handlers().set_credit_line =
      [&](const v1::SetCreditLineRequest& request,
          v1::SetCreditLineResponse* response) {
        sent = request;
        *response->mutable_credit_line() = request.credit_line();
        return grpc::Status::OK;
      };
  const CliRun run =
      server_.Run({"credit", "set", "boulangerie", "--limit", "5000",
                   "--reason", "annual sales 45,000 / 9"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(sent.credit_line().name(),
            "networks/res/members/boulangerie/accounts/main/creditLine");
  EXPECT_EQ(sent.credit_line().credit_line().minor_units(), 500'000);
  EXPECT_FALSE(sent.credit_line().has_balance_limit());
  EXPECT_EQ(sent.reason(), "annual sales 45,000 / 9");
  EXPECT_THAT(run.out, HasSubstr("Credit line of boulangerie is 5000.00 RES"));

  EXPECT_EQ(server_
                .Run({"credit", "set", "boulangerie", "--limit", "-5000",
                      "--reason", "x"})
                .code,
            ExitCode::kUsage);
}

TEST_F(ChangeTest, ANetworkIsCreatedWithoutOneInUse) {
  v1::CreateNetworkRequest sent;
  server_.handlers().create_network =
      [&](const v1::CreateNetworkRequest& request, v1::CreateNetworkResponse*) {
        sent = request;
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
      };
  const CliRun run = server_.Run(
      {"network", "create", "res", "--name", "RES", "--unit-code", "RES",
       "--decimals", "2", "--peg", "EUR", "--default-credit-line", "500"});
  EXPECT_EQ(run.code, ExitCode::kUnknownOutcome);
  EXPECT_EQ(sent.network_id(), "res");
  EXPECT_EQ(sent.network().unit_decimals(), 2);
  EXPECT_EQ(sent.network().default_credit_line().minor_units(), 50'000);
  EXPECT_THAT(run.err, Not(HasSubstr("--network")));
}

TEST_F(ChangeTest, AcceptNamesTheTradeAndHasARequestId) {
  v1::AcceptTradeRequest sent;
  server_.handlers().accept_trade = [&](const v1::AcceptTradeRequest& request,
                                        v1::AcceptTradeResponse* response) {
    sent = request;
    response->mutable_trade()->set_name(request.name());
    response->mutable_trade()->set_state(v1::Trade::SETTLED);
    return grpc::Status::OK;
  };
  const CliRun run = server_.Run({"trade", "accept", "f2025-0001"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(sent.name(), "networks/res/trades/f2025-0001");
  EXPECT_EQ(sent.request_id(), "id-1");
  EXPECT_THAT(run.out, HasSubstr("Trade f2025-0001 is SETTLED"));
  // What this version of the server does not have is not a refusal.
  EXPECT_EQ(server_.Run({"trade", "list"}).code, ExitCode::kUnreachable);
}

}  // namespace
}  // namespace skontro::cli

// A Client against a server whose answers are what the test says.

#include "cli/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "skontro/v1/trade_service.grpc.pb.h"
#include "tests/cli/fake_server.h"

namespace skontro::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::TradeService;

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    ClientOptions options;
    options.endpoint = server_.endpoint();
    options.network = "res";
    options.retry.attempt_timeout = absl::Seconds(30);
    options.retry.sleep = [](absl::Duration) {};
    client_ = *Client::Make(options);
  }

  static v1::CreateTradeRequest Pay(const std::string& request_id = "") {
    v1::CreateTradeRequest request;
    request.set_request_id(request_id);
    request.mutable_trade()->set_seller("imprimerie");
    request.mutable_trade()->set_buyer("networks/res/members/boulangerie");
    request.mutable_trade()->set_initiator(v1::Trade::BUYER);
    request.mutable_trade()->mutable_unit_leg()->set_minor_units(5'000);
    return request;
  }

  cli::FakeServer server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, AChangeWithoutAnswerIsSentAgainUnderTheSameRequestId) {
  std::vector<std::string> ids;
  std::vector<std::string> requests;
  server_.handlers().create_trade = [&](const v1::CreateTradeRequest& request,
                                        v1::CreateTradeResponse* response) {
    ids.push_back(request.request_id());
    requests.push_back(request.SerializeAsString());
    if (ids.size() < 3) {
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "going down");
    }
    *response->mutable_trade() = request.trade();
    response->mutable_outcome()->set_sequence(17);
    return grpc::Status::OK;
  };
  const auto paid = client_->CreateTrade(Pay());
  ASSERT_TRUE(paid.ok()) << paid.status();
  EXPECT_EQ(paid->trade().seller(), "networks/res/members/imprimerie");
  EXPECT_EQ(paid->trade().buyer(), "networks/res/members/boulangerie");
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_EQ(ids[0].size(), 36u);
  EXPECT_EQ(requests[1], requests[0]);
  EXPECT_EQ(requests[2], requests[0]);
  EXPECT_EQ(client_->sequence(), 17);
}

TEST_F(ClientTest, WithoutAnAnswerToTheEndTheOutcomeIsUnknown) {
  server_.handlers().create_trade = [](const auto&, auto*) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "no words");
  };
  const absl::Status status = client_->CreateTrade(Pay("order-1")).status();
  EXPECT_TRUE(absl::IsInternal(status));
  ASSERT_TRUE(ErrorOf(status).has_value());
  EXPECT_EQ(ErrorOf(status)->outcome, Outcome::kUnknown);
  EXPECT_EQ(ErrorOf(status)->request_id, "order-1");
  EXPECT_THAT(std::string(status.message()), HasSubstr("order-1"));
}

TEST_F(ClientTest, ARefusalHasItsReasonAndValues) {
  int calls = 0;
  server_.handlers().create_trade = [&](const auto&, auto*) {
    ++calls;
    return cli::Refused(grpc::StatusCode::FAILED_PRECONDITION, "too much",
                        "CREDIT_LINE_EXCEEDED", {{"missing", "1240"}});
  };
  const absl::Status status = client_->CreateTrade(Pay()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  const std::optional<CallError> error = ErrorOf(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->outcome, Outcome::kRefused);
  EXPECT_EQ(error->reason, "CREDIT_LINE_EXCEEDED");
  EXPECT_EQ(error->metadata.at("missing"), "1240");
  EXPECT_EQ(calls, 1);
}

TEST_F(ClientTest, AReadSeesWhatWasAnsweredBefore) {
  std::vector<int64_t> asked;
  server_.handlers().get_account = [&](const v1::GetAccountRequest& request,
                                       v1::GetAccountResponse* response) {
    asked.push_back(request.min_sequence());
    response->mutable_account()->set_name(request.name());
    response->set_sequence(20 + static_cast<int64_t>(asked.size()));
    return grpc::Status::OK;
  };
  client_->Saw(9);
  client_->Saw(4);
  EXPECT_EQ(client_->GetAccount("boulangerie")->name(),
            "networks/res/members/boulangerie/accounts/main");
  ASSERT_TRUE(client_->GetAccount("boulangerie").ok());
  EXPECT_THAT(asked, ElementsAre(9, 21));
  EXPECT_EQ(client_->sequence(), 22);
}

TEST_F(ClientTest, AListIsReadToItsLastPageAsOfOneSequence) {
  client_->Saw(5);
  std::vector<std::string> tokens;
  server_.handlers().list_trades = [&](const v1::ListTradesRequest& request,
                                       v1::ListTradesResponse* response) {
    tokens.push_back(absl::StrCat(request.page_token(), "@",
                                  request.min_sequence(), "/",
                                  request.page_size()));
    response->add_trades()->set_name(absl::StrCat("t", tokens.size()));
    response->set_sequence(30);
    if (tokens.size() < 3) {
      response->set_next_page_token(absl::StrCat("p", tokens.size()));
    }
    return grpc::Status::OK;
  };
  v1::ListTradesRequest request;
  request.set_parent(client_->network());
  int trades = 0;
  const absl::Status status =
      client_->ReadAll<TradeService>(&TradeService::Stub::ListTrades, request,
                                     [&](const v1::ListTradesResponse& page) {
                                       trades += page.trades_size();
                                       return true;
                                     });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(trades, 3);
  EXPECT_THAT(tokens, ElementsAre("@5/1000", "p1@5/1000", "p2@5/1000"));
}

TEST_F(ClientTest, AListWithoutAnEndIsNoted) {
  server_.handlers().list_trades = [](const auto&, auto* response) {
    response->set_next_page_token("again");
    return grpc::Status::OK;
  };
  const absl::Status status = client_->ReadAll<TradeService>(
      &TradeService::Stub::ListTrades, v1::ListTradesRequest(),
      [](const v1::ListTradesResponse&) { return true; });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(ClientTest, ManyTradesHaveAResultEachInOrder) {
  std::vector<int> sizes;
  server_.handlers().batch_create_trades =
      [&](const v1::BatchCreateTradesRequest& request,
          v1::BatchCreateTradesResponse* response) {
        sizes.push_back(request.requests_size());
        for (const v1::CreateTradeRequest& one : request.requests()) {
          auto* const result = response->add_results();
          if (one.request_id() == "o-1") {
            result->mutable_error()->set_code(
                static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION));
            result->mutable_error()->set_message("no");
          } else {
            result->mutable_response()->mutable_trade()->set_name(
                one.request_id());
          }
        }
        response->set_sequence(40 + static_cast<int64_t>(sizes.size()));
        return grpc::Status::OK;
      };
  std::vector<v1::CreateTradeRequest> requests;
  requests.reserve(5);
  for (int i = 0; i < 5; ++i) requests.push_back(Pay(absl::StrCat("o-", i)));
  const auto results = client_->CreateTrades(requests, 2);
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
  ASSERT_EQ(results.size(), 5u);
  for (int i = 0; i < 5; ++i) {
    const auto& result = results[static_cast<size_t>(i)];
    if (i == 1) {
      EXPECT_EQ(ErrorOf(result.status())->outcome, Outcome::kRefused);
      EXPECT_EQ(ErrorOf(result.status())->request_id, "o-1");
    } else {
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(result->trade().name(), absl::StrCat("o-", i));
    }
  }
  EXPECT_EQ(client_->sequence(), 43);
}

TEST_F(ClientTest, TradesOfACallWithoutAnswerAreInDoubtAndTheOthersGoOn) {
  int calls = 0;
  server_.handlers().batch_create_trades =
      [&](const v1::BatchCreateTradesRequest& request,
          v1::BatchCreateTradesResponse* response) {
        if (++calls == 1) {
          return grpc::Status(grpc::StatusCode::INTERNAL, "no words");
        }
        for (int i = 0; i < request.requests_size(); ++i) {
          response->add_results()->mutable_response();
        }
        return grpc::Status::OK;
      };
  const auto results =
      client_->CreateTrades({Pay("a"), Pay("b"), Pay("c"), Pay("d")}, 2);
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(ErrorOf(results[0].status())->outcome, Outcome::kUnknown);
  EXPECT_EQ(ErrorOf(results[0].status())->request_id, "a");
  EXPECT_EQ(ErrorOf(results[1].status())->request_id, "b");
  EXPECT_TRUE(results[2].ok() && results[3].ok());
}

TEST_F(ClientTest, AnItemThatTheServerWasTooBusyForIsSentAgainAlone) {
  server_.handlers().batch_create_trades =
      [](const v1::BatchCreateTradesRequest&,
         v1::BatchCreateTradesResponse* response) {
        const grpc::Status busy = cli::Refused(
            grpc::StatusCode::RESOURCE_EXHAUSTED, "busy", "QUEUE_FULL", {});
        response->add_results()->mutable_error()->ParseFromString(
            busy.error_details());
        response->add_results()->mutable_response();
        return grpc::Status::OK;
      };
  std::vector<std::string> alone;
  server_.handlers().create_trade = [&](const v1::CreateTradeRequest& request,
                                        v1::CreateTradeResponse*) {
    alone.push_back(request.request_id());
    return grpc::Status::OK;
  };
  const auto results = client_->CreateTrades({Pay("a"), Pay("b")});
  EXPECT_TRUE(results[0].ok()) << results[0].status();
  EXPECT_TRUE(results[1].ok());
  EXPECT_THAT(alone, ElementsAre("a"));
}

TEST_F(ClientTest, AnAnswerWithTooFewResultsIsNoResult) {
  server_.handlers().batch_create_trades = [](const auto&, auto* response) {
    response->add_results()->mutable_response();
    return grpc::Status::OK;
  };
  const auto results = client_->CreateTrades({Pay("a"), Pay("b")});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(results[0].ok());
  EXPECT_TRUE(absl::IsDataLoss(results[1].status()));
}

TEST_F(ClientTest, ThreadsMayShareAClient) {
  std::atomic<int> calls = 0;
  server_.handlers().create_trade = [&](const v1::CreateTradeRequest&,
                                        v1::CreateTradeResponse* response) {
    response->mutable_outcome()->set_sequence(++calls);
    return grpc::Status::OK;
  };
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10; ++k)
        EXPECT_TRUE(client_->CreateTrade(Pay()).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, 40);
  EXPECT_EQ(client_->sequence(), 40);
}

TEST_F(ClientTest, NothingIsSentInClearToAnotherMachine) {
  ClientOptions options;
  options.endpoint = "192.0.2.1:7411";
  options.network = "res";
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Make(options).status()));
  options.security.encrypted = true;
  EXPECT_TRUE(Client::Make(options).ok());
  options.network = "";
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Make(options).status()));
}

TEST(RequestIdTest, IsARandomUuid) {
  const std::string id = Client::NewRequestId();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[8], '-');
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  EXPECT_NE(Client::NewRequestId(), id);
}

}  // namespace
}  // namespace skontro::client

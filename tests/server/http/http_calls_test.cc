// Calls over HTTP are the calls of gRPC: the same answers, errors and retries.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(HttpCallsTest, ATradeOverHttpIsATradeForAll) {
  HttpScene http;
  http.scene().MakeNetwork();
  const Answer answer =
      http.Call("TradeService/CreateTrade", SaleJson("r-1", "\"500\""));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.Header("Content-Type"), "application/json");
  EXPECT_THAT(answer.body, AllOf(HasSubstr("\"state\":\"SETTLED\""),
                                 HasSubstr("\"minorUnits\":\"500\"")));
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -500);
  const Answer account =
      http.Call("AccountService/GetAccount",
                R"({"name":"networks/res/members/imprimerie/accounts/main"})");
  ASSERT_EQ(account.status, 200) << account.body;
  EXPECT_THAT(account.body, HasSubstr("\"balance\":{\"minorUnits\":\"500\"}"));
}

TEST(HttpCallsTest, ARetryIsTheSameWhicheverWayItComes) {
  HttpScene http;
  http.scene().MakeNetwork();
  EXPECT_TRUE(http.scene().Call(Sale("r-1", 500)).status.ok());
  const Answer again =
      http.Call("TradeService/CreateTrade", SaleJson("r-1", "500"));
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -500);
  const Answer reused =
      http.Call("TradeService/CreateTrade", SaleJson("r-1", "501"));
  EXPECT_EQ(reused.status, 409);
  EXPECT_THAT(reused.body, AllOf(HasSubstr("\"code\":\"already_exists\""),
                                 HasSubstr("REQUEST_ID_REUSED")));
}

TEST(HttpCallsTest, AKeyIsTheSameKeyOverHttp) {
  HttpScene http;
  http.scene().MakeNetwork();
  const auto status = [&](const std::string& headers) {
    return http.Call("NetworkService/ListNetworks", "{}", headers).status;
  };
  EXPECT_EQ(status(""), 200);
  EXPECT_EQ(
      status("Authorization: Bearer " + http.scene().server_key() + "\r\n"),
      200);
  // What is no key is not nobody, whatever nobody may do.
  for (const char* header :
       {"Authorization:\r\n", "Authorization: \r\n",
        "Authorization: Bearer\r\n", "Authorization: Bearer x\r\n",
        "Authorization: Basic eDp5\r\n"}) {
    EXPECT_EQ(status(header), 401) << header;
  }
  const Answer refused =
      http.Call("TradeService/CreateTrade", SaleJson("r-1", "5"),
                "Authorization: Bearer skontro\r\n");
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"unauthenticated\""));
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
}

TEST(HttpCallsTest, ErrorsAreThoseOfTheServices) {
  HttpScene http;
  http.scene().MakeNetwork();
  const Answer over =
      http.Call("TradeService/CreateTrade", SaleJson("r-1", "100001"));
  EXPECT_EQ(over.status, 400);
  EXPECT_THAT(over.body, AllOf(HasSubstr("\"code\":\"failed_precondition\""),
                               HasSubstr("\"reason\":\"CREDIT_LINE_EXCEEDED\""),
                               HasSubstr("\"type\":\"google.rpc.ErrorInfo\"")));
  const Answer absent = http.Call("TradeService/GetTrade",
                                  R"({"name":"networks/res/trades/none"})");
  EXPECT_EQ(absent.status, 404);
  EXPECT_THAT(absent.body, AllOf(HasSubstr("\"code\":\"not_found\""),
                                 HasSubstr("RESOURCE_NOT_FOUND")));
  const Answer form = http.Call("TradeService/GetTrade", R"({"name":""})");
  EXPECT_EQ(form.status, 400);
  EXPECT_THAT(form.body, HasSubstr("\"reason\":\"FIELD_INVALID\""));
}

TEST(HttpCallsTest, JsonThatSaysTwoThingsBooksNothing) {
  HttpScene http;
  http.scene().MakeNetwork();
  for (const char* units : {"5,\"minorUnits\":6", "5.0", "5e0", "9.1e15",
                            "5,\"minor_units\":6", "\"5\",\"minorUnit\":6"}) {
    const Answer answer =
        http.Call("TradeService/CreateTrade", SaleJson("r-1", units));
    EXPECT_EQ(answer.status, 400) << units;
    EXPECT_THAT(answer.body, HasSubstr("FIELD_INVALID")) << units;
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
}

TEST(HttpCallsTest, NumbersBeyondADoubleKeepEveryDigit) {
  HttpScene http;
  http.scene().MakeNetwork();
  // 2^53 + 1 as a number, in a field that has no limit of its own.
  const Answer answer = http.Call(
      "TradeService/GetTrade",
      R"({"name":"networks/res/trades/t1","asOfSequence":9007199254740993})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("9007199254740993"));
  for (const char* units :
       {"9223372036854775808", "\"9223372036854775808\"", "1e3", "\"1e3\"",
        "\"0x10\"", "\" 5\"", "\"\"", "NaN", "true", "[5]"}) {
    EXPECT_EQ(
        http.Call("TradeService/CreateTrade", SaleJson("r-1", units)).status,
        400)
        << units;
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
}

TEST(HttpCallsTest, ARequestIdCannotPutWordsIntoAnAnswer) {
  HttpScene http;
  http.scene().MakeNetwork();
  for (const char* id : {"r\\r\\nX-Forged: 1", "r\\nX-Forged: 1", "r\\u0000",
                         "\\u202er", "r\\u0085X-Forged: 1", "", " "}) {
    const Answer answer =
        http.Call("TradeService/CreateTrade", SaleJson(id, "5"));
    EXPECT_EQ(answer.status, 400) << id;
    EXPECT_THAT(answer.body, HasSubstr("request_id")) << id;
    EXPECT_EQ(answer.Header("X-Forged"), "") << id;
    EXPECT_EQ(answer.body.find("\nX-Forged"), std::string::npos) << id;
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
}

TEST(HttpCallsTest, AStreamFromAClientIsForGrpc) {
  HttpScene http;
  http.scene().MakeNetwork();
  for (const char* type : {"application/connect+json", "application/json",
                           "application/connect+proto"}) {
    Wire wire(http.port());
    wire.Send(
        PostBytes("/skontro.v1.TradeService/SubmitTrades", "{}", "", type));
    const Answer answer = wire.Receive();
    EXPECT_EQ(answer.status, 501) << type;
    EXPECT_THAT(answer.body, HasSubstr("\"code\":\"unimplemented\""));
  }
}

TEST(HttpCallsTest, BinaryMessagesAreTakenToo) {
  HttpScene http;
  http.scene().MakeNetwork();
  Wire wire(http.port());
  ASSERT_TRUE(
      wire.Send(PostBytes(kCreateTrade, Sale("r-1", 500).SerializeAsString(),
                          "", "application/proto")));
  const Answer answer = wire.Receive();
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Type"), "application/proto");
  v1::CreateTradeResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.body));
  EXPECT_EQ(response.trade().unit_leg().minor_units(), 500);
  ASSERT_TRUE(
      wire.Send(PostBytes(kCreateTrade, "\xff\xff", "", "application/proto")));
  const Answer bad = wire.Receive();
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.Header("Content-Type"), "application/json");
  EXPECT_THAT(bad.body, HasSubstr("FIELD_INVALID"));
}

TEST(HttpCallsTest, ALargeBatchIsOneCall) {
  HttpScene http;
  http.scene().MakeNetwork();
  std::string json =
      R"({"parent":"networks/res","mode":"INDEPENDENT","requests":[)";
  constexpr int kTrades = 2'000;
  for (int i = 0; i < kTrades; ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",",
                    SaleJson(absl::StrCat("b-", i), "1"));
  }
  json += "]}";
  ASSERT_GT(json.size(), 300'000u);
  const Answer answer = http.Call("TradeService/BatchCreateTrades", json);
  ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 500);
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -kTrades);
}

TEST(HttpCallsTest, ADeadlineThatHasPassedIsNamed) {
  HttpScene http;
  http.scene().MakeNetwork();
  // Waits for a record that nobody makes.
  const std::string json =
      R"({"name":"networks/res/trades/t1","minSequence":"1000000"})";
  const Answer answer =
      http.Call("TradeService/GetTrade", json, "Connect-Timeout-Ms: 300\r\n");
  EXPECT_TRUE(answer.status == 504 || answer.status == 503 ||
              answer.status == 400)
      << answer.status;
  EXPECT_THAT(answer.body, ::testing::AnyOf(HasSubstr("deadline_exceeded"),
                                            HasSubstr("SEQUENCE_NOT_REACHED")));
}

TEST(HttpCallsTest, AConnectionIsUsedAgainAndAgain) {
  HttpScene http;
  http.scene().MakeNetwork();
  Wire wire(http.port());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(wire.Send(
        PostBytes(kCreateTrade, SaleJson(absl::StrCat("r-", i), "1"))));
    const Answer answer = wire.Receive();
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.Header("Connection"), "keep-alive");
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -20);
  ASSERT_TRUE(wire.Send(
      PostBytes(kCreateTrade, SaleJson("last", "1"), "Connection: close\r\n")));
  EXPECT_EQ(wire.Receive().Header("Connection"), "close");
  EXPECT_TRUE(wire.IsClosed());
}

TEST(HttpCallsTest, RequestsSentAheadAreAnsweredInOrder) {
  HttpScene http;
  http.scene().MakeNetwork();
  Wire wire(http.port());
  std::string ahead;
  for (int i = 0; i < 50; ++i) {
    ahead += PostBytes(kCreateTrade,
                       SaleJson(absl::StrCat("r-", i), absl::StrCat(i + 1)));
  }
  ASSERT_TRUE(wire.Send(ahead));
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(wire.Receive().body,
                HasSubstr(absl::StrCat("\"unitLeg\":{\"minorUnits\":\"", i + 1,
                                       "\"}")));
  }
}

TEST(HttpCallsTest, ManyCallersAtOnceGetTheirOwnAnswers) {
  HttpScene http;
  http.scene().MakeNetwork();
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&, t] {
      Wire wire(http.port());
      for (int i = 0; i < 25; ++i) {
        const std::string units = absl::StrCat(1 + t * 25 + i);
        wire.Send(PostBytes(kCreateTrade,
                            SaleJson(absl::StrCat("r-", t, "-", i), units)));
        const Answer answer = wire.Receive();
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_THAT(answer.body,
                    HasSubstr(absl::StrCat("\"minorUnits\":\"", units, "\"")));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -200 * 201 / 2);
}

TEST(HttpCallsTest, ReadinessFollowsTheServer) {
  HttpScene http({}, false);
  EXPECT_EQ(http.Get("/healthz").status, 200);
  EXPECT_EQ(http.Get("/readyz").status, 503);
  EXPECT_EQ(http.Get("/readyz").body, "opening\n");
  const Answer early = http.Call("NetworkService/ListNetworks", "{}");
  EXPECT_EQ(early.status, 503);
  EXPECT_THAT(early.body, HasSubstr("\"code\":\"unavailable\""));
  http.Serve();
  EXPECT_EQ(http.Get("/readyz").status, 200);
  EXPECT_EQ(http.Call("NetworkService/ListNetworks", "{}").status, 200);
  http.http().Drain();
  EXPECT_EQ(http.Get("/readyz").body, "stopping\n");
  EXPECT_EQ(http.Get("/healthz").status, 200);
}

TEST(HttpCallsTest, AStopLetsCallsOnTheirWayHaveTheirAnswers) {
  HttpScene http;
  http.scene().MakeNetwork();
  std::atomic<int> answered = 0;
  std::atomic<int> booked = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&, t] {
      Wire wire(http.port());
      for (int i = 0;; ++i) {
        if (!wire.Send(PostBytes(
                kCreateTrade, SaleJson(absl::StrCat("r-", t, "-", i), "1")))) {
          return;
        }
        const Answer answer = wire.Receive();
        // Once the server drains, an answer ends its connection.
        if (answer.status == 0) return;
        ++answered;
        if (answer.status == 200) ++booked;
        if (answer.Header("Connection") == "close") return;
      }
    });
  }
  while (answered < 40) std::this_thread::yield();
  http.http().Drain();
  http.scene().server().StopIntake();
  EXPECT_TRUE(http.http().WaitForCalls(absl::Seconds(10)));
  http.scene().server().Stop(absl::Seconds(10));
  http.http().Stop(absl::Seconds(10));
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(http.http().connections(), 0u);
  http.scene().Restart();
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -booked);
}

TEST(HttpCallsTest, OnlyTheLoopbackIsListenedOn) {
  Log log(STDERR_FILENO, LogFormat::kText, LogLevel::kError);
  Options options;
  for (const char* address :
       {"0.0.0.0:0", "[::]:0", "10.0.0.1:0", "localhost", "", "127.0.0.1"}) {
    options.address = address;
    EXPECT_EQ(HttpServer::Start(options, nullptr, &log).status().code(),
              absl::StatusCode::kInvalidArgument)
        << address;
  }
  options.address = "127.0.0.1:0";
  const auto first = HttpServer::Start(options, nullptr, &log);
  ASSERT_TRUE(first.ok());
  options.address = absl::StrCat("127.0.0.1:", (*first)->port());
  const absl::Status taken = HttpServer::Start(options, nullptr, &log).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(taken.message()), HasSubstr("--http-listen"));
}

}  // namespace
}  // namespace skontro::server::http

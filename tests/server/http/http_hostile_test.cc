// Clients that are slow, silent, greedy or lie about the length of things.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/http/connect.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

using ::testing::HasSubstr;

// Sends bytes and tells the status of the one response; the connection has to
// be closed after it.
int StatusAndClose(HttpScene& http, const std::string& bytes) {
  Wire wire(http.port());
  wire.Send(bytes);
  const int status = wire.Receive().status;
  EXPECT_TRUE(wire.IsClosed()) << bytes.substr(0, 200);
  return status;
}

TEST(HttpHostileTest, ASecondRequestCannotHideInAFirst) {
  HttpScene http;
  http.scene().MakeNetwork();
  const std::string hidden = PostBytes(kCreateTrade, SaleJson("hidden", "1"));
  const std::string head = absl::StrCat(
      "POST ", kCreateTrade,
      " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
  for (const std::string& lie :
       {std::string("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"),
        std::string("Content-Length: 2\r\nContent-Length: 0\r\n"),
        std::string("Transfer-Encoding: xchunked\r\n"),
        std::string("Transfer-Encoding: chunked, identity\r\n"),
        std::string("Transfer-Encoding : chunked\r\n"),
        std::string("X: y\n\nContent-Length: 2\r\n"),
        std::string("X: y\r\n Transfer-Encoding: chunked\r\n")}) {
    EXPECT_EQ(
        StatusAndClose(http, absl::StrCat(head, lie, "\r\n0\r\n\r\n", hidden)),
        400)
        << lie;
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
}

TEST(HttpHostileTest, WhatIsRefusedBeforeItsBodyEndsTheConnection) {
  HttpScene http;
  http.scene().MakeNetwork();
  const std::string hidden = PostBytes(kCreateTrade, SaleJson("hidden", "1"));
  const auto refused = [&](const std::string& path, const std::string& type) {
    return StatusAndClose(http, PostBytes(path, "{}", "", type) + hidden);
  };
  EXPECT_EQ(refused("/nowhere", "application/json"), 404);
  EXPECT_EQ(refused(kCreateTrade, "text/plain"), 415);
  EXPECT_EQ(refused("/healthz", "application/json"), 405);
  EXPECT_EQ(StatusAndClose(http, PostBytes(kCreateTrade, "{}",
                                           "Content-Encoding: br\r\n")),
            501);
  EXPECT_EQ(
      StatusAndClose(http, PostBytes(kCreateTrade, "{}", "Expect: magic\r\n")),
      417);
  EXPECT_EQ(StatusAndClose(http, "POST / HTTP/2.0\r\nHost: localhost\r\n\r\n"),
            505);
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
}

TEST(HttpHostileTest, SizesAreBounded) {
  Options options;
  options.body_bytes_max = 100'000;
  HttpScene http(options);
  http.scene().MakeNetwork();
  EXPECT_EQ(StatusAndClose(http, absl::StrCat("GET /healthz HTTP/1.1\r\nHost: "
                                              "localhost\r\nX: ",
                                              std::string(20'000, 'x'))),
            431);
  EXPECT_EQ(StatusAndClose(
                http, absl::StrCat("POST ", kCreateTrade,
                                   " HTTP/1.1\r\nHost: localhost\r\nContent-"
                                   "Type: application/json\r\nContent-Length: "
                                   "100001\r\n\r\n")),
            413);
  // A client that sends all of it before it listens hears the same.
  EXPECT_EQ(
      StatusAndClose(http, PostBytes(kCreateTrade, std::string(100'001, ' '))),
      413);
  EXPECT_EQ(
      StatusAndClose(
          http, absl::StrCat("POST ", kCreateTrade,
                             " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                             "application/json\r\nTransfer-Encoding: "
                             "chunked\r\n\r\n186a1\r\n",
                             std::string(100'001, ' '))),
      413);
  EXPECT_EQ(http.Call("TradeService/CreateTrade", SaleJson("r", "1")).status,
            200);
}

TEST(HttpHostileTest, LargeBodiesShareABoundOfMemory) {
  Options options;
  options.body_memory_max = 3'000'000;
  HttpScene http(options);
  http.scene().MakeNetwork();
  const std::string announced = absl::StrCat(
      "POST ", kCreateTrade,
      " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000000\r\n\r\n");
  std::vector<std::unique_ptr<Wire>> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(std::make_unique<Wire>(http.port()));
    ASSERT_TRUE(held.back()->Send(announced + "{"));
  }
  // The three are taken up in their own time.
  int status = 0;
  while (status != 503) {
    Wire wire(http.port());
    wire.Send(PostBytes(kCreateTrade, std::string(1'000'000, ' ')));
    status = wire.Receive().status;
    ASSERT_TRUE(status == 503 || status == 400) << status;
  }
  // Small ones need none of it, and what is given back can be had again.
  EXPECT_EQ(http.Call("TradeService/CreateTrade", SaleJson("r", "1")).status,
            200);
  held.clear();
  while (status != 400) {
    Wire wire(http.port());
    wire.Send(PostBytes(kCreateTrade, std::string(1'000'000, ' ')));
    status = wire.Receive().status;
    ASSERT_TRUE(status == 503 || status == 400) << status;
  }
}

TEST(HttpHostileTest, SlowClientsAreGivenUp) {
  Options options;
  options.head_timeout = absl::Seconds(1);
  options.body_timeout = absl::Seconds(1);
  options.idle_timeout = absl::Seconds(1);
  HttpScene http(options);
  http.scene().MakeNetwork();
  const std::string whole = PostBytes(kCreateTrade, SaleJson("r", "1"));
  // A byte now and then keeps nobody.
  const absl::Time begun = absl::Now();
  Wire drip(http.port());
  size_t sent = 0;
  while (sent < whole.size() && drip.Send(whole.substr(sent, 1))) {
    ++sent;
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_LT(sent, whole.size());
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  EXPECT_EQ(drip.Receive().status, 408);
  // The head at once, the body never.
  Wire half(http.port());
  half.Send(whole.substr(0, whole.size() - 5));
  EXPECT_EQ(half.Receive().status, 408);
  EXPECT_TRUE(half.IsClosed());
  // Silence from the start, and after an answer.
  Wire silent(http.port());
  EXPECT_TRUE(silent.IsClosed());
  Wire idle(http.port());
  idle.Send(whole);
  EXPECT_EQ(idle.Receive().status, 200);
  EXPECT_TRUE(idle.IsClosed());
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -1);
}

TEST(HttpHostileTest, TheConnectionThatIsIdleLongestMakesRoom) {
  Options options;
  options.connections_max = 10;
  HttpScene http(options);
  http.scene().MakeNetwork();
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 10; ++i) {
    wires.push_back(std::make_unique<Wire>(http.port()));
    wires.back()->Send(
        PostBytes(kCreateTrade, SaleJson(absl::StrCat("r-", i), "1")));
    EXPECT_EQ(wires.back()->Receive().status, 200);
  }
  // A client has its answer a moment before its connection counts as idle; all
  // but the first ask again, so that the first is the longest idle for sure.
  for (size_t i = 1; i < wires.size(); ++i) {
    wires[i]->Send(
        PostBytes(kCreateTrade, SaleJson(absl::StrCat("r-", i), "1")));
    EXPECT_EQ(wires[i]->Receive().status, 200);
  }
  EXPECT_EQ(http.Get("/healthz").status, 200);
  EXPECT_TRUE(wires.front()->IsClosed());
  wires.back()->Send(PostBytes(kCreateTrade, SaleJson("again", "1")));
  EXPECT_EQ(wires.back()->Receive().status, 200);
}

TEST(HttpHostileTest, WhereAllAreBusyOneMoreIsToldSo) {
  Options options;
  options.connections_max = 5;
  HttpScene http(options);
  http.scene().MakeNetwork();
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 5; ++i) {
    wires.push_back(std::make_unique<Wire>(http.port()));
    ASSERT_TRUE(wires.back()->Send(
        PostBytes("/skontro.v1.EventService/WatchEvents",
                  Envelope(R"({"parent":"networks/res","fromSequence":"5"})"),
                  "", "application/connect+json")));
    EXPECT_THAT(wires.back()->ReceiveSome(15), HasSubstr("200 OK"));
  }
  const Answer answer = http.Get("/healthz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("too many connections"));
  EXPECT_EQ(answer.Header("Connection"), "close");
}

TEST(HttpHostileTest, WhoWaitsForTheRestOfARequestMakesRoom) {
  Options options;
  options.connections_max = 5;
  HttpScene http(options);
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 5; ++i) {
    wires.push_back(std::make_unique<Wire>(http.port()));
    wires.back()->Send("GET /healthz HTTP/1.1\r\n");
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(http.Get("/healthz").status, 200);
}

TEST(HttpHostileTest, ThousandsOfIdleConnectionsDoNotKeepOthersOut) {
  Options options;
  options.connections_max = 200;
  HttpScene http(options);
  http.scene().MakeNetwork();
  std::vector<std::unique_ptr<Wire>> wires;
  wires.reserve(450);
  for (int i = 0; i < 450; ++i) {
    wires.push_back(std::make_unique<Wire>(http.port()));
  }
  EXPECT_EQ(http.Call("TradeService/CreateTrade", SaleJson("r", "1")).status,
            200);
  // Those that were told to leave are still counted until they are gone.
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (http.http().connections() > 300 && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_LE(http.http().connections(), 300u);
}

TEST(HttpHostileTest, AClientThatWaitsForLeaveGetsIt) {
  HttpScene http;
  http.scene().MakeNetwork();
  Wire wire(http.port());
  const std::string body = SaleJson("r", "1");
  wire.Send(absl::StrCat("POST ", kCreateTrade,
                         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                         "application/json\r\nExpect: 100-continue\r\n"
                         "Content-Length: ",
                         body.size(), "\r\n\r\n"));
  EXPECT_EQ(wire.ReceiveSome(25), "HTTP/1.1 100 Continue\r\n\r\n");
  wire.Send(body);
  EXPECT_EQ(wire.Receive().status, 200);
  // What will be refused is refused before it is sent.
  Wire refused(http.port());
  refused.Send(absl::StrCat("POST ", kCreateTrade,
                            " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                            "text/plain\r\nExpect: 100-continue\r\n"
                            "Content-Length: 9\r\n\r\n"));
  EXPECT_EQ(refused.Receive().status, 415);
}

TEST(HttpHostileTest, BytesOfAnyKindEndInARefusal) {
  HttpScene http;
  http.scene().MakeNetwork();
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string(100, '\0'), std::string("hello\r\n\r\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string("\xff\xfe\r\n\r\n"), std::string("GET /healthz\n\n"),
        std::string("GET http://evil/healthz HTTP/1.1\r\nHost: localhost\r\n"
                    "\r\n")}) {
    const int status = StatusAndClose(http, bytes);
    EXPECT_TRUE(status == 400 || status == 505) << bytes << " " << status;
  }
}

TEST(HttpHostileTest, HeadersCannotPutWordsIntoAnAnswer) {
  Options options;
  options.cors_origins = {"https://shop.example"};
  HttpScene http(options);
  Wire wire(http.port());
  wire.Send(
      "GET /%0d%0aX-Forged:%201 HTTP/1.1\r\nHost: localhost\r\nOrigin: "
      "https://shop.example\r\n\r\n");
  const Answer answer = wire.Receive();
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.Header("X-Forged"), "");
  EXPECT_EQ(answer.Header("Access-Control-Allow-Origin"),
            "https://shop.example");
  EXPECT_EQ(answer.Header("Vary"), "Origin");
}

TEST(HttpHostileTest, ClientsThatBreakOffDoNoHarm) {
  HttpScene http;
  http.scene().MakeNetwork();
  const std::string whole = PostBytes(kCreateTrade, SaleJson("r", "1"));
  for (size_t length = 1; length <= whole.size(); length += 7) {
    Wire wire(http.port());
    wire.Send(whole.substr(0, length));
  }
  for (int i = 0; i < 20; ++i) {
    Wire wire(http.port());
    wire.Send(PostBytes(kCreateTrade, SaleJson(absl::StrCat("b-", i), "1")));
  }
  EXPECT_EQ(http.Call("TradeService/CreateTrade", SaleJson("r", "1")).status,
            200);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(http.Call("TradeService/CreateTrade",
                        SaleJson(absl::StrCat("b-", i), "1"))
                  .status,
              200);
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -21);
}

}  // namespace
}  // namespace skontro::server::http

// Compressed calls over HTTP, as Connect has them, and those that are bombs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/http/connect.h"
#include "server/http/gzip.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

using ::testing::HasSubstr;

constexpr char kGzip[] = "Content-Encoding: gzip\r\n";
constexpr char kTakesGzip[] = "Accept-Encoding: gzip\r\n";
constexpr char kWatch[] = "/skontro.v1.EventService/WatchEvents";

Answer Post(HttpScene& http, const std::string& path, const std::string& body,
            const std::string& headers,
            const std::string& type = "application/json") {
  Wire wire(http.port());
  EXPECT_TRUE(wire.Send(PostBytes(path, body, headers, type)));
  return wire.Receive();
}

// A call whose answer is longer than a kilobyte, when some trades are there.
constexpr char kListTrades[] = "/skontro.v1.TradeService/ListTrades";
constexpr char kParent[] = R"({"parent":"networks/res"})";

TEST(HttpCompressedTest, ACompressedTradeIsATrade) {
  HttpScene http;
  http.scene().MakeNetwork();
  const Answer answer =
      Post(http, kCreateTrade, Gzip(SaleJson("r-1", "500")), kGzip);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -500);
  // The retry may come as it likes.
  EXPECT_EQ(Post(http, kCreateTrade, SaleJson("r-1", "500"), "").body,
            answer.body);
  EXPECT_EQ(Post(http, kCreateTrade, Gzip(Sale("r-1", 500).SerializeAsString()),
                 kGzip, "application/proto")
                .status,
            200);
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), -500);
}

TEST(HttpCompressedTest, AnswersAreCompressedForWhoTakesThem) {
  HttpScene http;
  http.scene().MakeNetwork();
  for (const char* request_id : {"r-1", "r-2", "r-3", "r-4"}) {
    ASSERT_EQ(Post(http, kCreateTrade, SaleJson(request_id, "5"), "").status,
              200);
  }
  const Answer plain = Post(http, kListTrades, kParent, "");
  EXPECT_EQ(plain.Header("Content-Encoding"), "");
  ASSERT_GE(plain.body.size(), kGzipBytesMin);
  const Answer small = Post(http, kListTrades, kParent, kTakesGzip);
  EXPECT_EQ(small.Header("Content-Encoding"), "gzip");
  EXPECT_EQ(small.Header("Vary"), "Accept-Encoding");
  EXPECT_LT(small.body.size(), plain.body.size());
  EXPECT_EQ(*Gunzip(small.body, 1 << 20), plain.body);
  // What is short already is left as it is.
  EXPECT_EQ(Post(http, "/skontro.v1.OperationService/ListOperations", kParent,
                 kTakesGzip)
                .Header("Content-Encoding"),
            "");
  EXPECT_EQ(Post(http, kListTrades, kParent, "Accept-Encoding: br\r\n").body,
            plain.body);
}

TEST(HttpCompressedTest, PagesAreCompressedToo) {
  HttpScene http;
  http.scene().MakeNetwork();
  Wire wire(http.port());
  wire.Send(
      "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n"
      "Accept-Encoding: gzip\r\n\r\n");
  const Answer answer = wire.Receive();
  EXPECT_EQ(answer.Header("Content-Encoding"), "gzip");
  EXPECT_EQ(*Gunzip(answer.body, 10 << 20), http.Get("/openapi.json").body);
}

TEST(HttpCompressedTest, ABombIsRefusedAndTheServerGoesOn) {
  Options options;
  options.body_bytes_max = 1 << 20;
  HttpScene http(options);
  http.scene().MakeNetwork();
  const std::string bomb = Gzip(std::string(100u << 20, ' '));
  ASSERT_LT(bomb.size(), options.body_bytes_max);
  for (int i = 0; i < 3; ++i) {
    const Answer answer = Post(http, kCreateTrade, bomb, kGzip);
    EXPECT_EQ(answer.status, 413);
    EXPECT_THAT(answer.body, HasSubstr("too long"));
  }
  const Answer stream =
      Post(http, kWatch, Envelope(bomb, true),
           "Connect-Content-Encoding: gzip\r\n", "application/connect+json");
  EXPECT_THAT(stream.body, HasSubstr("too long"));
  EXPECT_EQ(Post(http, kCreateTrade, Gzip(SaleJson("r-1", "5")), kGzip).status,
            200);
}

TEST(HttpCompressedTest, WhatWasTakenOutCountsAsMemory) {
  Options options;
  options.body_memory_max = 500'000;
  HttpScene http(options);
  http.scene().MakeNetwork();
  EXPECT_EQ(
      Post(http, kCreateTrade, Gzip(std::string(1'000'000, ' ')), kGzip).status,
      503);
  // It is given back.
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(
        Post(http, kCreateTrade, Gzip(std::string(400'000, ' ')), kGzip).status,
        400);
  }
}

TEST(HttpCompressedTest, WhatIsNotWhatItSaysIsRefused) {
  HttpScene http;
  http.scene().MakeNetwork();
  const std::string good = Gzip(SaleJson("r-1", "5"));
  for (const std::string& bad :
       {SaleJson("r-1", "5"), good.substr(0, good.size() - 1), good + "x",
        good + good, std::string("x")}) {
    const Answer answer = Post(http, kCreateTrade, bad, kGzip);
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("FIELD_INVALID"));
  }
  EXPECT_EQ(http.scene().BalanceOf("boulangerie"), 0);
  // Other codings, and those of streams where there is none.
  for (const char* header :
       {"Content-Encoding: br\r\n", "Content-Encoding: gzip, gzip\r\n",
        "Connect-Content-Encoding: gzip\r\n"}) {
    const Answer answer = Post(http, kCreateTrade, good, header);
    EXPECT_EQ(answer.status, 501) << header;
    EXPECT_THAT(answer.body, HasSubstr("gzip and identity"));
  }
  EXPECT_EQ(
      Post(http, kWatch, Envelope("{}"), kGzip, "application/connect+json")
          .status,
      501);
}

TEST(HttpCompressedTest, MessagesOfAStreamAreCompressedEach) {
  HttpScene http;
  http.scene().MakeNetwork();
  EXPECT_TRUE(http.scene().Call(Sale("r-1", 5)).status.ok());
  const std::string ask = R"({"parent":"networks/res","fromSequence":"1"})";
  Wire wire(http.port());
  wire.Send(PostBytes(kWatch, Envelope(Gzip(ask), true),
                      "Connect-Content-Encoding: gzip\r\n"
                      "Connect-Accept-Encoding: gzip\r\n",
                      "application/connect+json"));
  std::string bytes;
  while (bytes.find("\r\n\r\n") == std::string::npos) {
    bytes += wire.ReceiveSome(1);
  }
  EXPECT_THAT(bytes, HasSubstr("Connect-Content-Encoding: gzip\r\n"));
  // The first chunk: its size, then the envelope.
  std::string size;
  while (size.find("\r\n") == std::string::npos) size += wire.ReceiveSome(1);
  const std::string envelope =
      wire.ReceiveSome(std::strtoul(size.c_str(), nullptr, 16));
  ASSERT_GT(envelope.size(), kEnvelopeHeadBytes);
  EXPECT_EQ(envelope[0], 1);
  const auto json = Gunzip(envelope.substr(kEnvelopeHeadBytes), 1 << 20);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_THAT(*json, HasSubstr("networks/res/trades/"));
  // An envelope that is compressed, in a stream that is not.
  EXPECT_THAT(Post(http, kWatch, Envelope(Gzip(ask), true), "",
                   "application/connect+json")
                  .body,
              HasSubstr("without Connect-Content-Encoding"));
}

}  // namespace
}  // namespace skontro::server::http

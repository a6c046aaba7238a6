#include "server/http/route.h"

#include <gtest/gtest.h>

#include "skontro/v1/fiscal_service.pb.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server::http {
namespace {

constexpr char kGetTrade[] = "/skontro.v1.TradeService/GetTrade";
constexpr char kExport[] = "/skontro.v1.FiscalService/Export";

Request Post(const std::string& path, const std::string& type) {
  // So that the linker keeps them.
  v1::GetTradeRequest::descriptor();
  v1::ExportRequest::descriptor();
  Request request;
  request.method = "POST";
  request.path = path;
  request.host = "127.0.0.1:7412";
  request.content_type = type;
  return request;
}

// The status of the refusal; 200 where there is none.
int StatusOf(const Request& request, const Options& options = {},
             bool loopback_only = true) {
  const Route route = RouteOf(request, options, loopback_only);
  const auto* refusal = std::get_if<Response>(&route);
  return refusal == nullptr ? 200 : refusal->status;
}

TEST(RouteTest, AMethodIsFoundByItsPathToTheLetter) {
  const Route route =
      RouteOf(Post(kGetTrade, "application/json"), Options(), true);
  ASSERT_TRUE(std::holds_alternative<CallRoute>(route));
  EXPECT_EQ(std::get<CallRoute>(route).method->name(), "GetTrade");
  EXPECT_EQ(std::get<CallRoute>(route).path(), kGetTrade);
  for (const char* path :
       {"/", "/skontro.v1.TradeService/Steal", "/skontro.v1.Nothing/GetTrade",
        "/skontro.v1.TradeService.GetTrade",
        "/skontro/v1/TradeService/GetTrade",
        "/skontro.v1.TradeService/GetTrade/",
        "//skontro.v1.TradeService/GetTrade", "/skontro.v1.Trade",
        "/grpc.health.v1.Health/Check", "/../healthz",
        "/skontro.v1.TradeService/gettrade", "/healthz/", "/%68ealthz"}) {
    EXPECT_EQ(StatusOf(Post(path, "application/json")), 404) << path;
  }
  EXPECT_EQ(StatusOf(Post("", "application/json")), 400);
  EXPECT_EQ(StatusOf(Post("*", "application/json")), 400);
}

TEST(RouteTest, OnlyPostCallsAndOnlyGetReads) {
  for (const char* method :
       {"GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post"}) {
    Request request = Post(kGetTrade, "application/json");
    request.method = method;
    EXPECT_EQ(StatusOf(request), 405) << method;
  }
  for (const char* path :
       {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
    Request request = Post(path, "");
    EXPECT_EQ(StatusOf(request), 405);
    request.method = "GET";
    EXPECT_EQ(StatusOf(request), 200);
  }
}

TEST(RouteTest, AContentTypeFitsTheMethod) {
  for (const char* type :
       {"application/json", "Application/JSON", "application/proto",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\""}) {
    EXPECT_EQ(StatusOf(Post(kGetTrade, type)), 200) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded",
        "application/grpc", "application/connect+json",
        "application/json; charset=latin1", "application/jsonx",
        "multipart/form-data", "json"}) {
    EXPECT_EQ(StatusOf(Post(kGetTrade, type)), 415) << type;
  }
  EXPECT_EQ(StatusOf(Post(kExport, "application/connect+json")), 200);
  EXPECT_EQ(StatusOf(Post(kExport, "application/connect+proto")), 200);
  EXPECT_EQ(StatusOf(Post(kExport, "application/json")), 415);
}

TEST(RouteTest, MessagesAreCompressedWithGzipOrNotAtAll) {
  Request request = Post(kGetTrade, "application/json");
  request.content_encoding = "identity";
  EXPECT_EQ(StatusOf(request), 200);
  for (const char* encoding : {"br", "deflate", "gzip, identity", "x-gzip"}) {
    request.content_encoding = encoding;
    EXPECT_EQ(StatusOf(request), 501) << encoding;
  }
  request.content_encoding = "GZip";
  request.accept_encoding = "br, gzip";
  const Route route = RouteOf(request, Options(), true);
  EXPECT_TRUE(std::get<CallRoute>(route).request_is_gzip);
  EXPECT_TRUE(std::get<CallRoute>(route).response_may_be_gzip);
  request.connect_content_encoding = "gzip";
  EXPECT_EQ(StatusOf(request), 501);
  // Of a stream each message is, and never the whole.
  request = Post(kExport, "application/connect+json");
  request.connect_content_encoding = "gzip";
  request.accept_encoding = "gzip";
  const Route stream = RouteOf(request, Options(), true);
  EXPECT_TRUE(std::get<CallRoute>(stream).request_is_gzip);
  EXPECT_FALSE(std::get<CallRoute>(stream).response_may_be_gzip);
  request.connect_content_encoding = "br";
  EXPECT_EQ(StatusOf(request), 501);
  request.connect_content_encoding = "";
  request.content_encoding = "gzip";
  EXPECT_EQ(StatusOf(request), 501);
}

TEST(RouteTest, HeadersOfConnectAreChecked) {
  Request request = Post(kGetTrade, "application/json");
  request.connect_protocol_version = "1";
  request.connect_timeout_ms = "1500";
  const Route route = RouteOf(request, Options(), true);
  EXPECT_EQ(std::get<CallRoute>(route).timeout, absl::Milliseconds(1'500));
  request.connect_timeout_ms = "soon";
  EXPECT_EQ(StatusOf(request), 400);
  request.connect_timeout_ms = "";
  request.connect_protocol_version = "2";
  EXPECT_EQ(StatusOf(request), 400);
  request.connect_protocol_version = "";
  request.authorization = "Bearer \xc3\xa9";
  EXPECT_EQ(StatusOf(request), 400);
}

TEST(RouteTest, OnLoopbackOnlyItsOwnNamesAreAnswered) {
  Request request = Post(kGetTrade, "application/json");
  for (const char* host : {"localhost", "localhost:7412", "127.0.0.1",
                           "127.0.0.1:80", "[::1]", "[::1]:7412"}) {
    request.host = host;
    EXPECT_EQ(StatusOf(request), 200) << host;
  }
  for (const char* host :
       {"evil.example", "evil.example:7412", "10.0.0.1",
        "localhost.evil.example", "127.0.0.1.evil.example"}) {
    request.host = host;
    EXPECT_EQ(StatusOf(request), 421) << host;
    EXPECT_EQ(StatusOf(request, {}, false), 200) << host;
  }
}

TEST(RouteTest, PagesOfOtherOriginsMayNotCall) {
  Request request = Post(kGetTrade, "application/json");
  request.origin = "https://shop.example";
  EXPECT_EQ(StatusOf(request), 403);
  Options options;
  options.cors_origins = {"https://shop.example"};
  EXPECT_EQ(StatusOf(request, options), 200);
  for (const char* origin :
       {"null", "http://shop.example", "https://shop.example:8443",
        "https://shop.example.evil", "https://SHOP.example"}) {
    request.origin = origin;
    EXPECT_EQ(StatusOf(request, options), 403) << origin;
  }
}

TEST(RouteTest, APreflightIsAnsweredForAllowedOriginsOnly) {
  Options options;
  options.cors_origins = {"https://shop.example"};
  Request request = Post(kGetTrade, "");
  request.method = "OPTIONS";
  request.origin = "https://shop.example";
  request.access_control_request_method = "POST";
  EXPECT_EQ(StatusOf(request, options), 204);
  EXPECT_EQ(StatusOf(request), 403);
  const Route route = RouteOf(request, options, true);
  bool names_origin = false;
  for (const auto& [name, value] : std::get<Response>(route).headers) {
    if (name == "Access-Control-Allow-Origin") {
      names_origin = value == "https://shop.example";
    }
  }
  EXPECT_TRUE(names_origin);
}

TEST(RouteTest, AnOriginIsSchemeAndHost) {
  for (const char* good : {"https://shop.example", "http://localhost:3000"}) {
    EXPECT_TRUE(IsOrigin(good)) << good;
  }
  for (const char* bad : {"", "*", "shop.example", "https://", "https://a/b",
                          "https://*.example", "://a", "https://a\r\nb: c"}) {
    EXPECT_FALSE(IsOrigin(bad)) << bad;
  }
}

}  // namespace
}  // namespace skontro::server::http

// Server streams over HTTP: Connect's envelopes in chunks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/http/connect.h"
#include "server/http/message_codec.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

using ::testing::HasSubstr;

constexpr char kExport[] = "/skontro.v1.FiscalService/Export";
constexpr char kRequest[] =
    R"({"member":"networks/res/members/imprimerie","format":"JOURNAL_CSV",)"
    R"("year":2026})";

std::string StreamBytes(const std::string& message,
                        const std::string& type = "application/connect+json",
                        const std::string& headers = "") {
  return PostBytes(kExport, Envelope(message), headers, type);
}

struct Piece {
  int flags = 0;
  std::string message;
};

std::vector<Piece> PiecesOf(std::string_view body) {
  std::vector<Piece> pieces;
  while (body.size() >= kEnvelopeHeadBytes) {
    size_t length = 0;
    for (size_t i = 1; i < kEnvelopeHeadBytes; ++i) {
      length = length << 8 | static_cast<unsigned char>(body[i]);
    }
    pieces.push_back({body[0], std::string(body.substr(5, length))});
    EXPECT_LE(5 + length, body.size());
    body.remove_prefix(std::min(body.size(), 5 + length));
  }
  EXPECT_TRUE(body.empty());
  return pieces;
}

void Trade(HttpScene& http, int count) {
  http.scene().MakeNetwork();
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  for (int i = 0; i < count; ++i) {
    *batch.add_requests() = Sale(absl::StrCat("s-", i), 1);
    batch.mutable_requests(i)->mutable_trade()->set_description(
        std::string(200, 'x'));
  }
  EXPECT_TRUE(http.scene().Call(batch).status.ok());
}

TEST(HttpStreamTest, AnExportIsTheSameAsOverGrpc) {
  HttpScene http;
  Trade(http, 20);
  v1::ExportRequest request;
  request.set_format(v1::ExportRequest::JOURNAL_CSV);
  request.set_member("networks/res/members/imprimerie");
  request.set_year(2026);
  const Scene::Export expected = http.scene().Call(request);
  ASSERT_TRUE(expected.status.ok()) << expected.status.error_message();

  Wire wire(http.port());
  // Twice on one connection, in both codecs.
  ASSERT_TRUE(wire.Send(
      StreamBytes(request.SerializeAsString(), "application/connect+proto") +
      StreamBytes(kRequest)));
  const Answer binary = wire.Receive();
  ASSERT_EQ(binary.status, 200);
  EXPECT_EQ(binary.Header("Content-Type"), "application/connect+proto");
  std::vector<std::pair<std::string, std::string>> files;
  const std::vector<Piece> pieces = PiecesOf(binary.body);
  ASSERT_GE(pieces.size(), 3u);
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].flags, 0);
    v1::ExportChunk chunk;
    ASSERT_TRUE(chunk.ParseFromString(pieces[i].message));
    if (chunk.has_file_name()) {
      files.emplace_back(chunk.file_name(), "");
    } else {
      ASSERT_FALSE(files.empty());
      files.back().second += chunk.content();
    }
  }
  EXPECT_EQ(files, expected.files);
  EXPECT_EQ(pieces.back().flags, 2);
  EXPECT_EQ(pieces.back().message, "{}");

  const Answer json = wire.Receive();
  ASSERT_EQ(json.status, 200);
  const std::vector<Piece> texts = PiecesOf(json.body);
  ASSERT_EQ(texts.size(), pieces.size());
  for (size_t i = 0; i + 1 < texts.size(); ++i) {
    const auto bytes =
        FromJson(*v1::ExportChunk::GetDescriptor(), texts[i].message);
    ASSERT_TRUE(bytes.ok());
    // JSON says zeros, and in its own order: what counts is the message.
    v1::ExportChunk chunk;
    ASSERT_TRUE(chunk.ParseFromString(*bytes));
    EXPECT_EQ(chunk.SerializeAsString(), pieces[i].message);
  }
  EXPECT_EQ(texts.back().message, "{}");
}

TEST(HttpStreamTest, ErrorsComeAtTheEndOfTheStream) {
  HttpScene http;
  http.scene().MakeNetwork();
  const struct {
    std::string bytes;
    const char* wanted;
  } kCases[] = {
      {StreamBytes(R"({"member":"networks/res/members/nobody","year":2026,)"
                   R"("format":"OFX"})"),
       "RESOURCE_NOT_FOUND"},
      {StreamBytes(R"({"member":"networks/res/members/nobody","year":2026})"),
       "FIELD_INVALID"},
      {StreamBytes(R"({"member":"x","year":1})"), "FIELD_INVALID"},
      {StreamBytes("{"), "FIELD_INVALID"},
      {PostBytes(kExport, kRequest, "", "application/connect+json"),
       "FIELD_INVALID"},
      {PostBytes(kExport, "", "", "application/connect+json"), "FIELD_INVALID"},
      {PostBytes(kExport, Envelope(kRequest) + Envelope(kRequest), "",
                 "application/connect+json"),
       "FIELD_INVALID"},
  };
  for (const auto& one : kCases) {
    Wire wire(http.port());
    ASSERT_TRUE(wire.Send(one.bytes));
    const Answer answer = wire.Receive();
    EXPECT_EQ(answer.status, 200);
    const std::vector<Piece> pieces = PiecesOf(answer.body);
    ASSERT_EQ(pieces.size(), 1u) << one.bytes;
    EXPECT_EQ(pieces[0].flags, 2);
    EXPECT_THAT(pieces[0].message, HasSubstr("{\"error\":{\"code\":"));
    EXPECT_THAT(pieces[0].message, HasSubstr(one.wanted));
  }
}

TEST(HttpStreamTest, AClientThatReadsNothingIsGivenUp) {
  Options options;
  options.write_timeout = absl::Milliseconds(500);
  HttpScene http(options);
  Trade(http, 8'000);
  const int kSmallBuffer = 4'096;
  Wire wire(http.port(), kSmallBuffer);
  ASSERT_TRUE(wire.Send(StreamBytes(kRequest)));
  // The head comes; then nobody reads until the server has given up.
  EXPECT_THAT(wire.ReceiveSome(15), HasSubstr("200 OK"));
  const absl::Time begun = absl::Now();
  while (http.http().connections() > 0 &&
         absl::Now() - begun < absl::Seconds(15)) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(http.http().connections(), 0u);
  // What came is no complete stream.
  EXPECT_THAT(wire.ReceiveAll(), ::testing::Not(HasSubstr("\r\n0\r\n\r\n")));
  // The workers are free for others.
  Wire other(http.port());
  ASSERT_TRUE(other.Send(StreamBytes(kRequest)));
  EXPECT_EQ(PiecesOf(other.Receive().body).back().message, "{}");
}

TEST(HttpStreamTest, ClientsThatLeaveAStreamDoNoHarm) {
  HttpScene http;
  Trade(http, 2'000);
  for (int i = 0; i < 10; ++i) {
    Wire wire(http.port(), 4'096);
    ASSERT_TRUE(wire.Send(StreamBytes(kRequest)));
    wire.ReceiveSome(static_cast<size_t>(1 + i * 3'000));
  }
  Wire wire(http.port());
  ASSERT_TRUE(wire.Send(StreamBytes(kRequest)));
  EXPECT_EQ(PiecesOf(wire.Receive().body).back().message, "{}");
}

constexpr char kWatch[] = "/skontro.v1.EventService/WatchEvents";

TEST(HttpStreamTest, AWatcherHearsOfATradeAndOfTheStop) {
  HttpScene http;
  http.scene().MakeNetwork();
  Wire wire(http.port());
  ASSERT_TRUE(wire.Send(PostBytes(
      kWatch, Envelope(R"({"parent":"networks/res","fromSequence":"5"})"), "",
      "application/connect+json")));
  // The head comes before there is anything to say.
  EXPECT_THAT(wire.ReceiveSome(15), HasSubstr("200 OK"));
  EXPECT_TRUE(http.scene().Call(Sale("r-1", 5)).status.ok());
  std::string seen;
  while (seen.find("r-1") == std::string::npos &&
         seen.find("SETTLED") == std::string::npos) {
    const std::string more = wire.ReceiveSome(1);
    ASSERT_FALSE(more.empty()) << seen;
    seen += more;
  }
  http.http().Drain();
  http.scene().server().StopIntake();
  EXPECT_TRUE(http.http().WaitForCalls(absl::Seconds(10)));
  // The stream ends in order, with an envelope that says so.
  EXPECT_THAT(wire.ReceiveAll(), HasSubstr("0\r\n\r\n"));
}

TEST(HttpStreamTest, AWatcherThatLeavesInSilenceIsNoticed) {
  HttpScene http;
  http.scene().MakeNetwork();
  {
    Wire wire(http.port());
    ASSERT_TRUE(wire.Send(PostBytes(
        kWatch, Envelope(R"({"parent":"networks/res","fromSequence":"5"})"), "",
        "application/connect+json")));
    EXPECT_THAT(wire.ReceiveSome(15), HasSubstr("200 OK"));
  }
  const absl::Time begun = absl::Now();
  while (http.http().connections() > 0 &&
         absl::Now() - begun < absl::Seconds(15)) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(http.http().connections(), 0u);
  EXPECT_TRUE(http.http().WaitForCalls(absl::Seconds(10)));
}

TEST(HttpStreamTest, AStreamNeedsHttp11) {
  HttpScene http;
  Wire wire(http.port());
  const std::string body = Envelope(kRequest);
  wire.Send(absl::StrCat("POST ", kExport,
                         " HTTP/1.0\r\nContent-Type: application/connect+json"
                         "\r\nContent-Length: ",
                         body.size(), "\r\n\r\n", body));
  EXPECT_EQ(wire.Receive().status, 505);
}

}  // namespace
}  // namespace skontro::server::http

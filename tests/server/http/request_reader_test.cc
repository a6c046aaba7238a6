#include "server/http/request_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"

namespace skontro::server::http {
namespace {

using State = RequestReader::State;

// A reader that has been fed `bytes`, `step` at a time, past its head.
class Read {
 public:
  explicit Read(std::string_view bytes, size_t step = SIZE_MAX,
                const Options& options = {})
      : options_(options), reader_(options_) {
    std::string waiting;
    while (!bytes.empty() && reader_.state() != State::kFailed &&
           reader_.state() != State::kDone) {
      const size_t count = std::min(step, bytes.size());
      waiting.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      Feed(&waiting);
    }
    rest_ = waiting + std::string(bytes);
  }

  RequestReader& operator*() { return reader_; }
  RequestReader* operator->() { return &reader_; }
  const std::string& rest() const { return rest_; }

 private:
  void Feed(std::string* waiting) {
    waiting->erase(0, reader_.Feed(*waiting));
    if (reader_.state() != State::kHeadDone) return;
    reader_.BeginBody();
    waiting->erase(0, reader_.Feed(*waiting));
  }

  const Options options_;
  RequestReader reader_;
  std::string rest_;
};

constexpr char kPost[] = "POST /a?b=c HTTP/1.1\r\nHost: localhost\r\n";

std::string Post(const std::string& headers, const std::string& body = "") {
  return absl::StrCat(kPost, headers, "\r\n", body);
}

TEST(RequestReaderTest, ARequestIsTheSameInPiecesOfAnySize) {
  const std::string whole = Post(
      "Content-Type: application/json\r\nauthorization: Bearer x\r\n"
      "Content-Length: 5\r\n",
      "{   }next");
  for (size_t step = 1; step <= whole.size(); ++step) {
    Read read(whole, step);
    ASSERT_EQ(read->state(), State::kDone) << step;
    EXPECT_EQ(read->request().method, "POST");
    EXPECT_EQ(read->request().path, "/a");
    EXPECT_EQ(read->request().host, "localhost");
    EXPECT_EQ(read->request().authorization, "Bearer x");
    EXPECT_EQ(read->request().body, "{   }");
    EXPECT_EQ(read.rest(), "next");
    EXPECT_TRUE(read->request().keep_alive);
  }
}

TEST(RequestReaderTest, AChunkedBodyIsTheSameInPiecesOfAnySize) {
  const std::string whole =
      Post("Transfer-Encoding: chunked\r\n",
           "3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\nAuthorization: "
           "forged\r\n\r\nnext");
  for (size_t step = 1; step <= whole.size(); ++step) {
    Read read(whole, step);
    ASSERT_EQ(read->state(), State::kDone) << step;
    EXPECT_EQ(read->request().body, "abc0123456789");
    // A trailer is no header.
    EXPECT_EQ(read->request().authorization, std::nullopt);
    EXPECT_EQ(read.rest(), "next");
  }
}

TEST(RequestReaderTest, AnEmptyChunkedBodyMayComeByteByByte) {
  const std::string whole =
      Post("Transfer-Encoding: chunked\r\n", "0\r\n\r\nnext");
  for (size_t step = 1; step <= whole.size(); ++step) {
    Read read(whole, step);
    ASSERT_EQ(read->state(), State::kDone) << step;
    EXPECT_EQ(read->request().body, "");
    EXPECT_EQ(read.rest(), "next");
  }
}

TEST(RequestReaderTest, RequestsComeOneAfterAnother) {
  const Options options;
  RequestReader reader(options);
  std::string bytes = Post("Content-Length: 1\r\n", "1") + Post("") +
                      Post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n");
  for (const char* body : {"1", "", ""}) {
    bytes.erase(0, reader.Feed(bytes));
    ASSERT_EQ(reader.state(), State::kHeadDone);
    reader.BeginBody();
    bytes.erase(0, reader.Feed(bytes));
    ASSERT_EQ(reader.state(), State::kDone);
    EXPECT_EQ(reader.request().body, body);
    reader.Reset();
    EXPECT_TRUE(reader.is_idle());
  }
  EXPECT_EQ(bytes, "");
}

TEST(RequestReaderTest, WhatTwoReadersCouldUnderstandOtherwiseIsRefused) {
  const std::string kCases[] = {
      // Two lengths.
      Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
      Post("Content-Length: 5\r\nContent-Length: 6\r\n"),
      Post("Content-Length: 5\r\nContent-Length: 5\r\n"),
      Post("Content-Length: 5, 5\r\n"),
      Post("Content-Length: 5, 6\r\n"),
      // No length.
      Post("Content-Length: -1\r\n"),
      Post("Content-Length: +5\r\n"),
      Post("Content-Length: 0x5\r\n"),
      Post("Content-Length: 5 6\r\n"),
      Post("Content-Length:\r\n"),
      Post("Content-Length: 99999999999999999999999\r\n"),
      // Codings that are none, or not the last.
      Post("Transfer-Encoding: gzip\r\n"),
      Post("Transfer-Encoding: gzip, chunked\r\n"),
      Post("Transfer-Encoding: chunked, chunked\r\n"),
      Post("Transfer-Encoding: chunked, identity\r\n"),
      Post("Transfer-Encoding: xchunked\r\n"),
      Post("Transfer-Encoding: \"chunked\"\r\n"),
      Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
      Post("Transfer-Encoding: identity\r\n"),
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
      // Lines.
      Post("A: b\r\n c\r\n"),
      Post("A: b\r\n\tc\r\n"),
      Post("A: b\nContent-Length: 5\r\n"),
      Post("A: b\rContent-Length: 5\r\n"),
      Post("A : b\r\n"),
      Post("Content-Length : 5\r\n"),
      Post("Transfer-Encoding : chunked\r\n"),
      Post(": b\r\n"),
      Post("A\r\n"),
      Post(std::string("A: \0b\r\n", 7)),
      Post("A: \x01\r\n"),
      Post("A: \x7f\r\n"),
      Post("A\xc3\xa9: b\r\n"),
      "POST / HTTP/1.1\nHost: localhost\n\n",
      "POST / HTTP/1.1\r\n Host: localhost\r\n\r\n",
      "\r\nPOST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      " POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "POST  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "POST / HTTP/1.1 \r\nHost: localhost\r\n\r\n",
      "POST /\r\nHost: localhost\r\n\r\n",
      "POST / HTTP/1.1x\r\nHost: localhost\r\n\r\n",
      "POST / http/1.1\r\nHost: localhost\r\n\r\n",
      "P(ST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      // Hosts and other headers.
      "POST / HTTP/1.1\r\n\r\n",
      Post("Host: other\r\n"),
      Post("Authorization: a\r\nAuthorization: b\r\n"),
      Post("Content-Type: application/json\r\nContent-Type: text/plain\r\n"),
      Post("Connect-Timeout-Ms: 1\r\nconnect-timeout-ms: 2\r\n"),
      // Not HTTP/1 at all.
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
  };
  for (const std::string& request : kCases) {
    for (const size_t step : {size_t{1}, SIZE_MAX}) {
      Read read(request + "hello", step);
      EXPECT_EQ(read->state(), State::kFailed) << request;
      if (read->state() != State::kFailed) continue;
      EXPECT_TRUE(read->failure().status == 400 ||
                  read->failure().status == 413 ||
                  read->failure().status == 505)
          << read->failure().status;
      EXPECT_FALSE(read->failure().message.empty());
    }
  }
}

TEST(RequestReaderTest, ChunksThatAreNoneAreRefused) {
  for (const char* body : {"x\r\n", "-1\r\n", "3\nabc\r\n", "3\r\nabcd\r\n",
                           "3\r\nabc\n0\r\n\r\n", "ffffffffffffffffff\r\n",
                           " 3\r\nabc\r\n", "0x3\r\nabc\r\n", "\r\n\r\n"}) {
    Read read(Post("Transfer-Encoding: chunked\r\n",
                   absl::StrCat(body, "0\r\n\r\n")));
    EXPECT_EQ(read->state(), State::kFailed) << body;
  }
}

TEST(RequestReaderTest, AHeadIsBounded) {
  Options options;
  options.head_bytes_max = 100;
  const std::string least = Post("A: ");
  const std::string fits =
      Post("A: " + std::string(100 - least.size() - 2, 'x') + "\r\n");
  ASSERT_EQ(fits.size(), 100u);
  EXPECT_EQ(Read(fits, SIZE_MAX, options)->state(), State::kDone);
  Read over(Post("A: " + std::string(100 - least.size() - 1, 'x') + "\r\n"),
            SIZE_MAX, options);
  ASSERT_EQ(over->state(), State::kFailed);
  EXPECT_EQ(over->failure().status, 431);
  Read endless(std::string(1'000, 'x'), 1, options);
  EXPECT_EQ(endless->state(), State::kFailed);
}

TEST(RequestReaderTest, ABodyIsBoundedHoweverItIsSent) {
  Options options;
  options.body_bytes_max = 10;
  EXPECT_EQ(
      Read(Post("Content-Length: 10\r\n", "0123456789"), SIZE_MAX, options)
          ->state(),
      State::kDone);
  Read announced(Post("Content-Length: 11\r\n"), SIZE_MAX, options);
  ASSERT_EQ(announced->state(), State::kFailed);
  EXPECT_EQ(announced->failure().status, 413);
  Read chunked(Post("Transfer-Encoding: chunked\r\n",
                    "6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n"),
               SIZE_MAX, options);
  ASSERT_EQ(chunked->state(), State::kFailed);
  EXPECT_EQ(chunked->failure().status, 413);
}

TEST(RequestReaderTest, AnEndlessChunkHeadIsRefused) {
  Read read(
      Post("Transfer-Encoding: chunked\r\n", "3;a=" + std::string(10'000, 'x')),
      100);
  ASSERT_EQ(read->state(), State::kFailed);
}

}  // namespace
}  // namespace skontro::server::http

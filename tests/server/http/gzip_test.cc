#include "server/http/gzip.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

namespace skontro::server::http {
namespace {

// So many zeros, in gzip, made piece by piece.
std::string Bomb(size_t megabytes) {
  return Gzip(std::string(megabytes << 20, '\0'));
}

TEST(GzipTest, WhatWasPutInComesOut) {
  std::string noise;
  for (int64_t i = 0; i < 300'000; ++i) {
    noise.push_back(static_cast<char>(i * i / 7));
  }
  for (const std::string& text :
       {std::string(), std::string("x"), std::string(100'000, 'y'), noise}) {
    const auto out = Gunzip(Gzip(text), text.size());
    ASSERT_TRUE(out.ok()) << out.status();
    EXPECT_EQ(*out, text);
  }
}

TEST(GzipTest, OneByteMoreThanIsAllowedIsTooMany) {
  const std::string gzip = Gzip(std::string(1'000, 'x'));
  EXPECT_TRUE(Gunzip(gzip, 1'000).ok());
  EXPECT_TRUE(absl::IsOutOfRange(Gunzip(gzip, 999).status()));
  EXPECT_TRUE(absl::IsOutOfRange(Gunzip(gzip, 0).status()));
  EXPECT_TRUE(Gunzip(Gzip(""), 0).ok());
}

TEST(GzipTest, ABombIsGivenUpWhereItIsTooLong) {
  const std::string bomb = Bomb(100);
  EXPECT_LT(bomb.size(), 1u << 20);
  EXPECT_TRUE(absl::IsOutOfRange(Gunzip(bomb, 1 << 20).status()));
  // One that lies about its length is no better.
  std::string liar = bomb;
  liar.replace(liar.size() - 4, 4, std::string("\1\0\0\0", 4));
  EXPECT_TRUE(absl::IsOutOfRange(Gunzip(liar, 1 << 20).status()));
}

TEST(GzipTest, WhatIsNotOneWholeGzipIsRefused) {
  const std::string text = "some text that is long enough to be text";
  const std::string good = Gzip(text);
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(Gunzip(good.substr(0, length), 1'000).status()))
        << length;
  }
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    const auto out = Gunzip(bad, 1'000);
    // Some bits of the head and behind the last block say nothing of the text.
    if (out.ok()) {
      EXPECT_EQ(*out, text) << at;
    }
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Gunzip(good + "x", 1'000).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Gunzip(good + good, 1'000).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Gunzip("no gzip", 1'000).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Gunzip("{}", 1'000).status()));
}

TEST(GzipTest, WhoTakesGzipSaysSo) {
  for (const char* yes : {"gzip", "GZIP", "br, gzip", "gzip;q=0.5", "*",
                          "gzip ; q=1", "deflate,gzip;q=0.001", "br;q=0, *"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "br", "xgzip", "gzip;q=0",
                         "gzip;q=0.000, *", "*;q=0", "gzip; q=0."}) {
    EXPECT_FALSE(AcceptsGzip(no)) << no;
  }
}

}  // namespace
}  // namespace skontro::server::http

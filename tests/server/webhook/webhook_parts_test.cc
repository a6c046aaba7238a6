// The parts of webhooks that need no server: URLs, whom they may call, how
// messages are signed, and the file of positions.

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "server/auth/webhook_secret.h"
#include "server/webhook/webhook_access.h"
#include "server/webhook/webhook_file.h"
#include "server/webhook/webhook_url.h"

namespace skontro::server {
namespace {

bool IsPublic(const char* address) {
  return IsPublicAddress(boost::asio::ip::make_address(address));
}

TEST(WebhookUrlTest, AUrlIsTakenApart) {
  const auto url = ParseWebhookUrl("https://ERP.example.org:8443/a/b?c=d&e");
  ASSERT_TRUE(url.has_value());
  EXPECT_TRUE(url->encrypted);
  EXPECT_EQ(url->host, "erp.example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?c=d&e");
  EXPECT_EQ(url->authority, "ERP.example.org:8443");
}

TEST(WebhookUrlTest, WhatIsLeftOutHasADefault) {
  EXPECT_EQ(ParseWebhookUrl("https://a")->port, 443);
  EXPECT_EQ(ParseWebhookUrl("http://a")->port, 80);
  EXPECT_EQ(ParseWebhookUrl("https://a")->target, "/");
  EXPECT_EQ(ParseWebhookUrl("https://a?b")->target, "/?b");
  EXPECT_EQ(ParseWebhookUrl("https://[2001:db8::1]:9/x")->host, "2001:db8::1");
}

TEST(WebhookUrlTest, WhatCanBeReadInTwoWaysIsNone) {
  for (const char* text : {"",
                           "https://",
                           "https:/a",
                           "HTTPS://a",
                           "ftp://a",
                           "//a",
                           "a",
                           "https://a@b",
                           "https://a:b@c",
                           "https://a#b",
                           "https://a/b#c",
                           "https://a\\b",
                           "https://a/\\b",
                           "https://a b",
                           "https://a/b c",
                           "https://a/\r\nx: y",
                           "https://a:",
                           "https://a:0",
                           "https://a:65536",
                           "https://a:1x",
                           "https://a:+1",
                           "https://.a",
                           "https://a.",
                           "https://a..b",
                           "https://[a]",
                           "https://[::1",
                           "https://[::1]x",
                           "https://[fe80::1%25eth0]",
                           "https://\xc3\xa4.org",
                           "https://a/\x7f",
                           "https://a_b"}) {
    EXPECT_FALSE(ParseWebhookUrl(text).has_value()) << text;
  }
}

TEST(WebhookAccessTest, AddressesOfSomebodysOwnAreNotPublic) {
  for (const char* address : {"0.0.0.0",
                              "10.255.255.255",
                              "100.64.0.1",
                              "127.0.0.1",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "198.19.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fe80::1",
                              "fc00::1",
                              "fd12::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::a00:1",
                              "2002:a00:1::1",
                              "2001::1",
                              "2001:db8::1"}) {
    EXPECT_FALSE(IsPublic(address)) << address;
  }
  for (const char* address :
       {"9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "1.1.1.1", "223.255.255.255",
        "2606:4700::1", "::ffff:1.1.1.1"}) {
    EXPECT_TRUE(IsPublic(address)) << address;
  }
}

TEST(WebhookAccessTest, TheOperatorNamesNetworksAndHosts) {
  WebhookOptions options;
  options.networks = {"10.1.0.0/16", "fd00::/8"};
  options.hosts = {"erp.example.org", "*.Example.net"};
  const auto access = WebhookAccess::Of(options);
  ASSERT_TRUE(access.ok());
  const auto may_call = [&](const char* address) {
    return access->MayCall(boost::asio::ip::make_address(address));
  };
  EXPECT_TRUE(may_call("10.1.255.255"));
  EXPECT_TRUE(may_call("::ffff:10.1.0.1"));
  EXPECT_FALSE(may_call("10.2.0.0"));
  EXPECT_TRUE(may_call("fd12::1"));
  EXPECT_FALSE(may_call("fc00::1"));
  EXPECT_TRUE(may_call("1.1.1.1"));
  const auto allowed = [&](const char* url) {
    return !access->WhyNot(*ParseWebhookUrl(url)).has_value();
  };
  EXPECT_TRUE(allowed("https://erp.example.org/"));
  EXPECT_TRUE(allowed("https://a.b.example.net/"));
  EXPECT_FALSE(allowed("https://example.net/"));
  EXPECT_FALSE(allowed("https://badexample.net/"));
  EXPECT_FALSE(allowed("https://erp.example.org.evil.com/"));
  EXPECT_FALSE(allowed("http://erp.example.org/"));
}

TEST(WebhookAccessTest, WhatIsNoNetworkOrHostIsToldAtTheStart) {
  WebhookOptions options;
  options.networks = {"10.1.0.0"};
  EXPECT_FALSE(WebhookAccess::Of(options).ok());
  options.networks = {};
  options.hosts = {"https://erp.example.org"};
  EXPECT_FALSE(WebhookAccess::Of(options).ok());
}

// Computed with the hmac of Python.
TEST(WebhookSecretTest, ASignatureIsThatOfStandardWebhooks) {
  // The bytes of the key count, whatever they are: here 32 of them.
  const std::string key = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(WebhookSignature(key, "msg_1", 1'614'265'330, "{\"test\": 2}"),
            "v1,HAqBRk9NWGZfkL0XTlscF+Nd+I+VRrLkdE4dYI3T37o=");
}

TEST(WebhookSecretTest, EveryWebhookHasASecretOfItsOwn) {
  const std::string server(32, 's');
  const std::string salt(16, 'a');
  const std::string secret = WebhookSecret(server, "res", "erp", salt);
  EXPECT_EQ(secret, WebhookSecret(server, "res", "erp", salt));
  EXPECT_NE(secret, WebhookSecret(std::string(32, 't'), "res", "erp", salt));
  EXPECT_NE(secret, WebhookSecret(server, "re", "serp", salt));
  EXPECT_NE(secret, WebhookSecret(server, "res", "erp", std::string(16, 'b')));
  EXPECT_TRUE(WebhookSecretText(secret).starts_with("whsec_"));
  EXPECT_NE(NewWebhookSalt(), NewWebhookSalt());
}

class WebhookFileTest : public testing::Test {
 protected:
  ~WebhookFileTest() override { std::filesystem::remove(path_); }

  const std::string path_ =
      testing::TempDir() + "/webhook_positions_" +
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(WebhookFileTest, WhatWasWrittenIsRead) {
  WebhookPositions positions;
  positions["erp"] = {7,
                      4'711,
                      {{5, {1'000, 15, 500, "answered 500"}},
                       {9, {2'000, 1, 0, "cannot connect: no"}}}};
  positions["new"] = {9, 10, {}};
  ASSERT_TRUE(WriteWebhookPositions(path_, positions).ok());
  const auto read = ReadWebhookPositions(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, positions);
}

TEST_F(WebhookFileTest, WhereThereIsNoFileThereIsNothing) {
  const auto read = ReadWebhookPositions(path_);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->empty());
}

TEST_F(WebhookFileTest, EveryFlippedBitAndEveryCutIsNoticed) {
  WebhookPositions positions;
  positions["erp"] = {7, 4'711, {{5, {1'000, 15, 500, "answered 500"}}}};
  ASSERT_TRUE(WriteWebhookPositions(path_, positions).ok());
  std::ifstream in(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto is_damaged = [&](const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return !ReadWebhookPositions(path_).ok();
  };
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_TRUE(is_damaged(flipped)) << i;
    EXPECT_TRUE(is_damaged(whole.substr(0, i))) << i;
  }
}

}  // namespace
}  // namespace skontro::server

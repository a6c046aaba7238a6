// The listener with TLS: what gets in, and what does not.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// A context with a new key and a certificate that it signed itself.
std::unique_ptr<asio::ssl::context> NewContext() {
  auto context =
      std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  EXPECT_GT(X509_sign(certificate, key, EVP_sha256()), 0);
  EXPECT_EQ(SSL_CTX_use_certificate(native, certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(native, key), 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    Options options;
    options.address = "127.0.0.1:0";
    options.head_timeout = absl::Milliseconds(500);
    auto started = HttpServer::Start(options, NewContext(), &log_);
    EXPECT_TRUE(started.ok()) << started.status();
    http_ = *std::move(started);
    scene_.MakeNetwork();
    http_->Serve(scene_.server().InProcessChannel(), nullptr);
  }

  // What the server answers to `request` over TLS of a version; empty if there
  // was no handshake.
  std::string Ask(const std::string& request, int version = 0) {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    if (version != 0) {
      // Of these versions even the old ciphers are allowed to the client.
      SSL_CTX_set_security_level(context.native_handle(), 0);
      SSL_CTX_set_min_proto_version(context.native_handle(), version);
      SSL_CTX_set_max_proto_version(context.native_handle(), version);
    }
    asio::ssl::stream<tcp::socket> stream(io, context);
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"),
                                   static_cast<unsigned short>(http_->port())});
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) return "";
    asio::write(stream, asio::buffer(request), error);
    std::string answer;
    char buffer[4'096];
    while (!error) {
      const size_t got = stream.read_some(asio::buffer(buffer), error);
      answer.append(buffer, got);
    }
    return answer;
  }

  Log log_{STDERR_FILENO, LogFormat::kText, LogLevel::kWarning};
  Scene scene_;
  std::unique_ptr<HttpServer> http_;
};

TEST_F(HttpTlsTest, ATradeOverTlsIsATrade) {
  const std::string answer = Ask(
      PostBytes(kCreateTrade, SaleJson("r-1", "5"), "Connection: close\r\n"));
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK") << answer;
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), -5);
}

TEST_F(HttpTlsTest, WithTlsAnyHostMayBeMeant) {
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\nHost: skontro.example\r\n"
                "Connection: close\r\n\r\n")
                .substr(0, 15),
            "HTTP/1.1 200 OK");
}

TEST_F(HttpTlsTest, OldVersionsAreRefused) {
  const std::string request =
      "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(Ask(request, TLS1_VERSION), "");
  EXPECT_EQ(Ask(request, TLS1_1_VERSION), "");
  EXPECT_NE(Ask(request, TLS1_2_VERSION), "");
  EXPECT_NE(Ask(request, TLS1_3_VERSION), "");
}

TEST_F(HttpTlsTest, PlaintextGetsNothing) {
  Wire wire(http_->port());
  wire.Send(PostBytes(kCreateTrade, SaleJson("r-1", "5")));
  // An alert of TLS may come, an answer of HTTP may not.
  EXPECT_EQ(wire.ReceiveAll().find("HTTP"), std::string::npos);
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), 0);
}

TEST_F(HttpTlsTest, AHandshakeThatNeverEndsIsGivenUp) {
  Wire silent(http_->port());
  Wire half(http_->port());
  half.Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_TRUE(silent.IsClosed());
  EXPECT_TRUE(half.IsClosed());
  const absl::Time begun = absl::Now();
  while (http_->connections() > 0 && absl::Now() - begun < absl::Seconds(10)) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(http_->connections(), 0u);
}

TEST_F(HttpTlsTest, AStopEndsConnectionsOfTls) {
  Wire half(http_->port());
  half.Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  http_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(half.IsClosed());
  EXPECT_EQ(http_->connections(), 0u);
}

}  // namespace
}  // namespace skontro::server::http

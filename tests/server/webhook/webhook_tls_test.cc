// A receiver over TLS: whose certificate is good is told, and nobody else.

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/webhook/webhook_post.h"
#include "tests/server/authority.h"

namespace skontro::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Answers one request with 204, over TLS.
class TlsReceiver {
 public:
  explicit TlsReceiver(const Pem& pem)
      : tls_(asio::ssl::context::tls_server),
        acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
    tls_.use_certificate_chain(asio::buffer(pem.certificate));
    tls_.use_private_key(asio::buffer(pem.key), asio::ssl::context::pem);
    thread_ = std::thread([this] { Serve(); });
  }

  ~TlsReceiver() { thread_.join(); }

  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  void Serve() {
    asio::ssl::stream<tcp::socket> stream(io_, tls_);
    error_code error;
    acceptor_.accept(stream.next_layer(), error);
    if (error) return;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    std::string request(64 * 1024, '\0');
    stream.read_some(asio::buffer(request), error);
    const std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
    asio::write(stream, asio::buffer(answer), error);
  }

  asio::io_context io_;
  asio::ssl::context tls_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

class WebhookTlsTest : public testing::Test {
 protected:
  WebhookTlsTest() { WriteText(ca_file_, authority_.pem()); }
  ~WebhookTlsTest() override { std::filesystem::remove(ca_file_); }

  // What becomes of a request to `host` at that port.
  WebhookReply Post(const std::string& host, int port, bool trusts = true) {
    WebhookOptions options;
    options.networks = {"127.0.0.0/8", "::1/128"};
    options.attempt_timeout = absl::Seconds(10);
    if (trusts) options.ca_file = ca_file_;
    const auto access = WebhookAccess::Of(options);
    asio::io_context io;
    const auto poster = WebhookPoster::Make(options, &*access, &io);
    EXPECT_TRUE(poster.ok()) << poster.status();
    WebhookRequest request;
    request.url =
        *ParseWebhookUrl(absl::StrCat("https://", host, ":", port, "/"));
    request.body = "{}";
    WebhookReply got;
    const auto work = std::make_unique<
        asio::executor_work_guard<asio::io_context::executor_type>>(
        io.get_executor());
    (*poster)->Post(std::move(request), [&](const WebhookReply& reply) {
      got = reply;
      io.stop();
    });
    io.run();
    return got;
  }

  const std::string ca_file_ =
      testing::TempDir() + "/webhook_ca_" +
      testing::UnitTest::GetInstance()->current_test_info()->name();
  Authority authority_{"receivers"};
};

TEST_F(WebhookTlsTest, AReceiverWithAGoodCertificateIsTold) {
  const TlsReceiver receiver(authority_.IssueServer(-1, 1));
  const WebhookReply reply = Post("127.0.0.1", receiver.port());
  EXPECT_EQ(reply.error, "");
  EXPECT_EQ(reply.status, 204);
}

TEST_F(WebhookTlsTest, ACertificateOfAnotherAuthorityIsRefused) {
  Authority other("other");
  const TlsReceiver receiver(other.IssueServer(-1, 1));
  const WebhookReply reply = Post("127.0.0.1", receiver.port());
  EXPECT_TRUE(reply.error.starts_with("TLS: ")) << reply.error;
  EXPECT_EQ(reply.status, 0);
}

TEST_F(WebhookTlsTest, WithoutTheOptionOnlyTheSystemsAuthoritiesAreTrusted) {
  const TlsReceiver receiver(authority_.IssueServer(-1, 1));
  EXPECT_TRUE(Post("127.0.0.1", receiver.port(), /*trusts=*/false)
                  .error.starts_with("TLS: "));
}

TEST_F(WebhookTlsTest, ACertificateOfAnotherNameIsRefused) {
  const TlsReceiver receiver(authority_.IssueServer(-1, 1));
  EXPECT_TRUE(
      Post("127.0.0.2", receiver.port()).error.starts_with("cannot connect"));
  EXPECT_TRUE(Post("localhost", receiver.port()).error.starts_with("TLS: "));
}

TEST_F(WebhookTlsTest, AnExpiredCertificateIsRefused) {
  const TlsReceiver receiver(authority_.IssueServer(-2, -1));
  EXPECT_TRUE(Post("127.0.0.1", receiver.port()).error.starts_with("TLS: "));
}

TEST_F(WebhookTlsTest, AFileOfAuthoritiesThatIsNotThereIsToldAtTheStart) {
  WebhookOptions options;
  options.ca_file = "/nowhere/ca.pem";
  const auto access = WebhookAccess::Of(options);
  asio::io_context io;
  EXPECT_FALSE(WebhookPoster::Make(options, &*access, &io).ok());
}

}  // namespace
}  // namespace skontro::server

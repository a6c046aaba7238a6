// The listener with TLS: what gets in, and what does not; whom a certificate
// proves; certificates that change while it runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/auth/certificates.h"
#include "tests/server/authority.h"
#include "tests/server/http/http_scene.h"

namespace skontro::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// What a client shakes hands with.
struct ClientTerms {
  int version = 0;  // Nothing else than this one; 0 for what it likes.
  Pem certificate;  // Its own, if it has one.
  std::string protocols;
  std::string ciphers;  // Of TLS 1.2.
};

// A client of TLS that trusts one authority, and blocks.
class TlsWire {
 public:
  TlsWire(int port, const std::string& ca, const ClientTerms& terms = {})
      : context_(asio::ssl::context::tls_client),
        stream_(io_, Prepare(ca, terms)) {
    stream_.lowest_layer().connect({asio::ip::make_address("127.0.0.1"),
                                    static_cast<unsigned short>(port)});
    boost::system::error_code error;
    stream_.handshake(asio::ssl::stream_base::client, error);
    error_ = error.message();
    connected_ = !error;
    if (!connected_) return;
    X509* const peer = SSL_get1_peer_certificate(stream_.native_handle());
    serial_ = ASN1_INTEGER_get(X509_get0_serialNumber(peer));
    X509_free(peer);
  }

  bool connected() const { return connected_; }
  const std::string& error() const { return error_; }
  long serial() const { return serial_; }

  // The answer, up to its last byte or the end of the connection.
  std::string Ask(const std::string& request) {
    boost::system::error_code error;
    asio::write(stream_, asio::buffer(request), error);
    std::string answer;
    char buffer[4'096];
    while (!error && !IsWhole(answer)) {
      answer.append(buffer, stream_.read_some(asio::buffer(buffer), error));
    }
    return answer;
  }

  // How the connection ended, which has to be now.
  boost::system::error_code End() {
    boost::system::error_code error;
    char byte = 0;
    stream_.read_some(asio::buffer(&byte, 1), error);
    return error;
  }

 private:
  asio::ssl::context& Prepare(const std::string& ca, const ClientTerms& terms) {
    SSL_CTX* const native = context_.native_handle();
    if (terms.version != 0) {
      // Of these versions even the old ciphers are allowed to the client.
      SSL_CTX_set_security_level(native, 0);
      SSL_CTX_set_min_proto_version(native, terms.version);
      SSL_CTX_set_max_proto_version(native, terms.version);
    }
    if (!terms.ciphers.empty()) {
      SSL_CTX_set_cipher_list(native, terms.ciphers.c_str());
    }
    if (!terms.protocols.empty()) {
      SSL_CTX_set_alpn_protos(
          native,
          reinterpret_cast<const unsigned char*>(terms.protocols.data()),
          static_cast<unsigned>(terms.protocols.size()));
    }
    context_.set_verify_mode(asio::ssl::verify_peer);
    if (!ca.empty()) context_.add_certificate_authority(asio::buffer(ca));
    if (!terms.certificate.key.empty()) {
      context_.use_certificate(asio::buffer(terms.certificate.certificate),
                               asio::ssl::context::pem);
      context_.use_private_key(asio::buffer(terms.certificate.key),
                               asio::ssl::context::pem);
    }
    return context_;
  }

  static bool IsWhole(const std::string& answer) {
    const size_t head = answer.find("\r\n\r\n");
    const size_t length = answer.find("Content-Length: ");
    return head != std::string::npos && length < head &&
           answer.size() >=
               head + 4 +
                   std::strtoul(answer.c_str() + length + 16, nullptr, 10);
  }

  asio::io_context io_;
  asio::ssl::context context_;
  asio::ssl::stream<tcp::socket> stream_;
  std::string error_;
  bool connected_ = false;
  long serial_ = 0;
};

const char kHealth[] = "GET /healthz HTTP/1.1\r\nHost: skontro.example\r\n\r\n";

std::string GetMember(const std::string& headers = "") {
  return PostBytes("/skontro.v1.MemberService/GetMember",
                   R"({"name":"networks/res/members/imprimerie"})", headers);
}

class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    scene_.MakeNetwork();
    scene_.DistrustAnybody();
    scene_.set_key(scene_.server_key());
    files_.certificate = directory_.path() + "/server.pem";
    files_.key = directory_.path() + "/server.key";
    files_.client_ca = directory_.path() + "/clients.pem";
    Install(servers_.IssueServer(0, 1));
    WriteText(files_.client_ca, clients_.pem());
    Listen();
  }

  ~HttpTlsTest() override { http_->Stop(absl::ZeroDuration()); }

  void Install(const Pem& pem) {
    WriteText(files_.certificate, pem.certificate + servers_.pem());
    WriteText(files_.key, pem.key);
  }

  void Listen() {
    auto tls = Tls::Open(files_, absl::Hours(1), &clock_, &log_);
    ASSERT_TRUE(tls.ok()) << tls.status();
    tls_ = *std::move(tls);
    Options options;
    options.address = "127.0.0.1:0";
    options.head_timeout = absl::Milliseconds(500);
    auto started = HttpServer::Start(options, tls_.get(), &log_);
    ASSERT_TRUE(started.ok()) << started.status();
    http_ = *std::move(started);
    http_->Serve(scene_.server().InProcessChannel(),
                 &scene_.server().authenticator(), nullptr);
  }

  std::unique_ptr<TlsWire> Connect(const ClientTerms& terms = {}) {
    return std::make_unique<TlsWire>(http_->port(), servers_.pem(), terms);
  }

  // The status line and all of an answer on a connection of its own; empty
  // where there was none.
  std::string Ask(const std::string& request, const ClientTerms& terms = {}) {
    const auto wire = Connect(terms);
    return wire->connected() ? wire->Ask(request) : "";
  }

  std::string Authorization() const {
    return "Authorization: Bearer " + scene_.server_key() + "\r\n";
  }

  // Makes a key of a member that a certificate proves.
  void Know(const std::string& id, const Pem& client,
            const std::string& member) {
    v1::CreateApiKeyRequest request;
    request.set_parent("networks/res");
    request.set_request_id("know-" + id);
    request.set_api_key_id(id);
    v1::ApiKey& key = *request.mutable_api_key();
    key.set_identity("erp-" + member);
    key.set_role(v1::ApiKey::MEMBER_USER);
    key.add_members("networks/res/members/" + member);
    key.set_certificate_sha256(CertificateSha256(client.certificate));
    const auto made = scene_.Call(request);
    ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  }

  void ExpectNobodyConnected() {
    const absl::Time begun = absl::Now();
    while (http_->connections() > 0 &&
           absl::Now() - begun < absl::Seconds(10)) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    EXPECT_EQ(http_->connections(), 0u);
  }

  Log log_{STDERR_FILENO, LogFormat::kText, LogLevel::kError};
  Scene scene_;
  SystemClock clock_;
  TemporaryDirectory directory_;
  Authority servers_{"servers"};
  Authority clients_{"clients"};
  CertificateFiles files_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<HttpServer> http_;
};

TEST_F(HttpTlsTest, ATradeOverTlsIsATradeAndNeedsAKey) {
  const std::string sale = SaleJson("r-1", "5");
  EXPECT_THAT(Ask(PostBytes(kCreateTrade, sale)),
              AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("missing")));
  EXPECT_THAT(Ask(PostBytes(kCreateTrade, sale, Authorization())),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), -5);
}

TEST_F(HttpTlsTest, WithTlsAnyHostMayBeMeant) {
  EXPECT_THAT(Ask(kHealth), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpTlsTest, OldVersionsAndCiphersAreRefused) {
  EXPECT_EQ(Ask(kHealth, {TLS1_VERSION, {}, "", ""}), "");
  EXPECT_EQ(Ask(kHealth, {TLS1_1_VERSION, {}, "", ""}), "");
  EXPECT_NE(Ask(kHealth, {TLS1_2_VERSION, {}, "", ""}), "");
  EXPECT_NE(Ask(kHealth, {TLS1_3_VERSION, {}, "", ""}), "");
  // Without forward secrecy, or with a mode that was broken.
  for (const char* cipher :
       {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "NULL"}) {
    EXPECT_EQ(Ask(kHealth, {TLS1_2_VERSION, {}, "", cipher}), "") << cipher;
  }
}

// A client that offers 1.3 and is talked down to 1.2 by who sits between finds
// the mark of RFC 8446, 4.1.3, in the server's random bytes.
TEST_F(HttpTlsTest, ADowngradeIsMarked) {
  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_2_VERSION);
  asio::ssl::stream<tcp::socket> stream(io, context);
  stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"),
                                 static_cast<unsigned short>(http_->port())});
  stream.handshake(asio::ssl::stream_base::client);
  unsigned char random[SSL3_RANDOM_SIZE];
  ASSERT_EQ(
      SSL_get_server_random(stream.native_handle(), random, sizeof(random)),
      sizeof(random));
  EXPECT_EQ(std::string(reinterpret_cast<char*>(random) + 24, 8),
            "DOWNGRD\x01");
}

TEST_F(HttpTlsTest, WhoSpeaksHttp11IsUnderstoodAndNobodyElse) {
  ClientTerms browser;
  browser.protocols = "\x02h2\x08http/1.1";
  EXPECT_THAT(Ask(kHealth, browser), StartsWith("HTTP/1.1 200 OK"));
  ClientTerms grpc;
  grpc.protocols = "\x02h2";
  EXPECT_FALSE(Connect(grpc)->connected());
}

TEST_F(HttpTlsTest, AClientThatTrustsAnotherAuthorityDoesNotCall) {
  Authority other("other");
  EXPECT_FALSE(TlsWire(http_->port(), other.pem()).connected());
  EXPECT_TRUE(TlsWire(http_->port(), servers_.pem()).connected());
}

TEST_F(HttpTlsTest, ACertificateThatIsKnownProvesItsHolder) {
  const Pem known = clients_.Issue("imprimerie", 0, 1);
  Know("c1", known, "imprimerie");
  const ClientTerms terms{0, known, "", ""};
  EXPECT_THAT(Ask(GetMember(), terms), StartsWith("HTTP/1.1 200 "));
  // With TLS 1.2 as well, and again on the same connection.
  const auto old = Connect({TLS1_2_VERSION, known, "", ""});
  EXPECT_THAT(old->Ask(GetMember()), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(old->Ask(GetMember()), StartsWith("HTTP/1.1 200 "));

  const Pem garage = clients_.Issue("garage", 0, 1);
  Know("c2", garage, "garage");
  EXPECT_THAT(Ask(GetMember(), {0, garage, "", ""}),
              StartsWith("HTTP/1.1 404 "));
  // A key has its own rights, whatever the certificate.
  EXPECT_THAT(Ask(GetMember(Authorization()), {0, garage, "", ""}),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask(GetMember(), {0, clients_.Issue("x", 0, 1), "", ""}),
              AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("unknown")));

  v1::RevokeApiKeyRequest revoke;
  revoke.set_name("networks/res/apiKeys/c1");
  revoke.set_request_id("revoke");
  ASSERT_TRUE(scene_.Call(revoke).status.ok());
  // Also on the connection that is open.
  EXPECT_THAT(old->Ask(GetMember()),
              AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("revoked")));
}

TEST_F(HttpTlsTest, ForeignAndExpiredCertificatesDoNotConnect) {
  Authority other("other");
  const Pem foreign = other.Issue("imprimerie", 0, 1);
  Know("c1", foreign, "imprimerie");
  const Pem expired = clients_.Issue("boulangerie", -3, -1);
  Know("c2", expired, "boulangerie");
  const Pem early = clients_.Issue("garage", 1, 3);
  Know("c3", early, "garage");
  for (const Pem& pem : {foreign, expired, early}) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      EXPECT_EQ(Ask(GetMember(), {version, pem, "", ""}), "");
    }
  }
}

// The certificate is told to the services beside the call: nobody else may.
TEST_F(HttpTlsTest, NobodyCanVouchForHimself) {
  const Pem known = clients_.Issue("imprimerie", 0, 1);
  Know("c1", known, "imprimerie");
  const std::string sha256 = CertificateSha256(known.certificate);
  const std::string good = scene_.server().authenticator().Vouch(sha256);
  const auto call = [&](const std::string& voucher, int times) {
    grpc::ClientContext context;
    for (int i = 0; i < times; ++i) {
      context.AddMetadata(Authenticator::kVoucher, voucher);
    }
    v1::GetMemberRequest request;
    request.set_name("networks/res/members/imprimerie");
    v1::GetMemberResponse response;
    return v1::MemberService::NewStub(scene_.channel())
        ->GetMember(&context, request, &response)
        .error_code();
  };
  EXPECT_EQ(call(good, 1), grpc::StatusCode::OK);
  std::string forged = good;
  forged[0] = forged[0] == '0' ? '1' : '0';
  for (const std::string& wrong :
       {forged, std::string(), good.substr(64), good.substr(0, 64),
        std::string(128, 'z'), std::string(128, '0')}) {
    EXPECT_EQ(call(wrong, 1), grpc::StatusCode::UNAUTHENTICATED) << wrong;
  }
  EXPECT_EQ(call(good, 2), grpc::StatusCode::UNAUTHENTICATED);
  // A header of HTTP is not passed on.
  EXPECT_THAT(
      Ask(GetMember(absl::StrCat(Authenticator::kVoucher, ": ", good, "\r\n"))),
      StartsWith("HTTP/1.1 401 "));
}

TEST_F(HttpTlsTest, CertificatesChangeWithoutAConnectionBeingDropped) {
  const auto open = Connect();
  EXPECT_THAT(open->Ask(kHealth), StartsWith("HTTP/1.1 200 "));
  Install(servers_.IssueServer(0, 2));
  ASSERT_TRUE(tls_->Reload().ok());
  const auto later = Connect();
  ASSERT_TRUE(later->connected()) << later->error();
  EXPECT_NE(later->serial(), open->serial());
  EXPECT_THAT(open->Ask(kHealth), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(later->Ask(kHealth), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpTlsTest, CertificatesChangeUnderAStormOfConnections) {
  std::vector<std::thread> clients;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        if (Ask(kHealth).substr(0, 12) != "HTTP/1.1 200") ++failed;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    Install(servers_.IssueServer(0, 1));
    EXPECT_TRUE(tls_->Reload().ok());
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(HttpTlsTest, FilesThatCannotBeUsedAreNotTakenOver) {
  const long before = Connect()->serial();
  const std::string key = ReadText(files_.key);
  const auto expect_kept = [&](const std::string& what) {
    const absl::Status status = tls_->Reload();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << what << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(what));
    const auto wire = Connect();
    EXPECT_EQ(wire->serial(), before) << what;
    EXPECT_THAT(wire->Ask(kHealth), StartsWith("HTTP/1.1 200 "));
  };
  WriteText(files_.key, servers_.IssueServer(0, 1).key);
  expect_kept("does not hold the key");
  WriteText(files_.key, "half a file");
  expect_kept("holds no private key");
  WriteText(files_.key, key);
  Install(servers_.IssueServer(-3, -1));
  expect_kept("is expired");
  // No longer good enough for anybody's TLS.
  Install(servers_.IssueServerRsa(512));
  expect_kept("not of use for TLS");
  std::filesystem::remove(files_.certificate);
  expect_kept("cannot be read");
  std::filesystem::create_directory(files_.certificate);
  expect_kept("cannot be read");
}

TEST_F(HttpTlsTest, AnAnswerThatIsTheLastSaysThatItIsWhole) {
  const auto wire = Connect();
  EXPECT_THAT(wire->Ask("GET /healthz HTTP/1.1\r\nHost: a\r\n"
                        "Connection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  // Not stream_truncated, as if somebody had cut it.
  EXPECT_EQ(wire->End(), boost::system::error_code(asio::error::eof));
}

TEST_F(HttpTlsTest, WhoIsRefusedWhileItSendsHearsWhy) {
  const auto wire = Connect();
  EXPECT_THAT(wire->Ask(PostBytes("/nowhere", std::string(500'000, ' '))),
              StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpTlsTest, PlaintextGetsNothing) {
  Wire wire(http_->port());
  wire.Send(PostBytes(kCreateTrade, SaleJson("r-1", "5"), Authorization()));
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
  ExpectNobodyConnected();
}

TEST_F(HttpTlsTest, AHandshakeByteByByteIsGivenUpAsWell) {
  const absl::Time begun = absl::Now();
  Wire drip(http_->port());
  // The head of a ClientHello of 512 bytes, and then one byte after another.
  bool open = drip.Send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9));
  int sent = 0;
  for (; open && sent < 500; ++sent) {
    absl::SleepFor(absl::Milliseconds(20));
    open = drip.Send(std::string(1, '\x03'));
  }
  EXPECT_LT(sent, 500);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(8));
  ExpectNobodyConnected();
}

TEST_F(HttpTlsTest, AHundredHalfHandshakesKeepNobodyOut) {
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 100; ++i) {
    wires.push_back(std::make_unique<Wire>(http_->port()));
    wires.back()->Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  }
  EXPECT_THAT(Ask(kHealth), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpTlsTest, AStopEndsConnectionsOfTls) {
  Wire half(http_->port());
  half.Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  const auto idle = Connect();
  EXPECT_THAT(idle->Ask(kHealth), StartsWith("HTTP/1.1 200 "));
  http_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(half.IsClosed());
  EXPECT_TRUE(idle->End());
  EXPECT_EQ(http_->connections(), 0u);
}

TEST_F(HttpTlsTest, OnlyTheLoopbackDoesWithoutTls) {
  for (const char* address : {"0.0.0.0:0", "[::]:0"}) {
    Options options;
    options.address = address;
    EXPECT_TRUE(absl::IsInvalidArgument(
        HttpServer::Start(options, nullptr, &log_).status()))
        << address;
  }
}

}  // namespace
}  // namespace skontro::server::http

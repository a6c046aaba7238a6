// Calls over TLS: whom clients trust, whom the server trusts, certificates that
// change while it runs, and files that cannot be used.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/auth/certificates.h"
#include "server/auth/tls.h"
#include "tests/server/authority.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

int64_t Now() { return absl::ToUnixMicros(absl::Now()); }

class TlsCallsTest : public testing::Test {
 protected:
  TlsCallsTest() {
    scene_.MakeNetwork();
    log_fd_ = open((files_.path() + "/log").c_str(),
                   O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    log_ = std::make_unique<Log>(log_fd_, LogFormat::kText, LogLevel::kDebug);
    made_ = *MakeCertificates(files_.path(), {"localhost", "127.0.0.1"}, Now());
    WriteText(ClientCa(), clients_.pem());
    made_.client_ca = ClientCa();
    Serve();
  }

  ~TlsCallsTest() override {
    server_.reset();
    tls_.reset();
    log_.reset();
    close(log_fd_);
  }

  std::string ClientCa() const { return files_.path() + "/clients.pem"; }

  void Serve() {
    auto tls = Tls::Open(made_, absl::Hours(1), &clock_, log_.get());
    ASSERT_TRUE(tls.ok()) << tls.status();
    tls_ = *std::move(tls);
    Server::Options options;
    options.address = "127.0.0.1:0";
    options.authentication.secret = std::string(32, 's');
    options.authentication.server_key = scene_.server_key();
    options.tls = tls_.get();
    auto server =
        Server::Start(options, &scene_.networks(), &clock_, log_.get());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& ca,
                                         const Pem& client = {}) {
    grpc::SslCredentialsOptions options{ca, client.key, client.certificate};
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", server_->port()),
        grpc::SslCredentials(options), arguments);
  }

  std::string Ca() { return ReadText(CaPath(files_.path())); }

  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& key = "") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    v1::GetMemberRequest request;
    request.set_name("networks/res/members/imprimerie");
    v1::GetMemberResponse response;
    return v1::MemberService::NewStub(channel)->GetMember(&context, request,
                                                          &response);
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
    EXPECT_EQ(made.response.secret(), "");
  }

  // Shakes hands with nothing newer than `version`; the serial number of the
  // server's certificate, empty if that failed.
  std::string Serial(int version) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, version);
    static const unsigned char kHttp2[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context, kHttp2, sizeof(kHttp2));
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    std::string serial;
    if (SSL_connect(ssl) == 1) {
      X509* const peer = SSL_get1_peer_certificate(ssl);
      BIO* const bio = BIO_new(BIO_s_mem());
      i2a_ASN1_INTEGER(bio, X509_get0_serialNumber(peer));
      char* bytes = nullptr;
      const long length = BIO_get_mem_data(bio, &bytes);
      serial.assign(bytes, static_cast<size_t>(length));
      BIO_free(bio);
      X509_free(peer);
    }
    SSL_free(ssl);
    close(fd);
    SSL_CTX_free(context);
    return serial;
  }

  Scene scene_;
  SystemClock clock_;
  TemporaryDirectory files_;
  Authority clients_{"clients"};
  CertificateFiles made_;
  int log_fd_ = -1;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsCallsTest, AKeyIsAskedForOverAConnectionThatIsEncrypted) {
  const auto channel = Channel(Ca());
  EXPECT_TRUE(Call(channel, scene_.server_key()).ok());
  const grpc::Status none = Call(channel);
  EXPECT_EQ(none.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ErrorIn(none).metadata["kind"], "missing");
  // What is not encrypted is not spoken with.
  const auto plain =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                          grpc::InsecureChannelCredentials());
  EXPECT_EQ(Call(plain, scene_.server_key()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsCallsTest, WithoutAnAuthorityOfClientsKeysAreAllThereIs) {
  const Pem client = clients_.Issue("imprimerie", 0, 1);
  Know("c1", client, "imprimerie");
  server_.reset();
  made_.client_ca.clear();
  Serve();
  EXPECT_TRUE(Call(Channel(Ca()), scene_.server_key()).ok());
  // A certificate is not asked for, and proves nothing.
  EXPECT_EQ(Call(Channel(Ca(), client)).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(TlsCallsTest, AClientThatTrustsAnotherAuthorityDoesNotCall) {
  Authority other("other");
  EXPECT_EQ(Call(Channel(other.pem()), scene_.server_key()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsCallsTest, NothingOlderThanTls12IsSpoken) {
  EXPECT_EQ(Serial(TLS1_VERSION), "");
  EXPECT_EQ(Serial(TLS1_1_VERSION), "");
  EXPECT_NE(Serial(TLS1_2_VERSION), "");
  EXPECT_NE(Serial(TLS1_3_VERSION), "");
}

TEST_F(TlsCallsTest, ACertificateThatIsKnownProvesItsHolder) {
  const Pem known = clients_.Issue("imprimerie", 0, 1);
  Know("c1", known, "imprimerie");
  EXPECT_TRUE(Call(Channel(Ca(), known)).ok());
  const Pem garage = clients_.Issue("garage", 0, 1);
  Know("c2", garage, "garage");
  EXPECT_EQ(Call(Channel(Ca(), garage)).error_code(),
            grpc::StatusCode::NOT_FOUND);
  const grpc::Status unknown =
      Call(Channel(Ca(), clients_.Issue("imprimerie", 0, 1)));
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ErrorIn(unknown).metadata["kind"], "unknown");

  v1::RevokeApiKeyRequest revoke;
  revoke.set_name("networks/res/apiKeys/c1");
  revoke.set_request_id("revoke");
  ASSERT_TRUE(scene_.Call(revoke).status.ok());
  const grpc::Status revoked = Call(Channel(Ca(), known));
  EXPECT_EQ(revoked.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ErrorIn(revoked).metadata["kind"], "revoked");
}

TEST_F(TlsCallsTest, ForeignAndExpiredCertificatesDoNotConnect) {
  Authority other("other");
  const Pem foreign = other.Issue("imprimerie", 0, 1);
  Know("c1", foreign, "imprimerie");
  EXPECT_EQ(Call(Channel(Ca(), foreign)).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  const Pem expired = clients_.Issue("boulangerie", -3, -1);
  Know("c2", expired, "boulangerie");
  EXPECT_EQ(Call(Channel(Ca(), expired)).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsCallsTest, CertificatesChangeWithoutAConnectionBeingDropped) {
  const auto channel = Channel(Ca());
  ASSERT_TRUE(Call(channel, scene_.server_key()).ok());
  const std::string before = Serial(TLS1_3_VERSION);
  // Made anew, because it does not name every host.
  ASSERT_TRUE(MakeCertificates(files_.path(),
                               {"localhost", "127.0.0.1", "res.example"}, Now())
                  .ok());
  ASSERT_TRUE(tls_->Reload().ok());
  const std::string after = Serial(TLS1_3_VERSION);
  EXPECT_NE(after, "");
  EXPECT_NE(after, before);
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_TRUE(Call(channel, scene_.server_key()).ok());
  EXPECT_TRUE(Call(Channel(Ca()), scene_.server_key()).ok());
}

TEST_F(TlsCallsTest, WhatCannotBeUsedIsNotTakenOver) {
  const std::string before = Serial(TLS1_3_VERSION);
  const std::string key = ReadText(made_.key);
  WriteText(made_.key, clients_.Issue("another", 0, 1).key);
  const absl::Status mismatched = tls_->Reload();
  EXPECT_TRUE(absl::IsFailedPrecondition(mismatched));
  EXPECT_NE(std::string(mismatched.message()).find(made_.key),
            std::string::npos);
  std::filesystem::remove(made_.certificate);
  EXPECT_TRUE(absl::IsFailedPrecondition(tls_->Reload()));
  EXPECT_EQ(Serial(TLS1_3_VERSION), before);
  EXPECT_TRUE(Call(Channel(Ca()), scene_.server_key()).ok());
}

TEST_F(TlsCallsTest, FilesThatCannotBeUsedAreNamed) {
  const auto why = [&](const CertificateFiles& files, int64_t time_us) {
    const auto read = ReadCertificates(files, time_us);
    EXPECT_FALSE(read.ok());
    return std::string(read.status().message());
  };
  EXPECT_NE(why(made_, Now() + 500 * kDayUs).find("expired"),
            std::string::npos);
  EXPECT_NE(why(made_, Now() - 500 * kDayUs).find("not valid yet"),
            std::string::npos);
  CertificateFiles files = made_;
  files.certificate = "/nowhere.pem";
  EXPECT_NE(why(files, Now()).find("/nowhere.pem"), std::string::npos);
  files = made_;
  files.key = made_.certificate;
  EXPECT_NE(why(files, Now()).find("private key"), std::string::npos);
  files = made_;
  files.client_ca = made_.key;
  EXPECT_NE(why(files, Now()).find("no certificate"), std::string::npos);
}

TEST_F(TlsCallsTest, PrivateFilesAreForTheirOwner) {
  for (const std::string& path : {made_.key, files_.path() + "/tls/ca.key"}) {
    struct stat found {};
    ASSERT_EQ(stat(path.c_str(), &found), 0) << path;
    EXPECT_EQ(found.st_mode & 0777u, 0600u) << path;
  }
  // Certificates that are good are left as they are.
  const std::string before = ReadText(made_.certificate);
  ASSERT_TRUE(MakeCertificates(files_.path(), {"localhost"}, Now()).ok());
  EXPECT_EQ(ReadText(made_.certificate), before);
  // A key that others may read is not used.
  chmod((files_.path() + "/tls/ca.key").c_str(), 0644);
  EXPECT_TRUE(absl::IsPermissionDenied(
      MakeCertificates(files_.path(), {"localhost"}, Now()).status()));
}

TEST_F(TlsCallsTest, OtherMachinesAreServedOnlyWithTlsAndKeys) {
  Server::Options options;
  options.address = "0.0.0.0:0";
  options.authentication.secret = std::string(32, 's');
  const auto start = [&] {
    return Server::Start(options, &scene_.networks(), &clock_, log_.get())
        .status();
  };
  EXPECT_TRUE(absl::IsInvalidArgument(start()));
  options.authentication.trust_anybody = true;
  options.tls = tls_.get();
  EXPECT_TRUE(absl::IsInvalidArgument(start()));
  options.address = "0.0.0.0";
  options.authentication.trust_anybody = false;
  EXPECT_TRUE(absl::IsInvalidArgument(start()));
}

TEST_F(TlsCallsTest, NoSecretReachesTheLog) {
  const auto channel = Channel(Ca());
  EXPECT_TRUE(Call(channel, scene_.server_key()).ok());
  const std::string wrong = NewApiKey("res", "k1");
  EXPECT_EQ(Call(channel, wrong).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Call(channel, "no key at all").error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  server_.reset();
  const std::string log = ReadText(files_.path() + "/log");
  EXPECT_NE(log.find("MemberService/GetMember"), std::string::npos) << log;
  for (const std::string& secret :
       {scene_.server_key(), wrong, std::string("no key at all")}) {
    EXPECT_EQ(log.find(secret), std::string::npos) << secret;
  }
}

}  // namespace
}  // namespace skontro::server

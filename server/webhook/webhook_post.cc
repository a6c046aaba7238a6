#include "server/webhook/webhook_post.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

#include "absl/strings/str_cat.h"

namespace skontro::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// Names are resolved by threads of their own, since the system's call waits;
// so many receivers whose names take for ever do not hold up the others.
constexpr size_t kResolverThreads = 8;

// Of the first lines of an answer.
constexpr uint32_t kAnswerHeaderMax = 16 * 1024;

constexpr unsigned kHttpVersion = 11;

// One line, and not a long one.
std::string Words(const error_code& error) {
  constexpr size_t kWordsMax = 100;
  std::string words = error.message().substr(0, kWordsMax);
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c < ' '; }, ' ');
  return words;
}

std::string WhyNotTaken(int status) {
  if (status / 100 == 2) return "";
  if (status / 100 == 3) {
    return absl::StrCat("answered ", status, ": redirects are not followed");
  }
  return absl::StrCat("answered ", status);
}

}  // namespace

struct WebhookPoster::Shared {
  Shared(const WebhookAccess* may_call, asio::io_context* context)
      : access(*may_call),
        io(*context),
        tls(asio::ssl::context::tls_client),
        resolvers(kResolverThreads) {}

  const WebhookAccess& access;
  asio::io_context& io;
  asio::ssl::context tls;
  absl::Duration timeout;
  asio::thread_pool resolvers;
};

namespace {

// One request and its answer. Whatever is under way keeps it alive.
template <typename Shared>
class Attempt : public std::enable_shared_from_this<Attempt<Shared>> {
 public:
  Attempt(std::shared_ptr<Shared> shared, WebhookRequest request,
          WebhookPoster::OnReply done)
      : shared_(std::move(shared)),
        request_(std::move(request)),
        done_(std::move(done)),
        deadline_(shared_->io),
        stream_(shared_->io, shared_->tls),
        buffer_(kAnswerHeaderMax) {}

  void Start() {
    deadline_.expires_after(absl::ToChronoMilliseconds(shared_->timeout));
    deadline_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->Finish(0, "no answer in time");
    });
    error_code error;
    const asio::ip::address address =
        asio::ip::make_address(request_.url.host, error);
    if (error) return Resolve();
    Connect({tcp::endpoint(address, request_.url.port)});
  }

 private:
  void Resolve() {
    asio::post(shared_->resolvers, [self = this->shared_from_this()] {
      asio::io_context none;
      tcp::resolver resolver(none);
      error_code error;
      const auto found = resolver.resolve(
          self->request_.url.host, absl::StrCat(self->request_.url.port),
          tcp::resolver::numeric_service, error);
      std::vector<tcp::endpoint> endpoints;
      for (const auto& entry : found) endpoints.push_back(entry.endpoint());
      asio::post(
          self->shared_->io, [self, error, endpoints = std::move(endpoints)] {
            if (error) {
              return self->Finish(
                  0, absl::StrCat("cannot resolve ", self->request_.url.host,
                                  ": ", Words(error)));
            }
            self->Connect(endpoints);
          });
    });
  }

  void Connect(std::vector<tcp::endpoint> endpoints) {
    if (done_ == nullptr) return;
    std::erase_if(endpoints, [this](const tcp::endpoint& endpoint) {
      return !shared_->access.MayCall(endpoint.address());
    });
    if (endpoints.empty()) {
      return Finish(0, absl::StrCat(request_.url.host,
                                    " has no address that may be called"));
    }
    endpoints_ = std::move(endpoints);
    Tcp().async_connect(endpoints_, [self = this->shared_from_this()](
                                        error_code error, tcp::endpoint to) {
      if (error) {
        return self->Finish(0, absl::StrCat("cannot connect: ", Words(error)));
      }
      // The one that answered, and not only those that were looked up.
      if (!self->shared_->access.MayCall(to.address())) {
        return self->Finish(0, "an address that may not be called");
      }
      if (self->request_.url.encrypted) {
        self->Handshake();
      } else {
        self->Write(self->Tcp());
      }
    });
  }

  void Handshake() {
    const std::string& host = request_.url.host;
    error_code error;
    asio::ip::make_address(host, error);
    // The name of the host is sent; an address has none.
    if (error) SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    stream_.async_handshake(
        asio::ssl::stream_base::client,
        [self = this->shared_from_this()](error_code failed) {
          if (failed) {
            return self->Finish(0, absl::StrCat("TLS: ", Words(failed)));
          }
          self->Write(self->stream_);
        });
  }

  template <typename Stream>
  void Write(Stream& stream) {
    message_.version(kHttpVersion);
    message_.method(http::verb::post);
    message_.target(request_.url.target);
    message_.set(http::field::host, request_.url.authority);
    message_.set(http::field::user_agent, "skontro");
    message_.set(http::field::content_type, "application/json");
    for (const auto& [name, value] : request_.headers) {
      message_.set(name, value);
    }
    message_.keep_alive(false);
    message_.body() = std::move(request_.body);
    message_.prepare_payload();
    http::async_write(
        stream, message_,
        [self = this->shared_from_this(), &stream](error_code error, size_t) {
          // Who answers before it has read everything may hang up.
          self->Read(stream, error);
        });
  }

  template <typename Stream>
  void Read(Stream& stream, error_code written) {
    if (done_ == nullptr) return;
    parser_.header_limit(kAnswerHeaderMax);
    parser_.body_limit(boost::none);  // However long it is, nobody reads it.
    http::async_read_header(
        stream, buffer_, parser_,
        [self = this->shared_from_this(), written](error_code error, size_t) {
          if (error) {
            const error_code& why = written ? written : error;
            return self->Finish(0, absl::StrCat("no answer: ", Words(why)));
          }
          const auto status =
              static_cast<int>(self->parser_.get().result_int());
          self->Finish(status, WhyNotTaken(status));
        });
  }

  // Once; what comes later finds that it is over.
  void Finish(int status, std::string error) {
    if (done_ == nullptr) return;
    const WebhookPoster::OnReply done = std::exchange(done_, nullptr);
    deadline_.cancel();
    // No goodbye of TLS: who did not read the answer to its end may as well
    // hang up.
    error_code ignored;
    Tcp().socket().close(ignored);
    done({status, std::move(error)});
  }

  beast::tcp_stream& Tcp() { return beast::get_lowest_layer(stream_); }

  const std::shared_ptr<Shared> shared_;
  WebhookRequest request_;
  WebhookPoster::OnReply done_;
  asio::steady_timer deadline_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  std::vector<tcp::endpoint> endpoints_;
  http::request<http::string_body> message_;
  beast::flat_buffer buffer_;
  http::response_parser<http::empty_body> parser_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookPoster>> WebhookPoster::Make(
    const WebhookOptions& options, const WebhookAccess* access,
    asio::io_context* io) {
  auto shared = std::make_shared<Shared>(access, io);
  shared->timeout = options.attempt_timeout;
  error_code error;
  shared->tls.set_options(
      asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
          asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
          asio::ssl::context::no_tlsv1_1,
      error);
  // Where the system trusts nobody, no certificate is good.
  shared->tls.set_default_verify_paths(error);
  if (!options.ca_file.empty()) {
    shared->tls.load_verify_file(options.ca_file, error);
    if (error) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot read the certificates in ", options.ca_file,
                       ": ", Words(error)));
    }
  }
  return std::unique_ptr<WebhookPoster>(new WebhookPoster(std::move(shared)));
}

WebhookPoster::WebhookPoster(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)) {}

WebhookPoster::~WebhookPoster() {
  shared_->resolvers.stop();
  shared_->resolvers.join();
}

void WebhookPoster::Post(WebhookRequest request, OnReply done) {
  std::make_shared<Attempt<Shared>>(shared_, std::move(request),
                                    std::move(done))
      ->Start();
}

}  // namespace skontro::server

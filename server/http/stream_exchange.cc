#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/reason.h"
#include "server/call.h"
#include "server/error.h"
#include "server/http/connect.h"
#include "server/http/exchange.h"
#include "server/http/gzip.h"
#include "server/http/message_codec.h"

namespace skontro::server::http {
namespace {

// What a stream is asked for is short, and gRPC holds it as long as it lasts.
constexpr size_t kRequestBytesMax = size_t{1} << 20;

// Conversions up to here take less than a switch of threads is worth.
constexpr size_t kInlineBytesMax = 64 * 1024;

// One message of the stream is asked for when the one before has gone out, so
// that no more than one is in memory however slowly a client reads.
class StreamExchange : public Exchange,
                       public std::enable_shared_from_this<StreamExchange> {
 public:
  StreamExchange(ExchangeScope scope, CallRoute route, Request request)
      : scope_(std::move(scope)),
        route_(std::move(route)),
        request_(std::move(request)) {}

  void Start() override {
    Response head;
    head.content_type = route_.is_json ? "application/connect+json"
                                       : "application/connect+proto";
    if (route_.response_may_be_gzip) {
      head.headers.emplace_back("Connect-Content-Encoding", "gzip");
    }
    scope_.client->BeginStream(std::move(head));
    const absl::StatusOr<OnlyMessage> only =
        OnlyMessageOf(request_.body, route_.request_is_gzip);
    if (!only.ok()) return End(ToRpcStatus(only.status()));
    if (request_.body.size() <= kInlineBytesMax && !only->is_gzip) {
      return OnMessageRead(ReadMessage(*only));
    }
    const bool posted =
        scope_.workers->Post([self = shared_from_this(), only = *only] {
          auto message = std::make_shared<absl::StatusOr<std::string>>(
              self->ReadMessage(only));
          boost::asio::dispatch(self->scope_.executor, [self, message] {
            self->OnMessageRead(std::move(*message));
          });
        });
    if (!posted)
      End(ToRpcStatus(QueueFull(scope_.workers->queue_length_max())));
  }

  void Cancel() override {
    is_cancelled_ = true;
    if (call_ != nullptr) call_->Cancel();
  }

 private:
  // On the executor or, what takes long, on a worker. `only` is in the request.
  absl::StatusOr<std::string> ReadMessage(const OnlyMessage& only) const {
    std::string text(only.bytes);
    if (text.size() > kRequestBytesMax) {
      return ToStatus(FieldInvalid(
          "(message)", absl::StrCat(text.size(), " bytes"),
          absl::StrCat("at most ", kRequestBytesMax, " bytes for a stream")));
    }
    // What is empty is not compressed, whatever its flags say.
    if (only.is_gzip && !text.empty()) {
      absl::StatusOr<std::string> plain = Gunzip(text, kRequestBytesMax);
      if (!plain.ok()) return GzipError(plain.status(), kRequestBytesMax);
      text = *std::move(plain);
    }
    if (!route_.is_json) return text;
    return FromJson(*route_.method->input_type(), text);
  }

  void OnMessageRead(absl::StatusOr<std::string> message) {
    if (!message.ok()) return End(ToRpcStatus(message.status()));
    if (is_cancelled_) return End(ToRpcStatus(absl::CancelledError()));
    request_.body = std::string();
    const auto self = shared_from_this();
    call_ = scope_.bridge->Stream(
        {route_.path(), route_.timeout, request_.authorization,
         scope_.certificate, *std::move(message)},
        [self](std::string bytes) {
          boost::asio::post(
              self->scope_.executor,
              [self, bytes = std::move(bytes)] { self->OnMessage(bytes); });
        },
        [self](const grpc::Status& status) {
          boost::asio::post(self->scope_.executor,
                            [self, status] { self->End(StatusOf(status)); });
        });
  }

  void OnMessage(const std::string& bytes) {
    absl::StatusOr<std::string> text =
        route_.is_json ? ToJson(*route_.method->output_type(), bytes)
                       : absl::StatusOr<std::string>(bytes);
    if (!text.ok()) {
      // Cannot be shown, so the stream must not look complete.
      failure_ = ToRpcStatus(text.status());
      call_->Cancel();
      call_->Next();
      return;
    }
    // A short message is not worth the time.
    const bool is_gzip =
        route_.response_may_be_gzip && text->size() >= kGzipBytesMin;
    std::string bytes_out =
        is_gzip ? Envelope(Gzip(*text), true) : Envelope(*text);
    scope_.client->Send(std::move(bytes_out),
                        [self = shared_from_this()](bool ok) {
                          if (!ok) self->call_->Cancel();
                          // Also then: what ends a cancelled call is the read
                          // that fails.
                          self->call_->Next();
                        });
  }

  void End(const google::rpc::Status& status) {
    const std::shared_ptr<Client> client = std::move(scope_.client);
    client->EndStream(EndEnvelope(failure_.value_or(status)));
  }

  ExchangeScope scope_;
  const CallRoute route_;
  Request request_;
  std::shared_ptr<StreamCall> call_;
  std::optional<google::rpc::Status> failure_;
  bool is_cancelled_ = false;
};

}  // namespace

std::shared_ptr<Exchange> NewStreamExchange(ExchangeScope scope,
                                            CallRoute route, Request request) {
  return std::make_shared<StreamExchange>(std::move(scope), std::move(route),
                                          std::move(request));
}

}  // namespace skontro::server::http

#include <boost/asio/post.hpp>
#include <utility>

#include "server/error.h"
#include "server/http/connect.h"
#include "server/http/exchange.h"
#include "server/http/message_codec.h"

namespace skontro::server::http {
namespace {

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
    scope_.client->BeginStream(std::move(head));
    absl::StatusOr<std::string> message = ReadMessage();
    if (!message.ok()) return End(ToRpcStatus(message.status()));
    request_.body = std::string();
    const auto self = shared_from_this();
    call_ = scope_.bridge->Stream(
        {route_.path(), route_.timeout, request_.authorization,
         *std::move(message)},
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

  void Cancel() override {
    if (call_ != nullptr) call_->Cancel();
  }

 private:
  absl::StatusOr<std::string> ReadMessage() const {
    const absl::StatusOr<std::string_view> only = OnlyMessageOf(request_.body);
    if (!only.ok()) return only.status();
    if (!route_.is_json) return std::string(*only);
    return FromJson(*route_.method->input_type(), *only);
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
    scope_.client->Send(Envelope(*text), [self = shared_from_this()](bool ok) {
      if (!ok) self->call_->Cancel();
      // Also then: what ends a cancelled call is the read that fails.
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
};

}  // namespace

std::shared_ptr<Exchange> NewStreamExchange(ExchangeScope scope,
                                            CallRoute route, Request request) {
  return std::make_shared<StreamExchange>(std::move(scope), std::move(route),
                                          std::move(request));
}

}  // namespace skontro::server::http

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "server/error.h"
#include "server/http/connect.h"
#include "server/http/exchange.h"
#include "server/http/message_codec.h"

namespace skontro::server::http {
namespace {

// Conversions up to here take less than a switch of threads is worth.
constexpr size_t kInlineBytesMax = 64 * 1024;

class UnaryExchange : public Exchange,
                      public std::enable_shared_from_this<UnaryExchange> {
 public:
  UnaryExchange(ExchangeScope scope, CallRoute route, Request request)
      : scope_(std::move(scope)),
        route_(std::move(route)),
        request_(std::move(request)) {}

  void Start() override {
    if (!route_.is_json) return Call(std::move(request_.body));
    Convert(request_.body.size(), [self = shared_from_this()] {
      auto bytes = std::make_shared<absl::StatusOr<std::string>>(
          FromJson(*self->route_.method->input_type(), self->request_.body));
      boost::asio::dispatch(self->scope_.executor, [self, bytes] {
        if (!bytes->ok()) {
          return self->Respond(ErrorResponse(ToRpcStatus(bytes->status())));
        }
        self->Call(*std::move(*bytes));
      });
    });
  }

  void Cancel() override {
    if (call_ != nullptr) call_->Cancel();
  }

 private:
  // Runs `job` here, or on a worker if it is a large one.
  void Convert(size_t bytes, std::function<void()> job) {
    if (bytes <= kInlineBytesMax) return job();
    if (scope_.workers->Post(std::move(job))) return;
    Respond(ErrorResponse(503, grpc::StatusCode::UNAVAILABLE,
                          "too many large messages wait to be read; send it "
                          "again with the same request_id"));
  }

  void Call(std::string message) {
    request_.body = std::string();
    call_ = scope_.bridge->Unary(
        {route_.path(), route_.timeout, request_.authorization,
         std::move(message)},
        [self = shared_from_this()](grpc::Status status, std::string answer) {
          boost::asio::post(self->scope_.executor,
                            [self, status = std::move(status),
                             answer = std::move(answer)]() mutable {
                              self->OnAnswer(status, std::move(answer));
                            });
        });
  }

  void OnAnswer(const grpc::Status& status, std::string answer) {
    if (!status.ok()) return Respond(ErrorResponse(StatusOf(status)));
    if (!route_.is_json) {
      Response response;
      response.content_type = "application/proto";
      response.body = std::move(answer);
      return Respond(std::move(response));
    }
    const size_t size = answer.size();
    Convert(size, [self = shared_from_this(), answer = std::move(answer)] {
      absl::StatusOr<std::string> json =
          ToJson(*self->route_.method->output_type(), answer);
      auto response = std::make_shared<Response>();
      if (json.ok()) {
        response->body = *std::move(json);
      } else {
        *response = ErrorResponse(ToRpcStatus(json.status()));
      }
      boost::asio::dispatch(self->scope_.executor, [self, response] {
        self->Respond(std::move(*response));
      });
    });
  }

  void Respond(Response response) {
    const std::shared_ptr<Client> client = std::move(scope_.client);
    if (client != nullptr) client->Respond(std::move(response));
  }

  ExchangeScope scope_;
  const CallRoute route_;
  Request request_;
  std::shared_ptr<http::Call> call_;
};

}  // namespace

std::shared_ptr<Exchange> NewUnaryExchange(ExchangeScope scope, CallRoute route,
                                           Request request) {
  return std::make_shared<UnaryExchange>(std::move(scope), std::move(route),
                                         std::move(request));
}

}  // namespace skontro::server::http

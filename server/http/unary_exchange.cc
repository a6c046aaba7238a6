#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/error.h"
#include "server/http/connect.h"
#include "server/http/exchange.h"
#include "server/http/gzip.h"
#include "server/http/message_codec.h"

namespace skontro::server::http {
namespace {

// Conversions up to here take less than a switch of threads is worth.
constexpr size_t kInlineBytesMax = 64 * 1024;

Response Busy(const char* what) {
  return ErrorResponse(
      503, grpc::StatusCode::UNAVAILABLE,
      absl::StrCat("too many large messages ", what,
                   "; send it again with the same request_id"));
}

class UnaryExchange : public Exchange,
                      public std::enable_shared_from_this<UnaryExchange> {
 public:
  UnaryExchange(ExchangeScope scope, CallRoute route, Request request)
      : scope_(std::move(scope)),
        route_(std::move(route)),
        request_(std::move(request)) {}

  void Start() override {
    // What is empty is not compressed, whatever its head says.
    if (!route_.request_is_gzip || request_.body.empty()) return Convert();
    // However short it is: nobody knows how long it will be.
    Work([self = shared_from_this()] {
      auto body = std::make_shared<absl::StatusOr<std::string>>(
          Gunzip(self->request_.body, self->scope_.body_bytes_max));
      boost::asio::dispatch(self->scope_.executor,
                            [self, body] { self->OnGunzipped(body.get()); });
    });
  }

  void Cancel() override {
    if (call_ != nullptr) call_->Cancel();
  }

 private:
  void OnGunzipped(absl::StatusOr<std::string>* body) {
    if (!body->ok()) {
      Response response = ErrorResponse(
          ToRpcStatus(GzipError(body->status(), scope_.body_bytes_max)));
      if (absl::IsOutOfRange(body->status())) response.status = 413;
      return Respond(std::move(response));
    }
    if (!scope_.client->TakeMemory((*body)->size())) {
      return Respond(Busy("arrive at once"));
    }
    request_.body = *std::move(*body);
    Convert();
  }

  void Convert() {
    if (!route_.is_json) return Call(std::move(request_.body));
    WorkOn(request_.body.size(), [self = shared_from_this()] {
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

  // Runs `job` here, or on a worker if it is a large one.
  void WorkOn(size_t bytes, std::function<void()> job) {
    if (bytes <= kInlineBytesMax) return job();
    Work(std::move(job));
  }

  void Work(std::function<void()> job) {
    if (scope_.workers->Post(std::move(job))) return;
    Respond(Busy("wait to be read"));
  }

  void Call(std::string message) {
    request_.body = std::string();
    call_ = scope_.bridge->Unary(
        {route_.path(), route_.timeout, request_.authorization,
         scope_.certificate, std::move(message)},
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
    const size_t size = answer.size();
    WorkOn(size, [self = shared_from_this(), answer = std::move(answer)] {
      auto response = std::make_shared<Response>(self->ResponseOf(answer));
      boost::asio::dispatch(self->scope_.executor, [self, response] {
        self->Respond(std::move(*response));
      });
    });
  }

  Response ResponseOf(const std::string& answer) const {
    Response response;
    if (route_.is_json) {
      absl::StatusOr<std::string> json =
          ToJson(*route_.method->output_type(), answer);
      if (!json.ok()) return ErrorResponse(ToRpcStatus(json.status()));
      response.body = *std::move(json);
    } else {
      response.content_type = "application/proto";
      response.body = answer;
    }
    if (route_.response_may_be_gzip) Compress(&response);
    return response;
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

#include "server/call_watch.h"

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/permission.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/call_context.h"
#include "server/error.h"

namespace skontro::server {
namespace {

using google::protobuf::Message;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

constexpr std::string_view kOurs = "/skontro.v1.";

// Longer ones are refused; what is logged is cut.
constexpr size_t kRequestIdShown = 128;

// Every method that there is, such as "/skontro.v1.TradeService/GetTrade".
bool IsOurs(const char* method) {
  static const auto* const kPaths = [] {
    auto* paths = new absl::flat_hash_set<std::string>;
    for (const std::string_view known : engine::KnownMethods()) {
      std::string path(kOurs);
      path.append(known);
      std::replace(path.begin() + static_cast<ptrdiff_t>(kOurs.size()),
                   path.end(), '.', '/');
      paths->insert(std::move(path));
    }
    return paths;
  }();
  return kPaths->contains(method);
}

// OK, the reason of our error, or the name of a code that gRPC itself gave.
std::string ReasonOf(const grpc::Status& status) {
  if (status.ok()) return "OK";
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details()) &&
      details.details_size() > 0 && details.details(0).UnpackTo(&info)) {
    return info.reason();
  }
  return absl::StatusCodeToString(
      static_cast<absl::StatusCode>(status.error_code()));
}

class CallWatch : public grpc::experimental::Interceptor {
 public:
  CallWatch(Log* log, Metrics* metrics, ServerRpcInfo* info)
      : log_(log),
        metrics_(metrics),
        info_(info),
        call_(dynamic_cast<CallContext*>(info->server_context())),
        start_(std::chrono::steady_clock::now()) {
    if (metrics_ != nullptr) metrics_->CallBegan();
  }

  ~CallWatch() override {
    if (metrics_ != nullptr) metrics_->CallGone();
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_MESSAGE)) {
      OnMessage(methods);
    }
    if (call_ != nullptr && methods->QueryInterceptionHookPoint(
                                InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      call_->Pay(
          static_cast<int64_t>(methods->GetSerializedSendMessage()->Length()));
    }
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      OnStatus(methods);
    }
    if (log_->Wants(LogLevel::kDebug) &&
        methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_MESSAGE)) {
      KeepRequestId(static_cast<const Message*>(methods->GetRecvMessage()));
    }
    methods->Proceed();
  }

 private:
  // That of the request, or of the first message of a stream, for the log.
  // Every message of ours is one of the generated classes.
  void KeepRequestId(const Message* request) {
    if (request == nullptr || !request_id_.empty()) return;
    const auto* field = request->GetDescriptor()->FindFieldByName("request_id");
    if (field == nullptr || field->is_repeated() ||
        field->cpp_type() !=
            google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      return;
    }
    std::string scratch;
    request_id_ = request->GetReflection()
                      ->GetStringReference(*request, field, &scratch)
                      .substr(0, kRequestIdShown);
  }

  // Before the handler sees it. All methods of ours take messages of Protocol
  // Buffers, whose types begin with that of a message.
  void OnMessage(InterceptorBatchMethods* methods) {
    const auto* const message = static_cast<const google::protobuf::Message*>(
        methods->GetRecvMessage());
    // It could not be parsed, or is for a method that nobody has.
    if (message == nullptr || call_ == nullptr) return;
    call_->Pay(static_cast<int64_t>(message->ByteSizeLong()));
  }

  void OnStatus(InterceptorBatchMethods* methods) {
    grpc::Status status = methods->GetSendStatus();
    // gRPC answers so, without asking us, where it cannot parse a request; our
    // own errors have words, and every method of ours is there.
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED &&
        status.error_message().empty()) {
      const Refusal refusal =
          FieldInvalid("(message)", "bytes that are no such message",
                       "the message of the method, its texts in UTF-8");
      status = ToGrpcStatus(std::span(&refusal, 1));
      methods->ModifySendStatus(status);
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start_);
    const std::string_view method =
        std::string_view(info_->method()).substr(kOurs.size());
    if (metrics_ != nullptr) {
      metrics_->CallAnswered(method, ReasonOf(status),
                             absl::Microseconds(took.count()));
    }
    if (!log_->Wants(LogLevel::kDebug)) return;
    log_->Write(LogLevel::kDebug, "call",
                {{"method", method},
                 {"request_id", request_id_},
                 {"peer", info_->server_context()->peer()},
                 {"code", static_cast<int>(status.error_code())},
                 {"message", status.error_message()},
                 {"took_us", static_cast<int64_t>(took.count())}});
  }

  Log* const log_;
  Metrics* const metrics_;
  ServerRpcInfo* const info_;
  CallContext* const call_;  // Never null: every method of ours calls back.
  const std::chrono::steady_clock::time_point start_;
  std::string request_id_;
};

}  // namespace

grpc::experimental::Interceptor* CallWatchFactory::CreateServerInterceptor(
    ServerRpcInfo* info) {
  if (!IsOurs(info->method())) return nullptr;
  return new CallWatch(log_, metrics_, info);
}

}  // namespace skontro::server

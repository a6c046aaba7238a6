#include "server/call_watch.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/permission.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/error.h"

namespace skontro::server {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

constexpr std::string_view kOurs = "/skontro.v1.";

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
        start_(std::chrono::steady_clock::now()) {
    if (metrics_ != nullptr) metrics_->CallBegan();
  }

  ~CallWatch() override {
    if (metrics_ != nullptr) metrics_->CallGone();
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      OnStatus(methods);
    }
    methods->Proceed();
  }

 private:
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
                 {"peer", info_->server_context()->peer()},
                 {"code", static_cast<int>(status.error_code())},
                 {"message", status.error_message()},
                 {"took_us", static_cast<int64_t>(took.count())}});
  }

  Log* const log_;
  Metrics* const metrics_;
  ServerRpcInfo* const info_;
  const std::chrono::steady_clock::time_point start_;
};

}  // namespace

grpc::experimental::Interceptor* CallWatchFactory::CreateServerInterceptor(
    ServerRpcInfo* info) {
  if (!IsOurs(info->method())) return nullptr;
  return new CallWatch(log_, metrics_, info);
}

}  // namespace skontro::server

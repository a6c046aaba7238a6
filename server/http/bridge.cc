#include "server/http/bridge.h"

#include <utility>

#include "absl/time/clock.h"

namespace skontro::server::http {
namespace {

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::Status Stopped() {
  return {grpc::StatusCode::UNAVAILABLE,
          "the server stops; send it again elsewhere"};
}

}  // namespace

class Bridge::UnaryCall : public Call {
 public:
  UnaryCall(const Bridge& bridge, const Spec& spec)
      : request(BufferOf(spec.message)) {
    bridge.Prepare(spec, &context);
  }
  void Cancel() override { context.TryCancel(); }

  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

// Holds itself until gRPC is done with it.
class Bridge::ServerStream
    : public StreamCall,
      public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ServerStream(std::shared_ptr<Bridge> bridge, const Spec& spec,
               OnMessage on_message, OnEnd on_end)
      : bridge_(std::move(bridge)),
        request_(BufferOf(spec.message)),
        on_message_(std::move(on_message)),
        on_end_(std::move(on_end)) {
    bridge_->Prepare(spec, &context_);
  }

  void Start(grpc::GenericStub* stub, const std::string& method,
             std::shared_ptr<ServerStream> self) {
    self_ = std::move(self);
    stub->PrepareBidiStreamingCall(&context_, method, grpc::StubOptions(),
                                   this);
    // Next() comes from other threads, between gRPC's own.
    AddHold();
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&message_);
    StartCall();
  }

  void Cancel() override { context_.TryCancel(); }
  void Next() override { StartRead(&message_); }

  void OnReadDone(bool ok) override {
    if (ok) {
      on_message_(BytesOf(message_));
    } else {
      RemoveHold();
    }
  }

  // Whoever waits for the bridge to be idle destroys what the callbacks hold,
  // so they go first; the stream itself may be held by its exchange.
  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Bridge> bridge = bridge_;
    on_end_(status);
    on_message_ = nullptr;
    on_end_ = nullptr;
    self_.reset();
    bridge->End();
  }

 private:
  const std::shared_ptr<Bridge> bridge_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer message_;
  OnMessage on_message_;
  OnEnd on_end_;
  std::shared_ptr<ServerStream> self_;
};

void Bridge::Prepare(const Spec& spec, grpc::ClientContext* context) const {
  if (spec.timeout.has_value()) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + *spec.timeout));
  }
  if (spec.authorization.has_value()) {
    context->AddMetadata("authorization", *spec.authorization);
  }
  if (!spec.certificate.empty()) {
    context->AddMetadata(Authenticator::kVoucher,
                         authenticator_.Vouch(spec.certificate));
  }
}

bool Bridge::WaitUntilIdle(absl::Duration timeout) {
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return calls_ == 0;
  };
  const absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&idle), timeout);
}

bool Bridge::Close(absl::Duration timeout) {
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return calls_ == 0;
  };
  const absl::MutexLock lock(&mutex_);
  const bool is_idle = mutex_.AwaitWithTimeout(absl::Condition(&idle), timeout);
  is_closed_ = true;
  return is_idle;
}

bool Bridge::Begin() {
  const absl::MutexLock lock(&mutex_);
  if (is_closed_) return false;
  ++calls_;
  return true;
}

void Bridge::End() {
  const absl::MutexLock lock(&mutex_);
  --calls_;
}

std::shared_ptr<Call> Bridge::Unary(Spec spec, OnUnary done) {
  if (!Begin()) {
    done(Stopped(), "");
    return nullptr;
  }
  auto call = std::make_shared<UnaryCall>(*this, spec);
  stub_.UnaryCall(&call->context, spec.method, grpc::StubOptions(),
                  &call->request, &call->response,
                  [bridge = shared_from_this(), call,
                   done = std::move(done)](grpc::Status status) mutable {
                    done(std::move(status), BytesOf(call->response));
                    done = nullptr;
                    call.reset();
                    bridge->End();
                  });
  return call;
}

std::shared_ptr<StreamCall> Bridge::Stream(Spec spec, OnMessage on_message,
                                           OnEnd on_end) {
  if (!Begin()) {
    on_end(Stopped());
    return nullptr;
  }
  auto call = std::make_shared<ServerStream>(
      shared_from_this(), spec, std::move(on_message), std::move(on_end));
  call->Start(&stub_, spec.method, call);
  return call;
}

}  // namespace skontro::server::http

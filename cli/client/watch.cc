#include "cli/client/watch.h"

#include <utility>

#include "ledger/base/status.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::client {

Watch::Watch(Client& client, v1::WatchEventsRequest request)
    : client_(client),
      stub_(v1::EventService::NewStub(client.channel())),
      request_(std::move(request)),
      attempts_(client.retry()) {
  request_.set_parent(client.network());
}

Watch::~Watch() {
  Cancel();
  // gRPC wants every stream read to its end.
  if (reader_ != nullptr) {
    v1::WatchEventsResponse rest;
    while (reader_->Read(&rest)) {
    }
    reader_->Finish().IgnoreError();
  }
}

void Watch::Cancel() {
  const absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

// A stream that begins "now" and breaks would begin at another now.
absl::Status Watch::BeginAfterNow() {
  if (request_.from_sequence() > 0) return absl::OkStatus();
  v1::GetNetworkRequest request;
  request.set_name(client_.network());
  SKONTRO_ASSIGN_OR_RETURN(const v1::GetNetworkResponse response,
                           client_.Read<v1::NetworkService>(
                               &v1::NetworkService::Stub::GetNetwork, request));
  request_.set_from_sequence(response.sequence() + 1);
  return absl::OkStatus();
}

bool Watch::Open() {
  {
    const absl::MutexLock lock(&mutex_);
    if (cancelled_) return false;
    if (reader_ != nullptr) return true;
    context_ = std::make_unique<grpc::ClientContext>();
    client_.Prepare(absl::InfiniteFuture(), context_.get());
    reader_ = stub_->WatchEvents(context_.get(), request_);
  }
  // Time in which a host was looked for in vain is no time that it stood.
  reader_->WaitForInitialMetadata();
  attempts_.Taken();
  return true;
}

absl::StatusOr<v1::WatchEventsResponse> Watch::Next() {
  SKONTRO_RETURN_IF_ERROR(BeginAfterNow());
  while (Open()) {
    v1::WatchEventsResponse response;
    if (reader_->Read(&response)) {
      attempts_.Answered();
      request_.set_from_sequence(response.sequence() + 1);
      return response;
    }
    const grpc::Status end = reader_->Finish();
    reader_.reset();
    {
      const absl::MutexLock lock(&mutex_);
      context_.reset();
      if (cancelled_) break;
    }
    // A server that ends a stream without an error was stopped.
    CallError error =
        DecodeError(end.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE,
                                            "the server ended the stream")
                             : end);
    // Not late, as of a read: it was there before.
    if (error.reason == "SEQUENCE_NOT_REACHED") return ToStatus(error);
    SKONTRO_RETURN_IF_ERROR(attempts_.Failed(std::move(error)));
  }
  return absl::CancelledError("the watch was cancelled");
}

}  // namespace skontro::client

#include "server/error.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <string>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "ledger/base/check.h"

namespace skontro::server {
namespace {

constexpr char kDomain[] = "skontro";

// A client takes 8 KiB of trailers, in base64 and with the message beside them.
constexpr size_t kViolationsMax = 10;

// How long a client should wait before it asks a full queue again: some batches
// of the journal.
constexpr absl::Duration kQueueRetryDelay = absl::Milliseconds(100);
constexpr absl::Duration kDiskRetryDelay = absl::Seconds(5);

// How long a client should wait before it comes again with what was refused;
// zero where that is of no use.
absl::Duration RetryDelayOf(const Refusal& refusal) {
  if (refusal.reason == Reason::kQueueFull) return kQueueRetryDelay;
  // Space comes back because somebody makes it: that takes longer.
  if (refusal.reason == Reason::kDiskNearlyFull) return kDiskRetryDelay;
  if (refusal.reason != Reason::kRateLimited) return absl::ZeroDuration();
  int64_t milliseconds = 0;
  const std::string_view text = MetadataOf(refusal, "retry_ms");
  return absl::SimpleAtoi(absl::string_view(text.data(), text.size()),
                          &milliseconds)
             ? absl::Milliseconds(milliseconds)
             : kQueueRetryDelay;
}

// Packs `detail` so that the same error has the same bytes: a map has no order
// of its own.
void AddDetail(const google::protobuf::Message& detail,
               google::rpc::Status* status) {
  google::protobuf::Any* const any = status->add_details();
  any->set_type_url("type.googleapis.com/" + detail.GetTypeName());
  google::protobuf::io::StringOutputStream stream(any->mutable_value());
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  detail.SerializeToCodedStream(&coded);
}

void AddErrorInfo(const Refusal& refusal, google::rpc::Status* status) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(refusal.reason)));
  info.set_domain(kDomain);
  for (const auto& [key, value] : refusal.metadata) {
    (*info.mutable_metadata())[key] = value;
  }
  AddDetail(info, status);
}

void AddViolations(std::span<const Refusal> refusals,
                   google::rpc::Status* status) {
  google::rpc::BadRequest bad_request;
  for (const Refusal& refusal : refusals) {
    if (refusal.reason != Reason::kFieldInvalid) continue;
    if (bad_request.field_violations_size() >= static_cast<int>(kViolationsMax))
      break;
    auto* violation = bad_request.add_field_violations();
    violation->set_field(std::string(MetadataOf(refusal, "field")));
    violation->set_description(Explain(refusal));
  }
  AddDetail(bad_request, status);
}

grpc::Status ToGrpcStatus(const google::rpc::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

}  // namespace

google::rpc::Status ToRpcStatus(std::span<const Refusal> refusals) {
  SKONTRO_CHECK(!refusals.empty());
  const Refusal& first = refusals.front();
  google::rpc::Status status;
  status.set_code(static_cast<int>(ReasonCode(first.reason)));
  status.set_message(Explain(first));
  AddErrorInfo(first, &status);
  if (first.reason == Reason::kFieldInvalid) AddViolations(refusals, &status);
  absl::Duration delay = RetryDelayOf(first);
  if (delay > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(
        absl::IDivDuration(delay, absl::Seconds(1), &delay));
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
    AddDetail(retry, &status);
  }
  return status;
}

grpc::Status ToGrpcStatus(std::span<const Refusal> refusals) {
  return ToGrpcStatus(ToRpcStatus(refusals));
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  if (const std::optional<Refusal> refusal = RefusalOf(status)) {
    return ToRpcStatus(std::span(&*refusal, 1));
  }
  google::rpc::Status out;
  if (status.code() == absl::StatusCode::kDataLoss) {
    out.set_code(static_cast<int>(grpc::StatusCode::DATA_LOSS));
    out.set_message(
        "the server found data that does not hold and gives no answer; the "
        "operator finds more in its log, and with skontro verify");
  } else if (status.code() == absl::StatusCode::kCancelled) {
    out.set_code(static_cast<int>(grpc::StatusCode::CANCELLED));
    out.set_message("the call was cancelled");
  } else {
    out.set_code(static_cast<int>(grpc::StatusCode::INTERNAL));
    out.set_message(
        "the server could not do this; the operator finds more in its log");
  }
  return out;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  return ToGrpcStatus(ToRpcStatus(status));
}

bool IsOfServer(const absl::Status& status) {
  if (status.ok() || status.code() == absl::StatusCode::kCancelled) {
    return false;
  }
  const std::optional<Refusal> refusal = RefusalOf(status);
  return !refusal.has_value() || refusal->reason == Reason::kJournalChainBroken;
}

}  // namespace skontro::server

#include "cli/client/call_error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace skontro::client {
namespace {

constexpr char kDomain[] = "skontro";

// Under which a status carries its error, and the domain of what a client adds.
constexpr char kPayload[] = "type.googleapis.com/google.rpc.Status";
constexpr char kClientDomain[] = "skontro-client";
constexpr char kOutcome[] = "outcome";
constexpr char kRequestId[] = "request_id";

const std::pair<Outcome, const char*> kOutcomeNames[] = {
    {Outcome::kRefused, "REFUSED"},
    {Outcome::kUnavailable, "UNAVAILABLE"},
    {Outcome::kUnknown, "UNKNOWN"}};

void AddInfo(const google::rpc::ErrorInfo& info, CallError* error) {
  if (info.domain() == kDomain) {
    error->reason = info.reason();
    error->metadata.insert(info.metadata().begin(), info.metadata().end());
  } else if (info.domain() == kClientDomain) {
    const auto outcome = info.metadata().find(kOutcome);
    const auto request_id = info.metadata().find(kRequestId);
    if (request_id != info.metadata().end()) {
      error->request_id = request_id->second;
    }
    if (outcome == info.metadata().end()) return;
    for (const auto& [value, name] : kOutcomeNames) {
      if (outcome->second == name) error->outcome = value;
    }
  }
}

void AddDetails(const google::rpc::Status& status, CallError* error) {
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&info)) {
      AddInfo(info, error);
    } else if (detail.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        error->violations.emplace_back(violation.field(),
                                       violation.description());
      }
    } else if (detail.UnpackTo(&retry)) {
      error->retry_delay = absl::Seconds(retry.retry_delay().seconds()) +
                           absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
}

// The name of a reason, or its number where it is newer than this program.
std::string ReasonName(v1::ErrorReason reason) {
  const std::string name = v1::ErrorReason_Name(reason);
  return name.empty() ? absl::StrCat("REASON_", static_cast<int>(reason))
                      : name;
}

// No answer to this attempt; another may get one.
bool IsNoAnswer(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE ||
         code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::CANCELLED ||
         code == grpc::StatusCode::UNKNOWN;
}

// Given before the server looks whether it knows the request id.
bool IsBeforeIdempotency(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAUTHENTICATED ||
         code == grpc::StatusCode::PERMISSION_DENIED ||
         code == grpc::StatusCode::UNIMPLEMENTED;
}

void AddDetail(const google::protobuf::Message& detail,
               google::rpc::Status* status) {
  status->add_details()->PackFrom(detail);
}

}  // namespace

CallError DecodeError(const grpc::Status& status) {
  CallError error;
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    AddDetails(details, &error);
  }
  error.code = status.error_code();
  error.message = status.error_message();
  return error;
}

CallError DecodeError(const google::rpc::Status& status) {
  CallError error;
  error.code = static_cast<grpc::StatusCode>(status.code());
  error.message = status.message();
  AddDetails(status, &error);
  return error;
}

CallError DecodeError(const v1::Refusal& refusal) {
  CallError error;
  error.code = grpc::StatusCode::FAILED_PRECONDITION;
  error.message = refusal.message();
  error.reason = ReasonName(refusal.reason());
  error.metadata.insert(refusal.metadata().begin(), refusal.metadata().end());
  return error;
}

bool WasNotDone(const CallError& error) {
  return error.reason == "QUEUE_FULL" || error.reason == "RATE_LIMITED" ||
         error.reason == "DISK_NEARLY_FULL";
}

bool IsSilent(const CallError& error) {
  if (!error.reason.empty()) return error.reason == "SHUTTING_DOWN";
  return IsNoAnswer(error.code) || error.code == grpc::StatusCode::INTERNAL ||
         error.code == grpc::StatusCode::DATA_LOSS ||
         error.code == grpc::StatusCode::ABORTED ||
         error.code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

bool MayBeSentAgain(const CallError& error) {
  if (WasNotDone(error) || error.reason == "SHUTTING_DOWN") return true;
  return error.reason.empty() && IsNoAnswer(error.code);
}

Outcome OutcomeOf(const CallError& error, bool changes, bool unknown) {
  if (!changes) {
    return error.reason == "SEQUENCE_NOT_REACHED" || MayBeSentAgain(error)
               ? Outcome::kUnavailable
               : Outcome::kRefused;
  }
  if (IsSilent(error) ||
      (unknown && (WasNotDone(error) || IsBeforeIdempotency(error.code)))) {
    return Outcome::kUnknown;
  }
  return WasNotDone(error) ? Outcome::kUnavailable : Outcome::kRefused;
}

absl::Status ToStatus(const CallError& error) {
  google::rpc::Status carried;
  carried.set_code(static_cast<int>(error.code));
  carried.set_message(error.message);
  google::rpc::ErrorInfo info;
  if (!error.reason.empty()) {
    info.set_domain(kDomain);
    info.set_reason(error.reason);
    info.mutable_metadata()->insert(error.metadata.begin(),
                                    error.metadata.end());
    AddDetail(info, &carried);
  }
  info.Clear();
  info.set_domain(kClientDomain);
  for (const auto& [value, name] : kOutcomeNames) {
    if (error.outcome == value) (*info.mutable_metadata())[kOutcome] = name;
  }
  (*info.mutable_metadata())[kRequestId] = error.request_id;
  AddDetail(info, &carried);
  if (!error.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const auto& [field, description] : error.violations) {
      auto* const violation = bad_request.add_field_violations();
      violation->set_field(field);
      violation->set_description(description);
    }
    AddDetail(bad_request, &carried);
  }
  if (error.retry_delay.has_value()) {
    google::rpc::RetryInfo retry;
    absl::Duration rest = *error.retry_delay;
    retry.mutable_retry_delay()->set_seconds(
        absl::IDivDuration(rest, absl::Seconds(1), &rest));
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
    AddDetail(retry, &carried);
  }
  std::string message = error.message;
  if (!error.reason.empty()) absl::StrAppend(&message, " (", error.reason, ")");
  if (error.outcome == Outcome::kUnknown) {
    absl::StrAppend(&message, "; it may have been done: send the same request ",
                    "with request_id ", error.request_id, " again");
  }
  absl::Status status(static_cast<absl::StatusCode>(error.code), message);
  status.SetPayload(kPayload, absl::Cord(carried.SerializeAsString()));
  return status;
}

std::optional<CallError> ErrorOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  google::rpc::Status carried;
  if (!payload.has_value() || !carried.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return DecodeError(carried);
}

}  // namespace skontro::client

#include "bench/load/witness_resend.h"

#include <chrono>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace skontro::bench {
namespace {

constexpr int kTriesMax = 5;
constexpr std::chrono::seconds kPause{2};

// The trade and the sequence that a call was answered with.
struct Answer {
  std::string trade;
  int64_t sequence = 0;
};

grpc::Status Send(JobScene* scene, const std::string& id,
                  const WitnessedCall& call, Answer* answer) {
  const auto context = scene->NewContext(call.key);
  v1::TradeService::Stub* stub = scene->connections.front().trades.get();
  grpc::Status status;
  if (call.kind == WitnessedCall::Kind::kAccept) {
    v1::AcceptTradeResponse response;
    status =
        stub->AcceptTrade(context.get(), AcceptRequestOf(id, call), &response);
    *answer = {IdOf(response.trade().name()), response.outcome().sequence()};
  } else {
    v1::CreateTradeResponse response;
    status =
        stub->CreateTrade(context.get(), CreateRequestOf(id, call), &response);
    *answer = {IdOf(response.trade().name()), response.outcome().sequence()};
  }
  return status;
}

absl::Status Resend(JobScene* scene, const std::string& id,
                    const WitnessedCall& call) {
  grpc::Status status;
  for (int i = 0; i < kTriesMax; ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    Answer answer;
    status = Send(scene, id, call, &answer);
    if (status.ok()) {
      scene->Saw(answer.sequence);
      scene->witness->Answered(id, answer.trade, answer.sequence);
      return absl::OkStatus();
    }
    if (IsRefusal(status)) {
      scene->witness->Refused(id, absl::StrCat(status.error_code()));
      return absl::OkStatus();
    }
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(id, " has no outcome after ", kTriesMax,
                                   " tries: ", status.error_message()));
}

}  // namespace

absl::Status ResendUnknown(JobScene* scene, const std::string& path) {
  const absl::StatusOr<WitnessedCalls> calls = ReadWitnessLog(path);
  if (!calls.ok()) return calls.status();
  for (const auto& [id, call] : *calls) {
    if (call.outcome != WitnessedCall::Outcome::kUnknown) continue;
    const absl::Status status = Resend(scene, id, call);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace skontro::bench

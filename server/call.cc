#include "server/call.h"

#include <grpcpp/alarm.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/permission.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "server/call_context.h"
#include "server/error.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

grpc::ServerUnaryReactor* FinishWith(grpc::CallbackServerContext* context,
                                     const grpc::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

absl::Status FillScope(
    const Place& place, ledger::Sequence as_of,
    const std::function<absl::Status(const ReadScope&)>& fill) {
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope,
                           ScopeOf(*place.network, place.actor, as_of));
  return fill(scope);
}

// Until when a read waits: some time before the deadline of the call, so that
// the answer arrives before the client gives up.
std::chrono::system_clock::time_point WaitEnd(
    const grpc::CallbackServerContext& context) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now();
  const auto longest = now + absl::ToChronoMilliseconds(kSequenceWaitMax);
  const auto deadline = std::min(context.deadline(), longest);
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - now);
  return deadline - std::clamp(left / 10, milliseconds(1), milliseconds(100));
}

// A read that waits for a sequence. Three things may end the wait: the sequence
// is visible, the time is up, the client is gone. The first of them wins, and
// only the winner touches the call from then on.
class WaitingRead : public grpc::ServerUnaryReactor {
 public:
  WaitingRead(const Backend& backend,
              const grpc::CallbackServerContext& context, Place place,
              ReadTarget target,
              std::function<absl::Status(const ReadScope&)> fill)
      : backend_(backend),
        place_(std::move(place)),
        target_(std::move(target)),
        fill_(std::move(fill)),
        end_(WaitEnd(context)) {}

  // Nothing is deleted before the handler has returned the reactor, so all of
  // this may run while callbacks come in.
  void Start() {
    ticket_ = place_.network->engine().WaitFor(
        target_.min_sequence, [this, done = done_] {
          if (done->exchange(true)) return;
          // The committer calls; it must not read. The pool refuses nothing.
          SKONTRO_CHECK(backend_.answers.Post([this] { Answer(); }));
        });
    // Goes with the reactor, which cancels it; that call comes late and must
    // find nothing but the flag.
    alarm_.Set(end_, [this, done = done_](bool) {
      if (!done->exchange(true)) TimeOut();
    });
  }

  void OnCancel() override {
    if (done_->exchange(true)) return;
    place_.network->engine().CancelWait(ticket_);
    Finish({grpc::StatusCode::CANCELLED, "the call was cancelled"});
  }

  void OnDone() override { delete this; }

 private:
  void Answer() {
    Finish(Report(backend_, target_.method,
                  FillScope(place_, target_.as_of, fill_)));
  }

  void TimeOut() {
    place_.network->engine().CancelWait(ticket_);
    Finish(ToGrpcStatus(NotReached(target_.min_sequence,
                                   place_.network->engine().view().sequence)));
  }

  const Backend backend_;
  const Place place_;
  const ReadTarget target_;
  const std::function<absl::Status(const ReadScope&)> fill_;
  const std::chrono::system_clock::time_point end_;
  const std::shared_ptr<std::atomic<bool>> done_ =
      std::make_shared<std::atomic<bool>>(false);
  uint64_t ticket_ = 0;
  grpc::Alarm alarm_;
};

// What a preview or a change answers with.
grpc::Status AnswerStatus(
    const Backend& backend, std::string_view method, bool validate_only,
    const absl::StatusOr<engine::Answer>& answer,
    const std::function<absl::Status(const engine::Answer&)>& fill) {
  if (!answer.ok()) return Report(backend, method, answer.status());
  if (!validate_only && !answer->refusals.empty()) {
    return ToGrpcStatus(std::span(answer->refusals));
  }
  return Report(backend, method, fill(*answer));
}

}  // namespace

grpc::ServerUnaryReactor* FinishOk(grpc::CallbackServerContext* context) {
  return FinishWith(context, grpc::Status::OK);
}

grpc::ServerUnaryReactor* Refuse(grpc::CallbackServerContext* context,
                                 const Form& form) {
  return FinishWith(context, ToGrpcStatus(std::span(form.refusals())));
}

grpc::ServerUnaryReactor* Fail(const Backend& backend,
                               grpc::CallbackServerContext* context,
                               std::string_view method,
                               const absl::Status& status) {
  SKONTRO_CHECK(!status.ok());
  return FinishWith(context, Report(backend, method, status));
}

grpc::Status Report(const Backend& backend, std::string_view method,
                    const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  if (IsOfServer(status)) {
    backend.log.Write(LogLevel::kError, "call_failed",
                      {{"method", method}, {"error", status.ToString()}});
  }
  return ToGrpcStatus(status);
}

absl::Status NotReached(ledger::Sequence wanted, ledger::Sequence sequence) {
  return ToStatus(
      {Reason::kSequenceNotReached,
       {{"wanted", absl::StrCat(static_cast<uint64_t>(wanted))},
        {"sequence", absl::StrCat(static_cast<uint64_t>(sequence))}}});
}

absl::Status QueueFull(size_t limit) {
  return ToStatus({Reason::kQueueFull, {{"limit", absl::StrCat(limit)}}});
}

absl::StatusOr<Caller> Authenticate(const Backend& backend,
                                    grpc::CallbackServerContext& context,
                                    CallKind kind) {
  SKONTRO_ASSIGN_OR_RETURN(Caller caller,
                           backend.authenticator.Authenticate(context));
  SKONTRO_RETURN_IF_ERROR(
      CallContext::Of(&context).Begin(caller.use(), kind == CallKind::kStream));
  return caller;
}

absl::StatusOr<Place> FindNetwork(const Backend& backend, const Caller& caller,
                                  std::string_view id) {
  const engine::Actor* const actor = caller.In(id);
  if (actor != nullptr) {
    Network* const network = backend.networks.Find(id);
    if (network != nullptr) return Place{network, *actor};
  }
  return ToStatus({Reason::kResourceNotFound, {{"name", NetworkName(id)}}});
}

absl::StatusOr<Place> FindNetworkFor(const Backend& backend,
                                     const Caller& caller,
                                     std::string_view method,
                                     std::string_view id) {
  SKONTRO_ASSIGN_OR_RETURN(Place place, FindNetwork(backend, caller, id));
  const auto forbidden = engine::CheckPermission(place.actor, method);
  if (forbidden.has_value()) return ToStatus(*forbidden);
  return place;
}

absl::StatusOr<ReadScope> ScopeOf(const Network& network,
                                  const engine::Actor& actor,
                                  ledger::Sequence as_of) {
  ledger::ReadView view = network.engine().view();
  if (as_of > view.sequence) return NotReached(as_of, view.sequence);
  const ledger::Sequence shown =
      as_of == ledger::Sequence{0} ? view.sequence : as_of;
  return ReadScope{network, std::move(view), shown, actor};
}

absl::StatusOr<ReadScope> AnswerScope(const Network& network,
                                      const engine::Answer& answer) {
  return ScopeOf(network, engine::LocalOperator(), answer.sequence);
}

grpc::ServerUnaryReactor* Read(
    const Backend& backend, grpc::CallbackServerContext* context,
    const Caller& caller, ReadTarget target,
    std::function<absl::Status(const ReadScope&)> fill) {
  absl::StatusOr<Place> place =
      FindNetworkFor(backend, caller, target.method, target.network);
  if (!place.ok()) {
    return Fail(backend, context, target.method, place.status());
  }
  if (target.min_sequence <= place->network->engine().view().sequence) {
    return FinishWith(context, Report(backend, target.method,
                                      FillScope(*place, target.as_of, fill)));
  }
  auto* const waiting = new WaitingRead(backend, *context, *std::move(place),
                                        std::move(target), std::move(fill));
  waiting->Start();
  return waiting;
}

grpc::ServerUnaryReactor* Change(
    const Backend& backend, grpc::CallbackServerContext* context,
    Network* network, engine::Command command,
    std::function<absl::Status(const engine::Answer&)> fill) {
  // Under load a call may have waited for longer than its client did.
  if (context->IsCancelled()) {
    return Fail(backend, context, command.method, absl::CancelledError());
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const std::string_view method = command.method;
  const bool preview = command.validate_only;
  // The call stays alive until it is finished, whoever has gone away.
  network->engine().Submit(
      std::move(command),
      [backend, reactor, method, preview,
       fill = std::move(fill)](absl::StatusOr<engine::Answer> answer) {
        // The committer calls; the pool refuses nothing.
        SKONTRO_CHECK(backend.answers.Post([backend, reactor, method, preview,
                                            fill, answer = std::move(answer)] {
          reactor->Finish(AnswerStatus(backend, method, preview, answer, fill));
        }));
      });
  return reactor;
}

engine::PersonalText Salted(std::string text) {
  engine::PersonalText personal;
  personal.text = std::move(text);
  if (personal.text.empty()) return personal;
  personal.salt.resize(ledger::kSaltLength);
  randombytes_buf(personal.salt.data(), personal.salt.size());
  return personal;
}

}  // namespace skontro::server

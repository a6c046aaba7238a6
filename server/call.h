// How a call goes through the server, the same for every method: the form is
// checked by the caller, then permission and existence of the network; a read
// waits for its sequence, a change goes to the engine; then the response is
// filled and the call finished, exactly once, whether or not the client is
// still there.
//
// Thread safety: all functions may be called from any thread.

#ifndef SKONTRO_SERVER_CALL_H_
#define SKONTRO_SERVER_CALL_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/command.h"
#include "engine/decider.h"
#include "ledger/projection.h"
#include "server/auth/caller.h"
#include "server/backend.h"
#include "server/convert_outcome.h"
#include "server/form.h"
#include "server/request_hash.h"

namespace skontro::server {

// Finishes the call with the response as it is.
grpc::ServerUnaryReactor* FinishOk(grpc::CallbackServerContext* context);

// Finishes the call with what was refused, or with an error.
// REQUIRES: `form` has a refusal; `status` is an error.
grpc::ServerUnaryReactor* Refuse(grpc::CallbackServerContext* context,
                                 const Form& form);
grpc::ServerUnaryReactor* Fail(const Backend& backend,
                               grpc::CallbackServerContext* context,
                               std::string_view method,
                               const absl::Status& status);

// The same for a change. A preview is answered with all that was refused.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* RefuseChange(grpc::CallbackServerContext* context,
                                       const Form& form, const Request& request,
                                       Response* response) {
  if (!request.validate_only()) return Refuse(context, form);
  WriteRefusals(form.refusals(), response->mutable_outcome());
  return FinishOk(context);
}

// The status for the client; what the operator has to know goes to the log.
grpc::Status Report(const Backend& backend, std::string_view method,
                    const absl::Status& status);

// SEQUENCE_NOT_REACHED.
absl::Status NotReached(ledger::Sequence wanted, ledger::Sequence sequence);

// QUEUE_FULL: more than `limit` wait already.
absl::Status QueueFull(size_t limit);

// Whether a call is answered once, or lasts.
enum class CallKind { kUnary, kStream };

// Who makes the call; CREDENTIAL_INVALID if it does not prove that,
// RATE_LIMITED if its client asks for more than one may have. Comes before
// anything else is looked at.
absl::StatusOr<Caller> Authenticate(const Backend& backend,
                                    grpc::CallbackServerContext& context,
                                    CallKind kind = CallKind::kUnary);

// A network, and who the caller is in it.
struct Place {
  Network* network = nullptr;
  engine::Actor actor;
};

// The network of this id; RESOURCE_NOT_FOUND if there is none or the caller
// does not reach it. Whether a change is permitted is decided by the engine.
absl::StatusOr<Place> FindNetwork(const Backend& backend, const Caller& caller,
                                  std::string_view id);

// The same for a method that changes nothing in the journal: ROLE_MISSING if
// the caller may not call it on anything there.
absl::StatusOr<Place> FindNetworkFor(const Backend& backend,
                                     const Caller& caller,
                                     std::string_view method,
                                     std::string_view id);

// --- Reads -------------------------------------------------------------------

struct ReadTarget {
  std::string_view method;  // Such as "TradeService.GetTrade"; static.
  std::string network;      // Its id.
  ledger::Sequence min_sequence{};
  ledger::Sequence as_of{};  // Zero means now.
};

// What a read may look at.
struct ReadScope {
  const Network& network;
  ledger::ReadView view;
  ledger::Sequence as_of{};  // Never above the view's.
  engine::Actor actor;       // Who reads, and may not see everything.
};

// The longest that a read waits for a sequence, whatever its deadline.
inline constexpr absl::Duration kSequenceWaitMax = absl::Minutes(1);

// Calls `fill` with the view, on this thread if the sequence is visible and on
// one of the pool otherwise, and finishes the call with what it returns.
// SEQUENCE_NOT_REACHED if the sequence is not visible shortly before the
// deadline of the call, or if `as_of` is not.
grpc::ServerUnaryReactor* Read(
    const Backend& backend, grpc::CallbackServerContext* context,
    const Caller& caller, ReadTarget target,
    std::function<absl::Status(const ReadScope&)> fill);

// The scope of a read that does not wait. Errors as above.
absl::StatusOr<ReadScope> ScopeOf(const Network& network,
                                  const engine::Actor& actor,
                                  ledger::Sequence as_of);

// The scope in which the answer to a change is filled in: the engine has
// decided what the actor may see of it.
absl::StatusOr<ReadScope> AnswerScope(const Network& network,
                                      const engine::Answer& answer);

// --- Changes -----------------------------------------------------------------

// The command for `request`, but for its body.
template <typename Request>
engine::Command NewCommand(const Backend& backend, const Place& place,
                           std::string_view method, const Request& request) {
  const Network& network = *place.network;
  engine::Command command;
  command.actor = place.actor;
  command.method = method;
  command.request_id = request.request_id();
  command.request_fields = HashFields(network.terms().request_key, request);
  command.field_name = FieldNameOf<Request>;
  command.time_us = backend.clock.NowUs();
  command.booking_date = network.DayOf(command.time_us);
  return command;
}

// Has `command` decided, calls `fill` with what it led to on a thread of the
// pool, and finishes the call with what `fill` returns. A refusal finishes the
// call instead, but not in a preview: that is filled in with all of them.
grpc::ServerUnaryReactor* Change(
    const Backend& backend, grpc::CallbackServerContext* context,
    Network* network, engine::Command command,
    std::function<absl::Status(const engine::Answer&)> fill);

// A text with its salt.
engine::PersonalText Salted(std::string text);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CALL_H_

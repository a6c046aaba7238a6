#include "server/event_service.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/error.h"
#include "server/event_lens.h"

namespace skontro::server {
namespace {

constexpr std::string_view kWatch = "EventService.WatchEvents";

using Response = v1::WatchEventsResponse;

// A call that ends at once.
class Ended : public grpc::ServerWriteReactor<Response> {
 public:
  explicit Ended(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

std::set<v1::Event::Type> ReadTypes(const v1::WatchEventsRequest& request,
                                    Form* form) {
  std::set<v1::Event::Type> types;
  for (int i = 0; i < request.types_size(); ++i) {
    const v1::Event::Type type = request.types(i);
    if (type == v1::Event::TYPE_UNSPECIFIED || !v1::Event::Type_IsValid(type)) {
      form->Refuse(absl::StrCat("types[", i, "]"), type,
                   "a type of Event.Type, such as TRADE_SETTLED");
    }
    types.insert(type);
  }
  return types;
}

// The number of the member that the watch is restricted to.
absl::StatusOr<std::optional<engine::MemberNumber>> FindFilter(
    const ledger::ReadView& view, const engine::Actor& actor,
    const v1::WatchEventsRequest& request, const std::string& member) {
  if (request.member().empty()) return std::nullopt;
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::MemberRow> row,
      engine::FindMember(*view.snapshot, member, view.sequence));
  if (!row.has_value() || !engine::SeesMember(actor, row->created.number)) {
    return ToStatus(engine::NotFound(request.member()));
  }
  return row->created.number;
}

absl::StatusOr<WatchTerms> TermsOf(const Place& place,
                                   const v1::WatchEventsRequest& request,
                                   const std::string& member,
                                   ledger::Sequence from,
                                   std::set<v1::Event::Type> types) {
  Network* const network = place.network;
  const ledger::ReadView view = network->engine().view();
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::MemberNumber> only,
                           FindFilter(view, place.actor, request, member));
  const ledger::Sequence next = ledger::Next(view.sequence);
  if (from > next) return NotReached(from, view.sequence);
  WatchTerms terms;
  terms.network = network;
  terms.from = from == ledger::Sequence{0} ? next : from;
  SKONTRO_ASSIGN_OR_RETURN(EventLens lens, LensOf(*network, view, place.actor,
                                                  only, std::move(types)));
  terms.wants = std::move(lens.wants);
  terms.hide = std::move(lens.hide);
  return terms;
}

}  // namespace

grpc::ServerWriteReactor<Response>* EventService::WatchEvents(
    grpc::CallbackServerContext* context,
    const v1::WatchEventsRequest* request) {
  const absl::StatusOr<Caller> caller =
      Authenticate(backend_, *context, CallKind::kStream);
  if (!caller.ok()) {
    return new Ended(Report(backend_, kWatch, caller.status()));
  }
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  const ledger::Sequence from =
      form.SequenceOf("from_sequence", request->from_sequence());
  std::string member;
  if (!request->member().empty()) {
    member = form.MemberOf("member", request->member(), parent.network);
  }
  std::set<v1::Event::Type> types = ReadTypes(*request, &form);
  if (!form.ok()) {
    return new Ended(ToGrpcStatus(std::span(form.refusals())));
  }
  const absl::StatusOr<Place> place =
      FindNetworkFor(backend_, *caller, kWatch, parent.network);
  if (!place.ok()) {
    return new Ended(Report(backend_, kWatch, place.status()));
  }
  absl::StatusOr<WatchTerms> terms =
      TermsOf(*place, *request, member, from, std::move(types));
  if (!terms.ok()) {
    return new Ended(Report(backend_, kWatch, terms.status()));
  }
  terms->may_go_on = [&authenticator = backend_.authenticator, place = *place] {
    return authenticator.CheckStillValid(*place.network, place.actor);
  };
  const auto watch = feed_->Watch(context, *std::move(terms));
  if (!watch.ok()) return new Ended(Report(backend_, kWatch, watch.status()));
  return *watch;
}

}  // namespace skontro::server

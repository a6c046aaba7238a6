#include "server/member_service.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "engine/index_reader.h"
#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_member.h"
#include "server/convert_outcome.h"
#include "server/page.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "MemberService.GetMember";
constexpr std::string_view kList = "MemberService.ListMembers";
constexpr std::string_view kCreate = "MemberService.CreateMember";

// A tax id may come with blanks and points of its own.
constexpr size_t kTaxIdFilterLengthMax = 64;

absl::Status WriteRow(const ReadScope& scope, engine::MemberRow row,
                      v1::Member* out) {
  SKONTRO_ASSIGN_OR_RETURN(
      const engine::MemberProfile profile,
      engine::ReadProfile(*scope.view.snapshot, std::move(row)));
  WriteMember(scope.network.id(), profile, out);
  return absl::OkStatus();
}

absl::Status WriteMemberOf(const ReadScope& scope, std::string_view id,
                           v1::Member* out) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> row,
      engine::FindMember(*scope.view.snapshot, id, scope.as_of));
  if (!row.has_value() ||
      !engine::SeesMember(scope.actor, row->created.number)) {
    return ToStatus(engine::NotFound(MemberName(scope.network.id(), id)));
  }
  return WriteRow(scope, *std::move(row), out);
}

// The numbers that a list goes through where it does not go through all
// members: those that have a tax id, of them those that the actor sees.
absl::StatusOr<std::vector<engine::MemberNumber>> NumbersOf(
    const ReadScope& scope, const std::string& tax_id) {
  std::vector<engine::MemberNumber> numbers;
  if (!tax_id.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(numbers,
                             engine::FindByTaxId(*scope.view.snapshot, tax_id));
    std::erase_if(numbers, [&](engine::MemberNumber number) {
      return !engine::SeesMember(scope.actor, number);
    });
  } else if (scope.actor.scope != nullptr) {
    numbers = scope.actor.scope->members;
  }
  return numbers;
}

// The members of a page and, behind them, the first of the next.
absl::StatusOr<std::vector<engine::MemberRow>> RowsOf(const ReadScope& scope,
                                                      const Page& page,
                                                      const std::string& tax_id,
                                                      size_t count) {
  const ledger::Snapshot& snapshot = *scope.view.snapshot;
  std::vector<engine::MemberRow> rows;
  if (tax_id.empty() && engine::SeesAll(scope.actor)) {
    SKONTRO_RETURN_IF_ERROR(
        engine::WalkMembers(snapshot, engine::MemberNumber{page.number},
                            page.sequence, [&](const engine::MemberRow& row) {
                              rows.push_back(row);
                              return rows.size() < count;
                            }));
    return rows;
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<engine::MemberNumber> numbers,
                           NumbersOf(scope, tax_id));
  for (const engine::MemberNumber number : numbers) {
    if (number < engine::MemberNumber{page.number}) continue;
    SKONTRO_ASSIGN_OR_RETURN(
        std::optional<engine::MemberRow> row,
        engine::FindMember(snapshot, number, page.sequence));
    if (row.has_value()) rows.push_back(*std::move(row));
    if (rows.size() == count) break;
  }
  return rows;
}

absl::Status List(const ReadScope& scope, const v1::ListMembersRequest& request,
                  int page_size, v1::ListMembersResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, kList, request));
  SKONTRO_ASSIGN_OR_RETURN(std::vector<engine::MemberRow> rows,
                           RowsOf(scope, page, request.tax_id(),
                                  static_cast<size_t>(page_size) + 1));
  response->set_sequence(WireSequence(page.sequence));
  if (rows.size() > static_cast<size_t>(page_size)) {
    response->set_next_page_token(NextPage(
        scope, page, static_cast<uint64_t>(rows.back().created.number)));
    rows.pop_back();
  }
  for (engine::MemberRow& row : rows) {
    SKONTRO_RETURN_IF_ERROR(
        WriteRow(scope, std::move(row), response->add_members()));
  }
  return absl::OkStatus();
}

// The member that a preview shows: as the request has it.
void WriteAsked(const Network& network, const engine::Answer& answer,
                const v1::Member& asked, v1::Member* out) {
  if (answer.events.empty()) return;
  engine::MemberProfile profile;
  profile.row = {std::get<engine::MemberCreated>(answer.events.front()),
                 answer.sequence, answer.time_us};
  profile.legal_name = asked.legal_name();
  profile.address_lines.assign(asked.address_lines().begin(),
                               asked.address_lines().end());
  WriteMember(network.id(), profile, out);
}

absl::Status FillCreated(const Network& network, const engine::Answer& answer,
                         const v1::CreateMemberRequest& request,
                         v1::CreateMemberResponse* response) {
  if (request.validate_only()) {
    WriteAsked(network, answer, request.member(), response->mutable_member());
    WritePreview(answer, response->mutable_outcome());
    return absl::OkStatus();
  }
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  SKONTRO_RETURN_IF_ERROR(
      WriteMemberOf(scope, request.member_id(), response->mutable_member()));
  RecordReader records(scope.view.snapshot);
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

}  // namespace

grpc::ServerUnaryReactor* MemberService::GetMember(
    grpc::CallbackServerContext* context, const v1::GetMemberRequest* request,
    v1::GetMemberResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.MemberName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kGet, std::string(name.network), min},
              [member = name.member, response](const ReadScope& scope) {
                response->set_sequence(WireSequence(scope.as_of));
                return WriteMemberOf(scope, member, response->mutable_member());
              });
}

grpc::ServerUnaryReactor* MemberService::ListMembers(
    grpc::CallbackServerContext* context, const v1::ListMembersRequest* request,
    v1::ListMembersResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  form.Text("tax_id", request->tax_id(), 0, kTaxIdFilterLengthMax);
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kList, std::string(parent.network), min},
              [request, page_size, response](const ReadScope& scope) {
                return List(scope, *request, page_size, response);
              });
}

grpc::ServerUnaryReactor* MemberService::CreateMember(
    grpc::CallbackServerContext* context,
    const v1::CreateMemberRequest* request,
    v1::CreateMemberResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kCreate, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  engine::CreateMember body = ReadMember(*request, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, parent.network);
  if (!place.ok()) return Fail(backend_, context, kCreate, place.status());
  body.legal_name = Salted(std::move(body.legal_name.text));
  body.address = Salted(std::move(body.address.text));
  engine::Command command = NewCommand(backend_, *place, kCreate, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, request,
                 response](const engine::Answer& answer) {
                  return FillCreated(*network, answer, *request, response);
                });
}

}  // namespace skontro::server

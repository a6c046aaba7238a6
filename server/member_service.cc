#include "server/member_service.h"

#include <array>
#include <optional>
#include <span>
#include <string>
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
#include "server/roster.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "MemberService.GetMember";
constexpr std::string_view kList = "MemberService.ListMembers";
constexpr std::string_view kCreate = "MemberService.CreateMember";
constexpr std::string_view kChange = "MemberService.ChangeMemberStatus";
constexpr std::string_view kListChanges =
    "MemberService.ListMemberStatusChanges";

// A tax id may come with blanks and points of its own.
constexpr size_t kTaxIdFilterLengthMax = 64;

absl::Status WriteRow(const ReadScope& scope, engine::MemberRow row,
                      v1::Member* out) {
  SKONTRO_ASSIGN_OR_RETURN(
      engine::MemberProfile profile,
      engine::ReadProfile(*scope.view.snapshot, std::move(row)));
  SKONTRO_ASSIGN_OR_RETURN(
      profile.standing,
      engine::StandingAt(*scope.view.snapshot, profile.row.created.number,
                         scope.as_of));
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

std::span<const FilterField> MemberFields() {
  static const auto& statuses =
      *new auto(ChoicesOf(v1::Member::Status_descriptor()));
  static const auto& fields = *new std::vector<FilterField>{
      {kRosterMember, "name", FieldKind::kMember},
      {kRosterStatus, "status", FieldKind::kChoice, statuses},
      {kRosterCountry, "country_code", FieldKind::kCode},
      {kRosterTaxId, "tax_id", FieldKind::kCode},
      {kRosterLegalName, "legal_name", FieldKind::kText},
      {kRosterCreateTime, "create_time", FieldKind::kTime},
      {kRosterBalance, "balance.minor_units", FieldKind::kNumber},
      {kRosterSpendable, "spendable.minor_units", FieldKind::kNumber},
      {kRosterCreditLine, "credit_line.minor_units", FieldKind::kNumber},
      {kRosterLineUsed, "line_used_percent", FieldKind::kNumber}};
  return fields;
}

constexpr std::array kOrders = {
    OrderField{kRosterCreateTime, "create_time"},
    OrderField{kRosterLegalName, "legal_name"},
    OrderField{kRosterSpendable, "spendable"},
    OrderField{kRosterBalance, "balance"},
    OrderField{kRosterLineUsed, "line_used_percent"}};

absl::Status List(const ReadScope& scope, const v1::ListMembersRequest& request,
                  const RosterQuery& query, v1::ListMembersResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, kList, request));
  response->set_sequence(WireSequence(page.sequence));
  Roster roster(scope, page, query);
  SKONTRO_ASSIGN_OR_RETURN(std::vector<Roster::Row> rows, roster.Read());
  response->set_next_page_token(roster.next_page_token());
  for (Roster::Row& row : rows) {
    SKONTRO_RETURN_IF_ERROR(
        WriteRow(scope, std::move(row.member), response->add_members()));
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

absl::Status FillChanged(const Network& network, const engine::Answer& answer,
                         std::string_view member,
                         const v1::ChangeMemberStatusRequest& request,
                         v1::ChangeMemberStatusResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  const absl::Status found =
      WriteMemberOf(scope, member, response->mutable_member());
  if (request.validate_only()) {
    WritePreview(answer, response->mutable_outcome());
    if (!found.ok() || answer.events.empty()) {
      response->clear_member();
      return absl::OkStatus();
    }
    const auto& set = std::get<engine::MemberStatusSet>(answer.events.front());
    WriteStanding({set.new_status, set.wind_down_date},
                  response->mutable_member());
    return absl::OkStatus();
  }
  SKONTRO_RETURN_IF_ERROR(found);
  RecordReader records(scope.view.snapshot);
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

absl::Status ListChanges(const ReadScope& scope, std::string_view member,
                         const v1::ListMemberStatusChangesRequest& request,
                         int page_size,
                         v1::ListMemberStatusChangesResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page,
                           PageOf(scope, kListChanges, request));
  const ledger::Snapshot& snapshot = *scope.view.snapshot;
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::MemberRow> row,
                           engine::FindMember(snapshot, member, page.sequence));
  if (!row.has_value() ||
      !engine::SeesMember(scope.actor, row->created.number)) {
    return ToStatus(engine::NotFound(request.parent()));
  }
  const ledger::Sequence before = page.is_first ? ledger::Next(page.sequence)
                                                : ledger::Sequence{page.number};
  std::vector<std::pair<ledger::Sequence, engine::MemberStatusRow>> rows;
  SKONTRO_RETURN_IF_ERROR(engine::WalkStatuses(
      snapshot, row->created.number, before,
      [&](ledger::Sequence sequence, const engine::MemberStatusRow& change) {
        rows.emplace_back(sequence, change);
        return rows.size() <= static_cast<size_t>(page_size);
      }));
  response->set_sequence(WireSequence(page.sequence));
  if (rows.size() > static_cast<size_t>(page_size)) {
    rows.pop_back();
    response->set_next_page_token(
        NextPage(scope, page, static_cast<uint64_t>(rows.back().first)));
  }
  for (const auto& [sequence, change] : rows) {
    SKONTRO_RETURN_IF_ERROR(
        WriteStatusChange(snapshot, sequence, change, response->add_changes()));
  }
  return absl::OkStatus();
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
  RosterQuery query;
  query.page_size = static_cast<size_t>(form.PageSize(request->page_size()));
  form.Text("tax_id", request->tax_id(), 0, kTaxIdFilterLengthMax);
  query.tax_id = request->tax_id();
  query.filter =
      Filter::Parse(request->filter(), MemberFields(), parent.network, &form);
  query.order = ReadOrder(request->order_by(), kOrders,
                          {kRosterCreateTime, false}, &form);
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(
      backend_, context, *caller, {kList, std::string(parent.network), min},
      [request, query = std::move(query), response](const ReadScope& scope) {
        return List(scope, *request, query, response);
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

grpc::ServerUnaryReactor* MemberService::ChangeMemberStatus(
    grpc::CallbackServerContext* context,
    const v1::ChangeMemberStatusRequest* request,
    v1::ChangeMemberStatusResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kChange, caller.status());
  Form form;
  const NameParts name = form.MemberName("name", request->name());
  engine::ChangeMemberStatus body =
      ReadStatusChange(*request, name.member, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, kChange, place.status());
  body.reason = Salted(std::move(body.reason.text));
  engine::Command command = NewCommand(backend_, *place, kChange, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, member = std::string(name.member),
                 request, response](const engine::Answer& answer) {
                  return FillChanged(*network, answer, member, *request,
                                     response);
                });
}

grpc::ServerUnaryReactor* MemberService::ListMemberStatusChanges(
    grpc::CallbackServerContext* context,
    const v1::ListMemberStatusChangesRequest* request,
    v1::ListMemberStatusChangesResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) {
    return Fail(backend_, context, kListChanges, caller.status());
  }
  Form form;
  const NameParts parent = form.MemberName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kListChanges, std::string(parent.network), min},
              [member = std::string(parent.member), request, page_size,
               response](const ReadScope& scope) {
                return ListChanges(scope, member, *request, page_size,
                                   response);
              });
}

}  // namespace skontro::server

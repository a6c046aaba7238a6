#include "server/audit_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cli/verifier/verifier.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/error.h"
#include "server/head_rotation.h"
#include "server/proof_reader.h"
#include "server/snapshot_source.h"

namespace skontro::server {
namespace {

constexpr std::string_view kVerify = "AuditService.Verify";
constexpr std::string_view kGetHead = "AuditService.GetHead";
constexpr std::string_view kInclusion = "AuditService.ProveInclusion";
constexpr std::string_view kConsistency = "AuditService.ProveConsistency";
constexpr std::string_view kListKeys = "AuditService.ListHeadKeys";
constexpr std::string_view kRotate = "AuditService.RotateHeadKey";

v1::VerifyReport::Verdict WireVerdict(verifier::Verdict verdict) {
  switch (verdict) {
    case verifier::Verdict::kOk:
      return v1::VerifyReport::OK;
    case verifier::Verdict::kBroken:
      return v1::VerifyReport::BROKEN;
    case verifier::Verdict::kIncomplete:
      return v1::VerifyReport::INCOMPLETE;
  }
  return v1::VerifyReport::VERDICT_UNSPECIFIED;
}

v1::VerifyReport WireReport(const verifier::Report& report) {
  v1::VerifyReport out;
  out.set_verdict(WireVerdict(report.verdict()));
  out.set_record_count(static_cast<int64_t>(report.records));
  out.set_sequence(static_cast<int64_t>(report.last_sequence));
  out.set_digest(std::string(report.last_digest.view()));
  out.set_projection_sequence(static_cast<int64_t>(report.projected));
  for (const verifier::Finding& finding : report.findings) {
    v1::VerifyReport::Finding* const wire = out.add_findings();
    wire->set_sequence(static_cast<int64_t>(finding.sequence));
    wire->set_message(finding.message);
  }
  out.set_finding_count(static_cast<int64_t>(report.finding_count));
  for (const std::string& what : report.not_checked) out.add_not_checked(what);
  return out;
}

// Verifies what is visible now, and ends `operation` with what it found.
void VerifyNow(const Backend& backend, const Network& network,
               Operation* operation) {
  SnapshotSource source(network.engine().view().snapshot);
  verifier::VerifyOptions options;
  options.network_id = network.id();
  const absl::StatusOr<verifier::Report> report = verifier::Verify(
      &source, options, [&](const verifier::Progress& progress) {
        operation->SetProgress(static_cast<int64_t>(progress.records),
                               static_cast<int64_t>(progress.records_total));
        return !operation->cancelled();
      });
  const int64_t now_us = backend.clock.NowUs();
  if (operation->cancelled()) {
    operation->Fail(absl::CancelledError(), now_us);
  } else if (report.ok()) {
    operation->Succeed(WireReport(*report), now_us);
  } else {
    Report(backend, kVerify, report.status());
    operation->Fail(report.status(), now_us);
  }
  const v1::Operation ended = operation->Get();
  backend.log.Write(LogLevel::kInfo, "operation_ended",
                    {{"operation", ended.name()},
                     {"method", ended.method()},
                     {"state", v1::Operation::State_Name(ended.state())},
                     {"verdict", ended.has_verify_report()
                                     ? v1::VerifyReport::Verdict_Name(
                                           ended.verify_report().verdict())
                                     : ""}});
}

}  // namespace

grpc::ServerUnaryReactor* AuditService::Verify(
    grpc::CallbackServerContext* context, const v1::VerifyRequest* request,
    v1::VerifyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kVerify, caller.status());
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  if (!form.ok()) return Refuse(context, form);
  const absl::StatusOr<Place> place =
      FindNetworkFor(backend_, *caller, kVerify, name.network);
  if (!place.ok()) return Fail(backend_, context, kVerify, place.status());
  Network* const network = place->network;
  const absl::StatusOr<Operations::Begun> begun =
      backend_.operations.Begin(network->id(), kVerify, backend_.clock.NowUs());
  if (!begun.ok()) return Fail(backend_, context, kVerify, begun.status());
  const std::shared_ptr<Operation> operation = begun->operation;
  if (begun->is_new &&
      !backend_.workers.Post([backend = backend_, network, operation] {
        VerifyNow(backend, *network, operation.get());
      })) {
    const absl::Status full = QueueFull(backend_.workers.queue_length_max());
    operation->Fail(full, backend_.clock.NowUs());
    return Fail(backend_, context, kVerify, full);
  }
  *response->mutable_operation() = operation->Get();
  response->set_sequence(WireSequence(network->engine().view().sequence));
  return FinishOk(context);
}

grpc::ServerUnaryReactor* AuditService::GetHead(
    grpc::CallbackServerContext* context, const v1::GetHeadRequest* request,
    v1::GetHeadResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGetHead, caller.status());
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kGetHead, std::string(name.network), min},
              [this, min, response](const ReadScope& scope) {
                return FillHead(scope, min, backend_.clock.NowUs(), response);
              });
}

grpc::ServerUnaryReactor* AuditService::ProveInclusion(
    grpc::CallbackServerContext* context,
    const v1::ProveInclusionRequest* request,
    v1::ProveInclusionResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kInclusion, caller.status());
  Form form;
  InclusionQuery query;
  const NameParts name = form.NetworkName("name", request->name());
  query.record = form.SequenceOf("record_sequence", request->record_sequence());
  query.size = form.SequenceOf("tree_size", request->tree_size());
  query.min = form.SequenceOf("min_sequence", request->min_sequence());
  const bool sized = request->tree_size() > 0;
  if (form.ok() && (request->record_sequence() == 0 ||
                    (sized && query.record > query.size))) {
    form.Refuse("record_sequence", request->record_sequence(),
                sized ? "1 to tree_size" : "1 or above");
  }
  if (!form.ok()) return Refuse(context, form);
  query.min = std::max({query.min, query.record, query.size});
  return Read(backend_, context, *caller,
              {kInclusion, std::string(name.network), query.min},
              [this, query, response](const ReadScope& scope) {
                return FillInclusion(scope, query, backend_.clock.NowUs(),
                                     response);
              });
}

grpc::ServerUnaryReactor* AuditService::ProveConsistency(
    grpc::CallbackServerContext* context,
    const v1::ProveConsistencyRequest* request,
    v1::ProveConsistencyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok())
    return Fail(backend_, context, kConsistency, caller.status());
  Form form;
  ConsistencyQuery query;
  const NameParts name = form.NetworkName("name", request->name());
  query.first = form.SequenceOf("first_tree_size", request->first_tree_size());
  query.second =
      form.SequenceOf("second_tree_size", request->second_tree_size());
  query.min = form.SequenceOf("min_sequence", request->min_sequence());
  const bool sized = request->second_tree_size() > 0;
  if (form.ok() && (request->first_tree_size() == 0 ||
                    (sized && query.first > query.second))) {
    form.Refuse("first_tree_size", request->first_tree_size(),
                sized ? "1 to second_tree_size" : "1 or above");
  }
  if (!form.ok()) return Refuse(context, form);
  query.min = std::max({query.min, query.first, query.second});
  return Read(backend_, context, *caller,
              {kConsistency, std::string(name.network), query.min},
              [this, query, response](const ReadScope& scope) {
                return FillConsistency(scope, query, backend_.clock.NowUs(),
                                       response);
              });
}

grpc::ServerUnaryReactor* AuditService::ListHeadKeys(
    grpc::CallbackServerContext* context,
    const v1::ListHeadKeysRequest* request,
    v1::ListHeadKeysResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kListKeys, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(
      backend_, context, *caller, {kListKeys, std::string(parent.network), min},
      [request, page_size, response](const ReadScope& scope) {
        return FillKeys(scope, kListKeys, *request, page_size, response);
      });
}

grpc::ServerUnaryReactor* AuditService::RotateHeadKey(
    grpc::CallbackServerContext* context,
    const v1::RotateHeadKeyRequest* request,
    v1::RotateHeadKeyResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kRotate, caller.status());
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  form.RequestId(request->request_id());
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  // Before the engine is asked: files of keys are made for it.
  const absl::StatusOr<Place> place =
      FindNetworkFor(backend_, *caller, kRotate, name.network);
  if (!place.ok()) return Fail(backend_, context, kRotate, place.status());
  engine::Command command = NewCommand(backend_, *place, kRotate, *request);
  command.validate_only = request->validate_only();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  // Files are written, and the answer is waited for.
  const bool posted = backend_.workers.Post([backend = backend_,
                                             network = place->network, command,
                                             reactor, response] {
    reactor->Finish(Report(backend, kRotate,
                           RotateNow(backend.log, network, command, response)));
  });
  if (!posted) {
    reactor->Finish(Report(backend_, kRotate,
                           QueueFull(backend_.workers.queue_length_max())));
  }
  return reactor;
}

}  // namespace skontro::server

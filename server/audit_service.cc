#include "server/audit_service.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/verifier/verifier.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/error.h"
#include "server/head_rotation.h"
#include "server/proof_reader.h"
#include "server/snapshot_source.h"
#include "server/stream_writer.h"

namespace skontro::server {
namespace {

constexpr std::string_view kVerify = "AuditService.Verify";
constexpr std::string_view kGetHead = "AuditService.GetHead";
constexpr std::string_view kInclusion = "AuditService.ProveInclusion";
constexpr std::string_view kConsistency = "AuditService.ProveConsistency";
constexpr std::string_view kListKeys = "AuditService.ListHeadKeys";
constexpr std::string_view kRotate = "AuditService.RotateHeadKey";

using Stream = StreamWriter<v1::VerifyProgress>;

void WriteReport(const verifier::Report& report, v1::VerifyReport* out) {
  // What could not be checked does not hold, as far as anybody can say.
  out->set_verdict(report.verdict() == verifier::Verdict::kOk
                       ? v1::VerifyReport::OK
                       : v1::VerifyReport::BROKEN);
  out->set_record_count(static_cast<int64_t>(report.records));
  out->set_sequence(static_cast<int64_t>(report.last_sequence));
  out->set_digest(std::string(report.last_digest.view()));
  out->set_projection_sequence(static_cast<int64_t>(report.projected));
  for (const std::string& what : report.not_checked) {
    out->add_findings()->set_message(absl::StrCat("not checked: ", what));
  }
  for (const verifier::Finding& finding : report.findings) {
    v1::VerifyReport::Finding* const wire = out->add_findings();
    wire->set_sequence(static_cast<int64_t>(finding.sequence));
    wire->set_message(finding.message);
  }
  out->set_finding_count(
      static_cast<int64_t>(report.finding_count + report.not_checked.size()));
}

absl::Status VerifyNow(const Network& network, Stream* stream) {
  if (stream->gone()) return absl::CancelledError();
  SnapshotSource source(network.engine().view().snapshot);
  verifier::VerifyOptions options;
  options.network_id = network.id();
  v1::VerifyProgress message;
  SKONTRO_ASSIGN_OR_RETURN(
      const verifier::Report report,
      verifier::Verify(
          &source, options, [&](const verifier::Progress& progress) {
            message.set_record_count(static_cast<int64_t>(progress.records));
            message.set_record_count_total(
                static_cast<int64_t>(progress.records_total));
            return stream->Write(message).ok();
          }));
  if (stream->gone()) return absl::CancelledError();
  WriteReport(report, message.mutable_done());
  return stream->Write(std::move(message));
}

}  // namespace

grpc::ServerWriteReactor<v1::VerifyProgress>* AuditService::Verify(
    grpc::CallbackServerContext* context, const v1::VerifyRequest* request) {
  auto* const stream = new Stream(context);
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  if (!form.ok()) {
    stream->End(ToGrpcStatus(std::span(form.refusals())));
    return stream;
  }
  const absl::StatusOr<Network*> network =
      FindNetwork(backend_, kVerify, name.network);
  if (!network.ok()) {
    stream->End(Report(backend_, kVerify, network.status()));
    return stream;
  }
  const bool posted =
      backend_.workers.Post([backend = backend_, network = *network, stream] {
        stream->End(Report(backend, kVerify, VerifyNow(*network, stream)));
      });
  if (!posted) {
    stream->End(Report(backend_, kVerify,
                       QueueFull(backend_.workers.queue_length_max())));
  }
  return stream;
}

grpc::ServerUnaryReactor* AuditService::GetHead(
    grpc::CallbackServerContext* context, const v1::GetHeadRequest* request,
    v1::GetHeadResponse* response) {
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, {kGetHead, std::string(name.network), min},
              [this, min, response](const ReadScope& scope) {
                return FillHead(scope, min, backend_.clock.NowUs(), response);
              });
}

grpc::ServerUnaryReactor* AuditService::ProveInclusion(
    grpc::CallbackServerContext* context,
    const v1::ProveInclusionRequest* request,
    v1::ProveInclusionResponse* response) {
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
  return Read(
      backend_, context, {kInclusion, std::string(name.network), query.min},
      [this, query, response](const ReadScope& scope) {
        return FillInclusion(scope, query, backend_.clock.NowUs(), response);
      });
}

grpc::ServerUnaryReactor* AuditService::ProveConsistency(
    grpc::CallbackServerContext* context,
    const v1::ProveConsistencyRequest* request,
    v1::ProveConsistencyResponse* response) {
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
  return Read(
      backend_, context, {kConsistency, std::string(name.network), query.min},
      [this, query, response](const ReadScope& scope) {
        return FillConsistency(scope, query, backend_.clock.NowUs(), response);
      });
}

grpc::ServerUnaryReactor* AuditService::ListHeadKeys(
    grpc::CallbackServerContext* context,
    const v1::ListHeadKeysRequest* request,
    v1::ListHeadKeysResponse* response) {
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, {kListKeys, std::string(parent.network), min},
              [request, page_size, response](const ReadScope& scope) {
                return FillKeys(scope, kListKeys, *request, page_size,
                                response);
              });
}

grpc::ServerUnaryReactor* AuditService::RotateHeadKey(
    grpc::CallbackServerContext* context,
    const v1::RotateHeadKeyRequest* request,
    v1::RotateHeadKeyResponse* response) {
  Form form;
  const NameParts name = form.NetworkName("name", request->name());
  form.RequestId(request->request_id());
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Network*> network =
      FindNetwork(backend_, kRotate, name.network);
  if (!network.ok()) return Fail(backend_, context, kRotate, network.status());
  engine::Command command = NewCommand(backend_, **network, kRotate, *request);
  command.validate_only = request->validate_only();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  // Files are written, and the answer is waited for.
  const bool posted = backend_.workers.Post([backend = backend_,
                                             network = *network, command,
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

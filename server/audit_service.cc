#include "server/audit_service.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/verifier/verifier.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/error.h"
#include "server/snapshot_source.h"
#include "server/stream_writer.h"

namespace skontro::server {
namespace {

constexpr std::string_view kVerify = "AuditService.Verify";

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

}  // namespace skontro::server

#include "server/audit_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/verifier/verifier.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/error.h"
#include "server/form.h"
#include "server/server_stream.h"
#include "server/store_rows.h"

namespace skontro::server {
namespace {

using ProgressStream = ServerStream<v1::VerifyProgress>;

constexpr std::string_view kVerify = "AuditService.Verify";

void WriteReport(const verifier::Report& report, v1::VerifyReport* out) {
  out->set_verdict(report.verdict() == verifier::Verdict::kOk
                       ? v1::VerifyReport::OK
                       : v1::VerifyReport::BROKEN);
  out->set_record_count(static_cast<int64_t>(report.records));
  out->set_sequence(static_cast<int64_t>(report.last_sequence));
  out->set_digest(report.last_digest.bytes.data(),
                  report.last_digest.bytes.size());
  out->set_projection_sequence(static_cast<int64_t>(report.projected));
  for (const verifier::Finding& finding : report.findings) {
    v1::VerifyReport::Finding* to = out->add_findings();
    to->set_sequence(static_cast<int64_t>(finding.sequence));
    to->set_message(finding.message);
  }
  // What could not be checked is no finding of the verifier, but no reason to
  // say OK either.
  for (const std::string& sentence : report.not_checked) {
    out->add_findings()->set_message(absl::StrCat("not checked: ", sentence));
  }
  out->set_finding_count(
      static_cast<int64_t>(report.finding_count + report.not_checked.size()));
}

absl::Status Verify(const Backend& backend, const std::string& id,
                    ProgressStream* stream) {
  SKONTRO_ASSIGN_OR_RETURN(const Network* network,
                           FindNetwork(backend, kVerify, id));
  const ledger::ReadView view = network->engine().view();
  StoreRows rows(view.snapshot);
  verifier::VerifyOptions options;
  options.network_id = id;
  v1::VerifyProgress message;
  const auto tell = [&](const verifier::Progress& progress) {
    message.set_record_count(static_cast<int64_t>(progress.records));
    message.set_record_count_total(
        static_cast<int64_t>(progress.records_total));
    return stream->Send(message);
  };
  SKONTRO_ASSIGN_OR_RETURN(const verifier::Report report,
                           verifier::Verify(&rows, options, tell));
  WriteReport(report, message.mutable_done());
  message.set_record_count(message.done().record_count());
  stream->Send(message);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerWriteReactor<v1::VerifyProgress>* AuditService::Verify(
    grpc::CallbackServerContext* /*context*/,
    const v1::VerifyRequest* request) {
  auto* stream = new ProgressStream;
  Form form;
  const std::string id(form.NetworkName("name", request->name()).network);
  if (!form.ok()) {
    stream->Close(ToGrpcStatus(form.refusals()));
    return stream;
  }
  const Backend backend = backend_;
  const bool taken = backend.workers.Post([backend, stream, id] {
    const absl::Status status = server::Verify(backend, id, stream);
    stream->Close(status.ok() ? grpc::Status::OK
                              : Report(backend, kVerify, status));
  });
  if (!taken) {
    stream->Close(Report(
        backend, kVerify,
        ToStatus(
            {Reason::kQueueFull,
             {{"limit", absl::StrCat(backend.workers.queue_length_max())}}})));
  }
  return stream;
}

}  // namespace skontro::server

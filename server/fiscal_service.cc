#include "server/fiscal_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fiscal/export.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/error.h"
#include "server/export_form.h"
#include "server/fiscal_source.h"
#include "server/stream_writer.h"

namespace skontro::server {
namespace {

constexpr std::string_view kExport = "FiscalService.Export";
constexpr size_t kChunkBytesMax = 64 * 1024;

using Stream = StreamWriter<v1::ExportChunk>;

// Sends the files of an export piece by piece.
class FileStream : public fiscal::ExportFiles {
 public:
  FileStream(Stream* stream, ledger::Sequence sequence)
      : stream_(stream), sequence_(sequence) {}

  absl::Status Begin(const std::string& name,
                     std::string_view media_type) override {
    v1::ExportChunk chunk;
    chunk.set_file_name(name);
    chunk.set_media_type(std::string(media_type));
    chunk.set_sequence(WireSequence(sequence_));
    return stream_->Write(std::move(chunk));
  }

  absl::Status Write(std::string_view bytes) override {
    for (; !bytes.empty();
         bytes.remove_prefix(std::min(bytes.size(), kChunkBytesMax))) {
      v1::ExportChunk chunk;
      chunk.set_content(std::string(bytes.substr(0, kChunkBytesMax)));
      SKONTRO_RETURN_IF_ERROR(stream_->Write(std::move(chunk)));
    }
    return absl::OkStatus();
  }

 private:
  Stream* const stream_;
  const ledger::Sequence sequence_;
};

absl::Status SendExport(const Place& place, const ExportTerms& terms,
                        Stream* stream) {
  const Network& network = *place.network;
  SKONTRO_ASSIGN_OR_RETURN(const fiscal::ChartOfAccounts chart,
                           ReadChart(terms.chart, network.terms().unit_code));
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope,
                           ScopeOf(network, place.actor, terms.as_of));
  if (terms.min_sequence > scope.view.sequence) {
    return NotReached(terms.min_sequence, scope.view.sequence);
  }
  SKONTRO_ASSIGN_OR_RETURN(
      const std::unique_ptr<FiscalSource> source,
      FiscalSource::Open(scope, terms.member, terms.period,
                         [stream] { return stream->gone(); }));
  FileStream files(stream, scope.as_of);
  return fiscal::WriteExport(terms.format, *source, chart, files, terms.fec);
}

}  // namespace

grpc::ServerWriteReactor<v1::ExportChunk>* FiscalService::Export(
    grpc::CallbackServerContext* context, const v1::ExportRequest* request) {
  auto* const stream = new Stream(context, backend_.stream_patience);
  const absl::StatusOr<Caller> caller =
      Authenticate(backend_, *context, CallKind::kStream);
  if (!caller.ok()) {
    stream->End(Report(backend_, kExport, caller.status()));
    return stream;
  }
  Form form;
  ExportTerms terms = ReadExportRequest(*request, &form);
  if (!form.ok()) {
    stream->End(ToGrpcStatus(std::span(form.refusals())));
    return stream;
  }
  const absl::StatusOr<Place> place =
      FindNetworkFor(backend_, *caller, kExport, terms.network);
  if (!place.ok()) {
    stream->End(Report(backend_, kExport, place.status()));
    return stream;
  }
  const bool posted = backend_.workers.Post(
      [backend = backend_, place = *place, terms = std::move(terms), stream] {
        const absl::Status status = SendExport(place, terms, stream);
        stream->End(Report(backend, kExport, InRequest(terms, status)));
      });
  if (!posted) {
    stream->End(Report(backend_, kExport,
                       QueueFull(backend_.workers.queue_length_max())));
  }
  return stream;
}

}  // namespace skontro::server

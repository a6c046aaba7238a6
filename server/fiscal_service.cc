#include "server/fiscal_service.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/fec.h"
#include "fiscal/journal_csv.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "server/call.h"
#include "server/error.h"
#include "server/fiscal_source.h"
#include "server/stream_writer.h"

namespace skontro::server {
namespace {

constexpr std::string_view kFec = "FiscalService.ExportFec";
constexpr std::string_view kCsv = "FiscalService.ExportJournalCsv";

constexpr int kYearMin = 1900;
constexpr int kYearMax = 9999;
constexpr size_t kChunkBytesMax = 64 * 1024;

using Stream = StreamWriter<v1::ExportChunk>;

// Writes the files of an export into a stream, hashing each.
class FileStream {
 public:
  explicit FileStream(Stream* stream) : stream_(stream) {}

  absl::Status Begin(const std::string& name) {
    hash_.Begin();
    v1::ExportChunk chunk;
    chunk.set_file_name(name);
    return stream_->Write(std::move(chunk));
  }

  absl::Status Add(std::string_view bytes) {
    hash_.Add(bytes);
    for (; !bytes.empty();
         bytes.remove_prefix(std::min(bytes.size(), kChunkBytesMax))) {
      v1::ExportChunk chunk;
      chunk.set_content(std::string(bytes.substr(0, kChunkBytesMax)));
      SKONTRO_RETURN_IF_ERROR(stream_->Write(std::move(chunk)));
    }
    return absl::OkStatus();
  }

  // SHA-256 of the file that ends here, in hex.
  std::string End() { return ledger::ToHex(hash_.Finish()); }

 private:
  Stream* const stream_;
  ledger::Sha256 hash_;
};

// An error of the chart names its line; the path of the field is ours to say.
absl::Status InField(const absl::Status& status) {
  std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value() || refusal->reason != Reason::kFieldInvalid) {
    return status;
  }
  return ToStatus(
      FieldInvalid("chart_of_accounts", MetadataOf(*refusal, "value"),
                   std::string(MetadataOf(*refusal, "field")) + ": " +
                       std::string(MetadataOf(*refusal, "allowed"))));
}

absl::StatusOr<fiscal::ChartOfAccounts> ReadChart(const std::string& text,
                                                  const std::string& unit) {
  if (text.empty()) return fiscal::ChartOfAccounts::Default(unit);
  auto chart = fiscal::ChartOfAccounts::Parse(text, unit);
  if (!chart.ok()) return InField(chart.status());
  return chart;
}

absl::Status SendManifest(fiscal::ExportManifest manifest, std::string sha256,
                          FileStream* files) {
  manifest.sha256 = std::move(sha256);
  SKONTRO_RETURN_IF_ERROR(files->Begin(manifest.file_name + ".manifest.json"));
  return files->Add(fiscal::ToJson(manifest));
}

absl::Status SendFec(FiscalSource& source, const fiscal::ChartOfAccounts& chart,
                     FileStream* files) {
  SKONTRO_ASSIGN_OR_RETURN(const fiscal::ExportManifest beginning,
                           fiscal::BeginFec(source));
  SKONTRO_RETURN_IF_ERROR(files->Begin(beginning.file_name));
  SKONTRO_ASSIGN_OR_RETURN(
      const fiscal::ExportManifest manifest,
      fiscal::WriteFec(source, chart, [&](std::string_view bytes) {
        return files->Add(bytes);
      }));
  std::string sha256 = files->End();
  SKONTRO_RETURN_IF_ERROR(files->Begin(fiscal::FecDescriptionName(manifest)));
  SKONTRO_RETURN_IF_ERROR(files->Add(fiscal::DescribeFec(manifest, chart)));
  files->End();
  return SendManifest(manifest, std::move(sha256), files);
}

absl::Status SendCsv(FiscalSource& source, const fiscal::ChartOfAccounts& chart,
                     FileStream* files) {
  SKONTRO_RETURN_IF_ERROR(
      files->Begin(fiscal::BeginJournalCsv(source).file_name));
  SKONTRO_ASSIGN_OR_RETURN(
      const fiscal::ExportManifest manifest,
      fiscal::WriteJournalCsv(source, chart, [&](std::string_view bytes) {
        return files->Add(bytes);
      }));
  return SendManifest(manifest, files->End(), files);
}

using Send = absl::Status (*)(FiscalSource& source,
                              const fiscal::ChartOfAccounts& chart,
                              FileStream* files);

// Both exports have the same request, in two messages. This one lives as long
// as the job.
struct ExportRequest {
  std::string network;
  std::string member;
  int year = 0;
  ledger::Sequence as_of{};
  std::string chart;
};

absl::Status Export(const Place& place, const ExportRequest& request, Send send,
                    Stream* stream) {
  const Network& network = *place.network;
  SKONTRO_ASSIGN_OR_RETURN(const fiscal::ChartOfAccounts chart,
                           ReadChart(request.chart, network.terms().unit_code));
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope,
                           ScopeOf(network, place.actor, request.as_of));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::unique_ptr<FiscalSource> source,
      FiscalSource::Open(scope, request.member, request.year));
  FileStream files(stream);
  return send(*source, chart, &files);
}

template <typename Request>
grpc::ServerWriteReactor<v1::ExportChunk>* Start(
    const Backend& backend, grpc::CallbackServerContext* context,
    std::string_view method, const Request& request, Send send) {
  auto* const stream = new Stream(context);
  const absl::StatusOr<Caller> caller = Authenticate(backend, *context);
  if (!caller.ok()) {
    stream->End(Report(backend, method, caller.status()));
    return stream;
  }
  Form form;
  const NameParts name = form.MemberName("member", request.member());
  if (request.year() < kYearMin || request.year() > kYearMax) {
    form.Refuse("year", request.year(), "1900 to 9999");
  }
  ExportRequest job{std::string(name.network), std::string(name.member),
                    request.year(),
                    form.SequenceOf("as_of_sequence", request.as_of_sequence()),
                    request.chart_of_accounts()};
  if (!form.ok()) {
    stream->End(ToGrpcStatus(std::span(form.refusals())));
    return stream;
  }
  const absl::StatusOr<Place> place =
      FindNetworkFor(backend, *caller, method, job.network);
  if (!place.ok()) {
    stream->End(Report(backend, method, place.status()));
    return stream;
  }
  const bool posted = backend.workers.Post(
      [backend, method, place = *place, job = std::move(job), send, stream] {
        stream->End(Report(backend, method, Export(place, job, send, stream)));
      });
  if (!posted) {
    stream->End(
        Report(backend, method, QueueFull(backend.workers.queue_length_max())));
  }
  return stream;
}

}  // namespace

grpc::ServerWriteReactor<v1::ExportChunk>* FiscalService::ExportFec(
    grpc::CallbackServerContext* context, const v1::ExportFecRequest* request) {
  return Start(backend_, context, kFec, *request, SendFec);
}

grpc::ServerWriteReactor<v1::ExportChunk>* FiscalService::ExportJournalCsv(
    grpc::CallbackServerContext* context,
    const v1::ExportJournalCsvRequest* request) {
  return Start(backend_, context, kCsv, *request, SendCsv);
}

}  // namespace skontro::server

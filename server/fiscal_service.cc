#include "server/fiscal_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/fec.h"
#include "fiscal/journal_csv.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "server/call.h"
#include "server/error.h"
#include "server/form.h"
#include "server/member_books.h"
#include "server/server_stream.h"

namespace skontro::server {
namespace {

using ChunkStream = ServerStream<v1::ExportChunk>;

constexpr std::string_view kFec = "FiscalService.ExportFec";
constexpr std::string_view kCsv = "FiscalService.ExportJournalCsv";
constexpr size_t kChartBytesMax = 64 * 1024;
constexpr size_t kPieceBytes = 64 * 1024;

// What to export, of good form.
struct ExportQuery {
  std::string_view method;
  std::string network;
  std::string member;
  int year = 0;
  ledger::Sequence as_of{};
  std::string chart;
};

template <typename Request>
ExportQuery ReadQuery(std::string_view method, const Request& request,
                      Form* form) {
  ExportQuery query;
  query.method = method;
  const NameParts name = form->MemberName("member", request.member());
  query.network = std::string(name.network);
  query.member = std::string(name.member);
  query.year = request.year();
  if (query.year < 1900 || query.year > 9999) {
    form->Refuse("year", query.year, "1900 to 9999");
  }
  query.as_of = form->SequenceOf("as_of_sequence", request.as_of_sequence());
  query.chart = request.chart_of_accounts();
  if (query.chart.size() > kChartBytesMax) {
    form->Refuse("chart_of_accounts",
                 absl::StrCat(query.chart.size(), " bytes"),
                 "at most 65536 bytes");
  }
  return query;
}

// Sends files piece by piece and hashes what it sends.
class FileSender {
 public:
  explicit FileSender(ChunkStream* stream) : stream_(stream) {}

  absl::Status Begin(const std::string& name) {
    hash_.Begin();
    v1::ExportChunk chunk;
    chunk.set_file_name(name);
    return Send(std::move(chunk));
  }

  absl::Status Write(std::string_view bytes) {
    hash_.Add(bytes);
    for (; !bytes.empty();
         bytes.remove_prefix(std::min(kPieceBytes, bytes.size()))) {
      v1::ExportChunk chunk;
      chunk.set_content(std::string(bytes.substr(0, kPieceBytes)));
      SKONTRO_RETURN_IF_ERROR(Send(std::move(chunk)));
    }
    return absl::OkStatus();
  }

  // Hex of the SHA-256 of the file that was begun last.
  std::string Hash() { return ledger::ToHex(hash_.Finish()); }

 private:
  absl::Status Send(v1::ExportChunk chunk) {
    if (stream_->Send(std::move(chunk))) return absl::OkStatus();
    return absl::CancelledError("the client is gone");
  }

  ChunkStream* const stream_;
  ledger::Sha256 hash_;
};

absl::Status WriteFiles(const ExportQuery& query,
                        const fiscal::ChartOfAccounts& chart,
                        MemberBooks* books, FileSender* sender) {
  const fiscal::Sink sink = [sender](std::string_view bytes) {
    return sender->Write(bytes);
  };
  fiscal::ExportManifest manifest;
  if (query.method == kFec) {
    SKONTRO_ASSIGN_OR_RETURN(manifest, fiscal::BeginFec(*books));
    SKONTRO_RETURN_IF_ERROR(sender->Begin(manifest.file_name));
    SKONTRO_ASSIGN_OR_RETURN(manifest, fiscal::WriteFec(*books, chart, sink));
    manifest.sha256 = sender->Hash();
    SKONTRO_RETURN_IF_ERROR(
        sender->Begin(fiscal::FecDescriptionName(manifest)));
    SKONTRO_RETURN_IF_ERROR(
        sender->Write(fiscal::DescribeFec(manifest, chart)));
  } else {
    manifest = fiscal::BeginJournalCsv(*books);
    SKONTRO_RETURN_IF_ERROR(sender->Begin(manifest.file_name));
    SKONTRO_ASSIGN_OR_RETURN(manifest,
                             fiscal::WriteJournalCsv(*books, chart, sink));
    manifest.sha256 = sender->Hash();
  }
  SKONTRO_RETURN_IF_ERROR(
      sender->Begin(absl::StrCat(manifest.file_name, ".manifest.json")));
  return sender->Write(fiscal::ToJson(manifest));
}

absl::Status Export(const Backend& backend, const ExportQuery& query,
                    ChunkStream* stream) {
  SKONTRO_ASSIGN_OR_RETURN(const Network* network,
                           FindNetwork(backend, query.method, query.network));
  SKONTRO_ASSIGN_OR_RETURN(ReadScope scope, ScopeOf(*network, query.as_of));
  const engine::NetworkCreated& terms = network->terms();
  SKONTRO_ASSIGN_OR_RETURN(
      const fiscal::ChartOfAccounts chart,
      fiscal::ChartOfAccounts::Parse(query.chart, terms.unit_code));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::unique_ptr<MemberBooks> books,
      MemberBooks::Open(std::move(scope.view), terms, query.member, query.year,
                        scope.as_of));
  FileSender sender(stream);
  return WriteFiles(query, chart, books.get(), &sender);
}

grpc::ServerWriteReactor<v1::ExportChunk>* Start(const Backend& backend,
                                                 const Form& form,
                                                 ExportQuery query) {
  auto* stream = new ChunkStream;
  if (!form.ok()) {
    stream->Close(ToGrpcStatus(form.refusals()));
    return stream;
  }
  const std::string_view method = query.method;
  const bool taken =
      backend.workers.Post([backend, stream, query = std::move(query)] {
        const absl::Status status = Export(backend, query, stream);
        if (status.ok()) {
          stream->Close(grpc::Status::OK);
        } else if (absl::IsCancelled(status)) {
          stream->Close(grpc::Status::CANCELLED);
        } else {
          stream->Close(Report(backend, query.method, status));
        }
      });
  if (!taken) {
    stream->Close(Report(
        backend, method,
        ToStatus(
            {Reason::kQueueFull,
             {{"limit", absl::StrCat(backend.workers.queue_length_max())}}})));
  }
  return stream;
}

}  // namespace

grpc::ServerWriteReactor<v1::ExportChunk>* FiscalService::ExportFec(
    grpc::CallbackServerContext* /*context*/,
    const v1::ExportFecRequest* request) {
  Form form;
  ExportQuery query = ReadQuery(kFec, *request, &form);
  return Start(backend_, form, std::move(query));
}

grpc::ServerWriteReactor<v1::ExportChunk>* FiscalService::ExportJournalCsv(
    grpc::CallbackServerContext* /*context*/,
    const v1::ExportJournalCsvRequest* request) {
  Form form;
  ExportQuery query = ReadQuery(kCsv, *request, &form);
  return Start(backend_, form, std::move(query));
}

}  // namespace skontro::server

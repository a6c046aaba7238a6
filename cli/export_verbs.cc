// skontro export fec|journal

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/export_folder.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "skontro/v1/fiscal_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::ExportChunk;
using v1::FiscalService;

constexpr size_t kChartBytesMax = 64 * 1024;

struct ExportOptions {
  std::string member;
  int year = 0;
  std::string folder;
  std::string chart_path;
  int64_t as_of = 0;
  bool force = false;
};

template <typename Request>
using ExportMethod = std::unique_ptr<grpc::ClientReader<ExportChunk>> (
    FiscalService::Stub::*)(grpc::ClientContext*, const Request&);

absl::Status Receive(grpc::ClientReader<ExportChunk>& reader,
                     ExportFolder& folder) {
  ExportChunk chunk;
  while (reader.Read(&chunk)) {
    SKONTRO_RETURN_IF_ERROR(chunk.has_file_name()
                                ? folder.BeginFile(chunk.file_name())
                                : folder.Write(chunk.content()));
  }
  return absl::OkStatus();
}

void PrintFiles(Session& session, const std::string& path,
                const ExportFolder& folder) {
  Table table({{"File"}, {"Bytes", CellKind::kNumber}, {"SHA-256"}});
  for (const ExportFolder::File& file : folder.files()) {
    table.Add({path + "/" + file.name, absl::StrCat(file.bytes), file.sha256});
  }
  session.out() << table.Text();
  if (folder.is_provisional()) {
    session.err() << "skontro: PROVISIONAL: the period is still open, so these "
                     "books may change.\n"
                     "Do not hand them in; export again once it is closed.\n";
  }
}

template <typename Request>
absl::StatusOr<ExitCode> Export(Session& session, const ExportOptions& options,
                                ExportMethod<Request> method) {
  Request request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_member(),
                           MemberName(network, options.member));
  request.set_year(options.year);
  request.set_as_of_sequence(options.as_of);
  if (!options.chart_path.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(*request.mutable_chart_of_accounts(),
                             ReadFile(options.chart_path, kChartBytesMax));
  }
  SKONTRO_ASSIGN_OR_RETURN(const auto channel, session.channel());
  SKONTRO_ASSIGN_OR_RETURN(
      const std::unique_ptr<ExportFolder> folder,
      ExportFolder::Open(options.folder, options.force
                                             ? OutputFile::Existing::kReplace
                                             : OutputFile::Existing::kKeep));
  const auto stub = FiscalService::NewStub(channel);
  grpc::ClientContext context;
  SKONTRO_RETURN_IF_ERROR(
      session.PrepareCall(absl::InfiniteDuration(), &context));
  const auto reader = (*stub.*method)(&context, request);
  const absl::Status received = Receive(*reader, *folder);
  if (!received.ok()) context.TryCancel();
  const grpc::Status status = reader->Finish();
  SKONTRO_RETURN_IF_ERROR(received);
  if (!status.ok()) return session.CallFailure(status, /*changes=*/false);
  SKONTRO_RETURN_IF_ERROR(folder->Finish());
  PrintFiles(session, options.folder, *folder);
  return ExitCode::kDone;
}

template <typename Request>
void AddExport(Verbs& verbs, CLI::App* group, const char* name,
               const char* description, const char* examples,
               ExportMethod<Request> method) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* const verb =
      verbs.Add(group, name, description, examples, [&verbs, options, method] {
        return Export<Request>(verbs.session(), *options, method);
      });
  verb->add_option("MEMBER", options->member, "Whose books")->required();
  verb->add_option("--year", options->year, "Calendar year, by booking date")
      ->required()
      ->type_name("YYYY")
      ->check(CLI::Range(1900, 9999));
  verb->add_option("--out", options->folder,
                   "The folder to write into; made if it is not there")
      ->required()
      ->type_name("DIR");
  verb->add_option("--chart", options->chart_path,
                   "A chart of accounts (docs/fiscal/chart_of_accounts.md)")
      ->type_name("FILE");
  verb->add_flag("--force", options->force, "Replace files that are there");
  verbs.TakesAsOf(verb, &options->as_of);
  verbs.TakesNetwork(verb);
}

}  // namespace

void AddExportVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "export", "Write the books of a member for accountants and tax offices");
  AddExport<v1::ExportFecRequest>(
      verbs, group, "fec",
      "Write the French FEC (LPF art. A47 A-1) of a year.\n"
      "While the period is open, the files are marked PROVISIONAL.",
      "  skontro export fec imprimerie --year 2026 --out books\n"
      "  skontro export fec imprimerie --year 2026 --out books --as-of 1200 "
      "--force",
      &FiscalService::Stub::ExportFec);
  AddExport<v1::ExportJournalCsvRequest>(
      verbs, group, "journal",
      "Write the same entries as CSV, with trades, digests, rates and tax "
      "codes",
      "  skontro export journal boulangerie --year 2026 --out books",
      &FiscalService::Stub::ExportJournalCsv);
}

}  // namespace skontro::cli

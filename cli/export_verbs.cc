// skontro export fec|journal|camt.053|...|all

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/export_call.h"
#include "cli/export_folder.h"
#include "cli/failure.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

using v1::CamtOptions;
using v1::ExportChunk;
using v1::ExportRequest;
using v1::FecOptions;

struct ExportOptions {
  BooksOptions books;
  std::string folder;
  bool force = false;
  std::string camt_version = "08";
  bool plain = false;
  std::string form = "flat";
  // Empty: not said. The server refuses both for XML where they are said.
  std::string separator;
  std::string charset;
};

void SetOptions(const ExportOptions& options, ExportRequest* request) {
  if (request->format() == ExportRequest::CAMT_053 ||
      request->format() == ExportRequest::CAMT_054) {
    request->mutable_camt()->set_version(
        options.camt_version == "02" ? CamtOptions::V02 : CamtOptions::V08);
    request->mutable_camt()->set_plain(options.plain);
  }
  if (request->format() == ExportRequest::FEC) {
    FecOptions* const fec = request->mutable_fec();
    fec->set_form(options.form == "xml" ? FecOptions::XML : FecOptions::FLAT);
    if (!options.separator.empty()) {
      fec->set_separator(options.separator == "pipe" ? FecOptions::PIPE
                                                     : FecOptions::TAB);
    }
    if (!options.charset.empty()) {
      fec->set_charset(options.charset == "iso-8859-15"
                           ? FecOptions::ISO_8859_15
                           : FecOptions::UTF_8);
    }
  }
}

absl::StatusOr<std::unique_ptr<ExportFolder>> OpenFolder(
    const ExportOptions& options) {
  return ExportFolder::Open(options.folder, options.force
                                                ? OutputFile::Existing::kReplace
                                                : OutputFile::Existing::kKeep);
}

// Brings one export into the folder.
absl::Status Bring(Session& session, const ExportOptions& options,
                   const ExportKind& kind, int64_t as_of,
                   ExportFolder* folder) {
  SKONTRO_ASSIGN_OR_RETURN(ExportRequest request,
                           ExportRequestFor(session, options.books, kind));
  SetOptions(options, &request);
  request.set_as_of_sequence(as_of);
  SKONTRO_RETURN_IF_ERROR(ReceiveExport(
      session, request, kind.verb, [folder](const ExportChunk& chunk) {
        return chunk.has_file_name() ? folder->BeginFile(chunk.file_name())
                                     : folder->Write(chunk.content());
      }));
  return folder->EndExport();
}

std::string WarningsOf(const ExportManifest& manifest) {
  std::string text;
  for (const auto& [code, count] : manifest.warnings) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", code, " ", count);
  }
  return text;
}

void PrintExports(Session& session, const std::string& path,
                  const ExportFolder& folder) {
  const CellKind number = CellKind::kNumber;
  Table files({{"File"}, {"Bytes", number}, {"SHA-256"}});
  for (const ExportFolder::File& file : folder.files()) {
    files.Add({path + "/" + file.name, absl::StrCat(file.bytes), file.sha256});
  }
  Table figures({{"Format"},
                 {"Entries", number},
                 {"Rows", number},
                 {"Debit = credit", number},
                 {"Units at the end", number},
                 {"To look at"}});
  for (const ExportManifest& manifest : folder.manifests()) {
    const bool has_rows = !manifest.debit.empty();
    figures.Add({manifest.format, absl::StrCat(manifest.entries),
                 has_rows ? absl::StrCat(manifest.rows) : "", manifest.debit,
                 manifest.closing, WarningsOf(manifest)});
  }
  session.out() << files.Text() << "\n" << figures.Text();
  const ExportManifest& last = folder.manifests().back();
  session.out() << "\nJournal at sequence " << last.sequence << ", digest "
                << PlainText(last.digest) << "\n";
  if (folder.is_provisional()) {
    session.err() << "skontro: PROVISIONAL: the period is still open, so these "
                     "books may change.\n"
                     "Do not hand them in; export again once it is closed.\n";
  }
}

absl::StatusOr<ExitCode> ExportOne(Session& session,
                                   const ExportOptions& options,
                                   const ExportKind& kind) {
  // What is wrong with the options is told before a folder is made.
  SKONTRO_RETURN_IF_ERROR(
      ExportRequestFor(session, options.books, kind).status());
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<ExportFolder> folder,
                           OpenFolder(options));
  SKONTRO_RETURN_IF_ERROR(
      Bring(session, options, kind, options.books.as_of, folder.get()));
  SKONTRO_RETURN_IF_ERROR(folder->Finish());
  PrintExports(session, options.folder, *folder);
  return ExitCode::kDone;
}

// The digests of all files, as sha256sum -c reads them.
absl::Status AddSums(const std::string& member, ExportFolder* folder) {
  std::string sums;
  for (const ExportFolder::File& file : folder->files()) {
    absl::StrAppend(&sums, file.sha256, "  ", file.name, "\n");
  }
  return folder->AddFile(
      absl::StrCat(folder->is_provisional() ? "PROVISIONAL-" : "", member,
                   "-SHA256SUMS"),
      sums);
}

absl::StatusOr<ExitCode> ExportAll(Session& session,
                                   const ExportOptions& options) {
  SKONTRO_RETURN_IF_ERROR(
      ExportRequestFor(session, options.books, ExportKinds().front()).status());
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<ExportFolder> folder,
                           OpenFolder(options));
  std::string left_out;
  int64_t as_of = options.books.as_of;
  for (const ExportKind& kind : ExportKinds()) {
    const absl::Status brought =
        Bring(session, options, kind, as_of, folder.get());
    if (ExitCodeOf(brought) == ExitCode::kRefused &&
        IsNoFormatForThem(session)) {
      folder->DropExport();
      const std::string words(brought.message());
      absl::StrAppend(&left_out, "skontro: no ", kind.verb, ": ",
                      words.substr(0, words.find('\n')), "\n");
      continue;
    }
    SKONTRO_RETURN_IF_ERROR(brought);
    // All of them show the journal that the first one showed.
    as_of = folder->manifests().back().sequence;
  }
  if (folder->manifests().empty()) {
    return Failure(ExitCode::kRefused,
                   absl::StrCat("no format is for these books\n", left_out));
  }
  SKONTRO_RETURN_IF_ERROR(
      AddSums(ShortName(options.books.member), folder.get()));
  SKONTRO_RETURN_IF_ERROR(folder->Finish());
  PrintExports(session, options.folder, *folder);
  session.err() << left_out;
  return ExitCode::kDone;
}

void TakesFolder(Verbs& verbs, CLI::App* verb, ExportOptions* options) {
  TakesBooks(verbs, verb, &options->books);
  verb->add_option("--out,--folder", options->folder,
                   "The folder to write into; made if it is not there")
      ->required()
      ->type_name("DIR");
  verb->add_flag("--force", options->force, "Replace files that are there");
}

void TakesCamtOptions(CLI::App* verb, ExportOptions* options) {
  verb->add_option("--camt-version", options->camt_version,
                   "Version of the message: 08 (default), or 02 for older "
                   "programs")
      ->type_name("VERSION")
      ->check(CLI::IsMember({"08", "02"}));
  verb->add_flag("--plain", options->plain,
                 "No national values and rates in a camt, for programs that "
                 "multiply by a rate where they see one");
}

void TakesFecOptions(CLI::App* verb, ExportOptions* options) {
  verb->add_option("--form", options->form,
                   "Of the FEC: flat (default), which programs import, or xml")
      ->type_name("NAME")
      ->check(CLI::IsMember({"flat", "xml"}));
  verb->add_option("--separator", options->separator,
                   "Between fields of a flat FEC: tab (default) or pipe")
      ->type_name("NAME")
      ->check(CLI::IsMember({"tab", "pipe"}));
  verb->add_option("--charset", options->charset,
                   "Of a flat FEC: utf-8 (default) or iso-8859-15")
      ->type_name("NAME")
      ->check(CLI::IsMember({"utf-8", "iso-8859-15"}));
}

std::string ExamplesOf(const std::string& verb) {
  std::string text = absl::StrCat("  skontro export ", verb,
                                  " imprimerie --year 2026 --out books\n");
  if (verb == "fec") {
    absl::StrAppend(&text, "  skontro export fec imprimerie --from 2026-07-01 ",
                    "--to 2027-06-30 \\\n      --fiscal-year-start 2026-07-01 ",
                    "--out books\n");
  } else {
    absl::StrAppend(&text, "  skontro export ", verb,
                    " imprimerie --from 2026-03-01 --to 2026-03-31 --out ",
                    "books\n");
  }
  return absl::StrCat(
      text, "\nWhile the period is open, the files are marked PROVISIONAL.");
}

void AddExport(Verbs& verbs, CLI::App* group, const ExportKind& kind) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* const verb =
      verbs.Add(group, kind.verb, kind.description, ExamplesOf(kind.verb),
                [&verbs, options, &kind] {
                  return ExportOne(verbs.session(), *options, kind);
                });
  TakesFolder(verbs, verb, options.get());
  if (kind.format == ExportRequest::FEC) TakesFecOptions(verb, options.get());
  if (kind.format == ExportRequest::CAMT_053 ||
      kind.format == ExportRequest::CAMT_054) {
    TakesCamtOptions(verb, options.get());
  }
}

}  // namespace

void AddExportVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "export", "Write the books of a member for accountants and tax offices");
  for (const ExportKind& kind : ExportKinds()) AddExport(verbs, group, kind);
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* const all = verbs.Add(
      group, "all",
      "Every format that is for the member, of one place in the journal, and "
      "their SHA-256",
      ExamplesOf("all"),
      [&verbs, options] { return ExportAll(verbs.session(), *options); });
  TakesFolder(verbs, all, options.get());
  TakesCamtOptions(all, options.get());
  TakesFecOptions(all, options.get());
}

}  // namespace skontro::cli

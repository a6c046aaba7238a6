#include "cli/reconcile_verb.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/export_call.h"
#include "cli/export_manifest.h"
#include "cli/failure.h"
#include "cli/output_file.h"
#include "cli/paging.h"
#include "cli/reconciliation.h"
#include "cli/resource_name.h"
#include "cli/second_opinion.h"
#include "cli/wire_text.h"
#include "fiscal/stated_balance.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"
#include "ledger/digest.h"
#include "skontro/v1/account_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AccountService;
using v1::ExportChunk;

// A manifest is kept in memory to be read; the books are not.
constexpr size_t kManifestBytesMax = 1024 * 1024;

struct ReconcileOptions {
  BooksOptions books;
  bool with_tools = false;
};

// What the server's own statement comes to.
struct LedgerOpinion {
  int64_t opening = 0;
  int64_t closing = 0;
  int64_t added_up = 0;   // The opening balance and every line.
  int64_t last_line = 0;  // The sequence of the last one; zero without.
  int64_t sequence = 0;   // Of the journal.
};

absl::Status AddLines(const v1::GetStatementResponse& page,
                      LedgerOpinion* opinion) {
  if (opinion->sequence == 0) {
    opinion->sequence = page.sequence();
    opinion->opening = page.opening_balance().minor_units();
    opinion->closing = page.closing_balance().minor_units();
    opinion->added_up = opinion->opening;
  }
  for (const v1::StatementLine& line : page.lines()) {
    opinion->last_line = line.sequence();
    if (__builtin_add_overflow(opinion->added_up, line.amount().minor_units(),
                               &opinion->added_up)) {
      return Failure(ExitCode::kBroken,
                     "the lines of the statement do not fit in 64 bits");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<LedgerOpinion> AskStatement(Session& session,
                                           const std::string& account,
                                           const BooksOptions& options,
                                           const BooksPeriod& period) {
  using Request = v1::GetStatementRequest;
  using Response = v1::GetStatementResponse;
  Request first;
  first.set_name(account);
  *first.mutable_from_date() = WireDate(period.first_day);
  *first.mutable_to_date() = WireDate(period.last_day);
  first.set_as_of_sequence(options.as_of);
  LedgerOpinion opinion;
  absl::Status added;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<AccountService>(&AccountService::Stub::GetStatement,
                                            request);
      },
      [&](const Response& page) {
        added = AddLines(page, &opinion);
        return added.ok();
      })));
  SKONTRO_RETURN_IF_ERROR(added);
  return opinion;
}

// The server's balance is what all others are compared with.
absl::Status AddLedger(Session& session, const std::string& account,
                       const LedgerOpinion& opinion,
                       Reconciliation* reconciliation) {
  reconciliation->Add("ledger: closing balance of the statement",
                      opinion.closing);
  reconciliation->Add("ledger: opening balance and every line",
                      opinion.added_up);
  if (opinion.last_line == 0) {
    reconciliation->AddUnasked("ledger: balance of the account",
                               "nothing moved in the period");
    return absl::OkStatus();
  }
  v1::GetAccountRequest request;
  request.set_name(account);
  request.set_as_of_sequence(opinion.last_line);
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetAccountResponse response,
      session.Read<AccountService>(&AccountService::Stub::GetAccount, request));
  reconciliation->Add(
      absl::StrCat("ledger: balance of the account at sequence ",
                   opinion.last_line),
      response.account().balance().minor_units());
  return absl::OkStatus();
}

// One export, read while it comes: what its books add up to, and whether they
// are those of its manifest.
class ExportedBooks {
 public:
  // Keeps the books in `folder`, unless that is empty.
  ExportedBooks(const ExportKind& kind, const Unit& unit, std::string folder)
      : kind_(kind), unit_(unit), folder_(std::move(folder)) {
    if (fiscal::StatesBalance(kind.reading)) {
      balance_.emplace(kind.reading, unit.code, unit.decimals);
    }
    hash_.Begin();
  }

  absl::Status Take(const ExportChunk& chunk);

  // The balance at the end of the period, of a member that had `opening` at its
  // beginning; nullopt for a format that we do not read.
  absl::StatusOr<std::optional<int64_t>> Finish(int64_t opening);

  // Where the books are; empty where they were not kept.
  const std::string& path() const { return path_; }
  // What of the balance is not in the rows of the file.
  int64_t not_in_rows() const { return not_in_rows_; }

 private:
  absl::Status CheckManifest();
  absl::Status AddUnits(const std::string& decimal);

  const ExportKind& kind_;
  const Unit unit_;
  const std::string folder_;
  std::optional<fiscal::StatedBalance> balance_;
  ledger::Sha256 hash_;
  std::unique_ptr<OutputFile> copy_;
  std::string path_;
  int files_ = 0;
  std::string last_bytes_;  // Of the last file, the manifest perhaps.
  int64_t not_in_rows_ = 0;
};

absl::Status ExportedBooks::Take(const ExportChunk& chunk) {
  if (chunk.has_file_name()) {
    ++files_;
    last_bytes_.clear();
    if (files_ != 1 || folder_.empty()) return absl::OkStatus();
    path_ = absl::StrCat(folder_, "/", kind_.verb);
    SKONTRO_ASSIGN_OR_RETURN(copy_, OutputFile::Create(path_));
    return absl::OkStatus();
  }
  if (files_ != 1) {
    last_bytes_.append(chunk.content());
    return last_bytes_.size() <= kManifestBytesMax
               ? absl::OkStatus()
               : Failure(ExitCode::kBroken, "the manifest has no end");
  }
  hash_.Add(chunk.content());
  if (balance_.has_value()) balance_->Add(chunk.content());
  return copy_ == nullptr ? absl::OkStatus() : copy_->Write(chunk.content());
}

absl::Status ExportedBooks::AddUnits(const std::string& decimal) {
  if (decimal.empty()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const int64_t units,
                           ledger::ParseDecimal(decimal, unit_.decimals));
  if (!__builtin_add_overflow(not_in_rows_, units, &not_in_rows_)) {
    return absl::OkStatus();
  }
  return Failure(ExitCode::kBroken, "the manifest's units do not fit");
}

absl::Status ExportedBooks::CheckManifest() {
  SKONTRO_ASSIGN_OR_RETURN(const ExportManifest manifest,
                           ReadManifest(last_bytes_));
  if (manifest.files.front().sha256 != ledger::ToHex(hash_.Finish())) {
    return Failure(ExitCode::kBroken,
                   "the file is not the one that its manifest describes");
  }
  SKONTRO_RETURN_IF_ERROR(AddUnits(manifest.without_value));
  return AddUnits(manifest.before_first_day);
}

absl::StatusOr<std::optional<int64_t>> ExportedBooks::Finish(int64_t opening) {
  SKONTRO_RETURN_IF_ERROR(CheckManifest());
  int64_t units = 0;
  if (balance_.has_value()) {
    SKONTRO_ASSIGN_OR_RETURN(units, balance_->Finish());
  }
  if (copy_ != nullptr) {
    SKONTRO_RETURN_IF_ERROR(copy_->Finish());
    SKONTRO_RETURN_IF_ERROR(copy_->Publish(OutputFile::Existing::kReplace));
  }
  if (!balance_.has_value()) return std::nullopt;
  const int64_t more =
      fiscal::StatesMovementOnly(kind_.reading) ? opening : not_in_rows_;
  if (!__builtin_add_overflow(units, more, &units)) return units;
  return Failure(ExitCode::kBroken, "the units of the file do not fit");
}

void AskJudges(const ExportKind& kind, const ExportedBooks& books,
               const std::string& folder, const Unit& unit,
               Reconciliation* reconciliation) {
  for (const Judge& judge : Judges()) {
    if (judge.format != kind.format) continue;
    const std::string source = absl::StrCat(judge.program, " on ", kind.verb);
    const absl::StatusOr<std::optional<int64_t>> units =
        AskJudge(judge, books.path(), folder, unit);
    int64_t sum = 0;
    if (!units.ok()) {
      reconciliation->AddBroken(source, units.status());
    } else if (!units->has_value()) {
      reconciliation->AddUnasked(source, "not installed");
    } else if (__builtin_add_overflow(
                   **units, kind.has_entries ? books.not_in_rows() : 0, &sum)) {
      reconciliation->AddBroken(
          source, Failure(ExitCode::kBroken, "its units do not fit"));
    } else {
      reconciliation->Add(source, sum);
    }
  }
}

// Adds what an export says, and with `folder` what programs of others say of
// it.
absl::Status AddExport(Session& session, const ReconcileOptions& options,
                       const ExportKind& kind, const LedgerOpinion& opinion,
                       const std::string& folder,
                       Reconciliation* reconciliation) {
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(v1::ExportRequest request,
                           ExportRequestFor(session, options.books, kind));
  request.set_as_of_sequence(opinion.sequence);
  const std::string source = absl::StrCat("export: ", kind.verb);
  ExportedBooks books(kind, unit, folder);
  const absl::Status received = ReceiveExport(
      session, request, kind.verb,
      [&](const ExportChunk& chunk) { return books.Take(chunk); });
  if (ExitCodeOf(received) == ExitCode::kRefused &&
      IsNoFormatForThem(session)) {
    reconciliation->AddUnasked(source, std::string(received.message()));
    return absl::OkStatus();
  }
  // Books that do not hold are an answer; a server that is away is none.
  if (!received.ok() && ExitCodeOf(received) != ExitCode::kBroken) {
    return received;
  }
  const absl::StatusOr<std::optional<int64_t>> units =
      received.ok() ? books.Finish(opinion.opening)
                    : absl::StatusOr<std::optional<int64_t>>(received);
  if (!units.ok()) {
    reconciliation->AddBroken(source, units.status());
    return absl::OkStatus();
  }
  if (units->has_value()) {
    reconciliation->Add(source, **units);
  } else if (folder.empty()) {
    reconciliation->AddUnasked(source, "--with-tools asks pdftotext");
  }
  if (!folder.empty()) {
    AskJudges(kind, books, folder, unit, reconciliation);
  }
  return absl::OkStatus();
}

// A folder of our own for what other programs read; empty where none is asked.
absl::StatusOr<std::string> FolderFor(bool with_tools) {
  if (!with_tools) return "";
  std::error_code error;
  std::string name =
      (std::filesystem::temp_directory_path(error) / "skontro-reconcile-XXXXXX")
          .string();
  if (error || mkdtemp(name.data()) == nullptr) {
    return FileFailure("make", name, errno);
  }
  return name;
}

absl::StatusOr<ExitCode> Reconcile(Session& session,
                                   const ReconcileOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const BooksPeriod period, PeriodOf(options.books));
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const std::string account,
                           AccountName(network, options.books.member));
  SKONTRO_ASSIGN_OR_RETURN(const std::string member,
                           MemberName(network, options.books.member));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(
      const LedgerOpinion opinion,
      AskStatement(session, account, options.books, period));
  SKONTRO_ASSIGN_OR_RETURN(const std::string folder,
                           FolderFor(options.with_tools));
  const absl::Cleanup remove = [&] {
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  };
  Reconciliation reconciliation(
      {member, ledger::FormatDate(period.first_day),
       ledger::FormatDate(period.last_day), opinion.sequence},
      unit, opinion.closing);
  SKONTRO_RETURN_IF_ERROR(
      AddLedger(session, account, opinion, &reconciliation));
  for (const ExportKind& kind : ExportKinds()) {
    SKONTRO_RETURN_IF_ERROR(
        AddExport(session, options, kind, opinion, folder, &reconciliation));
  }
  session.out() << reconciliation.In(session.format());
  return reconciliation.agrees() ? ExitCode::kDone : ExitCode::kBroken;
}

}  // namespace

void AddReconcileVerb(Verbs& verbs) {
  const auto options = std::make_shared<ReconcileOptions>();
  CLI::App* const verb = verbs.Add(
      &verbs.app(), "reconcile",
      "Compare one balance of a member in the ledger and in every export",
      "  skontro reconcile imprimerie --year 2026\n"
      "  skontro reconcile imprimerie --from 2026-01-01 --to 2026-03-31 "
      "--with-tools\n"
      "\n"
      "Every format is exported and read back from its bytes alone. With "
      "--with-tools,\nbean-query, hledger, ledger, aqbanking-cli, ofxdump and "
      "pdftotext are asked too,\nthose that are installed.\n"
      "Exit codes: 0 all agree, 5 one does not.",
      [&verbs, options] { return Reconcile(verbs.session(), *options); });
  TakesBooks(verbs, verb, &options->books);
  verb->add_flag("--with-tools", options->with_tools,
                 "Ask programs of others about the files as well");
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli

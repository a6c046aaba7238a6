// skontro head get|keys|rotate-key

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/head_file.h"
#include "cli/outcome.h"
#include "cli/output_file.h"
#include "cli/paging.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
#include "skontro/v1/audit_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AuditService;
using v1::HeadKey;

struct GetOptions {
  std::string out;
  std::string older;
};

absl::Status NoCsv(const Session& session) {
  if (session.format() != Format::kCsv) return absl::OkStatus();
  return UsageFailure("--format: a head is printed as text or json");
}

absl::StatusOr<ExitCode> Get(Session& session, const GetOptions& options) {
  SKONTRO_RETURN_IF_ERROR(NoCsv(session));
  v1::GetHeadRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetHeadResponse response,
      session.Read<AuditService>(&AuditService::Stub::GetHead, request));
  ReceiptFile file;
  SKONTRO_ASSIGN_OR_RETURN(file.head, HeadOf(response.head()));
  if (!options.older.empty()) {
    SKONTRO_RETURN_IF_ERROR(AddOlder(session, options.older, &file));
  }
  if (!options.out.empty()) {
    SKONTRO_RETURN_IF_ERROR(WriteReceiptFile(session, options.out, file));
  }
  if (session.format() == Format::kJson) {
    session.out() << WriteReceipt(file);
    return ExitCode::kDone;
  }
  std::vector<std::pair<std::string, std::string>> lines = HeadLines(file.head);
  if (file.older.has_value()) {
    lines.emplace_back("Goes on from", absl::StrCat(file.older->tree_size,
                                                    " records, as proved"));
  }
  if (!options.out.empty()) lines.emplace_back("Kept in", options.out);
  session.out() << TitledLines(lines);
  return ExitCode::kDone;
}

View<HeadKey> KeyView() {
  View<HeadKey> view;
  view.singular = "key";
  view.plural = "keys";
  view.columns = {
      {"sequence", "Since", CellKind::kNumber, Place::kEverywhere,
       [](const HeadKey& key) { return absl::StrCat(key.sequence()); }},
      {"key_id", "Key id", CellKind::kText, Place::kEverywhere,
       [](const HeadKey& key) { return HexText(key.key_id()); }},
      {"public_key", "Public key", CellKind::kText, Place::kEverywhere,
       [](const HeadKey& key) { return HexText(key.public_key()); }},
  };
  view.members = [](const HeadKey& key, JsonWriter* json) {
    json->Number("sequence", key.sequence());
    json->String("key_id", HexText(key.key_id()));
    json->String("public_key", HexText(key.public_key()));
  };
  return view;
}

absl::StatusOr<ExitCode> Keys(Session& session, const std::string& out) {
  using Request = v1::ListHeadKeysRequest;
  using Response = v1::ListHeadKeysResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  std::vector<HeadKey> keys;
  int64_t sequence = 0;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<AuditService>(&AuditService::Stub::ListHeadKeys,
                                          request);
      },
      [&](const Response& page) {
        keys.insert(keys.end(), page.keys().begin(), page.keys().end());
        sequence = page.sequence();
        return true;
      })));
  if (!out.empty()) {
    if (keys.empty()) {
      return Failure(ExitCode::kRefused,
                     "the network has no key for heads\nNext: skontro head "
                     "rotate-key makes one");
    }
    SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                             OutputFile::Create(out));
    SKONTRO_RETURN_IF_ERROR(
        file->Write(PublicKeyPem(keys.front().public_key())));
    SKONTRO_RETURN_IF_ERROR(file->Finish());
    SKONTRO_RETURN_IF_ERROR(file->Publish(OutputFile::Existing::kKeep));
  }
  session.out() << ListIn(session.format(), KeyView(), keys, sequence);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Rotate(Session& session) {
  v1::RotateHeadKeyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const v1::RotateHeadKeyResponse response,
                           session.Change<AuditService>(
                               &AuditService::Stub::RotateHeadKey, request));
  return PrintChange(session, KeyView(), response.key(), response.outcome(),
                     session.dry_run()
                         ? "Heads would be signed with a new key"
                         : "Heads are signed with a new key; back up its file, "
                           "and tell the members");
}

}  // namespace

void AddHeadVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "head", "Keep signed heads of the books, and the keys that sign them");

  const auto options = std::make_shared<GetOptions>();
  CLI::App* const get = verbs.Add(
      group, "get", "Get a signed head of the books",
      "  skontro head get --network res --out 2026-01.json\n"
      "  skontro head get --network res --out 2026-02.json --older "
      "2026-01.json\n"
      "  skontro verify-receipt 2026-02.json --key res.pem --older "
      "2026-01.json\n"
      "\n"
      "A head says how many records there are and what their hash is. Whoever "
      "keeps\nheads can have it proved that nothing before them was changed "
      "since.",
      [&verbs, options] { return Get(verbs.session(), *options); });
  get->add_option("--out", options->out, "Keep it in this new file")
      ->type_name("FILE");
  get->add_option("--older", options->older,
                  "Have it proved that the books go on from the head or "
                  "receipt in this file, and keep the proof too")
      ->type_name("FILE");
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto out = std::make_shared<std::string>();
  CLI::App* const keys = verbs.Add(
      group, "keys", "List the keys that heads were signed with, newest first",
      "  skontro head keys --network res\n"
      "  skontro head keys --network res --out res.pem",
      [&verbs, out] { return Keys(verbs.session(), *out); });
  keys->add_option("--out", *out,
                   "Write the newest key to this new file, as PEM")
      ->type_name("FILE");
  verbs.TakesNetwork(keys);
  verbs.TakesListFormat(keys);

  CLI::App* const rotate = verbs.Add(
      group, "rotate-key", "Sign heads with a new key from now on",
      "  skontro head rotate-key --network res\n"
      "\n"
      "The secret half of the key before is destroyed. Heads that were signed "
      "with it\nstay verifiable: its public half stays in the journal.",
      [&verbs] { return Rotate(verbs.session()); });
  verbs.TakesNetwork(rotate);
  verbs.TakesRequestId(rotate);
  verbs.TakesFormat(rotate);
}

}  // namespace skontro::cli

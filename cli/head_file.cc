#include "cli/head_file.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/output_file.h"
#include "cli/resource_name.h"
#include "cli/wire_text.h"
#include "ledger/base/status.h"
#include "skontro/v1/audit_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AuditService;

// The bytes of RFC 8410 before the 32 of a key: an Ed25519 public key follows.
constexpr char kKeyPrefixHex[] = "302a300506032b6570032100";
constexpr size_t kUidLength = 16;

absl::Status BadAnswer(const char* what) {
  return Failure(
      ExitCode::kBroken,
      absl::StrCat("the server answered with ", what,
                   " that is none; is it a server of this version?"));
}

bool IsKeyInHex(const std::string& text) {
  return text.size() == 2 * verifier::kPublicKeyLength &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

}  // namespace

absl::StatusOr<verifier::Digest> HashOf(const std::string& wire) {
  if (wire.size() != sizeof(verifier::Digest)) return BadAnswer("a hash");
  return verifier::DigestOf32(wire);
}

absl::StatusOr<std::vector<verifier::Digest>> HashesOf(
    const google::protobuf::RepeatedPtrField<std::string>& wire) {
  std::vector<verifier::Digest> hashes;
  for (const std::string& hash : wire) {
    SKONTRO_ASSIGN_OR_RETURN(hashes.emplace_back(), HashOf(hash));
  }
  return hashes;
}

absl::StatusOr<verifier::SignedHead> HeadOf(const v1::TreeHead& wire) {
  verifier::SignedHead head;
  if (wire.network_uid().size() != kUidLength || wire.tree_size() < 1 ||
      wire.signature().size() != verifier::kSignatureLength) {
    return BadAnswer("a head");
  }
  head.network_id = ShortName(wire.network());
  head.network_uid = wire.network_uid();
  head.tree_size = static_cast<uint64_t>(wire.tree_size());
  SKONTRO_ASSIGN_OR_RETURN(head.root, HashOf(wire.root_hash()));
  head.time_us =
      wire.sign_time().seconds() * 1'000'000 + wire.sign_time().nanos() / 1'000;
  SKONTRO_ASSIGN_OR_RETURN(head.key_id, HashOf(wire.key_id()));
  head.signature = wire.signature();
  return head;
}

absl::StatusOr<ReceiptFile> ReadReceiptFile(const std::string& path) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(path, kReceiptBytesMax));
  absl::StatusOr<ReceiptFile> receipt = ParseReceipt(text);
  if (!receipt.ok()) return Prefixed(path, receipt.status());
  return receipt;
}

absl::StatusOr<std::string> ReadPublicKey(const std::string& text) {
  if (IsKeyInHex(text)) return absl::HexStringToBytes(text);
  SKONTRO_ASSIGN_OR_RETURN(const std::string file,
                           ReadFile(text, kReceiptBytesMax));
  const std::string stripped(absl::StripAsciiWhitespace(file));
  if (IsKeyInHex(stripped)) return absl::HexStringToBytes(stripped);
  absl::StatusOr<std::string> key = verifier::PublicKeyIn(file);
  if (key.ok()) return key;
  return UsageFailure(absl::StrCat(
      "--key: ", text, " holds ", std::string(key.status().message()),
      "\nNext: skontro head keys --out FILE writes the network's key"));
}

std::string PublicKeyPem(std::string_view public_key) {
  const std::string bytes =
      absl::StrCat(absl::HexStringToBytes(kKeyPrefixHex),
                   absl::string_view(public_key.data(), public_key.size()));
  return absl::StrCat("-----BEGIN PUBLIC KEY-----\n", absl::Base64Escape(bytes),
                      "\n-----END PUBLIC KEY-----\n");
}

absl::Status AddOlder(Session& session, const std::string& older_path,
                      ReceiptFile* receipt) {
  SKONTRO_ASSIGN_OR_RETURN(const ReceiptFile older,
                           ReadReceiptFile(older_path));
  const verifier::SignedHead& head = receipt->head;
  if (older.head.network_uid != head.network_uid) {
    return UsageFailure(
        absl::StrCat("--older: ", older_path, " is of another network"));
  }
  if (older.head.tree_size > head.tree_size) {
    return Failure(
        ExitCode::kBroken,
        absl::StrCat("the network signed ", older.head.tree_size,
                     " records in ", older_path, ", and shows ", head.tree_size,
                     " now: records are missing\nNext: keep "
                     "the file; it proves what was there"));
  }
  v1::ProveConsistencyRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  request.set_first_tree_size(static_cast<int64_t>(older.head.tree_size));
  request.set_second_tree_size(static_cast<int64_t>(head.tree_size));
  SKONTRO_ASSIGN_OR_RETURN(const v1::ProveConsistencyResponse response,
                           session.Read<AuditService>(
                               &AuditService::Stub::ProveConsistency, request));
  ReceiptFile::Older proved;
  proved.tree_size = older.head.tree_size;
  SKONTRO_ASSIGN_OR_RETURN(proved.root, HashOf(response.first_root_hash()));
  SKONTRO_ASSIGN_OR_RETURN(proved.proof, HashesOf(response.hashes()));
  const absl::Status holds = verifier::CheckConsistency(
      proved.tree_size, older.head.root, proved.proof, head);
  if (!holds.ok()) {
    return Failure(ExitCode::kBroken,
                   absl::StrCat(std::string(holds.message()),
                                ": the books do not go on "
                                "from ",
                                older_path,
                                "; they were rewritten\nNext: keep "
                                "the file; it proves what was there"));
  }
  receipt->older = std::move(proved);
  return absl::OkStatus();
}

absl::Status WriteReceiptFile(Session& session, const std::string& path,
                              const ReceiptFile& receipt) {
  const std::string text = WriteReceipt(receipt);
  if (path.empty()) {
    session.out() << text;
    return absl::OkStatus();
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                           OutputFile::Create(path));
  SKONTRO_RETURN_IF_ERROR(file->Write(text));
  SKONTRO_RETURN_IF_ERROR(file->Finish());
  return file->Publish(OutputFile::Existing::kKeep);
}

std::vector<std::pair<std::string, std::string>> HeadLines(
    const verifier::SignedHead& head) {
  google::protobuf::Timestamp time;
  time.set_seconds(head.time_us / 1'000'000);
  time.set_nanos(static_cast<int32_t>(head.time_us % 1'000'000 * 1'000));
  return {{"Network", head.network_id},
          {"Network uid", HexText(head.network_uid)},
          {"Records", absl::StrCat(head.tree_size)},
          {"Tree hash", HexText(head.root.view())},
          {"Signed at", TimeText(time)},
          {"With key", HexText(head.key_id.view())}};
}

}  // namespace skontro::cli

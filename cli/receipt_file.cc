#include "cli/receipt_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/flat_json.h"
#include "cli/json_writer.h"
#include "cli/resource_name.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

using verifier::Digest;

constexpr char kReceiptFormat[] = "skontro receipt 1";
constexpr char kHeadFormat[] = "skontro head 1";
constexpr std::string_view kNetworks = "networks/";
constexpr size_t kUidLength = 16;
constexpr size_t kHashesMax = 65;

std::string HexOf(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

void WriteHashes(std::string_view key, const std::vector<Digest>& hashes,
                 JsonWriter* json) {
  json->BeginArray(key);
  for (const Digest& hash : hashes) json->String("", HexOf(hash.view()));
  json->EndArray();
}

void WriteSize(std::string_view key, uint64_t size, JsonWriter* json) {
  json->Number(key, static_cast<int64_t>(size));
}

// The members of a file, each taken once.
class Members {
 public:
  static absl::StatusOr<Members> In(std::string_view text) {
    SKONTRO_ASSIGN_OR_RETURN(std::vector<FlatMember> flat, ParseFlatJson(text));
    Members members;
    for (FlatMember& member : flat) {
      members.values_.emplace(std::move(member.key), std::move(member.values));
    }
    return members;
  }

  bool Has(const std::string& key) const { return values_.count(key) > 0; }

  absl::StatusOr<std::vector<std::string>> TakeList(const std::string& key) {
    const auto found = values_.find(key);
    if (found == values_.end()) return Wrong(key, "is missing");
    std::vector<std::string> values = std::move(found->second);
    values_.erase(found);
    return values;
  }

  absl::StatusOr<std::string> TakeText(const std::string& key) {
    SKONTRO_ASSIGN_OR_RETURN(std::vector<std::string> values, TakeList(key));
    if (values.size() != 1) return Wrong(key, "is not one value");
    return std::move(values.front());
  }

  absl::StatusOr<int64_t> TakeNumber(const std::string& key) {
    SKONTRO_ASSIGN_OR_RETURN(const std::string text, TakeText(key));
    int64_t number = 0;
    // Written in one way only: 17, not +17 or 017.
    if (!absl::SimpleAtoi(text, &number) || absl::StrCat(number) != text) {
      return Wrong(key, "is not a whole number");
    }
    return number;
  }

  absl::StatusOr<uint64_t> TakeSize(const std::string& key) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t number, TakeNumber(key));
    if (number < 1) return Wrong(key, "is below 1");
    return static_cast<uint64_t>(number);
  }

  absl::StatusOr<std::string> TakeBytes(const std::string& key, size_t length) {
    SKONTRO_ASSIGN_OR_RETURN(const std::string text, TakeText(key));
    return BytesIn(key, text, length);
  }

  absl::StatusOr<Digest> TakeDigest(const std::string& key) {
    SKONTRO_ASSIGN_OR_RETURN(const std::string bytes,
                             TakeBytes(key, sizeof(Digest)));
    return verifier::DigestOf32(bytes);
  }

  absl::StatusOr<std::vector<Digest>> TakeHashes(const std::string& key) {
    SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> texts,
                             TakeList(key));
    if (texts.size() > kHashesMax) return Wrong(key, "has too many hashes");
    std::vector<Digest> hashes;
    for (const std::string& text : texts) {
      SKONTRO_ASSIGN_OR_RETURN(const std::string bytes,
                               BytesIn(key, text, sizeof(Digest)));
      hashes.push_back(verifier::DigestOf32(bytes));
    }
    return hashes;
  }

  // A failure if something is left that nobody took.
  absl::Status Finish() const {
    if (values_.empty()) return absl::OkStatus();
    return Wrong(values_.begin()->first, "is not known");
  }

  static absl::Status Wrong(const std::string& key, const char* what) {
    return UsageFailure(absl::StrCat("the member \"", key, "\" ", what));
  }

 private:
  static absl::StatusOr<std::string> BytesIn(const std::string& key,
                                             const std::string& text,
                                             size_t length) {
    const bool is_hex = std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    if (!is_hex || text.size() != 2 * length) {
      return Wrong(key, "is not of its length in lower-case hexadecimal");
    }
    return absl::HexStringToBytes(text);
  }

  std::map<std::string, std::vector<std::string>> values_;
};

absl::StatusOr<verifier::SignedHead> TakeHead(Members* members) {
  verifier::SignedHead head;
  SKONTRO_ASSIGN_OR_RETURN(const std::string name,
                           members->TakeText("network"));
  if (name.compare(0, kNetworks.size(), kNetworks) != 0 ||
      !CheckId("network", std::string_view(name).substr(kNetworks.size()))
           .ok()) {
    return Members::Wrong("network", "is no name of a network");
  }
  head.network_id = name.substr(kNetworks.size());
  SKONTRO_ASSIGN_OR_RETURN(head.network_uid,
                           members->TakeBytes("network_uid", kUidLength));
  SKONTRO_ASSIGN_OR_RETURN(head.tree_size, members->TakeSize("tree_size"));
  SKONTRO_ASSIGN_OR_RETURN(head.root, members->TakeDigest("root_hash"));
  SKONTRO_ASSIGN_OR_RETURN(head.time_us, members->TakeNumber("sign_time_us"));
  SKONTRO_ASSIGN_OR_RETURN(head.key_id, members->TakeDigest("key_id"));
  SKONTRO_ASSIGN_OR_RETURN(
      head.signature,
      members->TakeBytes("signature", verifier::kSignatureLength));
  return head;
}

absl::StatusOr<ReceiptFile::Record> TakeRecord(Members* members) {
  ReceiptFile::Record record;
  SKONTRO_ASSIGN_OR_RETURN(record.sequence, members->TakeSize("sequence"));
  SKONTRO_ASSIGN_OR_RETURN(record.digest, members->TakeDigest("record_digest"));
  SKONTRO_ASSIGN_OR_RETURN(record.proof,
                           members->TakeHashes("inclusion_proof"));
  return record;
}

absl::StatusOr<ReceiptFile::Older> TakeOlder(Members* members) {
  ReceiptFile::Older older;
  SKONTRO_ASSIGN_OR_RETURN(older.tree_size,
                           members->TakeSize("older_tree_size"));
  SKONTRO_ASSIGN_OR_RETURN(older.root, members->TakeDigest("older_root_hash"));
  SKONTRO_ASSIGN_OR_RETURN(older.proof,
                           members->TakeHashes("consistency_proof"));
  return older;
}

}  // namespace

std::string WriteReceipt(const ReceiptFile& receipt) {
  JsonWriter json;
  json.BeginObject();
  json.String("format",
              receipt.record.has_value() ? kReceiptFormat : kHeadFormat);
  const verifier::SignedHead& head = receipt.head;
  json.String("network", std::string(kNetworks) + head.network_id);
  json.String("network_uid", HexOf(head.network_uid));
  if (receipt.record.has_value()) {
    WriteSize("sequence", receipt.record->sequence, &json);
    json.String("record_digest", HexOf(receipt.record->digest.view()));
    WriteHashes("inclusion_proof", receipt.record->proof, &json);
  }
  WriteSize("tree_size", head.tree_size, &json);
  json.String("root_hash", HexOf(head.root.view()));
  json.Number("sign_time_us", head.time_us);
  json.String("key_id", HexOf(head.key_id.view()));
  json.String("signature", HexOf(head.signature));
  if (receipt.older.has_value()) {
    WriteSize("older_tree_size", receipt.older->tree_size, &json);
    json.String("older_root_hash", HexOf(receipt.older->root.view()));
    WriteHashes("consistency_proof", receipt.older->proof, &json);
  }
  json.EndObject();
  return json.Finish();
}

absl::StatusOr<ReceiptFile> ParseReceipt(std::string_view text) {
  SKONTRO_ASSIGN_OR_RETURN(Members members, Members::In(text));
  SKONTRO_ASSIGN_OR_RETURN(const std::string format,
                           members.TakeText("format"));
  if (format != kReceiptFormat && format != kHeadFormat) {
    return Members::Wrong("format", "is of no receipt and no head");
  }
  ReceiptFile receipt;
  if (format == kReceiptFormat) {
    SKONTRO_ASSIGN_OR_RETURN(receipt.record, TakeRecord(&members));
  }
  SKONTRO_ASSIGN_OR_RETURN(receipt.head, TakeHead(&members));
  if (members.Has("older_tree_size")) {
    SKONTRO_ASSIGN_OR_RETURN(receipt.older, TakeOlder(&members));
  }
  SKONTRO_RETURN_IF_ERROR(members.Finish());
  return receipt;
}

absl::Status CheckReceipt(const ReceiptFile& receipt,
                          std::string_view public_key) {
  SKONTRO_RETURN_IF_ERROR(verifier::CheckHead(receipt.head, public_key));
  if (receipt.record.has_value()) {
    SKONTRO_RETURN_IF_ERROR(verifier::CheckInclusion(
        receipt.record->sequence, receipt.record->digest, receipt.record->proof,
        receipt.head));
  }
  if (!receipt.older.has_value()) return absl::OkStatus();
  return verifier::CheckConsistency(receipt.older->tree_size,
                                    receipt.older->root, receipt.older->proof,
                                    receipt.head);
}

absl::Status CheckGoesOn(const ReceiptFile& receipt,
                         const verifier::SignedHead& older,
                         std::string_view older_key) {
  SKONTRO_RETURN_IF_ERROR(verifier::CheckHead(older, older_key));
  const verifier::SignedHead& head = receipt.head;
  if (older.network_uid != head.network_uid ||
      older.network_id != head.network_id) {
    return absl::DataLossError("the two heads are of different networks");
  }
  if (older.tree_size == head.tree_size && older.root != head.root) {
    return absl::DataLossError(absl::StrCat(
        "the network signed two different trees of ", head.tree_size,
        " records: the books were rewritten, and these two files prove it"));
  }
  if (older.tree_size == head.tree_size) return absl::OkStatus();
  if (older.tree_size > head.tree_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the head that is said to be older has ", older.tree_size,
                     " records, and the other has ", head.tree_size,
                     "; name them the other way round"));
  }
  if (!receipt.older.has_value() ||
      receipt.older->tree_size != older.tree_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the newer file has no proof that begins with ", older.tree_size,
        " records; get one with: skontro head get --older FILE"));
  }
  if (receipt.older->root != older.root) {
    return absl::DataLossError(absl::StrCat(
        "the books that the network shows now have other records up to ",
        older.tree_size, " than it had signed: they were rewritten"));
  }
  return absl::OkStatus();
}

}  // namespace skontro::cli

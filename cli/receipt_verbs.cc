// skontro receipt, and skontro verify-receipt, which needs no server.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/head_file.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
#include "skontro/v1/audit_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AuditService;
using v1::TradeService;

struct ReceiptOptions {
  std::string what;
  std::string out;
  std::string older;
};

// The sequence that `what` is, or that of the record that settled the trade
// `what`, or of the one that created it where none did.
absl::StatusOr<int64_t> SequenceOf(Session& session, const std::string& what) {
  const bool is_number =
      !what.empty() && std::all_of(what.begin(), what.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      });
  int64_t sequence = 0;
  if (is_number) {
    if (absl::SimpleAtoi(what, &sequence) && sequence > 0) return sequence;
    return UsageFailure(absl::StrCat("SEQUENCE: ", what, " is none"));
  }
  v1::GetTradeRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), TradeName(network, what));
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetTradeResponse response,
      session.Read<TradeService>(&TradeService::Stub::GetTrade, request));
  const v1::Trade& trade = response.trade();
  return trade.settle_sequence() > 0 ? trade.settle_sequence()
                                     : trade.create_sequence();
}

absl::StatusOr<ExitCode> Get(Session& session, const ReceiptOptions& options) {
  v1::ProveInclusionRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const int64_t sequence,
                           SequenceOf(session, options.what));
  request.set_record_sequence(sequence);
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::ProveInclusionResponse response,
      session.Read<AuditService>(&AuditService::Stub::ProveInclusion, request));
  ReceiptFile receipt;
  SKONTRO_ASSIGN_OR_RETURN(receipt.head, HeadOf(response.head()));
  ReceiptFile::Record record;
  record.sequence = static_cast<uint64_t>(sequence);
  SKONTRO_ASSIGN_OR_RETURN(record.digest, HashOf(response.record_digest()));
  SKONTRO_ASSIGN_OR_RETURN(record.proof, HashesOf(response.hashes()));
  const absl::Status holds = verifier::CheckInclusion(
      record.sequence, record.digest, record.proof, receipt.head);
  if (!holds.ok()) {
    return Failure(ExitCode::kBroken, std::string(holds.message()));
  }
  receipt.record = std::move(record);
  if (!options.older.empty()) {
    SKONTRO_RETURN_IF_ERROR(AddOlder(session, options.older, &receipt));
  }
  SKONTRO_RETURN_IF_ERROR(WriteReceiptFile(session, options.out, receipt));
  if (!options.out.empty()) {
    session.out() << "Receipt of record " << sequence << " is in "
                  << options.out << "\n";
  }
  return ExitCode::kDone;
}

struct CheckOptions {
  std::string file;
  std::string key;
  std::string digest;
  std::string older;
  std::string older_key;
};

absl::Status CheckDigest(const ReceiptFile& receipt, const std::string& given) {
  if (given.empty()) return absl::OkStatus();
  if (!receipt.record.has_value()) {
    return UsageFailure("--digest: the file holds a head, and no record");
  }
  if (HexText(receipt.record->digest.view()) == absl::AsciiStrToLower(given)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      "record ", receipt.record->sequence,
      " has another digest in the books than the one that was given: ",
      HexText(receipt.record->digest.view())));
}

// What does not hold, or a usage failure.
absl::Status CheckAll(const ReceiptFile& receipt, const CheckOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string key, ReadPublicKey(options.key));
  SKONTRO_RETURN_IF_ERROR(CheckReceipt(receipt, key));
  SKONTRO_RETURN_IF_ERROR(CheckDigest(receipt, options.digest));
  if (options.older.empty()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const ReceiptFile older,
                           ReadReceiptFile(options.older));
  std::string older_key = key;
  if (!options.older_key.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(older_key, ReadPublicKey(options.older_key));
  }
  return CheckGoesOn(receipt, older.head, older_key);
}

std::string Text(const ReceiptFile& receipt, const CheckOptions& options,
                 const absl::Status& verdict) {
  std::vector<std::pair<std::string, std::string>> lines = {
      {"Verdict", verdict.ok() ? "OK" : "BROKEN"}};
  if (!verdict.ok()) {
    lines.emplace_back("Why", PlainText(std::string(verdict.message())));
  }
  if (receipt.record.has_value()) {
    lines.emplace_back("Record", absl::StrCat(receipt.record->sequence));
    lines.emplace_back("Digest", HexText(receipt.record->digest.view()));
  }
  for (auto& line : HeadLines(receipt.head)) lines.push_back(std::move(line));
  if (verdict.ok() && !options.older.empty()) {
    lines.emplace_back("Goes on from", options.older);
  }
  return TitledLines(lines);
}

std::string Json(const ReceiptFile& receipt, const CheckOptions& options,
                 const absl::Status& verdict) {
  JsonWriter json;
  json.BeginObject();
  json.String("verdict", verdict.ok() ? "OK" : "BROKEN");
  if (!verdict.ok()) json.String("why", std::string(verdict.message()));
  json.String("older", options.older);
  json.Json("receipt",
            std::string(absl::StripAsciiWhitespace(WriteReceipt(receipt))));
  json.EndObject();
  return json.Finish();
}

absl::StatusOr<ExitCode> Verify(Session& session, const CheckOptions& options) {
  if (session.format() == Format::kCsv) {
    return UsageFailure("--format: a verification is printed as text or json");
  }
  SKONTRO_ASSIGN_OR_RETURN(const ReceiptFile receipt,
                           ReadReceiptFile(options.file));
  const absl::Status verdict = CheckAll(receipt, options);
  if (absl::IsInvalidArgument(verdict)) {
    return UsageFailure(std::string(verdict.message()));
  }
  if (!verdict.ok() && !absl::IsDataLoss(verdict)) return verdict;
  session.out() << (session.format() == Format::kJson
                        ? Json(receipt, options, verdict)
                        : Text(receipt, options, verdict));
  return verdict.ok() ? ExitCode::kDone : ExitCode::kBroken;
}

}  // namespace

void AddReceiptVerbs(Verbs& verbs) {
  const auto options = std::make_shared<ReceiptOptions>();
  CLI::App* const get = verbs.Add(
      &verbs.app(), "receipt", "Get a receipt that proves a trade by itself",
      "  skontro receipt f2025-0001 --out f2025-0001.json\n"
      "  skontro receipt 17 --out 17.json\n"
      "  skontro verify-receipt f2025-0001.json --key res.pem\n"
      "\n"
      "A receipt holds the digest of the record, a head that the network "
      "signed, and\nthe proof that the record is in it. It is checked without "
      "the server.",
      [&verbs, options] { return Get(verbs.session(), *options); });
  get->add_option("TRADE|SEQUENCE", options->what,
                  "A trade: the record that settled it, or created it. Digits "
                  "only: the record of this sequence; a trade whose id is a "
                  "number goes by its name, networks/NETWORK/trades/ID")
      ->required();
  get->add_option("--out", options->out,
                  "The new file to write; standard output unless given")
      ->type_name("FILE");
  get->add_option("--older", options->older,
                  "Have it proved that the books go on from the head or "
                  "receipt in this file, and keep the proof too")
      ->type_name("FILE");
  verbs.TakesNetwork(get);

  const auto check = std::make_shared<CheckOptions>();
  CLI::App* const verify = verbs.AddLocal(
      &verbs.app(), "verify-receipt",
      "Check a receipt or head, without a server",
      "  skontro verify-receipt f2025-0001.json --key res.pem\n"
      "  skontro verify-receipt 2026-02.json --key res.pem --older "
      "2026-01.json\n"
      "\n"
      "Exit codes: 0 it holds, 5 it does not, 2 a file is no receipt or no "
      "key, 6 a\nfile cannot be read.",
      [&verbs, check] { return Verify(verbs.session(), *check); });
  verify
      ->add_option("FILE", check->file,
                   "A receipt or a head; - reads it from "
                   "standard input")
      ->required();
  verify
      ->add_option("--key", check->key,
                   "The network's public key: a PEM file, or 64 hexadecimal "
                   "digits. Get it once, from somebody whom you believe")
      ->required()
      ->type_name("KEY");
  verify
      ->add_option("--digest", check->digest,
                   "The digest that the answer to the change had")
      ->type_name("HEX");
  verify
      ->add_option("--older", check->older,
                   "Check that FILE goes on from the head in this file")
      ->type_name("FILE");
  verify
      ->add_option("--older-key", check->older_key,
                   "The key of the older head, where it was another")
      ->type_name("KEY");
  verbs.TakesFormat(verify);
}

}  // namespace skontro::cli

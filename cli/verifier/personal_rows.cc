#include "cli/verifier/personal_rows.h"

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/str_format.h"
#include "cli/verifier/families.h"
#include "cli/verifier/keys.h"

namespace skontro::verifier {
namespace {

constexpr size_t kSaltLength = 16;

// The texts that an event has: whose they are, and how many.
struct Texts {
  uint64_t subject = 0;
  uint32_t count = 0;
};

Texts TextsOf(const Event& event, const AccountBook& accounts) {
  if (const auto* member = std::get_if<MemberCreated>(&event)) {
    return {member->number, 2};
  }
  if (const auto* status = std::get_if<MemberStatusSet>(&event)) {
    return {status->member, 1};
  }
  if (const auto* limits = std::get_if<CreditLineSet>(&event)) {
    return {accounts.MemberOf(limits->account), 1};
  }
  if (const auto* trade = std::get_if<TradeCreated>(&event)) {
    return {trade->seller, 1};
  }
  // Of nobody: the reason, and who gave it.
  if (std::holds_alternative<RecoveryAccepted>(event)) return {0, 2};
  return {};
}

}  // namespace

void PersonalRows::Check(const Frame& frame, const Record& record,
                         const Event& event, RowSink* sink) {
  const Texts texts = TextsOf(event, accounts_);
  uint32_t seen = 0;  // A bit for each text.
  for (const Commitment& commitment : record.commitments) {
    if (commitment.subject != texts.subject || commitment.field == 0 ||
        commitment.field > texts.count) {
      findings_.Add(frame.sequence,
                    absl::StrFormat("the record commits to text %d of member "
                                    "%d; its event has no such text",
                                    commitment.field, commitment.subject));
    } else if ((seen & 1u << commitment.field) != 0) {
      findings_.Add(frame.sequence,
                    absl::StrFormat("the record commits to text %d twice",
                                    commitment.field));
      continue;
    } else if (commitment.digest.size() != kDigestLength) {
      findings_.Add(
          frame.sequence,
          absl::StrFormat("the commitment to text %d has %d bytes",
                          commitment.field, commitment.digest.size()));
    }
    if (commitment.field <= texts.count) seen |= 1u << commitment.field;
    if (can_look_up_) CheckRow(frame, commitment, sink);
  }
}

void PersonalRows::CheckRow(const Frame& frame, const Commitment& commitment,
                            RowSink* sink) {
  const std::string key =
      PersonalRowKey(commitment.subject, frame.sequence, commitment.field);
  const auto add = [&](const std::string& what) {
    findings_.Add(frame.sequence,
                  absl::StrFormat("text %d of member %d %s", commitment.field,
                                  commitment.subject, what));
  };
  const absl::StatusOr<std::optional<std::string>> row =
      source_.Get(NameOf(Family::kPersonal), key);
  if (!row.ok()) {
    add(absl::StrFormat("cannot be read: %s", row.status().message()));
    return;
  }
  if (!row->has_value()) {
    ++erased_;
    return;
  }
  sink->Put(Family::kPersonal, key, "", frame.sequence);
  const std::string& salt_and_text = **row;
  if (salt_and_text.size() < kSaltLength) {
    add(absl::StrFormat("has %d bytes, fewer than its salt",
                        salt_and_text.size()));
  } else if (sha256_.Of({salt_and_text}).view() != commitment.digest) {
    add("was changed: it is not what the record commits to");
  } else {
    ++matching_;
  }
}

}  // namespace skontro::verifier

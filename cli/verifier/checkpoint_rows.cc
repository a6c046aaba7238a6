#include "cli/verifier/checkpoint_rows.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/decode.h"
#include "cli/verifier/families.h"

namespace skontro::verifier {
namespace {

constexpr uint32_t kFormat = 1;
constexpr uint32_t kFormatWithKeys = 2;
constexpr uint32_t kFormatWithPolicies = 3;

constexpr uint32_t kFormatWithStatuses = 5;
constexpr uint32_t kFormatWithOpenTrades = 6;
constexpr uint32_t kFormatWithWebhooks = 8;

uint32_t FormatOf(const CheckpointHeader& header) {
  if (header.webhooks > 0) return kFormatWithWebhooks;
  if (header.open_trades > 0) return kFormatWithOpenTrades;
  if (header.member_statuses > 0) return kFormatWithStatuses;
  if (header.policies.has_value()) return kFormatWithPolicies;
  return header.api_keys == 0 ? kFormat : kFormatWithKeys;
}

constexpr size_t kKeyLength = 12;

std::string Key(uint64_t sequence, uint32_t chunk) {
  std::string key = Big64(sequence);
  AppendBig32(chunk, &key);
  return key;
}

// Members that are not active, or changed since the newest state digest.
uint64_t StatusCount(const Books& books) {
  uint64_t count = books.state().touched_statuses().size();
  for (const auto& [member, standing] : books.members().standings()) {
    const bool touched = books.state().touched_statuses().contains(member);
    if (!touched && standing.status != kActive) ++count;
  }
  return count;
}

// What a row says, one after another, against what the books say.
class RowComparison {
 public:
  using Tell = std::function<void(const std::string&)>;

  RowComparison(const Books& books, Tell tell)
      : books_(books),
        state_(books.state()),
        open_trade_(state_.open_trades().begin()),
        tax_id_(state_.tax_ids().begin()),
        api_key_(state_.api_keys().begin()),
        tell_(std::move(tell)) {
    for (const uint64_t number : state_.touched_trades()) {
      if (!state_.open_trades().contains(number)) finished_.push_back(number);
    }
    std::sort(finished_.begin(), finished_.end());
    webhook_ids_ = state_.touched_webhooks();
    for (const auto& [id, webhook] : state_.webhooks()) webhook_ids_.insert(id);
    webhook_id_ = webhook_ids_.begin();
  }

  // Webhooks, and those that are gone since the newest state digest.
  uint64_t webhook_count() const { return webhook_ids_.size(); }

  // Trades that were answered since the newest state digest.
  uint64_t finished_count() const { return finished_.size(); }

  void Compare(const CheckpointChunk& chunk) {
    for (const CheckpointMember& row : chunk.members) Member(row);
    for (const CheckpointAccount& row : chunk.accounts) Account(row);
    for (const CheckpointTrade& row : chunk.open_trades) OpenTrade(row);
    for (const FinishedTrade& row : chunk.finished_trades) Finished(row);
    for (const TaxId& row : chunk.tax_ids) {
      const bool same =
          tax_id_ != state_.tax_ids().end() && *tax_id_ == row.key &&
          row.touched == (state_.touched_tax_ids().contains(row.key) ? 1 : 0);
      if (!same) tell_(absl::StrFormat("tax id %s", Quoted(row.key)));
      if (tax_id_ != state_.tax_ids().end()) ++tax_id_;
    }
    for (const CheckpointApiKey& row : chunk.api_keys) ApiKey(row);
    for (const CheckpointWebhook& row : chunk.webhooks) Webhook(row);
  }

  void Finish() {
    Missing("members", state_.members().size(), members_);
    Missing("accounts", books_.accounts().count(), accounts_);
    Missing("open trades", state_.open_trades().size(), open_trades_);
    Missing("finished trades", finished_.size(), finished_trades_);
    if (tax_id_ != state_.tax_ids().end()) {
      tell_(absl::StrFormat("tax id %s is missing", Quoted(*tax_id_)));
    }
    if (api_key_ != state_.api_keys().end()) {
      tell_(absl::StrFormat("API key %s is missing", Quoted(api_key_->first)));
    }
    if (webhook_id_ != webhook_ids_.end()) {
      tell_(absl::StrFormat("webhook %s is missing", Quoted(*webhook_id_)));
    }
  }

 private:
  void Missing(const char* what, uint64_t wanted, uint64_t found) {
    if (wanted == found) return;
    tell_(absl::StrFormat("%d %s, not %d", found, what, wanted));
  }

  void Member(const CheckpointMember& row) {
    const auto member = state_.members().find(++members_);
    const MemberBook::Standing standing = books_.members().Of(members_);
    if (member != state_.members().end() &&
        row == CheckpointMember{
                   member->second.id, standing.status, member->second.account,
                   standing.wind_down_day,
                   state_.touched_statuses().contains(members_) ? 1U : 0U}) {
      return;
    }
    tell_(absl::StrFormat("member %d is %s", members_, Quoted(row.id)));
  }

  void Account(const CheckpointAccount& row) {
    const uint64_t number = ++accounts_;
    const AccountBook::Account* account = books_.accounts().Find(number);
    if (account == nullptr) {
      tell_(absl::StrFormat("account %d was never opened", number));
      return;
    }
    const auto compare = [&](const char* what, int64_t wanted, int64_t found) {
      if (wanted == found) return;
      tell_(absl::StrFormat("account %d: %s is %d, not %d", number, what, found,
                            wanted));
    };
    compare("owner", static_cast<int64_t>(account->member),
            static_cast<int64_t>(row.owner));
    compare("balance", account->balance, row.balance);
    compare("credit_line", account->limits.credit_line, row.credit_line);
    compare("balance_limit", account->limits.balance_limit, row.balance_limit);
    compare("touched", state_.touched_accounts().contains(number) ? 1 : 0,
            row.touched);
  }

  void OpenTrade(const CheckpointTrade& row) {
    ++open_trades_;
    if (open_trade_ == state_.open_trades().end()) return;  // Counted.
    const auto& [number, trade] = *open_trade_++;
    const std::string id =
        row.id.empty() ? absl::StrFormat("t%d", row.number) : row.id;
    if (row.number == number && id == trade.id && row.seller == trade.seller &&
        row.buyer == trade.buyer && row.units == trade.units &&
        row.invoice_year == trade.invoice.year &&
        row.invoice_number == trade.invoice.number &&
        row.expire_time_us == trade.expire_time_us &&
        row.settled == trade.settled &&
        row.settle_sequence == trade.settle_sequence &&
        row.hold_touched == HoldTouched(number, trade) &&
        row.national_value == trade.national_value && row.cash == trade.cash) {
      return;
    }
    tell_(absl::StrFormat("trade %d is not as the journal has trade %d",
                          row.number, number));
  }

  // Since the newest state digest.
  uint32_t HoldTouched(uint64_t number, const StateBook::OpenTrade& trade) {
    return trade.expire_time_us != 0 && state_.touched_trades().contains(number)
               ? 1
               : 0;
  }

  void Finished(const FinishedTrade& row) {
    const uint64_t rank = finished_trades_++;
    if (rank >= finished_.size() || finished_[rank] == row.number) return;
    tell_(absl::StrFormat("trade %d was finished, not %d", row.number,
                          finished_[rank]));
  }

  void ApiKey(const CheckpointApiKey& row) {
    const bool same =
        api_key_ != state_.api_keys().end() &&
        row.created == api_key_->second.created &&
        row.expire_time_us == api_key_->second.expire_time_us &&
        row.revoked == (api_key_->second.revoked ? 1 : 0) &&
        row.touched ==
            (state_.touched_api_keys().contains(api_key_->first) ? 1 : 0);
    if (!same) {
      const std::string id = row.created.has_value() ? row.created->id : "";
      tell_(absl::StrFormat("API key %s", Quoted(id)));
    }
    if (api_key_ != state_.api_keys().end()) ++api_key_;
  }

  void Webhook(const CheckpointWebhook& row) {
    const auto webhook = state_.webhooks().find(row.id);
    const bool gone = webhook == state_.webhooks().end();
    const bool same =
        webhook_id_ != webhook_ids_.end() && *webhook_id_ == row.id &&
        row.created.has_value() == !gone &&
        (gone || *row.created == webhook->second.created) &&
        row.state == (gone ? 0 : webhook->second.state) &&
        row.touched == (state_.touched_webhooks().contains(row.id) ? 1 : 0);
    if (!same) tell_(absl::StrFormat("webhook %s", Quoted(row.id)));
    if (webhook_id_ != webhook_ids_.end()) ++webhook_id_;
  }

  const Books& books_;
  const StateBook& state_;
  std::vector<uint64_t> finished_;
  uint64_t members_ = 0;
  uint64_t accounts_ = 0;
  uint64_t open_trades_ = 0;
  uint64_t finished_trades_ = 0;
  std::map<uint64_t, StateBook::OpenTrade>::const_iterator open_trade_;
  std::set<std::string>::const_iterator tax_id_;
  std::map<std::string, StateBook::ApiKey>::const_iterator api_key_;
  std::set<std::string> webhook_ids_;
  std::set<std::string>::const_iterator webhook_id_;
  const Tell tell_;
};

}  // namespace

absl::Status CheckpointRows::Find() {
  const std::unique_ptr<Cursor> cursor =
      source_.Scan(NameOf(Family::kCheckpoint));
  for (; cursor->Valid(); cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.size() != kKeyLength) {
      findings_.Add(0, absl::StrFormat("a row of the family checkpoint has the "
                                       "key %s",
                                       Hex(key)));
    } else if (ReadBig32(key.substr(8)) == 0) {
      ++count_;
      ReadHeader(ReadBig64(key), cursor->value());
    }
  }
  return cursor->status();
}

void CheckpointRows::ReadHeader(uint64_t sequence, std::string_view value) {
  if (value.size() < kDigestLength) {
    Add(sequence, "the header is cut off");
    return;
  }
  const std::string_view message = value.substr(kDigestLength);
  Sha256 sha256;
  if (sha256.Of({message}).view() != value.substr(0, kDigestLength)) {
    Add(sequence, "the header is not what its digest says");
    return;
  }
  const absl::StatusOr<CheckpointHeader> header =
      Decode<CheckpointHeader>(message);
  if (!header.ok()) {
    Add(sequence, absl::StrFormat("the header cannot be read: %s",
                                  header.status().message()));
  } else if (header->open_trades > 0 && header->format > 0 &&
             header->format < kFormatWithOpenTrades) {
    // Of an earlier build: it says too little, and no program uses it.
  } else if (header->format != FormatOf(*header)) {
    Add(sequence,
        absl::StrFormat("it has format %d; what it holds has format %d",
                        header->format, FormatOf(*header)));
  } else if (header->sequence != sequence) {
    Add(sequence, absl::StrFormat("it says that it is after record %d",
                                  header->sequence));
  } else {
    headers_.emplace(sequence, *header);
  }
}

void CheckpointRows::Compare(const Frame& frame, const Record& record,
                             const JournalReader& reader, const Books& books) {
  const auto found = headers_.find(frame.sequence);
  if (found == headers_.end()) return;
  CompareHeader(found->second, frame, record, reader, books);
  CompareRows(found->second, books);
  headers_.erase(found);
  ++compared_;
}

void CheckpointRows::CompareHeader(const CheckpointHeader& header,
                                   const Frame& frame, const Record& record,
                                   const JournalReader& reader,
                                   const Books& books) {
  const auto check = [&](bool same, const char* what) {
    if (!same) {
      Add(header.sequence,
          absl::StrFormat("%s is not that of the journal", what));
    }
  };
  const StateBook& state = books.state();
  check(header.network_uid == reader.uid(), "its network");
  check(header.journal_digest == reader.last_digest().view(), "its digest");
  check(header.time_us == frame.time_us, "its time");
  check(header.booking_day == record.booking_day, "its booking day");
  check(header.state_digest_sequence == state.digest_sequence() &&
            header.state_digest == state.digest().view() &&
            header.state_digest_members == state.digest_members(),
        "its state digest");
  const PoliciesSet& policies = books.policies().set();
  check(header.policies.value_or(PoliciesSet()) == policies &&
            header.policies.has_value() == (policies.version > 0) &&
            header.policies_touched == (state.touched_policies() ? 1 : 0),
        "its policies");
  if (frame.left_in_batch > 0) {
    Add(header.sequence, "it ends inside a batch");
  }
}

void CheckpointRows::CompareRows(const CheckpointHeader& header,
                                 const Books& books) {
  const uint64_t sequence = header.sequence;
  RowComparison comparison(
      books, [&](const std::string& what) { Add(sequence, what); });
  std::string chunks;
  for (uint32_t i = 1; i <= header.chunks; ++i) {
    const absl::StatusOr<std::optional<std::string>> value =
        source_.Get(NameOf(Family::kCheckpoint), Key(sequence, i));
    if (!value.ok() || !value->has_value()) {
      Add(sequence, absl::StrFormat("chunk %d cannot be read", i));
      return;
    }
    chunks += **value;
    const absl::StatusOr<CheckpointChunk> chunk =
        Decode<CheckpointChunk>(**value);
    if (!chunk.ok()) {
      Add(sequence, absl::StrFormat("chunk %d cannot be read: %s", i,
                                    chunk.status().message()));
      return;
    }
    comparison.Compare(*chunk);
  }
  comparison.Finish();
  Sha256 sha256;
  if (sha256.Of({chunks}).view() != header.chunks_digest) {
    Add(sequence, "the chunks are not what the header's digest says");
  }
  const StateBook& state = books.state();
  if (header.members != state.members().size() ||
      header.member_statuses != StatusCount(books) ||
      header.accounts != books.accounts().count() ||
      header.open_trades != state.open_trades().size() ||
      header.finished_trades != comparison.finished_count() ||
      header.tax_ids != state.tax_ids().size() ||
      header.api_keys != state.api_keys().size() ||
      header.webhooks != comparison.webhook_count()) {
    Add(sequence, "the counts of the header are not those of the journal");
  }
}

void CheckpointRows::Finish(uint64_t last) {
  for (const auto& [sequence, header] : headers_) {
    Add(sequence, absl::StrFormat("the journal ends at %d", last));
  }
}

void CheckpointRows::Add(uint64_t sequence, const std::string& message) {
  findings_.Add(sequence, absl::StrFormat("the checkpoint after record %d: %s",
                                          sequence, message));
}

}  // namespace skontro::verifier

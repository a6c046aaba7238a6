#include "engine/checkpoint_codec.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "engine/api_key_codec.h"
#include "engine/policies_codec.h"
#include "engine/webhook_codec.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "skontro/storage/v1/checkpoint.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

constexpr size_t kDigestLength = 32;
constexpr int kRowsPerChunk = 4'096;

uint32_t FormatOf(const CheckpointHeader& header) {
  if (header.webhooks > 0) return kCheckpointFormatWithWebhooks;
  if (header.open_trades > 0) return kCheckpointFormatWithOpenTrades;
  if (header.member_statuses > 0) return kCheckpointFormatWithStatuses;
  if (header.policies.version > 0) return kCheckpointFormatWithPolicies;
  return header.api_keys == 0 ? kCheckpointFormat : kCheckpointFormatWithKeys;
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("it is damaged: ", what));
}

// Gathers rows until a chunk is full.
class ChunkWriter {
 public:
  explicit ChunkWriter(const std::function<absl::Status(std::string)>& take)
      : take_(take) {}

  // The chunk for one more row.
  absl::StatusOr<pb::CheckpointChunk*> Next() {
    if (rows_ == kRowsPerChunk) SKONTRO_RETURN_IF_ERROR(Finish());
    ++rows_;
    return &chunk_;
  }

  absl::Status Finish() {
    if (rows_ == 0) return absl::OkStatus();
    const absl::Status status = take_(chunk_.SerializeAsString());
    chunk_.Clear();
    rows_ = 0;
    return status;
  }

 private:
  const std::function<absl::Status(std::string)>& take_;
  pb::CheckpointChunk chunk_;
  int rows_ = 0;
};

// Counts the members that are not active, or were touched, in `statuses`.
absl::Status AddMembers(const State& state, ChunkWriter* writer,
                        uint64_t* statuses) {
  for (uint64_t i = 1; i <= state.member_count(); ++i) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer->Next());
    const Member& member = state.member(MemberNumber{i});
    pb::CheckpointMember* to = chunk->add_members();
    to->set_id(member.id);
    to->set_status(static_cast<uint32_t>(member.status));
    to->set_main_account(static_cast<uint64_t>(member.main_account));
    if (member.wind_down_date.has_value()) {
      to->set_wind_down_day(member.wind_down_date.days());
    }
    const bool touched = state.touched().statuses.contains(MemberNumber{i});
    to->set_status_touched(touched ? 1 : 0);
    if (touched || member.status != MemberStatus::kActive) ++*statuses;
  }
  return absl::OkStatus();
}

absl::Status AddAccounts(const State& state, ChunkWriter* writer) {
  for (uint64_t i = 1; i <= state.account_count(); ++i) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer->Next());
    const Account& account = state.account(AccountId{i});
    pb::CheckpointAccount* to = chunk->add_accounts();
    to->set_owner(static_cast<uint64_t>(account.owner));
    to->set_balance(account.balance.minor_units());
    to->set_credit_line(account.credit_line.minor_units());
    to->set_balance_limit(account.balance_limit.minor_units());
    to->set_touched(state.touched().Has(AccountId{i}) ? 1 : 0);
  }
  return absl::OkStatus();
}

absl::Status AddTrades(const State& state,
                       const std::vector<TradeNumber>& numbers,
                       ChunkWriter* writer) {
  const absl::flat_hash_set<TradeNumber> touched(state.touched().trades.begin(),
                                                 state.touched().trades.end());
  for (const TradeNumber number : numbers) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer->Next());
    const Trade& trade = *state.FindOpenTrade(number);
    pb::CheckpointTrade* to = chunk->add_open_trades();
    to->set_number(static_cast<uint64_t>(number));
    if (trade.id != ServerTradeId(number)) to->set_id(trade.id);
    to->set_seller(static_cast<uint64_t>(trade.seller));
    to->set_buyer(static_cast<uint64_t>(trade.buyer));
    to->set_units(trade.units.minor_units());
    if (trade.invoice.has_value()) {
      to->set_invoice_year(trade.invoice->year);
      to->set_invoice_number(trade.invoice->number);
    }
    to->set_national_value(trade.national_value);
    to->set_cash(trade.cash);
    if (trade.state != TradeState::kAuthorised) continue;
    to->set_expire_time_us(trade.hold_expire_time_us);
    to->set_settled(trade.settled.minor_units());
    to->set_settle_sequence(static_cast<uint64_t>(trade.settle_sequence));
    to->set_hold_touched(touched.contains(number) ? 1 : 0);
  }
  return absl::OkStatus();
}

// Touched trades that are open say so themselves: those that are proposed were
// touched by being proposed, and a hold has a mark. So the others are all there
// is to say.
std::vector<TradeNumber> FinishedTrades(const State& state) {
  std::vector<TradeNumber> numbers;
  for (const TradeNumber number : state.touched().trades) {
    if (state.FindOpenTrade(number) == nullptr) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

absl::Status TakeMember(const pb::CheckpointMember& from,
                        StateContents* contents) {
  Member member;
  member.id = from.id();
  member.status = static_cast<MemberStatus>(from.status());
  member.main_account = AccountId{from.main_account()};
  const bool closes = member.status == MemberStatus::kClosing;
  if (!IsKnown(member.status) || (!closes && from.wind_down_day() != 0)) {
    return Damaged("a member in a state that this version knows not");
  }
  if (closes) member.wind_down_date = CivilDate::FromDays(from.wind_down_day());
  contents->members.push_back(std::move(member));
  if (from.status_touched() != 0) {
    contents->touched.statuses.insert(MemberNumber{contents->members.size()});
  }
  return absl::OkStatus();
}

absl::Status TakeAccount(const pb::CheckpointAccount& from,
                         StateContents* contents) {
  const Account account{Amount::FromMinorUnits(from.balance()),
                        Amount::FromMinorUnits(from.credit_line()),
                        Amount::FromMinorUnits(from.balance_limit()),
                        MemberNumber{from.owner()},
                        Amount(),
                        Amount()};
  if (from.owner() == 0 || from.owner() > contents->members.size() ||
      account.credit_line < Amount() || account.balance_limit <= Amount()) {
    return Damaged("an account that cannot be");
  }
  contents->accounts.push_back(account);
  if (from.touched() != 0) {
    contents->touched.Touch(AccountId{contents->accounts.size()});
  }
  return absl::OkStatus();
}

absl::Status TakeTrade(const pb::CheckpointTrade& from,
                       StateContents* contents) {
  const auto number = TradeNumber{from.number()};
  const uint64_t member_max = contents->members.size();
  if ((!contents->open_trades.empty() &&
       number <= contents->open_trades.back().first) ||
      from.number() > static_cast<uint64_t>(contents->sequence) ||
      from.seller() == 0 || from.seller() > member_max || from.buyer() == 0 ||
      from.buyer() > member_max || from.units() <= 0) {
    return Damaged("an open trade that cannot be");
  }
  Trade trade;
  trade.id = from.id().empty() ? ServerTradeId(number) : from.id();
  trade.seller = MemberNumber{from.seller()};
  trade.buyer = MemberNumber{from.buyer()};
  trade.units = Amount::FromMinorUnits(from.units());
  trade.changed = Sequence{from.number()};
  trade.national_value = from.national_value();
  trade.cash = from.cash();
  if (from.expire_time_us() != 0) {
    trade.state = TradeState::kAuthorised;
    trade.hold_expire_time_us = from.expire_time_us();
    trade.settled = Amount::FromMinorUnits(from.settled());
    trade.settle_sequence = Sequence{from.settle_sequence()};
  }
  const bool holds = trade.state == TradeState::kAuthorised;
  if (from.settled() < 0 || from.settled() >= from.units() ||
      from.units() > kAmountMax ||
      (!holds && (from.settled() != 0 || from.settle_sequence() != 0 ||
                  from.hold_touched() != 0))) {
    return Damaged("a hold that cannot be");
  }
  if (!from.invoice_number().empty()) {
    trade.invoice =
        InvoiceKey{trade.seller, from.invoice_year(), from.invoice_number()};
  }
  if (trade.changed > contents->touched.since || from.hold_touched() != 0) {
    contents->touched.trades.push_back(number);
  }
  contents->open_trades.emplace_back(number, std::move(trade));
  return absl::OkStatus();
}

absl::Status TakeApiKey(const pb::CheckpointApiKey& from,
                        StateContents* contents) {
  absl::StatusOr<ApiKeyCreated> created = ReadApiKey(from.created());
  if (!created.ok()) return Damaged("a key that cannot be");
  const std::string id = created->id;
  for (const MemberNumber member : created->members) {
    const auto number = static_cast<uint64_t>(member);
    if (number == 0 || number > contents->members.size()) {
      return Damaged("a key of a member that is not there");
    }
  }
  const bool is_new =
      contents->api_keys
          .emplace(id, ApiKey{*std::move(created), from.expire_time_us(),
                              from.revoked() != 0})
          .second;
  if (!is_new) return Damaged("two keys of one id");
  if (from.touched() != 0) contents->touched.api_keys.insert(id);
  return absl::OkStatus();
}

// Those that are gone only where the next state digest has to say so.
absl::Status AddWebhooks(const State& state, ChunkWriter* writer,
                         uint64_t* count) {
  std::set<std::string> ids = state.touched().webhooks;
  for (const auto& [id, webhook] : state.webhooks()) ids.insert(id);
  for (const std::string& id : ids) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer->Next());
    pb::CheckpointWebhook* to = chunk->add_webhooks();
    to->set_id(id);
    const Webhook* webhook = state.FindWebhook(id);
    if (webhook != nullptr) {
      WriteWebhook(webhook->created, to->mutable_created());
      to->set_state(static_cast<uint32_t>(webhook->state));
    }
    to->set_touched(state.touched().webhooks.contains(id) ? 1 : 0);
  }
  *count = ids.size();
  return absl::OkStatus();
}

absl::Status TakeWebhook(const pb::CheckpointWebhook& from,
                         StateContents* contents) {
  if (from.touched() != 0) contents->touched.webhooks.insert(from.id());
  if (!from.has_created()) {
    // A webhook that is gone is here for its mark alone.
    return from.touched() != 0 && from.state() == 0
               ? absl::OkStatus()
               : Damaged("a webhook that cannot be");
  }
  absl::StatusOr<WebhookCreated> created = ReadWebhook(from.created());
  const auto state = static_cast<WebhookState>(from.state());
  if (!created.ok() || created->id != from.id() ||
      static_cast<uint64_t>(created->member) > contents->members.size() ||
      (state != WebhookState::kActive && state != WebhookState::kPaused)) {
    return Damaged("a webhook that cannot be");
  }
  const bool is_new =
      contents->webhooks.emplace(from.id(), Webhook{*std::move(created), state})
          .second;
  return is_new ? absl::OkStatus() : Damaged("two webhooks of one id");
}

}  // namespace

std::string EncodeCheckpointHeader(const CheckpointHeader& header) {
  pb::CheckpointHeader message;
  message.set_format(FormatOf(header));
  message.set_network_uid(header.uid.data(), header.uid.size());
  message.set_sequence(static_cast<uint64_t>(header.sequence));
  message.set_journal_digest(header.journal_digest.data(), kDigestLength);
  message.set_time_us(header.time_us);
  message.set_booking_day(header.booking_date.days());
  message.set_state_digest_sequence(
      static_cast<uint64_t>(header.state_digest_sequence));
  message.set_state_digest(header.state_digest.data(), kDigestLength);
  message.set_state_digest_members(header.state_digest_members);
  message.set_members(header.members);
  message.set_accounts(header.accounts);
  message.set_open_trades(header.open_trades);
  message.set_finished_trades(header.finished_trades);
  message.set_tax_ids(header.tax_ids);
  message.set_api_keys(header.api_keys);
  if (header.policies.version > 0) {
    WritePolicies(header.policies, message.mutable_policies());
    message.set_policies_touched(header.policies_touched ? 1 : 0);
  }
  message.set_member_statuses(header.member_statuses);
  message.set_webhooks(header.webhooks);
  message.set_chunks(header.chunks);
  message.set_chunks_digest(header.chunks_digest.data(), kDigestLength);
  const std::string bytes = message.SerializeAsString();
  return std::string(ledger::BytesOf(ledger::HashOf(bytes))) + bytes;
}

absl::StatusOr<CheckpointHeader> DecodeCheckpointHeader(
    std::string_view value) {
  if (value.size() < kDigestLength) return Damaged("its header is cut off");
  const std::string_view bytes = value.substr(kDigestLength);
  pb::CheckpointHeader message;
  if (ledger::BytesOf(ledger::HashOf(bytes)) !=
          value.substr(0, kDigestLength) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Damaged("its header is not what was written");
  }
  if (message.format() < kCheckpointFormat ||
      message.format() > kCheckpointFormatWithWebhooks) {
    return absl::FailedPreconditionError(absl::StrCat(
        "it has format ", message.format(), " and this program knows formats ",
        kCheckpointFormat, " to ", kCheckpointFormatWithWebhooks));
  }
  CheckpointHeader header;
  if (message.network_uid().size() != header.uid.size() ||
      message.journal_digest().size() != kDigestLength ||
      message.state_digest().size() != kDigestLength ||
      message.chunks_digest().size() != kDigestLength) {
    return Damaged("its header is none");
  }
  std::copy_n(message.network_uid().begin(), header.uid.size(),
              header.uid.begin());
  header.sequence = Sequence{message.sequence()};
  header.journal_digest = ledger::DigestFromBytes(message.journal_digest());
  header.time_us = message.time_us();
  header.booking_date = CivilDate::FromDays(message.booking_day());
  header.state_digest_sequence = Sequence{message.state_digest_sequence()};
  header.state_digest = ledger::DigestFromBytes(message.state_digest());
  header.state_digest_members = message.state_digest_members();
  header.members = message.members();
  header.accounts = message.accounts();
  header.open_trades = message.open_trades();
  header.finished_trades = message.finished_trades();
  header.tax_ids = message.tax_ids();
  header.api_keys = message.api_keys();
  if (message.has_policies()) {
    absl::StatusOr<PoliciesSet> set = ReadPolicies(message.policies());
    if (!set.ok()) return Damaged("policies that cannot be");
    header.policies = *std::move(set);
    header.policies_touched = message.policies_touched() != 0;
  }
  header.member_statuses = message.member_statuses();
  header.webhooks = message.webhooks();
  if (header.open_trades > 0 &&
      message.format() < kCheckpointFormatWithOpenTrades) {
    return absl::FailedPreconditionError(
        absl::StrCat("it has format ", message.format(),
                     ", which does not say what its open trades are worth"));
  }
  if (message.format() != FormatOf(header)) {
    return Damaged("its format is not that of what it holds");
  }
  header.chunks = message.chunks();
  header.chunks_digest = ledger::DigestFromBytes(message.chunks_digest());
  return header;
}

absl::Status EncodeChunks(const State& state,
                          const std::function<absl::Status(std::string)>& take,
                          CheckpointHeader* header) {
  ChunkWriter writer(take);
  header->member_statuses = 0;
  const std::vector<TradeNumber> open = state.OpenTrades();
  const std::vector<TradeNumber> finished = FinishedTrades(state);
  const std::vector<std::string> tax_ids = state.TaxIds();
  SKONTRO_RETURN_IF_ERROR(AddMembers(state, &writer, &header->member_statuses));
  SKONTRO_RETURN_IF_ERROR(AddAccounts(state, &writer));
  SKONTRO_RETURN_IF_ERROR(AddTrades(state, open, &writer));
  for (const TradeNumber number : finished) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer.Next());
    chunk->add_finished_trades()->set_number(static_cast<uint64_t>(number));
  }
  const absl::flat_hash_set<std::string_view> touched(
      state.touched().tax_ids.begin(), state.touched().tax_ids.end());
  for (const std::string& key : tax_ids) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer.Next());
    pb::TaxId* to = chunk->add_tax_ids();
    to->set_key(key);
    to->set_touched(touched.contains(key) ? 1 : 0);
  }
  for (const auto& [id, key] : state.api_keys()) {
    SKONTRO_ASSIGN_OR_RETURN(pb::CheckpointChunk* const chunk, writer.Next());
    pb::CheckpointApiKey* to = chunk->add_api_keys();
    WriteApiKey(key.created, to->mutable_created());
    to->set_expire_time_us(key.expire_time_us);
    to->set_revoked(key.revoked ? 1 : 0);
    to->set_touched(state.touched().api_keys.contains(id) ? 1 : 0);
  }
  SKONTRO_RETURN_IF_ERROR(AddWebhooks(state, &writer, &header->webhooks));
  header->api_keys = state.api_keys().size();
  header->policies = {state.policies_version(), state.policies()};
  header->policies_touched = state.touched().policies;
  header->members = state.member_count();
  header->accounts = state.account_count();
  header->open_trades = open.size();
  header->finished_trades = finished.size();
  header->tax_ids = tax_ids.size();
  return writer.Finish();
}

absl::Status DecodeChunk(std::string_view chunk, StateContents* contents) {
  thread_local pb::CheckpointChunk message;
  if (!message.ParseFromArray(chunk.data(), static_cast<int>(chunk.size()))) {
    return Damaged("a chunk is none");
  }
  for (const pb::CheckpointMember& member : message.members()) {
    SKONTRO_RETURN_IF_ERROR(TakeMember(member, contents));
  }
  for (const pb::CheckpointAccount& account : message.accounts()) {
    SKONTRO_RETURN_IF_ERROR(TakeAccount(account, contents));
  }
  for (const pb::CheckpointTrade& trade : message.open_trades()) {
    SKONTRO_RETURN_IF_ERROR(TakeTrade(trade, contents));
  }
  for (const pb::FinishedTrade& trade : message.finished_trades()) {
    contents->touched.trades.push_back(TradeNumber{trade.number()});
  }
  for (const pb::TaxId& id : message.tax_ids()) {
    contents->tax_ids.push_back(id.key());
    if (id.touched() != 0) contents->touched.tax_ids.push_back(id.key());
  }
  for (const pb::CheckpointApiKey& key : message.api_keys()) {
    SKONTRO_RETURN_IF_ERROR(TakeApiKey(key, contents));
  }
  for (const pb::CheckpointWebhook& webhook : message.webhooks()) {
    SKONTRO_RETURN_IF_ERROR(TakeWebhook(webhook, contents));
  }
  return absl::OkStatus();
}

}  // namespace skontro::engine

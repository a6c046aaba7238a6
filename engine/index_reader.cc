#include "engine/index_reader.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "absl/strings/str_split.h"
#include "engine/event_codec.h"
#include "ledger/account_codec.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/store_journal.h"

namespace skontro::engine {
namespace {

using ledger::Family;
using ledger::Iterator;
using ledger::ReadBigEndian;
using ledger::Snapshot;

absl::StatusOr<std::optional<uint64_t>> FindNumber(const Snapshot& snapshot,
                                                   Family family,
                                                   std::string_view key) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           snapshot.Get(family, key));
  if (!value.has_value()) return std::nullopt;
  if (value->size() != sizeof(uint64_t)) {
    return absl::DataLossError("a row of an index is no number");
  }
  return ReadBigEndian<uint64_t>(*value);
}

uint64_t LastNumberOf(std::string_view key) {
  return ReadBigEndian<uint64_t>(key.substr(key.size() - 8));
}

// Adds the steps of a trade up to `as_of`.
absl::Status ReadSteps(const Snapshot& snapshot, Sequence as_of,
                       TradeHistory* trade) {
  const std::string prefix = TradeKey(trade->number);
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kTradeStep);
  for (it->Seek(prefix); it->Valid() && it->key().substr(0, 8) == prefix;
       it->Next()) {
    const auto sequence = Sequence{LastNumberOf(it->key())};
    if (sequence > as_of) break;
    SKONTRO_ASSIGN_OR_RETURN(const TradeStepRow row,
                             DecodeTradeStepRow(it->value()));
    const TradeHistory::Step step{sequence, row.time_us, row.booking_date};
    trade->state = row.state;
    if (row.state == TradeState::kSettled) {
      trade->settled = step;
    } else {
      trade->ended = step;
    }
  }
  return it->status();
}

// Walks the keys of `family` that begin with `prefix`, from the last one before
// `prefix` and `before`, backwards; gives the number at the end of each key.
class BackwardWalk {
 public:
  BackwardWalk(const Snapshot& snapshot, Family family, std::string prefix,
               uint64_t before)
      : it_(snapshot.NewIterator(family)), prefix_(std::move(prefix)) {
    if (before == 0) return;
    std::string key = prefix_;
    ledger::AppendBigEndian(&key, before - 1);
    // Behind every leg of the record, where keys go on.
    key.append(4, '\xff');
    it_->SeekForPrev(key);
    started_ = true;
  }

  bool Valid() const {
    return started_ && it_->Valid() &&
           it_->key().substr(0, prefix_.size()) == prefix_;
  }
  uint64_t number() const {
    return ReadBigEndian<uint64_t>(it_->key().substr(prefix_.size()));
  }
  std::string_view key() const { return it_->key(); }
  std::string_view value() const { return it_->value(); }
  void Next() { it_->Prev(); }
  absl::Status status() const { return it_->status(); }

 private:
  std::unique_ptr<Iterator> it_;
  const std::string prefix_;
  bool started_ = false;
};

// Moves to the next posting that created its trade: a trade paid at once has
// the sequence of its posting as its number.
absl::Status SkipToCreating(BackwardWalk* postings) {
  for (; postings->Valid(); postings->Next()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const ledger::AccountPosting posting,
        ledger::DecodeAccountEntry(postings->key(), postings->value()));
    if (static_cast<uint64_t>(posting.trade) == postings->number()) break;
  }
  return postings->status();
}

}  // namespace

absl::StatusOr<std::optional<MemberRow>> FindMember(const Snapshot& snapshot,
                                                    std::string_view id,
                                                    Sequence as_of) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<uint64_t> number,
                           FindNumber(snapshot, Family::kMemberId, id));
  if (!number.has_value()) return std::nullopt;
  return FindMember(snapshot, MemberNumber{*number}, as_of);
}

absl::StatusOr<std::optional<MemberRow>> FindMember(const Snapshot& snapshot,
                                                    MemberNumber number,
                                                    Sequence as_of) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           snapshot.Get(Family::kMember, MemberKey(number)));
  if (!value.has_value()) return std::nullopt;
  SKONTRO_ASSIGN_OR_RETURN(MemberRow row, DecodeMemberRow(*value));
  if (row.sequence > as_of) return std::nullopt;
  return row;
}

absl::StatusOr<std::optional<TradeNumber>> FindTradeNumber(
    const Snapshot& snapshot, std::string_view id) {
  if (IsServerTradeId(id)) {
    uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(id.data() + 1, id.data() + id.size(), number);
    // Leading zeros would give a trade a second name.
    if (error != std::errc() || id[1] == '0') return std::nullopt;
    return TradeNumber{number};
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<uint64_t> number,
                           FindNumber(snapshot, Family::kTradeId, id));
  if (!number.has_value()) return std::nullopt;
  return TradeNumber{*number};
}

absl::StatusOr<std::optional<TradeHistory>> FindTrade(const Snapshot& snapshot,
                                                      TradeNumber number,
                                                      Sequence as_of) {
  const auto created = Sequence{static_cast<uint64_t>(number)};
  if (created > as_of) return std::nullopt;
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           snapshot.Get(Family::kTrade, TradeKey(number)));
  if (!value.has_value()) return std::nullopt;
  TradeHistory trade;
  trade.number = number;
  SKONTRO_ASSIGN_OR_RETURN(trade.row, DecodeTradeRow(*value));
  trade.id = TradeId(trade.row.created, number);
  if (trade.row.created.initiator == Initiator::kBuyer) {
    trade.state = TradeState::kSettled;
    trade.settled = {created, trade.row.time_us, trade.row.booking_date};
  }
  SKONTRO_RETURN_IF_ERROR(ReadSteps(snapshot, as_of, &trade));
  return trade;
}

absl::StatusOr<std::optional<TradeHistory>> FindTrade(const Snapshot& snapshot,
                                                      std::string_view id,
                                                      Sequence as_of) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<TradeNumber> number,
                           FindTradeNumber(snapshot, id));
  if (!number.has_value()) return std::nullopt;
  SKONTRO_ASSIGN_OR_RETURN(std::optional<TradeHistory> trade,
                           FindTrade(snapshot, *number, as_of));
  // A trade that has an id of its own is not known by its number.
  if (trade.has_value() && trade->id != id) return std::nullopt;
  return trade;
}

absl::StatusOr<std::vector<MemberNumber>> FindByTaxId(const Snapshot& snapshot,
                                                      std::string_view tax_id) {
  const std::string prefix = TaxIdKey(NormaliseTaxId(tax_id), "");
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kTaxId);
  std::vector<MemberNumber> members;
  for (it->Seek(prefix);
       it->Valid() && it->key().substr(0, prefix.size()) == prefix;
       it->Next()) {
    members.push_back(MemberNumber{ReadBigEndian<uint64_t>(it->value())});
  }
  SKONTRO_RETURN_IF_ERROR(it->status());
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

absl::StatusOr<MemberProfile> ReadProfile(const Snapshot& snapshot,
                                          MemberRow row) {
  const auto subject = static_cast<uint64_t>(row.created.number);
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<std::string> name,
      ReadPersonal(snapshot, subject, row.sequence, kLegalNameField));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<std::string> address,
      ReadPersonal(snapshot, subject, row.sequence, kAddressField));
  MemberProfile profile;
  profile.row = std::move(row);
  profile.legal_name = std::move(name).value_or("");
  if (address.has_value()) {
    profile.address_lines = absl::StrSplit(*address, '\n');
  }
  return profile;
}

absl::StatusOr<std::string> ReadDescription(const Snapshot& snapshot,
                                            const TradeHistory& trade) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<std::string> text,
      ReadPersonal(snapshot, static_cast<uint64_t>(trade.row.created.seller),
                   Sequence{static_cast<uint64_t>(trade.number)},
                   kDescriptionField));
  return std::move(text).value_or("");
}

absl::StatusOr<Limits> LimitsAt(const Snapshot& snapshot,
                                const NetworkCreated& terms, AccountId account,
                                Sequence as_of) {
  Limits limits{terms.default_credit_line, terms.default_balance_limit, false};
  SKONTRO_RETURN_IF_ERROR(WalkLimits(
      snapshot, account, ledger::Next(as_of),
      [&](Sequence, const LimitRow& row) {
        limits = {row.set.new_credit_line, row.set.new_balance_limit, true};
        return false;
      }));
  return limits;
}

absl::Status WalkMembers(const Snapshot& snapshot, MemberNumber first,
                         Sequence as_of,
                         const std::function<bool(const MemberRow&)>& visit) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kMember);
  for (it->Seek(MemberKey(first)); it->Valid(); it->Next()) {
    SKONTRO_ASSIGN_OR_RETURN(const MemberRow row, DecodeMemberRow(it->value()));
    if (row.sequence > as_of || !visit(row)) break;
  }
  return it->status();
}

absl::Status WalkTrades(const Snapshot& snapshot, TradeNumber before,
                        const std::function<bool(TradeNumber)>& visit) {
  BackwardWalk walk(snapshot, Family::kTrade, "",
                    static_cast<uint64_t>(before));
  for (; walk.Valid(); walk.Next()) {
    if (!visit(TradeNumber{walk.number()})) break;
  }
  return walk.status();
}

// Merges two walks, newest first: the trades that began as a proposal have rows
// of their own; those paid at once are found by the posting that created them.
absl::Status WalkTradesOf(const Snapshot& snapshot, MemberNumber member,
                          AccountId account, TradeNumber before,
                          const std::function<bool(TradeNumber)>& visit) {
  const auto bound = static_cast<uint64_t>(before);
  BackwardWalk proposed(snapshot, Family::kMemberTrade, MemberKey(member),
                        bound);
  BackwardWalk postings(snapshot, Family::kAccountEntry,
                        ledger::AccountKey(account), bound);
  SKONTRO_RETURN_IF_ERROR(SkipToCreating(&postings));
  while (proposed.Valid() || postings.Valid()) {
    const bool take_proposed =
        proposed.Valid() &&
        (!postings.Valid() || proposed.number() > postings.number());
    BackwardWalk& next = take_proposed ? proposed : postings;
    if (!visit(TradeNumber{next.number()})) break;
    next.Next();
    if (!take_proposed) SKONTRO_RETURN_IF_ERROR(SkipToCreating(&postings));
  }
  SKONTRO_RETURN_IF_ERROR(proposed.status());
  return postings.status();
}

absl::Status WalkLimits(
    const Snapshot& snapshot, AccountId account, Sequence before,
    const std::function<bool(Sequence, const LimitRow&)>& visit) {
  BackwardWalk walk(snapshot, Family::kLimit, ledger::AccountKey(account),
                    static_cast<uint64_t>(before));
  for (; walk.Valid(); walk.Next()) {
    SKONTRO_ASSIGN_OR_RETURN(const LimitRow row, DecodeLimitRow(walk.value()));
    if (!visit(Sequence{walk.number()}, row)) break;
  }
  return walk.status();
}

absl::StatusOr<std::optional<HeadKeyRow>> HeadKeyAt(const Snapshot& snapshot,
                                                    Sequence as_of) {
  std::optional<HeadKeyRow> newest;
  SKONTRO_RETURN_IF_ERROR(
      WalkHeadKeys(snapshot, ledger::Next(as_of), [&](const HeadKeyRow& row) {
        newest = row;
        return false;
      }));
  return newest;
}

absl::Status WalkHeadKeys(const Snapshot& snapshot, Sequence before,
                          const std::function<bool(const HeadKeyRow&)>& visit) {
  BackwardWalk walk(snapshot, Family::kHeadKey, "",
                    static_cast<uint64_t>(before));
  for (; walk.Valid(); walk.Next()) {
    HeadKeyRow row;
    row.sequence = Sequence{walk.number()};
    const std::string_view value = walk.value();
    if (value.size() != row.key.size()) {
      return absl::DataLossError("a row of head_key is no key");
    }
    std::copy(value.begin(), value.end(), row.key.begin());
    if (!visit(row)) break;
  }
  return walk.status();
}

}  // namespace skontro::engine

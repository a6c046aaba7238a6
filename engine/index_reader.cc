#include "engine/index_reader.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "absl/strings/str_split.h"
#include "engine/event_codec.h"
#include "engine/policies_codec.h"
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

// Takes the step of a row.
void AddStep(const TradeStepRow& row, const TradeHistory::Step& step,
             TradeHistory* trade) {
  trade->state = row.state;
  if (row.expire_time_us != 0) trade->hold_expire_time_us = row.expire_time_us;
  if (row.part.units > Amount()) {
    TakePart(row.part, trade);
    trade->settled = step;
  } else if (row.state == TradeState::kSettled) {
    // Else the rest of a hold was given back, and no unit moved.
    if (trade->hold_expire_time_us == 0) trade->settled = step;
  } else if (row.state != TradeState::kAuthorised) {
    trade->ended = step;
  }
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

absl::StatusOr<std::optional<TradeHistory>> FindTradeAsMade(
    const Snapshot& snapshot, TradeNumber number, Sequence as_of) {
  const auto created = Sequence{static_cast<uint64_t>(number)};
  if (created > as_of) return std::nullopt;
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           snapshot.Get(Family::kTrade, TradeKey(number)));
  if (!value.has_value()) return std::nullopt;
  TradeHistory trade;
  trade.number = number;
  SKONTRO_ASSIGN_OR_RETURN(trade.row, DecodeTradeRow(*value));
  trade.id = TradeId(trade.row.created, number);
  if (PaysAtOnce(trade.row.created)) {
    trade.state = TradeState::kSettled;
    trade.settled = {created, trade.row.time_us, trade.row.booking_date};
  } else if (trade.row.created.initiator == Initiator::kBuyer) {
    trade.state = TradeState::kAuthorised;
    trade.hold_expire_time_us = trade.row.created.hold_expire_time_us;
  }
  return trade;
}

absl::Status AddTradeSteps(const Snapshot& snapshot, Sequence as_of,
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
    AddStep(row, step, trade);
  }
  return it->status();
}

void TakePart(const TradeLegs& part, TradeHistory* trade) {
  // The parts never exceed the trade, whose amounts are at most 10^15.
  TradeLegs* const all = &trade->all_parts;
  all->units = Add(all->units, part.units).value_or(all->units);
  all->national_value += part.national_value;
  all->cash += part.cash;
  trade->newest_part = part;
}

TradeLegs LegsOfEntry(const TradeHistory& trade, ledger::EntryKind kind) {
  const TradeCreated& created = trade.row.created;
  if (trade.hold_expire_time_us == 0) {
    return {created.units, created.national_value, created.cash};
  }
  return kind == ledger::EntryKind::kReversal ? trade.all_parts
                                              : trade.newest_part;
}

absl::StatusOr<std::optional<TradeHistory>> FindTrade(const Snapshot& snapshot,
                                                      TradeNumber number,
                                                      Sequence as_of) {
  SKONTRO_ASSIGN_OR_RETURN(std::optional<TradeHistory> trade,
                           FindTradeAsMade(snapshot, number, as_of));
  if (trade.has_value()) {
    SKONTRO_RETURN_IF_ERROR(AddTradeSteps(snapshot, as_of, &*trade));
  }
  return trade;
}

absl::StatusOr<std::vector<Sequence>> RecordsOfTrade(const Snapshot& snapshot,
                                                     TradeNumber number,
                                                     Sequence as_of) {
  std::vector<Sequence> sequences = {Sequence{static_cast<uint64_t>(number)}};
  const std::string prefix = TradeKey(number);
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kTradeStep);
  for (it->Seek(prefix); it->Valid() && it->key().substr(0, 8) == prefix;
       it->Next()) {
    const auto sequence = Sequence{LastNumberOf(it->key())};
    if (sequence > as_of) break;
    sequences.push_back(sequence);
  }
  SKONTRO_RETURN_IF_ERROR(it->status());
  return sequences;
}

// The times of trades grow with their numbers, so halving finds it.
absl::StatusOr<TradeNumber> FirstTradeFrom(const Snapshot& snapshot,
                                           int64_t time_us, Sequence as_of) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kTrade);
  uint64_t low = 0;  // Every trade below it is older.
  uint64_t high = static_cast<uint64_t>(as_of) + 1;  // No trade from it on is.
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    it->Seek(TradeKey(TradeNumber{middle}));
    SKONTRO_RETURN_IF_ERROR(it->status());
    const uint64_t number = it->Valid() ? LastNumberOf(it->key()) : high;
    if (number >= high) {
      high = middle;
      continue;
    }
    SKONTRO_ASSIGN_OR_RETURN(const TradeRow row, DecodeTradeRow(it->value()));
    if (row.time_us < time_us) {
      low = number + 1;
    } else {
      high = middle;
    }
  }
  return TradeNumber{low};
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

absl::StatusOr<Standing> StandingAt(const Snapshot& snapshot,
                                    MemberNumber member, Sequence as_of) {
  Standing standing;
  SKONTRO_RETURN_IF_ERROR(
      WalkStatuses(snapshot, member, ledger::Next(as_of),
                   [&](Sequence, const MemberStatusRow& row) {
                     standing = {row.set.new_status, row.set.wind_down_date};
                     return false;
                   }));
  return standing;
}

absl::StatusOr<MemberProfile> ReadProfile(const Snapshot& snapshot,
                                          MemberRow row) {
  const auto subject = static_cast<uint64_t>(row.created.number);
  SKONTRO_ASSIGN_OR_RETURN(std::string name, ReadLegalName(snapshot, row));
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<std::string> address,
      ReadPersonal(snapshot, subject, row.sequence, kAddressField));
  MemberProfile profile;
  profile.row = std::move(row);
  profile.legal_name = std::move(name);
  if (address.has_value()) {
    profile.address_lines = absl::StrSplit(*address, '\n');
  }
  return profile;
}

absl::StatusOr<std::string> ReadLegalName(const Snapshot& snapshot,
                                          const MemberRow& row) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<std::string> name,
      ReadPersonal(snapshot, static_cast<uint64_t>(row.created.number),
                   row.sequence, kLegalNameField));
  return std::move(name).value_or("");
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
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kLimit);
  return LimitsAt(it.get(), terms, account, as_of);
}

absl::StatusOr<Limits> LimitsAt(ledger::Iterator* limits,
                                const NetworkCreated& terms, AccountId account,
                                Sequence as_of) {
  limits->SeekForPrev(LimitKey(account, as_of));
  SKONTRO_RETURN_IF_ERROR(limits->status());
  if (!limits->Valid() ||
      limits->key().substr(0, 8) != ledger::AccountKey(account)) {
    return Limits{terms.default_credit_line, terms.default_balance_limit,
                  false};
  }
  SKONTRO_ASSIGN_OR_RETURN(const LimitRow row, DecodeLimitRow(limits->value()));
  return Limits{row.set.new_credit_line, row.set.new_balance_limit, true};
}

absl::StatusOr<Holds> HoldsAt(const Snapshot& snapshot, AccountId account,
                              Sequence as_of) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kHold);
  return HoldsAt(it.get(), account, as_of);
}

absl::StatusOr<Holds> HoldsAt(ledger::Iterator* holds, AccountId account,
                              Sequence as_of) {
  Holds found;
  for (const HoldSide side : {HoldSide::kOut, HoldSide::kIn}) {
    holds->SeekForPrev(HoldKey(account, side, as_of));
    SKONTRO_RETURN_IF_ERROR(holds->status());
    const std::string prefix = HoldPrefix(account, side);
    if (!holds->Valid() || holds->key().substr(0, prefix.size()) != prefix) {
      continue;
    }
    if (holds->value().size() != sizeof(uint64_t)) {
      return absl::DataLossError("a row of the family hold is no number");
    }
    (side == HoldSide::kOut ? found.out : found.in) = Amount::FromMinorUnits(
        static_cast<int64_t>(ReadBigEndian<uint64_t>(holds->value())));
  }
  return found;
}

absl::StatusOr<MemberNumber> LastMember(const Snapshot& snapshot) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kMember);
  it->SeekForPrev(MemberKey(MemberNumber{UINT64_MAX}));
  SKONTRO_RETURN_IF_ERROR(it->status());
  return MemberNumber{it->Valid() ? LastNumberOf(it->key()) : 0};
}

absl::StatusOr<PoliciesAsOf> PoliciesAt(const Snapshot& snapshot,
                                        Sequence as_of) {
  PoliciesAsOf found;
  const BackwardWalk walk(snapshot, Family::kPolicies, "",
                          static_cast<uint64_t>(ledger::Next(as_of)));
  if (walk.Valid()) {
    found.sequence = Sequence{walk.number()};
    SKONTRO_ASSIGN_OR_RETURN(found.row, DecodePoliciesRow(walk.value()));
  }
  SKONTRO_RETURN_IF_ERROR(walk.status());
  return found;
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

absl::Status WalkStatuses(
    const Snapshot& snapshot, MemberNumber member, Sequence before,
    const std::function<bool(Sequence, const MemberStatusRow&)>& visit) {
  BackwardWalk walk(snapshot, Family::kMemberStatus, MemberKey(member),
                    static_cast<uint64_t>(before));
  for (; walk.Valid(); walk.Next()) {
    SKONTRO_ASSIGN_OR_RETURN(const MemberStatusRow row,
                             DecodeMemberStatusRow(walk.value()));
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

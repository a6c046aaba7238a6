// Reads the engine's index families from a view: members, trades and limits as
// they were at any sequence. Nothing here touches the writer.
//
// Thread safety: pure functions of the snapshot; a walk belongs to one thread.

#ifndef SKONTRO_ENGINE_INDEX_READER_H_
#define SKONTRO_ENGINE_INDEX_READER_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/event.h"
#include "engine/row.h"
#include "ledger/signed_head.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// A member with the personal texts that were not erased.
struct MemberProfile {
  MemberRow row;
  std::string legal_name;
  std::vector<std::string> address_lines;
};

// A trade with its steps up to some sequence.
struct TradeHistory {
  TradeNumber number{};
  std::string id;
  TradeRow row;
  TradeState state = TradeState::kProposed;
  // Where the units moved, and where it was declined or reversed; nothing
  // before that. `sequence` 0 is never set.
  struct Step {
    Sequence sequence{};
    int64_t time_us = 0;
    CivilDate booking_date;
  };
  std::optional<Step> settled;
  std::optional<Step> ended;
};

// Each returns nullopt where there is no such thing, DATA_LOSS where a row
// cannot be read. What was made after `as_of` is not there.
absl::StatusOr<std::optional<MemberRow>> FindMember(
    const ledger::Snapshot& snapshot, std::string_view id, Sequence as_of);
absl::StatusOr<std::optional<MemberRow>> FindMember(
    const ledger::Snapshot& snapshot, MemberNumber number, Sequence as_of);
absl::StatusOr<std::optional<TradeNumber>> FindTradeNumber(
    const ledger::Snapshot& snapshot, std::string_view id);
absl::StatusOr<std::optional<TradeHistory>> FindTrade(
    const ledger::Snapshot& snapshot, TradeNumber number, Sequence as_of);
absl::StatusOr<std::optional<TradeHistory>> FindTrade(
    const ledger::Snapshot& snapshot, std::string_view id, Sequence as_of);

// The members that have this tax id, compared without punctuation and case.
absl::StatusOr<std::vector<MemberNumber>> FindByTaxId(
    const ledger::Snapshot& snapshot, std::string_view tax_id);

// Adds what the `personal` family has of a member.
absl::StatusOr<MemberProfile> ReadProfile(const ledger::Snapshot& snapshot,
                                          MemberRow row);

// The description of a trade; empty if it has none or it was erased.
absl::StatusOr<std::string> ReadDescription(const ledger::Snapshot& snapshot,
                                            const TradeHistory& trade);

// The limits of `account` as of a sequence, from its newest change up to it.
struct Limits {
  Amount credit_line;
  Amount balance_limit;
  bool own = false;  // False: nobody set any, these are the network's defaults.
};
absl::StatusOr<Limits> LimitsAt(const ledger::Snapshot& snapshot,
                                const NetworkCreated& terms, AccountId account,
                                Sequence as_of);

// The public key that heads of `as_of` records are signed with, and the record
// that set it; nullopt in a network that has none.
struct HeadKeyRow {
  Sequence sequence{};
  ledger::HeadKey key{};
};
absl::StatusOr<std::optional<HeadKeyRow>> HeadKeyAt(
    const ledger::Snapshot& snapshot, Sequence as_of);

// Walks calls `visit` on one row after another until it returns false.
//
// Members from `first` on, oldest first.
absl::Status WalkMembers(const ledger::Snapshot& snapshot, MemberNumber first,
                         Sequence as_of,
                         const std::function<bool(const MemberRow&)>& visit);

// Numbers of all trades before `before`, newest first.
absl::Status WalkTrades(const ledger::Snapshot& snapshot, TradeNumber before,
                        const std::function<bool(TradeNumber)>& visit);

// Numbers of the trades of one member before `before`, newest first, each once.
// `account` is the member's main account.
absl::Status WalkTradesOf(const ledger::Snapshot& snapshot, MemberNumber member,
                          AccountId account, TradeNumber before,
                          const std::function<bool(TradeNumber)>& visit);

// Changes of the limits of an account before `before`, newest first.
absl::Status WalkLimits(
    const ledger::Snapshot& snapshot, AccountId account, Sequence before,
    const std::function<bool(Sequence, const LimitRow&)>& visit);

// The keys that heads were signed with, from those set before `before`, newest
// first.
absl::Status WalkHeadKeys(const ledger::Snapshot& snapshot, Sequence before,
                          const std::function<bool(const HeadKeyRow&)>& visit);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_INDEX_READER_H_

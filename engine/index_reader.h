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

// Where a membership stands.
struct Standing {
  MemberStatus status = MemberStatus::kActive;
  CivilDate wind_down_date;  // Of kClosing.
};

// A member with the personal texts that were not erased.
struct MemberProfile {
  MemberRow row;
  std::string legal_name;
  std::vector<std::string> address_lines;
  Standing standing;
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
  // Of parts `settled` is the newest.
  std::optional<Step> settled;
  std::optional<Step> ended;
  // Of a trade that was authorised: when its hold ends or ended, all that was
  // settled of it, and the newest part.
  int64_t hold_expire_time_us = 0;
  TradeLegs all_parts;
  TradeLegs newest_part;
};

// What an entry of the trade moves, where the history ends with its record: a
// part, or all of it.
TradeLegs LegsOfEntry(const TradeHistory& trade, ledger::EntryKind kind);

// Adds a part that was settled to the history.
void TakePart(const TradeLegs& part, TradeHistory* trade);

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

// The same without its steps, and these steps: a list may know from the one
// that it does not need the other.
absl::StatusOr<std::optional<TradeHistory>> FindTradeAsMade(
    const ledger::Snapshot& snapshot, TradeNumber number, Sequence as_of);
absl::Status AddTradeSteps(const ledger::Snapshot& snapshot, Sequence as_of,
                           TradeHistory* trade);

// The sequences of the records that are about a trade, up to `as_of`: the one
// that created it, then its steps.
absl::StatusOr<std::vector<Sequence>> RecordsOfTrade(
    const ledger::Snapshot& snapshot, TradeNumber number, Sequence as_of);

// A number that divides the trades up to `as_of`: those below it were created
// before `time_us`, those from it on were not.
absl::StatusOr<TradeNumber> FirstTradeFrom(const ledger::Snapshot& snapshot,
                                           int64_t time_us, Sequence as_of);

// The members that have this tax id, compared without punctuation and case.
absl::StatusOr<std::vector<MemberNumber>> FindByTaxId(
    const ledger::Snapshot& snapshot, std::string_view tax_id);

// Where a membership stands as of a sequence.
absl::StatusOr<Standing> StandingAt(const ledger::Snapshot& snapshot,
                                    MemberNumber member, Sequence as_of);

// Adds what the `personal` family has of a member. Where it stands is left as
// it was admitted: that is StandingAt().
absl::StatusOr<MemberProfile> ReadProfile(const ledger::Snapshot& snapshot,
                                          MemberRow row);

// The legal name alone; empty if it was erased.
absl::StatusOr<std::string> ReadLegalName(const ledger::Snapshot& snapshot,
                                          const MemberRow& row);

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

// What is held of an account as of a sequence.
struct Holds {
  Amount out;  // By trades that it buys.
  Amount in;   // For trades that it sells.
};
absl::StatusOr<Holds> HoldsAt(const ledger::Snapshot& snapshot,
                              AccountId account, Sequence as_of);

// The same for who asks of many accounts: `holds` walks the family `hold`.
absl::StatusOr<Holds> HoldsAt(ledger::Iterator* holds, AccountId account,
                              Sequence as_of);

// The limits for who asks of many accounts: `limits` walks the family `limit`.
absl::StatusOr<Limits> LimitsAt(ledger::Iterator* limits,
                                const NetworkCreated& terms, AccountId account,
                                Sequence as_of);

// The policies as of a sequence, with the record that set them: sequence 0 and
// the defaults where nobody had set any.
struct PoliciesAsOf {
  Sequence sequence{};
  PoliciesRow row;
};
absl::StatusOr<PoliciesAsOf> PoliciesAt(const ledger::Snapshot& snapshot,
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

// The number of the newest member; 0 for none.
absl::StatusOr<MemberNumber> LastMember(const ledger::Snapshot& snapshot);

// Changes of the limits of an account before `before`, newest first.
absl::Status WalkLimits(
    const ledger::Snapshot& snapshot, AccountId account, Sequence before,
    const std::function<bool(Sequence, const LimitRow&)>& visit);

// Changes of where a membership stands before `before`, newest first.
absl::Status WalkStatuses(
    const ledger::Snapshot& snapshot, MemberNumber member, Sequence before,
    const std::function<bool(Sequence, const MemberStatusRow&)>& visit);

// The keys that heads were signed with, from those set before `before`, newest
// first.
absl::Status WalkHeadKeys(const ledger::Snapshot& snapshot, Sequence before,
                          const std::function<bool(const HeadKeyRow&)>& visit);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_INDEX_READER_H_

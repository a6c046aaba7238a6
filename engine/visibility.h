// Who may see what. A scoped role (member_user, broker, accountant) sees its
// members, their accounts, and the trades that one of them is a party to; the
// other roles see the whole network. What an actor may not see is, for it, not
// there: NOT_FOUND, never PERMISSION_DENIED.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_VISIBILITY_H_
#define SKONTRO_ENGINE_VISIBILITY_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/actor.h"
#include "engine/command.h"
#include "engine/event.h"
#include "engine/state.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// Whether the actor sees the whole network.
bool SeesAll(const Actor& actor);

// Whether the actor sees the member and its accounts.
bool SeesMember(const Actor& actor, MemberNumber member);

// Whether the actor sees a trade between the two.
bool SeesTrade(const Actor& actor, MemberNumber seller, MemberNumber buyer);

// Whether the actor sees the record with this event, for streams of events.
// A refusal and a webhook are seen by who asked, policies by all; keys, terms
// and digests of the network by who sees all. `snapshot` has the trades that
// events name. Returns DATA_LOSS where a row cannot be read.
absl::StatusOr<bool> SeesRecord(const Actor& actor,
                                const ledger::Snapshot& snapshot,
                                const ledger::Record& record,
                                const Event& event);

// RESOURCE_NOT_FOUND if the command is about what its actor may not see;
// ROLE_MISSING if the actor sees it and may not do that to it, such as accept a
// trade that another member has to pay. Of a group the first item that is
// refused, with its `item`.
std::optional<Refusal> CheckVisible(const State& state, const Command& command);
std::optional<Refusal> CheckActs(const State& state, const Command& command);

// MANDATE_EXCEEDED if the command spends, or sets a line, above what the actor
// may.
std::optional<Refusal> CheckMandate(const State& state, const Command& command);

// Hides in `refusal` what would tell the actor about a member that it may not
// see: room and spendable amounts of another's account, the name of another's
// trade. `seller` is the id of the seller where a trade is created.
void HideOthers(const State& state, const Actor& actor, std::string_view seller,
                Refusal* refusal);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_VISIBILITY_H_

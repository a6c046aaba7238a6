// Who may join a network, and what members may do as their membership stands.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_MEMBER_RULES_H_
#define SKONTRO_ENGINE_MEMBER_RULES_H_

#include <optional>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"

namespace skontro::engine {

// Returns the event that admits the member, and adds to `refusals` what speaks
// against it: RESOURCE_EXISTS for the id, then for the VAT id, then for each
// company id. Changes nothing.
MemberCreated DecideCreateMember(const State& state,
                                 const CreateMember& command,
                                 std::vector<Refusal>* refusals);

// Returns the event that changes where a membership stands, or nullopt where
// there is no such member; it is booked on `booking_date`. In this order:
// RESOURCE_NOT_FOUND, FIELD_INVALID (a last day that is past), MEMBER_STATE,
// and to close MEMBER_NOT_SETTLED.
std::optional<MemberStatusSet> DecideChangeMemberStatus(
    const State& state, const ChangeMemberStatus& command,
    CivilDate booking_date, std::vector<Refusal>* refusals);

// MEMBER_NOT_ACTIVE if the member may not buy, or may not sell, on that day.
// Who winds down may do both, as far as its balance goes towards zero; buy only
// up to and with its last day.
std::optional<Refusal> CheckMayBuy(const State& state, MemberNumber buyer,
                                   CivilDate booking_date);
std::optional<Refusal> CheckMaySell(const State& state, MemberNumber seller);

// MEMBER_NOT_ACTIVE if a seller is frozen, and so does not undo its trades by
// itself: what it was paid would leave it. Who sees the whole network may.
std::optional<Refusal> CheckMayGiveBack(const State& state,
                                        MemberNumber seller);

// MEMBER_NOT_ACTIVE for who is frozen or left: anybody else keeps what it
// promised while it could.
std::optional<Refusal> CheckMaySettle(const State& state, MemberNumber party);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_MEMBER_RULES_H_

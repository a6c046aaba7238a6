// Which policies may be set, and what they say of a trade.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_POLICY_RULES_H_
#define SKONTRO_ENGINE_POLICY_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"
#include "ledger/base/reason.h"

namespace skontro::engine {

// What tells one version of the policies from another.
std::string PoliciesEtag(uint64_t version);

// The policies as the command leaves them. Adds ETAG_MISMATCH where the command
// names another version than the one in force.
PoliciesSet DecideUpdatePolicies(const State& state,
                                 const UpdatePolicies& command,
                                 std::vector<Refusal>* refusals);

// DEAL_CAP_EXCEEDED if a trade of `units` needs the seller's consent, and the
// buyer brings it.
std::optional<Refusal> CheckDealCap(const State& state, Initiator initiator,
                                    Amount units);

// BELOW_ACCEPTANCE_RATE if fewer units are paid than the network asks for, in
// parts of all that is invoiced: value of the units, cash, and what was paid
// before.
std::optional<Refusal> CheckUnitShare(const State& state,
                                      const CreateTrade& command);

// VAT_IN_UNITS if units would pay tax and the network has it paid in cash: if
// they are worth more than the invoice without its tax. What is known of the
// tax is in the tax lines.
std::optional<Refusal> CheckVatSettlement(const State& state,
                                          const CreateTrade& command);

// NETWORK_STATE if the network is archived and the command may not be done
// there: what gives out and takes back keys, webhooks and the network's own
// rest goes on, so that its books can be read and nobody is told more than he
// may be. Nothing is refused that was refused before.
std::optional<Refusal> CheckArchived(const State& state,
                                     const Command& command);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_POLICY_RULES_H_

#include "server/event_lens.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/index_reader.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

bool IsParty(const SeenRecord& seen, engine::MemberNumber member) {
  return std::find(seen.parties.begin(), seen.parties.end(), member) !=
         seen.parties.end();
}

// Whether the actor sees the record; what is about nobody is for who sees all.
bool Sees(const engine::Actor& actor, const SeenRecord& seen) {
  return engine::SeesAll(actor) ||
         std::any_of(seen.parties.begin(), seen.parties.end(),
                     [&](engine::MemberNumber party) {
                       return engine::SeesMember(actor, party);
                     });
}

// The accounts of the members that the actor is limited to.
absl::StatusOr<std::set<std::string>> AccountsOf(const Network& network,
                                                 const ledger::ReadView& view,
                                                 const engine::Actor& actor) {
  std::set<std::string> accounts;
  if (actor.scope == nullptr) return accounts;
  for (const engine::MemberNumber number : actor.scope->members) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<engine::MemberRow> row,
        engine::FindMember(*view.snapshot, number, view.sequence));
    if (!row.has_value()) continue;
    accounts.insert(AccountName(network.id(), row->created.id));
  }
  return accounts;
}

// Takes out what an account of another has after a trade.
void HideBalances(const std::set<std::string>& own, v1::Event* event) {
  auto* const balances = event->mutable_balances();
  balances->erase(std::remove_if(balances->begin(), balances->end(),
                                 [&](const v1::BalanceAfter& balance) {
                                   return !own.contains(balance.account());
                                 }),
                  balances->end());
}

}  // namespace

absl::StatusOr<EventLens> LensOf(const Network& network,
                                 const ledger::ReadView& view,
                                 const engine::Actor& actor,
                                 std::optional<engine::MemberNumber> only,
                                 std::set<v1::Event::Type> types) {
  EventLens lens;
  if (!engine::SeesAll(actor)) {
    SKONTRO_ASSIGN_OR_RETURN(std::set<std::string> own,
                             AccountsOf(network, view, actor));
    lens.hide = [own = std::move(own)](v1::Event* event) {
      HideBalances(own, event);
    };
  }
  lens.wants = [actor, only, types = std::move(types)](const SeenRecord& seen) {
    return Sees(actor, seen) && (!only.has_value() || IsParty(seen, *only)) &&
           (types.empty() || types.contains(seen.type));
  };
  return lens;
}

}  // namespace skontro::server

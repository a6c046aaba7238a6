#include "engine/visibility.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "engine/permission.h"
#include "engine/refusals.h"
#include "engine/trade_walk.h"
#include "ledger/base/status.h"

namespace skontro::engine {
namespace {

// What an actor who asks for a step of a trade has to be in it.
enum class Party { kSeller, kBuyer, kEither };

struct TradeCommand {
  const std::string* id = nullptr;
  Party acts = Party::kBuyer;
  bool spends = false;
};

// The step of a trade that the command asks for; no id if it is none.
TradeCommand TradeOf(const Command& command) {
  if (const auto* accept = std::get_if<AcceptTrade>(&command.body)) {
    return {&accept->trade_id, Party::kBuyer, true};
  }
  if (const auto* decline = std::get_if<DeclineTrade>(&command.body)) {
    return {&decline->trade_id, Party::kBuyer, false};
  }
  if (const auto* reverse = std::get_if<ReverseTrade>(&command.body)) {
    return {&reverse->trade_id, Party::kSeller, true};
  }
  if (const auto* authorise = std::get_if<AuthoriseTrade>(&command.body)) {
    return {&authorise->trade_id, Party::kBuyer, true};
  }
  // What is held was spent when it was authorised.
  if (const auto* settle = std::get_if<SettleTrade>(&command.body)) {
    return {&settle->trade_id, Party::kEither, false};
  }
  if (const auto* release = std::get_if<ReleaseTrade>(&command.body)) {
    return {&release->trade_id, Party::kSeller, false};
  }
  if (const auto* withdraw = std::get_if<WithdrawTrade>(&command.body)) {
    return {&withdraw->trade_id, Party::kSeller, false};
  }
  return {};
}

bool SeesMemberOf(const State& state, const Actor& actor,
                  std::string_view member_id) {
  const std::optional<MemberNumber> number = state.FindMember(member_id);
  return number.has_value() && SeesMember(actor, *number);
}

// The member that a new trade is made for.
const std::string& ActsFor(const CreateTrade& trade) {
  return trade.initiator == Initiator::kBuyer ? trade.buyer : trade.seller;
}

std::optional<Refusal> CheckNewTrade(const State& state, const Actor& actor,
                                     const CreateTrade& trade) {
  const std::string& member = ActsFor(trade);
  if (SeesMemberOf(state, actor, member)) return std::nullopt;
  return NotFound(MemberName(state.terms(), member));
}

std::optional<Refusal> CheckNewTrades(const State& state, const Actor& actor,
                                      const CreateTrades& group) {
  for (size_t i = 0; i < group.trades.size(); ++i) {
    std::optional<Refusal> refusal =
        CheckNewTrade(state, actor, group.trades[i]);
    if (!refusal.has_value()) continue;
    refusal->metadata.emplace_back("item", absl::StrCat(i));
    return refusal;
  }
  return std::nullopt;
}

std::optional<Refusal> CheckAmount(Amount limit, Amount amount) {
  if (amount <= limit) return std::nullopt;
  // Each is at most 10^15 and none is below zero.
  return Refusal{
      Reason::kMandateExceeded,
      {{"limit", absl::StrCat(limit.minor_units())},
       {"amount", absl::StrCat(amount.minor_units())},
       {"missing", absl::StrCat(amount.minor_units() - limit.minor_units())}}};
}

// The trades of a ledger event that names one by its number.
absl::StatusOr<bool> SeesTradeNumber(const Actor& actor,
                                     const ledger::Snapshot& snapshot,
                                     TradeNumber number) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<TradeHistory> trade,
                           FindTrade(snapshot, number, Sequence{UINT64_MAX}));
  return trade.has_value() &&
         SeesTrade(actor, trade->row.created.seller, trade->row.created.buyer);
}

}  // namespace

bool SeesAll(const Actor& actor) { return !IsScoped(actor.role); }

bool SeesMember(const Actor& actor, MemberNumber member) {
  if (SeesAll(actor)) return true;
  return actor.scope != nullptr &&
         std::binary_search(actor.scope->members.begin(),
                            actor.scope->members.end(), member);
}

bool SeesTrade(const Actor& actor, MemberNumber seller, MemberNumber buyer) {
  return SeesMember(actor, seller) || SeesMember(actor, buyer);
}

absl::StatusOr<bool> SeesRecord(const Actor& actor,
                                const ledger::Snapshot& snapshot,
                                const ledger::Record& record,
                                const Event& event) {
  // The rules of the network are for all to read.
  if (SeesAll(actor) || std::holds_alternative<PoliciesSet>(event)) return true;
  if (const auto* member = std::get_if<MemberCreated>(&event)) {
    return SeesMember(actor, member->number);
  }
  if (const auto* status = std::get_if<MemberStatusSet>(&event)) {
    return SeesMember(actor, status->member);
  }
  if (std::holds_alternative<CreditLineSet>(event)) {
    // The reason is a required text, and its commitment outlives its erasure.
    return !record.commitments.empty() &&
           SeesMember(actor, MemberNumber{record.commitments.front().subject});
  }
  if (const auto* trade = std::get_if<TradeCreated>(&event)) {
    return SeesTrade(actor, trade->seller, trade->buyer);
  }
  if (const std::optional<TradeNumber> stepped = SteppedTrade(event)) {
    return SeesTradeNumber(actor, snapshot, *stepped);
  }
  if (std::holds_alternative<RequestRefused>(event) ||
      std::holds_alternative<WebhookCreated>(event) ||
      std::holds_alternative<WebhookStateSet>(event)) {
    return record.actor == actor.identity;
  }
  return false;
}

std::optional<Refusal> CheckVisible(const State& state,
                                    const Command& command) {
  const Actor& actor = command.actor;
  if (SeesAll(actor)) return std::nullopt;
  if (const auto* change = std::get_if<ChangeMemberStatus>(&command.body)) {
    if (SeesMemberOf(state, actor, change->member_id)) return std::nullopt;
    return NotFound(MemberName(state.terms(), change->member_id));
  }
  if (const auto* set = std::get_if<SetCreditLine>(&command.body)) {
    if (SeesMemberOf(state, actor, set->member_id)) return std::nullopt;
    return NotFound(MemberName(state.terms(), set->member_id));
  }
  if (const auto* trade = std::get_if<CreateTrade>(&command.body)) {
    return CheckNewTrade(state, actor, *trade);
  }
  if (const auto* group = std::get_if<CreateTrades>(&command.body)) {
    return CheckNewTrades(state, actor, *group);
  }
  if (const auto* rotate = std::get_if<RotateApiKey>(&command.body)) {
    return NotFound(ApiKeyName(state.terms(), rotate->id));
  }
  if (const auto* revoke = std::get_if<RevokeApiKey>(&command.body)) {
    return NotFound(ApiKeyName(state.terms(), revoke->id));
  }
  if (const auto* webhook = std::get_if<CreateWebhook>(&command.body)) {
    if (webhook->member.empty() ||
        SeesMemberOf(state, actor, webhook->member)) {
      return std::nullopt;
    }
    return NotFound(MemberName(state.terms(), webhook->member));
  }
  if (const auto* set = std::get_if<SetWebhookState>(&command.body)) {
    const Webhook* found = state.FindWebhook(set->id);
    if (found != nullptr && found->created.owner == actor.identity) {
      return std::nullopt;
    }
    return NotFound(WebhookName(state.terms(), set->id));
  }
  const TradeCommand step = TradeOf(command);
  if (step.id == nullptr) return std::nullopt;
  const std::optional<State::FoundTrade> found =
      state.FindTrade(*step.id, command.facts.trade);
  if (found.has_value() &&
      SeesTrade(actor, found->trade.seller, found->trade.buyer)) {
    return std::nullopt;
  }
  return NotFound(TradeName(state.terms(), *step.id));
}

std::optional<Refusal> CheckActs(const State& state, const Command& command) {
  const Actor& actor = command.actor;
  const TradeCommand step = TradeOf(command);
  // Who sees the trade sees one of the parties.
  if (SeesAll(actor) || step.id == nullptr || step.acts == Party::kEither) {
    return std::nullopt;
  }
  const std::optional<State::FoundTrade> found =
      state.FindTrade(*step.id, command.facts.trade);
  if (!found.has_value()) return std::nullopt;
  const MemberNumber acts =
      step.acts == Party::kBuyer ? found->trade.buyer : found->trade.seller;
  if (SeesMember(actor, acts)) return std::nullopt;
  return RoleMissing(actor, command.method);
}

std::optional<Refusal> CheckMandate(const State& state,
                                    const Command& command) {
  const Actor& actor = command.actor;
  if (SeesAll(actor) || actor.scope == nullptr) return std::nullopt;
  const ActorScope& scope = *actor.scope;
  if (const auto* set = std::get_if<SetCreditLine>(&command.body)) {
    return CheckAmount(scope.credit_mandate, set->credit_line);
  }
  if (scope.spending_ceiling == Amount()) return std::nullopt;
  if (const auto* trade = std::get_if<CreateTrade>(&command.body)) {
    if (trade->initiator != Initiator::kBuyer) return std::nullopt;
    return CheckAmount(scope.spending_ceiling, trade->units);
  }
  if (const auto* group = std::get_if<CreateTrades>(&command.body)) {
    for (size_t i = 0; i < group->trades.size(); ++i) {
      if (group->trades[i].initiator != Initiator::kBuyer) continue;
      std::optional<Refusal> refusal =
          CheckAmount(scope.spending_ceiling, group->trades[i].units);
      if (!refusal.has_value()) continue;
      refusal->metadata.emplace_back("item", absl::StrCat(i));
      return refusal;
    }
    return std::nullopt;
  }
  const TradeCommand step = TradeOf(command);
  if (step.id == nullptr || !step.spends) return std::nullopt;
  const std::optional<State::FoundTrade> found =
      state.FindTrade(*step.id, command.facts.trade);
  if (!found.has_value()) return std::nullopt;
  return CheckAmount(scope.spending_ceiling, found->trade.units);
}

void HideOthers(const State& state, const Actor& actor, std::string_view seller,
                Refusal* refusal) {
  if (SeesAll(actor)) return;
  std::vector<std::string_view> hidden;
  if (refusal->reason == Reason::kBalanceLimitExceeded ||
      refusal->reason == Reason::kCreditLineExceeded) {
    const std::string_view account = MetadataOf(*refusal, "account");
    for (const MemberNumber number : actor.scope == nullptr
                                         ? std::vector<MemberNumber>()
                                         : actor.scope->members) {
      if (account == AccountName(state.terms(), state.member(number).id)) {
        return;
      }
    }
    hidden = {"spendable", "room", "missing"};
  } else if (refusal->reason == Reason::kDuplicateInvoice) {
    if (SeesMemberOf(state, actor, seller)) return;
    hidden = {"trade"};
  } else if (refusal->reason == Reason::kMemberNotActive) {
    const std::string_view who = MetadataOf(*refusal, "who");
    if (SeesMemberOf(state, actor, who.substr(who.rfind('/') + 1))) return;
    // That it cannot trade is all that others are told.
    for (auto& [key, value] : refusal->metadata) {
      if (key == "state") value = "not active";
    }
    return;
  } else {
    return;
  }
  for (auto& [key, value] : refusal->metadata) {
    if (std::find(hidden.begin(), hidden.end(), key) != hidden.end()) {
      value = "(hidden)";
    }
  }
}

}  // namespace skontro::engine

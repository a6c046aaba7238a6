#include "engine/permission.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"

namespace skontro::engine {
namespace {

constexpr Access kNone = Access::kNone;
constexpr Access kOwn = Access::kOwn;
constexpr Access kAll = Access::kNetwork;

// The methods, each with how far the roles may use it: member_user, broker,
// accountant, auditor, operator. Who sees a resource may read it, so no method
// that reads a member, an account or a trade is kNone for anybody.
struct Rule {
  std::string_view method;
  std::array<Access, kAllRoles.size()> access;
};

constexpr std::array kRules = {
    Rule{"NetworkService.GetNetwork", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"NetworkService.ListNetworks", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"NetworkService.CreateNetwork", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"NetworkService.GetPolicies", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"NetworkService.UpdatePolicies", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"NetworkService.ArchiveNetwork", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"NetworkService.RestoreNetwork", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"MemberService.GetMember", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"MemberService.ListMembers", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"MemberService.CreateMember", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"MemberService.ChangeMemberStatus",
         {kNone, kNone, kNone, kNone, kAll}},
    Rule{"MemberService.ListMemberStatusChanges",
         {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"AccountService.GetAccount", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"AccountService.GetStatement", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"AccountService.ListEntries", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"AccountService.ListAccounts", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"CreditService.GetCreditLine", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"CreditService.ListCreditLineChanges", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"CreditService.SetCreditLine", {kNone, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.GetTrade", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"TradeService.ListTrades", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"TradeService.CreateTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.BatchCreateTrades", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.SubmitTrades", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.AcceptTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.DeclineTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.WithdrawTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.AuthoriseTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.SettleTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.ReleaseTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"TradeService.ReverseTrade", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"FiscalService.Export", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"EventService.WatchEvents", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"OperationService.GetOperation", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"OperationService.ListOperations", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"OperationService.CancelOperation", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"AuditService.Verify", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"AuditService.GetHead", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"AuditService.ProveInclusion", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"AuditService.ProveConsistency", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"AuditService.ListHeadKeys", {kAll, kAll, kAll, kAll, kAll}},
    Rule{"AuditService.RotateHeadKey", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"AdminService.GetServerStatus", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"KeyService.CreateApiKey", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"KeyService.GetApiKey", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"KeyService.ListApiKeys", {kNone, kNone, kNone, kAll, kAll}},
    Rule{"KeyService.RotateApiKey", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"KeyService.RevokeApiKey", {kNone, kNone, kNone, kNone, kAll}},
    Rule{"WebhookService.CreateWebhook", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"WebhookService.GetWebhook", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"WebhookService.ListWebhooks", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"WebhookService.DeleteWebhook", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"WebhookService.PauseWebhook", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"WebhookService.ResumeWebhook", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"WebhookService.ListDeadLetters", {kOwn, kOwn, kOwn, kAll, kAll}},
    Rule{"WebhookService.ResendDeadLetter", {kOwn, kOwn, kNone, kNone, kAll}},
    Rule{"WebhookService.SkipDeadLetter", {kOwn, kOwn, kNone, kNone, kAll}},
};

constexpr auto kMethods = [] {
  std::array<std::string_view, kRules.size()> methods;
  for (size_t i = 0; i < kRules.size(); ++i) methods[i] = kRules[i].method;
  return methods;
}();

}  // namespace

Access AccessOf(Role role, std::string_view method) {
  for (const Rule& rule : kRules) {
    if (rule.method != method) continue;
    for (size_t i = 0; i < kAllRoles.size(); ++i) {
      if (kAllRoles[i] == role) return rule.access[i];
    }
  }
  return Access::kNone;
}

std::optional<Refusal> CheckPermission(const Actor& actor,
                                       std::string_view method) {
  if (AccessOf(actor.role, method) != Access::kNone) return std::nullopt;
  return RoleMissing(actor, method);
}

Refusal RoleMissing(const Actor& actor, std::string_view method) {
  return {Reason::kRoleMissing,
          {{"method", std::string(method)},
           {"role", std::string(RoleName(actor.role))}}};
}

std::string ActorIdentity(Role role, std::string_view identity) {
  return absl::StrCat(std::string(RoleName(role)), "/", std::string(identity));
}

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kMemberUser:
      return "member_user";
    case Role::kBroker:
      return "broker";
    case Role::kAccountant:
      return "accountant";
    case Role::kAuditor:
      return "auditor";
    case Role::kOperator:
      return "operator";
  }
  return "unknown";
}

std::span<const std::string_view> KnownMethods() { return kMethods; }

}  // namespace skontro::engine

#include "engine/permission.h"

#include <array>
#include <string>

namespace skontro::engine {
namespace {

// The methods, each with who may call it. Members, brokers and accountants are
// given their rights together with the credentials that tell them apart; until
// then only the roles that see a whole network have any.
struct Rule {
  std::string_view method;
  bool auditor;
  bool op;
};

constexpr bool kYes = true;
constexpr bool kNo = false;

constexpr std::array kRules = {
    Rule{"NetworkService.GetNetwork", kYes, kYes},
    Rule{"NetworkService.ListNetworks", kYes, kYes},
    Rule{"NetworkService.CreateNetwork", kNo, kYes},
    Rule{"MemberService.GetMember", kYes, kYes},
    Rule{"MemberService.ListMembers", kYes, kYes},
    Rule{"MemberService.CreateMember", kNo, kYes},
    Rule{"AccountService.GetAccount", kYes, kYes},
    Rule{"AccountService.GetStatement", kYes, kYes},
    Rule{"CreditService.GetCreditLine", kYes, kYes},
    Rule{"CreditService.ListCreditLineChanges", kYes, kYes},
    Rule{"CreditService.SetCreditLine", kNo, kYes},
    Rule{"TradeService.GetTrade", kYes, kYes},
    Rule{"TradeService.ListTrades", kYes, kYes},
    Rule{"TradeService.CreateTrade", kNo, kYes},
    Rule{"TradeService.BatchCreateTrades", kNo, kYes},
    Rule{"TradeService.AcceptTrade", kNo, kYes},
    Rule{"TradeService.DeclineTrade", kNo, kYes},
    Rule{"TradeService.ReverseTrade", kNo, kYes},
    Rule{"FiscalService.ExportFec", kYes, kYes},
    Rule{"FiscalService.ExportJournalCsv", kYes, kYes},
    Rule{"EventService.WatchEvents", kYes, kYes},
    Rule{"OperationService.GetOperation", kYes, kYes},
    Rule{"OperationService.ListOperations", kYes, kYes},
    Rule{"OperationService.CancelOperation", kYes, kYes},
    Rule{"AuditService.Verify", kYes, kYes},
    Rule{"AuditService.GetHead", kYes, kYes},
    Rule{"AuditService.ProveInclusion", kYes, kYes},
    Rule{"AuditService.ProveConsistency", kYes, kYes},
    Rule{"AuditService.ListHeadKeys", kYes, kYes},
    Rule{"AuditService.RotateHeadKey", kNo, kYes},
};

constexpr auto kMethods = [] {
  std::array<std::string_view, kRules.size()> methods;
  for (size_t i = 0; i < kRules.size(); ++i) methods[i] = kRules[i].method;
  return methods;
}();

bool Allows(Role role, std::string_view method) {
  for (const Rule& rule : kRules) {
    if (rule.method != method) continue;
    if (role == Role::kOperator) return rule.op;
    if (role == Role::kAuditor) return rule.auditor;
    return false;
  }
  return false;
}

}  // namespace

std::optional<Refusal> CheckPermission(const Actor& actor,
                                       std::string_view method) {
  if (Allows(actor.role, method)) return std::nullopt;
  return Refusal{Reason::kRoleMissing,
                 {{"method", std::string(method)},
                  {"role", std::string(RoleName(actor.role))}}};
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

#include "engine/permission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace skontro::engine {
namespace {

constexpr Role kRoles[] = {Role::kMemberUser, Role::kBroker, Role::kAccountant,
                           Role::kAuditor, Role::kOperator};

bool MayCall(Role role, std::string_view method) {
  return !CheckPermission({"someone", role, nullptr, ""}, method).has_value();
}

bool Changes(std::string_view method) {
  const std::string_view verb = method.substr(method.find('.') + 1);
  for (const std::string_view reads :
       {"Get", "List", "Export", "Verify", "Prove", "Cancel", "Watch"}) {
    if (verb.substr(0, reads.size()) == reads) return false;
  }
  return true;
}

TEST(PermissionTest, TheOperatorMayCallEveryMethod) {
  for (const std::string_view method : KnownMethods()) {
    EXPECT_TRUE(MayCall(Role::kOperator, method)) << method;
  }
}

TEST(PermissionTest, AnAuditorMayReadEverythingAndChangeNothing) {
  for (const std::string_view method : KnownMethods()) {
    EXPECT_EQ(MayCall(Role::kAuditor, method), !Changes(method)) << method;
  }
}

TEST(PermissionTest, AnAccountantChangesNothing) {
  for (const std::string_view method : KnownMethods()) {
    if (Changes(method)) {
      EXPECT_FALSE(MayCall(Role::kAccountant, method)) << method;
    }
  }
}

TEST(PermissionTest, OnlyTheOperatorGivesOutKeysAndChangesTheNetwork) {
  for (const std::string_view method :
       {"KeyService.CreateApiKey", "KeyService.RotateApiKey",
        "KeyService.RevokeApiKey", "NetworkService.CreateNetwork",
        "MemberService.CreateMember", "AuditService.RotateHeadKey"}) {
    for (const Role role : kRoles) {
      EXPECT_EQ(MayCall(role, method), role == Role::kOperator)
          << RoleName(role) << " " << method;
    }
  }
}

TEST(PermissionTest, AScopedRoleMayUseNothingOfOthersButWhatIsEverybodys) {
  for (const std::string_view method : KnownMethods()) {
    const bool everybodys = method.starts_with("NetworkService.") ||
                            method.starts_with("AuditService.");
    for (const Role role : kRoles) {
      if (!IsScoped(role) || everybodys) continue;
      EXPECT_NE(AccessOf(role, method), Access::kNetwork)
          << RoleName(role) << " " << method;
    }
  }
}

TEST(PermissionTest, ARoleThatDoesNotExistIsScoped) {
  EXPECT_TRUE(IsScoped(static_cast<Role>(99)));
  EXPECT_TRUE(IsScoped(static_cast<Role>(0)));
}

TEST(PermissionTest, AMethodThatTheTableDoesNotNameIsRefusedToEverybody) {
  for (const std::string_view method :
       {"", "TradeService", "TradeService.", "TradeService.CreateTrades",
        "TradeService.createtrade", "CreateTrade", "TradeService.CreateTrade ",
        "AdminService.DropEverything"}) {
    for (const Role role : kRoles) {
      EXPECT_FALSE(MayCall(role, method)) << RoleName(role) << " " << method;
    }
  }
}

TEST(PermissionTest, ARoleThatDoesNotExistMayCallNothing) {
  const auto role = static_cast<Role>(99);
  for (const std::string_view method : KnownMethods()) {
    EXPECT_FALSE(MayCall(role, method)) << method;
  }
  EXPECT_EQ(RoleName(role), "unknown");
}

TEST(PermissionTest, TheRefusalNamesTheMethodAndTheRole) {
  const auto refusal = CheckPermission({"a", Role::kAuditor, nullptr, ""},
                                       "TradeService.AcceptTrade");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(
      *refusal,
      (Refusal{Reason::kRoleMissing,
               {{"method", "TradeService.AcceptTrade"}, {"role", "auditor"}}}));
}

TEST(PermissionTest, TheTableNamesEachMethodOnce) {
  const auto methods = KnownMethods();
  const std::set<std::string_view> unique(methods.begin(), methods.end());
  EXPECT_EQ(unique.size(), methods.size());
  for (const std::string_view changing :
       {"MemberService.CreateMember", "CreditService.SetCreditLine",
        "TradeService.CreateTrade", "TradeService.BatchCreateTrades",
        "TradeService.AcceptTrade", "TradeService.DeclineTrade",
        "TradeService.ReverseTrade", "TradeService.AuthoriseTrade",
        "TradeService.SettleTrade", "TradeService.ReleaseTrade",
        "TradeService.WithdrawTrade", "NetworkService.CreateNetwork",
        "AuditService.RotateHeadKey"}) {
    EXPECT_TRUE(unique.contains(changing)) << changing;
  }
}

TEST(PermissionTest, RolesHaveTheNamesOfTheGlossary) {
  const std::string_view kNames[] = {"member_user", "broker", "accountant",
                                     "auditor", "operator"};
  for (size_t i = 0; i < std::size(kRoles); ++i) {
    EXPECT_EQ(RoleName(kRoles[i]), kNames[i]);
  }
}

}  // namespace
}  // namespace skontro::engine

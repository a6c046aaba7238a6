#include "engine/policy_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/index_reader.h"
#include "ledger/base/limits.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using testing::Test;

class PolicyRulesTest : public Test {
 protected:
  PolicyRulesTest() {
    desk_.MustRun(Admit("baker"));
    desk_.MustRun(Admit("mason"));
  }

  void Cap(int64_t units) { desk_.MustRun(SetPolicy(Policy::kDealCap, units)); }

  std::vector<std::string> ReasonsAgainst(Command command) {
    return ReasonsOf(desk_.Run(std::move(command)).refusals);
  }

  Desk desk_;
};

using Reasons = std::vector<std::string>;

TEST_F(PolicyRulesTest, ANetworkHasTheDefaultsUntilSomebodySetsAPolicy) {
  EXPECT_EQ(desk_.state().policies(), Policies());
  EXPECT_EQ(desk_.state().policies_version(), 0u);
  EXPECT_FALSE(Policies().deal_cap().has_value());
  EXPECT_TRUE(ReasonsAgainst(Pay("baker", "mason", 400'00)).empty());
}

TEST_F(PolicyRulesTest, APolicyHoldsFromTheNextCommandOn) {
  desk_.MustRun(Pay("baker", "mason", 200'00));
  Cap(100'00);
  EXPECT_EQ(ReasonsAgainst(Pay("baker", "mason", 200'00)),
            Reasons{"DEAL_CAP_EXCEEDED"});
  Cap(0);
  EXPECT_TRUE(ReasonsAgainst(Pay("baker", "mason", 200'00)).empty());
}

TEST_F(PolicyRulesTest, OneMinorUnitPastTheCapNeedsTheSellersConsent) {
  Cap(100'00);
  EXPECT_TRUE(ReasonsAgainst(Pay("baker", "mason", 100'00)).empty());
  const Answer refused = desk_.Run(Pay("baker", "mason", 100'01));
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(refused.refusals[0],
            (Refusal{Reason::kDealCapExceeded,
                     {{"limit", "10000"}, {"amount", "10001"}}}));
  // Who requests consents.
  const Answer requested = desk_.MustRun(Propose("mason", "baker", 100'01));
  EXPECT_TRUE(ReasonsAgainst(Accept(TradeIdOf(requested))).empty());
}

TEST_F(PolicyRulesTest, AGroupKeepsToTheCapInEveryItem) {
  Cap(100'00);
  const Answer answer = desk_.Run(Together(
      {Payment("baker", "mason", 1), Payment("baker", "mason", 100'01)}));
  ASSERT_EQ(ReasonsOf(answer.refusals), Reasons{"DEAL_CAP_EXCEEDED"});
  EXPECT_EQ(MetadataOf(answer.refusals[0], "item"), "1");
  EXPECT_EQ(desk_.BalanceOf("baker"), 0);
}

TEST_F(PolicyRulesTest, APreviewNamesTheCapBesideTheLimits) {
  Cap(100'00);
  EXPECT_EQ(ReasonsAgainst(AsPreview(Pay("baker", "mason", 2'000'00))),
            (Reasons{"DEAL_CAP_EXCEEDED", "CREDIT_LINE_EXCEEDED",
                     "BALANCE_LIMIT_EXCEEDED"}));
}

// A payment of units, for an invoice of them, `cash`, and `tax` in its lines.
Command PayInvoice(int64_t units, int64_t cash, int64_t tax) {
  Command command = Pay("baker", "mason", units);
  CreateTrade& trade = std::get<CreateTrade>(command.body);
  trade.cash = cash;
  trade.cash_currency = "EUR";
  Invoice& invoice = trade.invoice.emplace();
  invoice.number = "F-1";
  const int64_t base = units + cash - tax;
  if (tax > 0) {
    invoice.tax_lines = {{"S", 1'000'000 * tax / base, base, tax}};
  }
  return command;
}

TEST_F(PolicyRulesTest, UnitsPayAtLeastTheShareThatTheNetworkAsksFor) {
  desk_.MustRun(SetPolicy(Policy::kLeastUnitShare, 30'00));
  EXPECT_TRUE(ReasonsAgainst(AsPreview(PayInvoice(30'00, 70'00, 0))).empty());
  const Answer refused = desk_.Run(PayInvoice(29'99, 70'01, 0));
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(refused.refusals[0],
            (Refusal{Reason::kBelowAcceptanceRate,
                     {{"limit", "3000"}, {"value", "2999"}}}));
  // What was paid before was not paid in units either.
  Command with_prepaid = PayInvoice(30'00, 60'00, 0);
  std::get<CreateTrade>(with_prepaid.body).invoice->prepaid = 10'01;
  EXPECT_EQ(ReasonsAgainst(std::move(with_prepaid)),
            Reasons{"BELOW_ACCEPTANCE_RATE"});
  // A trade without cash is all in units, invoice or not.
  desk_.MustRun(SetPolicy(Policy::kLeastUnitShare, kBasisPoints));
  EXPECT_TRUE(ReasonsAgainst(Pay("baker", "mason", 1)).empty());
}

TEST_F(PolicyRulesTest, TheSellersRequestKeepsToTheShareToo) {
  desk_.MustRun(SetPolicy(Policy::kLeastUnitShare, kBasisPoints));
  Command request = Propose("mason", "baker", 10'00);
  std::get<CreateTrade>(request.body).cash = 1;
  std::get<CreateTrade>(request.body).cash_currency = "EUR";
  EXPECT_EQ(ReasonsAgainst(std::move(request)),
            Reasons{"BELOW_ACCEPTANCE_RATE"});
}

TEST_F(PolicyRulesTest, WhatWasRequestedBeforeIsAcceptedAsItIs) {
  Command request = Propose("mason", "baker", 10'00);
  std::get<CreateTrade>(request.body).cash = 90'00;
  std::get<CreateTrade>(request.body).cash_currency = "EUR";
  const Answer requested = desk_.MustRun(std::move(request));
  desk_.MustRun(SetPolicy(Policy::kLeastUnitShare, 50'00));
  EXPECT_TRUE(ReasonsAgainst(Accept(TradeIdOf(requested))).empty());
}

TEST_F(PolicyRulesTest, UnitsNeverPayTaxWhereTaxIsPaidInCash) {
  // 100.00 net and 20.00 of tax.
  EXPECT_TRUE(ReasonsAgainst(AsPreview(PayInvoice(120'00, 0, 20'00))).empty());
  desk_.MustRun(SetPolicy(Policy::kVatSettlement,
                          static_cast<int64_t>(VatSettlement::kCash)));
  EXPECT_TRUE(
      ReasonsAgainst(AsPreview(PayInvoice(100'00, 20'00, 20'00))).empty());
  const Answer refused = desk_.Run(PayInvoice(100'01, 19'99, 20'00));
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(
      refused.refusals[0],
      (Refusal{Reason::kVatInUnits, {{"limit", "10000"}, {"value", "10001"}}}));
  // Without tax there is none to pay.
  EXPECT_TRUE(ReasonsAgainst(PayInvoice(120'00, 0, 0)).empty());
}

TEST_F(PolicyRulesTest, AllThatSpeaksAgainstAUnitLegIsToldAtOnce) {
  Cap(50'00);
  desk_.MustRun(SetPolicy(Policy::kLeastUnitShare, kBasisPoints));
  desk_.MustRun(SetPolicy(Policy::kVatSettlement, 1));
  EXPECT_EQ(
      ReasonsAgainst(AsPreview(PayInvoice(110'00, 10'00, 20'00))),
      (Reasons{"DEAL_CAP_EXCEEDED", "BELOW_ACCEPTANCE_RATE", "VAT_IN_UNITS"}));
}

TEST_F(PolicyRulesTest, WhoChangesAnotherVersionThanThatInForceIsTold) {
  EXPECT_TRUE(ReasonsAgainst(SetPolicy(Policy::kDealCap, 5, "0")).empty());
  const Answer late = desk_.Run(SetPolicy(Policy::kDealCap, 6, "0"));
  ASSERT_EQ(late.refusals.size(), 1u);
  EXPECT_EQ(late.refusals[0],
            (Refusal{Reason::kEtagMismatch, {{"etag", "1"}, {"given", "0"}}}));
  EXPECT_EQ(desk_.state().policies().deal_cap(), 5);
  EXPECT_TRUE(ReasonsAgainst(SetPolicy(Policy::kDealCap, 6, "1")).empty());
  EXPECT_EQ(desk_.state().policies_version(), 2u);
}

TEST_F(PolicyRulesTest, AValueOutOfBoundsIsRefused) {
  for (const int64_t value : {int64_t{-1}, kAmountMax + 1, INT64_MIN}) {
    const Answer answer = desk_.Run(SetPolicy(Policy::kDealCap, value));
    EXPECT_EQ(FieldsOf(answer.refusals),
              std::vector<std::string>{"policies.deal_cap.minor_units"});
  }
  for (const int64_t value : {int64_t{-1}, kBasisPoints + 1}) {
    EXPECT_EQ(
        FieldsOf(desk_.Run(SetPolicy(Policy::kLeastUnitShare, value)).refusals),
        std::vector<std::string>{"policies.least_unit_share_bp"});
  }
  for (const int64_t value : {-1, 2}) {
    EXPECT_EQ(
        FieldsOf(desk_.Run(SetPolicy(Policy::kVatSettlement, value)).refusals),
        std::vector<std::string>{"policies.vat_settlement"});
  }
  EXPECT_EQ(desk_.state().policies_version(), 0u);
  EXPECT_TRUE(ReasonsAgainst(SetPolicy(Policy::kDealCap, kAmountMax)).empty());
}

TEST_F(PolicyRulesTest, ReadersSeeThePoliciesOfAnySequence) {
  const Sequence before = desk_.state().sequence();
  Cap(7);
  const Sequence then = desk_.state().sequence();
  Cap(8);
  const auto at = [&](Sequence sequence) {
    return *PoliciesAt(desk_.snapshot(), sequence);
  };
  EXPECT_EQ(at(before).sequence, Sequence{0});
  EXPECT_EQ(at(before).row.set, PoliciesSet());
  EXPECT_EQ(at(then).sequence, then);
  EXPECT_EQ(at(then).row.set.policies.deal_cap(), 7);
  EXPECT_EQ(at(Sequence{UINT64_MAX - 1}).row.set.policies.deal_cap(), 8);
}

TEST_F(PolicyRulesTest, OnlyAnOperatorSetsThem) {
  for (const Role role :
       {Role::kMemberUser, Role::kBroker, Role::kAccountant, Role::kAuditor}) {
    Command command = SetPolicy(Policy::kDealCap, 1);
    command.actor.role = role;
    EXPECT_EQ(ReasonsAgainst(std::move(command)), Reasons{"ROLE_MISSING"});
  }
}

TEST_F(PolicyRulesTest, AnArchivedNetworkTakesNothingNew) {
  desk_.MustRun(Hook("erp", "https://a.example/"));
  desk_.MustRun(Propose("mason", "baker", 5'00));
  desk_.MustRun(SetPolicy(Policy::kArchived, 1));
  for (const Command& command :
       {Pay("baker", "mason", 1'00), Admit("tailor"),
        Hook("new", "https://a.example/"), SetPolicy(Policy::kDealCap, 5),
        SetPolicy(Policy::kArchived, 1)}) {
    EXPECT_EQ(ReasonsAgainst(command), Reasons{"NETWORK_STATE"})
        << command.method;
  }
  desk_.MustRun(SetHook("erp", WebhookState::kPaused));
  desk_.MustRun(SetPolicy(Policy::kArchived, 0));
  EXPECT_EQ(ReasonsAgainst(SetPolicy(Policy::kArchived, 0)),
            Reasons{"NETWORK_STATE"});
  desk_.MustRun(Pay("baker", "mason", 1'00));
}

TEST_F(PolicyRulesTest, TheSameWordsOfAnotherMethodAreAnotherRequest) {
  desk_.MustRun(Under("r-1", SetPolicy(Policy::kArchived, 1)));
  EXPECT_EQ(ReasonsAgainst(Under("r-1", SetPolicy(Policy::kArchived, 0))),
            Reasons{"REQUEST_ID_REUSED"});
}

}  // namespace
}  // namespace skontro::engine

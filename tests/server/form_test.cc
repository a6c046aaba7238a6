// Every field of every request, at its limit and past it: what is refused, and
// under which path.

#include "server/form.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "ledger/base/limits.h"
#include "server/convert_member.h"
#include "server/convert_network.h"
#include "server/convert_statement.h"
#include "server/convert_trade.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {
namespace {

std::string Long(size_t length) { return std::string(length, 'x'); }

std::vector<std::string> FieldsOf(const Form& form) {
  std::vector<std::string> fields;
  for (const Refusal& refusal : form.refusals()) {
    EXPECT_EQ(refusal.reason, Reason::kFieldInvalid);
    EXPECT_FALSE(MetadataOf(refusal, "allowed").empty());
    fields.emplace_back(MetadataOf(refusal, "field"));
  }
  return fields;
}

using Fields = std::vector<std::string>;

// --- Networks ----------------------------------------------------------------

v1::CreateNetworkRequest GoodNetwork() {
  v1::CreateNetworkRequest request;
  request.set_network_id("res");
  request.set_request_id("r-1");
  v1::Network& network = *request.mutable_network();
  network.set_display_name("Réseau");
  network.set_unit_code("RES");
  network.set_unit_decimals(2);
  network.set_peg_currency_code("EUR");
  network.set_time_zone("Europe/Paris");
  return request;
}

TEST(NetworkFormTest, EveryFieldAtAndPastItsLimit) {
  using Request = v1::CreateNetworkRequest;
  const struct {
    std::function<void(Request*, v1::Network*)> change;
    Fields fields;
  } kCases[] = {
      {[](Request*, auto*) {}, {}},
      {[](Request* r, auto*) { r->clear_network(); },
       {"network", "network.display_name", "network.unit_code",
        "network.peg_currency_code"}},
      {[](Request* r, auto*) { r->set_network_id(""); }, {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id(Long(63)); }, {}},
      {[](Request* r, auto*) { r->set_network_id(Long(64)); }, {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id("Res"); }, {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id("../etc"); }, {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id(".creating-a"); },
       {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id("a_b"); }, {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id("é"); }, {"network_id"}},
      {[](Request* r, auto*) { r->set_network_id("-"); }, {}},
      {[](Request* r, auto*) { r->set_request_id(""); }, {"request_id"}},
      {[](Request* r, auto*) { r->set_request_id(Long(64)); }, {}},
      {[](Request* r, auto*) { r->set_request_id(Long(65)); }, {"request_id"}},
      {[](Request* r, auto*) { r->set_request_id("a\nb"); }, {"request_id"}},
      {[](Request* r, auto*) { r->set_request_id("é"); }, {"request_id"}},
      {[](Request* r, auto*) { r->set_request_id(std::string("a\0b", 3)); },
       {"request_id"}},
      {[](Request*, auto* n) { n->set_display_name(""); },
       {"network.display_name"}},
      {[](Request*, auto* n) { n->set_display_name("   "); },
       {"network.display_name"}},
      {[](Request*, auto* n) { n->set_display_name(Long(200)); }, {}},
      {[](Request*, auto* n) { n->set_display_name(Long(201)); },
       {"network.display_name"}},
      {[](Request*, auto* n) { n->set_display_name("a\x01"); },
       {"network.display_name"}},
      {[](Request*, auto* n) { n->set_display_name("a\xff"); },
       {"network.display_name"}},
      {[](Request*, auto* n) { n->set_unit_code("EUR"); },
       {"network.unit_code"}},
      {[](Request*, auto* n) { n->set_unit_code("CHW"); },
       {"network.unit_code"}},
      {[](Request*, auto* n) { n->set_unit_code("res"); },
       {"network.unit_code"}},
      {[](Request*, auto* n) { n->set_unit_code("RESS"); },
       {"network.unit_code"}},
      {[](Request*, auto* n) { n->set_unit_code("XTS"); }, {}},
      {[](Request*, auto* n) { n->set_unit_decimals(0); }, {}},
      {[](Request*, auto* n) { n->set_unit_decimals(4); }, {}},
      {[](Request*, auto* n) { n->set_unit_decimals(5); },
       {"network.unit_decimals"}},
      {[](Request*, auto* n) { n->set_unit_decimals(-1); },
       {"network.unit_decimals"}},
      {[](Request*, auto* n) { n->set_peg_currency_code("XBU"); },
       {"network.peg_currency_code"}},
      {[](Request*, auto* n) { n->set_peg_currency_code("CHW"); },
       {"network.peg_currency_code"}},
      {[](Request*, auto* n) { n->set_time_zone(""); }, {}},
      {[](Request*, auto* n) { n->set_time_zone("UTC"); }, {}},
      {[](Request*, auto* n) { n->set_time_zone("Europe/Nowhere"); },
       {"network.time_zone"}},
      {[](Request*, auto* n) { n->set_time_zone("/etc/localtime"); },
       {"network.time_zone"}},
      {[](Request*, auto* n) { n->set_time_zone("localtime"); },
       {"network.time_zone"}},
      {[](Request*, auto* n) { n->set_time_zone("../zoneinfo/UTC"); },
       {"network.time_zone"}},
      {[](Request*, auto* n) { n->set_time_zone("Europe/../UTC"); },
       {"network.time_zone"}},
      {[](Request*, auto* n) { n->set_time_zone("Fixed/UTC+01:00:00"); },
       {"network.time_zone"}},
      {[](Request*, auto* n) {
         n->mutable_default_credit_line()->set_minor_units(kAmountMax);
       },
       {}},
      {[](Request*, auto* n) {
         n->mutable_default_credit_line()->set_minor_units(kAmountMax + 1);
       },
       {"network.default_credit_line.minor_units"}},
      {[](Request*, auto* n) {
         n->mutable_default_credit_line()->set_minor_units(-1);
       },
       {"network.default_credit_line.minor_units"}},
      {[](Request*, auto* n) {
         n->mutable_default_balance_limit()->set_minor_units(0);
       },
       {}},
      {[](Request*, auto* n) {
         n->mutable_default_balance_limit()->set_minor_units(INT64_MIN);
       },
       {"network.default_balance_limit.minor_units"}},
  };
  for (const auto& test : kCases) {
    v1::CreateNetworkRequest request = GoodNetwork();
    test.change(&request, request.mutable_network());
    Form form;
    ReadNetwork(request, &form);
    EXPECT_EQ(FieldsOf(form), test.fields) << request.DebugString();
  }
}

// --- Members -----------------------------------------------------------------

v1::CreateMemberRequest GoodMember() {
  v1::CreateMemberRequest request;
  request.set_parent("networks/res");
  request.set_member_id("imprimerie");
  request.set_request_id("r-1");
  request.mutable_member()->set_legal_name("Imprimerie Martin SARL");
  request.mutable_member()->set_country_code("FR");
  return request;
}

TEST(MemberFormTest, EveryFieldAtAndPastItsLimit) {
  using Request = v1::CreateMemberRequest;
  const auto add_id = [](const std::string& scheme, const std::string& value) {
    return [=](Request*, v1::Member* m) {
      auto* id = m->add_company_ids();
      id->set_scheme(scheme);
      id->set_value(value);
    };
  };
  const auto ids = [](int count) {
    return [=](Request*, v1::Member* m) {
      for (int i = 0; i < count; ++i) {
        auto* id = m->add_company_ids();
        id->set_scheme("s" + std::to_string(i));
        id->set_value("1");
      }
    };
  };
  const auto lines = [](int count, const std::string& line) {
    return [=](Request*, v1::Member* m) {
      for (int i = 0; i < count; ++i) m->add_address_lines(line);
    };
  };
  const auto vat = [](const std::string& value) {
    return [=](Request*, v1::Member* m) { m->set_vat_id(value); };
  };
  const struct {
    std::function<void(Request*, v1::Member*)> change;
    Fields fields;
  } kCases[] = {
      {[](Request*, auto*) {}, {}},
      {[](Request* r, auto*) { r->set_member_id("a b"); }, {"member_id"}},
      {[](Request* r, auto*) { r->set_request_id(""); }, {"request_id"}},
      {[](Request*, auto* m) { m->set_legal_name(""); }, {"member.legal_name"}},
      {[](Request*, auto* m) { m->set_legal_name(Long(200)); }, {}},
      {[](Request*, auto* m) { m->set_legal_name(Long(201)); },
       {"member.legal_name"}},
      {[](Request*, auto* m) { m->set_legal_name("a\tb"); },
       {"member.legal_name"}},
      {[](Request*, auto* m) { m->set_legal_name("a\xe2\x80\xa8z"); },
       {"member.legal_name"}},
      {[](Request*, auto* m) { m->set_country_code("fr"); },
       {"member.country_code"}},
      {[](Request*, auto* m) { m->set_country_code("FRA"); },
       {"member.country_code"}},
      {[](Request*, auto* m) { m->set_country_code(""); },
       {"member.country_code"}},
      {vat("FR44732829320"), {}},
      {vat("CHE-123.456.789 MWST"), {}},
      {vat("732829320"), {"member.vat_id"}},
      {vat("FR"), {"member.vat_id"}},
      {vat("--"), {"member.vat_id"}},
      {vat("FR" + Long(30)), {}},
      {vat("FR" + Long(31)), {"member.vat_id"}},
      {vat("FR4\n"), {"member.vat_id"}},
      {add_id("siren", "732829320"), {}},
      {add_id("siren", "732 829 320"), {}},
      {add_id("siren", "732829321"), {"member.company_ids[0].value"}},
      {add_id("siren", "73282932"), {"member.company_ids[0].value"}},
      {add_id("siren", "000000000"), {"member.company_ids[0].value"}},
      {add_id("siren", "٧٣٢٨٢٩٣٢٠"), {"member.company_ids[0].value"}},
      {add_id("ein", "12-3456789"), {}},
      {add_id("ein", ""), {"member.company_ids[0].value"}},
      {add_id("ein", "-"), {"member.company_ids[0].value"}},
      {add_id("ein", Long(32)), {}},
      {add_id("ein", Long(33)), {"member.company_ids[0].value"}},
      {add_id("EIN", "1"), {"member.company_ids[0].scheme"}},
      {add_id("", "1"), {"member.company_ids[0].scheme"}},
      {add_id(Long(16), "1"), {}},
      {add_id(Long(17), "1"), {"member.company_ids[0].scheme"}},
      {ids(8), {}},
      {ids(9), {"member.company_ids"}},
      {[&](Request* r, v1::Member* m) {
         add_id("ein", "1")(r, m);
         add_id("ein", "2")(r, m);
       },
       {"member.company_ids[1].scheme"}},
      {lines(5, Long(200)), {}},
      {lines(6, "a"), {"member.address_lines"}},
      {lines(1, Long(201)), {"member.address_lines[0]"}},
      {lines(1, ""), {"member.address_lines[0]"}},
      {lines(1, "a\nb"), {"member.address_lines[0]"}},
  };
  for (const auto& test : kCases) {
    v1::CreateMemberRequest request = GoodMember();
    test.change(&request, request.mutable_member());
    Form form;
    ReadMember(request, &form);
    EXPECT_EQ(FieldsOf(form), test.fields) << request.DebugString();
  }
}

// --- Trades ------------------------------------------------------------------

v1::CreateTradeRequest GoodTrade() {
  v1::CreateTradeRequest request;
  v1::Trade& trade = *request.mutable_trade();
  trade.set_seller("networks/res/members/a");
  trade.set_buyer("networks/res/members/b");
  trade.set_initiator(v1::Trade::SELLER);
  trade.mutable_unit_leg()->set_minor_units(1);
  trade.mutable_invoice()->set_number("F1");
  return request;
}

void SetDate(v1::Date* date, int year, int month, int day) {
  date->set_year(year);
  date->set_month(month);
  date->set_day(day);
}

TEST(TradeFormTest, EveryFieldAtAndPastItsLimit) {
  using Request = v1::CreateTradeRequest;
  const auto issue = [](int year, int month, int day) {
    return [=](Request*, v1::Trade* t) {
      SetDate(t->mutable_invoice()->mutable_issue_date(), year, month, day);
    };
  };
  const auto tax_lines = [](int count, const std::string& category) {
    return [=](Request*, v1::Trade* t) {
      for (int i = 0; i < count; ++i) {
        t->mutable_invoice()->add_tax_lines()->set_category(category);
      }
    };
  };
  const Fields kIssue = {"trade.invoice.issue_date"};
  const struct {
    std::function<void(Request*, v1::Trade*)> change;
    Fields fields;
  } kCases[] = {
      {[](Request*, auto*) {}, {}},
      {[](Request*, auto* t) { t->set_seller(""); }, {"trade.seller"}},
      {[](Request*, auto* t) { t->set_seller("a"); }, {"trade.seller"}},
      {[](Request*, auto* t) { t->set_seller("networks/res/members/"); },
       {"trade.seller"}},
      {[](Request*, auto* t) { t->set_seller("networks/res/members/a/"); },
       {"trade.seller"}},
      {[](Request*, auto* t) { t->set_seller("networks/other/members/a"); },
       {"trade.seller"}},
      {[](Request*, auto* t) { t->set_buyer("networks/res/trades/a"); },
       {"trade.buyer"}},
      {[](Request*, auto* t) { t->set_initiator(v1::Trade::BUYER); }, {}},
      {[](Request*, auto* t) { t->clear_initiator(); }, {"trade.initiator"}},
      {[](Request*, auto* t) {
         t->set_initiator(static_cast<v1::Trade::Initiator>(3));
       },
       {"trade.initiator"}},
      {[](Request*, auto* t) {
         t->set_initiator(static_cast<v1::Trade::Initiator>(-1));
       },
       {"trade.initiator"}},
      {[](Request*, auto* t) { t->mutable_cash_leg(); },
       {"trade.cash_leg.currency_code"}},
      {[](Request*, auto* t) {
         t->mutable_cash_leg()->set_currency_code("EUR");
       },
       {}},
      {[](Request*, auto* t) { t->set_description(Long(1'000)); }, {}},
      {[](Request*, auto* t) { t->set_description(Long(1'001)); },
       {"trade.description"}},
      {[](Request*, auto* t) { t->set_description("a\nb"); },
       {"trade.description"}},
      {[](Request*, auto* t) { t->set_description("\xc0\xaf"); },
       {"trade.description"}},
      {[](Request* r, auto*) { r->set_trade_id(Long(63)); }, {}},
      {[](Request* r, auto*) { r->set_trade_id(Long(64)); }, {"trade_id"}},
      {[](Request* r, auto*) { r->set_trade_id("A"); }, {"trade_id"}},
      {[](Request*, auto* t) { t->mutable_invoice()->set_number(""); },
       {"trade.invoice.number"}},
      {[](Request*, auto* t) { t->mutable_invoice()->set_number("  "); },
       {"trade.invoice.number"}},
      {[](Request*, auto* t) { t->mutable_invoice()->set_number(Long(64)); },
       {}},
      {[](Request*, auto* t) { t->mutable_invoice()->set_number(Long(65)); },
       {"trade.invoice.number"}},
      {[](Request*, auto* t) { t->mutable_invoice()->set_number("a\x7f"); },
       {"trade.invoice.number"}},
      {[](Request*, auto* t) {
         t->mutable_invoice()->set_purchase_order(Long(64));
       },
       {}},
      {[](Request*, auto* t) {
         t->mutable_invoice()->set_purchase_order(Long(65));
       },
       {"trade.invoice.purchase_order"}},
      {issue(1900, 1, 1), {}},
      {issue(9999, 12, 31), {}},
      {issue(2024, 2, 29), {}},
      {issue(2025, 2, 29), kIssue},
      {issue(1899, 12, 31), kIssue},
      {issue(10'000, 1, 1), kIssue},
      {issue(0, 0, 0), kIssue},
      {issue(2025, 13, 1), kIssue},
      {issue(2025, 4, 31), kIssue},
      {issue(2025, -1, 1), kIssue},
      {issue(2025, 268, 1), kIssue},
      {issue(2025, 1, 256 + 1), kIssue},
      {issue(INT32_MIN, INT32_MAX, INT32_MIN), kIssue},
      {[](Request*, auto* t) {
         SetDate(t->mutable_invoice()->mutable_supply_date(), 2025, 2, 30);
       },
       {"trade.invoice.supply_date"}},
      {[](Request*, auto* t) {
         SetDate(t->mutable_invoice()->mutable_due_date(), 2025, 2, 30);
       },
       {"trade.invoice.due_date"}},
      {tax_lines(32, "S"), {}},
      {tax_lines(33, "S"), {"trade.invoice.tax_lines"}},
      {tax_lines(1, "AE"), {}},
      {tax_lines(1, ""), {"trade.invoice.tax_lines[0].category"}},
      {tax_lines(1, "s"), {"trade.invoice.tax_lines[0].category"}},
      {tax_lines(1, "ABCD"), {"trade.invoice.tax_lines[0].category"}},
  };
  for (const auto& test : kCases) {
    v1::CreateTradeRequest request = GoodTrade();
    test.change(&request, request.mutable_trade());
    Form form;
    ReadTrade(request, "res", &form);
    EXPECT_EQ(FieldsOf(form), test.fields) << request.DebugString();
  }
}

TEST(TradeFormTest, AMissingTradeIsNamed) {
  Form form("requests[3].");
  ReadTrade(v1::CreateTradeRequest(), "res", &form);
  EXPECT_EQ(FieldsOf(form),
            (Fields{"requests[3].trade", "requests[3].trade.seller",
                    "requests[3].trade.buyer", "requests[3].trade.initiator"}));
}

// --- Statements and what is common -------------------------------------------

TEST(StatementFormTest, ToDateIsNotBeforeFromDate) {
  v1::GetStatementRequest request;
  request.set_name("networks/res/members/a/accounts/main");
  SetDate(request.mutable_from_date(), 2026, 3, 2);
  SetDate(request.mutable_to_date(), 2026, 3, 2);
  Form same;
  ReadStatementQuery(request, &same);
  EXPECT_TRUE(same.ok());
  SetDate(request.mutable_to_date(), 2026, 3, 1);
  Form before;
  ReadStatementQuery(request, &before);
  EXPECT_EQ(FieldsOf(before), Fields{"to_date"});
}

TEST(FormTest, PageSizesAreBounded) {
  Form form;
  EXPECT_EQ(form.PageSize(0), 50);
  EXPECT_EQ(form.PageSize(1), 1);
  EXPECT_EQ(form.PageSize(1'000), 1'000);
  EXPECT_EQ(form.PageSize(1'001), 1'000);
  EXPECT_EQ(form.PageSize(INT32_MAX), 1'000);
  EXPECT_TRUE(form.ok());
  form.PageSize(-1);
  EXPECT_EQ(FieldsOf(form), Fields{"page_size"});
}

TEST(FormTest, SequencesAreNotBelowZero) {
  Form form;
  EXPECT_EQ(form.SequenceOf("min_sequence", INT64_MAX),
            ledger::Sequence{INT64_MAX});
  EXPECT_TRUE(form.ok());
  EXPECT_EQ(form.SequenceOf("min_sequence", -1), ledger::Sequence{0});
  EXPECT_EQ(FieldsOf(form), Fields{"min_sequence"});
}

TEST(FormTest, QuotedValuesAreShortAndPrintable) {
  Form form;
  form.Text("a", std::string(5'000, 'x') + "\n", 0, 10);
  form.Text("b", "tab\tbell\x07 bad\xff", 0, 100);
  ASSERT_EQ(form.refusals().size(), 2u);
  EXPECT_LE(MetadataOf(form.refusals()[0], "value").size(), 80u);
  for (const Refusal& refusal : form.refusals()) {
    for (const char c : MetadataOf(refusal, "value")) EXPECT_GE(c, ' ');
  }
}

TEST(NameTest, NamesOfResourcesHaveOneForm) {
  const std::string network = "networks/res";
  const std::string member = network + "/members/a";
  const std::string account = member + "/accounts/main";
  const std::string line = account + "/creditLine";
  const std::string trade = network + "/trades/t7";
  EXPECT_TRUE(ParseNetworkName(network).has_value());
  EXPECT_TRUE(ParseMemberName(member).has_value());
  EXPECT_TRUE(ParseAccountName(account).has_value());
  EXPECT_TRUE(ParseCreditLineName(line).has_value());
  EXPECT_TRUE(ParseTradeName(trade).has_value());
  EXPECT_EQ(ParseCreditLineName(line)->member, "a");
  EXPECT_EQ(ParseTradeName(trade)->trade, "t7");
  for (const std::string& good : {network, member, account, line, trade}) {
    for (const std::string& bad :
         {good + "/", "/" + good, good + "/x", good + " ", " " + good,
          good + std::string(1, '\0'), good.substr(1),
          "Networks" + good.substr(8), good + "//"}) {
      EXPECT_FALSE(ParseNetworkName(bad).has_value()) << bad;
      EXPECT_FALSE(ParseMemberName(bad).has_value()) << bad;
      EXPECT_FALSE(ParseAccountName(bad).has_value()) << bad;
      EXPECT_FALSE(ParseCreditLineName(bad).has_value()) << bad;
      EXPECT_FALSE(ParseTradeName(bad).has_value()) << bad;
    }
  }
  EXPECT_FALSE(ParseMemberName(network).has_value());
  EXPECT_FALSE(ParseNetworkName(member).has_value());
  EXPECT_FALSE(ParseNetworkName("").has_value());
  EXPECT_FALSE(ParseCreditLineName("creditLine").has_value());
}

}  // namespace
}  // namespace skontro::server

// Lists as their users ask for them: filters, orders, what a page token is
// bound to, and what a key may not find out.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ledger/base/limits.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

std::string LastPart(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

v1::ListTradesRequest Trades(const std::string& filter,
                             const std::string& order_by = "") {
  v1::ListTradesRequest request;
  request.set_parent("networks/res");
  request.set_filter(filter);
  request.set_order_by(order_by);
  return request;
}

v1::ListEntriesRequest Entries(const std::string& filter,
                               const std::string& order_by = "",
                               const std::string& member = "boulangerie") {
  v1::ListEntriesRequest request;
  request.set_parent("networks/res/members/" + member + "/accounts/main");
  request.set_filter(filter);
  request.set_order_by(order_by);
  return request;
}

v1::ListMembersRequest Members(const std::string& filter,
                               const std::string& order_by = "") {
  v1::ListMembersRequest request;
  request.set_parent("networks/res");
  request.set_filter(filter);
  request.set_order_by(order_by);
  return request;
}

v1::ListAccountsRequest Accounts(const std::string& filter,
                                 const std::string& order_by = "") {
  v1::ListAccountsRequest request;
  request.set_parent("networks/res");
  request.set_filter(filter);
  request.set_order_by(order_by);
  return request;
}

std::string KeyOf(const v1::Trade& trade) { return LastPart(trade.name()); }
std::string KeyOf(const v1::Member& member) { return LastPart(member.name()); }
std::string KeyOf(const v1::StatementLine& line) {
  return absl::StrCat(line.sequence());
}
std::string KeyOf(const v1::Account& account) {
  // .../members/ID/accounts/main
  const std::string& name = account.name();
  return LastPart(name.substr(0, name.rfind("/accounts/")));
}

const auto& RowsOf(const v1::ListTradesResponse& page) { return page.trades(); }
const auto& RowsOf(const v1::ListMembersResponse& page) {
  return page.members();
}
const auto& RowsOf(const v1::ListEntriesResponse& page) {
  return page.entries();
}
const auto& RowsOf(const v1::ListAccountsResponse& page) {
  return page.accounts();
}

class ListCallsTest : public testing::Test {
 protected:
  ListCallsTest() {
    scene_.MakeNetwork();  // The network and three members: 1 to 4.
  }

  // The keys of all rows, over pages of this size.
  template <typename Request>
  std::string Keys(Request request, int page_size = 2) {
    request.set_page_size(page_size);
    std::vector<std::string> keys;
    do {
      const auto page = scene_.Call(request);
      EXPECT_TRUE(page.status.ok()) << page.status.error_message();
      if (!page.status.ok()) return "refused";
      for (const auto& row : RowsOf(page.response)) keys.push_back(KeyOf(row));
      request.set_page_token(page.response.next_page_token());
    } while (!request.page_token().empty());
    return absl::StrJoin(keys, " ");
  }

  void Must(const v1::CreateTradeRequest& request) {
    const auto made = scene_.Call(request);
    ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  }

  void Accept(const std::string& trade) {
    v1::AcceptTradeRequest request;
    request.set_name("networks/res/trades/" + trade);
    request.set_request_id("accept-" + trade);
    ASSERT_TRUE(scene_.Call(request).status.ok());
  }

  // Five trades over three days:
  // t5 imprimerie <- boulangerie 100, settled, invoice F 1, on the 2nd
  // t6 imprimerie <- boulangerie 200, proposed, order PO-77, on the 2nd
  // t7 garage <- imprimerie 300, settled, "Révision du camion", on the 3rd
  // t8 boulangerie <- garage 400, accepted on the 4th
  // t10 garage <- boulangerie 500, declined, on the 4th
  void MakeTrades() {
    auto first = Sale("r-1", 100);
    first.mutable_trade()->mutable_invoice()->set_number("F 1");
    Must(first);
    auto second = Proposal("r-2", 200);
    second.mutable_trade()->mutable_invoice()->set_number("F2");
    second.mutable_trade()->mutable_invoice()->set_purchase_order("PO-77");
    Must(second);
    scene_.clock().Advance(kDayUs);
    auto third =
        TradeRequest("r-3", "garage", "imprimerie", 300, v1::Trade::BUYER);
    third.mutable_trade()->set_description("Révision du camion");
    Must(third);
    scene_.clock().Advance(kDayUs);
    Must(TradeRequest("r-4", "boulangerie", "garage", 400, v1::Trade::SELLER));
    Accept("t8");
    Must(TradeRequest("r-5", "garage", "boulangerie", 500, v1::Trade::SELLER));
    v1::DeclineTradeRequest decline;
    decline.set_name("networks/res/trades/t10");
    decline.set_request_id("decline");
    ASSERT_TRUE(scene_.Call(decline).status.ok());  // 11
  }

  std::string MakeKey(const std::string& id,
                      const std::vector<std::string>& members) {
    v1::CreateApiKeyRequest request;
    request.set_parent("networks/res");
    request.set_request_id("key-" + id);
    request.set_api_key_id(id);
    request.mutable_api_key()->set_identity("client-" + id);
    request.mutable_api_key()->set_role(
        members.size() == 1 ? v1::ApiKey::MEMBER_USER : v1::ApiKey::BROKER);
    for (const std::string& member : members) {
      request.mutable_api_key()->add_members("networks/res/members/" + member);
    }
    const auto made = scene_.Call(request);
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    return made.response.secret();
  }

  Scene scene_;
};

TEST_F(ListCallsTest, TradesAreFoundByEachFieldOfTheirs) {
  MakeTrades();
  const std::pair<const char*, const char*> cases[] = {
      {"", "t10 t8 t7 t6 t5"},
      {"state = SETTLED", "t8 t7 t5"},
      {"state = PROPOSED", "t6"},
      {"state != SETTLED", "t10 t6"},
      {"state = DECLINED OR state = PROPOSED", "t10 t6"},
      {"state = EXPIRED", ""},
      {"seller = garage", "t10 t7"},
      {"buyer = networks/res/members/boulangerie", "t10 t6 t5"},
      {"member = garage", "t10 t8 t7"},
      {"member = garage member = boulangerie", "t10 t8"},
      {"NOT member = garage", "t6 t5"},
      {"seller = nobody", ""},
      {"seller != nobody", "t10 t8 t7 t6 t5"},
      {"initiator = BUYER", "t7 t5"},
      {"unit_leg.minor_units >= 300", "t10 t8 t7"},
      {"unit_leg.minor_units > 100 AND unit_leg.minor_units < 300", "t6"},
      {"national_value.minor_units = 100", "t5"},
      {"cash_leg.minor_units > 0", ""},
      {"invoice.number = F1", "t5"},
      {"invoice.number = \"f 1\"", "t5"},
      {"invoice.number : F", "t6 t5"},
      {"invoice.purchase_order = PO-77", "t6"},
      {"description : revision", "t7"},
      {"camion", "t7"},
      {"\"po-77\"", "t6"},
      {"-camion", "t10 t8 t6 t5"},
      {"booking_date = 2026-03-02", "t6 t5"},
      {"booking_date > 2026-03-02 booking_date <= 2026-03-03", "t7"},
      {"booking_date > 2026-03-04", ""},
      {"booking_date < 1999-01-01", ""},
      {"value_date = 2026-03-04", "t8"},
      {"value_date != 2026-03-04", "t10 t7 t6 t5"},
      {"create_time >= 2026-03-03T00:00:00Z", "t10 t8 t7"},
      {"create_time < 2026-03-03T00:00:00+01:00", "t6 t5"},
      {"settle_time > 2026-03-04T00:00:00Z", "t8"},
      {"end_time > 2026-03-04T00:00:00Z", "t10"},
      {"name = t7", "t7"},
      {"name = networks/res/trades/t7 AND state = PROPOSED", ""},
      {"name = t9", ""},
      {"name = nothing", ""},
      {"name = t7 OR name = t5", "t7 t5"},
  };
  for (const auto& [filter, expected] : cases) {
    EXPECT_EQ(Keys(Trades(filter)), expected) << filter;
    std::vector<std::string> oldest;
    for (std::string_view rest = expected; !rest.empty();) {
      const size_t blank = rest.find(' ');
      oldest.insert(oldest.begin(), std::string(rest.substr(0, blank)));
      rest = blank == std::string_view::npos ? "" : rest.substr(blank + 1);
    }
    EXPECT_EQ(Keys(Trades(filter, "create_time"), 1),
              absl::StrJoin(oldest, " "))
        << filter;
  }
}

TEST_F(ListCallsTest, EveryStateOfATradeCanBeAskedFor) {
  MakeTrades();
  for (int i = 1; i < v1::Trade::State_descriptor()->value_count(); ++i) {
    const auto* const state = v1::Trade::State_descriptor()->value(i);
    auto request = Trades("");
    request.set_state(static_cast<v1::Trade::State>(state->number()));
    EXPECT_EQ(Keys(Trades(absl::StrCat("state = ", state->name()))),
              Keys(request));
  }
  EXPECT_EQ(scene_.Call(Trades("state = STATE_UNSPECIFIED"))
                .error()
                .metadata.at("field"),
            "filter");
}

TEST_F(ListCallsTest, AListAsOfASequenceShowsWhatWas) {
  MakeTrades();
  auto request = Trades("state = PROPOSED");
  request.set_as_of_sequence(8);
  EXPECT_EQ(Keys(request), "t8 t6");
  request.set_as_of_sequence(5);
  EXPECT_EQ(Keys(request), "");
  request.set_filter("");
  EXPECT_EQ(Keys(request), "t5");
  request.set_as_of_sequence(99);
  EXPECT_EQ(scene_.Call(request).error().reason, "SEQUENCE_NOT_REACHED");
  request.set_as_of_sequence(-1);
  EXPECT_EQ(scene_.Call(request).error().metadata.at("field"),
            "as_of_sequence");
}

TEST_F(ListCallsTest, EntriesAreFoundByEachFieldOfTheirs) {
  MakeTrades();
  v1::ReverseTradeRequest reverse;
  reverse.set_name("networks/res/trades/t5");
  reverse.set_request_id("reverse");
  scene_.clock().Advance(kDayUs);
  ASSERT_TRUE(scene_.Call(reverse).status.ok());  // 12, on the 5th
  // Of boulangerie: 5 pays 100, 9 receives 400, 12 gets 100 back.
  const std::pair<const char*, const char*> cases[] = {
      {"", "5 9 12"},
      {"amount.minor_units < 0", "5"},
      {"amount.minor_units > 100", "9"},
      {"kind = REVERSAL", "12"},
      {"kind != REVERSAL", "5 9"},
      {"counterparty = garage", "9"},
      {"counterparty != garage", "5 12"},
      {"counterparty = nobody", ""},
      {"trade = t5", "5 12"},
      {"trade = networks/res/trades/t5 AND kind = TRADE", "5"},
      {"trade = t6", ""},
      {"trade = t99", ""},
      {"trade != t5", "9"},
      {"booking_date = 2026-03-04", "9"},
      {"booking_date >= 2026-03-04", "9 12"},
      {"value_date < 2026-03-04", "5"},
      {"record_time > 2026-03-04T00:00:00Z", "9 12"},
      {"invoice_number = f1", "5 12"},
      {"invoice_number : \"f 1\"", "5 12"},
      {"\"F 1\" AND amount.minor_units < 0", "5"},
      {"NOT trade = t5 OR kind = REVERSAL", "9 12"},
  };
  for (const auto& [filter, expected] : cases) {
    EXPECT_EQ(Keys(Entries(filter), 1), expected) << filter;
    EXPECT_EQ(Keys(Entries(filter), 1'000), expected) << filter;
  }
  EXPECT_EQ(Keys(Entries("", "sequence desc"), 1), "12 9 5");
  EXPECT_EQ(Keys(Entries("trade = t5", "sequence desc"), 1), "12 5");
  auto then = Entries("");
  then.set_as_of_sequence(9);
  EXPECT_EQ(Keys(then), "5 9");
  EXPECT_EQ(scene_.Call(Entries("", "", "nobody")).error().reason,
            "RESOURCE_NOT_FOUND");
}

TEST_F(ListCallsTest, AnEntryOfAListIsTheLineOfTheStatement) {
  MakeTrades();
  v1::GetStatementRequest statement;
  statement.set_name("networks/res/members/boulangerie/accounts/main");
  const auto lines = scene_.Call(statement).response;
  const auto entries = scene_.Call(Entries("")).response;
  ASSERT_EQ(entries.entries_size(), lines.lines_size());
  for (int i = 0; i < entries.entries_size(); ++i) {
    EXPECT_EQ(entries.entries(i).SerializeAsString(),
              lines.lines(i).SerializeAsString());
  }
}

TEST_F(ListCallsTest, MembersAreFoundByNameCountryAndDistanceToTheLimit) {
  auto atelier = MemberRequest("m-1", "atelier");
  atelier.mutable_member()->set_legal_name("Écluse & Cie");
  atelier.mutable_member()->set_country_code("BE");
  atelier.mutable_member()->set_vat_id("BE0123456749");
  ASSERT_TRUE(scene_.Call(atelier).status.ok());
  // boulangerie drew 900 of 1,000; garage 400 of 500; imprimerie has 1,300.
  Must(Sale("s-1", 90'000));
  ASSERT_TRUE(scene_.Call(LineRequest("l-1", "garage", 50'000)).status.ok());
  Must(TradeRequest("s-2", "imprimerie", "garage", 40'000, v1::Trade::BUYER));
  const std::pair<const char*, const char*> cases[] = {
      {"", "imprimerie boulangerie garage atelier"},
      {"status = ACTIVE", "imprimerie boulangerie garage atelier"},
      {"status = FROZEN", ""},
      {"country_code = BE", "atelier"},
      {"tax_id = \"be 0123.456.749\"", "atelier"},
      {"tax_id != BE0123456749", "imprimerie boulangerie garage"},
      {"tax_id = BE0", ""},
      {"legal_name : ecluse", "atelier"},
      {"ECLUSE", "atelier"},
      {"oulang", "boulangerie"},
      {"name = garage", "garage"},
      {"name = garage AND country_code = BE", ""},
      {"spendable.minor_units <= 10000", "boulangerie garage"},
      {"balance.minor_units > 0", "imprimerie"},
      {"line_used_percent >= 80", "boulangerie garage"},
      {"line_used_percent >= 81", "boulangerie"},
      {"credit_line.minor_units = 50000", "garage"},
      {"create_time > 2026-03-02T00:00:00Z AND create_time < "
       "2026-03-03T00:00:00Z",
       "imprimerie boulangerie garage atelier"},
  };
  for (const auto& [filter, expected] : cases) {
    EXPECT_EQ(Keys(Members(filter), 1), expected) << filter;
  }
  EXPECT_EQ(Keys(Members("", "create_time desc"), 1),
            "atelier garage boulangerie imprimerie");
  for (const int page_size : {1, 3, 1'000}) {
    EXPECT_EQ(Keys(Members("", "legal_name"), page_size),
              "atelier boulangerie garage imprimerie");
    EXPECT_EQ(Keys(Members("", "legal_name desc"), page_size),
              "imprimerie garage boulangerie atelier");
    // Those that are alike stand in the order of admission.
    EXPECT_EQ(Keys(Members("", "spendable"), page_size),
              "boulangerie garage atelier imprimerie");
    EXPECT_EQ(Keys(Members("", "line_used_percent desc"), page_size),
              "boulangerie garage imprimerie atelier");
    EXPECT_EQ(Keys(Members("line_used_percent > 0", "balance"), page_size),
              "boulangerie garage");
    EXPECT_EQ(Keys(Accounts("", "spendable desc"), page_size),
              "imprimerie atelier boulangerie garage");
  }
}

TEST_F(ListCallsTest, AccountsShowWhatGetAccountShows) {
  Must(Sale("s-1", 90'000));
  const auto page = scene_.Call(Accounts("line_used_percent > 50")).response;
  ASSERT_EQ(page.accounts_size(), 1);
  v1::GetAccountRequest get;
  get.set_name("networks/res/members/boulangerie/accounts/main");
  EXPECT_EQ(page.accounts(0).SerializeAsString(),
            scene_.Call(get).response.account().SerializeAsString());
  EXPECT_EQ(page.accounts(0).line_used_percent(), 90);
  EXPECT_EQ(Keys(Accounts("member = garage")), "garage");
  EXPECT_EQ(Keys(Accounts("boulang")), "boulangerie");
  EXPECT_EQ(Keys(Accounts("posting_count = 0")), "garage");
}

TEST_F(ListCallsTest, WhatIsDrawnBeyondTheLineIsMoreThanAllOfIt) {
  const auto used = [&] {
    v1::GetAccountRequest get;
    get.set_name("networks/res/members/boulangerie/accounts/main");
    return scene_.Call(get).response.account().line_used_percent();
  };
  EXPECT_EQ(used(), 0);
  Must(Sale("s-1", 999));
  EXPECT_EQ(used(), 0);
  Must(Sale("s-2", 1));
  EXPECT_EQ(used(), 1);
  ASSERT_TRUE(scene_.Call(LineRequest("l-1", "boulangerie", 100)).status.ok());
  EXPECT_EQ(used(), 1'000);
  ASSERT_TRUE(scene_.Call(LineRequest("l-2", "boulangerie", 0)).status.ok());
  EXPECT_EQ(used(), 1'000'000);
}

TEST_F(ListCallsTest, SortedPagesStayAsOfTheFirst) {
  Must(Sale("s-1", 300));
  auto request = Accounts("", "spendable");
  request.set_page_size(1);
  const auto first = scene_.Call(request).response;
  EXPECT_EQ(KeyOf(first.accounts(0)), "boulangerie");
  // Now garage is the one that has least; the list does not know.
  Must(TradeRequest("s-2", "imprimerie", "garage", 900, v1::Trade::BUYER));
  scene_.Restart();
  request.set_page_token(first.next_page_token());
  request.set_page_size(5);
  const auto rest = scene_.Call(request).response;
  ASSERT_EQ(rest.accounts_size(), 2);
  EXPECT_EQ(rest.sequence(), first.sequence());
  EXPECT_EQ(KeyOf(rest.accounts(0)), "garage");
  EXPECT_EQ(rest.accounts(0).balance().minor_units(), 0);
  EXPECT_EQ(KeyOf(rest.accounts(1)), "imprimerie");
  EXPECT_EQ(rest.accounts(1).balance().minor_units(), 300);
}

// What is wrong with a filter is told by every list in the same way.
TEST_F(ListCallsTest, ABadFilterOrOrderIsToldWithItsPlace) {
  const auto check = [&](const auto& request, const char* field) {
    const auto reply = scene_.Call(request);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(reply.error().reason, "FIELD_INVALID");
    EXPECT_EQ(reply.error().metadata.at("field"), field);
    EXPECT_EQ(reply.error().fields, std::vector<std::string>{field});
    return reply.error().metadata.at("allowed");
  };
  EXPECT_EQ(check(Trades("state = SETLED"), "filter").substr(0, 36),
            "one of PROPOSED, AUTHORISED, SETTLED");
  EXPECT_TRUE(check(Entries("(kind = TRADE"), "filter")
                  .ends_with("a ')' at character 14"));
  check(Members("owner = me"), "filter");
  check(Accounts("spendable.minor_units < much"), "filter");
  check(Trades(std::string(kFilterLengthMax + 1, 'x')), "filter");
  check(Trades(std::string(1'000'000, '(')), "filter");
  check(Entries(std::string(kFilterDepthMax + 1, '(')), "filter");
  check(Members("a\nb"), "filter");
  EXPECT_EQ(check(Trades("", "amount"), "order_by"),
            "one of create_time, alone or with desc behind it");
  check(Entries("", "sequence down"), "order_by");
  check(Members("", "status"), "order_by");
  check(Accounts("", "spendable, balance"), "order_by");
  auto size = Accounts("");
  size.set_page_size(-1);
  check(size, "page_size");
  // Several mistakes are told at once.
  auto both = Trades("x =", "y");
  both.set_page_size(-5);
  EXPECT_EQ(scene_.Call(both).error().fields,
            (std::vector<std::string>{"page_size", "filter", "order_by"}));
}

TEST_F(ListCallsTest, APageSizeThatIsHugeIsTheLargest) {
  MakeTrades();
  auto request = Trades("");
  for (const int32_t size : {0, 5, 1'001, INT32_MAX}) {
    request.set_page_size(size);
    const auto page = scene_.Call(request);
    EXPECT_EQ(page.response.trades_size(), 5);
    EXPECT_EQ(page.response.next_page_token(), "");
  }
}

TEST_F(ListCallsTest, APageTokenIsOfOneListOneFilterOneOrderAndOneNetwork) {
  MakeTrades();
  scene_.MakeNetwork("autre");
  auto request = Trades("member = garage");
  request.set_page_size(1);
  const std::string token = scene_.Call(request).response.next_page_token();
  ASSERT_FALSE(token.empty());
  request.set_page_token(token);
  EXPECT_TRUE(scene_.Call(request).status.ok());
  const auto refused = [&](auto other) {
    other.set_page_token(token);
    const auto reply = scene_.Call(other);
    EXPECT_EQ(reply.error().reason, "FIELD_INVALID");
    EXPECT_EQ(reply.error().metadata.at("field"), "page_token");
  };
  refused(Trades(""));
  refused(Trades("member = boulangerie"));
  refused(Trades("member =  garage"));
  refused(Trades("member = garage", "create_time"));
  auto other = request;
  other.set_state(v1::Trade::SETTLED);
  refused(other);
  other = request;
  other.set_as_of_sequence(8);
  refused(other);
  other = request;
  other.set_parent("networks/autre");
  refused(other);
  refused(Entries(""));
  refused(Members(""));
  refused(Accounts(""));
  for (const std::string& bad :
       {std::string("x"), token + "A", token.substr(1),
        std::string(kPageTokenLengthMax + 1, 'A'), std::string(100'000, 'A'),
        std::string("\0\n", 2)}) {
    auto hostile = request;
    hostile.set_page_token(bad);
    EXPECT_EQ(scene_.Call(hostile).error().metadata.at("field"), "page_token");
  }
}

// --- What a key may see ------------------------------------------------------

TEST_F(ListCallsTest, NoFilterShowsWhatAKeyMayNotSee) {
  MakeTrades();
  ASSERT_TRUE(scene_.Call(MemberRequest("m-1", "atelier")).status.ok());
  auto secret =
      TradeRequest("x-1", "garage", "atelier", 77'700, v1::Trade::BUYER);
  secret.mutable_trade()->set_description("Projet Neptune");
  secret.mutable_trade()->mutable_invoice()->set_number("NEPTUNE-1");
  Must(secret);
  const std::string key = MakeKey("k1", {"imprimerie"});
  scene_.DistrustAnybody();
  scene_.set_key(key);
  EXPECT_EQ(Keys(Trades("")), "t7 t6 t5");
  // Whatever is said of the foreign trade, nothing comes, and no token tells
  // that there was something to pass over.
  const char* const probes[] = {"unit_leg.minor_units = 77700",
                                "invoice.number = NEPTUNE-1",
                                "invoice.number : neptune",
                                "description : neptune",
                                "neptune",
                                "member = atelier",
                                "buyer = atelier AND seller = garage",
                                "name = t13",
                                "name = networks/res/trades/t13",
                                "NOT member = imprimerie",
                                "state = DECLINED",
                                "create_time > 2026-03-04T00:00:00Z"};
  for (const char* probe : probes) {
    for (const char* order : {"", "create_time"}) {
      auto request = Trades(probe, order);
      request.set_page_size(1);
      const auto page = scene_.Call(request);
      ASSERT_TRUE(page.status.ok()) << page.status.error_message();
      EXPECT_EQ(page.response.trades_size(), 0) << probe;
      EXPECT_EQ(page.response.next_page_token(), "") << probe;
    }
  }
  // A foreign member, and one that is not there, are the same to it.
  auto foreign = Trades("");
  foreign.set_member("networks/res/members/atelier");
  auto absent = Trades("");
  absent.set_member("networks/res/members/nobody");
  EXPECT_EQ(scene_.Call(foreign).error().reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(scene_.Call(absent).error().reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(scene_.Call(Entries("", "", "garage")).error().reason,
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(Keys(Entries("trade = t13", "", "imprimerie")), "");
  for (const char* filter :
       {"", "name = garage", "garage", "spendable.minor_units < 999999999",
        "tax_id != x"}) {
    const std::string members = Keys(Members(filter), 1);
    EXPECT_TRUE(members.empty() || members == "imprimerie") << filter;
  }
  EXPECT_EQ(Keys(Members("", "spendable desc"), 1), "imprimerie");
  EXPECT_EQ(Keys(Accounts("", "spendable"), 1), "imprimerie");
  EXPECT_EQ(Keys(Accounts("member = garage OR balance.minor_units < -500")),
            "");
}

TEST_F(ListCallsTest, ABrokerListsItsBookAndNoMore) {
  MakeTrades();
  ASSERT_TRUE(scene_.Call(MemberRequest("m-1", "atelier")).status.ok());
  Must(TradeRequest("x-1", "garage", "atelier", 9, v1::Trade::BUYER));
  const std::string key = MakeKey("k1", {"imprimerie", "atelier"});
  scene_.DistrustAnybody();
  scene_.set_key(key);
  EXPECT_EQ(Keys(Trades("")), "t13 t7 t6 t5");
  EXPECT_EQ(Keys(Trades("", "create_time"), 1), "t5 t6 t7 t13");
  EXPECT_EQ(Keys(Trades("member = garage")), "t13 t7");
  EXPECT_EQ(Keys(Members("", "spendable"), 1), "imprimerie atelier");
  EXPECT_EQ(Keys(Accounts("balance.minor_units < -100")), "imprimerie");
}

TEST_F(ListCallsTest, APageTokenIsOfItsCaller) {
  MakeTrades();
  const std::string one = MakeKey("k1", {"imprimerie"});
  const std::string two = MakeKey("k2", {"imprimerie"});
  scene_.DistrustAnybody();
  scene_.set_key(one);
  auto trades = Trades("");
  trades.set_page_size(1);
  trades.set_page_token(scene_.Call(trades).response.next_page_token());
  auto entries = Entries("", "", "imprimerie");
  entries.set_page_size(1);
  entries.set_page_token(scene_.Call(entries).response.next_page_token());
  ASSERT_FALSE(trades.page_token().empty());
  ASSERT_FALSE(entries.page_token().empty());
  EXPECT_TRUE(scene_.Call(trades).status.ok());
  for (const std::string& other : {two, scene_.server_key()}) {
    scene_.set_key(other);
    EXPECT_EQ(scene_.Call(trades).error().metadata.at("field"), "page_token");
    EXPECT_EQ(scene_.Call(entries).error().metadata.at("field"), "page_token");
  }
}

}  // namespace
}  // namespace skontro::server

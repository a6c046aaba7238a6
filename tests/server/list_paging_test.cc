// Pages while others write: all pages together are what a full look at the
// sequence of the first page would have shown, each row once and in order. The
// look is made trade by trade and account by account, with calls that know
// nothing of lists, their indexes or their filters.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

const std::vector<std::string> kMembers = {"imprimerie", "boulangerie",
                                           "garage", "atelier", "librairie"};

std::string MemberName(size_t i) {
  return "networks/res/members/" + kMembers[i];
}

// Writes at random until it is told to stop, and keeps the names of the trades
// that it made.
class Writer {
 public:
  Writer(Scene* scene, uint32_t seed) : scene_(*scene), random_(seed) {}

  void Step() {
    const uint32_t dice = random_() % 10;
    if (dice < 6 || open_.empty()) return Create();
    const std::string name = TakeOpen();
    const std::string id = NewId();
    if (dice < 9) {
      v1::AcceptTradeRequest accept;
      accept.set_name(name);
      accept.set_request_id(id);
      const auto reply = scene_.Call(accept);
      EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
      if (random_() % 3 == 0) Reverse(name);
      return;
    }
    v1::DeclineTradeRequest decline;
    decline.set_name(name);
    decline.set_request_id(id);
    EXPECT_TRUE(scene_.Call(decline).status.ok());
  }

  // Not for ever: what is looked at trade by trade must stay few.
  void Run(const std::stop_token& stop) {
    for (int i = 0; i < 500 && !stop.stop_requested(); ++i) Step();
  }

  // By the sequence that created them.
  std::map<int64_t, std::string> trades() const {
    const absl::MutexLock lock(&mutex_);
    return trades_;
  }

 private:
  std::string NewId() { return absl::StrCat("w-", ++count_); }

  std::string TakeOpen() {
    const size_t i = random_() % open_.size();
    std::string name = open_[i];
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(i));
    return name;
  }

  void Reverse(const std::string& name) {
    v1::ReverseTradeRequest reverse;
    reverse.set_name(name);
    reverse.set_request_id(NewId());
    EXPECT_TRUE(scene_.Call(reverse).status.ok());
  }

  void Create() {
    const size_t seller = random_() % kMembers.size();
    const size_t buyer =
        (seller + 1 + random_() % (kMembers.size() - 1)) % kMembers.size();
    const bool paid = random_() % 2 == 0;
    auto request = TradeRequest(NewId(), kMembers[seller], kMembers[buyer],
                                1 + random_() % 50,
                                paid ? v1::Trade::BUYER : v1::Trade::SELLER);
    const uint32_t kind = random_() % 4;
    if (kind == 0) {
      request.mutable_trade()->mutable_invoice()->set_number(
          absl::StrCat("INV ", count_));
    }
    if (kind == 1) {
      request.mutable_trade()->set_description(count_ % 3 == 0 ? "Reliure d'été"
                                                               : "Papier");
    }
    const auto made = scene_.Call(request);
    ASSERT_TRUE(made.status.ok()) << made.status.error_message();
    const v1::Trade& trade = made.response.trade();
    if (!paid) open_.push_back(trade.name());
    const absl::MutexLock lock(&mutex_);
    trades_[trade.create_sequence()] = trade.name();
  }

  Scene& scene_;
  std::mt19937 random_;
  int count_ = 0;
  std::vector<std::string> open_;
  mutable absl::Mutex mutex_;
  std::map<int64_t, std::string> trades_ ABSL_GUARDED_BY(mutex_);
};

using Wanted = std::function<bool(const v1::Trade&)>;

bool IsOf(const v1::Trade& trade, size_t member) {
  return trade.seller() == MemberName(member) ||
         trade.buyer() == MemberName(member);
}

struct Query {
  const char* filter;
  Wanted wanted;
};

std::vector<Query> Queries() {
  return {
      {"", [](const v1::Trade&) { return true; }},
      {"member = garage", [](const v1::Trade& t) { return IsOf(t, 2); }},
      {"member = garage member = atelier",
       [](const v1::Trade& t) { return IsOf(t, 2) && IsOf(t, 3); }},
      {"seller = imprimerie AND buyer = librairie",
       [](const v1::Trade& t) {
         return t.seller() == MemberName(0) && t.buyer() == MemberName(4);
       }},
      {"state = PROPOSED",
       [](const v1::Trade& t) { return t.state() == v1::Trade::PROPOSED; }},
      {"state = PROPOSED member = boulangerie",
       [](const v1::Trade& t) {
         return t.state() == v1::Trade::PROPOSED && IsOf(t, 1);
       }},
      {"state = REVERSED OR state = DECLINED",
       [](const v1::Trade& t) {
         return t.state() == v1::Trade::REVERSED ||
                t.state() == v1::Trade::DECLINED;
       }},
      {"NOT state = SETTLED AND unit_leg.minor_units > 25",
       [](const v1::Trade& t) {
         return t.state() != v1::Trade::SETTLED &&
                t.unit_leg().minor_units() > 25;
       }},
      {"été OR invoice.number : inv",
       [](const v1::Trade& t) {
         return t.description() == "Reliure d'été" || t.has_invoice();
       }},
      {"unit_leg.minor_units = 7 OR member = librairie",
       [](const v1::Trade& t) {
         return t.unit_leg().minor_units() == 7 || IsOf(t, 4);
       }},
  };
}

class ListPagingTest : public testing::Test {
 protected:
  ListPagingTest() {
    scene_.MakeNetwork();
    for (size_t i = 3; i < kMembers.size(); ++i) {
      EXPECT_TRUE(scene_.Call(MemberRequest("m-" + kMembers[i], kMembers[i]))
                      .status.ok());
    }
  }

  v1::Trade TradeAt(const std::string& name, int64_t sequence) {
    v1::GetTradeRequest request;
    request.set_name(name);
    request.set_as_of_sequence(sequence);
    const auto reply = scene_.Call(request);
    EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
    return reply.response.trade();
  }

  // What the pages should have shown.
  std::vector<std::string> Look(const Writer& writer, int64_t sequence,
                                const Wanted& wanted, bool oldest_first) {
    std::vector<std::string> trades;
    for (const auto& [created, name] : writer.trades()) {
      if (created > sequence) break;
      const v1::Trade trade = TradeAt(name, sequence);
      if (wanted(trade)) trades.push_back(trade.SerializeAsString());
    }
    if (!oldest_first) std::reverse(trades.begin(), trades.end());
    return trades;
  }

  Scene scene_;
};

TEST_F(ListPagingTest, AllPagesAreWhatWasAtTheSequenceOfTheFirst) {
  Writer writer(&scene_, 1);
  for (int i = 0; i < 150; ++i) writer.Step();
  const std::jthread thread(
      [&](const std::stop_token& stop) { writer.Run(stop); });
  std::mt19937 random(2);
  size_t rows = 0;
  for (const Query& query : Queries()) {
    for (const bool oldest_first : {false, true}) {
      v1::ListTradesRequest request;
      request.set_parent("networks/res");
      request.set_filter(query.filter);
      if (oldest_first) request.set_order_by("create_time");
      std::vector<std::string> shown;
      int64_t sequence = 0;
      do {
        request.set_page_size(1 + static_cast<int>(random() % 9));
        const auto page = scene_.Call(request);
        ASSERT_TRUE(page.status.ok()) << page.status.error_message();
        if (sequence == 0) sequence = page.response.sequence();
        EXPECT_EQ(page.response.sequence(), sequence);
        for (const auto& trade : page.response.trades()) {
          shown.push_back(trade.SerializeAsString());
        }
        request.set_page_token(page.response.next_page_token());
      } while (!request.page_token().empty());
      EXPECT_EQ(shown, Look(writer, sequence, query.wanted, oldest_first))
          << query.filter << " as of " << sequence;
      rows += shown.size();
    }
  }
  EXPECT_GT(rows, 300u);
}

TEST_F(ListPagingTest, AKeyPagesThroughItsOwnWhileOthersWrite) {
  v1::CreateApiKeyRequest make;
  make.set_parent("networks/res");
  make.set_request_id("key");
  make.set_api_key_id("k1");
  make.mutable_api_key()->set_identity("broker");
  make.mutable_api_key()->set_role(v1::ApiKey::BROKER);
  make.mutable_api_key()->add_members(MemberName(1));
  make.mutable_api_key()->add_members(MemberName(3));
  const std::string key = scene_.Call(make).response.secret();
  Writer writer(&scene_, 3);
  for (int i = 0; i < 120; ++i) writer.Step();
  const auto visible = [](const v1::Trade& t) {
    return IsOf(t, 1) || IsOf(t, 3);
  };
  for (const Query& query : Queries()) {
    v1::ListTradesRequest request;
    request.set_parent("networks/res");
    request.set_filter(query.filter);
    request.set_page_size(3);
    std::vector<std::string> shown;
    int64_t sequence = 0;
    do {
      scene_.set_key(key);
      const auto page = scene_.Call(request);
      scene_.set_key("");
      ASSERT_TRUE(page.status.ok()) << page.status.error_message();
      sequence = page.response.sequence();
      for (const auto& trade : page.response.trades()) {
        shown.push_back(trade.SerializeAsString());
      }
      request.set_page_token(page.response.next_page_token());
      writer.Step();
    } while (!request.page_token().empty());
    const auto wanted = [&](const v1::Trade& trade) {
      return visible(trade) && query.wanted(trade);
    };
    EXPECT_EQ(shown, Look(writer, sequence, wanted, false)) << query.filter;
  }
}

TEST_F(ListPagingTest, AccountsInTheOrderOfWhatTheyMaySpendWhileOthersWrite) {
  Writer writer(&scene_, 5);
  for (int i = 0; i < 30; ++i) writer.Step();
  const std::jthread thread(
      [&](const std::stop_token& stop) { writer.Run(stop); });
  for (const bool descending : {false, true}) {
    for (const int page_size : {1, 2, 4}) {
      v1::ListAccountsRequest request;
      request.set_parent("networks/res");
      request.set_order_by(descending ? "spendable desc" : "spendable");
      request.set_page_size(page_size);
      std::vector<std::string> shown;
      int64_t sequence = 0;
      do {
        const auto page = scene_.Call(request);
        ASSERT_TRUE(page.status.ok()) << page.status.error_message();
        sequence = page.response.sequence();
        for (const auto& account : page.response.accounts()) {
          shown.push_back(account.SerializeAsString());
        }
        request.set_page_token(page.response.next_page_token());
      } while (!request.page_token().empty());
      std::vector<v1::Account> accounts;
      for (size_t i = 0; i < kMembers.size(); ++i) {
        v1::GetAccountRequest get;
        get.set_name(MemberName(i) + "/accounts/main");
        get.set_as_of_sequence(sequence);
        accounts.push_back(scene_.Call(get).response.account());
      }
      std::stable_sort(accounts.begin(), accounts.end(),
                       [&](const v1::Account& a, const v1::Account& b) {
                         const int64_t left = a.spendable().minor_units();
                         const int64_t right = b.spendable().minor_units();
                         return descending ? left > right : left < right;
                       });
      std::vector<std::string> expected;
      for (const v1::Account& account : accounts) {
        expected.push_back(account.SerializeAsString());
      }
      EXPECT_EQ(shown, expected) << "as of " << sequence;
    }
  }
}

TEST_F(ListPagingTest, EntriesOfAnAccountWhileOthersWrite) {
  Writer writer(&scene_, 7);
  for (int i = 0; i < 80; ++i) writer.Step();
  const std::jthread thread(
      [&](const std::stop_token& stop) { writer.Run(stop); });
  for (const bool newest_first : {false, true}) {
    for (const char* filter : {"", "amount.minor_units > 10"}) {
      v1::ListEntriesRequest request;
      request.set_parent(MemberName(0) + "/accounts/main");
      request.set_filter(filter);
      if (newest_first) request.set_order_by("sequence desc");
      request.set_page_size(4);
      std::vector<std::string> shown;
      int64_t sequence = 0;
      do {
        const auto page = scene_.Call(request);
        ASSERT_TRUE(page.status.ok()) << page.status.error_message();
        sequence = page.response.sequence();
        for (const auto& entry : page.response.entries()) {
          shown.push_back(entry.SerializeAsString());
        }
        request.set_page_token(page.response.next_page_token());
      } while (!request.page_token().empty());
      v1::GetStatementRequest statement;
      statement.set_name(request.parent());
      statement.set_as_of_sequence(sequence);
      statement.set_page_size(1'000);
      const auto whole = scene_.Call(statement);
      ASSERT_TRUE(whole.status.ok());
      // 580 steps make fewer lines than that.
      ASSERT_EQ(whole.response.next_page_token(), "");
      std::vector<std::string> expected;
      for (const auto& line : whole.response.lines()) {
        if (*filter != '\0' && line.amount().minor_units() <= 10) continue;
        expected.push_back(line.SerializeAsString());
      }
      if (newest_first) std::reverse(expected.begin(), expected.end());
      EXPECT_EQ(shown, expected) << filter << " as of " << sequence;
      EXPECT_GT(shown.size(), 3u);
    }
  }
}

}  // namespace
}  // namespace skontro::server

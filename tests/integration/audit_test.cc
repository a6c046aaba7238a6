// An audit that cannot fail shows nothing: each test plants one defect in what
// a server shows, or in what it answered, and the audit has to name it.

#include "tests/integration/audit.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/fake_network.h"

namespace skontro::integration {
namespace {

using ::testing::HasSubstr;
using Kind = PlannedCall::Kind;

LoadPlan::Options SmallPlan() {
  LoadPlan::Options options;
  options.seed = 20261122;
  options.clients = 4;
  options.calls = 100;
  options.members = 8;
  return options;
}

// A round that went well, to be spoilt.
class AuditTest : public testing::Test {
 protected:
  AuditTest() : plan_(SmallPlan()), log_(plan_.options(), 0, 0) {
    FakeNetwork network(&plan_);
    CallId id;
    for (id.index = 0; id.index < plan_.options().calls; ++id.index) {
      for (id.client = 0; id.client < plan_.options().clients; ++id.client) {
        // Calls that waited for their answer when the server was killed.
        const bool is_lost = IsLost(id);
        log_.Sent(id);
        const CallAnswer answer = network.Execute(plan_.Call(id));
        log_.Answered(id, is_lost ? CallAnswer() : answer, &findings_);
      }
    }
    seen_ = network.Seen();
  }

  static bool IsLost(const CallId& id) { return id.index >= 90; }

  std::string Audited() {
    Books books(plan_.options().members);
    Audit audit(plan_, log_, &books, &findings_);
    audit.Check(seen_, observations_);
    return findings_.Text();
  }

  // The answers that the lost calls would have got.
  void AnswerAll() {
    FakeNetwork network(&plan_);
    CallId id;
    for (id.index = 0; id.index < plan_.options().calls; ++id.index) {
      for (id.client = 0; id.client < plan_.options().clients; ++id.client) {
        const CallAnswer answer = network.Execute(plan_.Call(id));
        if (IsLost(id)) log_.Answered(id, answer, &findings_);
      }
    }
  }

  // A trade that is there, of an answered call of this kind.
  v1::Trade* FindTrade(Kind kind, bool lost) {
    const auto found = std::find_if(
        seen_.trades.begin(), seen_.trades.end(), [&](const v1::Trade& trade) {
          const CallId id = LoadPlan::Find(trade.description())->call;
          return IsLost(id) == lost && plan_.Call(id).kind == kind;
        });
    return found == seen_.trades.end() ? nullptr : &*found;
  }

  const LoadPlan plan_;
  CallLog log_;
  SeenNetwork seen_;
  std::vector<Observation> observations_;
  Findings findings_;
};

TEST_F(AuditTest, AnHonestServerIsFoundHonestBeforeAndAfterTheLastAnswer) {
  EXPECT_EQ(Audited(), "");
  AnswerAll();
  EXPECT_EQ(Audited(), "");
}

TEST_F(AuditTest, AJournalThatEndsBeforeAnAnswerHasLostIt) {
  seen_.sequence -= 200;
  EXPECT_THAT(Audited(), HasSubstr("LOST"));
}

TEST_F(AuditTest, ATradeThatWasAnsweredAndIsGoneIsLost) {
  seen_.trades.erase(seen_.trades.begin() +
                     (FindTrade(Kind::kCreate, false) - seen_.trades.data()));
  EXPECT_THAT(Audited(), HasSubstr("LOST"));
}

TEST_F(AuditTest, ATradeAtAnotherSequenceThanAnsweredIsLost) {
  v1::Trade& trade = *FindTrade(Kind::kCreate, false);
  const int64_t elsewhere = seen_.sequence + 1;
  trade.set_create_sequence(elsewhere);
  if (trade.initiator() == v1::Trade::BUYER) {
    trade.set_settle_sequence(elsewhere);
  }
  ++seen_.sequence;
  EXPECT_THAT(Audited(), HasSubstr("LOST"));
}

TEST_F(AuditTest, AnotherDigestOfTheHeadIsFound) {
  AnswerAll();
  seen_.digest = "another";
  EXPECT_THAT(Audited(), HasSubstr("another digest"));
}

TEST_F(AuditTest, AMissingSequenceIsFound) {
  AnswerAll();
  ++seen_.sequence;
  EXPECT_THAT(Audited(), HasSubstr("are no events"));
}

TEST(StateDigestsTest, OneStandsAtEachMultipleOrBehindTheGroupThere) {
  const auto count = [](int64_t after, int64_t upto) {
    const DigestCount digests = StateDigests(after, upto);
    return std::make_pair(digests.least, digests.most);
  };
  using Counts = std::pair<int64_t, int64_t>;
  EXPECT_EQ(count(0, 65'535), Counts(0, 0));
  EXPECT_EQ(count(0, 65'536), Counts(0, 1)) << "a group may be open there";
  EXPECT_EQ(count(64'510, 71'677), Counts(1, 1));
  EXPECT_EQ(count(65'600, 66'500), Counts(0, 1)) << "it may have come late";
  EXPECT_EQ(count(70'000, 131'000), Counts(0, 0));
  EXPECT_EQ(count(0, 1'000'000), Counts(15, 15));
}

TEST_F(AuditTest, ATradeThatWasMadeTwiceIsFound) {
  v1::Trade again = *FindTrade(Kind::kCreate, false);
  again.set_name("networks/n/trades/again");
  again.set_create_sequence(++seen_.sequence);
  again.set_settle_sequence(seen_.sequence);
  seen_.trades.insert(seen_.trades.begin(), again);
  EXPECT_THAT(Audited(), HasSubstr("made twice"));
}

TEST_F(AuditTest, ATradeThatNobodyAskedForIsFound) {
  FindTrade(Kind::kCreate, true)->set_description("r7-0-0-0");
  EXPECT_THAT(Audited(), HasSubstr("nobody asked"));
}

TEST_F(AuditTest, ATradeThatWasRefusedAndIsThereIsFound) {
  CallId id;
  for (; IsLost(id) || log_.slot(id).items.front().done ||
         plan_.Call(id).kind != Kind::kCreate ||
         !plan_.Call(id).trades.front().buyer_pays;
       ++id.index) {
  }
  const PlannedTrade planned = plan_.Call(id).trades.front();
  v1::Trade trade = *FindTrade(Kind::kCreate, true);
  trade.set_name("networks/n/trades/booked");
  trade.set_description(planned.key);
  trade.set_create_sequence(++seen_.sequence);
  seen_.trades.insert(seen_.trades.begin(), trade);
  EXPECT_THAT(Audited(), HasSubstr("nobody asked for, or was told of"));
}

TEST_F(AuditTest, AGroupOfWhichATradeIsMissingIsHalfDone) {
  v1::Trade* const trade = FindTrade(Kind::kGroup, true);
  ASSERT_NE(trade, nullptr);
  seen_.trades.erase(seen_.trades.begin() + (trade - seen_.trades.data()));
  EXPECT_THAT(Audited(), HasSubstr("HALF DONE"));
}

TEST_F(AuditTest, ABalanceThatIsOneMinorUnitOffIsFound) {
  v1::Amount& balance = *seen_.accounts[3].mutable_balance();
  balance.set_minor_units(balance.minor_units() + 1);
  const std::string found = Audited();
  EXPECT_THAT(found, HasSubstr("the witness has member 3"));
  EXPECT_THAT(found, HasSubstr("the balances add up to 1"));
}

TEST_F(AuditTest, AnotherAmountThanWasAskedForIsFound) {
  v1::Amount& units = *FindTrade(Kind::kCreate, true)->mutable_unit_leg();
  units.set_minor_units(units.minor_units() + 1);
  EXPECT_THAT(Audited(), HasSubstr("not what was asked for"));
}

TEST_F(AuditTest, TimeThatGoesBackIsFound) {
  FindTrade(Kind::kCreate, true)->mutable_create_time()->set_seconds(1);
  EXPECT_THAT(Audited(), HasSubstr("time does not go up"));
}

TEST_F(AuditTest, WhatAReaderWasShownMayNotBeTakenBack) {
  observations_.push_back({2, seen_.sequence + 1, 0, 0});
  EXPECT_THAT(Audited(), HasSubstr("TAKEN BACK"));
}

TEST_F(AuditTest, WhatAReaderWasShownWasSo) {
  observations_.push_back({2, seen_.sequence,
                           seen_.accounts[2].balance().minor_units(),
                           seen_.accounts[2].posting_count()});
  EXPECT_EQ(Audited(), "");
  ++observations_.front().balance;
  EXPECT_THAT(Audited(), HasSubstr("a reader was shown"));
}

// Another answer of the same call than the first.
CallAnswer Changed(const CallLog& log, const CallId& id) {
  CallAnswer answer;
  answer.items = log.slot(id).items;
  answer.items.front().bytes += "!";
  return answer;
}

TEST_F(AuditTest, ASecondAnswerThatDiffersFromTheFirstIsFound) {
  log_.Answered({0, 1, 5}, Changed(log_, {0, 1, 5}), &findings_);
  EXPECT_THAT(Audited(), HasSubstr("and is now"));
}

// The first answered call that was refused for `reason`, with its refusal
// changed by `spoil`.
template <typename Spoil>
void SpoilRefusal(const LoadPlan& plan, const std::string& reason, Spoil spoil,
                  CallLog* log) {
  CallId id;
  for (id.client = 0; id.client < plan.options().clients; ++id.client) {
    for (id.index = 0; id.index < plan.options().calls; ++id.index) {
      if (log->slot(id).items.empty() || plan.Call(id).kind == Kind::kGroup) {
        continue;
      }
      for (const ItemAnswer& item : log->slot(id).items) {
        if (item.because.reason != reason) continue;
        spoil(const_cast<RefusedBecause*>(&item.because));
        return;
      }
    }
  }
  FAIL() << "nothing was refused for " << reason;
}

TEST_F(AuditTest, ARefusalForAnAmountThatCouldNeverBeSpentIsFound) {
  AnswerAll();
  SpoilRefusal(
      plan_, "CREDIT_LINE_EXCEEDED",
      [](RefusedBecause* because) {
        because->metadata["spendable"] = "-7654321";
      },
      &log_);
  EXPECT_THAT(Audited(), HasSubstr("wrongly refused"));
}

TEST_F(AuditTest, ARefusalForAStateThatTheTradeWasNeverInIsFound) {
  AnswerAll();
  SpoilRefusal(
      plan_, "TRADE_STATE",
      [](RefusedBecause* because) {
        std::string& state = because->metadata["state"];
        state = state == "DECLINED" ? "REVERSED" : "DECLINED";
      },
      &log_);
  EXPECT_THAT(Audited(), HasSubstr("wrongly refused"));
}

TEST_F(AuditTest, ARefusalForNoReasonIsFound) {
  AnswerAll();
  SpoilRefusal(
      plan_, "DUPLICATE_INVOICE",
      [](RefusedBecause* because) { because->reason = "MEMBER_NOT_ACTIVE"; },
      &log_);
  EXPECT_THAT(Audited(), HasSubstr("wrongly refused"));
}

TEST(BooksTest, TheySurviveBeingWrittenDown) {
  const LoadPlan plan(SmallPlan());
  Books books(plan.options().members);
  Findings findings;
  CallId id;
  int64_t sequence = 0;
  for (; sequence < 40; ++id.index) {
    const PlannedCall call = plan.Call(id);
    if (call.kind != Kind::kCreate) continue;
    BookEvent event;
    event.sequence = ++sequence;
    event.trade_id = "x" + call.trades.front().key;
    event.planned = call.trades.front();
    books.Apply(event, &findings);
  }
  books.Close(sequence);
  const std::optional<Books> again = Books::Load(books.Save(), plan);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->Save(), books.Save());
  EXPECT_EQ(again->trades().size(), 40U);
}

TEST(BooksTest, OneMinorUnitPastALimitIsFound) {
  Books books(2);
  Findings findings;
  BookEvent event;
  event.planned.buyer_pays = true;
  event.planned.seller = 1;
  event.planned.units = LoadPlan::kDefaultCreditLine;
  event.sequence = 1;
  event.trade_id = "a";
  books.Apply(event, &findings);
  EXPECT_EQ(findings.Text(), "");
  event.planned.units = 1;
  event.sequence = 2;
  event.trade_id = "b";
  books.Apply(event, &findings);
  EXPECT_THAT(findings.Text(), HasSubstr("breaks a limit"));
}

TEST(BooksTest, AnInvoiceInTwoTradesIsFoundUntilTheFirstIsDeclined) {
  Books books(2);
  Findings findings;
  BookEvent event;
  event.planned.seller = 1;
  event.planned.units = 5;
  event.planned.invoice = "F 1";
  event.sequence = 1;
  event.trade_id = "a";
  books.Apply(event, &findings);
  BookEvent declined;
  declined.sequence = 2;
  declined.kind = BookEvent::Kind::kDeclined;
  declined.trade_id = "a";
  books.Apply(declined, &findings);
  event.sequence = 3;
  event.trade_id = "b";
  books.Apply(event, &findings);
  EXPECT_EQ(findings.Text(), "");
  event.planned.invoice = "f1";
  event.sequence = 4;
  event.trade_id = "c";
  books.Apply(event, &findings);
  EXPECT_THAT(findings.Text(), HasSubstr("has the invoice of b"));
}

}  // namespace
}  // namespace skontro::integration

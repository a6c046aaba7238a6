#include "engine/state.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/event_codec.h"
#include "ledger/base/limits.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

// A state with a baker and a mason, and a proposed trade of the number 4 whose
// invoice is F-1; the records are written by the test.
class StateTest : public testing::Test {
 protected:
  StateTest() {
    ledger::Record genesis;
    genesis.kind = ledger::RecordKind::kGenesis;
    genesis.time_us = 1'000;
    genesis.booking_date = kDay;
    state_ = std::make_unique<State>(genesis, EuroTerms());
    Apply(Member(1, "baker"));
    Apply(Member(2, "mason"));
    Apply(Proposal());
  }

  static MemberCreated Member(uint64_t number, std::string id) {
    MemberCreated created;
    created.number = MemberNumber{number};
    created.id = std::move(id);
    created.country = "BE";
    created.main_account = AccountId{number};
    return created;
  }

  static TradeCreated Proposal(std::string invoice = "F-1") {
    TradeCreated created;
    created.seller = MemberNumber{1};
    created.buyer = MemberNumber{2};
    created.units = Minor(100);
    created.invoice = InvoiceOf(std::move(invoice), kDay);
    return created;
  }

  static InvoiceKey Key(std::string number = "F-1") {
    return {MemberNumber{1}, 2026, std::move(number)};
  }

  ledger::Record RecordOf(const Event& event) const {
    ledger::Record record;
    record.kind = ledger::RecordKind::kEvent;
    if (std::holds_alternative<RequestRefused>(event)) {
      record.kind = ledger::RecordKind::kRefusal;
    } else if (std::holds_alternative<RecoveryAccepted>(event)) {
      record.kind = ledger::RecordKind::kRecovery;
    }
    record.time_us = state_->time_us() + 1;
    record.booking_date = state_->booking_date();
    return record;
  }

  // The entry of 1.00 from the mason to the baker.
  static ledger::Entry Move() {
    return {ledger::EntryKind::kTrade,
            TradeNumber{4},
            kDay,
            {{AccountId{2}, Minor(-100), Minor(-100)},
             {AccountId{1}, Minor(100), Minor(100)}}};
  }

  void Apply(const Event& event) { state_->Apply(RecordOf(event), event); }

  // Applies the event in a record that `spoil` has had its hands on.
  template <typename Spoil>
  void ApplySpoiled(const Event& event, Spoil spoil) {
    ledger::Record record = RecordOf(event);
    spoil(&record);
    state_->Apply(record, event);
  }

  static constexpr auto kDay = CivilDate::FromDays(20'500);
  std::unique_ptr<State> state_;
};

using StateDeathTest = StateTest;

TEST_F(StateTest, ARecordMovesSequenceTimeAndDay) {
  EXPECT_EQ(state_->sequence(), Sequence{4});
  EXPECT_EQ(state_->time_us(), 1'003);
  ApplySpoiled(TradeAccepted{TradeNumber{4}}, [](ledger::Record* record) {
    record->time_us = 5'000;
    record->booking_date = CivilDate::FromDays(20'501);
    record->entries = {Move()};
  });
  EXPECT_EQ(state_->sequence(), Sequence{5});
  EXPECT_EQ(state_->time_us(), 5'000);
  EXPECT_EQ(state_->booking_date(), CivilDate::FromDays(20'501));
  EXPECT_EQ(state_->account(AccountId{1}).balance, Minor(100));
  EXPECT_EQ(state_->account(AccountId{2}).balance, Minor(-100));
  state_->CheckInvariants();
}

TEST_F(StateTest, AnAcceptedLossChangesNothing) {
  const Sequence before = state_->sequence();
  const Amount balance = state_->account(AccountId{1}).balance;
  const size_t recent = state_->recent_count();
  Apply(
      RecoveryAccepted{{{Sequence{90}, {}, 5}}, {before, {}, 4}, Sequence{80}});
  EXPECT_EQ(state_->sequence(), ledger::Next(before));
  EXPECT_EQ(state_->account(AccountId{1}).balance, balance);
  EXPECT_EQ(state_->recent_count(), recent);
  state_->CheckInvariants();
}

TEST_F(StateDeathTest, AnAcceptedLossNamesTheRecordBeforeIt) {
  const Sequence before = state_->sequence();
  for (const Sequence found : {ledger::Before(before), ledger::Next(before)}) {
    EXPECT_DEATH(Apply(RecoveryAccepted{{}, {found, {}, 4}, found}),
                 "broken invariant");
  }
}

TEST_F(StateDeathTest, ARecordThatDoesNotFitStopsTheProcess) {
  using Spoil = void (*)(ledger::Record*);
  struct Case {
    const char* what;
    Event event;
    Spoil spoil;
  };
  const Event kAccept = TradeAccepted{TradeNumber{4}};
  const Case kCases[] = {
      {"time that stands", kAccept,
       [](ledger::Record* r) { r->time_us = 1'003; }},
      {"a day that goes back", kAccept,
       [](ledger::Record* r) {
         r->booking_date = CivilDate::FromDays(20'499);
       }},
      {"an event in a refusal", kAccept,
       [](ledger::Record* r) { r->kind = ledger::RecordKind::kRefusal; }},
      {"a second genesis", EuroTerms(),
       [](ledger::Record* r) { r->kind = ledger::RecordKind::kGenesis; }},
      {"a genesis as an event", EuroTerms(), [](ledger::Record*) {}},
      {"a refusal as an event", RequestRefused{{Reason::kTradeState, {}}},
       [](ledger::Record* r) { r->kind = ledger::RecordKind::kEvent; }},
      {"a refusal that moves", RequestRefused{{Reason::kTradeState, {}}},
       [](ledger::Record* r) { r->entries = {Move()}; }},
      {"a balance that is another", kAccept,
       [](ledger::Record* r) {
         r->entries = {Move()};
         r->entries[0].postings[1].balance_after = Minor(101);
       }},
      {"an entry that does not balance", kAccept,
       [](ledger::Record* r) {
         r->entries = {Move()};
         r->entries[0].postings[1].amount = Minor(101);
         r->entries[0].postings[1].balance_after = Minor(101);
       }},
      {"an account that is not there", kAccept,
       [](ledger::Record* r) {
         r->entries = {Move()};
         r->entries[0].postings[0].account = AccountId{3};
       }},
      {"account zero", kAccept,
       [](ledger::Record* r) {
         r->entries = {Move()};
         r->entries[0].postings[0].account = AccountId{0};
       }},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    EXPECT_DEATH(ApplySpoiled(c.event, c.spoil),
                 "broken invariant at sequence 5");
  }
}

TEST_F(StateDeathTest, AnEventThatContradictsMemoryStopsTheProcess) {
  MemberCreated other_account = Member(3, "printer");
  other_account.main_account = AccountId{4};
  TradeCreated stranger = Proposal("F-2");
  stranger.seller = MemberNumber{3};
  TradeCreated nobody = Proposal("F-2");
  nobody.buyer = MemberNumber{0};
  struct Case {
    const char* what;
    Event event;
  };
  const Case kCases[] = {
      {"a member number with a gap", Member(4, "printer")},
      {"a member number again", Member(2, "printer")},
      {"a member id again", Member(3, "mason")},
      {"an account with a gap", other_account},
      {"a line that was not so before",
       CreditLineSet{AccountId{1}, Minor(1), Minor(2), Minor(1'000'00),
                     Minor(3)}},
      {"a limit that was not so before",
       CreditLineSet{AccountId{1}, Minor(500'00), Minor(2), Minor(1),
                     Minor(3)}},
      {"a line of no account",
       CreditLineSet{AccountId{3}, Minor(500'00), Minor(2), Minor(1'000'00),
                     Minor(3)}},
      {"a seller who is not there", stranger},
      {"a buyer who is not there", nobody},
      {"an invoice that another trade has", Proposal("f-1")},
      {"the acceptance of no trade", TradeAccepted{TradeNumber{3}}},
      {"a refusal of no trade", TradeDeclined{TradeNumber{3}, {}}},
      {"the reversal of a trade that did not settle",
       TradeReversed{TradeNumber{4}, Sequence{4}, {}}},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    EXPECT_DEATH(Apply(c.event), "broken invariant at sequence 5");
  }
}

TEST_F(StateDeathTest, ATradeTakesEachStepOnce) {
  Apply(TradeAccepted{TradeNumber{4}});
  EXPECT_DEATH(Apply(TradeAccepted{TradeNumber{4}}), "broken invariant");
  EXPECT_DEATH(Apply(TradeDeclined{TradeNumber{4}, Key()}), "broken invariant");
  // The settlement was at 5.
  EXPECT_DEATH(Apply(TradeReversed{TradeNumber{4}, Sequence{4}, Key()}),
               "broken invariant");
  Apply(TradeReversed{TradeNumber{4}, Sequence{5}, Key()});
  EXPECT_DEATH(Apply(TradeReversed{TradeNumber{4}, Sequence{5}, {}}),
               "broken invariant");
}

TEST_F(StateDeathTest, AnInvoiceIsFreedOnce) {
  Apply(TradeDeclined{TradeNumber{4}, Key()});
  Apply(Proposal("F-2"));
  EXPECT_DEATH(Apply(TradeDeclined{TradeNumber{6}, Key()}),
               "broken invariant at sequence 7");
}

TEST_F(StateDeathTest, ATradeUndoneInPartBreaksTheSumOfBalances) {
  ledger::Record record = RecordOf(Proposal("F-2"));
  const State::BeforeTrade before = state_->Remember(Proposal("F-2"));
  state_->Apply(record, Proposal("F-2"));
  record.entries = {Move()};
  record.entries[0].postings.pop_back();
  EXPECT_DEATH(state_->UndoTrade(record, Proposal("F-2"), before),
               "broken invariant at sequence 5: balances_sum_ == 0");
}

// The mason pays 1.00 to the baker, over an account's limits as they were set.
TEST_F(StateDeathTest, ABalanceBeyondItsLimitsStopsTheProcess) {
  ledger::Record moved;
  ApplySpoiled(TradeAccepted{TradeNumber{4}}, [&](ledger::Record* record) {
    record->entries = {Move()};
    moved = *record;
  });
  const auto set = [&](uint64_t account, int64_t line, int64_t limit) {
    const Account& now = state_->account(AccountId{account});
    Apply(CreditLineSet{AccountId{account}, now.credit_line, Minor(line),
                        now.balance_limit, Minor(limit)});
  };
  set(2, 100, 1);  // To the last unit.
  set(1, 0, 100);
  state_->CheckLimits(moved);
  set(2, 99, 1);
  EXPECT_DEATH(state_->CheckLimits(moved), "broken invariant at sequence 8");
  set(2, 100, 1);
  set(1, 0, 99);
  EXPECT_DEATH(state_->CheckLimits(moved), "broken invariant at sequence 10");
}

TEST_F(StateDeathTest, NamesThatAreNotThereStopTheProcess) {
  EXPECT_DEATH(state_->member(MemberNumber{3}), "broken invariant");
  EXPECT_DEATH(state_->member(MemberNumber{0}), "broken invariant");
  EXPECT_DEATH(state_->account(AccountId{3}), "broken invariant");
  EXPECT_DEATH(state_->account(AccountId{0}), "broken invariant");
  EXPECT_DEATH(State(RecordOf(TradeAccepted{}), EuroTerms()),
               "broken invariant");
}

TEST_F(StateDeathTest, ALimitOutOfItsBoundsIsNoticed) {
  state_->CheckInvariants();
  Apply(CreditLineSet{AccountId{1}, Minor(500'00), Minor(-1), Minor(1'000'00),
                      Minor(1)});
  EXPECT_DEATH(state_->CheckInvariants(), "credit_line");
  Apply(CreditLineSet{AccountId{1}, Minor(-1), Minor(0), Minor(1), Minor(0)});
  EXPECT_DEATH(state_->CheckInvariants(), "balance_limit");
}

TEST_F(StateTest, TheBooksOfManyRichAccountsBalanceToo) {
  // Ten thousand accounts with the largest balance are past 64 bits together.
  Apply(CreditLineSet{AccountId{1}, Minor(500'00), Minor(kAmountMax),
                      Minor(1'000'00), Minor(kAmountMax)});
  for (uint64_t i = 3; i <= 20'002; ++i) {
    Apply(Member(i, "m" + std::to_string(i)));
  }
  for (uint64_t i = 3; i <= 10'002; ++i) {
    TradeCreated trade;
    trade.seller = MemberNumber{i};
    trade.buyer = MemberNumber{i + 10'000};
    trade.initiator = Initiator::kBuyer;
    trade.units = Minor(kAmountMax);
    ApplySpoiled(trade, [&](ledger::Record* record) {
      record->entries = {
          {ledger::EntryKind::kTrade,
           TradeNumber{1},
           kDay,
           {{AccountId{i + 10'000}, Minor(-kAmountMax), Minor(-kAmountMax)},
            {AccountId{i}, Minor(kAmountMax), Minor(kAmountMax)}}}};
    });
  }
  state_->CheckInvariants();
  EXPECT_EQ(state_->account_count(), 20'002u);
}

// --- Forgetting --------------------------------------------------------------

TEST_F(StateTest, ForgettingKeepsWhatIsNewerThanTheFloor) {
  ApplySpoiled(TradeAccepted{TradeNumber{4}}, [](ledger::Record* record) {
    record->actor = "a";
    record->request_id = "r5";
  });
  Apply(Proposal("F-2"));
  ApplySpoiled(TradeDeclined{TradeNumber{6}, Key("F-2")},
               [](ledger::Record* record) {
                 record->actor = "a";
                 record->request_id = "r7";
               });

  state_->ForgetUpTo(Sequence{4});
  EXPECT_NE(state_->FindRequest("a", "r5"), nullptr);
  EXPECT_EQ(state_->FindInvoice(Key()), nullptr);
  EXPECT_TRUE(state_->HasTrade("t4"));

  state_->ForgetUpTo(Sequence{6});
  EXPECT_EQ(state_->FindRequest("a", "r5"), nullptr);
  EXPECT_NE(state_->FindRequest("a", "r7"), nullptr);
  EXPECT_FALSE(state_->HasTrade("t4"));
  // Held at 6 and free again at 7: what is newer is kept.
  ASSERT_NE(state_->FindInvoice(Key("F-2")), nullptr);
  EXPECT_FALSE(state_->FindInvoice(Key("F-2"))->held);
  EXPECT_TRUE(state_->HasTrade("t6"));

  state_->ForgetUpTo(Sequence{7});
  EXPECT_EQ(state_->FindRequest("a", "r7"), nullptr);
  EXPECT_EQ(state_->FindInvoice(Key("F-2")), nullptr);
  EXPECT_FALSE(state_->HasTrade("t6"));
  EXPECT_EQ(state_->recent_count(), 0u);
}

TEST_F(StateTest, AnOpenTradeIsNeverForgotten) {
  state_->ForgetUpTo(Sequence{1'000});
  EXPECT_TRUE(state_->HasTrade("t4"));
  const auto found = state_->FindTrade("t4", std::nullopt);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->number, TradeNumber{4});
  EXPECT_EQ(found->trade.invoice, Key());
}

TEST_F(StateTest, AReversalOfAForgottenTradeIsRemembered) {
  Apply(TradeAccepted{TradeNumber{4}});
  state_->ForgetUpTo(Sequence{5});
  TradeFact fact;
  fact.number = TradeNumber{4};
  fact.created = Proposal();
  fact.state = TradeState::kSettled;
  fact.settle_sequence = Sequence{5};
  ASSERT_TRUE(state_->FindTrade("t4", fact).has_value());
  EXPECT_EQ(state_->FindTrade("t4", fact)->trade.state, TradeState::kSettled);

  Apply(TradeReversed{TradeNumber{4}, Sequence{5}, Key()});
  state_->ForgetUpTo(Sequence{5});
  const auto found = state_->FindTrade("t4", fact);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->trade.state, TradeState::kReversed);
  EXPECT_EQ(found->trade.settle_sequence, Sequence{5});
  ASSERT_NE(state_->FindInvoice(Key()), nullptr);
  EXPECT_FALSE(state_->FindInvoice(Key())->held);

  state_->ForgetUpTo(Sequence{6});
  EXPECT_EQ(state_->recent_count(), 0u);
  EXPECT_FALSE(state_->FindTrade("t4", std::nullopt).has_value());
}

TEST_F(StateTest, AReversalKeepsATradeThatSettledLately) {
  Apply(TradeAccepted{TradeNumber{4}});
  Apply(TradeReversed{TradeNumber{4}, Sequence{5}, Key()});
  state_->ForgetUpTo(Sequence{5});
  EXPECT_TRUE(state_->HasTrade("t4"));
  state_->ForgetUpTo(Sequence{6});
  EXPECT_FALSE(state_->HasTrade("t4"));
}

}  // namespace
}  // namespace skontro::engine

#include "engine/decider.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/event_codec.h"
#include "ledger/base/limits.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using Reasons = std::vector<std::string>;

class DeciderTest : public testing::Test {
 protected:
  DeciderTest() {
    for (const char* id : {"baker", "mason", "printer"}) {
      desk_.MustRun(Admit(id));
    }
  }

  Sequence now() const { return desk_.state().sequence(); }

  Desk desk_;
};

// --- Previews ----------------------------------------------------------------

TEST_F(DeciderTest, APreviewKeepsNothing) {
  const Sequence before = now();
  const int64_t time_before = desk_.state().time_us();
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "sale")));
  const Sequence after = now();
  for (const Command& command :
       {Admit("smith"), SetLine("baker", 7), Pay("baker", "mason", 3),
        Pay("baker", "mason", 600'00), Accept("sale"), Decline("sale"),
        Accept("ghost"), Pay("baker", "baker", 0)}) {
    const Answer answer = desk_.Decide(desk_.Ready(AsPreview(command)));
    EXPECT_EQ(answer.sequence, after);
    EXPECT_EQ(answer.first_sequence, Sequence{0});
    EXPECT_FALSE(answer.repeated);
  }
  EXPECT_TRUE(desk_.open_batch().records.empty());
  EXPECT_TRUE(desk_.open_batch().payloads.empty());
  EXPECT_TRUE(desk_.open_batch().personal.empty());
  EXPECT_EQ(now(), after);
  EXPECT_EQ(after, ledger::Next(before));
  EXPECT_GT(desk_.state().time_us(), time_before);
}

TEST_F(DeciderTest, APreviewTellsWhatWouldHappenEvenIfItMayNot) {
  const Answer answer = desk_.Run(AsPreview(Pay("baker", "mason", 600'00)));
  EXPECT_EQ(ReasonsOf(answer.refusals), Reasons{"CREDIT_LINE_EXCEEDED"});
  ASSERT_EQ(answer.events.size(), 1u);
  EXPECT_EQ(std::get<TradeCreated>(answer.events[0]).units, Minor(600'00));
}

TEST_F(DeciderTest, APreviewTellsFormRoleAndRulesTogether) {
  Command command = Create(WithId(Payment("baker", "mason", 600'00), "t1"));
  command.actor.role = Role::kAuditor;
  const Answer answer = desk_.Run(AsPreview(command));
  EXPECT_EQ(ReasonsOf(answer.refusals),
            (Reasons{"FIELD_INVALID", "ROLE_MISSING", "CREDIT_LINE_EXCEEDED"}));
}

TEST_F(DeciderTest, UnitsOfBadFormAreNotComparedWithLimits) {
  for (const int64_t units :
       {int64_t{0}, int64_t{-1}, kAmountMax + 1, INT64_MAX, INT64_MIN}) {
    SCOPED_TRACE(units);
    EXPECT_EQ(
        ReasonsOf(desk_.Run(AsPreview(Pay("baker", "mason", units))).refusals),
        Reasons{"FIELD_INVALID"});
  }
}

TEST_F(DeciderTest, APreviewDoesNotTellWhatMemoryHappensToKnow) {
  const std::string id = TradeIdOf(desk_.MustRun(Pay("baker", "mason", 1)));
  const Command preview =
      AsPreview(Create(WithId(Sale("baker", "mason", 1), id)));
  EXPECT_EQ(ReasonsOf(desk_.Run(preview).refusals), Reasons{"FIELD_INVALID"});
  desk_.decider().ForgetUpTo(now());
  EXPECT_EQ(ReasonsOf(desk_.Run(preview).refusals), Reasons{"FIELD_INVALID"});
}

TEST_F(DeciderTest, APreviewIsWhatTheCommandThenDoes) {
  for (const Command& command :
       {Admit("smith"), Admit("baker"), SetLimits("baker", 9, 9),
        Pay("baker", "mason", 3), Pay("baker", "mason", 600'00),
        Create(WithId(With(Sale("baker", "mason", 1), InvoiceOf("F")), "a")),
        Create(With(Sale("baker", "mason", 1), InvoiceOf("F"))), Accept("a"),
        Accept("a"), Decline("a"), Reverse("a"), Reverse("a")}) {
    Command preview = desk_.Ready(AsPreview(command));
    const Answer expected = desk_.Decide(preview);
    preview.validate_only = false;
    const Answer answer = desk_.Decide(desk_.Ready(preview));
    ASSERT_EQ(answer.refusals.empty(), expected.refusals.empty());
    EXPECT_EQ(answer.time_us, expected.time_us);
    EXPECT_EQ(answer.booking_date, expected.booking_date);
    if (answer.refusals.empty()) {
      EXPECT_EQ(answer.events, expected.events);
    } else {
      EXPECT_EQ(answer.refusals.front(), expected.refusals.front());
      EXPECT_TRUE(answer.events.empty());
    }
    EXPECT_EQ(answer.sequence, ledger::Next(expected.sequence));
    desk_.Commit();
    desk_.Project();
  }
}

// --- What is kept ------------------------------------------------------------

TEST_F(DeciderTest, TheFirstRefusalIsKeptFromPermissionOnward) {
  Command forbidden = Pay("ghost", "mason", 1);
  forbidden.actor.role = Role::kAuditor;
  const Answer answer = desk_.Decide(desk_.Ready(forbidden));
  EXPECT_EQ(ReasonsOf(answer.refusals), Reasons{"ROLE_MISSING"});
  ASSERT_EQ(desk_.open_batch().records.size(), 1u);
  const ledger::Record& record = desk_.open_batch().records[0];
  EXPECT_EQ(record.kind, ledger::RecordKind::kRefusal);
  EXPECT_TRUE(record.entries.empty());
  EXPECT_TRUE(record.commitments.empty());
  const absl::StatusOr<Event> event = DecodeEvent(record.event);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(std::get<RequestRefused>(*event).refusal, answer.refusals[0]);
  EXPECT_EQ(answer.sequence, now());
  EXPECT_EQ(answer.first_sequence, now());
}

TEST_F(DeciderTest, MistakesOfFormAreAllToldAndNotKept) {
  const Sequence before = now();
  CreateTrade bad = Payment("baker", "baker", 0);
  bad.trade_id = "t1";
  const Answer answer = desk_.Decide(desk_.Ready(Create(bad)));
  EXPECT_EQ(FieldsOf(answer.refusals),
            (Reasons{"trade_id", "trade.buyer", "trade.unit_leg.minor_units"}));
  EXPECT_TRUE(desk_.open_batch().records.empty());
  EXPECT_EQ(answer.sequence, before);
  EXPECT_EQ(answer.first_sequence, Sequence{0});
}

TEST_F(DeciderTest, TextsOfPersonsAreCommittedToAndKeptApart) {
  CreateTrade trade = Sale("baker", "mason", 1);
  trade.description = Text("bread");
  desk_.Decide(desk_.Ready(Create(trade)));
  const ledger::PendingBatch& batch = desk_.open_batch();
  ASSERT_EQ(batch.records.size(), 1u);
  ASSERT_EQ(batch.records[0].commitments.size(), 1u);
  EXPECT_EQ(batch.records[0].commitments[0].subject, 1u);
  EXPECT_EQ(batch.records[0].commitments[0].field, kDescriptionField);
  EXPECT_EQ(batch.records[0].commitments[0].digest,
            ledger::CommitmentOf(std::string(16, 's'), "bread"));
  ASSERT_EQ(batch.personal.size(), 1u);
  EXPECT_EQ(batch.personal[0].sequence, now());
  EXPECT_EQ(batch.personal[0].text, "bread");
  EXPECT_EQ(batch.payloads[0].find("bread"), std::string::npos);
}

TEST_F(DeciderTest, ARefusedCommandKeepsNoTextOfAPerson) {
  CreateTrade trade = Payment("baker", "mason", 600'00);
  trade.description = Text("bread");
  desk_.Decide(desk_.Ready(Create(trade)));
  EXPECT_EQ(desk_.open_batch().records.size(), 1u);
  EXPECT_TRUE(desk_.open_batch().personal.empty());
}

// --- Time --------------------------------------------------------------------

TEST_F(DeciderTest, TimeRisesAndDaysDoNotGoBackWhateverTheClockSays) {
  const CivilDate tomorrow = Day(2026, 3, 3);
  desk_.SetTime(NoonOf(tomorrow));
  const Answer first = desk_.MustRun(Pay("baker", "mason", 1));
  EXPECT_EQ(first.time_us, NoonOf(tomorrow) + 1);
  EXPECT_EQ(first.booking_date, tomorrow);
  desk_.SetTime(NoonOf(Day(2026, 3, 2)));
  const Answer second = desk_.MustRun(Pay("baker", "mason", 1));
  EXPECT_EQ(second.time_us, first.time_us + 1);
  EXPECT_EQ(second.booking_date, tomorrow);
  desk_.SetTime(NoonOf(tomorrow));
  EXPECT_EQ(desk_.MustRun(Pay("baker", "mason", 1)).time_us,
            second.time_us + 1);
}

TEST_F(DeciderTest, TheEntryCountsFromTheBookingDay) {
  desk_.SetTime(NoonOf(Day(2026, 12, 31)));
  desk_.Decide(desk_.Ready(Pay("baker", "mason", 1)));
  ASSERT_EQ(desk_.open_batch().records.size(), 1u);
  const ledger::Record& record = desk_.open_batch().records[0];
  ASSERT_EQ(record.entries.size(), 1u);
  EXPECT_EQ(record.booking_date, Day(2026, 12, 31));
  EXPECT_EQ(record.entries[0].value_date, Day(2026, 12, 31));
}

// --- Groups ------------------------------------------------------------------

class GroupTest : public DeciderTest {};

TEST_F(GroupTest, AGroupIsOneRecordPerTradeUnderOneRequest) {
  const Answer answer = desk_.Decide(desk_.Ready(Under(
      "r", Together({Payment("baker", "mason", 10), Sale("mason", "baker", 5),
                     Payment("mason", "printer", 20)}))));
  ASSERT_TRUE(answer.refusals.empty());
  const std::vector<ledger::Record>& records = desk_.open_batch().records;
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(answer.events.size(), 3u);
  EXPECT_EQ(records[0].request_id, "r");
  EXPECT_EQ(records[0].group_count, 3u);
  EXPECT_FALSE(records[0].request_fields.empty());
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(records[i].request_id, "");
    EXPECT_TRUE(records[i].request_fields.empty());
    EXPECT_EQ(records[i].time_us, records[0].time_us + int64_t(i));
  }
  EXPECT_EQ(answer.sequence, now());
  EXPECT_EQ(desk_.BalanceOf("baker"), -10);
  EXPECT_EQ(desk_.BalanceOf("mason"), -10);
  EXPECT_EQ(desk_.BalanceOf("printer"), 20);
}

TEST_F(GroupTest, AnItemIsDecidedOnWhatTheOnesBeforeItLeft) {
  // The mason can pay 900.00 only after having got 400.00.
  EXPECT_TRUE(desk_
                  .Run(Together({Payment("baker", "mason", 400'00),
                                 Payment("mason", "printer", 900'00)}))
                  .refusals.empty());
  const Answer other = desk_.Run(
      Together({Payment("mason", "printer", 1), Payment("baker", "mason", 1)}));
  EXPECT_EQ(ReasonsOf(other.refusals), Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(MetadataOf(other.refusals[0], "item"), "0");
}

TEST_F(GroupTest, OneRefusedItemUndoesAllAndIsNamed) {
  const Answer answer = desk_.Decide(desk_.Ready(Together(
      {WithId(With(Payment("baker", "mason", 10), InvoiceOf("F-1")), "a"),
       Sale("mason", "baker", 5), Payment("ghost", "printer", 20),
       Payment("phantom", "printer", 20)})));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals[0],
            (Refusal{Reason::kResourceNotFound,
                     {{"name", "networks/res/members/ghost"}, {"item", "2"}}}));
  EXPECT_EQ(desk_.open_batch().records.size(), 1u);
  EXPECT_EQ(desk_.open_batch().payloads.size(), 1u);
  EXPECT_EQ(desk_.open_batch().records[0].group_count, 1u);
  EXPECT_TRUE(answer.events.empty());
  EXPECT_EQ(desk_.BalanceOf("baker"), 0);
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
  EXPECT_FALSE(desk_.state().HasTrade("a"));
}

TEST_F(GroupTest, TheSameInvoiceTwiceInAGroupIsADuplicate) {
  const Answer answer = desk_.Run(
      Together({Sale("printer", "mason", 1),
                With(Sale("baker", "mason", 1), InvoiceOf("F-1")),
                With(Sale("baker", "printer", 1), InvoiceOf("f 1"))}));
  EXPECT_TRUE(answer.refusals.empty());
  const Answer same = desk_.Run(
      Together({Sale("printer", "mason", 1),
                With(Sale("baker", "mason", 1), InvoiceOf("F-2")),
                With(Sale("baker", "printer", 1), InvoiceOf("f-2"))}));
  ASSERT_EQ(same.refusals.size(), 1u);
  // The trade that has it is undone, and its number will be another's.
  EXPECT_EQ(
      same.refusals[0],
      (Refusal{Reason::kDuplicateInvoice,
               {{"number", "f-2"}, {"trade", "requests[1]"}, {"item", "2"}}}));
  EXPECT_TRUE(
      desk_.Run(Create(With(Sale("baker", "mason", 1), InvoiceOf("F-2"))))
          .refusals.empty());
  const Answer held =
      desk_.Run(Together({Sale("printer", "mason", 1),
                          With(Sale("baker", "mason", 1), InvoiceOf("F-2"))}));
  ASSERT_EQ(held.refusals.size(), 1u);
  EXPECT_EQ(MetadataOf(held.refusals[0], "trade"), "networks/res/trades/t9");
}

TEST_F(GroupTest, TheSameIdTwiceInAGroupIsTaken) {
  const Answer answer =
      desk_.Run(Together({WithId(Sale("baker", "mason", 1), "a"),
                          WithId(Sale("baker", "mason", 1), "a")}));
  EXPECT_EQ(ReasonsOf(answer.refusals), Reasons{"RESOURCE_EXISTS"});
  EXPECT_EQ(MetadataOf(answer.refusals[0], "item"), "1");
}

TEST_F(GroupTest, AForbiddenGroupIsOneRefusalWithoutItem) {
  Command group = Together({Sale("baker", "mason", 1)});
  group.actor.role = Role::kAuditor;
  const Answer answer = desk_.Run(group);
  EXPECT_EQ(ReasonsOf(answer.refusals), Reasons{"ROLE_MISSING"});
  EXPECT_EQ(MetadataOf(answer.refusals[0], "item"), "");
}

TEST_F(GroupTest, AFormMistakeOfAnItemRefusesTheGroupAndKeepsNothing) {
  const Sequence before = now();
  const Answer answer = desk_.Run(
      Together({Sale("baker", "mason", 1), Sale("baker", "mason", 0)}));
  EXPECT_EQ(FieldsOf(answer.refusals),
            Reasons{"requests[1].trade.unit_leg.minor_units"});
  EXPECT_EQ(now(), before);
}

TEST_F(GroupTest, TheLargestGroupFits) {
  const std::vector<CreateTrade> trades(kGroupItemsMax,
                                        Payment("baker", "mason", 1));
  const Command group = Together(trades);
  EXPECT_EQ(Decider::RecordsOf(group), kGroupItemsMax + 1);
  EXPECT_EQ(Decider::RecordsOf(Pay("a", "b", 1)), 2u);
  desk_.MustRun(group);
  EXPECT_EQ(desk_.BalanceOf("mason"), int64_t{kGroupItemsMax});
}

}  // namespace
}  // namespace skontro::engine

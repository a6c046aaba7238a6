// The same request gets the same answer for ever, and another one under its id
// is told so: see engine/decider.h.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

class IdempotencyTest : public testing::Test {
 protected:
  IdempotencyTest() {
    for (const char* id : {"baker", "mason"}) desk_.MustRun(Admit(id));
  }

  // The field that differs, as the refusal of a reused id names it.
  std::string ReusedField(Command command) {
    const Answer answer = desk_.Run(Under("r", std::move(command)));
    EXPECT_FALSE(answer.repeated);
    if (ReasonsOf(answer.refusals) !=
        std::vector<std::string>{"REQUEST_ID_REUSED"}) {
      return "not refused";
    }
    EXPECT_EQ(MetadataOf(answer.refusals[0], "request_id"), "r");
    return std::string(MetadataOf(answer.refusals[0], "field"));
  }

  // The answer to `command` under the id "r" is that of `first`, now and when
  // memory has forgotten it, and nothing happens.
  void ExpectRepeats(const Command& command, const Answer& first) {
    for (int forget = 0; forget < 2; ++forget) {
      const Sequence before = desk_.state().sequence();
      if (forget == 1) desk_.decider().ForgetUpTo(before);
      const Answer again = desk_.Run(Under("r", command));
      EXPECT_TRUE(again.repeated);
      EXPECT_EQ(again.refusals, first.refusals);
      EXPECT_EQ(again.first_sequence, first.first_sequence);
      EXPECT_EQ(again.sequence, first.sequence);
      EXPECT_TRUE(again.events.empty());
      EXPECT_EQ(desk_.state().sequence(), before);
    }
  }

  Desk desk_;
};

TEST_F(IdempotencyTest, ARepeatedRequestGetsTheFirstAnswerAndMovesNothing) {
  const Command pay = Pay("baker", "mason", 100);
  const Answer first = desk_.MustRun(Under("r", pay));
  ExpectRepeats(pay, first);
  EXPECT_EQ(desk_.BalanceOf("mason"), 100);
}

TEST_F(IdempotencyTest, EveryKindOfRequestIsRepeated) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "sale")));
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "offer")));
  desk_.MustRun(Create(WithId(Payment("baker", "mason", 1), "paid")));
  int i = 0;
  for (const Command& command :
       {Admit("printer"), SetLine("baker", 7), Propose("baker", "mason", 3),
        Accept("sale"), Decline("offer"), Reverse("paid"),
        Together({Sale("baker", "mason", 1), Payment("mason", "baker", 2)})}) {
    const std::string id = "kind" + std::to_string(++i);
    const Answer first = desk_.MustRun(Under(id, command));
    const Answer again = desk_.Run(Under(id, command));
    EXPECT_TRUE(again.repeated) << i;
    EXPECT_EQ(again.first_sequence, first.first_sequence) << i;
    EXPECT_EQ(again.sequence, first.sequence) << i;
    EXPECT_TRUE(again.refusals.empty()) << i;
  }
}

TEST_F(IdempotencyTest, ARefusedRequestStaysRefusedWhenItWouldDoNow) {
  const Command pay = Pay("baker", "mason", 600'00);
  const Answer first = desk_.Run(Under("r", pay));
  ASSERT_EQ(ReasonsOf(first.refusals),
            std::vector<std::string>{"CREDIT_LINE_EXCEEDED"});
  desk_.MustRun(SetLine("baker", 600'00));
  ExpectRepeats(pay, first);
  EXPECT_TRUE(desk_.Run(Under("new id", pay)).refusals.empty());
}

TEST_F(IdempotencyTest, ARepeatedGroupNamesAllItsRecords) {
  const Command group =
      Together({Sale("baker", "mason", 1), Sale("baker", "mason", 2),
                Sale("baker", "mason", 3)});
  const Answer first = desk_.MustRun(Under("r", group));
  EXPECT_EQ(static_cast<uint64_t>(first.sequence),
            static_cast<uint64_t>(first.first_sequence) + 2);
  ExpectRepeats(group, first);
}

TEST_F(IdempotencyTest, ARefusedGroupIsRepeatedWithItsItem) {
  const Command group =
      Together({Sale("baker", "mason", 1), Sale("ghost", "mason", 2)});
  const Answer first = desk_.Run(Under("r", group));
  ASSERT_EQ(first.refusals.size(), 1u);
  EXPECT_EQ(MetadataOf(first.refusals[0], "item"), "1");
  ExpectRepeats(group, first);
}

TEST_F(IdempotencyTest,
       OtherContentUnderTheSameIdNamesTheFirstFieldThatDiffers) {
  Command first = Create(WithId(Sale("baker", "mason", 1), "a"));
  desk_.MustRun(Under("r", first));
  EXPECT_EQ(ReusedField(Create(WithId(Sale("baker", "mason", 2), "a"))), "two");
  EXPECT_EQ(ReusedField(Create(WithId(Sale("baker", "mason", 1), "b"))),
            "three");
  EXPECT_EQ(ReusedField(Create(Sale("baker", "mason", 1))), "three");
  EXPECT_EQ(ReusedField(Create(WithId(Sale("baker", "mason", 2), "b"))), "two");
}

TEST_F(IdempotencyTest, AFieldThatIsThereOnceOnlyDiffers) {
  const auto fields = [](std::vector<ledger::FieldHash> hashes) {
    Command command = Propose("baker", "mason", 1);
    command.request_fields = std::move(hashes);
    return command;
  };
  desk_.MustRun(Under("r", fields({{2, 5}})));
  EXPECT_EQ(ReusedField(fields({{1, 5}, {2, 5}})), "one");
  EXPECT_EQ(ReusedField(fields({{2, 5}, {3, 5}})), "three");
  EXPECT_EQ(ReusedField(fields({})), "two");
  EXPECT_EQ(ReusedField(fields({{3, 5}})), "two");
  EXPECT_EQ(ReusedField(fields({{2, 6}, {3, 5}})), "two");
}

TEST_F(IdempotencyTest, TheIdOfARefusedRequestIsTakenToo) {
  desk_.Run(Under("r", Pay("baker", "mason", 600'00)));
  EXPECT_EQ(ReusedField(Pay("baker", "mason", 1)), "two");
  desk_.decider().ForgetUpTo(desk_.state().sequence());
  EXPECT_EQ(ReusedField(Pay("baker", "mason", 1)), "two");
}

TEST_F(IdempotencyTest, TheSameWordsToAnotherMethodAreAnotherRequest) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "a")));
  desk_.MustRun(Under("r", Accept("a")));
  EXPECT_EQ(ReusedField(Decline("a")), "method");
  EXPECT_EQ(ReusedField(Reverse("a")), "method");
  EXPECT_TRUE(desk_.Run(Under("r", Accept("a"))).repeated);
  EXPECT_EQ(ReusedField(Admit("a")), "method");
}

TEST_F(IdempotencyTest, TheIdOfTheGenesisIsTakenToo) {
  const Answer answer = desk_.Run(Under("genesis", Admit("printer")));
  EXPECT_EQ(ReasonsOf(answer.refusals),
            std::vector<std::string>{"REQUEST_ID_REUSED"});
}

TEST_F(IdempotencyTest, EachClientHasItsOwnIds) {
  desk_.MustRun(Under("r", Pay("baker", "mason", 1)));
  const Answer other =
      desk_.Run(By("operator/other", Under("r", Pay("baker", "mason", 2))));
  EXPECT_FALSE(other.repeated);
  EXPECT_TRUE(other.refusals.empty());
  EXPECT_EQ(desk_.BalanceOf("mason"), 3);
}

TEST_F(IdempotencyTest, AMistakeOfFormLeavesTheIdFree) {
  EXPECT_EQ(ReasonsOf(desk_.Run(Under("r", Pay("baker", "baker", 1))).refusals),
            std::vector<std::string>{"FIELD_INVALID"});
  EXPECT_TRUE(desk_.Run(Under("r", Pay("baker", "mason", 1))).refusals.empty());
}

TEST_F(IdempotencyTest, ARequestOfBadFormUnderATakenIdIsOfBadForm) {
  desk_.MustRun(Under("r", Pay("baker", "mason", 1)));
  EXPECT_EQ(ReasonsOf(desk_.Run(Under("r", Pay("baker", "baker", 1))).refusals),
            std::vector<std::string>{"FIELD_INVALID"});
}

TEST_F(IdempotencyTest, AReusedIdIsNotKept) {
  desk_.MustRun(Under("r", Pay("baker", "mason", 1)));
  const Sequence before = desk_.state().sequence();
  EXPECT_EQ(ReusedField(Pay("baker", "mason", 2)), "two");
  EXPECT_EQ(desk_.state().sequence(), before);
  EXPECT_TRUE(desk_.Run(Under("r", Pay("baker", "mason", 1))).repeated);
}

TEST_F(IdempotencyTest, APreviewUnderATakenIdIsAPreview) {
  desk_.MustRun(Under("r", Pay("baker", "mason", 1)));
  const Answer answer =
      desk_.Run(AsPreview(Under("r", Pay("baker", "mason", 2))));
  EXPECT_FALSE(answer.repeated);
  EXPECT_TRUE(answer.refusals.empty());
  EXPECT_EQ(answer.events.size(), 1u);
}

TEST_F(IdempotencyTest, APreviewLeavesTheIdFree) {
  desk_.Run(AsPreview(Under("r", Pay("baker", "mason", 1))));
  const Answer answer = desk_.Run(Under("r", Pay("baker", "mason", 2)));
  EXPECT_FALSE(answer.repeated);
  EXPECT_TRUE(answer.refusals.empty());
}

TEST_F(IdempotencyTest, ARepeatInTheSameBatchIsRecognised) {
  const Command pay = desk_.Ready(Under("r", Pay("baker", "mason", 1)));
  const Answer first = desk_.Decide(pay);
  const Answer again = desk_.Decide(pay);
  EXPECT_FALSE(first.repeated);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.sequence, first.sequence);
  EXPECT_EQ(desk_.open_batch().records.size(), 1u);
}

}  // namespace
}  // namespace skontro::engine

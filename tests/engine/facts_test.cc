#include "engine/facts.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

// A snapshot whose reads of one family fail.
class BrokenSnapshot : public ledger::Snapshot {
 public:
  BrokenSnapshot(std::shared_ptr<const ledger::Snapshot> snapshot,
                 ledger::Family family)
      : snapshot_(std::move(snapshot)), family_(family) {}

  absl::StatusOr<std::optional<std::string>> Get(
      ledger::Family family, std::string_view key) const override {
    if (family == family_) return absl::InternalError("the disk failed");
    return snapshot_->Get(family, key);
  }
  std::unique_ptr<ledger::Iterator> NewIterator(
      ledger::Family family) const override {
    return snapshot_->NewIterator(family);
  }

 private:
  const std::shared_ptr<const ledger::Snapshot> snapshot_;
  const ledger::Family family_;
};

class FactsTest : public testing::Test {
 protected:
  FactsTest() {
    desk_.MustRun(Admit("baker"));  // 2
    desk_.MustRun(Admit("mason"));  // 3
  }

  Facts FactsOf(Command command) {
    return desk_.Ready(std::move(command)).facts;
  }

  Desk desk_;
};

TEST_F(FactsTest, TheyNameTheSequenceThatTheyAreOf) {
  EXPECT_EQ(FactsOf(Accept("t9")).sequence, Sequence{3});
  desk_.MustRun(SetLine("baker", 1));
  EXPECT_EQ(FactsOf(Accept("t9")).sequence, Sequence{4});
}

TEST_F(FactsTest, ARequestIsFoundForItsClientOnly) {
  desk_.MustRun(Under("r", Pay("baker", "mason", 1)));  // 4
  const Facts facts = FactsOf(Under("r", SetLine("baker", 1)));
  ASSERT_TRUE(facts.request.has_value());
  EXPECT_EQ(facts.request->sequence, Sequence{4});
  EXPECT_FALSE(FactsOf(Under("r2", SetLine("baker", 1))).request.has_value());
  EXPECT_FALSE(FactsOf(By("operator/x", Under("r", SetLine("baker", 1))))
                   .request.has_value());
}

TEST_F(FactsTest, APreviewNeedsNoRequest) {
  desk_.MustRun(Under("r", Pay("baker", "mason", 1)));
  EXPECT_FALSE(FactsOf(AsPreview(Under("r", Pay("baker", "mason", 1))))
                   .request.has_value());
}

TEST_F(FactsTest, ATradeIsFoundWithItsStateAndSettlement) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 7), "a")));  // 4
  EXPECT_EQ(FactsOf(Accept("a")).trade->state, TradeState::kProposed);
  EXPECT_EQ(FactsOf(Accept("a")).trade->settle_sequence, Sequence{0});
  desk_.MustRun(Accept("a"));  // 5
  for (const Command& command : {Accept("a"), Decline("a"), Reverse("a")}) {
    const Facts facts = FactsOf(command);
    ASSERT_TRUE(facts.trade.has_value());
    EXPECT_EQ(facts.trade->number, TradeNumber{4});
    EXPECT_EQ(facts.trade->created.units, Minor(7));
    EXPECT_EQ(facts.trade->state, TradeState::kSettled);
    EXPECT_EQ(facts.trade->settle_sequence, Sequence{5});
  }
  desk_.MustRun(Reverse("a"));  // 6
  EXPECT_EQ(FactsOf(Reverse("a")).trade->state, TradeState::kReversed);
  EXPECT_EQ(FactsOf(Reverse("a")).trade->settle_sequence, Sequence{5});
  EXPECT_FALSE(FactsOf(Reverse("b")).trade.has_value());
}

TEST_F(FactsTest, EachNewTradeHasFactsInTheOrderOfTheGroup) {
  desk_.MustRun(Create(
      WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a")));  // 4
  const Facts facts = FactsOf(Together(
      {Sale("baker", "mason", 1), WithId(Sale("baker", "mason", 1), "a"),
       With(Sale("baker", "mason", 1), InvoiceOf("f 1")),
       With(Sale("baker", "mason", 1), InvoiceOf("f-1")),
       With(Sale("ghost", "mason", 1), InvoiceOf("F-1")),
       With(Sale("mason", "baker", 1), InvoiceOf("F-1"))}));
  ASSERT_EQ(facts.new_trades.size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(facts.new_trades[i].id_taken, i == 1) << i;
    EXPECT_EQ(facts.new_trades[i].invoice_holder.has_value(), i == 3) << i;
  }
  EXPECT_EQ(facts.new_trades[3].invoice_holder, TradeNumber{4});
  EXPECT_EQ(facts.new_trades[3].invoice_holder_id, "a");
}

TEST_F(FactsTest, AViewThatIsBehindTellsOfThen) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "a")));  // 4
  desk_.MustRun(Accept("a"));                                     // 5
  const auto at = [&](uint64_t sequence, Command command) {
    return desk_.Ready(std::move(command), desk_.ViewAt(Sequence{sequence}))
        .facts;
  };
  EXPECT_FALSE(at(3, Accept("a")).trade.has_value());
  EXPECT_EQ(at(4, Accept("a")).trade->state, TradeState::kProposed);
  EXPECT_EQ(at(5, Accept("a")).trade->state, TradeState::kSettled);
  EXPECT_FALSE(at(3, Create(WithId(Sale("baker", "mason", 1), "a")))
                   .new_trades[0]
                   .id_taken);
}

TEST_F(FactsTest, ADiskThatFailsIsAnError) {
  using ledger::Family;
  desk_.MustRun(
      Create(WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a")));
  const auto look_up = [&](Family family, Command command) {
    command = desk_.Ready(std::move(command));
    ledger::ReadView view = desk_.view();
    view.snapshot = std::make_shared<BrokenSnapshot>(view.snapshot, family);
    return LookUp(view, &command).code();
  };
  const CreateTrade trade =
      WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a");
  const auto kInternal = absl::StatusCode::kInternal;
  EXPECT_EQ(look_up(Family::kRequest, Accept("a")), kInternal);
  EXPECT_EQ(look_up(Family::kTradeId, Accept("a")), kInternal);
  EXPECT_EQ(look_up(Family::kTrade, Reverse("a")), kInternal);
  EXPECT_EQ(look_up(Family::kTradeId, Create(trade)), kInternal);
  EXPECT_EQ(look_up(Family::kInvoice, Create(trade)), kInternal);
  EXPECT_EQ(look_up(Family::kMemberId, Create(trade)), kInternal);
  EXPECT_EQ(look_up(Family::kTrade, Together({trade})), kInternal);
}

TEST_F(FactsTest, AnInvoiceRowThatNamesNoTradeIsDataLoss) {
  const Command command =
      desk_.Ready(Create(With(Sale("baker", "mason", 1), InvoiceOf("F-1"))));
  for (const std::string& value : {NumberValue(99), std::string("short")}) {
    ledger::MemoryStore store;
    ledger::WriteBatch rows;
    rows.Put(ledger::Family::kMemberId, "baker", NumberValue(1));
    rows.Put(
        ledger::Family::kMember, NumberValue(1),
        *desk_.snapshot().Get(ledger::Family::kMember, NumberValue(1)).value());
    rows.Put(ledger::Family::kInvoice,
             InvoiceRowKey({MemberNumber{1}, 2026, "F-1"}), value);
    ASSERT_TRUE(store.Write(rows, ledger::Durability::kSynced).ok());
    ledger::ReadView view{Sequence{99}, {}, store.GetSnapshot()};
    Command again = command;
    EXPECT_TRUE(absl::IsDataLoss(LookUp(view, &again)));
  }
}

}  // namespace
}  // namespace skontro::engine

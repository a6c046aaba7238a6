#include "engine/event_projector.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/event_codec.h"
#include "engine/row.h"
#include "ledger/big_endian.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using ledger::Family;

// The rows of one family, by key.
std::map<std::string, std::string> RowsOf(const ledger::Snapshot& snapshot,
                                          Family family) {
  std::map<std::string, std::string> rows;
  const auto it = snapshot.NewIterator(family);
  for (it->Seek(""); it->Valid(); it->Next()) {
    rows.emplace(it->key(), it->value());
  }
  return rows;
}

std::string Key(std::initializer_list<uint64_t> parts) {
  std::string key;
  for (const uint64_t part : parts) ledger::AppendBigEndian(&key, part);
  return key;
}

class EventProjectorTest : public testing::Test {
 protected:
  EventProjectorTest() {
    desk_.MustRun(Admit("baker"));  // 2
    desk_.MustRun(Admit("mason"));  // 3
  }

  size_t CountOf(Family family) {
    return RowsOf(desk_.snapshot(), family).size();
  }
  std::string ValueOf(Family family, const std::string& key) {
    const auto value = desk_.snapshot().Get(family, key);
    EXPECT_TRUE(value.ok());
    return value->value_or("absent");
  }

  Desk desk_;
};

// The keys are those of docs/journal_format.md, written out by hand.

TEST_F(EventProjectorTest, ARequestHasARowThatTellsItsAnswer) {
  desk_.MustRun(Under("r1", Pay("baker", "mason", 1)));   // 4
  desk_.Run(Under("r2", Pay("baker", "mason", 600'00)));  // 5
  desk_.MustRun(Under("r3", Together({Sale("baker", "mason", 1),
                                      Sale("baker", "mason", 2)})));  // 6, 7
  const std::string actor = std::string("operator/local") + '\0';
  const auto row = [&](const std::string& id) {
    const auto decoded =
        DecodeRequestRow(ValueOf(Family::kRequest, actor + id));
    EXPECT_TRUE(decoded.ok());
    return *decoded;
  };
  EXPECT_EQ(row("r1").sequence, Sequence{4});
  EXPECT_EQ(row("r1").group_count, 1u);
  EXPECT_FALSE(row("r1").refused.has_value());
  EXPECT_EQ(row("r1").fields.front().number, kKindField);
  EXPECT_EQ(row("r2").refused->reason, Reason::kCreditLineExceeded);
  EXPECT_EQ(row("r3").sequence, Sequence{6});
  EXPECT_EQ(row("r3").group_count, 2u);
  // The genesis, two members, and these three.
  EXPECT_EQ(CountOf(Family::kRequest), 6u);
}

TEST_F(EventProjectorTest, AMemberHasRowsForItsNumberItsIdAndItsTaxIds) {
  Command command = AdmitWithVat("smith", "fr 12-3");  // 4
  auto& smith = std::get<CreateMember>(command.body);
  smith.country = "FR";
  smith.company_ids = {{"siren", "732 829 320"}};
  desk_.MustRun(command);
  EXPECT_EQ(ValueOf(Family::kMemberId, "smith"), Key({3}));
  EXPECT_NE(ValueOf(Family::kMember, Key({3})), "absent");
  EXPECT_EQ(ValueOf(Family::kTaxId, std::string("FR123\0vat", 9)), Key({3}));
  EXPECT_EQ(ValueOf(Family::kTaxId, std::string("732829320\0FR:siren", 18)),
            Key({3}));
  EXPECT_EQ(CountOf(Family::kTaxId), 2u);
}

TEST_F(EventProjectorTest, AProposedTradeHasRowsForBothParties) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "sale")));  // 4
  EXPECT_NE(ValueOf(Family::kTrade, Key({4})), "absent");
  EXPECT_EQ(ValueOf(Family::kTradeId, "sale"), Key({4}));
  EXPECT_EQ(ValueOf(Family::kMemberTrade, Key({1, 4})), "");
  EXPECT_EQ(ValueOf(Family::kMemberTrade, Key({2, 4})), "");
  desk_.MustRun(Accept("sale"));   // 5
  desk_.MustRun(Reverse("sale"));  // 6
  EXPECT_NE(ValueOf(Family::kTradeStep, Key({4, 5})), "absent");
  EXPECT_NE(ValueOf(Family::kTradeStep, Key({4, 6})), "absent");
  EXPECT_EQ(CountOf(Family::kTradeStep), 2u);
  EXPECT_EQ(CountOf(Family::kMemberTrade), 2u);
}

TEST_F(EventProjectorTest, AnOpenTradeHasARowUntilItIsOpenNoMore) {
  const std::string open(4, '\0');
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "one")));  // 4
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "two")));  // 5
  EXPECT_EQ(ValueOf(Family::kTradeState, open + Key({4})), "");
  EXPECT_EQ(ValueOf(Family::kTradeState, open + Key({5})), "");
  desk_.MustRun(Accept("one"));   // 6
  desk_.MustRun(Decline("two"));  // 7
  EXPECT_EQ(ValueOf(Family::kTradeState, open + Key({4})), "absent");
  EXPECT_EQ(ValueOf(Family::kTradeState, open + Key({5})), "absent");
  EXPECT_EQ(
      ValueOf(Family::kTradeState, std::string("\0\0\0\x06", 4) + Key({5})),
      "");
  desk_.MustRun(Reverse("one"));  // 8
  EXPECT_EQ(
      ValueOf(Family::kTradeState, std::string("\0\0\0\x0a", 4) + Key({4})),
      "");
  EXPECT_EQ(CountOf(Family::kTradeState), 2u);
  desk_.MustRun(Pay("baker", "mason", 1));  // 9
  EXPECT_EQ(CountOf(Family::kTradeState), 2u);
}

// A store of a program that knew no such families, as it opens.
TEST_F(EventProjectorTest, AStoreOfOldGetsTheFamiliesOfListsFromItsJournal) {
  CreateTrade sale = Sale("baker", "mason", 1);
  sale.invoice.emplace();
  sale.invoice->number = "F 1";
  desk_.MustRun(Create(WithId(sale, "one")));                        // 4
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "two")));   // 5
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "tree")));  // 6
  desk_.MustRun(Accept("one"));                                      // 7
  desk_.MustRun(Decline("two"));                                     // 8
  EXPECT_EQ(
      ValueOf(Family::kInvoiceNumber, std::string("F1") + '\0' + Key({4})), "");
  const auto states = RowsOf(desk_.snapshot(), Family::kTradeState);
  const auto numbers = RowsOf(desk_.snapshot(), Family::kInvoiceNumber);
  EXPECT_EQ(states.size(), 2u);
  EXPECT_EQ(numbers.size(), 1u);

  ledger::MemoryStore store;
  ledger::WriteBatch rows;
  for (size_t i = 0; i < ledger::kFamilyNames.size(); ++i) {
    const auto family = static_cast<Family>(i);
    if (family == Family::kInvoiceNumber || family == Family::kTradeState) {
      continue;
    }
    for (const auto& [key, value] : RowsOf(desk_.snapshot(), family)) {
      if (family == Family::kMeta && key == "families") continue;
      rows.Put(family, key, value);
    }
  }
  ASSERT_TRUE(store.Write(rows, ledger::Durability::kSynced).ok());
  // Twice: what is whole is not made again.
  for (int round = 0; round < 2; ++round) {
    IndexProjector projector;
    const auto projection = ledger::Projection::Open(&store, &projector);
    ASSERT_TRUE(projection.ok()) << projection.status();
    const ledger::Snapshot& snapshot = *(*projection)->view().snapshot;
    EXPECT_EQ(RowsOf(snapshot, Family::kTradeState), states);
    EXPECT_EQ(RowsOf(snapshot, Family::kInvoiceNumber), numbers);
    for (const Family family : {Family::kMeta, Family::kAccount,
                                Family::kAccountEntry, Family::kTradeStep}) {
      EXPECT_EQ(RowsOf(snapshot, family), RowsOf(desk_.snapshot(), family));
    }
  }
}

TEST_F(EventProjectorTest, APaidTradeNeedsNoRowPerParty) {
  desk_.MustRun(Pay("baker", "mason", 1));  // 4
  EXPECT_EQ(CountOf(Family::kMemberTrade), 0u);
  EXPECT_EQ(CountOf(Family::kTradeId), 0u);
  EXPECT_EQ(CountOf(Family::kTradeStep), 0u);
  EXPECT_EQ(CountOf(Family::kTrade), 1u);
}

TEST_F(EventProjectorTest, AnInvoiceHasARowWhileATradeHasIt) {
  const auto invoices = [&] {
    return RowsOf(desk_.snapshot(), Family::kInvoice);
  };
  const std::string key = Key({1}) + std::string("\x80\x00\x07\xea", 4) + "F1";
  desk_.MustRun(Create(
      WithId(With(Sale("baker", "mason", 1), InvoiceOf("f 1")), "a")));  // 4
  EXPECT_EQ(invoices(), (std::map<std::string, std::string>{{key, Key({4})}}));
  desk_.MustRun(Decline("a"));
  EXPECT_TRUE(invoices().empty());
  desk_.MustRun(Create(
      WithId(With(Payment("mason", "baker", 1), InvoiceOf("F1")), "b")));  // 6
  EXPECT_EQ(invoices(), (std::map<std::string, std::string>{{key, Key({6})}}));
  desk_.MustRun(Reverse("b"));
  EXPECT_TRUE(invoices().empty());
}

TEST_F(EventProjectorTest, FreeingAndTakingAnInvoiceInOneBatchLeavesItTaken) {
  desk_.MustRun(Create(
      WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a")));  // 4
  desk_.Decide(desk_.Ready(Decline("a")));                               // 5
  desk_.Decide(desk_.Ready(
      Create(With(Sale("baker", "mason", 1), InvoiceOf("F-1")))));  // 6
  desk_.Commit();
  desk_.Project();
  const auto rows = RowsOf(desk_.snapshot(), Family::kInvoice);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.begin()->second, Key({6}));
}

TEST_F(EventProjectorTest, AChangeOfLimitsHasARow) {
  desk_.MustRun(SetLine("mason", 7));  // 4
  EXPECT_NE(ValueOf(Family::kLimit, Key({2, 4})), "absent");
  EXPECT_EQ(CountOf(Family::kLimit), 1u);
}

TEST_F(EventProjectorTest, TheSameRecordGivesTheSameRowsHoweverOften) {
  desk_.MustRun(
      Create(WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a")));
  desk_.MustRun(Accept("a"));
  desk_.MustRun(Reverse("a"));
  desk_.MustRun(SetLine("mason", 7));
  IndexProjector projector;
  const auto record = ledger::ReadRecord(desk_.snapshot(), Sequence{6});
  ASSERT_TRUE(record.ok());
  ledger::RowBuffer once;
  ledger::RowBuffer twice;
  ASSERT_TRUE(projector.Project(Sequence{6}, record->record, &once).ok());
  ASSERT_TRUE(projector.Project(Sequence{6}, record->record, &twice).ok());
  const auto a = once.Sort();
  const auto b = twice.Sort();
  ASSERT_GE(a->size(), 2U);
  ASSERT_EQ(a->size(), b->size());
  for (size_t i = 0; i < a->size(); ++i) {
    EXPECT_EQ(a->key(i), b->key(i));
    EXPECT_EQ(a->value(i), b->value(i));
    EXPECT_EQ(a->deletes(i), b->deletes(i));
  }
}

TEST_F(EventProjectorTest, AnEventThatCannotBeReadIsDataLoss) {
  IndexProjector projector;
  ledger::Record record;
  record.event = "\xff";
  ledger::RowBuffer rows;
  EXPECT_TRUE(absl::IsDataLoss(projector.Project(Sequence{2}, record, &rows)));
}

TEST_F(EventProjectorTest, RowsRolledForwardAreTheRowsWrittenAtOnce) {
  desk_.MustRun(AdmitWithVat("smith", "BE 1"));
  desk_.MustRun(
      Create(WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a")));
  desk_.MustRun(Accept("a"));
  desk_.MustRun(Pay("mason", "smith", 3));
  desk_.Run(Pay("mason", "ghost", 3));
  desk_.MustRun(Reverse("a"));
  // Nothing was flushed, so a crash loses every projection.
  const std::unique_ptr<ledger::MemoryStore> after = desk_.store().AfterCrash();
  for (size_t i = static_cast<size_t>(Family::kAccount);
       i < ledger::kFamilyNames.size(); ++i) {
    EXPECT_TRUE(RowsOf(*after->GetSnapshot(), static_cast<Family>(i)).empty());
  }
  IndexProjector projector;
  const auto projection = ledger::Projection::Open(after.get(), &projector);
  ASSERT_TRUE(projection.ok());
  for (size_t i = 0; i < ledger::kFamilyNames.size(); ++i) {
    const auto family = static_cast<Family>(i);
    EXPECT_EQ(RowsOf(*(*projection)->view().snapshot, family),
              RowsOf(desk_.snapshot(), family))
        << ledger::kFamilyNames[i];
  }
}

}  // namespace
}  // namespace skontro::engine

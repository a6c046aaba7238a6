// State digests: where they stand, what they say, and what replay does with
// one that is wrong.

#include "engine/state_digest.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "engine/event_codec.h"
#include "engine/replay.h"
#include "ledger/big_endian.h"
#include "ledger/journal_copy.h"
#include "ledger/store_journal.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

constexpr uint64_t kInterval = 8;

std::vector<ledger::Record> RecordsOf(const ledger::Store& store) {
  const auto snapshot = store.GetSnapshot();
  ledger::JournalReader reader(snapshot.get(), Sequence{1},
                               ledger::Trust::kNothing);
  std::vector<ledger::Record> records;
  for (auto next = reader.Next(); next.ok() && next->has_value();
       next = reader.Next()) {
    for (const ledger::Record& record : (*next)->batch.records) {
      records.push_back(record);
    }
  }
  return records;
}

std::vector<uint64_t> PlacesOf(const ledger::Store& store) {
  std::vector<uint64_t> places;
  uint64_t sequence = 0;
  for (const ledger::Record& record : RecordsOf(store)) {
    ++sequence;
    if (record.kind == ledger::RecordKind::kStateDigest) {
      places.push_back(sequence);
    }
  }
  return places;
}

StateDigested DigestAt(const ledger::Store& store, uint64_t sequence) {
  return std::get<StateDigested>(
      *DecodeEvent(RecordsOf(store)[sequence - 1].event));
}

CreateTrade Buying(int64_t units) { return Payment("baker", "mason", units); }

void AdmitAll(Desk* desk) {
  for (const char* id : kRandomMembers) desk->MustRun(Admit(id));
}

std::string Numbers(std::initializer_list<int64_t> numbers) {
  std::string bytes;
  for (const int64_t number : numbers) ledger::AppendBigEndian(&bytes, number);
  return bytes;
}

absl::Status Replay(const ledger::Store& store) {
  const auto snapshot = store.GetSnapshot();
  auto replayed = BeginReplay(*snapshot, kInterval);
  if (!replayed.ok()) return replayed.status();
  return RollForward(*snapshot, {}, &*replayed);
}

TEST(StateDigestTest, OneStandsAtEachMultipleOfTheInterval) {
  Desk desk(EuroTerms(), kInterval);
  AdmitAll(&desk);
  for (int i = 0; i < 25; ++i) desk.MustRun(Pay("baker", "mason", 1));
  EXPECT_EQ(PlacesOf(desk.store()), (std::vector<uint64_t>{8, 16, 24, 32}));
}

TEST(StateDigestTest, AGroupIsNotInterrupted) {
  Desk desk(EuroTerms(), kInterval);
  AdmitAll(&desk);  // To 5.
  desk.MustRun(Together({Buying(1), Buying(1), Buying(1), Buying(1)}));  // To 9
  desk.MustRun(
      Together({Buying(1), Buying(1), Buying(1), Buying(1)}));  // To 14
  desk.MustRun(Pay("baker", "mason", 1));
  EXPECT_EQ(PlacesOf(desk.store()), (std::vector<uint64_t>{10, 16}));
}

TEST(StateDigestTest, AGroupThatIsUndoneLeavesNoTrace) {
  Desk with(EuroTerms(), kInterval);
  Desk without(EuroTerms(), kInterval);
  AdmitAll(&with);
  AdmitAll(&without);
  for (Desk* desk : {&with, &without}) {
    for (int i = 0; i < 2; ++i) desk->MustRun(Pay("printer", "smith", 1));
  }
  // The last of the group is refused when the others were applied: neither
  // accounts nor trades of theirs are touched.
  const Answer undone = with.Run(Together(
      {Buying(1), Sale("mason", "baker", 3), Buying(100'000'000'000)}));
  ASSERT_FALSE(undone.refusals.empty());
  const Answer refused = without.Run(Pay("baker", "mason", 100'000'000'000));
  ASSERT_FALSE(refused.refusals.empty());
  for (Desk* desk : {&with, &without}) {
    for (int i = 0; i < 6; ++i) desk->MustRun(Propose("printer", "smith", 5));
  }
  ASSERT_EQ(PlacesOf(with.store()), (std::vector<uint64_t>{8, 16}));
  EXPECT_EQ(DigestAt(with.store(), 16), DigestAt(without.store(), 16));
}

// A journal that was cut off just before its digest: an import up to there, or
// an accepted loss.
TEST(StateDigestTest, OneThatWasCutOffComesBeforeTheNextCommand) {
  Desk whole(EuroTerms(), kInterval);
  AdmitAll(&whole);  // To 5.
  whole.MustRun(Pay("baker", "mason", 1));
  whole.MustRun(Pay("baker", "mason", 1));
  ASSERT_EQ(PlacesOf(whole.store()), std::vector<uint64_t>{8});
  auto store = std::make_unique<ledger::MemoryStore>();
  {
    ledger::JournalCopy copy(store.get(), Sequence{7});
    const auto snapshot = whole.store().GetSnapshot();
    const auto row = snapshot->NewIterator(ledger::Family::kJournal);
    for (row->Seek(""); row->Valid(); row->Next()) {
      ASSERT_TRUE(copy.AddBatch(row->value()).ok());
    }
    ASSERT_TRUE(copy.Finish().ok());
  }
  Desk cut(std::move(store), kInterval);
  EXPECT_TRUE(cut.state().DigestIsDue());
  Command command = Pay("baker", "mason", 1);
  command.request_id = "after the cut";
  Command preview = command;
  preview.validate_only = true;
  cut.Run(preview);
  EXPECT_EQ(cut.state().sequence(), Sequence{7});
  const Answer paid = cut.MustRun(command);
  EXPECT_EQ(paid.first_sequence, Sequence{9});
  EXPECT_EQ(PlacesOf(cut.store()), std::vector<uint64_t>{8});
  EXPECT_EQ(DigestAt(cut.store(), 8), DigestAt(whole.store(), 8));
  EXPECT_TRUE(Replay(cut.store()).ok());
}

TEST(StateDigestTest, ItSaysWhatTheFormatSays) {
  Desk desk(EuroTerms(), kInterval);
  desk.MustRun(Admit("baker"));
  desk.MustRun(Admit("mason"));
  desk.MustRun(Pay("baker", "mason", 70));  // The baker pays.
  const std::string open = TradeIdOf(desk.MustRun(Create(
      With(Sale("mason", "baker", 30), InvoiceOf("f 17", Day(2026, 3, 2))))));
  const std::string declined =
      TradeIdOf(desk.MustRun(Propose("baker", "mason", 40)));
  desk.MustRun(Decline(declined));
  ASSERT_EQ(open, "t5");
  ASSERT_EQ(declined, "t6");

  const Account& baker = desk.AccountOf("baker");
  ASSERT_EQ(desk.BalanceOf("baker"), -70);
  const int64_t line = baker.credit_line.minor_units();
  const int64_t limit = baker.balance_limit.minor_units();
  const std::string bytes =
      std::string(32, '\0') + Numbers({2, 2, 1, 0}) + "\x01" + Numbers({1, 1}) +
      "\x05" + "baker" + "\x01" + Numbers({2, 2}) + "\x05" + "mason" + "\x02" +
      Numbers({1, 1, -70, line, limit}) + "\x02" +
      Numbers({2, 2, 70, line, limit}) + "\x03" + Numbers({5, 2, 1, 30}) +
      "\x02" + "t5" + Numbers({2026}) + "\x03" + "F17" + "\x04" + Numbers({6});
  EXPECT_EQ(DigestAt(desk.store(), 8),
            (StateDigested{2, 2, 1, 0, ledger::HashOf(bytes)}));

  // The next one is chained to it and has only what was touched since.
  desk.MustRun(AdmitWithVat("m0", "be 0123.456.749"));
  for (int i = 1; i < 3; ++i) desk.MustRun(Admit("m" + std::to_string(i)));
  for (int i = 0; i < 4; ++i) desk.Run(Accept("nothing"));
  const StateDigested next = DigestAt(desk.store(), 16);
  std::string rows(ledger::BytesOf(ledger::HashOf(bytes)));
  rows += Numbers({5, 5, 1, 0});
  for (int64_t i = 3; i <= 5; ++i) {
    rows += "\x01" + Numbers({i, i}) + "\x02" + "m" + std::to_string(i - 3);
  }
  for (int64_t i = 3; i <= 5; ++i) {
    rows += "\x02" + Numbers({i, i, 0, line, limit});
  }
  rows += std::string(
      "\x05\x10"
      "BE0123456749\0vat",
      18);
  EXPECT_EQ(next, (StateDigested{5, 5, 1, 0, ledger::HashOf(rows)}));
}

TEST(StateDigestTest, BatchesDoNotMatter) {
  // The same commands one by one, and all in one batch.
  Desk one_by_one(EuroTerms(), kInterval);
  Desk at_once(EuroTerms(), kInterval);
  AdmitAll(&one_by_one);
  AdmitAll(&at_once);
  RandomCommands random(5);
  for (int i = 0; i < 200; ++i) {
    const Command command =
        random.Next(static_cast<uint64_t>(at_once.state().sequence()));
    one_by_one.Run(command);
    at_once.Decide(at_once.Ready(command));
  }
  at_once.Commit();
  EXPECT_EQ(one_by_one.payloads(), at_once.payloads());
  EXPECT_GT(PlacesOf(at_once.store()).size(), 10u);
}

TEST(StateDigestTest, ReplayComesToTheSameDigests) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Desk desk(EuroTerms(), kInterval);
    AdmitAll(&desk);
    RandomCommands random(seed);
    for (int i = 0; i < 100; ++i) {
      desk.Run(random.Next(static_cast<uint64_t>(desk.state().sequence())));
    }
    EXPECT_TRUE(Replay(desk.store()).ok());
  }
}

// A journal that somebody wrote with digests of his own.
class ForgedDigestTest : public testing::Test {
 protected:
  // Appends seven members, and `event` at 9 as a record of that kind.
  absl::Status ReplayWith(const Event& event, ledger::RecordKind kind,
                          uint64_t members) {
    auto store = NewNetwork(EuroTerms());
    auto journal = ledger::StoreJournal::Open(store.get());
    EXPECT_TRUE(journal.ok());
    std::unique_ptr<State> state = ReadBack(*store, kInterval);
    for (uint64_t i = 1; i <= members; ++i) {
      MemberCreated created;
      created.number = MemberNumber{i};
      created.id = "m" + std::to_string(i);
      created.country = "BE";
      created.main_account = AccountId{i};
      Append(created, ledger::RecordKind::kEvent, state.get(), journal->get());
    }
    Event last = event;
    if (auto* digested = std::get_if<StateDigested>(&last)) {
      if (digested->members == 0) *digested = state->DigestNow();
    }
    Append(last, kind, state.get(), journal->get());
    journal->reset();
    return Replay(*store);
  }

 private:
  static void Append(const Event& event, ledger::RecordKind kind, State* state,
                     ledger::StoreJournal* journal) {
    ledger::Record record;
    record.kind = kind;
    record.time_us = state->time_us() + 1 + time_us_++;
    record.booking_date = state->booking_date();
    record.event = EncodeEvent(event);
    ledger::PendingBatch batch;
    batch.payloads = {ledger::EncodePayload(record)};
    batch.records = {record};
    absl::Notification durable;
    journal->Append(std::move(batch),
                    [&](ledger::AppendOutcome) { durable.Notify(); });
    durable.WaitForNotification();
    if (kind == ledger::RecordKind::kEvent && !state->DigestIsDue()) {
      state->Apply(record, event);
    }
  }
  static inline int64_t time_us_ = 0;
};

TEST_F(ForgedDigestTest, TheRightOneIsAccepted) {
  EXPECT_TRUE(
      ReplayWith(StateDigested{}, ledger::RecordKind::kStateDigest, 6).ok());
}

TEST_F(ForgedDigestTest, AWrongOneIsDataLossThatNamesTheSequence) {
  const absl::Status status = ReplayWith(StateDigested{6, 6, 0, 0, {}},
                                         ledger::RecordKind::kStateDigest, 6);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_NE(status.message().find("sequence 8"), std::string::npos) << status;
}

// Whoever writes it has no state to digest: the digest comes behind it.
TEST_F(ForgedDigestTest, AnAcceptedLossMayStandInItsPlace) {
  const RecoveryAccepted accepted{{}, {Sequence{7}, {}, 0}, Sequence{7}};
  const absl::Status status =
      ReplayWith(accepted, ledger::RecordKind::kRecovery, 6);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ForgedDigestTest, OneThatIsMissingIsDataLoss) {
  MemberCreated created;
  created.number = MemberNumber{7};
  created.id = "m7";
  created.country = "BE";
  created.main_account = AccountId{7};
  const absl::Status status =
      ReplayWith(created, ledger::RecordKind::kEvent, 6);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_NE(status.message().find("missing"), std::string::npos) << status;
}

TEST_F(ForgedDigestTest, OneBeforeItsPlaceIsDataLoss) {
  const absl::Status status =
      ReplayWith(StateDigested{}, ledger::RecordKind::kStateDigest, 5);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_NE(status.message().find("sequence 7"), std::string::npos) << status;
}

}  // namespace
}  // namespace skontro::engine

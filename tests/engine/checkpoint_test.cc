// Checkpoints as rows: what is saved comes back, and what was damaged, half
// written or is another's is not used.

#include "engine/checkpoint.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/checkpoint_codec.h"
#include "ledger/big_endian.h"
#include "ledger/store_journal.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

using ledger::Family;

constexpr uint64_t kInterval = 16;

std::string Key(uint64_t sequence, uint32_t chunk) {
  std::string key = NumberValue(sequence);
  ledger::AppendBigEndian(&key, chunk);
  return key;
}

// Lets so many writes pass and then fails; a failed write changes nothing.
class FailingStore : public ledger::Store {
 public:
  FailingStore(ledger::Store* store, int writes)
      : store_(store), writes_(writes) {}

  absl::Status Write(const ledger::WriteBatch& batch,
                     ledger::Durability durability) override {
    if (writes_-- <= 0) return absl::UnavailableError("no more");
    return store_->Write(batch, durability);
  }
  absl::Status Ingest(const ledger::SortedRows& rows) override {
    if (writes_-- <= 0) return absl::UnavailableError("no more");
    return store_->Ingest(rows);
  }
  std::shared_ptr<const ledger::Snapshot> GetSnapshot() const override {
    return store_->GetSnapshot();
  }
  absl::Status Flush() override {
    if (writes_-- <= 0) return absl::UnavailableError("no more");
    return store_->Flush();
  }

 private:
  ledger::Store* const store_;
  int writes_;
};

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() : desk_(EuroTerms(), kInterval) {
    for (const char* id : kRandomMembers) desk_.MustRun(Admit(id));
    desk_.MustRun(AdmitWithVat("dyer", "BE0123456749"));
    DoBusiness(60);
  }

  void DoBusiness(int commands) {
    for (int i = 0; i < commands; ++i) {
      desk_.Run(random_.Next(static_cast<uint64_t>(desk_.state().sequence())));
    }
    // One that stays open, with an invoice.
    desk_.MustRun(Create(
        With(Sale("dyer", "baker", 1),
             InvoiceOf("F-" + std::to_string(++invoices_), Day(2026, 3, 2)))));
    // And one with a hold, of which a part is settled.
    CreateTrade payment = Payment("dyer", "baker", 3);
    payment.cash = 7;
    payment.cash_currency = "EUR";
    const std::string held =
        TradeIdOf(desk_.MustRun(Create(Held(std::move(payment)))));
    desk_.MustRun(SettlePart(held, 1));
  }

  ledger::MemoryStore* store() { return desk_.mutable_store(); }
  uint64_t last() const {
    return static_cast<uint64_t>(desk_.state().sequence());
  }

  absl::Status Save(ledger::Store* into) {
    return SaveCheckpoint(into, kUid, desk_.state(), desk_.view().digest);
  }

  absl::StatusOr<Replayed> Load(uint64_t sequence) {
    const auto snapshot = store()->GetSnapshot();
    const auto genesis = BeginReplay(*snapshot, kInterval);
    EXPECT_TRUE(genesis.ok());
    return LoadCheckpoint(*snapshot, Sequence{sequence}, Sequence{last()},
                          *genesis, kInterval);
  }

  // Where a start begins, and what it says of those that it does not use.
  uint64_t Begun(std::vector<std::string>* ignored = nullptr) {
    const auto on_start = [&](const StartProgress& progress) {
      if (progress.step != StartProgress::Step::kCheckpointIgnored) return;
      if (ignored != nullptr) ignored->push_back(progress.why);
    };
    const auto recovered = Recover(*store()->GetSnapshot(), {true, kInterval},
                                   on_start, /*go_on=*/{});
    EXPECT_TRUE(recovered.ok()) << recovered.status();
    if (!recovered.ok()) return UINT64_MAX;
    ExpectSame(*recovered->replayed.state, desk_.state());
    return static_cast<uint64_t>(recovered->checkpoint);
  }

  // All that a decision may depend on.
  static void ExpectSame(const State& a, const State& b) {
    ASSERT_EQ(a.sequence(), b.sequence());
    EXPECT_EQ(a.time_us(), b.time_us());
    EXPECT_EQ(a.booking_date(), b.booking_date());
    EXPECT_EQ(a.terms(), b.terms());
    ASSERT_EQ(a.member_count(), b.member_count());
    for (uint64_t i = 1; i <= a.member_count(); ++i) {
      EXPECT_EQ(a.member(MemberNumber{i}).id, b.member(MemberNumber{i}).id);
      EXPECT_EQ(a.FindMember(b.member(MemberNumber{i}).id), MemberNumber{i});
      EXPECT_EQ(a.member(MemberNumber{i}).status,
                b.member(MemberNumber{i}).status);
      EXPECT_EQ(a.member(MemberNumber{i}).wind_down_date,
                b.member(MemberNumber{i}).wind_down_date);
    }
    ASSERT_EQ(a.account_count(), b.account_count());
    for (uint64_t i = 1; i <= a.account_count(); ++i) {
      const Account& x = a.account(AccountId{i});
      const Account& y = b.account(AccountId{i});
      EXPECT_TRUE(x.balance == y.balance && x.credit_line == y.credit_line &&
                  x.balance_limit == y.balance_limit && x.owner == y.owner &&
                  x.holds_out == y.holds_out && x.holds_in == y.holds_in);
    }
    EXPECT_EQ(a.policies(), b.policies());
    EXPECT_EQ(a.policies_version(), b.policies_version());
    EXPECT_EQ(a.TaxIds(), b.TaxIds());
    ASSERT_EQ(a.OpenTrades(), b.OpenTrades());
    for (const TradeNumber number : a.OpenTrades()) {
      const Trade& x = *a.FindOpenTrade(number);
      const Trade& y = *b.FindOpenTrade(number);
      EXPECT_TRUE(x.id == y.id && x.seller == y.seller && x.buyer == y.buyer &&
                  x.units == y.units && x.invoice == y.invoice &&
                  x.state == y.state && a.HasTrade(x.id));
      EXPECT_TRUE(x.national_value == y.national_value && x.cash == y.cash &&
                  x.hold_expire_time_us == y.hold_expire_time_us &&
                  x.settled == y.settled &&
                  x.settle_sequence == y.settle_sequence);
    }
    EXPECT_EQ(a.DigestIsDue(), b.DigestIsDue());
    EXPECT_EQ(a.DigestNow(), b.DigestNow());
  }

  void Put(uint64_t sequence, uint32_t chunk, std::string value) {
    ledger::WriteBatch rows;
    rows.Put(Family::kCheckpoint, Key(sequence, chunk), std::move(value));
    ASSERT_TRUE(store()->Write(rows, ledger::Durability::kSynced).ok());
  }
  std::string Get(uint64_t sequence, uint32_t chunk) {
    return store()
        ->GetSnapshot()
        ->Get(Family::kCheckpoint, Key(sequence, chunk))
        .value()
        .value_or("");
  }

  Desk desk_;
  RandomCommands random_{7};
  int invoices_ = 0;
};

TEST_F(CheckpointTest, WhatIsSavedComesBack) {
  ASSERT_TRUE(Save(store()).ok());
  const absl::StatusOr<Replayed> loaded = Load(last());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ExpectSame(*loaded->state, desk_.state());
  EXPECT_EQ(loaded->digest, desk_.view().digest);
  EXPECT_GT(desk_.state().open_trade_count(), 0u);
}

TEST_F(CheckpointTest, PoliciesAndStatusesComeBackAlsoWhenNothingTouchesThem) {
  const auto save_and_load = [this] {
    EXPECT_TRUE(Save(store()).ok());
    const absl::StatusOr<Replayed> loaded = Load(last());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    ExpectSame(*loaded->state, desk_.state());
  };
  desk_.MustRun(SetPolicy(Policy::kDealCap, 500'00));
  desk_.MustRun(SetPolicy(Policy::kLeastUnitShare, 1));
  save_and_load();
  desk_.MustRun(SetStatus("smith", MemberStatus::kClosing, Day(2027, 1, 31)));
  save_and_load();
  desk_.MustRun(SetStatus("mason", MemberStatus::kFrozen));
  // Behind a state digest they are untouched.
  DoBusiness(3 * static_cast<int>(kInterval));
  EXPECT_TRUE(desk_.state().touched().statuses.empty());
  EXPECT_FALSE(desk_.state().touched().policies);
  save_and_load();
  EXPECT_EQ(Begun(), last());
}

TEST_F(CheckpointTest, AStartBeginsWithTheNewest) {
  ASSERT_TRUE(Save(store()).ok());
  DoBusiness(20);
  ASSERT_TRUE(Save(store()).ok());
  const uint64_t newest = last();
  DoBusiness(50);  // Over some state digests.
  EXPECT_EQ(Begun(), newest);
}

TEST_F(CheckpointTest, TwoAreKept) {
  std::vector<Sequence> saved;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Save(store()).ok());
    saved.insert(saved.begin(), Sequence{last()});
    DoBusiness(5);
  }
  saved.resize(kCheckpointsKept);
  const auto listed = ListCheckpoints(*store()->GetSnapshot());
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(*listed, saved);
  // And no chunk of another is left.
  const auto snapshot = store()->GetSnapshot();
  const auto it = snapshot->NewIterator(Family::kCheckpoint);
  for (it->Seek(""); it->Valid(); it->Next()) {
    const Sequence of{ledger::ReadBigEndian<uint64_t>(it->key())};
    EXPECT_TRUE(of == saved[0] || of == saved[1]);
  }
}

TEST_F(CheckpointTest, OneThatWasCutShortAtAnyWriteIsNotUsed) {
  ASSERT_TRUE(Save(store()).ok());
  const uint64_t older = last();
  DoBusiness(5);
  int writes = 0;
  while (true) {
    FailingStore failing(store(), writes);
    if (Save(&failing).ok()) break;
    EXPECT_EQ(Begun(), older) << "after " << writes << " writes";
    ++writes;
  }
  EXPECT_GE(writes, 3);  // Chunks, flush, header.
  EXPECT_EQ(Begun(), last());
}

TEST_F(CheckpointTest, AFlippedBitAnywhereIsNoticed) {
  ASSERT_TRUE(Save(store()).ok());
  const uint64_t older = last();
  DoBusiness(5);
  ASSERT_TRUE(Save(store()).ok());
  for (const uint32_t chunk : {0u, 1u}) {
    const std::string right = Get(last(), chunk);
    ASSERT_FALSE(right.empty());
    for (size_t at = 0; at < right.size(); at += chunk == 0 ? 1 : 7) {
      std::string wrong = right;
      wrong[at] = static_cast<char>(wrong[at] ^ (1 << (at % 8)));
      Put(last(), chunk, wrong);
      std::vector<std::string> ignored;
      ASSERT_EQ(Begun(&ignored), older) << chunk << " at " << at;
      ASSERT_EQ(ignored.size(), 1u);
    }
    Put(last(), chunk, right);
  }
  EXPECT_EQ(Begun(), last());
}

TEST_F(CheckpointTest, OneThatLacksAChunkOrIsCutOffIsNotUsed) {
  ASSERT_TRUE(Save(store()).ok());
  const std::string chunk = Get(last(), 1);
  const std::string header = Get(last(), 0);
  ledger::WriteBatch rows;
  rows.Delete(Family::kCheckpoint, Key(last(), 1));
  ASSERT_TRUE(store()->Write(rows, ledger::Durability::kSynced).ok());
  EXPECT_EQ(Begun(), 0u);
  Put(last(), 1, chunk.substr(0, chunk.size() - 1));
  EXPECT_EQ(Begun(), 0u);
  Put(last(), 1, chunk);
  Put(last(), 0, header.substr(0, 20));
  EXPECT_EQ(Begun(), 0u);
  Put(last(), 0, "");
  EXPECT_EQ(Begun(), 0u);
  Put(last(), 0, header);
  EXPECT_EQ(Begun(), last());
}

// A checkpoint whose digests are right, and that says something else.
TEST_F(CheckpointTest, OneThatDoesNotFitTheJournalIsNotUsed) {
  ASSERT_TRUE(Save(store()).ok());
  const std::string right = Get(last(), 0);
  const CheckpointHeader header = *DecodeCheckpointHeader(right);
  using Spoil = void (*)(CheckpointHeader*);
  const std::pair<Spoil, std::string> cases[] = {
      {[](CheckpointHeader* h) { h->uid[0] ^= 1; }, "another network"},
      {[](CheckpointHeader* h) { h->sequence = Sequence{3}; },
       "another's place"},
      {[](CheckpointHeader* h) { h->journal_digest[3] ^= 1; },
       "another record"},
      {[](CheckpointHeader* h) { ++h->time_us; }, "another time"},
      {[](CheckpointHeader* h) {
         h->booking_date = CivilDate::FromDays(h->booking_date.days() + 1);
       },
       "another time"},
      {[](CheckpointHeader* h) { ++h->members; }, "do not add up"},
      {[](CheckpointHeader* h) { --h->open_trades; }, "do not add up"},
      {[](CheckpointHeader* h) { ++h->tax_ids; }, "do not add up"},
      {[](CheckpointHeader* h) { ++h->chunks; }, "is not there"},
      {[](CheckpointHeader* h) { h->chunks_digest[0] ^= 1; }, "were changed"},
  };
  for (const auto& [spoil, why] : cases) {
    CheckpointHeader other = header;
    spoil(&other);
    Put(last(), 0, EncodeCheckpointHeader(other));
    std::vector<std::string> ignored;
    EXPECT_EQ(Begun(&ignored), 0u);
    ASSERT_EQ(ignored.size(), 1u);
    EXPECT_NE(ignored[0].find(why), std::string::npos) << ignored[0];
  }
}

// The books of a checkpoint that is wrong from within, digests and all, do not
// come to the state digests of the journal.
TEST_F(CheckpointTest, OneWithAnotherStateIsFoundOutByTheNextStateDigest) {
  Desk other(EuroTerms(), kInterval);
  for (const char* id : kRandomMembers) other.MustRun(Admit(id));
  other.MustRun(AdmitWithVat("dyer", "BE0123456749"));
  ASSERT_TRUE(Save(store()).ok());
  CheckpointHeader header = *DecodeCheckpointHeader(Get(last(), 0));
  header.state_digest[5] ^= 1;
  Put(last(), 0, EncodeCheckpointHeader(header));
  for (int i = 0; i < 20; ++i) desk_.Run(Accept("nothing"));
  std::vector<std::string> ignored;
  EXPECT_EQ(Begun(&ignored), 0u);
  ASSERT_EQ(ignored.size(), 1u);
  EXPECT_NE(ignored[0].find("state digest"), std::string::npos) << ignored[0];
}

TEST_F(CheckpointTest, OneOfALaterFormatIsNotUsed) {
  ASSERT_TRUE(Save(store()).ok());
  std::string message = Get(last(), 0).substr(32);
  ASSERT_EQ(message.substr(0, 2), "\x08\x06");  // Field 1, format 6.
  message[1] = 9;
  Put(last(), 0,
      std::string(ledger::BytesOf(ledger::HashOf(message))) + message);
  std::vector<std::string> ignored;
  EXPECT_EQ(Begun(&ignored), 0u);
  ASSERT_EQ(ignored.size(), 1u);
  EXPECT_NE(ignored[0].find("format 9"), std::string::npos);
}

// What a part of a hold is worth cannot be told from it.
TEST_F(CheckpointTest, OneThatDoesNotSayWhatOpenTradesAreWorthIsNotUsed) {
  ASSERT_TRUE(Save(store()).ok());
  std::string message = Get(last(), 0).substr(32);
  message[1] = 5;
  Put(last(), 0,
      std::string(ledger::BytesOf(ledger::HashOf(message))) + message);
  std::vector<std::string> ignored;
  EXPECT_EQ(Begun(&ignored), 0u);
  ASSERT_EQ(ignored.size(), 1u);
  EXPECT_NE(ignored[0].find("what its open trades are worth"),
            std::string::npos);
}

// As after the newest records were lost: a newer checkpoint is no reason to
// believe that they are there.
TEST_F(CheckpointTest, OneAheadOfTheJournalIsNotUsed) {
  ASSERT_TRUE(Save(store()).ok());
  const uint64_t older = last();
  const auto before = store()->AfterCrash();
  DoBusiness(5);
  ASSERT_TRUE(Save(store()).ok());
  ledger::WriteBatch rows;
  for (const uint32_t chunk : {0u, 1u}) {
    rows.Put(Family::kCheckpoint, Key(last(), chunk), Get(last(), chunk));
  }
  ASSERT_TRUE(before->Write(rows, ledger::Durability::kSynced).ok());
  std::vector<std::string> ignored;
  const auto recovered =
      Recover(*before->GetSnapshot(), {true, kInterval},
              [&](const StartProgress& p) { ignored.push_back(p.why); }, {});
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->checkpoint, Sequence{older});
  EXPECT_NE(ignored.front().find("the journal ends before it"),
            std::string::npos);
}

TEST_F(CheckpointTest, WithoutUsingThemAStartReadsTheWholeJournal) {
  ASSERT_TRUE(Save(store()).ok());
  const auto recovered =
      Recover(*store()->GetSnapshot(), {false, kInterval}, {}, {});
  ASSERT_TRUE(recovered.ok());
  EXPECT_EQ(recovered->checkpoint, Sequence{0});
  ExpectSame(*recovered->replayed.state, desk_.state());
}

TEST_F(CheckpointTest, AReplayThatIsStoppedSaysSo) {
  const auto recovered = Recover(*store()->GetSnapshot(), {true, kInterval}, {},
                                 [](Sequence) { return false; });
  EXPECT_TRUE(absl::IsCancelled(recovered.status()));
}

// At every sequence: begun from a checkpoint, rolled forward to the end.
TEST(CheckpointScriptTest, AtEverySequenceAStartComesToTheSameState) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Desk desk(EuroTerms(), kInterval);
    RandomCommands random(seed);
    for (const char* id : kRandomMembers) desk.MustRun(Admit(id));
    std::vector<std::unique_ptr<ledger::MemoryStore>> saved;
    for (int i = 0; i < 80; ++i) {
      desk.Run(random.Next(static_cast<uint64_t>(desk.state().sequence())));
      saved.push_back(desk.mutable_store()->AfterCrash());
      ASSERT_TRUE(SaveCheckpoint(saved.back().get(), kUid, desk.state(),
                                 desk.view().digest)
                      .ok());
    }
    // Each of them with the journal as it is at the end.
    const auto end = desk.store().GetSnapshot();
    for (const auto& store : saved) {
      ledger::WriteBatch rows;
      const auto it = end->NewIterator(Family::kJournal);
      for (it->Seek(""); it->Valid(); it->Next()) {
        rows.Put(Family::kJournal, std::string(it->key()),
                 std::string(it->value()));
      }
      ASSERT_TRUE(store->Write(rows, ledger::Durability::kSynced).ok());
      const auto recovered =
          Recover(*store->GetSnapshot(), {true, kInterval}, {}, {});
      ASSERT_TRUE(recovered.ok()) << recovered.status();
      EXPECT_GT(recovered->checkpoint, Sequence{0});
      ASSERT_EQ(recovered->replayed.state->sequence(), desk.state().sequence());
      ASSERT_EQ(recovered->replayed.state->DigestNow(),
                desk.state().DigestNow());
    }
  }
}

}  // namespace
}  // namespace skontro::engine

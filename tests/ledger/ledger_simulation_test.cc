// The ledger alone against an oracle: random records are appended, projected,
// flushed, crashed and closed on every kind of store; questions that were drawn
// without looking at the data are answered by the ledger and by an oracle of
// plain lists and exact integers that shares no code with it.
//
// A failure names its seed. To run seed 7 on the store in memory alone:
//   ledger_simulation_test --gtest_filter='*/Memory_7'

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "ledger/account_codec.h"
#include "ledger/projection.h"
#include "ledger/statement.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

using boost::multiprecision::cpp_int;

constexpr uint64_t kAccounts = 7;

// What happened, as a patient clerk would keep it.
class Oracle {
 public:
  struct Line {
    uint64_t sequence = 0;
    uint32_t leg = 0;
    int64_t minor_units = 0;
    cpp_int balance_after;
    int32_t day = 0;
  };

  void Add(const Record& record) {
    records_.push_back(record);
    uint32_t leg = 0;
    for (const Entry& entry : record.entries) {
      for (const Posting& posting : entry.postings) {
        const auto account = static_cast<uint64_t>(posting.account);
        balances_[account] += posting.amount.minor_units();
        lines_[account].push_back(
            {records_.size(), leg++, posting.amount.minor_units(),
             balances_[account], record.booking_date.days()});
      }
    }
  }

  // The lines of an account from a sequence to another and from a day to
  // another, all included.
  std::vector<Line> Lines(uint64_t account, uint64_t first, uint64_t last,
                          int32_t from, int32_t to) const {
    std::vector<Line> found;
    const auto lines = lines_.find(account);
    if (lines == lines_.end()) return found;
    for (const Line& line : lines->second) {
      if (line.sequence >= first && line.sequence <= last && line.day >= from &&
          line.day <= to) {
        found.push_back(line);
      }
    }
    return found;
  }

  cpp_int BalanceAt(uint64_t account, uint64_t sequence) const {
    const std::vector<Line> lines =
        Lines(account, 1, sequence, INT32_MIN, INT32_MAX);
    return lines.empty() ? cpp_int(0) : lines.back().balance_after;
  }

  const std::vector<Record>& records() const { return records_; }
  const std::map<uint64_t, cpp_int>& balances() const { return balances_; }
  uint64_t size() const { return records_.size(); }

 private:
  std::vector<Record> records_;
  std::map<uint64_t, cpp_int> balances_;
  std::map<uint64_t, std::vector<Line>> lines_;
};

class LedgerSimulationTest
    : public testing::TestWithParam<std::tuple<StoreKind, uint64_t>> {
 protected:
  LedgerSimulationTest() {
    const Record genesis = scribe_.Genesis();
    EXPECT_TRUE(
        StoreJournal::Create(place_->store(), kNetwork, genesis, {}).ok());
    oracle_.Add(genesis);
    Open();
  }

  ~LedgerSimulationTest() override { Close(); }

  void Open() {
    journal_ = StoreJournal::Open(place_->store()).value();
    projection_ = Projection::Open(place_->store(), &events_).value();
    EXPECT_EQ(Number(journal_->last_sequence()), oracle_.size());
    EXPECT_EQ(Number(projection_->view().sequence), oracle_.size());
    EXPECT_EQ(projection_->view().digest, journal_->last_digest());
  }

  // Waits for what is on its way.
  void Close() {
    journal_.reset();
    projection_.reset();
  }

  // Appends as an engine does: the next batch is decided while the last one is
  // on its way, and the journal's thread projects.
  void Append() {
    const std::vector<Record> records =
        scribe_.AnyBatch(&random_, 1 + Below(&random_, 20), kAccounts);
    for (const Record& record : records) oracle_.Add(record);
    {
      const absl::MutexLock lock(&mutex_);
      const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return on_their_way_.size() < 2;
      };
      mutex_.Await(absl::Condition(&has_room));
      // done() needs the batch, and may come before Append() has returned it.
      on_their_way_.push_back(nullptr);
    }
    const auto batch = journal_->Append(
        Pending(records), [this](AppendOutcome) { ProjectFirst(); });
    const absl::MutexLock lock(&mutex_);
    for (auto& waiting : on_their_way_) {
      if (waiting == nullptr) {
        waiting = batch;
        break;
      }
    }
  }

  void ProjectFirst() {
    std::shared_ptr<const CommittedBatch> batch;
    {
      const absl::MutexLock lock(&mutex_);
      const auto is_there = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return on_their_way_.front() != nullptr;
      };
      mutex_.Await(absl::Condition(&is_there));
      batch = on_their_way_.front();
    }
    projection_->Advance(*batch);
    const absl::MutexLock lock(&mutex_);
    on_their_way_.erase(on_their_way_.begin());
  }

  // Until everything that was appended can be read.
  void Settle() {
    const absl::MutexLock lock(&mutex_);
    const auto is_empty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return on_their_way_.empty();
    };
    mutex_.Await(absl::Condition(&is_empty));
  }

  uint64_t AnySequence() { return Below(&random_, oracle_.size() + 3); }

  void AskForABalance() {
    const ReadView view = projection_->view();
    const uint64_t account = Below(&random_, kAccounts + 2);
    const uint64_t sequence = AnySequence();
    const AccountState state =
        AccountAt(*view.snapshot, AccountId{account}, Sequence{sequence})
            .value();
    ASSERT_EQ(cpp_int(state.balance.minor_units()),
              oracle_.BalanceAt(account, sequence))
        << "account " << account << " at sequence " << sequence;
  }

  void AskForAStatement() {
    const ReadView view = projection_->view();
    const uint64_t account = Below(&random_, kAccounts + 2);
    const uint64_t as_of = std::min(AnySequence(), Number(view.sequence));
    const int32_t from = 20'450 + static_cast<int32_t>(Below(&random_, 80));
    const int32_t to = from + static_cast<int32_t>(Below(&random_, 30)) - 3;
    const SequenceRange range =
        RangeOf(*view.snapshot, CivilDate::FromDays(from),
                CivilDate::FromDays(to), Sequence{as_of})
            .value();
    const std::vector<Oracle::Line> want =
        oracle_.Lines(account, 1, as_of, from, to);
    ++(want.empty() ? empty_statements_ : statements_);
    PostingWalk walk(view.snapshot.get(), AccountId{account}, range);
    cpp_int balance = oracle_.BalanceAt(account, Number(range.first) - 1);
    for (const Oracle::Line& line : want) {
      const auto posting = walk.Next().value();
      ASSERT_TRUE(posting.has_value());
      ASSERT_EQ(Number(posting->sequence), line.sequence);
      ASSERT_EQ(posting->leg, line.leg);
      ASSERT_EQ(posting->amount.minor_units(), line.minor_units);
      balance += line.minor_units;
      ASSERT_EQ(cpp_int(posting->balance_after.minor_units()), balance);
    }
    ASSERT_EQ(walk.Next().value(), std::nullopt);
    ASSERT_EQ(balance, oracle_.BalanceAt(account, Number(range.last)));
  }

  void AskForARecord() {
    const ReadView view = projection_->view();
    const uint64_t sequence = AnySequence();
    const auto found = ReadRecord(*view.snapshot, Sequence{sequence});
    if (sequence == 0 || sequence > oracle_.size()) {
      ASSERT_EQ(found.status().code(), absl::StatusCode::kNotFound);
    } else {
      ASSERT_EQ(found.value().record, oracle_.records()[sequence - 1]);
    }
  }

  void Step() {
    const uint64_t dice = Below(&random_, 100);
    if (dice < 45) return Append();
    Settle();
    if (dice < 60) return AskForABalance();
    if (dice < 80) return AskForAStatement();
    if (dice < 90) return AskForARecord();
    if (dice < 94) {
      ++flushes_;
      ASSERT_TRUE(projection_->Flush().ok());
      return;
    }
    Close();
    if (dice < 97) {
      place_->Reopen();
    } else {
      ++crashes_;
      place_->Crash();
    }
    Open();
  }

  // All of it, and not only what was asked for.
  void CheckAll() {
    Settle();
    const ReadView view = projection_->view();
    JournalReader reader(view.snapshot.get(), Sequence{1}, Trust::kNothing);
    std::vector<Record> records;
    for (auto next = reader.Next().value(); next.has_value();
         next = reader.Next().value()) {
      records.insert(records.end(), next->batch.records.begin(),
                     next->batch.records.end());
    }
    EXPECT_TRUE(records == oracle_.records());
    cpp_int sum = 0;
    const FamilyRows rows = RowsOf(*view.snapshot, Family::kAccount);
    EXPECT_EQ(rows.size(), oracle_.balances().size());
    for (const auto& [account, balance] : oracle_.balances()) {
      const AccountState state =
          DecodeAccount(rows.at(AccountKey(AccountId{account}))).value();
      EXPECT_EQ(cpp_int(state.balance.minor_units()), balance);
      EXPECT_EQ(
          state.posting_count,
          oracle_.Lines(account, 1, UINT64_MAX, INT32_MIN, INT32_MAX).size());
      sum += balance;
    }
    EXPECT_EQ(sum, 0);
  }

  Random random_{std::get<1>(GetParam())};
  Scribe scribe_;
  Oracle oracle_;
  EventRows events_;
  std::unique_ptr<StorePlace> place_ = std::get<0>(GetParam()).make();
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<Projection> projection_;

  absl::Mutex mutex_;
  std::vector<std::shared_ptr<const CommittedBatch>> on_their_way_
      ABSL_GUARDED_BY(mutex_);

  int flushes_ = 0;
  int crashes_ = 0;
  int statements_ = 0;
  int empty_statements_ = 0;
};

TEST_P(LedgerSimulationTest, TheLedgerAnswersAsTheOracleDoes) {
  const bool in_memory = std::get<0>(GetParam()).name == MemoryKind().name;
  const int steps = in_memory ? 400 : 200;
  for (int step = 0; step < steps; ++step) {
    ASSERT_NO_FATAL_FAILURE(Step()) << "step " << step;
  }
  CheckAll();
  // A run that never reached one of these proves nothing about it.
  EXPECT_GT(flushes_, 0);
  EXPECT_GT(crashes_, 0);
  EXPECT_GT(statements_, 0);
  EXPECT_GT(empty_statements_, 0);
}

std::string SeedName(
    const testing::TestParamInfo<std::tuple<StoreKind, uint64_t>>& info) {
  return std::get<0>(info.param).name + std::string("_") +
         std::to_string(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LedgerSimulationTest,
                         testing::Combine(testing::Values(MemoryKind()),
                                          testing::Range<uint64_t>(0, 12)),
                         SeedName);
INSTANTIATE_TEST_SUITE_P(StoreSeeds, LedgerSimulationTest,
                         testing::Combine(testing::ValuesIn(StoreKinds()),
                                          testing::Range<uint64_t>(12, 14)),
                         SeedName);

}  // namespace
}  // namespace skontro::ledger

#include "ledger/projection.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/account_codec.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/store_journal.h"

namespace skontro::ledger {
namespace {

constexpr std::string_view kProjectedKey = "projected";
constexpr std::string_view kFamiliesKey = "families";
constexpr std::string_view kFamilies = "1";
constexpr uint64_t kProgressEvery = 65'536;

// The families of events that stores of programs of old have not got.
constexpr std::array kLateFamilies = {Family::kInvoiceNumber,
                                      Family::kTradeState};
constexpr size_t kLateRowsMax = 65'536;  // In memory, while they are made.

absl::StatusOr<Sequence> ReadProjected(const Snapshot& snapshot) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           snapshot.Get(Family::kMeta, kProjectedKey));
  if (!value.has_value()) return Sequence{0};
  if (value->size() != sizeof(uint64_t)) {
    return absl::DataLossError("the row meta/projected is no sequence");
  }
  return Sequence{ReadBigEndian<uint64_t>(*value)};
}

}  // namespace

Projection::Projection(Store* store, EventProjector* projector,
                       const RowTail::Options& tail)
    : store_(store),
      projector_(projector),
      tail_(store, tail, [this] { ShortenView(); }) {}

absl::StatusOr<std::unique_ptr<Projection>> Projection::Open(
    Store* store, EventProjector* projector,
    const std::function<void(Sequence)>& on_progress,
    const RowTail::Options& tail) {
  std::unique_ptr<Projection> projection(
      new Projection(store, projector, tail));
  SKONTRO_RETURN_IF_ERROR(projection->RollForward(on_progress));
  return projection;
}

absl::Status Projection::RollForward(
    const std::function<void(Sequence)>& on_progress) {
  const std::shared_ptr<const Snapshot> snapshot = store_->GetSnapshot();
  SKONTRO_ASSIGN_OR_RETURN(const JournalHead head, ReadHead(*snapshot));
  SKONTRO_ASSIGN_OR_RETURN(projected_, ReadProjected(*snapshot));
  if (projected_ > head.sequence) {
    return absl::DataLossError(absl::StrCat(
        "the projections include sequence ", static_cast<uint64_t>(projected_),
        " and the journal ends at ", static_cast<uint64_t>(head.sequence),
        ": records that were durable are gone; restore a newer copy"));
  }
  if (projected_ > Sequence{0}) {
    SKONTRO_ASSIGN_OR_RETURN(const ChainedRecord last,
                             ReadRecord(*snapshot, projected_));
    last_booking_date_ = last.record.booking_date;
  }
  SKONTRO_ASSIGN_OR_RETURN(
      tree_, RecordTreeWriter::Open(store_, projected_, on_progress));
  SKONTRO_RETURN_IF_ERROR(AddLateFamilies(*snapshot, on_progress));
  uint64_t reported = 0;
  JournalReader reader(snapshot.get(), ledger::Next(projected_), Trust::kCrc);
  while (projected_ < head.sequence) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<DecodedBatch> next,
                             reader.Next());
    if (!next.has_value()) break;
    // A watermark always ends a batch, so the first is taken whole.
    if (next->batch.first_sequence != ledger::Next(projected_)) {
      return absl::DataLossError(
          absl::StrCat("the projections end inside a batch, at sequence ",
                       static_cast<uint64_t>(projected_)));
    }
    SKONTRO_RETURN_IF_ERROR(AddToTail(next->batch));
    const auto reached = static_cast<uint64_t>(projected_);
    if (on_progress && reached / kProgressEvery != reported) {
      reported = reached / kProgressEvery;
      on_progress(projected_);
    }
  }
  Publish(head.sequence, head.digest);
  return absl::OkStatus();
}

// Each of their rows is a function of one record, so they are made from the
// journal by themselves. What a crash cut short is made again.
absl::Status Projection::AddLateFamilies(
    const Snapshot& snapshot,
    const std::function<void(Sequence)>& on_progress) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> families,
                           snapshot.Get(Family::kMeta, kFamiliesKey));
  if (families.has_value()) return absl::OkStatus();
  families_due_ = true;
  if (projected_ == Sequence{0}) return absl::OkStatus();
  RowBuffer made;
  RowBuffer late;
  size_t count = 0;
  Sequence reached{0};
  JournalReader reader(&snapshot, Sequence{1}, Trust::kCrc);
  while (reached < projected_) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<DecodedBatch> next,
                             reader.Next());
    if (!next.has_value()) {
      return absl::DataLossError("the journal ends before its projections");
    }
    for (const Record& record : next->batch.records) {
      reached = ledger::Next(reached);
      SKONTRO_RETURN_IF_ERROR(projector_->Project(reached, record, &made));
    }
    const std::shared_ptr<const SortedRows> rows = made.Sort();
    for (const Family family : kLateFamilies) {
      for (size_t i = rows->begin(family); i < rows->end(family);
           ++i, ++count) {
        if (rows->deletes(i)) {
          late.Delete(family, rows->key(i));
        } else {
          late.Put(family, rows->key(i), rows->value(i));
        }
      }
    }
    if (count < kLateRowsMax) continue;
    SKONTRO_RETURN_IF_ERROR(store_->Ingest(*late.Sort()));
    count = 0;
    if (on_progress) on_progress(reached);
  }
  late.Put(Family::kMeta, kFamiliesKey, kFamilies);
  families_due_ = false;
  return store_->Ingest(*late.Sort());
}

void Projection::Advance(const CommittedBatch& batch) {
  SKONTRO_CHECK_AT(batch.first_sequence == ledger::Next(projected_),
                   batch.first_sequence);
  const absl::Status status = AddToTail(batch);
  if (!status.ok()) {
    std::fprintf(stderr,
                 "the projections could not be written at sequence %llu: %s\n",
                 static_cast<unsigned long long>(batch.first_sequence),
                 status.ToString().c_str());
    std::abort();
  }
  Publish(batch.last_sequence(), batch.digests.back());
}

absl::Status Projection::Flush() {
  SKONTRO_RETURN_IF_ERROR(tail_.Flush());
  return store_->Flush();
}

ReadView Projection::view() const {
  const absl::MutexLock lock(&mutex_);
  return view_;
}

uint64_t Projection::WaitFor(Sequence sequence, std::function<void()> reached) {
  uint64_t ticket = 0;
  {
    const absl::MutexLock lock(&mutex_);
    ticket = next_ticket_++;
    if (view_.sequence < sequence) {
      waits_.emplace(std::make_pair(sequence, ticket), std::move(reached));
      return ticket;
    }
  }
  reached();
  return ticket;
}

bool Projection::CancelWait(uint64_t ticket) {
  const absl::MutexLock lock(&mutex_);
  for (auto it = waits_.begin(); it != waits_.end(); ++it) {
    if (it->first.second == ticket) {
      waits_.erase(it);
      return true;
    }
  }
  return false;
}

absl::Status Projection::AddToTail(const CommittedBatch& batch) {
  for (const Digest& digest : batch.digests) tree_.Add(digest, &rows_);
  Sequence sequence = batch.first_sequence;
  for (const Record& record : batch.records) {
    SKONTRO_RETURN_IF_ERROR(AddPostings(sequence, record));
    SKONTRO_RETURN_IF_ERROR(projector_->Project(sequence, record, &rows_));
    sequence = ledger::Next(sequence);
  }
  AddAccounts();
  std::string projected;
  AppendBigEndian(&projected, static_cast<uint64_t>(batch.last_sequence()));
  rows_.Put(Family::kMeta, kProjectedKey, projected);
  if (families_due_) rows_.Put(Family::kMeta, kFamiliesKey, kFamilies);
  families_due_ = false;
  SKONTRO_RETURN_IF_ERROR(tail_.Append(rows_.Sort()));
  projected_ = batch.last_sequence();
  return absl::OkStatus();
}

absl::Status Projection::AddPostings(Sequence sequence, const Record& record) {
  if (record.booking_date != last_booking_date_) {
    std::string first;
    AppendBigEndian(&first, static_cast<uint64_t>(sequence));
    rows_.Put(Family::kBookingDay, BookingDayKey(record.booking_date), first);
    last_booking_date_ = record.booking_date;
  }
  uint32_t leg = 0;
  for (const Entry& entry : record.entries) {
    for (const Posting& posting : entry.postings) {
      SKONTRO_ASSIGN_OR_RETURN(Touched* const account, Touch(posting.account));
      account->state.balance = posting.balance_after;
      ++account->state.posting_count;
      rows_.Put(Family::kAccountEntry,
                AccountEntryKey(posting.account, sequence, leg++),
                EncodeAccountEntry(record, entry, posting,
                                   account->state.posting_count));
    }
  }
  return absl::OkStatus();
}

// An account that was not touched since the start has its row in the store.
absl::StatusOr<Projection::Touched*> Projection::Touch(AccountId account) {
  const auto [known, is_new] = touched_.try_emplace(account);
  if (is_new) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<std::string> row,
        store_->GetSnapshot()->Get(Family::kAccount, AccountKey(account)));
    if (row.has_value()) {
      SKONTRO_ASSIGN_OR_RETURN(known->second.state, DecodeAccount(*row));
    }
  }
  if (!known->second.changed) {
    known->second.changed = true;
    changed_.push_back(account);
  }
  return &known->second;
}

// One row for each account, however often the batch changed it.
void Projection::AddAccounts() {
  for (const AccountId account : changed_) {
    Touched& touched = touched_.at(account);
    touched.changed = false;
    rows_.Put(Family::kAccount, AccountKey(account),
              EncodeAccount(touched.state));
  }
  changed_.clear();
}

void Projection::Publish(Sequence sequence, const Digest& digest) {
  std::vector<std::function<void()>> reached;
  ReadView next{sequence, digest, tail_.GetSnapshot()};
  ReadView old;  // Let go of outside the lock.
  {
    const absl::MutexLock lock(&mutex_);
    // Whoever has read up to a sequence never sees less.
    SKONTRO_CHECK_AT(sequence >= view_.sequence, sequence);
    old = std::exchange(view_, std::move(next));
    const auto end = waits_.upper_bound({sequence, UINT64_MAX});
    for (auto it = waits_.begin(); it != end; ++it) {
      reached.push_back(std::move(it->second));
    }
    waits_.erase(waits_.begin(), end);
  }
  for (const std::function<void()>& callback : reached) callback();
}

// Rows came to the store, so the view needs them no more in memory. Not while
// the store has records that the view has not: they come with the next one.
void Projection::ShortenView() {
  std::shared_ptr<const Snapshot> shorter;
  const absl::MutexLock lock(&mutex_);
  if (view_.snapshot == nullptr) return;
  shorter = tail_.GetSnapshot();
  const std::unique_ptr<Iterator> newest =
      shorter->NewIterator(Family::kJournal);
  newest->SeekForPrev(JournalKey(Sequence{UINT64_MAX}));
  if (!newest->Valid() || newest->key() > JournalKey(view_.sequence)) return;
  view_.snapshot.swap(shorter);
}

}  // namespace skontro::ledger

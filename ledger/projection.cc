#include "ledger/projection.h"

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
constexpr uint64_t kProgressEvery = 65'536;

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

Projection::Projection(Store* store, EventProjector* projector)
    : store_(store), projector_(projector) {}

absl::StatusOr<std::unique_ptr<Projection>> Projection::Open(
    Store* store, EventProjector* projector,
    const std::function<void(Sequence)>& on_progress) {
  std::unique_ptr<Projection> projection(new Projection(store, projector));
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
    SKONTRO_RETURN_IF_ERROR(Write(next->batch));
    const auto reached = static_cast<uint64_t>(projected_);
    if (on_progress && reached / kProgressEvery != reported) {
      reported = reached / kProgressEvery;
      on_progress(projected_);
    }
  }
  Publish(head.sequence, head.digest);
  return absl::OkStatus();
}

void Projection::Advance(const CommittedBatch& batch) {
  SKONTRO_CHECK_AT(batch.first_sequence == ledger::Next(projected_),
                   batch.first_sequence);
  const absl::Status status = Write(batch);
  if (!status.ok()) {
    std::fprintf(stderr,
                 "the projections could not be written at sequence %llu: %s\n",
                 static_cast<unsigned long long>(batch.first_sequence),
                 status.ToString().c_str());
    std::abort();
  }
  Publish(batch.last_sequence(), batch.digests.back());
}

absl::Status Projection::Flush() { return store_->Flush(); }

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

absl::Status Projection::Write(const CommittedBatch& batch) {
  WriteBatch rows;
  for (const Digest& digest : batch.digests) tree_.Add(digest, &rows);
  Sequence sequence = batch.first_sequence;
  for (const Record& record : batch.records) {
    SKONTRO_RETURN_IF_ERROR(AddAccountRows(sequence, record, &rows));
    SKONTRO_RETURN_IF_ERROR(projector_->Project(sequence, record, &rows));
    sequence = ledger::Next(sequence);
  }
  std::string projected;
  AppendBigEndian(&projected, static_cast<uint64_t>(batch.last_sequence()));
  rows.Put(Family::kMeta, std::string(kProjectedKey), std::move(projected));
  SKONTRO_RETURN_IF_ERROR(store_->Write(rows, Durability::kUnlogged));
  projected_ = batch.last_sequence();
  return absl::OkStatus();
}

absl::Status Projection::AddAccountRows(Sequence sequence, const Record& record,
                                        WriteBatch* rows) {
  if (record.booking_date != last_booking_date_) {
    std::string first;
    AppendBigEndian(&first, static_cast<uint64_t>(sequence));
    rows->Put(Family::kBookingDay, BookingDayKey(record.booking_date),
              std::move(first));
    last_booking_date_ = record.booking_date;
  }
  uint32_t leg = 0;
  for (const Entry& entry : record.entries) {
    for (const Posting& posting : entry.postings) {
      SKONTRO_ASSIGN_OR_RETURN(const uint64_t before,
                               PostingCount(posting.account));
      posting_counts_[posting.account] = before + 1;
      rows->Put(Family::kAccountEntry,
                AccountEntryKey(posting.account, sequence, leg++),
                EncodeAccountEntry(record, entry, posting, before + 1));
      rows->Put(Family::kAccount, AccountKey(posting.account),
                EncodeAccount({posting.balance_after, before + 1}));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Projection::PostingCount(AccountId account) {
  const auto known = posting_counts_.find(account);
  if (known != posting_counts_.end()) return known->second;
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<std::string> row,
      store_->GetSnapshot()->Get(Family::kAccount, AccountKey(account)));
  if (!row.has_value()) return 0;
  SKONTRO_ASSIGN_OR_RETURN(const AccountState state, DecodeAccount(*row));
  return state.posting_count;
}

void Projection::Publish(Sequence sequence, const Digest& digest) {
  std::vector<std::function<void()>> reached;
  ReadView next{sequence, digest, store_->GetSnapshot()};
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

}  // namespace skontro::ledger

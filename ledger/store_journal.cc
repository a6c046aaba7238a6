#include "ledger/store_journal.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"

namespace skontro::ledger {
namespace {

std::string JournalKey(Sequence first_sequence) {
  std::string key;
  AppendBigEndian(&key, static_cast<uint64_t>(first_sequence));
  return key;
}

std::string PersonalKey(uint64_t subject, Sequence sequence, uint32_t field) {
  std::string key;
  AppendBigEndian(&key, subject);
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  AppendBigEndian(&key, field);
  return key;
}

WriteBatch Rows(Sequence first_sequence, std::string batch,
                const std::vector<PersonalRow>& personal) {
  WriteBatch rows;
  rows.Put(Family::kJournal, JournalKey(first_sequence), std::move(batch));
  for (const PersonalRow& row : personal) {
    SKONTRO_CHECK(row.salt.size() == kSaltLength);
    rows.Put(Family::kPersonal,
             PersonalKey(row.subject, row.sequence, row.field),
             row.salt + row.text);
  }
  return rows;
}

// Memory is ahead of a disk that failed, and nobody may retry an fsync: what
// the kernel could not write it may have dropped. A restart reads the truth.
[[noreturn]] void StopTheProcess(Sequence sequence,
                                 const absl::Status& status) {
  std::fprintf(stderr,
               "the journal could not be written up to sequence %llu: %s\n"
               "stopping; look after the disk, then start again\n",
               static_cast<unsigned long long>(sequence),
               status.ToString().c_str());
  std::abort();
}

}  // namespace

absl::Status StoreJournal::Create(Store* store, const NetworkUid& uid,
                                  const Record& genesis,
                                  const std::vector<PersonalRow>& personal) {
  SKONTRO_CHECK(genesis.kind == RecordKind::kGenesis);
  const std::string payload = EncodePayload(genesis);
  EncodedBatch batch =
      EncodeBatch(uid, /*epoch=*/0, Sequence{1}, GenesisPredecessor(uid),
                  {&genesis, 1}, {&payload, 1});
  return store->Write(Rows(Sequence{1}, std::move(batch.bytes), personal),
                      Durability::kSynced);
}

absl::StatusOr<std::unique_ptr<StoreJournal>> StoreJournal::Open(
    Store* store) {
  SKONTRO_ASSIGN_OR_RETURN(const JournalHead head,
                           ReadHead(*store->GetSnapshot()));
  return std::unique_ptr<StoreJournal>(new StoreJournal(store, head));
}

StoreJournal::StoreJournal(Store* store, const JournalHead& head)
    : store_(store),
      uid_(head.uid),
      last_sequence_(head.sequence),
      last_digest_(head.digest),
      committer_([this] { RunCommitter(); }) {}

StoreJournal::~StoreJournal() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  committer_.join();
}

std::shared_ptr<const CommittedBatch> StoreJournal::Append(
    PendingBatch pending, std::function<void(AppendOutcome)> done) {
  Sequence first_sequence;
  Digest previous;
  {
    const absl::MutexLock lock(&mutex_);
    SKONTRO_CHECK(in_flight_ < kDepth);
    first_sequence = ledger::Next(last_sequence_);
    previous = last_digest_;
  }
  // Outside the lock: only the caller moves the head.
  EncodedBatch encoded =
      EncodeBatch(uid_, /*epoch=*/0, first_sequence, previous,
                  pending.records, pending.payloads);
  auto batch = std::make_shared<CommittedBatch>();
  batch->first_sequence = first_sequence;
  batch->records = std::move(pending.records);
  batch->digests = std::move(encoded.digests);

  WriteBatch rows =
      Rows(first_sequence, std::move(encoded.bytes), pending.personal);
  const absl::MutexLock lock(&mutex_);
  last_sequence_ = batch->last_sequence();
  last_digest_ = batch->digests.back();
  ++in_flight_;
  waiting_.push_back({std::move(rows), last_sequence_, std::move(done)});
  return batch;
}

Sequence StoreJournal::last_sequence() const {
  const absl::MutexLock lock(&mutex_);
  return last_sequence_;
}

Digest StoreJournal::last_digest() const {
  const absl::MutexLock lock(&mutex_);
  return last_digest_;
}

void StoreJournal::RunCommitter() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !waiting_.empty() || stopping_;
  };
  while (true) {
    Waiting next;
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(&has_work));
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const absl::Status status =
        store_->Write(next.rows, Durability::kSynced);
    if (!status.ok()) StopTheProcess(next.last_sequence, status);
    {
      const absl::MutexLock lock(&mutex_);
      --in_flight_;
    }
    next.done(AppendOutcome::kDurable);
  }
}

absl::StatusOr<JournalHead> ReadHead(const Snapshot& snapshot) {
  const std::unique_ptr<Iterator> it =
      snapshot.NewIterator(Family::kJournal);
  it->SeekForPrev(JournalKey(Sequence{UINT64_MAX}));
  SKONTRO_RETURN_IF_ERROR(it->status());
  if (!it->Valid()) {
    return absl::NotFoundError("the store holds no journal");
  }
  SKONTRO_ASSIGN_OR_RETURN(const DecodedBatch last,
                           DecodeBatch(it->value(), Trust::kNothing));
  return JournalHead{last.uid, last.batch.last_sequence(),
                     last.batch.digests.back()};
}

JournalReader::JournalReader(const Snapshot* snapshot, Sequence from,
                             Trust trust)
    : it_(snapshot->NewIterator(Family::kJournal)),
      trust_(trust),
      from_(from) {}

absl::StatusOr<std::optional<DecodedBatch>> JournalReader::Next() {
  if (!started_) {
    it_->SeekForPrev(JournalKey(from_));
    if (!it_->Valid()) it_->Seek(JournalKey(Sequence{0}));
    started_ = true;
  } else if (it_->Valid()) {
    it_->Next();
  }
  SKONTRO_RETURN_IF_ERROR(it_->status());
  if (!it_->Valid()) return std::nullopt;

  SKONTRO_ASSIGN_OR_RETURN(DecodedBatch next,
                           DecodeBatch(it_->value(), trust_));
  const Sequence first = next.batch.first_sequence;
  if (it_->key() != JournalKey(first)) {
    return absl::DataLossError(absl::StrCat(
        "the batch at sequence ", static_cast<uint64_t>(first),
        " is stored in another's place"));
  }
  if (previous_.has_value() &&
      (first != ledger::Next(previous_->sequence) ||
       next.previous != previous_->digest || next.uid != previous_->uid)) {
    return absl::DataLossError(absl::StrCat(
        "the journal is broken between sequence ",
        static_cast<uint64_t>(previous_->sequence), " and ",
        static_cast<uint64_t>(first)));
  }
  if (!previous_.has_value() && first == Sequence{1} &&
      next.previous != GenesisPredecessor(next.uid)) {
    return absl::DataLossError("the journal does not begin as it must");
  }
  previous_ = {next.uid, next.batch.last_sequence(),
               next.batch.digests.back()};
  return next;
}

absl::StatusOr<ChainedRecord> ReadRecord(const Snapshot& snapshot,
                                         Sequence sequence) {
  JournalReader reader(&snapshot, sequence, Trust::kCrc);
  SKONTRO_ASSIGN_OR_RETURN(std::optional<DecodedBatch> found, reader.Next());
  if (!found.has_value() || sequence < found->batch.first_sequence ||
      sequence > found->batch.last_sequence()) {
    return absl::NotFoundError(
        absl::StrCat("no record with sequence ",
                     static_cast<uint64_t>(sequence)));
  }
  const size_t rank = static_cast<uint64_t>(sequence) -
                      static_cast<uint64_t>(found->batch.first_sequence);
  return ChainedRecord{std::move(found->batch.records[rank]),
                       found->batch.digests[rank]};
}

absl::StatusOr<std::optional<std::string>> ReadPersonal(
    const Snapshot& snapshot, uint64_t subject, Sequence sequence,
    uint32_t field) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<std::string> row,
      snapshot.Get(Family::kPersonal, PersonalKey(subject, sequence, field)));
  if (!row.has_value()) return std::nullopt;
  if (row->size() < kSaltLength) {
    return absl::DataLossError("a row of personal data is cut off");
  }
  return row->substr(kSaltLength);
}

}  // namespace skontro::ledger

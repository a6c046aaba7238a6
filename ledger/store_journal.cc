#include "ledger/store_journal.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/head_check.h"

namespace skontro::ledger {
namespace {

constexpr std::string_view kFormatKey = "format";

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

// Whether `record` may come after `head`, by the clock and by the calendar.
bool Follows(const JournalHead& head, const Record& record) {
  return record.time_us > head.time_us &&
         record.booking_date >= head.booking_date;
}

bool Follows(const JournalHead& head, const DecodedBatch& next) {
  return next.uid == head.uid && next.previous == head.digest &&
         next.batch.first_sequence == Next(head.sequence) &&
         Follows(head, next.batch.records.front());
}

// The batch under `it`, if it is where it belongs.
absl::Status DecodeRow(const Iterator& it, Trust trust, DecodedBatch* found) {
  SKONTRO_RETURN_IF_ERROR(DecodeBatch(it.value(), trust, found));
  if (it.key() != JournalKey(found->batch.first_sequence)) {
    return absl::DataLossError(
        absl::StrCat("the batch at sequence ",
                     static_cast<uint64_t>(found->batch.first_sequence),
                     " is stored in another's place"));
  }
  return absl::OkStatus();
}

// Each batch says its format too; this row says it of the families, before
// anything of them is read. A store without it holds no journal, or is damaged.
absl::Status CheckFormat(const Snapshot& snapshot) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> format,
                           snapshot.Get(Family::kMeta, kFormatKey));
  if (!format.has_value()) {
    const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kJournal);
    it->Seek("");
    SKONTRO_RETURN_IF_ERROR(it->status());
    if (!it->Valid()) return absl::NotFoundError("the store holds no journal");
    return absl::DataLossError("the row meta/format is missing");
  }
  if (*format != std::to_string(kFormatVersion)) {
    return absl::UnimplementedError(absl::StrCat(
        "the store has format ", *format, " and this program knows format ",
        kFormatVersion, "; start a newer skontrod"));
  }
  return absl::OkStatus();
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

JournalHead HeadAfter(const NetworkUid& uid, const CommittedBatch& batch) {
  const Record& newest = batch.records.back();
  return {uid, batch.last_sequence(), batch.digests.back(), newest.time_us,
          newest.booking_date};
}

absl::Status CheckFollows(const std::optional<JournalHead>& before,
                          const DecodedBatch& next) {
  if (before.has_value()) {
    if (Follows(*before, next)) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("the journal is broken between sequence ",
                     static_cast<uint64_t>(before->sequence), " and ",
                     static_cast<uint64_t>(next.batch.first_sequence)));
  }
  if (next.batch.first_sequence == Sequence{1} &&
      next.previous == GenesisPredecessor(next.uid)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      "the journal does not begin as it must, at sequence 1");
}

std::string JournalKey(Sequence first_sequence) {
  std::string key;
  AppendBigEndian(&key, static_cast<uint64_t>(first_sequence));
  return key;
}

void AddFormatRow(WriteBatch* rows) {
  rows->Put(Family::kMeta, std::string(kFormatKey),
            std::to_string(kFormatVersion));
}

absl::Status StoreJournal::Create(Store* store, const NetworkUid& uid,
                                  const Record& genesis,
                                  const std::vector<PersonalRow>& personal) {
  SKONTRO_CHECK(genesis.kind == RecordKind::kGenesis);
  const absl::StatusOr<JournalHead> head = ReadHead(*store->GetSnapshot());
  if (!absl::IsNotFound(head.status())) {
    SKONTRO_RETURN_IF_ERROR(head.status());
    return absl::AlreadyExistsError("the store holds a journal already");
  }
  const std::string payload = EncodePayload(genesis);
  EncodedBatch batch =
      EncodeBatch(uid, /*epoch=*/0, Sequence{1}, GenesisPredecessor(uid),
                  {&genesis, 1}, {&payload, 1});
  WriteBatch rows = Rows(Sequence{1}, std::move(batch.bytes), personal);
  AddFormatRow(&rows);
  return store->Write(rows, Durability::kSynced);
}

absl::StatusOr<std::unique_ptr<StoreJournal>> StoreJournal::Open(
    Store* store, HeadAnchor* anchor) {
  SKONTRO_ASSIGN_OR_RETURN(const JournalHead head,
                           ReadHead(*store->GetSnapshot()));
  // What a crash left behind the anchor is durable since the store recovered.
  if (anchor != nullptr) anchor->Reached(ToAnchored(head));
  return std::unique_ptr<StoreJournal>(new StoreJournal(store, anchor, head));
}

StoreJournal::StoreJournal(Store* store, HeadAnchor* anchor,
                           const JournalHead& head)
    : store_(store),
      anchor_(anchor),
      head_(head),
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
  JournalHead head;
  {
    const absl::MutexLock lock(&mutex_);
    SKONTRO_CHECK(in_flight_ < kDepth);
    head = head_;
  }
  // Outside the lock: only the caller moves the head.
  const Sequence first_sequence = ledger::Next(head.sequence);
  EncodedBatch encoded =
      EncodeBatch(head.uid, /*epoch=*/0, first_sequence, head.digest,
                  pending.records, pending.payloads);
  SKONTRO_CHECK_AT(Follows(head, pending.records.front()), first_sequence);
  auto batch = std::make_shared<CommittedBatch>();
  batch->first_sequence = first_sequence;
  batch->records = std::move(pending.records);
  batch->digests = std::move(encoded.digests);
  head = HeadAfter(head.uid, *batch);
  for (const PersonalRow& row : pending.personal) {
    SKONTRO_CHECK_AT(
        row.sequence >= first_sequence && row.sequence <= head.sequence,
        first_sequence);
  }

  WriteBatch rows =
      Rows(first_sequence, std::move(encoded.bytes), pending.personal);
  const absl::MutexLock lock(&mutex_);
  head_ = head;
  ++in_flight_;
  waiting_.push_back({std::move(rows), head, std::move(done)});
  return batch;
}

Sequence StoreJournal::last_sequence() const {
  const absl::MutexLock lock(&mutex_);
  return head_.sequence;
}

Digest StoreJournal::last_digest() const {
  const absl::MutexLock lock(&mutex_);
  return head_.digest;
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
    const absl::Status status = store_->Write(next.rows, Durability::kSynced);
    if (!status.ok()) StopTheProcess(next.head.sequence, status);
    if (anchor_ != nullptr) anchor_->Reached(ToAnchored(next.head));
    {
      const absl::MutexLock lock(&mutex_);
      --in_flight_;
    }
    next.done(AppendOutcome::kDurable);
  }
}

absl::StatusOr<JournalHead> ReadHead(const Snapshot& snapshot) {
  SKONTRO_RETURN_IF_ERROR(CheckFormat(snapshot));
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kJournal);
  it->SeekForPrev(JournalKey(Sequence{UINT64_MAX}));
  SKONTRO_RETURN_IF_ERROR(it->status());
  if (!it->Valid()) {
    return absl::NotFoundError("the store holds no journal");
  }
  DecodedBatch last;
  SKONTRO_RETURN_IF_ERROR(DecodeRow(*it, Trust::kNothing, &last));
  return HeadAfter(last.uid, last.batch);
}

JournalReader::JournalReader(const Snapshot* snapshot, Sequence from,
                             Trust trust)
    : it_(snapshot->NewIterator(Family::kJournal)),
      trust_(trust),
      from_(from) {}

absl::StatusOr<std::optional<DecodedBatch>> JournalReader::Next() {
  DecodedBatch batch;
  SKONTRO_ASSIGN_OR_RETURN(const bool found, Next(&batch));
  if (!found) return std::nullopt;
  return batch;
}

absl::StatusOr<bool> JournalReader::Next(DecodedBatch* batch) {
  while (true) {
    if (started_) {
      if (it_->Valid()) it_->Next();
    } else {
      started_ = true;
      it_->SeekForPrev(JournalKey(from_));
      SKONTRO_RETURN_IF_ERROR(it_->status());
      // Nothing at or before `from`: the first row, which must be sequence 1.
      if (!it_->Valid()) it_->Seek(JournalKey(Sequence{0}));
    }
    SKONTRO_RETURN_IF_ERROR(it_->status());
    if (!it_->Valid()) return false;
    SKONTRO_RETURN_IF_ERROR(Take(batch));
    // A batch that ends before `from` is the last, or the next one is missing.
    if (batch->batch.last_sequence() >= from_) return true;
  }
}

absl::Status JournalReader::Take(DecodedBatch* taken) {
  SKONTRO_RETURN_IF_ERROR(DecodeRow(*it_, trust_, taken));
  const DecodedBatch& next = *taken;
  const Sequence first = next.batch.first_sequence;
  if (!previous_.has_value() && first > std::max(from_, Sequence{1})) {
    return absl::DataLossError(absl::StrCat("the journal begins with sequence ",
                                            static_cast<uint64_t>(first),
                                            "; what was before it is missing"));
  }
  if (previous_.has_value() || first == Sequence{1}) {
    SKONTRO_RETURN_IF_ERROR(CheckFollows(previous_, next));
  }
  previous_ = HeadAfter(next.uid, next.batch);
  return absl::OkStatus();
}

absl::StatusOr<ChainedRecord> ReadRecord(const Snapshot& snapshot,
                                         Sequence sequence) {
  JournalReader reader(&snapshot, sequence, Trust::kCrc);
  SKONTRO_ASSIGN_OR_RETURN(std::optional<DecodedBatch> found, reader.Next());
  if (!found.has_value() || sequence < found->batch.first_sequence) {
    return absl::NotFoundError(absl::StrCat("no record with sequence ",
                                            static_cast<uint64_t>(sequence)));
  }
  const size_t rank = static_cast<uint64_t>(sequence) -
                      static_cast<uint64_t>(found->batch.first_sequence);
  return ChainedRecord{std::move(found->batch.records[rank]),
                       found->batch.digests[rank]};
}

absl::StatusOr<std::vector<Digest>> ReadDigests(const Snapshot& snapshot,
                                                Sequence first,
                                                uint64_t count) {
  SKONTRO_CHECK(count > 0);
  const auto begin = static_cast<uint64_t>(first);
  std::vector<Digest> digests;
  digests.reserve(count);
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kJournal);
  for (it->SeekForPrev(JournalKey(first));
       it->Valid() && digests.size() < count; it->Next()) {
    SKONTRO_ASSIGN_OR_RETURN(const DigestsOfBatch batch,
                             DecodeDigests(it->value()));
    const auto batch_first = static_cast<uint64_t>(batch.first_sequence);
    const uint64_t next = begin + digests.size();
    if (it->key() != JournalKey(batch.first_sequence) || batch_first > next ||
        next - batch_first >= batch.digests.size()) {
      break;
    }
    const uint64_t rank = next - batch_first;
    const uint64_t taken =
        std::min(count - digests.size(), batch.digests.size() - rank);
    const auto from = batch.digests.begin() + static_cast<ptrdiff_t>(rank);
    digests.insert(digests.end(), from, from + static_cast<ptrdiff_t>(taken));
  }
  SKONTRO_RETURN_IF_ERROR(it->status());
  if (digests.size() == count) return digests;
  return absl::DataLossError(
      absl::StrCat("the journal has no sequence ", begin + digests.size()));
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

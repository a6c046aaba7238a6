#include "ledger/record_codec.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/crc32c.h"
#include "ledger/payload_codec.h"
#include "ledger/sha256_pair.h"
#include "ledger/wire_reader.h"

namespace skontro::ledger {
namespace {

constexpr std::string_view kMagic = "SKJB";
constexpr size_t kFrameHeaderLength = 20;
constexpr size_t kDigestLength = 32;

std::string_view AsBytes(const NetworkUid& uid) {
  return {reinterpret_cast<const char*>(uid.data()), uid.size()};
}

// The digest chain over the frames of one batch.
class Chain {
 public:
  Chain(std::string_view batch_id, uint64_t epoch, const Digest& previous)
      : before_(BytesOf(previous)) {
    before_.append(batch_id);
    AppendBigEndian(&before_, epoch);
  }

  // `frame` as stored, without its digest.
  Digest Add(std::string_view frame) {
    hash_.Begin();
    hash_.Add(before_);
    hash_.Add(frame);
    const Digest digest = hash_.Finish();
    before_.replace(0, kDigestLength, BytesOf(digest));
    return digest;
  }

 private:
  Sha256 hash_;
  std::string before_;  // What is hashed before the frame: digest, id, epoch.
};

// Appends the frame of `record` without its digest.
void AppendFrame(const Record& record, std::string_view payload,
                 std::string* out) {
  const size_t start = out->size();
  AppendBigEndian(out, static_cast<uint16_t>(record.kind));
  AppendBigEndian(out, uint16_t{0});
  AppendBigEndian(out, static_cast<uint32_t>(payload.size()));
  AppendBigEndian(out, record.time_us);
  AppendBigEndian(out, Crc32c(std::string_view(*out).substr(start), payload));
  out->append(payload);
}

std::string EmbeddedBatchId(uint64_t epoch, Sequence first_sequence) {
  std::string id;
  AppendBigEndian(&id, epoch);
  AppendBigEndian(&id, static_cast<uint64_t>(first_sequence));
  return id;
}

absl::Status Damaged(uint64_t sequence, std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the journal is damaged at sequence ", sequence, ": ",
                   absl::string_view(what.data(), what.size())));
}

// The fields of a batch header, still unchecked against anything else.
struct BatchHeader {
  NetworkUid uid{};
  uint64_t epoch = 0;
  std::string_view batch_id;
  uint64_t first_sequence = 0;
  uint32_t count = 0;
  uint32_t frames_length = 0;
  Digest previous{};
};

void AppendBatchHeader(const BatchHeader& header, std::string* out) {
  const size_t start = out->size();
  out->append(kMagic);
  AppendBigEndian(out, kFormatVersion);
  AppendBigEndian(out, uint16_t{0});
  out->append(AsBytes(header.uid));
  AppendBigEndian(out, header.epoch);
  out->append(header.batch_id);
  AppendBigEndian(out, header.first_sequence);
  AppendBigEndian(out, header.count);
  AppendBigEndian(out, header.frames_length);
  out->append(BytesOf(header.previous));
  AppendBigEndian(out, Crc32c(std::string_view(*out).substr(start)));
}

absl::StatusOr<BatchHeader> DecodeHeader(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderLength || bytes.substr(0, 4) != kMagic) {
    return absl::DataLossError("a row of the journal is no batch");
  }
  if (ReadBigEndian<uint16_t>(bytes.substr(4)) > kFormatVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "the journal has format ", ReadBigEndian<uint16_t>(bytes.substr(4)),
        " and this program knows formats up to ", kFormatVersion,
        "; start a newer skontrod"));
  }
  BatchHeader header;
  std::copy_n(bytes.begin() + 8, header.uid.size(), header.uid.begin());
  header.epoch = ReadBigEndian<uint64_t>(bytes.substr(24));
  header.batch_id = bytes.substr(32, 16);
  header.first_sequence = ReadBigEndian<uint64_t>(bytes.substr(48));
  header.count = ReadBigEndian<uint32_t>(bytes.substr(56));
  header.frames_length = ReadBigEndian<uint32_t>(bytes.substr(60));
  header.previous = DigestFromBytes(bytes.substr(64, kDigestLength));
  if (ReadBigEndian<uint32_t>(bytes.substr(96)) !=
      Crc32c(bytes.substr(0, 96))) {
    return Damaged(header.first_sequence, "checksum of the batch header");
  }
  if (ReadBigEndian<uint16_t>(bytes.substr(4)) != kFormatVersion ||
      ReadBigEndian<uint16_t>(bytes.substr(6)) != 0 || header.count == 0 ||
      header.count > kBatchRecordsMax ||
      header.frames_length != bytes.size() - kBatchHeaderLength ||
      (header.epoch == 0 &&
       header.batch_id !=
           EmbeddedBatchId(0, Sequence{header.first_sequence}))) {
    return Damaged(header.first_sequence, "fields of the batch header");
  }
  return header;
}

// What of docs/journal_format.md the records of a batch break, and where.
struct Fault {
  uint64_t sequence = 0;
  std::string_view what;
};

// What is wrong with `record`, given the one before it in its batch, if any.
std::string_view FaultOf(uint64_t sequence, const Record* before,
                         const Record& record) {
  if ((record.kind == RecordKind::kGenesis) != (sequence == 1)) {
    return "the genesis is the first record, and no other is";
  }
  if (record.kind == RecordKind::kRefusal && !record.entries.empty()) {
    return "a refusal moves nothing";
  }
  if (record.kind == RecordKind::kRecovery &&
      (!record.entries.empty() || !record.request_id.empty())) {
    return "a recovery moves nothing and answers nobody";
  }
  if (record.kind == RecordKind::kStateDigest &&
      !(record.entries.empty() && record.request_id.empty() &&
        record.commitments.empty())) {
    return "a state digest that does more than digest";
  }
  if (!record.booking_date.has_value()) return "a record without booking day";
  if (before != nullptr && record.time_us <= before->time_us) {
    return "the time does not rise";
  }
  if (before != nullptr && record.booking_date < before->booking_date) {
    return "the booking day goes back";
  }
  return {};
}

// The first fault of the records as a whole, or nullopt.
std::optional<Fault> FaultOf(Sequence first_sequence,
                             std::span<const Record> records) {
  const auto first = static_cast<uint64_t>(first_sequence);
  if (first == 0 || first > UINT64_MAX - records.size()) {
    return Fault{first, "a sequence that no record can have"};
  }
  size_t group_end = 0;  // Rank behind the last record of the open group.
  for (size_t i = 0; i < records.size(); ++i) {
    const Record* const before = i == 0 ? nullptr : &records[i - 1];
    const std::string_view what = FaultOf(first + i, before, records[i]);
    if (!what.empty()) return Fault{first + i, what};
    if (i < group_end && records[i].kind == RecordKind::kStateDigest) {
      return Fault{first + i, "a state digest inside a group"};
    }
    if (i < group_end && records[i].kind == RecordKind::kRecovery) {
      return Fault{first + i, "a recovery inside a group"};
    }
    if (records[i].request_id.empty()) continue;
    if (i < group_end) return Fault{first + i, "a request inside a group"};
    group_end = i + records[i].group_count;
    if (group_end > records.size()) {
      return Fault{first + i, "a group that its batch does not hold whole"};
    }
  }
  return std::nullopt;
}

// One frame, still in its bytes.
struct Frame {
  RecordKind kind{};
  int64_t time_us = 0;
  std::string_view bytes;  // Header and payload.
  std::string_view payload;
  std::string_view digest;
};

bool IsKnownKind(uint16_t kind) {
  switch (static_cast<RecordKind>(kind)) {
    case RecordKind::kGenesis:
    case RecordKind::kEvent:
    case RecordKind::kRefusal:
    case RecordKind::kStateDigest:
    case RecordKind::kRecovery:
      return true;
  }
  return false;
}

// Takes the next frame off `rest`. After an error `out` holds anything.
absl::Status DecodeFrame(std::string_view* rest, uint64_t sequence,
                         Frame* out) {
  if (rest->size() < kFrameOverhead) return Damaged(sequence, "frame cut off");
  Frame& frame = *out;
  const std::string_view header = rest->substr(0, kFrameHeaderLength);
  const auto kind = ReadBigEndian<uint16_t>(header);
  const auto length = ReadBigEndian<uint32_t>(header.substr(4));
  frame.time_us = ReadBigEndian<int64_t>(header.substr(8));
  if (length > kRecordBytesMax || length > rest->size() - kFrameOverhead) {
    return Damaged(sequence, "length of the frame");
  }
  frame.bytes = rest->substr(0, kFrameHeaderLength + length);
  frame.payload = rest->substr(kFrameHeaderLength, length);
  frame.digest = rest->substr(kFrameHeaderLength + length, kDigestLength);
  rest->remove_prefix(kFrameOverhead + length);
  if (ReadBigEndian<uint32_t>(header.substr(16)) !=
      Crc32c(header.substr(0, 16), frame.payload)) {
    return Damaged(sequence, "checksum of the frame");
  }
  if (!IsKnownKind(kind) || ReadBigEndian<uint16_t>(header.substr(2)) != 0) {
    return Damaged(sequence, "a kind of record that this version knows not");
  }
  frame.kind = static_cast<RecordKind>(kind);
  return absl::OkStatus();
}

// The rank of the first frame whose digest is not that of its bytes and of the
// digest before it; the count of `frames` if there is none. Each is hashed
// behind the digest that is stored before it, so that one does not wait for the
// other: where every stored digest is right, they are the chain.
size_t FirstWrongDigest(const BatchHeader& header,
                        std::span<const Frame> frames) {
  // What is hashed before a frame: digest, id, epoch.
  std::string before(kDigestLength, '\0');
  before.append(header.batch_id);
  AppendBigEndian(&before, header.epoch);
  const auto compose = [&](size_t rank, std::string* hashed) {
    const std::string_view previous =
        rank == 0 ? BytesOf(header.previous) : frames[rank - 1].digest;
    hashed->resize(before.size());
    std::copy(previous.begin(), previous.end(), hashed->begin());
    hashed->append(frames[rank].bytes);
  };
  std::string first = before;
  std::string second = before;
  size_t rank = 0;
  for (; rank + 1 < frames.size(); rank += 2) {
    compose(rank, &first);
    compose(rank + 1, &second);
    const DigestPair digests = HashPair(first, second);
    if (BytesOf(digests.first) != frames[rank].digest) return rank;
    if (BytesOf(digests.second) != frames[rank + 1].digest) return rank + 1;
  }
  if (rank == frames.size()) return rank;
  compose(rank, &first);
  return BytesOf(HashOf(first)) == frames[rank].digest ? rank + 1 : rank;
}

// DecodePayload() into a record that may have been another.
absl::Status DecodeInto(std::string_view payload, RecordKind kind,
                        int64_t time_us, Record* record) {
  record->kind = kind;
  record->time_us = time_us;
  SKONTRO_RETURN_IF_ERROR(ReadPayload(payload, record));
  for (const Entry& entry : record->entries) {
    if (entry.kind != EntryKind::kTrade && entry.kind != EntryKind::kReversal) {
      return absl::DataLossError("an entry of an unknown kind");
    }
    const absl::Status valid = Validate(entry);
    if (!valid.ok()) return absl::DataLossError(valid.message());
  }
  return absl::OkStatus();
}

}  // namespace

Digest GenesisPredecessor(const NetworkUid& uid) {
  return HashOf(AsBytes(uid));
}

std::string EncodePayload(const Record& record) {
  // Protocol Buffers writes what it would not read back.
  SKONTRO_CHECK(IsReadable(record.actor));
  SKONTRO_CHECK(IsReadable(record.request_id));
  return WritePayload(record);
}

absl::StatusOr<Record> DecodePayload(std::string_view payload, RecordKind kind,
                                     int64_t time_us) {
  Record record;
  SKONTRO_RETURN_IF_ERROR(DecodeInto(payload, kind, time_us, &record));
  return record;
}

EncodedBatch EncodeBatch(const NetworkUid& uid, uint64_t epoch,
                         Sequence first_sequence, const Digest& previous,
                         std::span<const Record> records,
                         std::span<const std::string> payloads) {
  SKONTRO_CHECK(!records.empty() && records.size() <= kBatchRecordsMax);
  SKONTRO_CHECK(records.size() == payloads.size());
  SKONTRO_CHECK_AT(!FaultOf(first_sequence, records).has_value(),
                   first_sequence);
  for (const Record& record : records) {
    for (const Entry& entry : record.entries) {
      SKONTRO_CHECK_AT(Validate(entry).ok(), first_sequence);
    }
  }
  size_t frames_length = 0;
  for (const std::string& payload : payloads) {
    SKONTRO_CHECK(payload.size() <= kRecordBytesMax);
    frames_length += payload.size() + kFrameOverhead;
  }

  const std::string batch_id = EmbeddedBatchId(epoch, first_sequence);
  EncodedBatch out;
  out.bytes.reserve(kBatchHeaderLength + frames_length);
  AppendBatchHeader(
      {uid, epoch, batch_id, static_cast<uint64_t>(first_sequence),
       static_cast<uint32_t>(records.size()),
       static_cast<uint32_t>(frames_length), previous},
      &out.bytes);

  Chain chain(batch_id, epoch, previous);
  out.digests.reserve(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    const size_t start = out.bytes.size();
    AppendFrame(records[i], payloads[i], &out.bytes);
    const Digest digest = chain.Add(std::string_view(out.bytes).substr(start));
    out.bytes.append(BytesOf(digest));
    out.digests.push_back(digest);
  }
  return out;
}

absl::StatusOr<DecodedBatch> DecodeBatch(std::string_view bytes, Trust trust) {
  DecodedBatch out;
  SKONTRO_RETURN_IF_ERROR(DecodeBatch(bytes, trust, &out));
  return out;
}

absl::Status DecodeBatch(std::string_view bytes, Trust trust,
                         DecodedBatch* out) {
  SKONTRO_ASSIGN_OR_RETURN(const BatchHeader header, DecodeHeader(bytes));
  out->uid = header.uid;
  out->epoch = header.epoch;
  out->previous = header.previous;
  CommittedBatch& batch = out->batch;
  batch.first_sequence = Sequence{header.first_sequence};
  batch.records.resize(header.count);
  batch.digests.resize(header.count);

  std::vector<Frame> frames;
  frames.reserve(header.count);
  std::string_view rest = bytes.substr(kBatchHeaderLength);
  absl::Status cut_off;  // Behind `frames`, so that an error in them is first.
  while (cut_off.ok() && frames.size() < header.count) {
    const uint64_t sequence = header.first_sequence + frames.size();
    cut_off = DecodeFrame(&rest, sequence, &frames.emplace_back());
  }
  if (!cut_off.ok()) frames.pop_back();
  const size_t wrong =
      trust == Trust::kNothing ? FirstWrongDigest(header, frames) : UINT32_MAX;
  for (size_t i = 0; i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    const uint64_t sequence = header.first_sequence + i;
    if (i == wrong) return Damaged(sequence, "digest of the record");
    const absl::Status decoded =
        DecodeInto(frame.payload, frame.kind, frame.time_us, &batch.records[i]);
    if (!decoded.ok()) {
      const absl::string_view message = decoded.message();
      return Damaged(sequence, {message.data(), message.size()});
    }
    batch.digests[i] = DigestFromBytes(frame.digest);
  }
  SKONTRO_RETURN_IF_ERROR(cut_off);
  if (!rest.empty()) {
    return Damaged(header.first_sequence, "bytes behind the last frame");
  }
  const std::optional<Fault> fault =
      FaultOf(batch.first_sequence, batch.records);
  if (fault.has_value()) return Damaged(fault->sequence, fault->what);
  return absl::OkStatus();
}

absl::StatusOr<std::string> CutBatch(std::string_view bytes, Sequence last) {
  SKONTRO_ASSIGN_OR_RETURN(const DecodedBatch batch,
                           DecodeBatch(bytes, Trust::kCrc));
  const std::vector<Record>& records = batch.batch.records;
  const auto first = static_cast<uint64_t>(batch.batch.first_sequence);
  SKONTRO_CHECK(last >= batch.batch.first_sequence &&
                last <= batch.batch.last_sequence());
  const size_t kept = static_cast<uint64_t>(last) - first + 1;
  for (size_t i = 0; i < kept; ++i) {
    if (records[i].request_id.empty()) continue;
    const size_t group_end = i + records[i].group_count;
    if (group_end <= kept) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "sequence ", static_cast<uint64_t>(last),
        " is in the middle of an atomic group, which is all or nothing; name "
        "sequence ",
        first + i - 1, " or ", first + group_end - 1));
  }

  SKONTRO_ASSIGN_OR_RETURN(BatchHeader header, DecodeHeader(bytes));
  const std::string_view frames = bytes.substr(kBatchHeaderLength);
  std::string_view rest = frames;
  for (size_t i = 0; i < kept; ++i) {
    Frame skipped;
    SKONTRO_RETURN_IF_ERROR(DecodeFrame(&rest, first + i, &skipped));
  }
  header.count = static_cast<uint32_t>(kept);
  header.frames_length = static_cast<uint32_t>(frames.size() - rest.size());
  std::string cut;
  AppendBatchHeader(header, &cut);
  cut.append(frames.substr(0, header.frames_length));
  return cut;
}

absl::StatusOr<DigestsOfBatch> DecodeDigests(std::string_view bytes) {
  SKONTRO_ASSIGN_OR_RETURN(const BatchHeader header, DecodeHeader(bytes));
  DigestsOfBatch out;
  out.first_sequence = Sequence{header.first_sequence};
  out.digests.reserve(header.count);
  std::string_view rest = bytes.substr(kBatchHeaderLength);
  for (uint32_t i = 0; i < header.count; ++i) {
    Frame frame;
    SKONTRO_RETURN_IF_ERROR(
        DecodeFrame(&rest, header.first_sequence + i, &frame));
    out.digests.push_back(DigestFromBytes(frame.digest));
  }
  if (!rest.empty()) {
    return Damaged(header.first_sequence, "bytes behind the last frame");
  }
  return out;
}

}  // namespace skontro::ledger

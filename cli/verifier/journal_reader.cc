#include "cli/verifier/journal_reader.h"

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/families.h"

namespace skontro::verifier {
namespace {

constexpr size_t kHeaderLength = 100;
constexpr size_t kFrameHeaderLength = 20;
constexpr uint16_t kVersion = 1;
// A million records a second for a thousand years.
constexpr uint64_t kSequenceMax = uint64_t{1} << 55;
constexpr uint32_t kBatchRecordsMax = 8'192;
constexpr uint32_t kPayloadLengthMax = 65'536;

// Why `kind` is no kind of this version; empty if it is one.
std::string KindFault(uint16_t kind) {
  if ((kind >= 1 && kind <= 4) || kind == 9) return "";
  return absl::StrFormat(
      "the record is of kind %d, which format 1 does not know; verify it with "
      "a newer program",
      kind);
}

}  // namespace

JournalReader::JournalReader(Source* source, Findings* findings)
    : findings_(*findings), cursor_(source->Scan(NameOf(Family::kJournal))) {}

std::optional<Frame> JournalReader::Next() {
  while (at_batch_ || NextBatch()) {
    std::optional<Frame> frame = NextFrame();
    if (frame.has_value()) return frame;
    at_batch_ = false;
  }
  return std::nullopt;
}

bool JournalReader::NextBatch() {
  while (true) {
    if (started_ && cursor_->Valid()) cursor_->Next();
    started_ = true;
    if (!cursor_->Valid()) {
      const absl::Status status = cursor_->status();
      if (!status.ok()) {
        Add(absl::StrFormat("the journal cannot be read from here on: %s",
                            status.message()));
        whole_ = false;
      }
      return false;
    }
    const std::string_view key = cursor_->key();
    const std::string_view value = cursor_->value();
    const std::optional<Header> header = ReadHeader(key, value);
    if (!header.has_value()) {
      whole_ = false;
      chained_ = false;
      counted_ = false;
      continue;
    }
    if (!FollowsInSequence(*header)) continue;
    header_ = *header;
    bytes_ = value.substr(kHeaderLength);
    left_ = header_.count;
    CheckIdentity(header_);
    CheckPreviousDigest(header_);
    at_batch_ = true;
    return true;
  }
}

std::optional<JournalReader::Header> JournalReader::ReadHeader(
    std::string_view key, std::string_view value) {
  if (key.size() != 8) {
    AddAt(0, absl::StrFormat("a batch has a key of %d bytes, not 8: %s",
                             key.size(), Hex(key)));
    return std::nullopt;
  }
  const uint64_t sequence = ReadBig64(key);
  if (value.size() < kHeaderLength) {
    AddAt(sequence, absl::StrFormat("the batch has %d bytes, fewer than a "
                                    "header",
                                    value.size()));
    return std::nullopt;
  }
  if (Crc32c({value.substr(0, 96)}) != ReadBig32(value.substr(96))) {
    AddAt(sequence,
          "the header of the batch is damaged: its checksum does not hold");
    return std::nullopt;
  }
  const std::string fault = HeaderFault(key, value);
  if (!fault.empty()) {
    AddAt(sequence, fault);
    return std::nullopt;
  }
  if (ReadBig16(value.substr(6)) != 0) {
    AddAt(sequence, "bytes 6 and 7 of the batch are not zero");
  }
  return Header{.epoch = ReadBig64(value.substr(24)),
                .epoch_bytes = value.substr(24, 8),
                .batch_id = value.substr(32, 16),
                .first_sequence = sequence,
                .count = ReadBig32(value.substr(56)),
                .previous = DigestOf32(value.substr(64))};
}

std::string JournalReader::HeaderFault(std::string_view key,
                                       std::string_view value) {
  if (value.substr(0, 4) != "SKJB") {
    return absl::StrFormat("the batch begins with %s, not with SKJB",
                           Quoted(value.substr(0, 4)));
  }
  const uint16_t version = ReadBig16(value.substr(4));
  if (version > kVersion) {
    return absl::StrFormat(
        "the batch has format %d, newer than %d; verify it with a newer "
        "program",
        version, kVersion);
  }
  if (version == 0) return "the batch has format 0, which there never was";
  const uint64_t first = ReadBig64(value.substr(48));
  if (first != ReadBig64(key)) {
    return absl::StrFormat("the batch says that it begins at sequence %d",
                           first);
  }
  if (first == 0) return "the batch begins at sequence 0; the first is 1";
  if (first > kSequenceMax) {
    return absl::StrFormat(
        "the batch begins at sequence %d, which no journal "
        "reaches",
        first);
  }
  const uint32_t count = ReadBig32(value.substr(56));
  if (count == 0 || count > kBatchRecordsMax) {
    return absl::StrFormat("the batch says that it has %d records, not 1 to %d",
                           count, kBatchRecordsMax);
  }
  const uint32_t length = ReadBig32(value.substr(60));
  if (length != value.size() - kHeaderLength) {
    return absl::StrFormat(
        "the batch says that its frames have %d bytes; "
        "there are %d",
        length, value.size() - kHeaderLength);
  }
  return "";
}

bool JournalReader::FollowsInSequence(const Header& header) {
  const uint64_t first = header.first_sequence;
  if (counted_ && first < next_sequence_) {
    AddAt(first, absl::StrFormat("the batch begins at a record that an earlier "
                                 "batch has; %d would be next",
                                 next_sequence_));
    whole_ = false;
    return false;
  }
  // After a header that could not be read nobody knows how many it had.
  if (counted_ && first > next_sequence_) {
    Add(absl::StrFormat("records %d to %d are missing", next_sequence_,
                        first - 1));
    whole_ = false;
    chained_ = false;
  }
  counted_ = true;
  next_sequence_ = first;
  return true;
}

void JournalReader::CheckIdentity(const Header& header) {
  const std::string_view uid = cursor_->value().substr(8, 16);
  if (uid_.empty()) {
    uid_ = uid;
    if (header.first_sequence == 1) previous_ = sha256_.Of({uid_});
  } else if (uid != uid_) {
    Add(absl::StrFormat("the batch is of network %s, not of %s", Hex(uid),
                        Hex(uid_)));
  }
  if (header.epoch < last_epoch_) {
    Add(absl::StrFormat("the epoch goes back from %d to %d", last_epoch_,
                        header.epoch));
  }
  last_epoch_ = header.epoch;
  if (header.epoch == 0 &&
      header.batch_id != Big64(0) + Big64(header.first_sequence)) {
    Add(absl::StrFormat("the batch id %s is not epoch 0 and sequence %d",
                        Hex(header.batch_id), header.first_sequence));
  }
}

void JournalReader::CheckPreviousDigest(const Header& header) {
  alternative_ = false;
  if (!chained_) {
    // Nothing to compare with: the header says what comes before.
    previous_ = header.previous;
    chained_ = true;
  } else if (header.previous != previous_) {
    Add("the batch does not follow on the record before it: it names another "
        "digest");
    alternative_ = true;
  }
}

std::optional<Frame> JournalReader::NextFrame() {
  if (left_ == 0) {
    if (!bytes_.empty()) {
      AddAt(last_sequence_,
            absl::StrFormat("%d bytes follow the last frame of the batch",
                            bytes_.size()));
    }
    return std::nullopt;
  }
  if (bytes_.size() < kFrameHeaderLength) {
    GiveUpBatch("the batch ends within a frame");
    return std::nullopt;
  }
  const uint32_t length = ReadBig32(bytes_.substr(4));
  const size_t frame_length =
      kFrameHeaderLength + size_t{length} + sizeof(Digest::bytes);
  if (length > kPayloadLengthMax) {
    GiveUpBatch(absl::StrFormat("the payload has %d bytes, more than %d",
                                length, kPayloadLengthMax));
    return std::nullopt;
  }
  if (bytes_.size() < frame_length) {
    GiveUpBatch("the batch ends within a frame");
    return std::nullopt;
  }
  const std::string_view header = bytes_.substr(0, kFrameHeaderLength);
  const std::string_view payload = bytes_.substr(kFrameHeaderLength, length);
  if (Crc32c({header.substr(0, 16), payload}) != ReadBig32(header.substr(16))) {
    GiveUpBatch("the record is damaged: its checksum does not hold");
    return std::nullopt;
  }
  const Digest stored = DigestOf32(bytes_.substr(kFrameHeaderLength + length));
  const uint16_t kind = ReadBig16(header);
  const std::string kind_fault = KindFault(kind);
  if (!kind_fault.empty()) {
    Add(kind_fault);
    whole_ = false;
  }
  if (ReadBig16(header.substr(2)) != 0) {
    Add("bytes 2 and 3 of the frame are not zero");
  }
  const auto time_us = static_cast<int64_t>(ReadBig64(header.substr(8)));
  CheckTime(time_us);
  const Digest previous = previous_;
  CheckDigest(header, payload, stored);

  bytes_.remove_prefix(frame_length);
  --left_;
  last_sequence_ = next_sequence_++;
  last_digest_ = stored;
  return Frame{.sequence = last_sequence_,
               .kind = static_cast<RecordKind>(kind),
               .time_us = time_us,
               .payload = payload,
               .left_in_batch = left_,
               .previous = previous};
}

void JournalReader::CheckTime(int64_t time_us) {
  if (last_sequence_ > 0 && time_us <= last_time_us_) {
    Add(
        absl::StrFormat("the time %d us is not above that of the record "
                        "before, %d us",
                        time_us, last_time_us_));
  }
  last_time_us_ = time_us;
}

void JournalReader::CheckDigest(std::string_view header,
                                std::string_view payload,
                                const Digest& stored) {
  const auto follows = [&](const Digest& previous) {
    return stored == sha256_.Of({previous.view(), header_.batch_id,
                                 header_.epoch_bytes, header, payload});
  };
  if (!follows(previous_) && !(alternative_ && follows(header_.previous))) {
    Add("the record was changed on purpose, or the one before it: its checksum "
        "holds and its digest does not");
  }
  alternative_ = false;
  previous_ = stored;
}

void JournalReader::GiveUpBatch(const std::string& why) {
  std::string message = why;
  if (left_ > 1) {
    absl::StrAppendFormat(&message,
                          "; records %d to %d of its batch cannot be found",
                          next_sequence_ + 1, next_sequence_ + left_ - 1);
  }
  Add(message);
  next_sequence_ += left_;
  left_ = 0;
  bytes_ = {};
  whole_ = false;
  chained_ = false;
}

absl::StatusOr<uint64_t> NewestSequence(Source* source) {
  const absl::StatusOr<std::optional<Row>> last =
      source->Last(NameOf(Family::kJournal));
  if (!last.ok()) return last.status();
  if (!last->has_value() || (*last)->key.size() != 8 ||
      (*last)->value.size() < kHeaderLength) {
    return 0;
  }
  const uint32_t count = ReadBig32(std::string_view((*last)->value).substr(56));
  return ReadBig64((*last)->key) + count - (count == 0 ? 0 : 1);
}

}  // namespace skontro::verifier

#include "ledger/journal_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/crc32c.h"

namespace skontro::ledger {
namespace {

constexpr std::string_view kMagic = "SKJF";
constexpr uint16_t kVersion = 1;
constexpr size_t kUidLength = 16;
constexpr size_t kPrologLength = 4 + 2 + 2 + kUidLength + 4;
constexpr size_t kBlockHeaderLength = 8;
constexpr size_t kChecksumLength = 4;
constexpr size_t kPersonalKeyLength = 20;
constexpr size_t kDigestLength = 32;
constexpr size_t kEndLength = 8 + kDigestLength + 8 + 8 + kDigestLength;

constexpr char kBatchBlock = 'B';
constexpr char kPersonalBlock = 'P';
constexpr char kEndBlock = 'E';

// A batch may pass its bound by the records of one command; nothing is longer.
constexpr size_t kBodyLengthMax =
    kBatchHeaderLength + kBatchBytesMax + kGroupBytesMax +
    kBatchRecordsMax * kFrameOverhead + 2 * kRecordBytesMax;

std::string_view AsBytes(const NetworkUid& uid) {
  return {reinterpret_cast<const char*>(uid.data()), uid.size()};
}

absl::Status Damaged(uint64_t position, std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the journal file is damaged at byte ", position, ": ",
                   absl::string_view(what.data(), what.size())));
}

}  // namespace

JournalFileWriter::JournalFileWriter(Sink sink) : sink_(std::move(sink)) {
  hash_.Begin();
}

absl::Status JournalFileWriter::Write(std::string_view bytes) {
  hash_.Add(bytes);
  return sink_(bytes);
}

absl::Status JournalFileWriter::Begin(const NetworkUid& uid) {
  std::string prolog(kMagic);
  AppendBigEndian(&prolog, kVersion);
  AppendBigEndian(&prolog, uint16_t{0});
  prolog.append(AsBytes(uid));
  AppendBigEndian(&prolog, Crc32c(prolog));
  return Write(prolog);
}

absl::Status JournalFileWriter::WriteBlock(char kind, std::string_view body) {
  SKONTRO_CHECK(body.size() <= kBodyLengthMax);
  std::string header(1, kind);
  header.append(3, '\0');
  AppendBigEndian(&header, static_cast<uint32_t>(body.size()));
  std::string checksum;
  AppendBigEndian(&checksum, Crc32c(header, body));
  SKONTRO_RETURN_IF_ERROR(Write(header));
  SKONTRO_RETURN_IF_ERROR(Write(body));
  return Write(checksum);
}

absl::Status JournalFileWriter::AddBatch(std::string_view batch) {
  SKONTRO_CHECK(personal_count_ == 0);
  ++batch_count_;
  return WriteBlock(kBatchBlock, batch);
}

absl::Status JournalFileWriter::AddPersonal(std::string_view key,
                                            std::string_view value) {
  SKONTRO_CHECK(key.size() == kPersonalKeyLength);
  ++personal_count_;
  std::string body(key);
  body.append(value);
  return WriteBlock(kPersonalBlock, body);
}

absl::Status JournalFileWriter::End(Sequence sequence, const Digest& digest) {
  std::string body;
  AppendBigEndian(&body, static_cast<uint64_t>(sequence));
  body.append(BytesOf(digest));
  AppendBigEndian(&body, batch_count_);
  AppendBigEndian(&body, personal_count_);
  body.append(BytesOf(hash_.Finish()));
  hash_.Begin();
  return WriteBlock(kEndBlock, body);
}

JournalFileReader::JournalFileReader(Pull pull) : pull_(std::move(pull)) {
  hash_.Begin();
}

absl::StatusOr<std::string> JournalFileReader::Take(size_t size) {
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    SKONTRO_ASSIGN_OR_RETURN(const size_t count,
                             pull_(bytes.data() + filled, size - filled));
    SKONTRO_CHECK(count <= size - filled);
    if (count == 0) {
      return Damaged(position_ + filled, "it is cut short");
    }
    filled += count;
  }
  position_ += size;
  return bytes;
}

absl::StatusOr<NetworkUid> JournalFileReader::Begin() {
  absl::StatusOr<std::string> prolog = Take(kPrologLength);
  if (absl::IsDataLoss(prolog.status()) ||
      (prolog.ok() && !std::string_view(*prolog).starts_with(kMagic))) {
    return absl::InvalidArgumentError(
        "this is no journal file; skontro journal export writes one");
  }
  SKONTRO_RETURN_IF_ERROR(prolog.status());
  const std::string_view view = *prolog;
  const auto version = ReadBigEndian<uint16_t>(view.substr(4));
  if (version > kVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "the journal file has version ", version,
        " and this program knows version ", kVersion, "; use a newer one"));
  }
  if (version != kVersion || ReadBigEndian<uint16_t>(view.substr(6)) != 0 ||
      ReadBigEndian<uint32_t>(view.substr(kPrologLength - 4)) !=
          Crc32c(view.substr(0, kPrologLength - 4))) {
    return Damaged(0, "checksum of the beginning");
  }
  hash_.Add(view);
  NetworkUid uid;
  std::copy_n(view.begin() + 8, kUidLength, uid.begin());
  return uid;
}

absl::StatusOr<JournalFileReader::Block> JournalFileReader::Next() {
  const uint64_t start = position_;
  SKONTRO_ASSIGN_OR_RETURN(const std::string header, Take(kBlockHeaderLength));
  const std::string_view view = header;
  const auto length = ReadBigEndian<uint32_t>(view.substr(4));
  if (length > kBodyLengthMax) return Damaged(start, "length of a block");
  SKONTRO_ASSIGN_OR_RETURN(std::string body, Take(length));
  SKONTRO_ASSIGN_OR_RETURN(const std::string checksum, Take(kChecksumLength));
  if (ReadBigEndian<uint32_t>(checksum) != Crc32c(header, body) ||
      view.substr(1, 3) != std::string_view("\0\0\0", 3)) {
    return Damaged(start, "checksum of a block");
  }
  if (header[0] == kEndBlock) {
    SKONTRO_ASSIGN_OR_RETURN(const JournalFileEnd end,
                             ReadEnd(body, hash_.Finish()));
    char more = 0;
    SKONTRO_ASSIGN_OR_RETURN(const size_t count, pull_(&more, 1));
    if (count != 0) return Damaged(position_, "it goes on behind its end");
    return end;
  }
  hash_.Add(header);
  hash_.Add(body);
  hash_.Add(checksum);
  if (header[0] == kPersonalBlock) return ReadPersonal(body);
  if (header[0] != kBatchBlock || personal_count_ != 0) {
    return Damaged(start, "a block of an unknown kind or out of its place");
  }
  ++batch_count_;
  return Batch{std::move(body)};
}

absl::StatusOr<JournalFileReader::Block> JournalFileReader::ReadPersonal(
    std::string_view body) {
  if (body.size() < kPersonalKeyLength) {
    return Damaged(position_, "a personal text without a key");
  }
  Personal row{std::string(body.substr(0, kPersonalKeyLength)),
               std::string(body.substr(kPersonalKeyLength))};
  if (personal_count_ != 0 && row.key <= last_key_) {
    return Damaged(position_, "a personal text out of its place");
  }
  ++personal_count_;
  last_key_ = row.key;
  return row;
}

absl::StatusOr<JournalFileEnd> JournalFileReader::ReadEnd(
    std::string_view body, const Digest& before) {
  if (body.size() != kEndLength) return Damaged(position_, "the end block");
  JournalFileEnd end;
  end.sequence = Sequence{ReadBigEndian<uint64_t>(body)};
  end.digest = DigestFromBytes(body.substr(8, kDigestLength));
  end.batch_count = ReadBigEndian<uint64_t>(body.substr(40));
  end.personal_count = ReadBigEndian<uint64_t>(body.substr(48));
  if (body.substr(56) != BytesOf(before) || end.batch_count != batch_count_ ||
      end.personal_count != personal_count_) {
    return Damaged(position_, "the end block does not fit what is before it");
  }
  return end;
}

}  // namespace skontro::ledger

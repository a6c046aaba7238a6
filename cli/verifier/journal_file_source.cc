#include "cli/verifier/journal_file_source.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/hashes.h"

namespace skontro::verifier {
namespace {

constexpr std::string_view kJournal = "journal";
constexpr std::string_view kPersonal = "personal";
constexpr size_t kPrologLength = 28;
constexpr size_t kBlockHeaderLength = 8;
constexpr size_t kKeyLength = 20;
constexpr size_t kEndLength = 88;
// Far above what a batch can have; a length that rot made is not allocated.
constexpr uint32_t kBodyLengthMax = 64u << 20;
constexpr size_t kSequenceOffset = 48;  // In a batch.
constexpr size_t kBatchHeaderLength = 100;

absl::Status FileError(const std::string& path, int error) {
  const std::string what = absl::StrCat(path, ": ", std::strerror(error));
  return error == EACCES ? absl::PermissionDeniedError(what)
                         : absl::UnavailableError(what);
}

// SHA-256 over a long file.
class RunningSha256 {
 public:
  RunningSha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    ok_ = context_ != nullptr &&
          EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  }
  void Add(std::string_view bytes) {
    ok_ = ok_ &&
          EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
  }
  // Empty if OpenSSL failed: equal to no digest.
  std::string Finish() {
    std::string digest(32, '\0');
    ok_ = ok_ &&
          EVP_DigestFinal_ex(context_.get(),
                             reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr) == 1;
    return ok_ ? digest : "";
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool ok_ = false;
};

}  // namespace

// Reads a file from its beginning and notes where the rows are.
class JournalFileSource::Indexer {
 public:
  // Reads the newest file of `source`.
  Indexer(JournalFileSource* source, std::string path)
      : source_(*source),
        path_(std::move(path)),
        buffer_(1 << 20, '\0'),
        batches_before_(source->batches_.size()),
        texts_before_(source->texts_.size()) {}

  absl::Status Run() {
    std::string prolog;
    absl::Status status = Take(kPrologLength, &prolog);
    if (!status.ok()) return status;
    status = CheckProlog(prolog);
    hash_.Add(prolog);
    while (status.ok() && !ended_) status = ReadBlock();
    return status;
  }

 private:
  // Fills `bytes` with up to `size` bytes, fewer at the end of the file.
  absl::Status Take(size_t size, std::string* bytes) {
    bytes->clear();
    while (bytes->size() < size) {
      if (at_ == filled_) {
        ssize_t count = 0;
        do {
          count = read(source_.files_.back(), buffer_.data(), buffer_.size());
        } while (count < 0 && errno == EINTR);
        if (count < 0) return FileError(path_, errno);
        if (count == 0) break;
        at_ = 0;
        filled_ = static_cast<size_t>(count);
      }
      const size_t taken = std::min(size - bytes->size(), filled_ - at_);
      bytes->append(buffer_, at_, taken);
      at_ += taken;
      position_ += taken;
    }
    return absl::OkStatus();
  }

  absl::Status CheckProlog(std::string_view prolog) const {
    if (prolog.size() < kPrologLength || prolog.substr(0, 4) != "SKJF") {
      return absl::InvalidArgumentError(absl::StrCat(
          path_, " is no journal file. Name one, or a data directory"));
    }
    const uint16_t version = ReadBig16(prolog.substr(4));
    if (version > 1) {
      return absl::FailedPreconditionError(
          absl::StrCat(path_, " has version ", version,
                       "; this program reads version 1. Verify it with a "
                       "newer program"));
    }
    if (version != 1 || ReadBig16(prolog.substr(6)) != 0 ||
        ReadBig32(prolog.substr(24)) != Crc32c({prolog.substr(0, 24)})) {
      return Damaged(0, "its beginning");
    }
    return absl::OkStatus();
  }

  absl::Status Damaged(uint64_t position, const char* what) const {
    return absl::DataLossError(
        absl::StrCat(path_, " is damaged at byte ", position, ": ", what));
  }

  absl::Status ReadBlock() {
    const uint64_t start = position_;
    std::string header;
    std::string body;
    std::string checksum;
    absl::Status status = Take(kBlockHeaderLength, &header);
    if (!status.ok()) return status;
    if (header.size() < kBlockHeaderLength) return CutShort();
    const uint32_t length = ReadBig32(std::string_view(header).substr(4));
    if (length > kBodyLengthMax) return Damaged(start, "length of a block");
    status = Take(length, &body);
    if (status.ok()) status = Take(4, &checksum);
    if (!status.ok()) return status;
    if (body.size() < length || checksum.size() < 4) return CutShort();
    if (ReadBig32(checksum) != Crc32c({header, body}) ||
        std::string_view(header).substr(1, 3) !=
            std::string_view("\0\0\0", 3)) {
      return Damaged(start, "checksum of a block");
    }
    const uint64_t offset = start + kBlockHeaderLength;
    if (header[0] == 'E') return ReadEnd(start, body);
    hash_.Add(header);
    hash_.Add(body);
    hash_.Add(checksum);
    if (header[0] == 'B') return NoteBatch(offset, body);
    if (header[0] == 'P') return NoteText(offset, body);
    return Damaged(start, "a block of an unknown kind");
  }

  absl::Status CutShort() {
    ended_ = true;
    source_.whole_ = false;
    return absl::OkStatus();
  }

  Place PlaceOf(uint64_t offset, size_t length) const {
    return {offset, static_cast<uint32_t>(length),
            static_cast<uint32_t>(source_.files_.size() - 1)};
  }

  absl::Status NoteBatch(uint64_t offset, std::string_view body) {
    if (body.size() < kBatchHeaderLength ||
        source_.texts_.size() > texts_before_) {
      return Damaged(offset, "a batch that is none, or out of its place");
    }
    const uint64_t first = ReadBig64(body.substr(kSequenceOffset));
    if (!source_.batches_.empty() &&
        first <= source_.batches_.back().first_sequence) {
      return Damaged(offset, "a batch out of its place");
    }
    source_.batches_.push_back({first, PlaceOf(offset, body.size())});
    return absl::OkStatus();
  }

  absl::Status NoteText(uint64_t offset, std::string_view body) {
    if (body.size() < kKeyLength) return Damaged(offset, "a text without key");
    Text text;
    std::copy_n(body.begin(), kKeyLength, text.key.begin());
    text.place = PlaceOf(offset + kKeyLength, body.size() - kKeyLength);
    if (source_.texts_.size() > texts_before_ &&
        text.key_bytes() <= source_.texts_.back().key_bytes()) {
      return Damaged(offset, "a text out of its place");
    }
    source_.texts_.push_back(text);
    return absl::OkStatus();
  }

  absl::Status ReadEnd(uint64_t start, std::string_view body) {
    std::string more;
    const absl::Status status = Take(1, &more);
    if (!status.ok()) return status;
    if (body.size() != kEndLength ||
        ReadBig64(body.substr(40)) !=
            source_.batches_.size() - batches_before_ ||
        ReadBig64(body.substr(48)) != source_.texts_.size() - texts_before_ ||
        body.substr(56) != hash_.Finish() || !more.empty()) {
      return Damaged(start, "its end does not fit what is before it");
    }
    ended_ = true;
    return absl::OkStatus();
  }

  JournalFileSource& source_;
  const std::string path_;
  std::string buffer_;
  const size_t batches_before_;
  const size_t texts_before_;
  size_t at_ = 0;
  size_t filled_ = 0;
  uint64_t position_ = 0;
  RunningSha256 hash_;
  bool ended_ = false;
};

class JournalFileSource::Walk : public Cursor {
 public:
  Walk(const JournalFileSource& source, bool journal)
      : source_(source), journal_(journal) {
    Fetch();
  }

  bool Valid() const override { return row_.has_value(); }
  void Next() override {
    ++rank_;
    Fetch();
  }
  std::string_view key() const override { return row_->key; }
  std::string_view value() const override { return row_->value; }
  absl::Status status() const override { return status_; }

 private:
  void Fetch() {
    row_.reset();
    const size_t count =
        journal_ ? source_.batches_.size() : source_.texts_.size();
    if (rank_ >= count || !status_.ok()) return;
    absl::StatusOr<Row> row = source_.ReadRow(journal_, rank_);
    if (row.ok()) {
      row_ = *std::move(row);
    } else {
      status_ = row.status();
    }
  }

  const JournalFileSource& source_;
  const bool journal_;
  size_t rank_ = 0;
  std::optional<Row> row_;
  absl::Status status_;
};

absl::StatusOr<std::unique_ptr<JournalFileSource>> JournalFileSource::Open(
    const std::vector<std::string>& paths) {
  auto source = absl::WrapUnique(new JournalFileSource);
  for (const std::string& path : paths) {
    const absl::Status status = source->Add(path);
    if (!status.ok()) return status;
  }
  std::vector<Text>& texts = source->texts_;
  std::sort(texts.begin(), texts.end(),
            [](const Text& left, const Text& right) {
              return left.key_bytes() < right.key_bytes();
            });
  const auto twice = std::adjacent_find(
      texts.begin(), texts.end(), [](const Text& left, const Text& right) {
        return left.key_bytes() == right.key_bytes();
      });
  if (twice != texts.end()) {
    return absl::DataLossError(
        absl::StrCat(paths.back(), ": a personal text is in two files"));
  }
  return source;
}

absl::Status JournalFileSource::Add(const std::string& path) {
  if (!whole_) {
    return absl::DataLossError(absl::StrCat(
        "the file before ", path, " was cut short; restore it from a copy"));
  }
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError(path, errno);
  files_.push_back(file);
  return Indexer(this, path).Run();
}

JournalFileSource::~JournalFileSource() {
  for (const int file : files_) close(file);
}

std::vector<std::string> JournalFileSource::Families() const {
  return {std::string(kJournal), std::string(kPersonal)};
}

std::unique_ptr<Cursor> JournalFileSource::Scan(std::string_view family) {
  return std::make_unique<Walk>(*this, family == kJournal);
}

absl::StatusOr<std::optional<std::string>> JournalFileSource::Get(
    std::string_view family, std::string_view key) {
  if (family == kJournal) {
    const auto found = std::find_if(
        batches_.begin(), batches_.end(),
        [&](const Batch& batch) { return Big64(batch.first_sequence) == key; });
    if (found == batches_.end()) return std::nullopt;
    return ReadAt(found->place);
  }
  const auto found =
      std::lower_bound(texts_.begin(), texts_.end(), key,
                       [](const Text& text, std::string_view wanted) {
                         return text.key_bytes() < wanted;
                       });
  if (found == texts_.end() || found->key_bytes() != key) return std::nullopt;
  return ReadAt(found->place);
}

absl::StatusOr<std::optional<Row>> JournalFileSource::Last(
    std::string_view family) {
  const bool journal = family == kJournal;
  const size_t count = journal ? batches_.size() : texts_.size();
  if (count == 0) return std::nullopt;
  return ReadRow(journal, count - 1);
}

absl::StatusOr<std::string> JournalFileSource::ReadAt(
    const Place& place) const {
  std::string bytes(place.length, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count =
        pread(files_[place.file], bytes.data() + filled, bytes.size() - filled,
              static_cast<off_t>(place.offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError("the journal file", errno);
    if (count == 0) {
      return absl::DataLossError("the journal file became shorter");
    }
    filled += static_cast<size_t>(count);
  }
  return bytes;
}

absl::StatusOr<Row> JournalFileSource::ReadRow(bool journal,
                                               size_t rank) const {
  Row row;
  row.key = journal ? Big64(batches_[rank].first_sequence)
                    : std::string(texts_[rank].key_bytes());
  absl::StatusOr<std::string> value =
      ReadAt(journal ? batches_[rank].place : texts_[rank].place);
  if (!value.ok()) return value.status();
  row.value = *std::move(value);
  return row;
}

}  // namespace skontro::verifier

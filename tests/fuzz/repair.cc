#include "tests/fuzz/repair.h"

#include "ledger/big_endian.h"
#include "ledger/crc32c.h"
#include "ledger/digest.h"

namespace skontro::fuzz {
namespace {

using ledger::BytesOf;
using ledger::Crc32c;
using ledger::ReadBigEndian;

constexpr size_t kBatchHeader = 100;
constexpr size_t kFrameHeader = 20;
constexpr size_t kDigest = 32;
constexpr size_t kProlog = 28;
constexpr size_t kBlockHeader = 8;

template <typename T>
void Put(size_t at, T value, std::string* bytes) {
  std::string encoded;
  ledger::AppendBigEndian(&encoded, value);
  bytes->replace(at, encoded.size(), encoded);
}

std::string_view Part(const std::string& bytes, size_t at, size_t length) {
  return std::string_view(bytes).substr(at, length);
}

}  // namespace

std::string RepairBatch(std::string bytes, std::string_view previous) {
  if (bytes.size() < kBatchHeader) return bytes;
  bytes.replace(64, kDigest, previous);
  Put(56 + 4, static_cast<uint32_t>(bytes.size() - kBatchHeader), &bytes);
  Put(96, Crc32c(Part(bytes, 0, 96)), &bytes);
  std::string digest(previous);
  size_t at = kBatchHeader;
  while (bytes.size() - at >= kFrameHeader + kDigest) {
    const size_t room = bytes.size() - at - kFrameHeader - kDigest;
    const size_t length = ReadBigEndian<uint32_t>(Part(bytes, at + 4, 4));
    if (length > room) break;
    const std::string_view payload = Part(bytes, at + kFrameHeader, length);
    Put(at + 16, Crc32c(Part(bytes, at, 16), payload), &bytes);
    std::string hashed = digest;
    hashed.append(Part(bytes, 32, 16));
    hashed.append(Part(bytes, 24, 8));
    hashed.append(Part(bytes, at, kFrameHeader + length));
    digest = std::string(BytesOf(ledger::HashOf(hashed)));
    bytes.replace(at + kFrameHeader + length, kDigest, digest);
    at += kFrameHeader + length + kDigest;
  }
  return bytes;
}

std::string RepairJournalFile(std::string bytes) {
  if (bytes.size() < kProlog) return bytes;
  Put(24, Crc32c(Part(bytes, 0, 24)), &bytes);
  std::string digest(BytesOf(ledger::HashOf(Part(bytes, 8, 16))));
  uint64_t batches = 0;
  uint64_t texts = 0;
  size_t at = kProlog;
  while (bytes.size() - at >= kBlockHeader + 4) {
    const size_t length = ReadBigEndian<uint32_t>(Part(bytes, at + 4, 4));
    if (length > bytes.size() - at - kBlockHeader - 4) break;
    const size_t body = at + kBlockHeader;
    if (bytes[at] == 'B') {
      ++batches;
      const std::string batch =
          RepairBatch(std::string(Part(bytes, body, length)), digest);
      bytes.replace(body, length, batch);
      if (length >= kBatchHeader + kDigest) {
        digest = batch.substr(length - kDigest);
      }
    } else if (bytes[at] == 'P') {
      ++texts;
    } else if (bytes[at] == 'E' && length == 88) {
      bytes.replace(body + 8, kDigest, digest);
      Put(body + 40, batches, &bytes);
      Put(body + 48, texts, &bytes);
      bytes.replace(body + 56, kDigest,
                    BytesOf(ledger::HashOf(Part(bytes, 0, at))));
    }
    Put(body + length, Crc32c(Part(bytes, at, kBlockHeader + length)), &bytes);
    at = body + length + 4;
  }
  return bytes;
}

}  // namespace skontro::fuzz

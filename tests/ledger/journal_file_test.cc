#include "ledger/journal_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

const std::vector<std::string> kBatches = {"first batch", "",
                                           std::string(5'000, 'x')};
const std::vector<std::pair<std::string, std::string>> kTexts = {
    {std::string(19, 'k') + "1", "Imprimerie Martin"},
    {std::string(19, 'k') + "2", ""},
    {std::string(19, 'k') + "3", std::string("\0\n\xff", 3)}};

std::string WriteAll() {
  std::string file;
  JournalFileWriter writer([&](std::string_view bytes) {
    file.append(bytes);
    return absl::OkStatus();
  });
  EXPECT_TRUE(writer.Begin(kNetwork).ok());
  for (const std::string& batch : kBatches) {
    EXPECT_TRUE(writer.AddBatch(batch).ok());
  }
  for (const auto& [key, text] : kTexts) {
    EXPECT_TRUE(writer.AddPersonal(key, text).ok());
  }
  EXPECT_TRUE(writer.End(Sequence{42}, HashOf("newest")).ok());
  return file;
}

// What was read, and how the reading ended.
struct Reading {
  NetworkUid uid{};
  std::vector<std::string> batches;
  std::vector<std::pair<std::string, std::string>> texts;
  JournalFileEnd end;
  absl::Status status;
};

// Reads `file` in pieces of at most so many bytes.
Reading ReadAll(const std::string& file, size_t piece = 1'000'000) {
  std::string_view rest = file;
  JournalFileReader reader([&](char* buffer, size_t size) {
    const size_t count = std::min({size, piece, rest.size()});
    std::copy_n(rest.data(), count, buffer);
    rest.remove_prefix(count);
    return count;
  });
  Reading reading;
  const absl::StatusOr<NetworkUid> uid = reader.Begin();
  reading.status = uid.status();
  if (!uid.ok()) return reading;
  reading.uid = *uid;
  while (true) {
    absl::StatusOr<JournalFileReader::Block> block = reader.Next();
    reading.status = block.status();
    if (!block.ok()) return reading;
    if (auto* batch = std::get_if<JournalFileReader::Batch>(&*block)) {
      reading.batches.push_back(batch->bytes);
    } else if (auto* row = std::get_if<JournalFileReader::Personal>(&*block)) {
      reading.texts.emplace_back(row->key, row->value);
    } else {
      reading.end = std::get<JournalFileEnd>(*block);
      return reading;
    }
  }
}

TEST(JournalFileTest, WhatWasWrittenIsReadInPiecesOfAnySize) {
  const std::string file = WriteAll();
  for (const size_t piece : {size_t{1}, size_t{3}, size_t{64}, file.size()}) {
    const Reading reading = ReadAll(file, piece);
    ASSERT_TRUE(reading.status.ok()) << reading.status;
    EXPECT_EQ(reading.uid, kNetwork);
    EXPECT_EQ(reading.batches, kBatches);
    EXPECT_EQ(reading.texts, kTexts);
    EXPECT_EQ(reading.end.sequence, Sequence{42});
    EXPECT_EQ(reading.end.digest, HashOf("newest"));
    EXPECT_EQ(reading.end.batch_count, 3);
    EXPECT_EQ(reading.end.personal_count, 3);
  }
}

TEST(JournalFileTest, AFileThatIsCutAnywhereIsNotWhole) {
  const std::string file = WriteAll();
  for (size_t length = 0; length < file.size(); ++length) {
    EXPECT_FALSE(ReadAll(file.substr(0, length)).status.ok()) << length;
  }
  EXPECT_TRUE(absl::IsDataLoss(ReadAll(file + "x").status));
}

TEST(JournalFileTest, EveryChangedByteIsNoticed) {
  const std::string file = WriteAll();
  for (size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 0x04);
    EXPECT_FALSE(ReadAll(changed).status.ok()) << "byte " << i;
  }
}

TEST(JournalFileTest, WhatIsNoJournalFileIsNamedSo) {
  EXPECT_TRUE(absl::IsInvalidArgument(ReadAll("").status));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadAll("<?xml version='1.0'?>").status));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ReadAll(std::string(10'000, 'a')).status));
  std::string newer = WriteAll();
  newer[5] = 2;
  EXPECT_TRUE(absl::IsUnimplemented(ReadAll(newer).status));
}

TEST(JournalFileTest, ABlockOfABlockThatWasLeftOutIsNoticed) {
  const std::string file = WriteAll();
  // The first batch: 8 bytes, its body, a checksum.
  const size_t begin = 28;
  const size_t length = 8 + kBatches[0].size() + 4;
  std::string without = file;
  without.erase(begin, length);
  EXPECT_TRUE(absl::IsDataLoss(ReadAll(without).status));
  std::string twice = file;
  twice.insert(begin, file.substr(begin, length));
  EXPECT_TRUE(absl::IsDataLoss(ReadAll(twice).status));
}

TEST(JournalFileTest, AnErrorOfTheDiskIsToldAsItIs) {
  JournalFileWriter writer([](std::string_view) {
    return absl::ResourceExhaustedError("the disk is full");
  });
  EXPECT_TRUE(absl::IsResourceExhausted(writer.Begin(kNetwork)));
  JournalFileReader reader([](char*, size_t) -> absl::StatusOr<size_t> {
    return absl::UnavailableError("the disk is gone");
  });
  EXPECT_TRUE(absl::IsUnavailable(reader.Begin().status()));
}

}  // namespace
}  // namespace skontro::ledger

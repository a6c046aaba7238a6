#include "cli/verifier/journal_file_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/verifier/directory.h"
#include "ledger/journal_file.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

// The journal and the texts of the standard scene, as the ledger writes a file.
std::string FileOf(const Store& store) {
  std::string file;
  ledger::JournalFileWriter writer([&](std::string_view bytes) {
    file.append(bytes);
    return absl::OkStatus();
  });
  EXPECT_TRUE(writer.Begin({}).ok());
  for (const auto& [key, batch] : store.at("journal")) {
    EXPECT_TRUE(writer.AddBatch(batch).ok());
  }
  for (const auto& [key, text] : store.at("personal")) {
    EXPECT_TRUE(writer.AddPersonal(key, text).ok());
  }
  const std::string& last = store.at("journal").rbegin()->second;
  EXPECT_TRUE(writer
                  .End(ledger::Sequence{kLast},
                       ledger::DigestFromBytes(last.substr(last.size() - 32)))
                  .ok());
  return file;
}

class JournalFileSourceTest : public testing::Test {
 protected:
  JournalFileSourceTest() : path_(testing::TempDir() + "journal_file.skj") {
    path_ += std::to_string(getpid());
  }
  ~JournalFileSourceTest() override { std::filesystem::remove(path_); }

  // Verifies `file`. The verdict, or kBroken if it does not open.
  Verdict Judge(const std::string& file) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << file;
    const auto results = VerifyDirectory(path_, {}, {});
    if (!results.ok() || !results->front().report.ok()) {
      return Verdict::kBroken;
    }
    report_ = *results->front().report;
    return report_.verdict();
  }

  std::string path_;
  Scene scene_;
  Report report_;
};

TEST_F(JournalFileSourceTest, AWholeFileHolds) {
  const Store store = scene_.Write();
  EXPECT_EQ(Judge(FileOf(store)), Verdict::kOk) << ToText(report_);
  EXPECT_EQ(report_.last_sequence, kLast);
  EXPECT_EQ(report_.personal_rows, store.at("personal").size());
  EXPECT_EQ(report_.trades, 6);
}

TEST_F(JournalFileSourceTest, RowsAreFoundAsInAStore) {
  const Store store = scene_.Write();
  std::ofstream(path_, std::ios::binary) << FileOf(store);
  const auto source = JournalFileSource::Open({path_}).value();
  EXPECT_TRUE(source->whole());
  for (const std::string family : {"journal", "personal"}) {
    const Rows& rows = store.at(family);
    auto cursor = source->Scan(family);
    for (const auto& [key, value] : rows) {
      ASSERT_TRUE(cursor->Valid());
      EXPECT_EQ(cursor->key(), key);
      EXPECT_EQ(cursor->value(), value);
      cursor->Next();
      EXPECT_EQ(source->Get(family, key).value(), value);
    }
    EXPECT_FALSE(cursor->Valid());
    EXPECT_TRUE(cursor->status().ok());
    EXPECT_EQ(source->Get(family, "no such key").value(), std::nullopt);
    EXPECT_EQ(source->Last(family).value()->key, rows.rbegin()->first);
  }
}

// What `store` has in the batches of [from, to), and the texts of these.
Store Part(const Store& store, size_t from, size_t to) {
  Store part;
  std::string first, behind(8, '\xff');
  size_t rank = 0;
  for (const auto& [key, batch] : store.at("journal")) {
    if (rank == from) first = key;
    if (rank == to) behind = key;
    if (rank >= from && rank < to) part["journal"][key] = batch;
    ++rank;
  }
  part["personal"];
  for (const auto& [key, text] : store.at("personal")) {
    const std::string sequence = key.substr(8, 8);
    if (sequence >= first && sequence < behind) part["personal"][key] = text;
  }
  return part;
}

TEST_F(JournalFileSourceTest, FilesThatGoOnFromOneAnotherAreOneJournal) {
  const Store store = scene_.Write();
  const size_t batches = store.at("journal").size();
  ASSERT_GE(batches, 3);
  const std::filesystem::path backup = path_ + ".backup";
  const std::filesystem::path folder = backup / "networks" / "res";
  std::filesystem::create_directories(folder);
  std::ofstream(backup / "SKONTRO-BACKUP") << "skontro backup\nformat 1\n";
  const auto write = [&](const std::string& name, size_t from, size_t to) {
    std::ofstream(folder / name, std::ios::binary | std::ios::trunc)
        << FileOf(Part(store, from, to));
  };
  const auto verify = [&] {
    const auto results = VerifyDirectory(backup.string(), {}, {});
    return results.ok() && results->front().report.ok()
               ? results->front().report->verdict()
               : Verdict::kBroken;
  };
  write("1.skj", 0, 1);
  write("2.skj", 1, 2);
  write("3.skj", 2, batches);
  EXPECT_EQ(verify(), Verdict::kOk);
  // One is missing, is there twice, or comes before its turn.
  std::filesystem::rename(folder / "2.skj", folder / "2");
  EXPECT_NE(verify(), Verdict::kOk);
  write("2.skj", 0, 1);
  EXPECT_EQ(verify(), Verdict::kBroken);
  write("2.skj", 2, batches);
  write("3.skj", 1, 2);
  EXPECT_EQ(verify(), Verdict::kBroken);
  std::filesystem::remove_all(backup);
}

TEST_F(JournalFileSourceTest, AFileThatIsCutIsNeverSaidToHold) {
  const std::string file = FileOf(scene_.Write());
  size_t incomplete = 0;
  for (size_t length = 0; length < file.size(); length += 7) {
    const Verdict verdict = Judge(file.substr(0, length));
    EXPECT_NE(verdict, Verdict::kOk) << length;
    if (verdict == Verdict::kIncomplete) ++incomplete;
  }
  EXPECT_GT(incomplete, file.size() / 7 / 2);
}

TEST_F(JournalFileSourceTest, AChangedByteIsNeverSaidToHold) {
  const std::string file = FileOf(scene_.Write());
  for (size_t i = 0; i < file.size(); i += 3) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    // A changed length may look like a file that was cut short.
    EXPECT_NE(Judge(changed), Verdict::kOk) << "byte " << i;
  }
}

TEST_F(JournalFileSourceTest, WhatTheRecordsSayIsCheckedToo) {
  // Alice's balance is one minor unit off, and every checksum holds.
  scene_.fills_balances = true;
  Store store = scene_.Write();
  scene_.CutBehind(kPaid);
  const Store shorter = scene_.Write();
  EXPECT_EQ(Judge(FileOf(shorter)), Verdict::kOk);
  store["personal"].begin()->second.back() ^= 1;
  EXPECT_EQ(Judge(FileOf(store)), Verdict::kBroken);
}

}  // namespace
}  // namespace skontro::verifier

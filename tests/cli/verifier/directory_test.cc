#include "cli/verifier/directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/verifier/readonly_store_opener.h"
#include "tests/cli/verifier/scene.h"
#include "tests/cli/verifier/store_writer.h"

namespace skontro::verifier {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteFile(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// Everything about the files of a directory that writing would change.
std::map<std::string, std::pair<fs::file_time_type, std::string>> Look(
    const fs::path& directory) {
  std::map<std::string, std::pair<fs::file_time_type, std::string>> files;
  files["."] = {fs::last_write_time(directory), ""};
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    files[entry.path().string()] = {
        entry.last_write_time(),
        entry.is_regular_file() ? ReadFile(entry.path()) : ""};
  }
  return files;
}

// Runs as nobody while it lives, if the test runs as root.
class AsNobody {
 public:
  AsNobody() : is_root_(geteuid() == 0) {
    if (is_root_) {
      EXPECT_EQ(seteuid(65'534), 0);
    }
  }
  ~AsNobody() {
    if (is_root_) {
      EXPECT_EQ(seteuid(0), 0);
    }
  }

 private:
  const bool is_root_;
};

// A data directory with the marker and no network.
class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    std::string pattern = (fs::temp_directory_path() / "verifier-XXXXXX");
    data_ = mkdtemp(pattern.data());
    fs::permissions(data_, fs::perms{0755});
    WriteFile(data_ / "SKONTRO", "skontro data directory\nformat 1\n");
    fs::create_directories(data_ / "networks");
  }

  ~DirectoryTest() override { fs::remove_all(data_); }

  fs::path Network(const std::string& id) const {
    return data_ / "networks" / id;
  }

  // A network with the standard scene, closed.
  void AddNetwork(const std::string& id) {
    Scene scene;
    scene.at(1).event.Text(1, id);
    StoreWriter(Network(id).string()).Write(scene.Write());
  }

  absl::StatusOr<std::vector<NetworkResult>> Run(
      const fs::path& path, const std::string& network = "") {
    return VerifyDirectory(path.string(), {.network = network}, nullptr);
  }

  // The report of the only network at `path`.
  Report Only(const fs::path& path) {
    const absl::StatusOr<std::vector<NetworkResult>> results = Run(path);
    EXPECT_TRUE(results.ok()) << results.status();
    if (!results.ok()) return {};
    EXPECT_EQ(results->size(), 1u);
    if (results->size() != 1) return {};
    EXPECT_TRUE(results->front().report.ok())
        << results->front().report.status();
    if (!results->front().report.ok()) return {};
    return *results->front().report;
  }

  // What the call, or its only network, fails with.
  absl::Status Failure(const fs::path& path, const std::string& network = "") {
    const absl::StatusOr<std::vector<NetworkResult>> results =
        Run(path, network);
    if (!results.ok()) return results.status();
    EXPECT_EQ(results->size(), 1u);
    return results->empty() ? absl::OkStatus()
                            : results->front().report.status();
  }

  fs::path data_;
};

TEST_F(DirectoryTest, AClosedDirectoryIsOk) {
  AddNetwork("res");
  const Report report = Only(data_);
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
  EXPECT_EQ(report.network_id, "res");
  EXPECT_EQ(report.records, kLast);
  EXPECT_EQ(report.projected, kLast);
}

TEST_F(DirectoryTest, ADirectoryThatIsWrittenToIsOk) {
  StoreWriter writer(Network("res").string());
  writer.Write(Scene().Write());
  // The journal is in the log; the projections are in memory only.
  Report report = Only(data_);
  EXPECT_EQ(report.verdict(), Verdict::kBroken);  // No family meta yet.
  writer.Flush();
  report = Only(data_);
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);

  Scene more;
  more.Append(kTradeCreated, MakeTrade(1, 2, 1, 6));
  writer.Write(more.Write());
  report = Only(data_);
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
  EXPECT_EQ(report.last_sequence, kLast + 1);
  EXPECT_EQ(report.projected, kLast);
}

TEST_F(DirectoryTest, AServerMayFlushAndCompactMeanwhile) {
  constexpr int kMore = 120;
  std::atomic<bool> done = false;
  StoreWriter writer(Network("res").string());
  writer.Write(Scene().Write());
  writer.Flush();
  std::thread server([&] {
    Scene scene;
    for (int i = 0; i < kMore; ++i) {
      scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6));
      writer.Write(scene.Write());
      if (i % 3 == 0) writer.Flush();
      if (i % 10 == 0) writer.Compact();
    }
    done = true;
  });
  uint64_t last = 0;
  int runs = 0;
  for (bool again = true; again; ++runs) {
    again = !done;
    const Report report = Only(data_);
    EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
    EXPECT_GE(report.last_sequence, last);
    EXPECT_LE(report.projected, report.last_sequence);
    last = report.last_sequence;
  }
  server.join();
  EXPECT_EQ(last, kLast + kMore);
  EXPECT_GT(runs, 1);
}

TEST_F(DirectoryTest, WhatTheServerDeletesLaterCanStillBeRead) {
  StoreWriter writer(Network("res").string());
  writer.Write(Scene().Write());
  writer.Flush();
  const absl::StatusOr<std::unique_ptr<Source>> source =
      OpenReadonlyStore(Network("res").string());
  ASSERT_TRUE(source.ok());
  writer.Compact();
  const absl::StatusOr<Report> report = Verify(source->get(), {}, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict(), Verdict::kOk) << ToText(*report);
}

TEST_F(DirectoryTest, NothingIsWritten) {
  {
    StoreWriter writer(Network("res").string());
    writer.Write(Scene().Write());
    writer.Flush();
    Scene more;
    more.Append(kTradeCreated, MakeTrade(1, 2, 1, 6));
    writer.Write(more.Write());
    // A copy with a log that has to be read, as after a crash.
    fs::copy(Network("res"), Network("copy"), fs::copy_options::recursive);
  }
  fs::remove_all(Network("res"));
  fs::rename(Network("copy"), Network("res"));
  const auto before = Look(data_);
  const Report report = Only(data_);
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
  EXPECT_EQ(report.last_sequence, kLast + 1);
  EXPECT_EQ(Look(data_), before);
}

TEST_F(DirectoryTest, ADirectoryThatMayOnlyBeReadIsOk) {
  AddNetwork("res");
  for (const auto& entry : fs::recursive_directory_iterator(data_)) {
    fs::permissions(entry.path(),
                    entry.is_directory() ? fs::perms{0555} : fs::perms{0444});
  }
  fs::permissions(data_, fs::perms{0555});
  const auto before = Look(data_);
  {
    const AsNobody nobody;
    const Report report = Only(data_);
    EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
  }
  EXPECT_EQ(Look(data_), before);
  fs::permissions(data_, fs::perms{0755});
  for (const auto& entry : fs::recursive_directory_iterator(data_)) {
    if (entry.is_directory()) {
      fs::permissions(entry.path(), fs::perms{0755});
    }
  }
}

TEST_F(DirectoryTest, WhatMayNotBeReadIsSaid) {
  AddNetwork("res");
  const struct {
    fs::path path;
    const char* what;
  } cases[] = {{Network("res") / "CURRENT", "a file of the store"},
               {Network("res"), "the store"},
               {data_ / "networks", "the networks"},
               {data_ / "SKONTRO", "the marker"},
               {data_, "the data directory"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const fs::perms before = fs::status(c.path).permissions();
    fs::permissions(c.path, fs::perms::none);
    absl::Status status;
    {
      const AsNobody nobody;
      status = Failure(data_);
    }
    fs::permissions(c.path, before);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  }
}

TEST_F(DirectoryTest, AllNetworksInOrderOrOne) {
  AddNetwork("sardex");
  AddNetwork("res");
  fs::create_directory(Network(".creating-wir"));
  WriteFile(Network("README"), "no network");
  absl::StatusOr<std::vector<NetworkResult>> results = Run(data_);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ((*results)[0].network, "res");
  EXPECT_EQ((*results)[1].network, "sardex");
  for (const NetworkResult& result : *results) {
    ASSERT_TRUE(result.report.ok());
    EXPECT_EQ(result.report->verdict(), Verdict::kOk);
  }
  results = Run(data_, "sardex");
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->size(), 1u);
  EXPECT_EQ(results->front().network, "sardex");

  const absl::Status missing = Failure(data_, "wir");
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(std::string(missing.message()).find("It has res, sardex"),
            std::string::npos);
}

TEST_F(DirectoryTest, OneDamagedNetworkDoesNotHideTheOthers) {
  AddNetwork("res");
  fs::create_directory(Network("empty"));
  const absl::StatusOr<std::vector<NetworkResult>> results = Run(data_);
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ((*results)[0].report.status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE((*results)[1].report.ok());
  EXPECT_EQ((*results)[1].report->verdict(), Verdict::kOk);
}

TEST_F(DirectoryTest, ADirectoryWithoutNetworksIsAnEmptyList) {
  EXPECT_TRUE(Run(data_)->empty());
  fs::remove(data_ / "networks");
  EXPECT_TRUE(Run(data_)->empty());
}

TEST_F(DirectoryTest, OneNetworkByItsDirectory) {
  AddNetwork("res");
  EXPECT_EQ(Only(Network("res")).verdict(), Verdict::kOk);
  EXPECT_TRUE(Run(Network("res"), "res").ok());
  EXPECT_EQ(Failure(Network("res"), "sardex").code(),
            absl::StatusCode::kInvalidArgument);
  // A copy may have any name.
  fs::rename(Network("res"), data_ / "copy-of-res");
  EXPECT_EQ(Only(data_ / "copy-of-res").verdict(), Verdict::kOk);
}

TEST_F(DirectoryTest, ANetworkUnderAnotherNameIsFound) {
  AddNetwork("res");
  fs::rename(Network("res"), Network("sardex"));
  for (const fs::path& path : {data_, Network("sardex")}) {
    const Report report = Only(path);
    ASSERT_EQ(report.finding_count, 1u) << ToText(report);
    EXPECT_EQ(report.findings[0].message,
              "the journal is of network \"res\", not of \"sardex\"");
  }
}

TEST_F(DirectoryTest, WhatIsNoDataDirectoryIsRefused) {
  EXPECT_EQ(Failure(data_ / "nowhere").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Failure(data_ / "SKONTRO").code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Failure(data_ / "networks").code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(DirectoryTest, TheMarkerSaysTheFormat) {
  AddNetwork("res");
  const struct {
    std::string text;
    absl::StatusCode code;
  } cases[] = {
      {"skontro data directory\nformat 2\n",
       absl::StatusCode::kFailedPrecondition},
      {"skontro data directory\nformat 10\n",
       absl::StatusCode::kFailedPrecondition},
      {"skontro data directory\nformat 0\n",
       absl::StatusCode::kInvalidArgument},
      {"skontro data directory\nformat 1", absl::StatusCode::kInvalidArgument},
      {"skontro data directory\nformat\n", absl::StatusCode::kInvalidArgument},
      {"another directory\nformat 1\n", absl::StatusCode::kInvalidArgument},
      {"", absl::StatusCode::kInvalidArgument},
      {std::string(1'000'000, 'x'), absl::StatusCode::kInvalidArgument},
  };
  for (const auto& c : cases) {
    WriteFile(data_ / "SKONTRO", c.text);
    EXPECT_EQ(Failure(data_).code(), c.code) << c.text.substr(0, 80);
    EXPECT_EQ(Failure(Network("res")).code(), c.code);
  }
}

TEST_F(DirectoryTest, ANewerStoreIsRefused) {
  Store store = Scene().Write();
  store["meta"]["format"] = "2";
  StoreWriter(Network("res").string()).Write(store);
  EXPECT_EQ(Failure(data_).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DirectoryTest, MissingFamiliesAreFound) {
  Store store = Scene().Write();
  store.erase("limit");
  store.erase("journal");
  StoreWriter(Network("res").string()).Write(store);
  const Report report = Only(data_);
  EXPECT_EQ(report.finding_count, 2u) << ToText(report);
  EXPECT_TRUE(report.incomplete());
}

// No byte of a store can change without the verdict changing; where RocksDB
// opens it at all, and the byte is of rows.
TEST_F(DirectoryTest, ADamagedFileIsNeverOk) {
  {
    StoreWriter writer(Network("res").string());
    writer.Write(Scene().Write());
    writer.Flush();
    writer.Compact();
  }
  int damaged = 0;
  for (const auto& entry : fs::directory_iterator(Network("res"))) {
    if (entry.path().extension() != ".sst") continue;
    const std::string good = ReadFile(entry.path());
    // In the first data block, and then the whole file gone.
    std::string bad = good;
    bad[3] ^= 1;
    WriteFile(entry.path(), bad);
    const absl::StatusOr<std::vector<NetworkResult>> results = Run(data_);
    ASSERT_TRUE(results.ok());
    const absl::StatusOr<Report>& report = results->front().report;
    if (report.ok()) {
      EXPECT_EQ(report->verdict(), Verdict::kBroken)
          << entry.path() << ToText(*report);
    } else {
      EXPECT_EQ(report.status().code(), absl::StatusCode::kDataLoss);
    }
    WriteFile(entry.path(), good);
    ++damaged;
  }
  EXPECT_GE(damaged, 16);
  EXPECT_EQ(Only(data_).verdict(), Verdict::kOk);
}

TEST_F(DirectoryTest, AMissingFileIsSaid) {
  AddNetwork("res");
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(Network("res"))) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".sst") || name.starts_with("MANIFEST")) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());  // The manifest is the last one.
  ASSERT_GE(files.size(), 2u);
  for (const fs::path& file : {files.front(), files.back()}) {
    const std::string good = ReadFile(file);
    fs::remove(file);
    EXPECT_EQ(Failure(data_).code(), absl::StatusCode::kDataLoss) << file;
    WriteFile(file, good);
  }
}

TEST_F(DirectoryTest, ProgressNamesTheNetworkAndCancels) {
  AddNetwork("res");
  AddNetwork("sardex");
  std::vector<std::string> told;
  const absl::StatusOr<std::vector<NetworkResult>> all = VerifyDirectory(
      data_.string(), {}, [&](const std::string& network, const Progress&) {
        told.push_back(network);
        return true;
      });
  EXPECT_EQ(told, (std::vector<std::string>{"res", "res", "sardex", "sardex"}));

  const absl::StatusOr<std::vector<NetworkResult>> results = VerifyDirectory(
      data_.string(), {},
      [](const std::string&, const Progress&) { return false; });
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->size(), 2u);
  ASSERT_TRUE((*results)[0].report.ok());
  EXPECT_EQ((*results)[0].report->verdict(), Verdict::kIncomplete);
  EXPECT_EQ((*results)[1].report.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace skontro::verifier

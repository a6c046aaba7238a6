// A store that came back older than it was: a real skontrod is killed, its
// store is cut, emptied, replaced or damaged, and what it then says, what
// `skontro recover` lists, and what goes on after the loss was accepted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/integration/payer.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kLost = 9;
constexpr int kNoAnchor = 10;

std::map<std::string, std::string> Contents(const std::string& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    contents[fs::relative(entry.path(), folder).string()] =
        ReadText(entry.path().string());
  }
  return contents;
}

// Where each record of a log of RocksDB ends (blocks of 32 KiB, headers of
// seven bytes: checksum, length, type; types 1 and 4 end a record).
std::vector<size_t> RecordEnds(const std::string& log) {
  constexpr size_t kBlock = 32'768;
  constexpr size_t kHeader = 7;
  std::vector<size_t> ends;
  size_t at = 0;
  while (at + kHeader <= log.size()) {
    const size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    const auto byte = [&](size_t i) {
      return static_cast<size_t>(static_cast<unsigned char>(log[at + i]));
    };
    const size_t type = byte(6);
    if (type == 0) break;
    at += kHeader + byte(4) + 256 * byte(5);
    if (type == 1 || type == 4) ends.push_back(at);
  }
  return ends;
}

class RecoverTest : public testing::Test {
 protected:
  // Pays `count` times, each before the next, and leaves the server running.
  void Pay(int64_t count, const std::string& prefix,
           const std::string& anchor = "sync") {
    const absl::Status started = scene_.StartServer({"--anchor", anchor});
    ASSERT_TRUE(started.ok()) << started;
    const absl::Status made = MakePayNetwork(scene_.server().channel());
    ASSERT_TRUE(made.ok()) << made;
    Payers payers(scene_.server().channel(), 1, prefix);
    ASSERT_TRUE(payers.AwaitPaid(count));
    payers.Stop();
    paid_ = ReadPaid(scene_.server().channel());
  }

  std::string data() const { return scene_.data_dir(); }
  std::string store() const { return data() + "/networks/pay"; }

  // The log that the killed server wrote to last.
  std::string LiveLog() const {
    std::string newest;
    for (const auto& entry : fs::directory_iterator(store())) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".log")) newest = std::max(newest, name);
    }
    return store() + "/" + newest;
  }

  Finished Check(const std::string& directory) const {
    return integration::Run(
        {{ProgramPath("skontrod"), "--data-dir", directory, "--check"}, {}, ""},
        absl::Seconds(60));
  }

  // The server refuses and names both sequences.
  void ExpectRefused(int64_t found) {
    const Finished refused = Check(data());
    EXPECT_EQ(refused.exit_code, kLost) << refused.err;
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr(absl::StrCat("ends at sequence ", found, " ")),
                      HasSubstr(absl::StrCat("sequence ", paid_.sequence,
                                             " was durable")),
                      HasSubstr("skontro recover")));
  }

  Finished Recover(const std::string& to,
                   const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> arguments = {"recover", data(), "--to",
                                          scene_ / to};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return scene_.Skontro(arguments);
  }

  // Lists, accepts, and goes on in the copy; the original stays as it is.
  void ExpectRecovery(int64_t found, std::vector<std::string> flags = {}) {
    const auto before = Contents(data());
    const Finished listed = Recover("listed");
    EXPECT_EQ(listed.exit_code, 5) << listed.out << listed.err;
    EXPECT_THAT(
        listed.out,
        AllOf(HasSubstr("network pay: LOST"),
              HasSubstr(absl::StrCat("found         sequence ", found, ",")),
              HasSubstr(
                  absl::StrCat("head anchor   sequence ", paid_.sequence, ",")),
              HasSubstr(absl::StrCat(found + 1, " to ", paid_.sequence, ": ",
                                     paid_.sequence - found, " records")),
              HasSubstr("--accept-loss REASON")));
    auto copied = Contents(scene_ / "listed");
    auto original = before;
    original["LOCK"] = copied["LOCK"] = "";
    EXPECT_EQ(copied, original) << "a listing writes nothing";
    // A copy that nobody accepted is as lost as the original.
    EXPECT_NE(Check(scene_ / "listed").exit_code, 0);

    flags.insert(flags.end(), {"--accept-loss", "left rack burnt"});
    const Finished accepted = Recover("accepted", flags);
    EXPECT_EQ(accepted.exit_code, 0) << accepted.out << accepted.err;
    EXPECT_EQ(Contents(data()), before) << "the original was touched";
    ExpectItGoesOn(found);
  }

  void ExpectItGoesOn(int64_t found) {
    const std::string copy = scene_ / "accepted";
    const Finished opens = Check(copy);
    EXPECT_EQ(opens.exit_code, 0) << opens.err;
    const Finished verified = scene_.Skontro({"verify", copy});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(
        verified.out,
        AllOf(HasSubstr(absl::StrCat("accepted     at sequence ", found + 1,
                                     ": record")),
              HasSubstr(absl::StrCat("to ", paid_.sequence, " were lost")),
              HasSubstr("left rack burnt")));
    // Its heads are signed with the same key, which nobody else may read.
    const std::string keys = "/networks/pay/keys";
    EXPECT_EQ(Contents(copy + keys), Contents(data() + keys));
    for (const auto& key : fs::directory_iterator(copy + keys)) {
      EXPECT_EQ(key.status().permissions(),
                fs::perms::owner_read | fs::perms::owner_write);
    }
    for (const char* folder : {"", "/networks", "/networks/pay", "/anchors"}) {
      EXPECT_EQ(fs::status(copy + folder).permissions(),
                fs::status(data() + folder).permissions())
          << folder;
    }
    // The books are used again, from where they are now.
    fs::rename(data(), scene_ / "old");
    fs::rename(copy, data());
    Pay(5, absl::StrCat("behind", found, "-"));
    EXPECT_GE(paid_.sequence, found + 6);
    EXPECT_EQ(scene_.StopServer(), 0);
    EXPECT_EQ(scene_.Skontro({"verify", data()}).exit_code, 0);
  }

  Scene scene_;
  Paid paid_;
};

TEST_F(RecoverTest, ALogCutBetweenTwoRecordsIsNoticedAndAccepted) {
  Pay(30, "a");
  scene_.KillServer();
  const std::string log = ReadText(LiveLog());
  const std::vector<size_t> ends = RecordEnds(log);
  // One record of the log for each that came after the genesis.
  ASSERT_EQ(static_cast<int64_t>(ends.size()) + 1, paid_.sequence);
  fs::resize_file(LiveLog(), ends[14]);
  ExpectRefused(16);
  ExpectRecovery(16);
}

TEST_F(RecoverTest, ALogThatIsGoneIsNoticedAndAccepted) {
  Pay(10, "a");
  scene_.KillServer();
  fs::remove(LiveLog());
  ExpectRefused(1);
  // Only the network is left; its members are to be made again.
  ExpectRecovery(1);
}

TEST_F(RecoverTest, AnOlderCopyInPlaceIsNoticedAndAccepted) {
  for (const std::string anchor : {"sync", "interval"}) {
    SCOPED_TRACE(anchor);
    Pay(10, "a" + anchor, anchor);
    const int64_t copied = paid_.sequence;
    ASSERT_EQ(scene_.StopServer(), 0);
    fs::remove_all(scene_ / "copy");
    fs::copy(store(), scene_ / "copy", fs::copy_options::recursive);
    Pay(10, "b" + anchor, anchor);
    ASSERT_EQ(scene_.StopServer(), 0);
    fs::remove_all(store());
    fs::rename(scene_ / "copy", store());
    ExpectRefused(copied);
    ExpectRecovery(copied);
    for (const char* folder : {"listed", "old"}) {
      fs::remove_all(scene_ / folder);
    }
  }
}

TEST_F(RecoverTest, DamageInTheMiddleIsCutOnlyWhereTheOperatorSays) {
  Pay(30, "a");
  scene_.KillServer();
  std::string log = ReadText(LiveLog());
  const std::vector<size_t> ends = RecordEnds(log);
  log[ends[14] + 50] ^= 1;  // In the record behind the 15th.
  std::ofstream(LiveLog(), std::ios::binary | std::ios::trunc) << log;

  const Finished refused = Check(data());
  EXPECT_EQ(refused.exit_code, 7) << refused.err;
  const Finished unsaid = Recover("unsaid", {"--accept-loss", "x"});
  EXPECT_EQ(unsaid.exit_code, 2) << unsaid.out << unsaid.err;
  EXPECT_THAT(unsaid.out, HasSubstr("does not open"));
  EXPECT_THAT(unsaid.err, HasSubstr("--cut-after 16"));
  EXPECT_FALSE(fs::exists(scene_ / "unsaid/SKONTRO"));
  EXPECT_EQ(
      Recover("wrong", {"--accept-loss", "x", "--cut-after", "17"}).exit_code,
      2);
  ExpectRecovery(16, {"--cut-after", "16"});
}

TEST_F(RecoverTest, AStoreThatLostATableIsListed) {
  Pay(5, "a");
  ASSERT_EQ(scene_.StopServer(), 0);
  std::string table;
  for (const auto& entry : fs::directory_iterator(store())) {
    if (entry.path().extension() == ".sst") table = entry.path().string();
  }
  ASSERT_FALSE(table.empty());
  fs::remove(table);
  EXPECT_EQ(Check(data()).exit_code, 7);
  const Finished listed = Recover("listed", {"--format", "json"});
  EXPECT_EQ(listed.exit_code, 5) << listed.err;
  const google::protobuf::Struct json = ParseJson(listed.out);
  ASSERT_TRUE(json.fields().contains("networks")) << listed.out;
  const auto& network =
      json.fields().at("networks").list_value().values(0).struct_value();
  EXPECT_EQ(network.fields().at("network_id").string_value(), "pay");
  EXPECT_NE(network.fields().at("store_trouble").string_value(), "");
  EXPECT_TRUE(network.fields().at("needs_acceptance").bool_value());
}

// Whichever table it is: a projection is made anew, texts are missing, or no
// record can be saved and the tool says so. Never a copy that opens and lies.
TEST_F(RecoverTest, EachTableInTurnIsLost) {
  Pay(5, "a");
  ASSERT_EQ(scene_.StopServer(), 0);
  ASSERT_EQ(Check(data()).exit_code, 0);
  fs::copy(data(), scene_ / "whole", fs::copy_options::recursive);
  int made_anew = 0;
  int beyond_help = 0;
  for (const auto& entry :
       fs::directory_iterator(scene_ / "whole/networks/pay")) {
    if (entry.path().extension() != ".sst") continue;
    const std::string table = entry.path().filename().string();
    SCOPED_TRACE(table);
    fs::remove_all(data());
    fs::remove_all(scene_ / "copy");
    fs::copy(scene_ / "whole", data(), fs::copy_options::recursive);
    fs::remove(store() + "/" + table);
    const Finished accepted = Recover(
        "copy",
        {"--accept-loss", "rot", "--cut-after", absl::StrCat(paid_.sequence)});
    if (accepted.exit_code == 0) {
      ++made_anew;
      EXPECT_THAT(accepted.out, HasSubstr("no record was lost"));
      EXPECT_EQ(Check(scene_ / "copy").exit_code, 0);
      EXPECT_EQ(scene_.Skontro({"verify", scene_ / "copy"}).exit_code, 0);
    } else {
      ++beyond_help;
      EXPECT_THAT(accepted.out, HasSubstr("no record that can be kept"));
      EXPECT_NE(Check(scene_ / "copy").exit_code, 0);
    }
  }
  EXPECT_GE(made_anew, 5);
  EXPECT_GE(beyond_help, 1);
}

TEST_F(RecoverTest, AnAnchorThatIsGoneIsAnErrorOfItsOwn) {
  Pay(5, "a");
  ASSERT_EQ(scene_.StopServer(), 0);
  fs::remove(data() + "/anchors/pay.anchor");
  const Finished refused = Check(data());
  EXPECT_EQ(refused.exit_code, kNoAnchor) << refused.err;
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("is missing"), HasSubstr("--anchor-dir")));
  const Finished listed = Recover("listed");
  EXPECT_EQ(listed.exit_code, 5);
  EXPECT_THAT(listed.out, AllOf(HasSubstr("network pay: NO ANCHOR"),
                                HasSubstr("there is none")));
  const Finished accepted =
      Recover("accepted", {"--accept-loss", "from before the anchors"});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.out << accepted.err;
  EXPECT_THAT(accepted.out, HasSubstr("without a head anchor"));
  EXPECT_EQ(Check(scene_ / "accepted").exit_code, 0);
}

TEST_F(RecoverTest, WhatIsInOrderIsCopiedAndNothingMore) {
  Pay(5, "a");
  const Finished in_use = Recover("copy");
  EXPECT_EQ(in_use.exit_code, 2);
  EXPECT_THAT(in_use.err, HasSubstr("is in use by a server"));
  EXPECT_FALSE(fs::exists(scene_ / "copy"));
  ASSERT_EQ(scene_.StopServer(), 0);

  const Finished copied = Recover("copy", {"--accept-loss", "nothing is lost"});
  EXPECT_EQ(copied.exit_code, 0) << copied.out << copied.err;
  EXPECT_THAT(copied.out, AllOf(HasSubstr("network pay: OK"),
                                HasSubstr("as good as the original")));
  EXPECT_EQ(Check(scene_ / "copy").exit_code, 0);
  const Finished verified = scene_.Skontro({"verify", scene_ / "copy"});
  EXPECT_THAT(verified.out, Not(HasSubstr("accepted")));

  const Finished again = Recover("copy");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("nothing is written over"));
  EXPECT_EQ(
      scene_.Skontro({"recover", data(), "--to", data() + "/in"}).exit_code, 2);
  EXPECT_EQ(scene_.Skontro({"recover", scene_ / "home", "--to", scene_ / "x"})
                .exit_code,
            2);
}

}  // namespace
}  // namespace skontro::integration

// What a member does with receipts, by the programs alone: keep them, check
// them without a server, and notice that books were rewritten.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::HasSubstr;

constexpr int kBroken = 5;
constexpr int kUsage = 2;

class ReceiptTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    for (const char* line :
         {"skontro network create res --name RES --unit-code RES --decimals 2 "
          "--peg EUR --default-credit-line 10000",
          "skontro config set network res",
          "skontro member create seller --name Seller --country FR",
          "skontro member create buyer --name Buyer --country FR"}) {
      Must(line);
    }
  }

  // Runs a line that has to succeed, and returns what it printed.
  std::string Must(const std::string& line) {
    const Finished done = scene_.Shell(line);
    EXPECT_EQ(done.exit_code, 0) << line << "\n" << done.out << done.err;
    return done.out;
  }
  Finished Run(const std::string& line) { return scene_.Shell(line); }

  void Trade(int count) {
    for (int i = 0; i < count; ++i) {
      Must(
          absl::StrCat("skontro trade pay --buyer buyer --seller seller "
                       "--units 1 --id order-",
                       ++trades_));
    }
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(scene_ / name) << text;
  }

  Scene scene_;
  int trades_ = 0;
};

TEST_F(ReceiptTest, AReceiptHoldsWithoutAServerAndForEver) {
  Trade(3);
  Must("skontro receipt order-2 --out order-2.json");
  Must("skontro receipt 1 --out genesis.json");
  Must("skontro head keys --out res.pem");
  Must("skontro head get --out first.json");
  EXPECT_NE(Run("skontro receipt 1 --out genesis.json").exit_code, 0)
      << "a receipt was overwritten";
  Trade(40);

  // After a kill and a restart the books go on from the head that was kept.
  scene_.KillServer();
  ASSERT_TRUE(scene_.StartServer().ok());
  Must("skontro head get --out second.json --older first.json");
  Must("skontro receipt order-40 --out order-40.json --older order-2.json");
  EXPECT_THAT(Must("skontro verify build/demo-data"), HasSubstr("OK"));
  EXPECT_EQ(scene_.StopServer(), 0);

  // Nobody serves any more.
  for (const char* file : {"order-2.json", "genesis.json", "first.json",
                           "second.json", "order-40.json"}) {
    EXPECT_THAT(
        Must(absl::StrCat("skontro verify-receipt ", file, " --key res.pem")),
        HasSubstr("OK"))
        << file;
  }
  EXPECT_THAT(Must("skontro verify-receipt second.json --key res.pem --older "
                   "first.json"),
              HasSubstr("Goes on from"));
  Must(
      "skontro verify-receipt order-40.json --key res.pem --older "
      "order-2.json");
  const std::string json =
      Must("skontro verify-receipt order-2.json --key res.pem --format json");
  EXPECT_EQ(ParseJson(json).fields().at("verdict").string_value(), "OK");
  // A stranger's tool reads the key too.
  const Finished openssl = Run("openssl pkey -pubin -in res.pem -noout -text");
  if (openssl.exit_code != 127) {
    EXPECT_THAT(openssl.out, HasSubstr("ED25519"));
  }
}

TEST_F(ReceiptTest, AReceiptThatWasAlteredFails) {
  Trade(5);
  Must("skontro receipt order-3 --out good.json");
  Must("skontro head keys --out res.pem");
  const std::string good = ReadText(scene_ / "good.json");
  const google::protobuf::Struct members = ParseJson(good);
  ASSERT_EQ(members.fields_size(), 11);
  for (const auto& [name, value] : members.fields()) {
    // Another digit in the middle of the value.
    const size_t at = good.find(absl::StrCat("\"", name, "\""));
    const size_t colon = good.find(':', at);
    size_t digit = good.find_first_of("0123456789abcdef", colon + 3);
    if (name == "sequence" || name == "tree_size") digit = colon + 2;
    std::string altered = good;
    altered[digit] = good[digit] == '7' ? '8' : '7';
    Write("altered.json", altered);
    const Finished done =
        Run("skontro verify-receipt altered.json --key res.pem");
    EXPECT_TRUE(done.exit_code == kBroken || done.exit_code == kUsage)
        << name << altered << done.out << done.err;
  }
  Write("altered.json", absl::StrReplaceAll(good, {{"res", "ser"}}));
  EXPECT_EQ(Run("skontro verify-receipt altered.json --key res.pem").exit_code,
            kBroken);
  EXPECT_EQ(Run("skontro verify-receipt good.json --key res.pem").exit_code, 0);
  EXPECT_EQ(Run("skontro verify-receipt none.json --key res.pem").exit_code, 6);
  EXPECT_EQ(Run("skontro verify-receipt res.pem --key res.pem").exit_code,
            kUsage);
  EXPECT_EQ(Run("skontro verify-receipt good.json --key good.json").exit_code,
            kUsage);
}

TEST_F(ReceiptTest, TheDigestOfTheAnswerIsTheDigestOfTheReceipt) {
  Trade(1);
  const google::protobuf::Struct paid = ParseJson(
      Must("skontro trade pay --buyer buyer --seller seller --units 2 "
           "--id mine --format json"));
  const auto& outcome = paid.fields().contains("outcome")
                            ? paid.fields().at("outcome").struct_value()
                            : paid;
  const std::string digest = outcome.fields().at("digest").string_value();
  ASSERT_EQ(digest.size(), 64U);
  Must("skontro receipt mine --out mine.json");
  Must("skontro head keys --out res.pem");
  Must(absl::StrCat("skontro verify-receipt mine.json --key res.pem --digest ",
                    digest));
  EXPECT_EQ(Run(absl::StrCat("skontro verify-receipt mine.json --key res.pem "
                             "--digest ",
                             std::string(64, 'a')))
                .exit_code,
            kBroken);
}

TEST_F(ReceiptTest, AHeadOfAnotherKeyFailsAndTheOldOneStaysGood) {
  Must("skontro head keys --out old.pem");
  Must("skontro head get --out old.json");
  Must("skontro head rotate-key");
  Must("skontro head keys --out new.pem");
  Must("skontro head get --out new.json --older old.json");
  const auto verify = [&](const std::string& what) {
    return Run("skontro verify-receipt " + what).exit_code;
  };
  EXPECT_EQ(verify("old.json --key old.pem"), 0);
  EXPECT_EQ(verify("new.json --key new.pem"), 0);
  EXPECT_EQ(verify("old.json --key new.pem"), kBroken);
  EXPECT_EQ(verify("new.json --key old.pem"), kBroken);
  EXPECT_EQ(verify("new.json --key new.pem --older old.json"), kBroken);
  EXPECT_EQ(
      verify("new.json --key new.pem --older old.json --older-key old.pem"), 0);
  EXPECT_THAT(Must("skontro verify build/demo-data"), HasSubstr("OK"));
}

TEST_F(ReceiptTest, BooksThatWereRewrittenAreNoticed) {
  // An operator who goes back to an older copy and lets other trades happen.
  EXPECT_EQ(scene_.StopServer(), 0);
  std::filesystem::copy(scene_ / "build", scene_ / "copy",
                        std::filesystem::copy_options::recursive);
  ASSERT_TRUE(scene_.StartServer().ok());
  Trade(4);
  Must("skontro head get --out kept.json");
  Must("skontro head keys --out res.pem");
  EXPECT_EQ(scene_.StopServer(), 0);
  std::filesystem::remove_all(scene_ / "build");
  std::filesystem::rename(scene_ / "copy", scene_ / "build");
  ASSERT_TRUE(scene_.StartServer().ok());
  const Finished fewer = Run("skontro head get --older kept.json");
  EXPECT_EQ(fewer.exit_code, kBroken) << fewer.out << fewer.err;
  EXPECT_THAT(fewer.err, HasSubstr("records are missing"));
  trades_ = 100;
  Trade(6);
  // A head is given out again for a second.
  absl::SleepFor(absl::Milliseconds(1'100));
  const Finished others =
      Run("skontro head get --older kept.json --out rewritten.json");
  EXPECT_EQ(others.exit_code, kBroken) << others.out << others.err;
  EXPECT_THAT(others.err, HasSubstr("they were rewritten"));
  EXPECT_FALSE(std::filesystem::exists(scene_ / "rewritten.json"));
  // The head that was kept is still good: that is the proof.
  Must("skontro verify-receipt kept.json --key res.pem");
}

}  // namespace
}  // namespace skontro::integration

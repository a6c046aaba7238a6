// The walk of README.md, word for word: the commands are read from there, so
// that it cannot drift. Then what an accountant and an auditor do with the
// result.

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::HasSubstr;

// A command of the walk begins with `begins`, and says all of `says`.
struct Step {
  const char* begins;
  std::vector<std::string> says;
};

const std::vector<Step>& Steps() {
  static const auto* const steps = new std::vector<Step>{
      {"skontro network create res ", {"Network res is created"}},
      {"skontro config set network res", {}},
      {"skontro member create imprimerie ", {"imprimerie"}},
      {"skontro member create boulangerie ", {"boulangerie"}},
      {"skontro credit set boulangerie ", {"5000.00"}},
      {"skontro trade request ",
       {"f2025-0001", "PROPOSED", "720.00 RES", "480.00 EUR"}},
      {"skontro trade accept f2025-0001", {"f2025-0001", "SETTLED"}},
      {"skontro trade submit ",
       {"PROPOSED", "600.00 RES", "400.00 EUR", "boulangerie to imprimerie"}},
      {"skontro trade pay ", {"SETTLED", "50.00 RES"}},
      {"skontro statement boulangerie ",
       {"Boulangerie Dupont SPRL", "Opening balance", "-720.00", "-50.00",
        "-770.00", "Closing balance"}},
      {"skontro export fec imprimerie ", {"732829320FEC", "PROVISIONAL"}},
      {"skontro reconcile imprimerie ",
       {"export: fec", "770.00", "All 13 agree."}},
      {"skontro verify ", {"OK"}},
  };
  return *steps;
}

std::string ThisYear() {
  return absl::FormatTime("%Y", absl::Now(), absl::UTCTimeZone());
}

// A scene in which the walk was walked.
class WalkTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    const std::vector<std::string> commands =
        MarkedBlock(ReadText(SKONTRO_SOURCE_DIR "/README.md"), "walk");
    ASSERT_EQ(commands.size(), Steps().size())
        << "the walk of README.md has other commands than this test";
    for (size_t i = 0; i < commands.size(); ++i) {
      const Step& step = Steps()[i];
      ASSERT_TRUE(absl::StartsWith(commands[i], step.begins)) << commands[i];
      const Finished done = scene_.Shell(commands[i]);
      ASSERT_EQ(done.exit_code, 0) << commands[i] << done.out << done.err;
      for (const std::string& words : step.says) {
        EXPECT_THAT(done.out + done.err, HasSubstr(words)) << commands[i];
      }
    }
  }

  Finished Statement(const std::string& format) {
    return scene_.Skontro({"statement", "boulangerie", "--from",
                           ThisYear() + "-01-01", "--to", ThisYear() + "-12-31",
                           "--format", format});
  }

  Finished Verify() { return scene_.Skontro({"verify", scene_.data_dir()}); }

  Scene scene_;
};

// The cells of a row of CSV without quotes.
std::vector<std::string> Cells(const std::string& row) {
  return absl::StrSplit(row, ',');
}

// 12.34 as 1234.
int64_t MinorUnits(std::string number) {
  std::erase(number, '.');
  int64_t minor_units = 0;
  EXPECT_TRUE(absl::SimpleAtoi(number, &minor_units)) << number;
  return minor_units;
}

TEST_F(WalkTest, TheStatementAddsUpInEveryFormat) {
  const Finished json = Statement("json");
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const google::protobuf::Struct parsed = ParseJson(json.out);
  const auto& statement = parsed.fields().at("statement").struct_value();
  const auto minor_units = [](const google::protobuf::Struct& object,
                              const char* field) {
    return object.fields()
        .at(field)
        .struct_value()
        .fields()
        .at("minor_units")
        .number_value();
  };
  double balance = minor_units(statement, "opening_balance");
  const auto& lines = statement.fields().at("lines").list_value();
  ASSERT_EQ(lines.values_size(), 2);
  for (const google::protobuf::Value& line : lines.values()) {
    balance += minor_units(line.struct_value(), "amount");
    EXPECT_EQ(minor_units(line.struct_value(), "balance_after"), balance);
  }
  EXPECT_EQ(minor_units(statement, "closing_balance"), balance);
  EXPECT_EQ(balance, -77'000);

  const Finished csv = Statement("csv");
  ASSERT_EQ(csv.exit_code, 0) << csv.err;
  std::vector<std::string> rows =
      absl::StrSplit(csv.out, absl::ByAnyChar("\r\n"), absl::SkipEmpty());
  ASSERT_EQ(rows.size(), 5U) << csv.out;
  const std::vector<std::string> head = Cells(rows[0]);
  const auto column = [&](const std::string& name) {
    return static_cast<size_t>(std::find(head.begin(), head.end(), name) -
                               head.begin());
  };
  int64_t sum = MinorUnits(Cells(rows[1])[column("balance_after")]);
  for (size_t i = 2; i < 4; ++i) {
    sum += MinorUnits(Cells(rows[i])[column("amount")]);
    EXPECT_EQ(MinorUnits(Cells(rows[i])[column("balance_after")]), sum);
  }
  EXPECT_EQ(MinorUnits(Cells(rows[4])[column("balance_after")]), sum);
  EXPECT_EQ(sum, -77'000);

  const Finished text = Statement("text");
  EXPECT_THAT(text.out, HasSubstr("770.00 RES")) << "total out";
}

TEST_F(WalkTest, TheFecPassesAnIndependentCheck) {
  const std::string checker = SharedData("worked-example/feccheck.py");
  if (!std::filesystem::exists(checker)) {
    GTEST_SKIP() << "SKIPPED: " << checker << " is not there";
  }
  const std::string name = "732829320FEC" + ThisYear() + "1231.txt";
  ASSERT_TRUE(std::filesystem::exists(scene_ / "books/PROVISIONAL-" + name));
  std::filesystem::copy_file(scene_ / "books/PROVISIONAL-" + name,
                             scene_ / name);
  const Finished checked = scene_.Shell("python3 " + checker + " " + name);
  EXPECT_EQ(checked.exit_code, 0)
      << checked.out << checked.err << ReadText(scene_ / name);
  EXPECT_THAT(checked.out, HasSubstr("OK"));
  // 720.00 and 50.00 came in; the invoice that was submitted waits for its
  // buyer.
  EXPECT_THAT(checked.out, HasSubstr("770.00"));
  EXPECT_THAT(checked.out, HasSubstr("'RES')"));
}

TEST_F(WalkTest, TheBooksVerifyRunningStoppedAndKilled) {
  EXPECT_EQ(Verify().exit_code, 0);
  const Finished online =
      scene_.Skontro({"verify", "--online", "--network", "res"});
  EXPECT_EQ(online.exit_code, 0) << online.out << online.err;

  EXPECT_EQ(scene_.StopServer(), 0) << scene_.server().log();
  Finished verified = Verify();
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;

  ASSERT_TRUE(scene_.StartServer().ok());
  const Finished paid =
      scene_.Skontro({"trade", "pay", "--buyer", "imprimerie", "--seller",
                      "boulangerie", "--units", "70"});
  ASSERT_EQ(paid.exit_code, 0) << paid.err;
  scene_.KillServer();
  verified = Verify();
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;

  ASSERT_TRUE(scene_.StartServer().ok());
  EXPECT_THAT(Statement("text").out, HasSubstr("-700.00"));
  EXPECT_EQ(Verify().exit_code, 0);
}

TEST_F(WalkTest, AStrangersMistakesAreToldWhatToDo) {
  const Finished too_much =
      scene_.Skontro({"trade", "pay", "--buyer", "boulangerie", "--seller",
                      "imprimerie", "--units", "4230.01"});
  EXPECT_EQ(too_much.exit_code, 1);
  EXPECT_THAT(too_much.err, HasSubstr("4230.00 RES spendable"));
  EXPECT_THAT(too_much.err, HasSubstr("CREDIT_LINE_EXCEEDED"));

  const Finished twice =
      scene_.Skontro({"trade", "pay", "--buyer", "boulangerie", "--seller",
                      "imprimerie", "--units", "1", "--invoice", "f2025-0002"});
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.err, HasSubstr("DUPLICATE_INVOICE"));

  const Finished nobody = scene_.Skontro({"statement", "nobody"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("nobody"));

  const Finished fraction =
      scene_.Skontro({"trade", "pay", "--buyer", "boulangerie", "--seller",
                      "imprimerie", "--units", "1.234"});
  EXPECT_EQ(fraction.exit_code, 2);

  // At the limit it is done.
  const Finished all =
      scene_.Skontro({"trade", "pay", "--buyer", "boulangerie", "--seller",
                      "imprimerie", "--units", "4230"});
  EXPECT_EQ(all.exit_code, 0) << all.err;

  scene_.KillServer();
  const Finished gone = scene_.Skontro({"trade", "accept", "f2025-0001"});
  EXPECT_EQ(gone.exit_code, 3) << gone.err;
  EXPECT_THAT(gone.err, HasSubstr("nothing was sent"));
}

}  // namespace
}  // namespace skontro::integration

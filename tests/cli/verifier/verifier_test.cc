#include "cli/verifier/verifier.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/memory_source.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

Report VerifyStore(Store store, const VerifyOptions& options = {}) {
  MemorySource source(std::move(store));
  absl::StatusOr<Report> report = Verify(&source, options, nullptr);
  EXPECT_TRUE(report.ok()) << report.status();
  if (!report.ok()) return {};
  ExpectTheSameByThreads(&source, options, *report);
  return *std::move(report);
}

uint64_t RowsOf(const Report& report, const std::string& family) {
  for (const FamilyRows& compared : report.compared) {
    if (compared.family == family) return compared.rows;
  }
  return 0;
}

TEST(VerifierTest, AGoodJournalIsOk) {
  const Report report = VerifyStore(Scene().Write());
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
  EXPECT_EQ(report.network_id, "res");
  EXPECT_EQ(report.network_uid, kUid);
  EXPECT_EQ(report.unit_code, "RES");
  EXPECT_EQ(report.unit_decimals, 2u);
  EXPECT_EQ(report.records, kLast);
  EXPECT_EQ(report.last_sequence, kLast);
  EXPECT_EQ(report.projected, kLast);
  EXPECT_EQ(report.balances_sum, 0);
  EXPECT_EQ(report.accounts, 2u);
  EXPECT_EQ(report.members, 2u);
  EXPECT_EQ(report.trades, 6u);
  EXPECT_EQ(report.personal_rows, 5u);
  EXPECT_EQ(report.personal_erased, 0u);
}

TEST(VerifierTest, TheDigestIsThatOfTheLastRecord) {
  const Store store = Scene().Write();
  const std::string& batch = store.at("journal").rbegin()->second;
  EXPECT_EQ(std::string(VerifyStore(store).last_digest.view()),
            batch.substr(batch.size() - 32));
}

TEST(VerifierTest, EveryRowOfEveryFamilyIsCompared) {
  const Store store = Scene().Write();
  const Report report = VerifyStore(store);
  EXPECT_EQ(report.compared.size(), 19u);
  for (const FamilyRows& family : report.compared) {
    EXPECT_EQ(family.rows, store.at(family.family).size()) << family.family;
    // A tree has rows from 32 records on: tree_rows_test.cc.
    if (family.family == "tree") continue;
    // Checkpoints have a test of their own.
    if (family.family == "checkpoint") continue;
    EXPECT_GT(family.rows, 0u) << family.family;
  }
  EXPECT_EQ(RowsOf(report, "account_entry"), 12u);
  EXPECT_EQ(RowsOf(report, "request"), 12u);
}

TEST(VerifierTest, ProjectionsMayStandAtAnySequence) {
  for (uint64_t projected = 0; projected <= kLast; ++projected) {
    const Report report = VerifyStore(Scene().Write(projected));
    EXPECT_EQ(report.verdict(), Verdict::kOk) << projected << ToText(report);
    EXPECT_EQ(report.projected, projected);
  }
}

TEST(VerifierTest, WithoutAWatermarkProjectionsMustBeEmpty) {
  Store store = Scene().Write(0);
  store["meta"].erase("projected");
  EXPECT_EQ(VerifyStore(store).verdict(), Verdict::kOk);
  store["member_trade"][std::string(16, '\0')] = "";
  const Report report = VerifyStore(store);
  ASSERT_EQ(report.finding_count, 1u) << ToText(report);
  EXPECT_NE(report.findings[0].message.find("no record makes it"),
            std::string::npos);
}

TEST(VerifierTest, AnErasedTextIsCountedAndNoFinding) {
  Store store = Scene().Write();
  store["personal"].erase(store["personal"].begin());
  const Report report = VerifyStore(store);
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
  EXPECT_EQ(report.personal_rows, 4u);
  EXPECT_EQ(report.personal_erased, 1u);
}

TEST(VerifierTest, AShorterJournalIsOkAndSaysWhereItEnds) {
  // Whether the rest was cut off only a receipt can tell.
  for (uint64_t last = 1; last <= kAccepted; ++last) {
    Scene scene;
    scene.CutBehind(last);
    const Report report = VerifyStore(scene.Write());
    EXPECT_EQ(report.verdict(), Verdict::kOk) << last << ToText(report);
    EXPECT_EQ(report.last_sequence, last);
  }
}

TEST(VerifierTest, RowsMayBeEncodedInAnotherWay) {
  Scene scene;
  Store store = scene.Write();
  // Fields in another order, and a default that is written out.
  store["trade_step"].begin()->second =
      Message()
          .AddRaw(std::string("\x18", 1) + Varint(2 * 20'601))
          .AddRaw("\x10" + Varint(1'780'000'008'000'000))
          .AddRaw(std::string("\x08\x0a"))
          .Encode();
  const Report differs = VerifyStore(store);
  EXPECT_EQ(differs.verdict(), Verdict::kBroken);

  store = scene.Write();
  for (auto& [key, value] : store["account"]) {
    // Two fields, each of a tag and its varint: swap them.
    const size_t split = value.find('\x10');
    value = value.substr(split) + value.substr(0, split);
  }
  const Report report = VerifyStore(store);
  EXPECT_EQ(report.verdict(), Verdict::kOk) << ToText(report);
}

TEST(VerifierTest, TheIdMustBeTheOneAskedFor) {
  EXPECT_EQ(VerifyStore(Scene().Write(), {.network_id = "res"}).verdict(),
            Verdict::kOk);
  const Report report = VerifyStore(Scene().Write(), {.network_id = "sardex"});
  ASSERT_EQ(report.finding_count, 1u);
  EXPECT_EQ(report.findings[0].sequence, 1u);
}

TEST(VerifierTest, ANewerFormatIsRefused) {
  Store store = Scene().Write();
  store["meta"]["format"] = "2";
  MemorySource source(store);
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(report.status().message()).find("newer program"),
            std::string::npos);
}

TEST(VerifierTest, ProgressIsToldFromStartToEnd) {
  MemorySource source(Scene().Write());
  std::vector<Progress> told;
  const absl::StatusOr<Report> report =
      Verify(&source, {.progress_interval = 5}, [&](const Progress& progress) {
        told.push_back(progress);
        return true;
      });
  ASSERT_TRUE(report.ok());
  ASSERT_GE(told.size(), 4u);
  EXPECT_EQ(told.front().records, 0u);
  EXPECT_EQ(told[1].records, 5u);
  EXPECT_EQ(told[2].records, 10u);
  EXPECT_EQ(told.back().records, kLast);
  uint64_t rows = 0;
  for (const FamilyRows& family : report->compared) rows += family.rows;
  EXPECT_EQ(told.back().rows, rows);
  for (const Progress& progress : told) {
    EXPECT_EQ(progress.records_total, kLast);
  }
}

TEST(VerifierTest, ItCanBeCancelledAtAnyPoint) {
  MemorySource source(Scene().Write());
  for (int calls_max = 0;; ++calls_max) {
    int calls = 0;
    const absl::StatusOr<Report> report =
        Verify(&source, {.progress_interval = 1},
               [&](const Progress&) { return calls++ < calls_max; });
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->finding_count, 0u) << ToText(*report);
    if (calls <= calls_max) {
      // It ended before anybody cancelled it.
      EXPECT_EQ(report->verdict(), Verdict::kOk);
      EXPECT_GT(calls_max, static_cast<int>(kLast));
      break;
    }
    EXPECT_EQ(report->verdict(), Verdict::kIncomplete) << calls_max;
    EXPECT_EQ(calls, calls_max + 1);
  }
}

TEST(VerifierTest, OfManyFindingsTheFirstHundredAreKept) {
  Store store = Scene().Write();
  for (int i = 0; i < 150; ++i) {
    store["member_trade"][Big(static_cast<uint64_t>(i), 8) + Big(0, 8)] = "";
  }
  const Report report = VerifyStore(store);
  EXPECT_EQ(report.findings.size(), 100u);
  EXPECT_EQ(report.finding_count, 150u);
  EXPECT_NE(ToText(report).find("more"), std::string::npos);
}

TEST(VerifierTest, DamageInAFamilyIsAFindingAndTheRestIsChecked) {
  for (const char* family : {"account", "request", "personal", "trade"}) {
    MemorySource source(Scene().Write());
    source.Damage(family, 1);
    const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->verdict(), Verdict::kBroken);
    ASSERT_EQ(report->finding_count, 1u) << ToText(*report);
    EXPECT_NE(report->findings[0].message.find("cannot be read"),
              std::string::npos);
    EXPECT_EQ(report->compared.size(), 18u);
    EXPECT_TRUE(report->incomplete());
  }
}

TEST(VerifierTest, DamageInTheJournalLeavesWhatCameBefore) {
  MemorySource source(Scene().Write());
  source.Damage("journal", 3);
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->finding_count, 1u) << ToText(*report);
  EXPECT_EQ(report->findings[0].sequence, kAccepted);
  EXPECT_EQ(report->records, kRefused);
  EXPECT_TRUE(report->incomplete());
}

TEST(VerifierTest, WithoutAJournalNothingIsChecked) {
  MemorySource source(Store{{"default", {}}});
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->finding_count, 18u);
  EXPECT_TRUE(report->incomplete());
}

TEST(VerifierTest, AnEmptyStoreHasNoGenesis) {
  Store store = ProjectRows({}, 0);
  store["journal"];
  store["personal"];
  store["meta"]["format"] = "1";
  const Report report = VerifyStore(store);
  ASSERT_EQ(report.finding_count, 1u) << ToText(report);
  EXPECT_EQ(report.findings[0].message,
            "the journal is empty: it has no genesis");
}

}  // namespace
}  // namespace skontro::verifier

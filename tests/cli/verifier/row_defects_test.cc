// Defects in rows: of projections, of personal data, of meta, and whole
// families.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "cli/verifier/row_difference.h"
#include "cli/verifier/row_sums.h"
#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

const char* const kProjections[] = {
    "account",  "account_entry", "booking_day",    "request",
    "member",   "member_id",     "tax_id",         "trade",
    "trade_id", "trade_step",    "member_trade",   "invoice",
    "limit",    "head_key",      "invoice_number", "trade_state"};

TEST(RowDefectsTest, AMissingRowIsFound) {
  const Store good = Scene().Write();
  for (const char* family : kProjections) {
    SCOPED_TRACE(family);
    for (const auto& [key, value] : good.at(family)) {
      Store store = good;
      store[family].erase(key);
      MemorySource source(store);
      const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
      ASSERT_TRUE(report.ok());
      ASSERT_EQ(report->finding_count, 1u) << ToText(*report);
      const std::string& message = report->findings[0].message;
      EXPECT_NE(message.find("the row is missing"), std::string::npos);
      EXPECT_EQ(message.find("key \""), std::string::npos) << message;
      EXPECT_GT(report->findings[0].sequence, 0u);
    }
  }
}

TEST(RowDefectsTest, AnExtraRowIsFound) {
  for (const char* family : kProjections) {
    SCOPED_TRACE(family);
    Store store = Scene().Write();
    // A key that sorts first, with a value that is good in itself.
    store[family]["\x01"] = store[family].begin()->second;
    ExpectFindings(store, {{0, "the row is there, and no record makes it"}});
  }
}

TEST(RowDefectsTest, ARowUnderAnotherKeyIsFound) {
  for (const char* family : kProjections) {
    SCOPED_TRACE(family);
    Store store = Scene().Write();
    auto row = store[family].extract(store[family].begin());
    row.key().back() = static_cast<char>(row.key().back() ^ 0x40);
    store[family].insert(std::move(row));
    MemorySource source(store);
    const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->finding_count, 2u) << ToText(*report);
  }
}

// The byte at `at` of every row of a family that is so long, in one store: each
// row has a finding of its own.
TEST(RowDefectsTest, AFlippedBitInARowIsAlwaysFound) {
  const Store good = Scene().Write();
  for (const char* family : kProjections) {
    for (size_t at = 0;; ++at) {
      Store store = good;
      size_t flipped = 0;
      for (auto& [key, value] : store[family]) {
        if (at >= value.size()) continue;
        value[at] ^= static_cast<char>(1 << (at % 8));
        ++flipped;
      }
      if (flipped == 0) break;
      MemorySource source(store);
      const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
      ASSERT_TRUE(report.ok());
      ASSERT_EQ(report->finding_count, flipped)
          << family << " byte " << at << ToText(*report);
    }
  }
}

TEST(RowDefectsTest, TheFindingNamesRowAndField) {
  struct Case {
    const char* family;
    std::string key;
    std::string value;
    std::pair<uint64_t, std::string> finding;
  };
  const int64_t time_us = 1'780'000'008'000'000;
  const std::vector<Case> cases = {
      {"account",
       Big(2, 8),
       Message().Zigzag(1, 152).Int(2, 6).Encode(),
       {kLast, "family account, account 2: balance is 152, not 151"}},
      {"booking_day",
       Big(0x80000000u + 20'600, 4),
       Big(2, 8),
       {1, "family booking_day, day 20600: the value is 2, not 1"}},
      {"invoice",
       Big(2, 8) + Big(0x80000000u + 2'026, 4) + "9",
       Big(5, 8),
       {kProposed,
        "family invoice, seller 2, year 2026, number \"9\": the value is 5, "
        "not 6"}},
      {"trade_step",
       Big(kProposed, 8) + Big(kAccepted, 8),
       Message().Int(1, 6).Int(2, time_us).Encode(),
       {kAccepted,
        "family trade_step, trade 6, sequence 8: booking_day is absent, not "
        "20601; state is 6, not 3"}},
      {"request",
       kActor + std::string(1, '\0') + "r7",
       Message().Int(1, kRefused).Encode(),
       {kRefused,
        "family request, actor \"operator/local\", request id \"r7\": "
        "fields[0] is absent, not there; "}},
      {"member_trade",
       Big(1, 8) + Big(kProposed, 8),
       "x",
       {kProposed, "the row cannot be read: the value has 1 bytes, not 0"}},
      {"member_id",
       "bob",
       "2",
       {kBob, "id \"bob\": the row cannot be read: the value has 1 bytes"}},
      {"limit",
       Big(1, 8) + Big(kLimits, 8),
       "\x7a",
       {kLimits, "account 1, sequence 4: the row cannot be read: a varint"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.family);
    Store store = Scene().Write();
    ASSERT_TRUE(store[c.family].contains(c.key));
    store[c.family][c.key] = c.value;
    ExpectFindings(store, {c.finding});
  }
}

TEST(RowDefectsTest, RowsOfLaterRecordsAreTooMany) {
  // The projections say 11 and include 12.
  Store store = Scene().Write(kReversed);
  const Store later = Scene().Write(kGroup);
  store["trade"] = later.at("trade");
  ExpectFindings(store, {{0, "family trade, trade 12: the row is there"}});
}

TEST(RowDefectsTest, KeysThatMayBeTakenOnce) {
  struct Case {
    const char* what;
    std::function<void(Scene&)> plant;
    std::string finding;
  };
  const std::vector<Case> cases = {
      {"a member's id",
       [](Scene& scene) {
         scene.Append(
             kMemberCreated,
             Message().Int(1, 3).Text(2, "bob").Text(3, "BE").Int(6, 3));
       },
       "family member_id, id \"bob\" was taken by "},
      {"a VAT id",
       [](Scene& scene) {
         scene.Append(kMemberCreated, Message()
                                          .Int(1, 3)
                                          .Text(2, "carl")
                                          .Text(3, "BE")
                                          .Text(4, "FR44-732829320")
                                          .Int(6, 3));
       },
       "family tax_id, tax id \"FR44732829320\", of kind \"vat\" was taken by"},
      {"a company id",
       [](Scene& scene) {
         scene.Append(
             kMemberCreated,
             Message()
                 .Int(1, 3)
                 .Text(2, "carl")
                 .Text(3, "FR")
                 .Add(5, Message().Text(1, "siren").Text(2, "732829320"))
                 .Int(6, 3));
       },
       "tax id \"732829320\", of kind \"FR:siren\" was taken by"},
      {"a trade's id",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6).Text(1, "order-1"));
       },
       "family trade_id, id \"order-1\" was taken by"},
      {"a request id",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6))
             .record.Text(2, "r7");
       },
       "actor \"operator/local\", request id \"r7\" was taken by"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    // Below the watermark, across it, and above it.
    for (const uint64_t projected : {15U, 14U, 1U}) {
      SCOPED_TRACE(projected);
      Scene scene;
      c.plant(scene);
      ExpectFindings(scene.Write(projected), {{15, c.finding}});
    }
  }
}

TEST(RowDefectsTest, TheSameIdInAnotherCountryOrOfAnotherActorIsAnother) {
  Scene scene;
  scene.Append(kMemberCreated,
               Message()
                   .Int(1, 3)
                   .Text(2, "carl")
                   .Text(3, "BE")
                   .Add(5, Message().Text(1, "siren").Text(2, "732829320"))
                   .Int(6, 3));
  scene.at(15).record.Text(1, "broker/x").Text(2, "r7");
  for (const uint64_t projected : {15U, 14U, 1U}) {
    ExpectFindings(scene.Write(projected), {});
  }
}

TEST(RowDefectsTest, PersonalRows) {
  const std::string key = Big(2, 8) + Big(kBob, 8) + Big(1, 4);
  Store store = Scene().Write();
  ASSERT_TRUE(store["personal"].contains(key));
  store["personal"][key].back() = 'x';
  Report report = ExpectFindings(
      store, {{kBob, "text 1 of member 2 was changed: it is not what"}});
  EXPECT_EQ(report.personal_rows, 4u);

  store["personal"][key] = "salt";
  ExpectFindings(store, {{kBob, "has 4 bytes, fewer than its salt"}});

  store = Scene().Write();
  store["personal"][Big(2, 8) + Big(kBob, 8) + Big(2, 4)] = "text";
  ExpectFindings(store, {{0,
                          "family personal, subject 2, sequence 3, field 2: "
                          "the row is there, and no record makes it"}});
  // Above the watermark too: they are no projection.
  store = Scene().Write(1);
  store["personal"][Big(2, 8) + Big(99, 8) + Big(1, 4)] = "text";
  ExpectFindings(store, {{0, "subject 2, sequence 99, field 1: the row is"}});
}

TEST(RowDefectsTest, Meta) {
  Store store = Scene().Write();
  store["meta"].erase("format");
  ExpectFindings(store, {{0, "meta/format is missing"}});
  store["meta"]["format"] = "one";
  ExpectFindings(store, {{0, "meta/format is \"one\""}});
  store["meta"]["format"] = "1";
  store["meta"]["other"] = "";
  ExpectFindings(store, {{0, "meta/\"other\" is not known"}});
  store["meta"].erase("other");
  store["meta"]["families"] = "2";
  ExpectFindings(store, {{0, "meta/families is \"2\""}});
  store["meta"]["families"] = "1";
  store["meta"]["projected"] = "14";
  const Report report =
      ExpectFindings(store, {{0, "meta/projected has 2 bytes, not 8"}});
  EXPECT_TRUE(report.incomplete());
  EXPECT_EQ(report.compared.size(), 2u);  // Personal rows, checkpoints.
}

TEST(RowDefectsTest, AStoreOfAnEarlierBuildLacksTheFamiliesOfLists) {
  Store store = Scene().Write();
  store["meta"].erase("families");
  // They are being made, or not there: nothing is said about them.
  store["trade_state"].clear();
  MemorySource making(store);
  const absl::StatusOr<Report> half = Verify(&making, {}, nullptr);
  ASSERT_TRUE(half.ok());
  EXPECT_EQ(half->verdict(), Verdict::kOk) << ToText(*half);
  store.erase("trade_state");
  store.erase("invoice_number");
  MemorySource source(store);
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict(), Verdict::kOk) << ToText(*report);
}

TEST(RowDefectsTest, Families) {
  for (const char* family : kProjections) {
    SCOPED_TRACE(family);
    Store store = Scene().Write();
    store.erase(family);
    const Report report = ExpectFindings(
        store, {{0, "the family " + std::string(family) + " is missing"}});
    EXPECT_TRUE(report.incomplete());
    EXPECT_EQ(report.compared.size(), 18u);
  }
  Store store = Scene().Write();
  store.erase("personal");
  ExpectFindings(store, {{0, "the family personal is missing"}});
  store = Scene().Write();
  store.erase("meta");
  ExpectFindings(store, {{0, "the family meta is missing"}});
  store = Scene().Write();
  store["queue"];
  ExpectFindings(store, {{0, "family \"queue\" is not known"}});
  store = Scene().Write();
  store["default"]["a"] = "b";
  ExpectFindings(store, {{0, "the family default has rows"}});
}

TEST(RowDefectsTest, OfAHugeFamilySomeRowsAreListed) {
  Findings findings;
  RowDifference difference(&findings);
  std::vector<size_t> all(kBucketCount);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  difference.Watch(Family::kTrade, all, 10'000'000);
  ASSERT_EQ(findings.count(), 1u);
  EXPECT_NE(findings.kept()[0].message.find("rows differ in 4096 of 4096"),
            std::string::npos);
  for (uint64_t i = 1; i <= 10'000; ++i) {
    difference.Put(Family::kTrade, Big(i, 8), "", i);
  }
  difference.FinishFamily(Family::kTrade);
  // One row in fifty.
  EXPECT_GT(findings.count(), 100u);
  EXPECT_LT(findings.count(), 400u);
}

}  // namespace
}  // namespace skontro::verifier

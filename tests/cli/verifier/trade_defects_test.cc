// One defect at a time in a trade, everything around it consistent.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "cli/verifier/trade_book.h"
#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

struct Case {
  const char* what;
  std::function<void(Scene&)> plant;
  Expected findings;
};

void ExpectEach(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Scene scene;
    c.plant(scene);
    ExpectFindings(scene.Write(), c.findings);
  }
}

// Behind the standard scene: Bob pays Alice `units` at once.
void Pay(Scene& scene, int64_t units) {
  const uint64_t number = scene.last() + 1;
  scene.Append(kTradeCreated, MakeTrade(1, 2, 2, units))
      .record.Add(6, MakeEntry(1, number, 2, 1, units));
}

TEST(TradeDefectsTest, Amounts) {
  ExpectEach({
      {"nobody brings it",
       [](Scene& scene) { scene.at(kOffered).event.Int(4, 3); },
       {{kOffered, "the initiator is 3"}}},
      {"no units",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 0).Clear(6));
       },
       {{15, "of 0 units, not 1 to"}}},
      {"too many units",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 1'000'000'000'000'001));
       },
       {{15, "of 1000000000000001 units"}}},
      {"cash below zero",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 5).Int(10, -1));
       },
       {{15, "the cash leg is -1"}}},
      {"another rate",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6).Int(7, 6).Int(8, 4));
       },
       {{15, "valued at 6/4, version 1; the network's rate is 3/2"}}},
      {"another version of the rate",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6).Int(9, 2));
       },
       {{15, "valued at 3/2, version 2"}}},
      {"a value rounded down",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 5).Int(6, 7));
       },
       {{15, "5 units at 3/2 are worth 8; the trade says 7"}}},
      {"an id that the server chooses",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6).Text(1, "t15"));
       },
       {{15, "the id \"t15\""}}},
      {"an id that is none",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6).Text(1, "Order"));
       },
       {{15, "the id \"Order\""}}},
  });
}

TEST(TradeDefectsTest, ValuesAreRoundedHalfAwayFromZero) {
  EXPECT_EQ(NationalValue(5, {1, 2}), 3);
  EXPECT_EQ(NationalValue(-5, {1, 2}), -3);
  EXPECT_EQ(NationalValue(1, {1, 3}), 0);
  EXPECT_EQ(NationalValue(2, {1, 3}), 1);
  EXPECT_EQ(NationalValue(149, {1, 100}), 1);
  EXPECT_EQ(NationalValue(150, {1, 100}), 2);
  EXPECT_EQ(NationalValue(1'000'000'000'000'000, {100, 1}),
            __int128{100'000'000'000'000'000});
  EXPECT_EQ(NationalValue(kAmountMax, {INT64_MAX, INT64_MAX}), kAmountMax);
  EXPECT_EQ(NationalValue(kAmountMax, {INT64_MAX, 1}),
            __int128{kAmountMax} * INT64_MAX);
}

TEST(TradeDefectsTest, Parties) {
  ExpectEach({
      {"a member sells to itself",
       [](Scene& scene) { scene.Append(kTradeCreated, MakeTrade(1, 1, 1, 6)); },
       {{15, "member 1 sells to itself"}}},
      {"an unknown seller",
       [](Scene& scene) { scene.Append(kTradeCreated, MakeTrade(3, 1, 1, 6)); },
       {{15, "the seller is member 3, which was never admitted"}}},
      {"an unknown buyer",
       [](Scene& scene) { scene.Append(kTradeCreated, MakeTrade(1, 0, 1, 6)); },
       {{15, "the buyer is member 0, which was never admitted"}}},
  });
}

// 75 in units and nothing else.
Message InvoiceOf50(const std::string& number) {
  return Message().Text(1, number).Zigzag(2, 20'590).Int(6, 75);
}

TEST(TradeDefectsTest, Invoices) {
  const auto trade = [](const Message& invoice) {
    return MakeTrade(1, 2, 1, 50).Sub(11, invoice);
  };
  ExpectEach({
      {"an invoice without a number",
       [&](Scene& scene) {
         scene.Append(kTradeCreated, trade(InvoiceOf50("  ")));
       },
       {{15, "the invoice has no number"}}},
      {"prepaid below zero",
       [&](Scene& scene) {
         scene.Append(kTradeCreated,
                      trade(InvoiceOf50("30").Int(6, 74).Int(7, -1)));
       },
       {{15, "-1 was paid before"}}},
      {"a gross that is more than its parts",
       [&](Scene& scene) {
         scene.Append(kTradeCreated, trade(InvoiceOf50("30").Int(6, 76)));
       },
       {{15,
         "gross is 76; what was paid before, value and cash add up to 75"}}},
      {"tax lines that are less than the gross",
       [&](Scene& scene) {
         scene.Append(kTradeCreated,
                      trade(InvoiceOf50("30").Add(
                          8, Message().Text(1, "Z").Zigzag(3, 74))));
       },
       {{15, "gross is 75; its tax lines add up to 74"}}},
      {"an invoice that is in a settled trade",
       [&](Scene& scene) {
         scene.Append(kTradeCreated,
                      trade(InvoiceOf50("9")).Int(2, 2).Int(3, 1));
       },
       {{15, "invoice \"9\" of member 2 in 2026 is in trade 6 already"}}},
      {"an invoice written in another way",
       [&](Scene& scene) {
         scene.Append(kTradeCreated, trade(InvoiceOf50("a 1")));
         scene.Append(kTradeCreated, trade(InvoiceOf50("A1 ")));
       },
       {{16, "invoice \"A1\" of member 1 in 2026 is in trade 15 already"}}},
  });
}

TEST(TradeDefectsTest, AFreedInvoiceMayBeTradedAgain) {
  Scene scene;
  for (const char* number : {"18", "f17A"}) {
    scene.Append(kTradeCreated,
                 MakeTrade(1, 2, 1, 50).Sub(11, InvoiceOf50(number)));
  }
  // Of another year, and of another seller.
  scene.Append(kTradeCreated,
               MakeTrade(2, 1, 1, 50).Sub(11, InvoiceOf50("18")));
  ExpectFindings(scene.Write(), {});
}

TEST(TradeDefectsTest, Steps) {
  ExpectEach({
      {"accepting what never was",
       [](Scene& scene) {
         scene.Append(kTradeAccepted, Message().Int(1, kRefused));
       },
       {{15, "trade 7 was never created"}}},
      {"accepting twice",
       [](Scene& scene) {
         scene.Append(kTradeAccepted, Message().Int(1, kProposed));
       },
       {{15, "trade 6 is settled; it would have to be proposed"}}},
      {"accepting what was paid at once",
       [](Scene& scene) {
         scene.Append(kTradeAccepted, Message().Int(1, kGroup));
       },
       {{15, "trade 12 is settled; it would have to be proposed"}}},
      {"accepting what was declined",
       [](Scene& scene) {
         scene.Append(kTradeAccepted, Message().Int(1, kOffered));
       },
       {{15, "trade 9 is declined; it would have to be proposed"}}},
      {"declining what is settled",
       [](Scene& scene) {
         scene.Append(kTradeDeclined, Message().Int(1, kGroup));
       },
       {{15, "trade 12 is settled; it would have to be proposed"}}},
      {"reversing what is proposed",
       [](Scene& scene) {
         scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 5));
         scene.Append(kTradeReversed, Message().Int(1, 15).Int(2, 15));
       },
       {{16, "trade 15 is proposed; it would have to be settled"}}},
      {"reversing twice",
       [](Scene& scene) {
         scene.Append(kTradeReversed, Message().Int(1, kPaid).Int(2, kPaid));
       },
       {{15, "trade 5 is reversed; it would have to be settled"}}},
      {"reversing another settlement",
       [](Scene& scene) { scene.at(kReversed).event.Int(2, kAccepted); },
       {{kReversed, "settled by record 5; the reversal says by 8"}}},
  });
}

TEST(TradeDefectsTest, FreedInvoices) {
  ExpectEach({
      {"not freed when it was declined",
       [](Scene& scene) { scene.at(kDeclined).event.Clear(2); },
       {{kDeclined, "the invoice of trade 9 is not freed"}}},
      {"not freed when it was reversed",
       [](Scene& scene) { scene.at(kReversed).event.Clear(3); },
       {{kReversed, "the invoice of trade 5 is not freed"}}},
      {"freed without an invoice",
       [](Scene& scene) {
         scene
             .Append(kTradeReversed,
                     Message().Int(1, kGroup).Int(2, kGroup).Sub(
                         3, MakeFreedInvoice(2, 2026, "77")))
             .record.Add(6, MakeEntry(2, kGroup, 2, 1, 10));
       },
       {{15,
         "invoice \"77\" of member 2 in 2026 is freed; it is not that of "
         "trade 12"}}},
  });
  // The invoice of another trade: its row must stay.
  Scene scene;
  scene.at(kDeclined).event.Sub(2, MakeFreedInvoice(2, 2026, "9"));
  Store store = scene.Write(kOffered);
  ExpectFindings(store, {{kDeclined, "it is not that of trade 9"}});
}

TEST(TradeDefectsTest, TheEntryOfAStep) {
  const auto entry = [](uint64_t sequence, const Message& what) {
    return [sequence, what](Scene& scene) {
      scene.CutBehind(sequence);
      scene.at(sequence).record.Clear(6).Add(6, what);
    };
  };
  const std::vector<std::pair<const char*, std::function<void(Scene&)>>> cases =
      {{"of another kind", entry(kPaid, MakeEntry(2, kPaid, 2, 1, 300))},
       {"of another trade", entry(kPaid, MakeEntry(1, kBob, 2, 1, 300))},
       {"of one unit less", entry(kPaid, MakeEntry(1, kPaid, 2, 1, 299))},
       {"the other way round", entry(kPaid, MakeEntry(1, kPaid, 1, 2, 300))},
       {"within one account", entry(kPaid, MakeEntry(1, kPaid, 1, 1, 300))},
       {"twice",
        [](Scene& scene) {
          scene.CutBehind(kPaid);
          scene.at(kPaid).record.Add(6, MakeEntry(1, kPaid, 2, 1, 300));
        }},
       {"not at all", [](Scene& scene) {
          scene.CutBehind(kPaid);
          scene.at(kPaid).record.Clear(6);
        }}};
  for (const auto& [what, plant] : cases) {
    SCOPED_TRACE(what);
    Scene scene;
    plant(scene);
    ExpectFindings(
        scene.Write(),
        {{kPaid,
          "does not have one entry of kind 1 that moves the 300 units of "
          "trade 5 from account 2 to account 1"}});
  }
  ExpectEach({
      {"of an acceptance",
       entry(kAccepted, MakeEntry(1, kProposed, 2, 1, 121)),
       {{kAccepted,
         "of kind 1 that moves the 121 units of trade 6 from "
         "account 1 to account 2"}}},
      {"of a reversal",
       entry(kReversed, MakeEntry(1, kPaid, 1, 2, 300)),
       {{kReversed,
         "of kind 2 that moves the 300 units of trade 5 from "
         "account 1 to account 2"}}},
  });
}

// At the end of the scene Alice stands at -151 and Bob at 151. Alice may go
// down to -500 and up to 900, Bob to -400 and 1000.
TEST(TradeDefectsTest, TheBuyerMayDrawItsWholeLineAndNoMore) {
  Scene at_the_line;
  Pay(at_the_line, 551);
  ExpectFindings(at_the_line.Write(), {});
  Scene past_it;
  Pay(past_it, 552);
  ExpectFindings(past_it.Write(),
                 {{15,
                   "account 2 pays and stands at -401, below its credit "
                   "line of 400"}});
}

void SetLimits(Scene& scene, int64_t account, int64_t line, int64_t limit) {
  scene.Append(kCreditLineSet, Message()
                                   .Int(1, account)
                                   .Int(2, account == 1 ? 500 : 400)
                                   .Int(3, line)
                                   .Int(4, account == 1 ? 900 : 1'000)
                                   .Int(5, limit));
}

TEST(TradeDefectsTest, TheSellerMayHoldItsWholeLimitAndNoMore) {
  for (const int64_t units : {1'051, 1'052}) {
    Scene scene;
    SetLimits(scene, 2, 5'000, 1'000);
    Pay(scene, units);
    const Expected findings = {{16,
                                "account 1 receives and stands at 901, "
                                "above its balance limit of 900"}};
    ExpectFindings(scene.Write(), units == 1'051 ? Expected() : findings);
  }
}

TEST(TradeDefectsTest, TheLimitsInForceAreTheNewestOnes) {
  // Bob's line is cut below what he draws: he may earn, and not spend.
  Scene scene;
  Pay(scene, 500);
  SetLimits(scene, 2, 100, 1'000);
  const uint64_t number = scene.last() + 1;
  scene.Append(kTradeCreated, MakeTrade(2, 1, 2, 50))
      .record.Add(6, MakeEntry(1, number, 1, 2, 50));
  ExpectFindings(scene.Write(), {});
  Pay(scene, 1);
  ExpectFindings(scene.Write(), {{18,
                                  "account 2 pays and stands at -300, "
                                  "below its credit line of 100"}});
}

TEST(TradeDefectsTest, AReversalObeysTheLimitsToo) {
  // Alice gives back 121 - 10 of them are gone - with a line of 100 only.
  Scene scene;
  SetLimits(scene, 2, 0, 1'000);
  Pay(scene, 100);
  scene
      .Append(kTradeReversed, Message()
                                  .Int(1, kProposed)
                                  .Int(2, kAccepted)
                                  .Sub(3, MakeFreedInvoice(2, 2026, "9")))
      .record.Add(6, MakeEntry(2, kProposed, 2, 1, 121));
  ExpectFindings(scene.Write(), {{17,
                                  "account 2 pays and stands at -70, below "
                                  "its credit line of 0"}});
}

TEST(TradeDefectsTest, ManyDefectsAreAllTold) {
  Scene scene;
  for (int i = 0; i < 120; ++i) {
    scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 6).Int(10, -1));
  }
  MemorySource source(scene.Write());
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->findings.size(), 100u);
  EXPECT_EQ(report->finding_count, 120u);
}

}  // namespace
}  // namespace skontro::verifier

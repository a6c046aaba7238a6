// Defects in the bytes around the payloads: headers, frames, checksums,
// digests.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

// Batches of the standard scene: 1; 2 to 4; 5 to 7; 8; 9 and 10; 11; 12 to 14.
constexpr size_t kPartiesBatch = 1;
constexpr size_t kTradesBatch = 2;
constexpr size_t kAcceptedBatch = 3;

struct Case {
  const char* what;
  Plant plant;
  Expected findings;
};

// The defect does not keep records from being understood.
void ExpectEach(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const Report report =
        ExpectFindings(Scene().Write(std::nullopt, c.plant), c.findings);
    EXPECT_FALSE(report.incomplete());
    EXPECT_EQ(report.records, kLast);
  }
}

// The defect takes records away: what they mean is not checked, nor are the
// projections, which include them. `records` can still be read.
void ExpectEachIncomplete(const std::vector<Case>& cases, uint64_t records) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const Report report =
        ExpectFindings(Scene().Write(std::nullopt, c.plant), c.findings);
    EXPECT_TRUE(report.incomplete());
    EXPECT_EQ(report.records, records);
    EXPECT_EQ(report.last_sequence, kLast);
    EXPECT_TRUE(report.compared.empty());
  }
}

using Batches = std::vector<BatchBytes>;

TEST(ByteDefectsTest, OfAHeaderThatCanBeRead) {
  ExpectEach({
      {"reserved bytes",
       [](Batches& batches) { batches[kTradesBatch].zero = 1; },
       {{kPaid, "bytes 6 and 7 of the batch"}}},
      {"another network",
       [](Batches& batches) { batches[kTradesBatch].uid[0] = 'N'; },
       {{kPaid, "the batch is of network 4e65"}}},
      {"another batch id",
       [](Batches& batches) { batches[kTradesBatch].id = std::string(16, 1); },
       {{kPaid, "the batch id 0101"}}},
      {"an epoch that goes back",
       [](Batches& batches) { batches[kPartiesBatch].epoch = 5; },
       {{kPaid, "the epoch goes back from 5 to 0"}}},
      {"a digest before that is another",
       [](Batches& batches) {
         batches[kTradesBatch].previous = std::string(32, 'x');
       },
       {{kPaid, "does not follow on the record before it"}}},
      {"a genesis that follows on something",
       [](Batches& batches) { batches[0].previous = std::string(32, 'x'); },
       {{1, "does not follow on the record before it"}}},
      {"bytes behind the last frame",
       [](Batches& batches) { batches[kTradesBatch].behind = "abc"; },
       {{kRefused, "3 bytes follow the last frame"}}},
  });
}

TEST(ByteDefectsTest, OfAHeaderThatCannot) {
  ExpectEachIncomplete(
      {
          {"its checksum",
           [](Batches& batches) { batches[kTradesBatch].crc_xor = 1; },
           {{kPaid, "the header of the batch is damaged"}}},
          {"magic",
           [](Batches& batches) { batches[kTradesBatch].magic = "SKJX"; },
           {{kPaid, "begins with \"SKJX\", not with SKJB"}}},
          {"a newer format",
           [](Batches& batches) { batches[kTradesBatch].version = 2; },
           {{kPaid, "format 2, newer than 1; verify it with a newer program"}}},
          {"no format",
           [](Batches& batches) { batches[kTradesBatch].version = 0; },
           {{kPaid, "format 0"}}},
          {"a first sequence that is not its key",
           [](Batches& batches) {
             batches[kTradesBatch].key = Big(kProposed, 8);
           },
           {{kProposed, "says that it begins at sequence 5"}}},
          {"a key that is no sequence",
           [](Batches& batches) {
             batches[kTradesBatch].key = Big(kPaid, 8) + "x";
           },
           {{0, "a key of 9 bytes"}}},
          {"no records",
           [](Batches& batches) { batches[kTradesBatch].count = 0; },
           {{kPaid, "0 records, not 1 to 8192"}}},
          {"too many records",
           [](Batches& batches) { batches[kTradesBatch].count = 8'193; },
           {{kPaid, "8193 records, not 1 to 8192"}}},
          {"another length",
           [](Batches& batches) { batches[kTradesBatch].length = 7; },
           {{kPaid, "says that its frames have 7 bytes"}}},
      },
      kLast - 3);
}

TEST(ByteDefectsTest, OfAFrame) {
  ExpectEach({
      {"reserved bytes",
       [](Batches& batches) { batches[kTradesBatch].frames[1].zero = 1; },
       {{kProposed, "bytes 2 and 3 of the frame"}}},
      {"a payload that was changed on purpose",
       [](Batches& batches) {
         batches[kTradesBatch].frames[1].digest = std::string(32, 'x');
       },
       {{kProposed, "was changed on purpose"}}},
  });
}

TEST(ByteDefectsTest, TimesMustRise) {
  // Rows of projections name the time, so it is changed in the record.
  for (const int64_t later_us : {0, -1}) {
    Scene scene;
    scene.at(kAccepted).time_us = scene.at(kRefused).time_us + later_us;
    ExpectFindings(scene.Write(), {{kAccepted, "is not above that"}});
  }
}

TEST(ByteDefectsTest, AFrameThatCannotBeReadEndsItsBatch) {
  ExpectEachIncomplete(
      {
          {"its checksum",
           [](Batches& batches) {
             batches[kTradesBatch].frames[1].crc_xor = 1;
           },
           {{kProposed, "its checksum does not hold; records 7 to 7"}}},
          {"too long a payload",
           [](Batches& batches) {
             batches[kTradesBatch].frames[1].length = 65'537;
           },
           {{kProposed, "the payload has 65537 bytes, more than 65536"}}},
          {"a payload past the batch",
           [](Batches& batches) {
             batches[kTradesBatch].frames[1].length = 60'000;
           },
           {{kProposed, "ends within a frame"}}},
      },
      kLast - 2);
  ExpectEachIncomplete({{"a frame less than the header says",
                         [](Batches& batches) {
                           batches[kTradesBatch].frames.pop_back();
                           batches[kTradesBatch].count = 3;
                         },
                         {{kRefused, "ends within a frame"}}}},
                       kLast - 1);
}

TEST(ByteDefectsTest, AKindThatIsNotKnownIsRefused) {
  for (const int kind : {0, 5, 8, 10}) {
    const Report report =
        ExpectFindings(Scene().Write(std::nullopt,
                                     [kind](Batches& batches) {
                                       batches[kAcceptedBatch].frames[0].kind =
                                           static_cast<uint16_t>(kind);
                                     }),
                       {{kAccepted, "which format 1 does not know"}});
    EXPECT_TRUE(report.incomplete());
    EXPECT_EQ(report.records, kLast);
  }
}

TEST(ByteDefectsTest, MissingRecords) {
  const Plant without_accepted = [](Batches& batches) {
    batches.erase(batches.begin() + kAcceptedBatch);
  };
  // The digests were written anew, so that nothing but the gap shows.
  Report report = ExpectFindings(Scene().Write(std::nullopt, without_accepted),
                                 {{kAccepted, "records 8 to 8 are missing"}});
  EXPECT_TRUE(report.incomplete());

  const Plant without_genesis = [](Batches& batches) {
    batches.erase(batches.begin());
  };
  report = ExpectFindings(Scene().Write(std::nullopt, without_genesis),
                          {{1, "records 1 to 1 are missing"}});
  EXPECT_EQ(report.records, kLast - 1);
  EXPECT_EQ(report.network_uid, kUid);

  Store store = Scene().Write();
  store["journal"].erase(Big(kAccepted, 8));
  ExpectFindings(store, {{kAccepted, "records 8 to 8 are missing"}});
}

TEST(ByteDefectsTest, RecordsThatAreThereTwice) {
  Store store = Scene().Write(std::nullopt, [](Batches& batches) {
    BatchBytes again = batches[kAcceptedBatch];
    again.first = kProposed;
    batches.insert(batches.begin() + kAcceptedBatch, again);
  });
  MemorySource source(store);
  const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
  ASSERT_TRUE(report.ok());
  ASSERT_GE(report->finding_count, 1u);
  EXPECT_EQ(report->findings[0].sequence, kProposed);
  EXPECT_NE(report->findings[0].message.find("an earlier batch has"),
            std::string::npos);
  EXPECT_TRUE(report->incomplete());
}

TEST(ByteDefectsTest, AJournalCutWithinTheProjections) {
  Store store = Scene().Write();
  store["journal"].erase(std::prev(store["journal"].end()));
  const Report report = ExpectFindings(
      store, {{kReversed,
               "the projections include record 14; the journal ends "
               "at 11"}});
  EXPECT_TRUE(report.incomplete());
}

TEST(ByteDefectsTest, AChangedRecordShowsInTheNextOneToo) {
  // Whoever changes a record and computes its digest anew breaks the chain.
  Store store = Scene().Write();
  Scene other;
  other.at(kRefused).event.Add(2, Message().Text(1, "item").Text(2, "1"));
  const Store forged = other.Write();
  store["journal"][Big(kPaid, 8)] = forged.at("journal").at(Big(kPaid, 8));
  store["request"] = forged.at("request");
  ExpectFindings(store, {{kAccepted, "does not follow on the record"}});

  // The same within a batch: the next record still has the digest it had.
  const Store good = Scene().Write();
  const std::string& batch = good.at("journal").at(Big(kPaid, 8));
  const Plant plant = [&](Batches& batches) {
    std::vector<FrameBytes>& frames = batches[kTradesBatch].frames;
    frames[1].payload += std::string("\x20\x01", 2);  // A group of one.
    frames[2].digest = batch.substr(batch.size() - 32);
  };
  ExpectFindings(Scene().Write(std::nullopt, plant),
                 {{kRefused, "or the one before it"}});
}

// A bit of every byte of a small journal, another one from byte to byte;
// `./dev flip` has all of real files.
TEST(ByteDefectsTest, AFlippedBitIsAlwaysFound) {
  Scene scene;
  scene.CutBehind(kBob);
  const Store good = scene.Write();
  ExpectFindings(good, {});
  for (const auto& [key, value] : good.at("journal")) {
    for (size_t at = 0; at < value.size(); ++at) {
      Store store = good;
      store["journal"][key][at] ^= static_cast<char>(1 << (at % 8));
      MemorySource source(store);
      const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
      ASSERT_TRUE(report.ok());
      ASSERT_EQ(report->verdict(), Verdict::kBroken) << "byte " << at;
    }
  }
}

TEST(ByteDefectsTest, ABatchCutAtAnyByteIsAlwaysFound) {
  Scene scene;
  scene.CutBehind(kBob);
  const Store good = scene.Write();
  const std::string& value = good.at("journal").at(Big(kAlice, 8));
  for (size_t length = 0; length < value.size(); ++length) {
    Store store = good;
    store["journal"][Big(kAlice, 8)] = value.substr(0, length);
    MemorySource source(store);
    const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
    ASSERT_TRUE(report.ok());
    ASSERT_EQ(report->verdict(), Verdict::kBroken) << length;
  }
}

// A bit of every byte of every payload behind the genesis, with checksums and
// digests made to fit: nothing but the meaning is left to show it, and the
// projections. What the genesis calls the network is in no projection.
TEST(ByteDefectsTest, AForgedBitIsAlwaysFound) {
  const std::vector<size_t> counts = {1, 3, 3, 1, 2, 1, 3};
  const Store good = Scene().Write();
  for (size_t batch = 1; batch < counts.size(); ++batch) {
    for (size_t frame = 0; frame < counts[batch]; ++frame) {
      size_t length = 1;
      for (size_t at = 0; at < length; ++at) {
        Store store = good;
        const Plant flip = [&](Batches& batches) {
          std::string& payload = batches[batch].frames[frame].payload;
          length = payload.size();
          payload[at] ^= static_cast<char>(1 << (at % 8));
        };
        store["journal"] = Scene().Write(0, flip).at("journal");
        MemorySource source(store);
        const absl::StatusOr<Report> report = Verify(&source, {}, nullptr);
        ASSERT_TRUE(report.ok());
        EXPECT_EQ(report->verdict(), Verdict::kBroken)
            << "batch " << batch << " frame " << frame << " byte " << at;
      }
    }
  }
}

}  // namespace
}  // namespace skontro::verifier

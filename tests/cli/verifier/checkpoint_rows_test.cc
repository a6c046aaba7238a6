// Checkpoints against the journal. The rows are written here by hand, from
// docs/journal_format.md.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

// The standard scene and an offer of Alice to Bob that is open.
constexpr uint64_t kOpen = 15;

Message Account(int64_t owner, int64_t balance, int64_t line, int64_t limit) {
  return Message()
      .Int(1, owner)
      .Zigzag(2, balance)
      .Int(3, line)
      .Int(4, limit)
      .Int(5, 1);
}

// What a checkpoint is made of, to be spoilt.
struct Parts {
  Message header;
  std::vector<Message> chunks;
  uint64_t sequence = kOpen;
  std::string header_digest;  // Empty: that of the header.
  bool with_chunks_digest = true;
};

Parts RightParts(Scene& scene) {
  Parts parts;
  // Two chunks, to have an order.
  parts.chunks.push_back(
      Message()
          .Add(1, Message().Text(1, "alice").Int(2, 2).Int(3, 1))
          .Add(1, Message().Text(1, "bob").Int(2, 2).Int(3, 2))
          .Add(2, Account(1, -151, 500, 900)));
  parts.chunks.push_back(
      Message()
          .Add(2, Account(2, 151, 400, 1'000))
          .Add(3, Message()
                      .Int(1, kOpen)
                      .Int(3, 1)
                      .Int(4, 2)
                      .Int(5, 60)
                      .Int(6, 2026)
                      .Text(7, "A7")
                      .Int(12, 90))
          .Add(4, Message().Int(1, kProposed))
          .Add(4, Message().Int(1, kOffered))
          .Add(5, Message()
                      .Text(1, std::string("732829320\0FR:siren", 18))
                      .Int(2, 1))
          .Add(5, Message()
                      .Text(1, std::string("FR44732829320\0vat", 17))
                      .Int(2, 1)));
  parts.header = Message()
                     .Int(1, 6)
                     .Text(2, kUid)
                     .Int(3, kOpen)
                     .Int(5, scene.at(kOpen).time_us)
                     .Zigzag(6, scene.at(kOpen).record.GetInt(5))
                     .Text(8, std::string(32, '\0'))
                     .Int(10, 2)
                     .Int(11, 2)
                     .Int(12, 1)
                     .Int(13, 2)
                     .Int(14, 2)
                     .Int(15, 2);
  return parts;
}

void Put(Parts parts, Store& store) {
  std::string chunks;
  uint64_t number = 0;
  for (const Message& chunk : parts.chunks) {
    chunks += chunk.Encode();
    store["checkpoint"][Big(parts.sequence, 8) + Big(++number, 4)] =
        chunk.Encode();
  }
  if (parts.with_chunks_digest) parts.header.Text(16, Sha256Of(chunks));
  const std::string header = parts.header.Encode();
  store["checkpoint"][Big(parts.sequence, 8) + Big(0, 4)] =
      (parts.header_digest.empty() ? Sha256Of(header) : parts.header_digest) +
      header;
}

class CheckpointRowsTest : public testing::Test {
 protected:
  CheckpointRowsTest() {
    scene_.Append(
        kTradeCreated,
        MakeTrade(1, 2, 1, 60)
            .Sub(11, Message().Text(1, "a 7").Zigzag(2, 20'590).Int(6, 90)));
    store_ = scene_.Write();
    // The last batch has one frame: its digest ends it.
    const std::string& batch = store_["journal"].rbegin()->second;
    parts_ = RightParts(scene_);
    parts_.header.Text(4, batch.substr(batch.size() - 32));
  }

  void ExpectEach(
      const std::vector<std::pair<std::function<void(Parts&)>, std::string>>&
          cases) {
    for (const auto& [spoil, finding] : cases) {
      SCOPED_TRACE(finding);
      Store store = store_;
      Parts parts = parts_;
      spoil(parts);
      Put(parts, store);
      ExpectFindings(store, {{parts.sequence, finding}});
    }
  }

  Scene scene_;
  Store store_;
  Parts parts_;
};

TEST_F(CheckpointRowsTest, OneThatIsTheStateOfTheJournalIsAccepted) {
  Put(parts_, store_);
  const Report report = ExpectFindings(store_, {});
  uint64_t rows = 0;
  for (const FamilyRows& family : report.compared) {
    if (family.family == "checkpoint") rows = family.rows;
  }
  EXPECT_EQ(rows, 1u);
}

TEST_F(CheckpointRowsTest, OneWithoutAHeaderIsNone) {
  Put(parts_, store_);
  store_["checkpoint"].erase(Big(kOpen, 8) + Big(0, 4));
  ExpectFindings(store_, {});
}

TEST_F(CheckpointRowsTest, WhatTheHeaderSaysIsCompared) {
  ExpectEach({
      {[](Parts& p) { p.header.Int(1, 7); }, "format 7"},
      {[](Parts& p) { p.header.Text(2, std::string(16, 'x')); }, "its network"},
      {[](Parts& p) { p.header.Int(3, 14); }, "after record 14"},
      {[](Parts& p) { p.header.Text(4, std::string(32, 'x')); }, "its digest"},
      {[](Parts& p) { p.header.Int(5, 7); }, "its time"},
      {[](Parts& p) { p.header.Zigzag(6, 7); }, "its booking day"},
      {[](Parts& p) { p.header.Int(7, 7); }, "its state digest"},
      {[](Parts& p) { p.header.Text(8, std::string(32, 'x')); }, "its state"},
      {[](Parts& p) { p.header.Int(9, 1); }, "its state digest"},
      {[](Parts& p) { p.header.Int(10, 1); }, "counts of the header"},
      {[](Parts& p) { p.header.Int(11, 1); }, "counts of the header"},
      {[](Parts& p) { p.header.Int(12, 2); }, "counts of the header"},
      {[](Parts& p) { p.header.Int(13, 1); }, "counts of the header"},
      {[](Parts& p) { p.header.Int(14, 1); }, "counts of the header"},
      {[](Parts& p) { p.header.Int(15, 3); }, "chunk 3 cannot be read"},
      {[](Parts& p) {
         p.header.Text(16, std::string(32, 'x'));
         p.with_chunks_digest = false;
       },
       "the chunks are not"},
      {[](Parts& p) { p.header_digest = std::string(32, 'x'); },
       "the header is not"},
      {[](Parts& p) { p.header.Int(20, 1); }, "field 20 is not known"},
  });
}

TEST_F(CheckpointRowsTest, EveryRowIsCompared) {
  const auto set = [](size_t chunk, int field, size_t rank, auto change) {
    return [=](Parts& parts) {
      std::vector<Message> rows = parts.chunks[chunk].All(field);
      change(rows[rank]);
      parts.chunks[chunk].Clear(field);
      for (const Message& row : rows) parts.chunks[chunk].Add(field, row);
    };
  };
  const auto number = [](int field, int64_t value) {
    return [=](Message& row) { row.Int(field, value); };
  };
  ExpectEach({
      {set(0, 1, 0, [](Message& row) { row.Text(1, "mallory"); }),
       "member 1 is \"mallory\""},
      {set(0, 1, 1, number(2, 3)), "member 2"},
      {set(0, 1, 1, number(3, 1)), "member 2"},
      {set(0, 2, 0, number(1, 2)), "account 1: owner is 2, not 1"},
      {set(0, 2, 0, [](Message& row) { row.Zigzag(2, -150); }),
       "account 1: balance is -150, not -151"},
      {set(1, 2, 0, number(3, 401)), "account 2: credit_line is 401, not 400"},
      {set(1, 2, 0, number(4, 1)), "account 2: balance_limit is 1, not 1000"},
      {set(1, 2, 0, number(5, 0)), "account 2: touched is 0, not 1"},
      {set(1, 3, 0, number(5, 61)), "trade 15 is not as"},
      {set(1, 3, 0, number(4, 1)), "trade 15 is not as"},
      {set(1, 3, 0, number(6, 2025)), "trade 15 is not as"},
      {set(1, 3, 0, [](Message& row) { row.Text(7, "A8"); }), "trade 15"},
      {set(1, 3, 0, [](Message& row) { row.Text(2, "x"); }), "trade 15"},
      {set(1, 3, 0, number(8, 1)), "trade 15 is not as"},
      {set(1, 3, 0, number(9, 1)), "trade 15 is not as"},
      {set(1, 3, 0, number(10, 1)), "trade 15 is not as"},
      {set(1, 3, 0, number(11, 1)), "trade 15 is not as"},
      {set(1, 3, 0, number(12, 91)), "trade 15 is not as"},
      {set(1, 3, 0, number(13, 1)), "trade 15 is not as"},
      {set(1, 4, 1, number(1, 10)), "trade 10 was finished, not 9"},
      {set(1, 5, 0, [](Message& row) { row.Text(1, "1"); }), "tax id \"1\""},
      {set(1, 5, 1, number(2, 0)), "tax id \"FR44732829320"},
  });
}

TEST_F(CheckpointRowsTest, OneOfARecordThatIsNotThereIsFound) {
  parts_.sequence = 77;
  parts_.header.Int(3, 77);
  Put(parts_, store_);
  ExpectFindings(store_, {{77, "the journal ends at 15"}});
}

TEST_F(CheckpointRowsTest, OneThatDoesNotSayWhatTradesAreWorthIsPassedOver) {
  parts_.header.Int(1, 1);
  Put(parts_, store_);
  ExpectFindings(store_, {});
}

TEST_F(CheckpointRowsTest, AHoldIsCompared) {
  scene_.Append(
      kTradeAuthorised,
      Message()
          .Int(1, kOpen)
          .Int(2, scene_.at(kOpen).time_us + 9'000'000)
          .Sub(3, Message().Int(1, 2).Int(2, 60).Int(3, 1).Int(4, 60)));
  store_ = scene_.Write();
  const std::string& batch = store_["journal"].rbegin()->second;
  parts_.sequence = kOpen + 1;
  parts_.header.Text(4, batch.substr(batch.size() - 32))
      .Int(3, kOpen + 1)
      .Int(5, scene_.at(kOpen + 1).time_us)
      .Zigzag(6, scene_.at(kOpen + 1).record.GetInt(5));
  const auto put = [this](int64_t expire_time_us, int64_t touched) {
    Store store = store_;
    Parts parts = parts_;
    std::vector<Message> rows = parts.chunks[1].All(3);
    rows[0].Int(8, expire_time_us).Int(11, touched);
    parts.chunks[1].Clear(3).Add(3, rows[0]);
    Put(parts, store);
    return store;
  };
  const int64_t until = scene_.at(kOpen).time_us + 9'000'000;
  ExpectFindings(put(until, 1), {});
  ExpectFindings(put(until + 1, 1), {{16, "trade 15 is not as"}});
  ExpectFindings(put(until, 0), {{16, "trade 15 is not as"}});
}

TEST_F(CheckpointRowsTest, AKeyThatIsNoneIsFound) {
  store_["checkpoint"]["abc"] = "";
  ExpectFindings(store_, {{0, "has the key 616263"}});
}

}  // namespace
}  // namespace skontro::verifier
